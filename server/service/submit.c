/* SPDX-License-Identifier: Apache-2.0 */
/* Submit: the pure stages at once, then the protocol on the API server's loop. */
#include "base/clock.h"
#include "base/random.h"
#include "kubernetes/object.h"
#include "service/service.h"

#include <stdio.h>

struct submission {
    struct spk_running running;
    struct spk_prepared prepared;
    struct spk_submit_call submit;
    struct spk_submit_response response;
    char random[SPK_RANDOM_HEX_SIZE];
    uint64_t seed;
};

static void on_done(struct spk_submit_call *submit)
{
    struct submission *submission = submit->context;
    struct spk_operation *operation = submission->running.operation;
    struct spk_record *record = &operation->record;

    spk_running_leave(&submission->running);
    record->kube_calls = submit->kube_calls;
    record->retries = submit->retries;
    if (!submit->ok) {
        spk_operation_finish(operation, &submit->err);
        return;
    }
    /* In case there is no memory left for the answer. */
    record->outcome = submit->validate_only ? SPK_NOT_CREATED : SPK_CREATED;
    record->adopted = submit->result.adopted;
    operation->response = &submission->response;
    spk_operation_finish(operation, NULL);
}

static bool translate(struct submission *submission, const struct spk_submit_request *request,
                      struct spk_err *err)
{
    const struct spk_operation *operation = submission->running.operation;
    struct spk_request *core = spk_input_request(operation, &request->input);

    if (!spk_random_hex(submission->random, err) ||
        !spk_random(&submission->seed, sizeof(submission->seed), err))
        return false;
    core->random = submission->random;
    core->submit_time_ms = spk_wall_ms();
    return spk_prepare(operation->arena, &operation->service->settings, core,
                       &submission->prepared, err);
}

static void fill_call(struct submission *submission, const struct spk_submit_request *request)
{
    const struct spk_operation *operation = submission->running.operation;
    const struct spk_prepared *prepared = &submission->prepared;
    struct spk_submit_call *submit = &submission->submit;

    spk_submit_call_init(submit, operation->arena, operation->service->api, prepared);
    submit->jitter_seed = submission->seed;
    submit->verify = operation->service->verifies_uids ? prepared->owner.name : NULL;
    submit->deadline_ms = operation->deadline_ms;
    submit->validate_only = request->validate_only;
    submit->server_dry_run = request->server_dry_run;
    submit->retry = operation->repeated;
    submit->traceparent = operation->traceparent;
    submit->require_submission_id = request->require_submission_id;
    submit->done = on_done;
    submit->context = submission;
}

static void fill_record(struct spk_record *record, const struct submission *submission)
{
    const struct spk_prepared *prepared = &submission->prepared;

    (void)snprintf(record->ns, sizeof(record->ns), "%s", submission->submit.ns);
    (void)snprintf(record->app, sizeof(record->app), "%s",
                   submission->submit.application_name);
    (void)snprintf(record->pod, sizeof(record->pod), "%s",
                   spk_object_name(prepared->parts.pod));
    (void)snprintf(record->attempt, sizeof(record->attempt), "%s", prepared->key.attempt);
    (void)snprintf(record->submission_id, sizeof(record->submission_id), "%s",
                   prepared->key.submission_id);
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_submit_request *request = operation->request;
    struct submission *submission = spk_alloc(operation->arena, sizeof(*submission));

    submission->running.operation = operation;
    if (!translate(submission, request, err))
        return false;
    fill_call(submission, request);
    spk_warnings_add(&submission->prepared.warnings, operation->arena,
                     &request->input.warnings);
    submission->response = (struct spk_submit_response){
        .result = &submission->submit.result,
        .idempotency_key = submission->prepared.key.idempotency_key,
        .validate_only = request->validate_only,
        .warnings = &submission->prepared.warnings,
    };
    fill_record(&operation->record, submission);
    atomic_store(&operation->state, submission);
    return true;
}

static void cancel(struct spk_operation *operation)
{
    struct submission *submission = atomic_load(&operation->state);

    if (submission) /* else proceed sees that the operation is cancelled */
        spk_submit_cancel(&submission->submit);
}

static void proceed(struct spk_operation *operation)
{
    struct submission *submission = atomic_load(&operation->state);

    if (atomic_load(&operation->cancelled))
        spk_submit_cancel(&submission->submit);
    spk_running_enter(&submission->running, operation);
    spk_submit_start(&submission->submit);
}

const struct spk_operation_type spk_submit_type = {
    .name = "Submit",
    .prepare = prepare,
    .proceed = proceed,
    .cancel = cancel,
};

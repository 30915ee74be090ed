/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Submit: the pure stages at once, then the protocol on the API server's loop. The
 * SparkApplication that a command names is read before that, if it tells the attempt.
 */
#include "base/clock.h"
#include "base/random.h"
#include "kubernetes/object.h"
#include "service/service.h"
#include "submit/application_read.h"

#include <stdio.h>

enum phase { READING, SUBMITTING };

struct submission {
    struct spk_running running;
    atomic_int phase; /* enum phase: what is under way, for cancel */
    struct spk_application_read read;
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
    record->kube_calls = submission->read.kube_calls + submit->kube_calls;
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

    core->stored = submission->read.application;
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

/* Everything before the first write; submission->read is over, if there was one. */
static bool prepare_call(struct submission *submission, struct spk_err *err)
{
    struct spk_operation *operation = submission->running.operation;
    const struct spk_submit_request *request = operation->request;
    struct spk_warnings *warnings = &submission->prepared.warnings;

    if (!translate(submission, request, err))
        return false;
    fill_call(submission, request);
    spk_warnings_add(warnings, operation->arena, &submission->read.warnings);
    spk_warnings_add(warnings, operation->arena, &request->input.warnings);
    submission->response = (struct spk_submit_response){
        .result = &submission->submit.result,
        .idempotency_key = submission->prepared.key.idempotency_key,
        .validate_only = request->validate_only,
        .warnings = warnings,
    };
    fill_record(&operation->record, submission);
    atomic_store(&submission->phase, SUBMITTING);
    return true;
}

/* ---- the read before ---- */

/* prepare_call within a recovery point. */
struct preparation {
    struct submission *submission;
    struct spk_err err;
    bool ok;
};

static void run_preparation(void *argument)
{
    struct preparation *preparation = argument;

    preparation->ok = prepare_call(preparation->submission, &preparation->err);
}

static void start_submit(struct submission *submission)
{
    if (atomic_load(&submission->running.operation->cancelled))
        spk_submit_cancel(&submission->submit);
    spk_submit_start(&submission->submit);
}

static void on_read(struct spk_application_read *read)
{
    struct submission *submission = read->context;
    struct spk_operation *operation = submission->running.operation;
    struct preparation preparation = {.submission = submission, .err = read->err};

    operation->record.kube_calls = read->kube_calls;
    if (read->ok && !spk_arena_run(operation->arena, run_preparation, &preparation))
        (void)spk_fail_exhausted(&preparation.err, operation->arena);
    if (preparation.ok) {
        start_submit(submission);
        return;
    }
    spk_running_leave(&submission->running);
    spk_operation_finish(operation, &preparation.err);
}

static bool may_read(const struct spk_operation *operation)
{
    const struct spk_submit_request *request = operation->request;
    const struct spk_template *template = &request->input.core.payload.driver_template;

    return operation->service->reads_applications && request->require_submission_id &&
           request->input.core.payload.kind == SPK_PAYLOAD_COMMAND &&
           (template->tree || template->text.data);
}

/* Whom to read: read->name stays NULL if the command names no application with a uid. */
static bool find_application(struct submission *submission, struct spk_err *err)
{
    const struct spk_operation *operation = submission->running.operation;
    const struct spk_submit_request *request = operation->request;
    const struct spk_request *core = spk_input_request(operation, &request->input);
    struct spk_owner owner = {0};
    const char *ns;

    if (!spk_request_owner(operation->arena, &operation->service->settings, core, &owner, &ns,
                           err))
        return false;
    submission->read = (struct spk_application_read){
        .arena = operation->arena,
        .api = operation->service->api,
        .ns = ns,
        .name = owner.uid ? owner.name : NULL,
        .deadline_ms = operation->deadline_ms,
        .jitter_seed = submission->seed,
        .traceparent = operation->traceparent,
        .done = on_read,
        .context = submission,
    };
    return true;
}

/* ---- the phases of an operation ---- */

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    struct submission *submission = spk_alloc(operation->arena, sizeof(*submission));

    submission->running.operation = operation;
    if (!spk_random_hex(submission->random, err) ||
        !spk_random(&submission->seed, sizeof(submission->seed), err))
        return false;
    if (may_read(operation) && !find_application(submission, err))
        return false;
    if (!submission->read.name && !prepare_call(submission, err))
        return false;
    atomic_store(&operation->state, submission);
    return true;
}

/* on_read looks at operation->cancelled when the phase is over, so that none is lost. */
static void cancel(struct spk_operation *operation)
{
    struct submission *submission = atomic_load(&operation->state);

    if (!submission) /* proceed sees that the operation is cancelled */
        return;
    if (atomic_load(&submission->phase) == SUBMITTING)
        spk_submit_cancel(&submission->submit);
    else
        spk_application_read_cancel(&submission->read);
}

static void proceed(struct spk_operation *operation)
{
    struct submission *submission = atomic_load(&operation->state);

    spk_running_enter(&submission->running, operation);
    if (!submission->read.name) {
        start_submit(submission);
        return;
    }
    if (atomic_load(&operation->cancelled))
        spk_application_read_cancel(&submission->read);
    spk_application_read_start(&submission->read);
}

const struct spk_operation_type spk_submit_type = {
    .name = "Submit",
    .prepare = prepare,
    .proceed = proceed,
    .cancel = cancel,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Submit: the pure stages at once, then the protocol on the API server's loop. */
#include "base/clock.h"
#include "base/random.h"
#include "base/timestamp.h"
#include "grpc/loop.h"
#include "kubernetes/object.h"
#include "payload.h"
#include "service.h"
#include "submit/submit.h"

#include <stdio.h>
#include <string.h>

struct submission {
    struct spk_queue_item item; /* first: the service's list of what runs */
    struct spk_call *call;
    struct spk_prepared prepared;
    struct spk_submit_call submit;
    struct spk_warnings warnings; /* of decoding */
    char random[SPK_RANDOM_HEX_SIZE];
};

static bool draw(struct submission *submission, struct spk_err *err)
{
    uint64_t *seed = &submission->submit.jitter_seed;

    return spk_random_hex(submission->random, err) && spk_random(seed, sizeof(*seed), err);
}

/* ---- the answer, inside the call's recovery point on whatever thread it comes ---- */

static Spk__ObjectRef **object_messages(struct spk_arena *arena,
                                        const struct spk_submit_result *result)
{
    static const Spk__Disposition dispositions[] = {
        [SPK_DISPOSITION_CREATED] = SPK__DISPOSITION__DISPOSITION_CREATED,
        [SPK_DISPOSITION_ADOPTED] = SPK__DISPOSITION__DISPOSITION_ADOPTED,
        [SPK_DISPOSITION_DRY_RUN_OK] = SPK__DISPOSITION__DISPOSITION_DRY_RUN_OK,
        [SPK_DISPOSITION_DRY_RUN_REFUSED] = SPK__DISPOSITION__DISPOSITION_DRY_RUN_REFUSED,
    };
    Spk__ObjectRef **list = spk_alloc_array(arena, result->n_objects, sizeof(*list));

    for (size_t i = 0; i < result->n_objects; i++) {
        const struct spk_object_result *object = &result->objects[i];
        Spk__ObjectRef *message = spk_alloc(arena, sizeof(*message));

        spk__object_ref__init(message);
        message->kind = object->kind;
        message->api_version = object->api_version;
        message->name = object->name;
        message->uid = object->uid;
        message->has_disposition = 1;
        message->disposition = dispositions[object->disposition];
        list[i] = message;
    }
    return list;
}

static void answer(struct spk_call *call)
{
    struct submission *submission = call->state;
    const struct spk_submit_result *result = &submission->submit.result;
    Spk__SubmitResponse response = SPK__SUBMIT_RESPONSE__INIT;
    Google__Protobuf__Timestamp created = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

    response.namespace_ = result->ns;
    response.driver_pod_name = result->pod_name;
    response.driver_pod_uid = result->pod_uid;
    response.spark_application_id = result->application_id;
    response.app_name = result->application_name;
    response.effective_submission_id = result->submission_id;
    response.has_adopted = 1;
    response.adopted = result->adopted;
    response.pod_phase = result->pod_phase;
    response.attempt = result->attempt;
    response.idempotency_key = submission->prepared.key.idempotency_key;
    response.objects = object_messages(&call->arena, result);
    response.n_objects = result->n_objects;
    response.warnings = spk_warning_messages(&call->arena, &submission->prepared.warnings,
                                             &result->warnings, &response.n_warnings);
    if (spk_timestamp_read(result->submitted_at, &created.seconds))
        response.submitted_at = &created;
    response.has_would_adopt = submission->submit.validate_only;
    response.would_adopt = result->would_adopt;
    call->adopted = result->adopted;
    spk_call_answer(call, &response.base);
}

static void on_done(struct spk_submit_call *submit)
{
    struct spk_call *call = submit->context;
    struct submission *submission = call->state;

    /* Whoever takes the submission off the list drops the list's reference. */
    if (spk_queue_remove(spk_service_of(call)->running, &submission->item))
        spk_call_drop_memory(call);

    call->kube_calls = submit->kube_calls;
    call->retries = submit->retries;
    if (submit->ok) {
        /* In case there is no memory left for the answer. */
        call->outcome = submit->validate_only ? SPK_NOT_CREATED : SPK_CREATED;
        spk_call_run(call, answer);
    } else {
        spk_call_fail(call, &submit->err);
    }
    spk_call_drop_memory(call);
}

/* ---- the way there ---- */

static void cancel(struct spk_call *call)
{
    struct submission *submission = call->state;

    spk_submit_cancel(&submission->submit);
}

static void start(struct spk_call *call)
{
    struct submission *submission = call->state;
    bool was_empty;

    spk_call_hold_memory(call); /* for on_done */
    spk_call_hold_memory(call); /* for the list */
    (void)spk_queue_put(spk_service_of(call)->running, &submission->item, &was_empty);
    spk_submit_start(&submission->submit);
}

void spk_service_cancel_all(struct spk_service *service)
{
    struct spk_queue_item *item = spk_queue_take_all(service->running), *next;

    for (; item; item = next) {
        struct spk_call *call = ((struct submission *)(void *)item)->call;

        next = item->next;
        cancel(call);
        spk_call_drop_memory(call);
    }
}

static bool was_tried_before(const struct spk_call *call)
{
    static const char key[] = "grpc-previous-rpc-attempts";

    for (size_t i = 0; i < call->metadata.count; i++) {
        grpc_slice name = call->metadata.metadata[i].key;

        if (GRPC_SLICE_LENGTH(name) == sizeof(key) - 1 &&
            memcmp(GRPC_SLICE_START_PTR(name), key, sizeof(key) - 1) == 0)
            return true;
    }
    return false;
}

static bool prepare(struct spk_call *call, const Spk__SubmitRequest *message,
                    struct submission *submission, struct spk_err *err)
{
    const struct spk_service *service = spk_service_of(call);
    struct spk_request *request = spk_alloc(&call->arena, sizeof(*request));
    const struct spk_payload_message payload = {
        .form = (int)message->payload_case,
        .application = message->application,
        .manifest = &message->manifest,
        .command = message->command,
    };

    *request = (struct spk_request){
        .idempotency_key = spk_given(message->idempotency_key),
        .submission_id = spk_given(message->submission_id),
        .spark_version = spk_given(message->spark_version),
        .tenant = "",
        .pod_mutation = spk_read_pod_mutation((int)message->pod_mutation),
        .controller_steps = spk_read_controller_steps((int)message->controller_steps),
        .skip_defaults = message->has_default_fields && !message->default_fields,
        .random = submission->random,
        .submit_time_ms = spk_wall_ms(),
    };
    return spk_payload_read(&call->arena, &payload, &service->settings, &request->payload,
                            err) &&
           spk_prepare(&call->arena, &service->settings, request, &submission->prepared, err);
}

static void fill_submit(struct spk_call *call, const Spk__SubmitRequest *message,
                        struct submission *submission)
{
    const struct spk_prepared *prepared = &submission->prepared;
    struct spk_submit_call *submit = &submission->submit;

    submit->arena = &call->arena;
    submit->api = spk_service_of(call)->api;
    submit->parts = &prepared->parts;
    submit->key = &prepared->key;
    submit->ns = prepared->plan.namespace_;
    submit->uid = prepared->uid;
    submit->uid_field = prepared->uid_field;
    submit->verify = spk_service_of(call)->verifies_uids ? prepared->owner : NULL;
    submit->application_id = prepared->plan.application_id;
    submit->application_name = prepared->plan.application_name;
    submit->deadline_ms = call->deadline_ms;
    submit->validate_only = message->validate_only;
    submit->server_dry_run = !message->has_server_dry_run || message->server_dry_run;
    submit->native_mutation = prepared->pod_mutation == SPK_MUTATION_NATIVE;
    submit->retry = was_tried_before(call);
    submit->traceparent = *call->traceparent ? call->traceparent : NULL;
    submit->require_submission_id = message->require_submission_id;
    submit->done = on_done;
    submit->context = call;
}

static void name_call(struct spk_call *call, const struct submission *submission)
{
    const struct spk_prepared *prepared = &submission->prepared;

    (void)snprintf(call->ns, sizeof(call->ns), "%s", submission->submit.ns);
    (void)snprintf(call->app, sizeof(call->app), "%s", submission->submit.application_name);
    (void)snprintf(call->pod, sizeof(call->pod), "%s", spk_object_name(prepared->parts.pod));
    (void)snprintf(call->attempt, sizeof(call->attempt), "%s", prepared->key.attempt);
    (void)snprintf(call->submission_id, sizeof(call->submission_id), "%s",
                   prepared->key.submission_id);
}

void spk_method_submit(struct spk_call *call)
{
    struct submission *submission = spk_alloc(&call->arena, sizeof(*submission));
    struct spk_err err = {0};
    const Spk__SubmitRequest *message =
        (const Spk__SubmitRequest *)spk_service_decode(call, &submission->warnings);

    if (!message)
        return;
    if (!draw(submission, &err) || !prepare(call, message, submission, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    fill_submit(call, message, submission);
    spk_warnings_add(&submission->prepared.warnings, &call->arena, &submission->warnings);
    name_call(call, submission);
    submission->call = call;
    call->state = submission;
    call->on_gone = cancel;
    call->then = start;
}

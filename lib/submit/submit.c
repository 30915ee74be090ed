/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/submit.h"

#include "apiserver/http/status.h"
#include "base/limits.h"
#include "deploy/machine.h"
#include "kubernetes/object.h"
#include "translate/translate.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* The starter and the answer race; the second to exchange turn runs the next step, so that
 * exactly one does. */
enum turn { STARTING, STARTED, ANSWERED };

struct state {
    struct spk_submit_call *call;
    struct spk_task task;
    struct spk_machine machine;
    struct spk_action action;          /* the last one */
    struct spk_api_job *next;          /* to be started */
    _Atomic(struct spk_api_job *) job; /* under way, for cancel */
    atomic_int turn;
    /* Arenas of this exchange and the next: request and answer, as large as the objects. */
    struct spk_arena exchanges[2];
    unsigned at; /* the one under way */
    void (*done)(struct spk_api_job *job);
};

static bool is_blank(const char *text)
{
    return !text || !*text;
}

/* Name the refused object: the one of the Status, else the one in hand. */
static void note_object(const struct state *state, const struct spk_api_reply *reply,
                        struct spk_err *refusal)
{
    const cJSON *object = state->action.part->object;
    const char *kind = spk_object_kind(object), *name = spk_object_name(object);

    if (refusal->reason == SPK_NAMESPACE_NOT_FOUND) {
        kind = "Namespace";
        name = state->call->ns;
    } else if (!is_blank(reply->details_kind) && !is_blank(reply->details_name)) {
        kind = spk_resource_kind(reply->details_kind);
        name = reply->details_name;
    }
    spk_err_note(refusal, state->call->arena, "kind", kind);
    spk_err_note(refusal, state->call->arena, "name", name);
}

/* Explain duplicates: a webhook that mutates as well adds the same volumes again. */
static void explain_doubled(struct spk_err *refusal)
{
    char text[sizeof(refusal->text)];

    memcpy(text, refusal->text, sizeof(text));
    (void)snprintf(
        refusal->text, sizeof(refusal->text),
        "an operator's webhook seems to change pods as well as native pod mutation: "
        "submit with --pod-mutation=none; %s",
        text);
    (void)spk_repair_utf8(refusal->text);
}

/* Translate an answer into an observation of the machine. */
static struct spk_seen see(struct state *state, const struct spk_api_job *job)
{
    const struct spk_api_reply *reply = &job->reply;
    static const enum spk_seen_way ways[] = {
        [SPK_API_ANSWERED] = SPK_SEEN_ANSWER,
        [SPK_API_NOT_SENT] = SPK_SEEN_NOT_SENT,
        [SPK_API_INTERRUPTED] = SPK_SEEN_INTERRUPTED,
        [SPK_API_TRUNCATED] = SPK_SEEN_CUT,
        [SPK_API_REFUSED] = SPK_SEEN_REFUSED,
        [SPK_API_CANCELLED] = SPK_SEEN_NOT_SENT, /* or nothing but looked at */
    };
    struct spk_arena *arena = state->call->arena;
    struct spk_seen seen = {
        .way = ways[reply->transport],
        .http = reply->http,
        .reason = reply->reason ? reply->reason : "",
        .message = reply->message ? reply->message : "",
        .object = reply->object,
        .retry_after_ms = reply->retry_after_ms,
        .date_s = reply->date_s,
        .lasting = reply->transport == SPK_API_NOT_SENT && reply->lasting,
    };

    if (reply->http == 0 || reply->http >= 300) {
        struct spk_err *refusal = spk_alloc(arena, sizeof(*refusal));

        (void)spk_status_fail(reply, job->request.resource, arena, refusal);
        if (reply->http)
            note_object(state, reply, refusal);
        if (state->call->native_mutation && spk_status_is_doubled(reply))
            explain_doubled(refusal);
        seen.refusal = refusal;
    }
    for (size_t i = 0; i < reply->warnings.n; i++)
        spk_warn(&state->machine.warnings, arena, "KUBE_WARNING", "", "%s",
                 reply->warnings.items[i]);
    return seen;
}

static const enum spk_api_verb verbs[] = {
    [SPK_ACTION_CREATE] = SPK_API_CREATE,
    [SPK_ACTION_GET] = SPK_API_GET,
    [SPK_ACTION_JSON_PATCH] = SPK_API_JSON_PATCH,
    [SPK_ACTION_MERGE_PATCH] = SPK_API_MERGE_PATCH,
    [SPK_ACTION_WAIT] = SPK_API_WAIT,
};

static struct spk_api_request request_of(const struct state *state)
{
    const struct spk_action *action = &state->action;
    struct spk_api_request request = {.verb = verbs[action->kind], .wait_ms = action->wait_ms};

    if (action->kind == SPK_ACTION_WAIT)
        return request;
    const cJSON *object = action->part->object;
    request.resource =
        spk_resource_find(spk_json_get_text(object, "apiVersion"), spk_object_kind(object));
    request.ns = state->call->ns;
    request.name = action->kind == SPK_ACTION_CREATE ? NULL : spk_object_name(object);
    request.body = action->body;
    request.body_length = action->body ? strlen(action->body) : 0;
    request.timeout_s = action->timeout_s;
    request.dry_run = action->dry_run;
    request.strict = action->strict;
    request.metadata_only = action->metadata_only;
    return request;
}

/* One UUID per request, under which the API server's audit log has it. */
static const char *audit_id(const struct state *state)
{
    const struct spk_submit_call *call = state->call;
    const char *fields[] = {"audit/v1", call->key->object_sha256,
                            spk_printf(call->arena, "%llu/%u",
                                       (unsigned long long)call->jitter_seed,
                                       call->kube_calls)};

    return spk_key_uuid(call->arena, spk_hash_fields(call->arena, fields, SPK_LEN(fields)));
}

static void prepare_job(struct state *state, int64_t now_ms)
{
    struct spk_submit_call *call = state->call;
    const struct spk_action *action = &state->action;
    struct spk_api_job *job = spk_alloc(call->arena, sizeof(*job));

    job->arena = state->machine.scratch;
    job->request = request_of(state);
    job->done = state->done;
    job->context = state;
    job->deadline_ms = now_ms +
                       (action->kind == SPK_ACTION_WAIT ? action->wait_ms : action->limit_ms);
    if (action->kind != SPK_ACTION_WAIT) {
        call->kube_calls++;
        job->request.audit_id = audit_id(state);
        job->request.try = state->machine.progress[state->machine.at].tries + 1;
        job->request.traceparent = call->traceparent;
    }
    state->next = job;
}

static const char *text_at(const cJSON *object, const char *path)
{
    const char *text = spk_json_string(spk_json_at(object, path));

    return text ? text : "";
}

static void fill_objects(struct state *state)
{
    static const enum spk_disposition dispositions[] = {
        [SPK_PART_CREATED] = SPK_DISPOSITION_CREATED,
        [SPK_PART_ADOPTED] = SPK_DISPOSITION_ADOPTED,
        [SPK_PART_WOULD_PASS] = SPK_DISPOSITION_DRY_RUN_OK,
        [SPK_PART_WOULD_FAIL] = SPK_DISPOSITION_DRY_RUN_REFUSED,
    };
    const struct spk_parts *parts = state->call->parts;
    struct spk_submit_result *result = &state->call->result;

    result->objects = spk_alloc_array(state->call->arena, parts->n, sizeof(*result->objects));
    for (size_t i = 0; i < parts->n; i++) {
        const struct spk_progress *progress = &state->machine.progress[i];
        const cJSON *object = parts->items[i].object;

        if (progress->state == SPK_PART_UNKNOWN)
            continue;
        result->objects[result->n_objects++] = (struct spk_object_result){
            .kind = spk_object_kind(object),
            .api_version = text_at(object, "apiVersion"),
            .name = spk_object_name(object),
            .uid = progress->uid && !state->call->validate_only ? progress->uid : "",
            .disposition = dispositions[progress->state],
        };
    }
}

static void fill_result(struct state *state)
{
    struct spk_submit_call *call = state->call;
    const struct spk_machine *machine = &state->machine;
    const char *label = spk_submission_label(machine->pod);
    bool exists = !call->validate_only || machine->would_adopt;

    call->result = (struct spk_submit_result){
        .ns = call->ns,
        .pod_name = spk_object_name(call->parts->pod),
        .pod_uid = exists ? text_at(machine->pod, "metadata.uid") : "",
        .application_id = call->application_id,
        .application_name = call->application_name,
        .submission_id = label ? label : "",
        .pod_phase = exists ? text_at(machine->pod, "status.phase") : "",
        .submitted_at = exists ? text_at(machine->pod, "metadata.creationTimestamp") : "",
        .attempt = call->key->attempt,
        .adopted = machine->adopted,
        .would_adopt = machine->would_adopt,
        .warnings = machine->warnings,
    };
    fill_objects(state);
    call->ok = true;
}

/* The uid of a driver left behind, only if the key is random: with any other key another
 * caller may be adopting this Pod right now. */
static const char *left_behind(const struct spk_machine *machine)
{
    const struct spk_progress *pod = &machine->progress[machine->pod_at];
    bool is_closed = machine->task->parts->variant == SPK_VARIANT_GATED_POD_FIRST &&
                     !machine->committed && !spk_machine_may_be_open(machine);
    bool is_ours = pod->state == SPK_PART_CREATED &&
                   machine->task->key->source == SPK_KEY_RANDOM;

    return is_closed && is_ours ? pod->uid : NULL;
}

static void fill_error(struct state *state)
{
    struct spk_submit_call *call = state->call;

    call->left_uid = left_behind(&state->machine);
    call->err = state->machine.err;
    spk_err_note(&call->err, call->arena, "attempt", call->key->attempt);
    spk_err_note(&call->err, call->arena, "namespace", call->ns);
    spk_err_note(&call->err, call->arena, "pod", spk_object_name(call->parts->pod));
    call->result.warnings = state->machine.warnings;
}

/* Remember the last refused write. A refused GET counts only if nothing was remembered yet. */
static void note_refused(struct spk_submit_call *call, const struct spk_api_request *request,
                         int http)
{
    if (request->verb != SPK_API_GET || (http != 404 && !call->refused.resource))
        call->refused = *request;
    call->refused.body = NULL; /* it ends with its exchange */
}

/* One step of the machine, within a recovery point. */
struct step {
    struct state *state;
    const struct spk_api_job *answered; /* NULL: the first step */
    bool over;
};

static void take_step(void *argument)
{
    struct step *step = argument;
    struct state *state = step->state;
    struct spk_submit_call *call = state->call;
    struct spk_arena *next = &state->exchanges[!state->at];
    int64_t now_ms = call->api->ops->now_ms(call->api);
    bool waited = step->answered && step->answered->request.verb == SPK_API_WAIT;
    struct spk_seen seen = {0};

    next->recovery = call->arena->recovery; /* running out of either ends the call */
    state->machine.scratch = next;
    if (step->answered && !waited)
        seen = see(state, step->answered);
    if (seen.refusal)
        note_refused(call, &step->answered->request, seen.http);
    if (atomic_load(&call->cancelled))
        spk_machine_cancel(&state->machine);
    state->action =
        spk_machine_next(&state->machine, step->answered && !waited ? &seen : NULL, now_ms);
    step->over = true;
    if (state->action.kind == SPK_ACTION_DONE) {
        fill_result(state);
        return;
    }
    if (state->action.kind == SPK_ACTION_FAIL) {
        fill_error(state);
        return;
    }
    prepare_job(state, now_ms);
    step->over = false;
}

/* Free the exchange: its answer has been read. */
static void end_exchange(struct state *state)
{
    spk_arena_free(&state->exchanges[state->at]);
    state->at = !state->at;
}

static void fail_exhausted(struct state *state)
{
    struct spk_submit_call *call = state->call;

    call->ok = false;
    call->left_uid = left_behind(&state->machine);
    spk_fail(&call->err, SPK_REQUEST_TOO_LARGE,
             "the submission needs more memory than a call may have");
    call->err.outcome = spk_machine_outcome(&state->machine);
}

/* Go on until an answer has to be waited for; what answers inside spk_api_start does not
 * recurse. */
static void drive(struct state *state, const struct spk_api_job *answered)
{
    struct spk_submit_call *call = state->call;

    for (;;) {
        struct step step = {.state = state, .answered = answered};

        if (!spk_arena_run(call->arena, take_step, &step)) {
            fail_exhausted(state);
            step.over = true;
        }
        call->retries = state->machine.retries;
        state->exchanges[!state->at].recovery = NULL; /* that of the step is over */
        end_exchange(state);
        if (step.over) {
            call->done(call);
            return;
        }
        answered = state->next;
        atomic_store(&state->turn, STARTING);
        atomic_store(&state->job, state->next);
        spk_machine_sent(&state->machine);
        if (atomic_load(&call->cancelled)) /* since the step was taken */
            atomic_store(&state->next->cancelled, true);
        spk_api_start(call->api, state->next);
        if (atomic_exchange(&state->turn, STARTED) != ANSWERED)
            return;
    }
}

static void on_answer(struct spk_api_job *job)
{
    struct state *state = job->context;

    if (atomic_exchange(&state->turn, ANSWERED) == STARTED)
        drive(state, job);
}

/* As much of the application as it takes to look it up. */
static const struct spk_part *application_part(const struct spk_submit_call *call)
{
    const struct spk_resource *resource = spk_resource_find(NULL, "SparkApplication");
    struct spk_part *part = spk_alloc(call->arena, sizeof(*part));
    cJSON *object = spk_json_new_object(call->arena);
    cJSON *metadata = spk_json_child(object, "metadata");

    spk_json_text(object, "apiVersion", resource->api_version);
    spk_json_text(object, "kind", resource->kind);
    spk_json_text(metadata, "namespace", call->ns);
    spk_json_text(metadata, "name", call->verify);
    *part = (struct spk_part){.kind = SPK_PART_CONTROLLER, .object = object};
    return part;
}

static void free_exchange(void *exchange)
{
    spk_arena_free(exchange);
}

static void make_state(void *argument)
{
    struct spk_submit_call *call = argument;
    struct state *state = spk_alloc(call->arena, sizeof(*state));

    state->call = call;
    state->done = on_answer;
    for (size_t i = 0; i < SPK_LEN(state->exchanges); i++) {
        state->exchanges[i].limit = SPK_EXCHANGE_BYTES;
        spk_defer(call->arena, free_exchange, &state->exchanges[i]);
    }
    state->task = (struct spk_task){
        .parts = call->parts,
        .key = call->key,
        .uid = call->uid,
        .application = call->uid && call->verify ? application_part(call) : NULL,
        .uid_field = call->uid_field,
        .deadline_ms = call->deadline_ms,
        .first_answer_ms = call->first_answer_ms,
        .validate_only = call->validate_only,
        .server_dry_run = call->server_dry_run,
        .retry = call->retry,
        .require_submission_id = call->require_submission_id,
        .jitter_seed = call->jitter_seed,
    };
    spk_machine_init(&state->machine, call->arena, &state->task);
    atomic_store(&call->state, state);
}

void spk_submit_call_init(struct spk_submit_call *call, struct spk_arena *arena,
                          struct spk_api *api, const struct spk_prepared *prepared)
{
    *call = (struct spk_submit_call){
        .arena = arena,
        .api = api,
        .parts = &prepared->parts,
        .key = &prepared->key,
        .ns = prepared->plan.namespace_,
        .uid = prepared->owner.uid,
        .uid_field = prepared->owner.uid_field,
        .application_id = prepared->plan.application_id,
        .application_name = prepared->plan.application_name,
        .native_mutation = prepared->pod_mutation == SPK_MUTATION_NATIVE,
    };
}

void spk_submit_start(struct spk_submit_call *call)
{
    call->ok = false;
    call->kube_calls = call->retries = 0;
    atomic_store(&call->state, NULL);
    call->result = (struct spk_submit_result){0};
    call->err = (struct spk_err){0};
    call->refused = (struct spk_api_request){0};
    call->left_uid = NULL;
    if (!spk_arena_run(call->arena, make_state, call)) {
        spk_fail(&call->err, SPK_REQUEST_TOO_LARGE,
                 "the submission needs more memory than a call may have");
        call->done(call);
        return;
    }
    drive(atomic_load(&call->state), NULL);
}

void spk_submit_cancel(struct spk_submit_call *call)
{
    atomic_store(&call->cancelled, true);
    struct state *state = atomic_load(&call->state);
    if (!state)
        return;
    struct spk_api_job *job = atomic_load(&state->job);
    if (job)
        spk_api_cancel(call->api, job);
}

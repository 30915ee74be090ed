/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/submit.h"

#include "base/limits.h"
#include "kubernetes/object.h"
#include "submit/run.h"
#include "translate/translate.h"

#include <string.h>

static const enum spk_api_verb verbs[] = {
    [SPK_ACTION_CREATE] = SPK_API_CREATE,
    [SPK_ACTION_GET] = SPK_API_GET,
    [SPK_ACTION_JSON_PATCH] = SPK_API_JSON_PATCH,
    [SPK_ACTION_MERGE_PATCH] = SPK_API_MERGE_PATCH,
    [SPK_ACTION_WAIT] = SPK_API_WAIT,
};

static struct spk_api_request
request_of(const struct spk_run *run, const struct spk_action *action, struct spk_arena *arena)
{
    struct spk_api_request request = {.verb = verbs[action->kind], .wait_ms = action->wait_ms};

    if (action->kind == SPK_ACTION_WAIT)
        return request;
    const cJSON *object = spk_machine_object(&run->machine, action->part);
    request.resource =
        spk_resource_find(spk_json_get_text(object, "apiVersion"), spk_object_kind(object));
    request.ns = run->call->ns;
    request.name = action->kind == SPK_ACTION_CREATE ? NULL : spk_object_name(object);
    request.body = spk_machine_body(&run->machine, action, arena);
    request.body_length = request.body ? strlen(request.body) : 0;
    request.timeout_s = action->timeout_s;
    request.dry_run = action->dry_run;
    request.strict = action->strict;
    request.metadata_only = action->metadata_only;
    return request;
}

/* One UUID per request, under which the API server's audit log has it. */
static const char *audit_id(const struct spk_submit_call *call)
{
    const char *fields[] = {"audit/v1", call->key->object_sha256,
                            spk_printf(call->arena, "%llu/%u",
                                       (unsigned long long)call->jitter_seed,
                                       call->kube_calls)};

    return spk_key_uuid(call->arena, spk_hash_fields(call->arena, fields, SPK_LEN(fields)));
}

static void on_answer(struct spk_api_job *job);

/* Jobs are not used again: a thread that cancels may still look at one that is over. */
static struct spk_api_job *make_job(struct spk_exchange *exchange,
                                    const struct spk_action *action, int64_t now_ms)
{
    struct spk_run *run = exchange->run;
    struct spk_submit_call *call = run->call;
    struct spk_api_job *job = spk_alloc(call->arena, sizeof(*job));

    exchange->action = *action;
    job->arena = &exchange->arena;
    job->request = request_of(run, action, &exchange->arena);
    job->done = on_answer;
    job->context = exchange;
    job->deadline_ms = now_ms +
                       (action->kind == SPK_ACTION_WAIT ? action->wait_ms : action->limit_ms);
    if (action->kind != SPK_ACTION_WAIT) {
        call->kube_calls++;
        job->request.audit_id = audit_id(call);
        job->request.try = action->try;
        job->request.traceparent = call->traceparent;
    }
    return job;
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
    struct spk_run *run;
    struct spk_exchange *answered;
    struct spk_api_job *jobs[SPK_MAX_WIDTH]; /* to be started, one per action */
};

/* The first exchange of all is a wait for the API server's loop, and nothing is seen then. */
static void take_step(void *argument)
{
    struct step *step = argument;
    struct spk_run *run = step->run;
    struct spk_submit_call *call = run->call;
    const struct spk_api_job *job = atomic_load(&step->answered->job);
    bool first = run->machine.phase == SPK_PHASE_NEW;
    int64_t now_ms = call->api->ops->now_ms(call->api);
    const struct spk_step_memory memory = {call->arena, &call->result.warnings};
    struct spk_seen seen = {0};

    if (!first)
        seen = spk_run_observe(run, &step->answered->action, job);
    if (seen.refusal)
        note_refused(call, &job->request, seen.http);
    if (atomic_load(&call->cancelled))
        spk_machine_cancel(&run->machine);
    spk_machine_next(&run->machine, &memory, first ? NULL : &seen, now_ms, &run->actions);
    for (size_t i = 0; i < run->actions.n; i++) {
        const struct spk_action *action = &run->actions.items[i];
        struct spk_exchange *exchange = &run->exchanges[action->part];

        /* Running out of either memory ends the call. The answer's is free for the next
         * request of its part. */
        if (exchange == step->answered)
            spk_arena_free(&exchange->arena);
        exchange->arena.recovery = call->arena->recovery;
        step->jobs[i] = make_job(exchange, action, now_ms);
        exchange->arena.recovery = NULL;
    }
    if (run->machine.phase == SPK_PHASE_OVER)
        spk_run_tell(run);
}

/* End what serves no purpose any more; all of it still comes to its end, as ever. */
static void stop(struct spk_run *run, bool writes)
{
    for (size_t i = 0; i <= run->task.parts->n; i++) {
        struct spk_api_job *job = atomic_load(&run->exchanges[i].job);

        if (job && (writes || !spk_api_is_write(job->request.verb)))
            spk_api_cancel(run->call->api, job);
    }
}

static void start(struct spk_exchange *exchange, struct spk_api_job *job)
{
    struct spk_run *run = exchange->run;

    run->under_way++;
    atomic_store(&exchange->job, job);
    if (atomic_load(&run->call->cancelled)) /* since the step was taken */
        atomic_store(&job->cancelled, true);
    spk_api_start(run->call->api, job);
}

/* There is no memory for a step: what is under way is waited for. */
static void exhaust(struct spk_run *run)
{
    for (size_t i = 0; i < run->actions.n; i++) {
        size_t part = run->actions.items[i].part;

        spk_machine_unsent(&run->machine, part);
        run->exchanges[part].arena.recovery = NULL;
    }
    run->actions.n = 0;
    run->exhausted = true;
    stop(run, false);
}

static void take_in(struct spk_run *run, struct spk_exchange *answered)
{
    struct step step = {.run = run, .answered = answered};

    run->actions.n = 0;
    run->actions.stop = false;
    if (!run->exhausted && !spk_arena_run(run->call->arena, take_step, &step))
        exhaust(run);
    run->call->retries = run->machine.retries;
    atomic_store(&answered->job, NULL);
    bool again = false;
    for (size_t i = 0; i < run->actions.n; i++)
        again |= &run->exchanges[run->actions.items[i].part] == answered;
    if (!again)
        spk_arena_free(&answered->arena);
    for (size_t i = 0; i < run->actions.n; i++)
        start(&run->exchanges[run->actions.items[i].part], step.jobs[i]);
    if (run->actions.stop)
        stop(run, false);
}

/* Take answers in until one has to be waited for; those that come inside spk_api_start, while
 * others are started, wait for their turn. */
static void drive(struct spk_run *run)
{
    run->driving = true;
    while (run->answered) {
        struct spk_exchange *answered = run->answered;

        run->answered = answered->next;
        if (!run->answered)
            run->last_answered = &run->answered;
        take_in(run, answered);
    }
    run->driving = false;
    if (run->under_way > 0)
        return;
    if (run->exhausted)
        spk_run_tell_exhausted(run);
    run->call->done(run->call);
}

static void on_answer(struct spk_api_job *job)
{
    struct spk_exchange *exchange = job->context;
    struct spk_run *run = exchange->run;

    run->under_way--;
    exchange->next = NULL;
    *run->last_answered = exchange;
    run->last_answered = &exchange->next;
    if (!run->driving)
        drive(run);
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
    spk_arena_free(&((struct spk_exchange *)exchange)->arena);
}

static void make_exchanges(struct spk_run *run)
{
    struct spk_arena *arena = run->call->arena;
    size_t n = run->call->parts->n + 1;

    run->exchanges = spk_alloc_array(arena, n, sizeof(*run->exchanges));
    for (size_t i = 0; i < n; i++) {
        run->exchanges[i].run = run;
        run->exchanges[i].arena.limit = SPK_EXCHANGE_BYTES;
        spk_defer(arena, free_exchange, &run->exchanges[i]);
    }
    run->last_answered = &run->answered;
}

static void make_run(void *argument)
{
    struct spk_submit_call *call = argument;
    struct spk_run *run = spk_alloc(call->arena, sizeof(*run));
    size_t n = call->parts->n + 1;

    run->call = call;
    make_exchanges(run);
    run->task = (struct spk_task){
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
    spk_machine_init(&run->machine,
                     spk_alloc_array(call->arena, n, sizeof(*run->machine.parts)), &run->task);
    struct spk_api_job *first = make_job(&run->exchanges[n - 1],
                                         &(struct spk_action){.kind = SPK_ACTION_WAIT},
                                         call->api->ops->now_ms(call->api));
    atomic_store(&run->exchanges[n - 1].job, first);
    atomic_store(&call->state, run);
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
    if (!spk_arena_run(call->arena, make_run, call)) {
        spk_fail(&call->err, SPK_REQUEST_TOO_LARGE,
                 "the submission needs more memory than a call may have");
        call->done(call);
        return;
    }
    struct spk_run *run = atomic_load(&call->state);
    struct spk_exchange *first = &run->exchanges[call->parts->n];
    start(first, atomic_load(&first->job));
}

void spk_submit_cancel(struct spk_submit_call *call)
{
    atomic_store(&call->cancelled, true);
    struct spk_run *run = atomic_load(&call->state);
    if (run)
        stop(run, true);
}

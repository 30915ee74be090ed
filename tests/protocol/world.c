/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "deploy/adopt.h"
#include "kubernetes/object.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_ARENA       ((size_t)4 << 20)
#define MAX_REPEATS      6U
#define CALL_DEADLINE_MS 60000

/* The API server. */

static void keep_reply(struct spk_api_job *job)
{
    (void)job;
}

static struct spk_api_reply ask(struct world *world, struct spk_arena *arena,
                                const struct spk_api_request *request)
{
    struct spk_api_job *job = spk_alloc(arena, sizeof(*job));

    job->arena = arena;
    job->request = *request;
    job->done = keep_reply;
    spk_api_start(world->memory, job);
    return job->reply;
}

const cJSON *world_get(struct world *world, struct spk_arena *arena, const char *kind,
                       const char *name)
{
    struct spk_api_request request = {.verb = SPK_API_GET,
                                      .resource = spk_resource_find(NULL, kind),
                                      .ns = WORLD_NS,
                                      .name = name};

    return ask(world, arena, &request).object;
}

static struct event *log_event(struct world *world, const struct event *event)
{
    assert(world->n_events < MAX_EVENTS);
    world->events[world->n_events] = *event;
    return &world->events[world->n_events++];
}

static const char *attempt_of(struct spk_arena *arena, const cJSON *object)
{
    const char *mark =
        spk_json_get_text(spk_json_at(object, "metadata.annotations"), SPK_MARK "key");

    return mark ? spk_strndup(arena, mark, SPK_SHA256_HEX) : "";
}

/* Whether all children of the Pod's rendering are there. */
static bool is_complete(struct world *world, const struct call *by, const cJSON *pod)
{
    struct spk_arena *arena = by->submit.arena;
    const char *mark =
        spk_json_get_text(spk_json_at(pod, "metadata.annotations"), SPK_MARK "key");

    for (size_t i = 0; i < world->n_calls; i++) {
        const struct rendering *r = &world->calls[i]->rendering;

        if (!mark || strcmp(mark + SPK_SHA256_HEX + 1, r->key.object_sha256) != 0)
            continue;
        for (size_t part = 0; part < r->parts.n; part++) {
            const cJSON *object = r->parts.items[part].object;
            const cJSON *there =
                world_get(world, arena, spk_object_kind(object), spk_object_name(object));

            if (!there)
                return false;
        }
        return true;
    }
    return false;
}

static void log_commit(struct world *world, const struct call *call, const cJSON *before,
                       const cJSON *after)
{
    bool opened = spk_gate_index(after) < 0 && (!before || spk_gate_index(before) >= 0);

    if (!opened || strcmp(spk_object_kind(after), "Pod") != 0)
        return;
    log_event(world, &(struct event){.kind = EVENT_COMMITTED,
                                     .call = call->index,
                                     .uid = spk_object_uid(after),
                                     .attempt = attempt_of(call->submit.arena, after),
                                     .complete = is_complete(world, call, after)});
}

/* Carry a request out, and remember what it did. */
static struct spk_api_reply carry_out(struct world *world, const struct call *call,
                                      const struct spk_api_request *request)
{
    struct spk_arena *arena = call->submit.arena;
    const cJSON *before = NULL;

    if (request->name && request->verb != SPK_API_GET)
        before = world_get(world, arena, request->resource->kind, request->name);
    struct spk_api_reply reply = ask(world, arena, request);
    if (reply.http >= 300 || request->verb == SPK_API_GET || request->dry_run)
        return reply;
    log_event(world, &(struct event){.kind = request->verb == SPK_API_CREATE ? EVENT_CREATED
                                                                             : EVENT_PATCHED,
                                     .call = call->index,
                                     .object_kind = request->resource->kind,
                                     .name = spk_object_name(reply.object),
                                     .uid = spk_object_uid(reply.object),
                                     .attempt = attempt_of(arena, reply.object)});
    log_commit(world, call, before, reply.object);
    return reply;
}

/* The network. */

static struct spk_api_reply no_answer(enum spk_api_transport transport)
{
    return (struct spk_api_reply){.transport = transport,
                                  .reason = "",
                                  .message = "",
                                  .details_kind = "",
                                  .details_name = "",
                                  .trouble = "simulated"};
}

static struct spk_api_reply refusal(int http, const char *reason, const char *message)
{
    struct spk_api_reply reply = no_answer(SPK_API_ANSWERED);

    reply.http = http;
    reply.reason = reason;
    reply.message = message;
    return reply;
}

/* The network has bytes of its own: the caller's end with the exchange. */
static void delay(struct world *world, struct call *call, const struct spk_api_job *job,
                  enum fault fault)
{
    int64_t due_ms = fault == FAULT_LATE
                         ? world->now_ms + (int64_t)job->request.timeout_s * 1000
                         : INT64_MAX;
    struct late *late = &world->late[world->n_late++];

    assert(world->n_late <= MAX_LATE);
    *late = (struct late){call, job->request, due_ms};
    late->request.body = spk_strdup(&call->arena, job->request.body);
}

static struct spk_api_reply answer(struct world *world, struct call *call,
                                   const struct spk_api_job *job, enum fault fault)
{
    const struct fault_rule *rule = &fault_rules[fault];
    struct spk_api_reply real = no_answer(SPK_API_INTERRUPTED);

    if (rule->effect)
        real = carry_out(world, call, &job->request);
    call->cut_off |= rule->cuts_off;
    if (fault == FAULT_NONE || (fault == FAULT_CUT && real.http >= 300))
        return real;
    if (fault == FAULT_LATE || fault == FAULT_VERY_LATE)
        delay(world, call, job, fault);
    if (rule->http)
        return refusal(rule->http, rule->reason, rule->message);
    struct spk_api_reply reply = no_answer(rule->transport);
    if (fault == FAULT_CUT)
        reply.http = real.http;
    return reply;
}

static enum fault pick_fault(struct world *world, const struct call *call,
                             const struct spk_api_job *job)
{
    struct fault_list list = fault_list(job->request.verb);

    if (call->cut_off)
        return FAULT_NOT_SENT;
    if (world->script)
        return world->script(world, call, job);
    if (world->faults_left == 0)
        return FAULT_NONE;
    if (!world->scenario->crashes)
        list.n -= list.deaths;
    enum fault fault = list.items[choose(world->choices, list.n)];
    world->faults_left -= fault != FAULT_NONE;
    return fault;
}

static void log_request(struct world *world, const struct call *call,
                        const struct spk_api_job *job, enum fault fault)
{
    const struct spk_api_request *request = &job->request;
    const char *name = request->name;

    if (!name)
        name = spk_object_name(call->submit.parts->pod);
    for (size_t i = 0; !request->name && i < call->submit.parts->n; i++) {
        const cJSON *object = call->submit.parts->items[i].object;
        const char *quoted = spk_printf(call->submit.arena, "\"name\":\"%s\",\"namespace\"",
                                        spk_object_name(object));

        if (strcmp(spk_object_kind(object), request->resource->kind) == 0 &&
            strstr(request->body, quoted))
            name = spk_object_name(object);
    }
    log_event(world, &(struct event){.kind = EVENT_SENT,
                                     .call = call->index,
                                     .verb = request->verb,
                                     .fault = fault,
                                     .object_kind = request->resource->kind,
                                     .name = name,
                                     .timeout_s = request->timeout_s,
                                     .dry_run = request->dry_run});
}

static struct spk_api_job *take_pending(struct call *call, size_t which)
{
    struct spk_api_job *job = call->pending[which];

    for (size_t i = which + 1; i < call->n_pending; i++)
        call->pending[i - 1] = call->pending[i];
    call->n_pending--;
    return job;
}

/* Carry out one of the things that the call waits for. */
static void serve(struct world *world, struct call *call, size_t which)
{
    struct spk_api_job *job = take_pending(call, which);

    world->now_ms++;
    if (job->request.verb == SPK_API_WAIT) {
        if (world->now_ms < job->due_ms)
            world->now_ms = job->due_ms;
        job->reply = no_answer(SPK_API_ANSWERED);
        job->done(job);
        return;
    }
    if (world->meddle)
        world->meddle(world, call, job);
    enum fault fault = pick_fault(world, call, job);
    log_request(world, call, job, fault);
    job->reply = answer(world, call, job, fault);
    if (fault == FAULT_CRASH_BEFORE || fault == FAULT_CRASH_AFTER)
        call->crashed = true;
    else
        job->done(job);
}

static void arrive(struct world *world, size_t i)
{
    struct late late = world->late[i];

    world->late[i] = world->late[--world->n_late];
    (void)carry_out(world, late.call, &late.request);
}

void world_arrive(struct world *world)
{
    if (world->n_late > 0)
        arrive(world, 0);
}

void world_delete(struct world *world, struct spk_arena *arena, const char *kind,
                  const char *name)
{
    struct spk_api_request request = {.verb = SPK_API_DELETE,
                                      .resource = spk_resource_find(NULL, kind),
                                      .ns = WORLD_NS,
                                      .name = name};

    (void)ask(world, arena, &request);
}

static void wire_start(struct spk_api *api, struct spk_api_job *job)
{
    struct call *call = (struct call *)(void *)((char *)api - offsetof(struct call, wire));

    assert(call->n_pending < MAX_WIDTH && !call->finished);
    job->due_ms = call->world->now_ms + 1 + job->request.wait_ms;
    if (job->request.verb == SPK_API_WAIT && job->request.wait_ms == 0)
        job->done(job);
    else
        call->pending[call->n_pending++] = job;
}

static void wire_cancel(struct spk_api *api, struct spk_api_job *job)
{
    (void)api;
    (void)job;
}

static int64_t wire_now(struct spk_api *api)
{
    const struct call *call =
        (const struct call *)(void *)((char *)api - offsetof(struct call, wire));

    return call->world->now_ms;
}

static void wire_close(struct spk_api *api)
{
    (void)api;
}

static const struct spk_api_ops wire_ops = {wire_start, wire_cancel, wire_now, wire_close};

/* Callers. */

static void note_end(struct spk_submit_call *submit)
{
    struct call *call = submit->context;

    assert(!call->finished);
    call->finished = true;
    call->ended_at = call->world->n_events;
}

static void render(const struct world *world, struct call *call)
{
    const struct scenario *scenario = world->scenario;

    rendering_init(
        &call->rendering,
        &(struct rendering_input){
            .variant = scenario->variant,
            .uid = scenario->variant == SPK_VARIANT_CHILDREN_FIRST ? world->uid : NULL,
            .id = scenario->other_ids ? call->index : 0,
            .parts = scenario->rich ? ALL_PARTS : PLAIN_PARTS,
        });
}

static struct call *begin(struct world *world, size_t caller, bool retry)
{
    struct call *call = calloc(1, sizeof(*call));

    assert(call && world->n_calls < MAX_CALLS);
    call->world = world;
    call->caller = caller;
    call->index = world->n_calls;
    call->wire = (struct spk_api){.ops = &wire_ops, .url = "simulation"};
    call->arena = (struct spk_arena)SPK_ARENA_LIMIT(CALL_ARENA);
    render(world, call);
    world->calls[world->n_calls++] = call;
    world->current[caller] = call;
    call->submit = (struct spk_submit_call){
        .arena = &call->arena,
        .api = &call->wire,
        .parts = &call->rendering.parts,
        .key = &call->rendering.key,
        .ns = WORLD_NS,
        .uid = call->rendering.uid,
        .verify = world->scenario->verifies ? "pi" : NULL,
        .application_id = "spark-1",
        .application_name = "pi",
        .deadline_ms = world->now_ms + CALL_DEADLINE_MS,
        .retry = retry,
        .require_submission_id = world->require_submission_id,
        .jitter_seed = call->index + 1,
        .done = note_end,
        .context = call,
    };
    spk_submit_start(&call->submit);
    return call;
}

/* Whether a caller got no good answer, and asks again. */
static bool asks_again(const struct world *world, size_t caller)
{
    const struct call *call = world->current[caller];
    bool failed = call->crashed || (call->finished && !call->submit.ok);

    return failed && world->n_calls < world->scenario->callers * MAX_REPEATS;
}

static bool anybody_asks_again(const struct world *world)
{
    for (size_t i = 0; i < world->scenario->callers; i++)
        if (asks_again(world, i))
            return true;
    return false;
}

static void repeat_calls(struct world *world)
{
    for (size_t i = 0; i < world->scenario->callers; i++)
        if (asks_again(world, i))
            (void)begin(world, i, world->current[i]->index % 2 == 1);
}

/* One step of whoever is chosen; false: nothing is left to happen. */
static bool step(struct world *world)
{
    struct {
        struct call *call;
        size_t which;
    } ready[MAX_CALLERS * MAX_WIDTH];
    unsigned n = 0;

    for (size_t i = 0; i < world->n_late; i++)
        if (world->late[i].due_ms <= world->now_ms) {
            arrive(world, i);
            return true;
        }
    for (size_t i = 0; i < world->scenario->callers; i++) {
        struct call *call = world->current[i];
        size_t pending = call && !call->crashed ? call->n_pending : 0;

        for (size_t which = 0; which < pending; which++, n++) {
            ready[n].call = call;
            ready[n].which = which;
        }
    }
    /* Who was answered may ask again before what is late arrives. */
    bool again = n == 0 && anybody_asks_again(world);
    unsigned late = (unsigned)world->n_late;
    if (n + late + again == 0)
        return false;
    unsigned pick = choose(world->choices, n + late + again);
    if (pick < n)
        serve(world, ready[pick].call, ready[pick].which);
    else if (pick < n + late)
        arrive(world, pick - n);
    else
        repeat_calls(world);
    return true;
}

void world_run(struct world *world)
{
    for (size_t i = 0; i < world->scenario->callers; i++)
        (void)begin(world, i, false);
    while (step(world))
        ;
}

struct call *world_call(struct world *world, bool retry)
{
    struct call *call = begin(world, 0, retry);

    while (!call->finished && !call->crashed)
        serve(world, call, 0);
    return call;
}

static int64_t world_clock(void *context)
{
    return ((const struct world *)context)->now_ms;
}

static void put_application(struct world *world)
{
    static const char body[] =
        "{\"kind\":\"SparkApplication\",\"metadata\":{\"name\":\"pi\"}}";
    struct spk_arena arena = SPK_ARENA_LIMIT(CALL_ARENA);
    struct spk_api_request request = {.verb = SPK_API_CREATE,
                                      .resource = spk_resource_find(NULL, "SparkApplication"),
                                      .ns = WORLD_NS,
                                      .body = body,
                                      .body_length = strlen(body)};
    const cJSON *application = ask(world, &arena, &request).object;

    assert(application);
    (void)snprintf(world->uid, sizeof(world->uid), "%s", spk_object_uid(application));
    spk_arena_free(&arena);
}

void world_open(struct world *world, const struct scenario *scenario, struct choices *choices)
{
    struct spk_err err;

    *world = (struct world){.scenario = scenario,
                            .choices = choices,
                            .faults_left = scenario->faults,
                            .now_ms = 1000000};
    bool opened = spk_memory_open(&world->memory, &err);
    assert(opened);
    (void)opened;
    spk_memory_set_clock(world->memory, world_clock, world);
    put_application(world);
}

void world_close(struct world *world)
{
    for (size_t i = 0; i < world->n_calls; i++) {
        spk_arena_free(&world->calls[i]->arena);
        spk_arena_free(&world->calls[i]->rendering.arena);
        free(world->calls[i]);
    }
    spk_api_close(world->memory);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/memory_server.h"

#include "apiserver/memory/exchange.h"
#include "apiserver/memory/watches.h"
#include "base/clock.h"
#include "base/limits.h"

struct memory {
    struct spk_api api; /* first */
    struct spk_arena arena;
    struct spk_store *store;
    struct spk_watches watches;
    atomic_uint_fast64_t uids;
    int64_t (*now_ms)(void *context); /* NULL: the machine's clocks */
    void *context;
    spk_memory_guard *guard;
    void *guard_context;
};

static struct memory *memory_of(struct spk_api *api)
{
    return (struct memory *)(void *)api;
}

static int64_t wall_ms(const struct memory *memory)
{
    return memory->now_ms ? memory->now_ms(memory->context) : spk_wall_ms();
}

/* A request whose headers could not be sent to a real server is not answered here either. */
static bool check_as(const struct spk_api_request *request, struct spk_arena *arena,
                     struct spk_api_reply *reply)
{
    struct spk_strings headers = {0};
    struct spk_err err = {0};

    if (!request->as || spk_impersonation_headers(arena, request->as, &headers, &err))
        return true;
    reply->transport = SPK_API_REFUSED;
    reply->refused = err.reason;
    reply->trouble = spk_strdup(arena, err.text);
    return false;
}

static void run(void *argument)
{
    struct spk_memory_exchange *ex = argument;

    if (check_as(ex->request, ex->arena, ex->reply))
        spk_exchange_run(ex);
}

static void answer(struct memory *memory, struct spk_api_job *job)
{
    struct spk_memory_exchange ex = {.store = memory->store,
                                     .uids = &memory->uids,
                                     .now_ms = wall_ms(memory),
                                     .guard = memory->guard,
                                     .guard_context = memory->guard_context,
                                     .arena = job->arena,
                                     .request = &job->request,
                                     .reply = &job->reply};

    if (!spk_arena_run(job->arena, run, &ex)) {
        job->reply.transport = SPK_API_INTERRUPTED; /* it may have had its effect */
        job->reply.http = 0;
        job->reply.object = NULL;
        job->reply.trouble = "the call's memory is used up";
    }
    job->reply.date_s = ex.now_ms / 1000;
}

/* Watches hear of a change before its owner does. */
static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct memory *memory = memory_of(api);
    bool watch = job->request.verb == SPK_API_WATCH;

    job->reply = (struct spk_api_reply){.transport = SPK_API_ANSWERED,
                                        .reason = "",
                                        .message = "",
                                        .details_kind = "",
                                        .details_name = "",
                                        .trouble = ""};
    answer(memory, job);
    if (watch && job->reply.http == 200) {
        spk_watches_start(&memory->watches, job);
        return;
    }
    if (spk_api_is_write(job->request.verb))
        spk_watches_tell(&memory->watches);
    spk_api_finish(api, job);
}

/* A job that was started is over by now, unless it is a watch. */
static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    atomic_store(&job->cancelled, true);
    if (job->request.verb == SPK_API_WATCH)
        spk_watches_tell(&memory_of(api)->watches);
}

static int64_t now_ms(struct spk_api *api)
{
    const struct memory *memory = memory_of(api);

    return memory->now_ms ? memory->now_ms(memory->context) : spk_monotonic_ms();
}

static void close_memory(struct spk_api *api)
{
    struct memory *memory = memory_of(api);
    struct spk_arena arena = memory->arena;

    spk_watches_end(&memory->watches, true);
    spk_store_close(memory->store);
    spk_arena_free(&arena);
}

static const struct spk_api_ops ops = {
    .start = start, .cancel = cancel, .now_ms = now_ms, .close = close_memory};

/* An arena and the server made in it. */
struct opening {
    struct spk_arena arena;
    struct memory *memory;
};

static void make_memory(void *argument)
{
    struct opening *opening = argument;

    opening->memory = spk_alloc(&opening->arena, sizeof(*opening->memory));
}

bool spk_memory_open(struct spk_api **out, struct spk_err *err)
{
    struct opening opening = {.arena = SPK_ARENA_LIMIT(SPK_KIB(4))};

    if (!spk_arena_run(&opening.arena, make_memory, &opening))
        return spk_fail(err, SPK_SERVER_OVERLOADED, "out of memory");
    opening.memory->store = spk_store_open();
    if (!opening.memory->store) {
        spk_arena_free(&opening.arena);
        return spk_fail(err, SPK_SERVER_OVERLOADED, "out of memory");
    }
    opening.memory->api =
        (struct spk_api){.ops = &ops, .url = "memory", .default_namespace = "default"};
    opening.memory->watches =
        (struct spk_watches){.api = &opening.memory->api, .store = opening.memory->store};
    (void)pthread_mutex_init(&opening.memory->watches.lock, NULL);
    opening.memory->arena = opening.arena;
    *out = &opening.memory->api;
    return true;
}

void spk_memory_clear(struct spk_api *api)
{
    spk_store_clear(memory_of(api)->store);
    spk_watches_tell(&memory_of(api)->watches);
}

void spk_memory_compact(struct spk_api *api)
{
    spk_store_compact(memory_of(api)->store);
}

void spk_memory_bookmark(struct spk_api *api)
{
    spk_watches_bookmark(&memory_of(api)->watches);
}

void spk_memory_close_watches(struct spk_api *api)
{
    spk_watches_end(&memory_of(api)->watches, false);
}

void spk_memory_set_guard(struct spk_api *api, spk_memory_guard *guard, void *context)
{
    memory_of(api)->guard = guard;
    memory_of(api)->guard_context = context;
}

void spk_memory_set_clock(struct spk_api *api, int64_t (*now)(void *context), void *context)
{
    memory_of(api)->now_ms = now;
    memory_of(api)->context = context;
}

void spk_memory_put(struct spk_api *api, struct spk_arena *arena, const char *ns,
                    const cJSON *object)
{
    struct memory *memory = memory_of(api);
    cJSON *copy = spk_json_copy(arena, object);
    const char *name = spk_json_string(spk_json_at(object, "metadata.name"));
    struct spk_store_key key = {
        .resource = spk_resource_find(spk_json_get_text(object, "apiVersion"),
                                      spk_json_get_text(object, "kind")),
        .ns = ns,
        .name = name ? name : ""};
    enum spk_store_verdict verdict;
    uint64_t version;

    if (!spk_json_at(object, "metadata.uid"))
        spk_exchange_set_uid(copy, &memory->uids);
    spk_json_text(spk_json_child(copy, "metadata"), "namespace", ns);
    do {
        const struct spk_stored *present = spk_store_get(memory->store, arena, &key);
        struct spk_stored *next = spk_stored_new(arena, &key, copy);

        verdict = next ? spk_store_swap(memory->store, &key, present, next, &version)
                       : SPK_STORE_FULL;
    } while (verdict == SPK_STORE_TAKEN || verdict == SPK_STORE_CHANGED);
    spk_watches_tell(&memory->watches);
}

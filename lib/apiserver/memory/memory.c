/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/memory.h"

#include "apiserver/memory/patch.h"
#include "apiserver/memory/store.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "json/read.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

struct memory {
    struct spk_api api; /* first */
    struct spk_arena arena;
    struct spk_store *store;
    atomic_uint_fast64_t uids;
    int64_t (*now_ms)(void *context); /* NULL: the machine's clocks */
    void *context;
};

static struct memory *memory_of(struct spk_api *api)
{
    return (struct memory *)(void *)api;
}

static int64_t wall_ms(const struct memory *memory)
{
    return memory->now_ms ? memory->now_ms(memory->context) : spk_wall_ms();
}

/* One request as the verbs see it. */
struct exchange {
    struct memory *memory;
    struct spk_arena *arena;
    const struct spk_api_request *request;
    struct spk_api_reply *reply;
    struct spk_store_key key;
    cJSON *body; /* NULL: none */
};

static void answer(struct exchange *ex, int http, const cJSON *object)
{
    ex->reply->http = http;
    ex->reply->object = object;
}

/* A refusal with a Status, as apimachinery's errors package words it. */
static void refuse(struct exchange *ex, int http, const char *reason, const char *message)
{
    answer(ex, http, NULL);
    ex->reply->reason = reason;
    ex->reply->message = message;
    ex->reply->details_kind = ex->key.resource->plural;
    ex->reply->details_name = ex->key.name;
}

static void refuse_object(struct exchange *ex, int http, const char *reason, const char *what)
{
    refuse(
        ex, http, reason,
        spk_printf(ex->arena, "%s \"%s\" %s", ex->key.resource->plural, ex->key.name, what));
}

static const char *timestamp(struct spk_arena *arena, int64_t ms)
{
    char text[SPK_TIMESTAMP_SIZE];

    return spk_timestamp_write(ms / 1000, text) ? spk_strdup(arena, text)
                                                : "1970-01-01T00:00:00Z";
}

static void set_version(struct memory *memory, cJSON *object)
{
    spk_json_text(
        spk_json_child(object, "metadata"), "resourceVersion",
        spk_printf(spk_json_arena(object), "%" PRIu64, spk_store_next_version(memory->store)));
}

static void set_uid(struct memory *memory, cJSON *object)
{
    spk_json_text(spk_json_child(object, "metadata"), "uid",
                  spk_printf(spk_json_arena(object), "00000000-0000-4000-8000-%012" PRIx64,
                             (uint64_t)atomic_fetch_add(&memory->uids, 1) + 1));
}

static const char *name_of(const cJSON *object)
{
    const char *name = spk_json_string(spk_json_at(object, "metadata.name"));

    return name ? name : "";
}

/* Add the fields that the API server sets on every new object. */
static void complete(struct exchange *ex, cJSON *object)
{
    cJSON *metadata = spk_json_child(object, "metadata");

    set_uid(ex->memory, object);
    set_version(ex->memory, object);
    spk_json_text(metadata, "namespace", ex->key.ns);
    spk_json_text(metadata, "creationTimestamp", timestamp(ex->arena, wall_ms(ex->memory)));
    if (strcmp(ex->key.resource->kind, "Pod") == 0) {
        spk_json_set(object, "status", spk_json_new_object(ex->arena));
        spk_json_text(spk_json_child(object, "status"), "phase", "Pending");
    }
}

static bool is_terminating(const cJSON *object)
{
    return spk_json_at(object, "metadata.deletionTimestamp") != NULL;
}

static void refuse_taken(struct exchange *ex, const struct spk_stored *present)
{
    const cJSON *object = present ? spk_stored_read(ex->arena, present) : NULL;

    refuse_object(ex, 409, "AlreadyExists", "already exists");
    if (is_terminating(object))
        ex->reply->message =
            spk_printf(ex->arena, "object is being deleted: %s", ex->reply->message);
}

static void create(struct exchange *ex)
{
    const struct spk_stored *present;

    ex->key.name = name_of(ex->body);
    if (*ex->key.name == '\0') {
        refuse(ex, 422, "Invalid", "name or generateName is required");
        return;
    }
    complete(ex, ex->body);
    if (ex->request->dry_run) {
        present = spk_store_get(ex->memory->store, ex->arena, &ex->key);
        if (present)
            refuse_taken(ex, present);
        else
            answer(ex, 201, ex->body);
        return;
    }

    struct spk_stored *next = spk_stored_new(ex->arena, &ex->key, ex->body);
    enum spk_store_verdict verdict =
        next ? spk_store_swap(ex->memory->store, &ex->key, NULL, next) : SPK_STORE_FULL;
    if (verdict == SPK_STORE_FULL)
        refuse(ex, 500, "InternalError", "etcdserver: mvcc: database space exceeded");
    else if (verdict == SPK_STORE_TAKEN)
        refuse_taken(ex, spk_store_get(ex->memory->store, ex->arena, &ex->key));
    else
        answer(ex, 201, ex->body);
}

/* The present object; NULL: a 404 has been answered. */
static const struct spk_stored *find(struct exchange *ex)
{
    const struct spk_stored *present = spk_store_get(ex->memory->store, ex->arena, &ex->key);

    if (!present)
        refuse_object(ex, 404, "NotFound", "not found");
    return present;
}

static void get(struct exchange *ex)
{
    const struct spk_stored *present = find(ex);

    if (present)
        answer(ex, 200, spk_stored_read(ex->arena, present));
}

/* True if the field that selector ("a.b=value") names has its value. */
static bool has_field(struct spk_arena *arena, const cJSON *object, const char *selector)
{
    const char *equals = selector ? strchr(selector, '=') : NULL;

    if (!equals)
        return true;
    return spk_text_equal(
        spk_json_string(
            spk_json_at(object, spk_strndup(arena, selector, (size_t)(equals - selector)))),
        equals + 1);
}

/* One page: a token is the number of objects before it. */
static void list(struct exchange *ex)
{
    cJSON *object = spk_json_new_object(ex->arena);
    cJSON *metadata = spk_json_child(object, "metadata");
    cJSON *page = spk_json_list(object, "items");
    const char *selector = ex->request->label_selector;
    const char *token = ex->request->continue_token;
    size_t limit = ex->request->limit ? ex->request->limit : SIZE_MAX;
    struct spk_strings wanted = {0};
    struct spk_stored_item *items;
    int64_t start = 0;

    if (selector && *selector)
        wanted = spk_split(ex->arena, selector, ',');
    if (token && (!spk_parse_int64(token, &start) || start < 0)) {
        refuse(ex, 400, "BadRequest", "continue key is not valid");
        return;
    }
    spk_json_text(object, "apiVersion", ex->key.resource->api_version);
    spk_json_text(object, "kind", spk_printf(ex->arena, "%sList", ex->key.resource->kind));
    size_t n = spk_store_list(ex->memory->store, ex->arena, &ex->key, &wanted, &items);
    for (size_t i = (size_t)start; i < n; i++) {
        cJSON *item = spk_stored_read(ex->arena, items[i].stored);

        if (!has_field(ex->arena, item, ex->request->field_selector))
            continue;
        if (spk_json_size(page) == limit) {
            spk_json_text(metadata, "continue", spk_printf(ex->arena, "%zu", i));
            break;
        }
        spk_json_push(page, item);
    }
    answer(ex, 200, object);
}

/* Change object by the request's patch; false: a refusal has been answered. */
static bool change(struct exchange *ex, cJSON *object)
{
    const char *version = spk_json_string(spk_json_at(object, "metadata.resourceVersion"));
    const char *wanted = spk_json_string(spk_json_at(ex->body, "metadata.resourceVersion"));
    struct spk_err err;

    if (ex->request->verb == SPK_API_JSON_PATCH) {
        if (spk_patch_apply(object, ex->body, &err))
            return true;
        refuse(ex, 422, "Invalid", spk_strdup(ex->arena, err.text));
        return false;
    }
    if (wanted && !spk_text_equal(wanted, version)) {
        refuse_object(ex, 409, "Conflict", "has been modified");
        return false;
    }
    spk_patch_merge(object, ex->body);
    return true;
}

static void patch(struct exchange *ex)
{
    enum spk_store_verdict verdict;

    do {
        const struct spk_stored *present = find(ex);
        if (!present)
            return;
        cJSON *object = spk_stored_read(ex->arena, present);
        if (!change(ex, object))
            return;
        set_version(ex->memory, object);
        answer(ex, 200, object);
        if (ex->request->dry_run)
            return;
        struct spk_stored *next = spk_stored_new(ex->arena, &ex->key, object);
        verdict = next ? spk_store_swap(ex->memory->store, &ex->key, present, next)
                       : SPK_STORE_FULL;
    } while (verdict == SPK_STORE_CHANGED);
    if (verdict == SPK_STORE_FULL)
        refuse(ex, 500, "InternalError", "etcdserver: mvcc: database space exceeded");
}

static bool meets(const cJSON *object, const cJSON *preconditions, const char *field)
{
    const char *wanted = spk_json_get_text(preconditions, field);

    return !wanted ||
           spk_text_equal(wanted, spk_json_get_text(spk_json_get(object, "metadata"), field));
}

/* Options in a body stand for all of those in the query. */
static void delete_object(struct exchange *ex)
{
    bool is_dry = ex->body ? spk_json_get(ex->body, "dryRun") != NULL : ex->request->dry_run;
    const cJSON *preconditions = spk_json_get(ex->body, "preconditions");
    const struct spk_stored *present;

    do {
        present = find(ex);
        if (!present)
            return;
        cJSON *object = spk_stored_read(ex->arena, present);
        if (!meets(object, preconditions, "uid") ||
            !meets(object, preconditions, "resourceVersion")) {
            refuse_object(ex, 409, "Conflict", "does not meet the preconditions");
            return;
        }
        answer(ex, 200, object);
    } while (!is_dry &&
             spk_store_swap(ex->memory->store, &ex->key, present, NULL) == SPK_STORE_CHANGED);
}

static void version(struct exchange *ex)
{
    cJSON *object = spk_json_new_object(ex->arena);

    spk_json_text(object, "major", "1");
    spk_json_text(object, "minor", "34");
    spk_json_text(object, "gitVersion", "v1.34.4");
    answer(ex, 200, object);
}

static void wait(struct exchange *ex)
{
    answer(ex, 200, NULL);
}

static const struct verb {
    void (*run)(struct exchange *ex); /* NULL: not there yet */
    bool body;                        /* needs one */
} verbs[] = {
    [SPK_API_GET] = {get, false},          [SPK_API_LIST] = {list, false},
    [SPK_API_CREATE] = {create, true},     [SPK_API_JSON_PATCH] = {patch, true},
    [SPK_API_MERGE_PATCH] = {patch, true}, [SPK_API_DELETE] = {delete_object, false},
    [SPK_API_VERSION] = {version, false},  [SPK_API_WAIT] = {wait, false},
};

static void run(void *argument)
{
    struct exchange *ex = argument;
    static const struct spk_resource none = {"", "", "", false, false, NULL};
    const struct spk_api_request *request = ex->request;
    const struct verb *verb = &verbs[request->verb];
    struct spk_err err;

    ex->key = (struct spk_store_key){.resource = request->resource ? request->resource : &none,
                                     .ns = request->ns ? request->ns : "",
                                     .name = request->name ? request->name : ""};
    if (request->body && !spk_json_read_stored(ex->arena, request->body, request->body_length,
                                               &ex->body, &err)) {
        refuse(ex, 400, "BadRequest", spk_strdup(ex->arena, err.text));
        return;
    }
    if (!verb->run) {
        refuse(ex, 405, "MethodNotAllowed", "the API server in memory has no such verb");
        return;
    }
    if (verb->body && !ex->body) {
        refuse(ex, 400, "BadRequest", "a body is needed");
        return;
    }
    verb->run(ex);
}

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct exchange ex = {.memory = memory_of(api),
                          .arena = job->arena,
                          .request = &job->request,
                          .reply = &job->reply};

    job->reply = (struct spk_api_reply){.transport = SPK_API_ANSWERED,
                                        .reason = "",
                                        .message = "",
                                        .details_kind = "",
                                        .details_name = "",
                                        .trouble = ""};
    if (!spk_arena_run(job->arena, run, &ex)) {
        job->reply.transport = SPK_API_INTERRUPTED; /* it may have had its effect */
        job->reply.http = 0;
        job->reply.object = NULL;
        job->reply.trouble = "the call's memory is used up";
    }
    job->reply.date_s = wall_ms(ex.memory) / 1000;
    spk_api_finish(api, job);
}

/* Whatever was started is over. */
static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    (void)api;
    (void)job;
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
    opening.memory->arena = opening.arena;
    *out = &opening.memory->api;
    return true;
}

void spk_memory_clear(struct spk_api *api)
{
    spk_store_clear(memory_of(api)->store);
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
    struct spk_store_key key = {
        .resource = spk_resource_find(spk_json_get_text(object, "apiVersion"),
                                      spk_json_get_text(object, "kind")),
        .ns = ns,
        .name = name_of(object)};
    enum spk_store_verdict verdict;

    if (!spk_json_at(object, "metadata.uid"))
        set_uid(memory, copy);
    spk_json_text(spk_json_child(copy, "metadata"), "namespace", ns);
    set_version(memory, copy);
    do {
        const struct spk_stored *present = spk_store_get(memory->store, arena, &key);
        struct spk_stored *next = spk_stored_new(arena, &key, copy);

        verdict = next ? spk_store_swap(memory->store, &key, present, next) : SPK_STORE_FULL;
    } while (verdict == SPK_STORE_TAKEN || verdict == SPK_STORE_CHANGED);
}

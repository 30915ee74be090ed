/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/exchange.h"

#include "apiserver/memory/patch.h"
#include "base/timestamp.h"
#include "json/read.h"

#include <inttypes.h>
#include <string.h>

static void answer(struct spk_memory_exchange *ex, int http, const cJSON *object)
{
    ex->reply->http = http;
    ex->reply->object = object;
}

/* A refusal with a Status, as apimachinery's errors package words it. */
static void refuse(struct spk_memory_exchange *ex, int http, const char *reason,
                   const char *message)
{
    answer(ex, http, NULL);
    ex->reply->reason = reason;
    ex->reply->message = message;
    ex->reply->details_kind = ex->key.resource->plural;
    ex->reply->details_name = ex->key.name;
}

static void refuse_object(struct spk_memory_exchange *ex, int http, const char *reason,
                          const char *what)
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

void spk_exchange_set_uid(cJSON *object, atomic_uint_fast64_t *uids)
{
    spk_json_text(spk_json_child(object, "metadata"), "uid",
                  spk_printf(spk_json_arena(object), "00000000-0000-4000-8000-%012" PRIx64,
                             (uint64_t)atomic_fetch_add(uids, 1) + 1));
}

static const char *name_of(const cJSON *object)
{
    const char *name = spk_json_string(spk_json_at(object, "metadata.name"));

    return name ? name : "";
}

/* Add the fields that the API server sets on every new object. */
static void complete(struct spk_memory_exchange *ex, cJSON *object)
{
    cJSON *metadata = spk_json_child(object, "metadata");

    spk_exchange_set_uid(object, ex->uids);
    spk_stored_set_version(object, spk_store_version(ex->store)); /* until it is stored */
    spk_json_text(metadata, "namespace", ex->key.ns);
    spk_json_text(metadata, "creationTimestamp", timestamp(ex->arena, ex->now_ms));
    if (strcmp(ex->key.resource->kind, "Pod") == 0) {
        spk_json_set(object, "status", spk_json_new_object(ex->arena));
        spk_json_text(spk_json_child(object, "status"), "phase", "Pending");
    }
}

static bool is_terminating(const cJSON *object)
{
    return spk_json_at(object, "metadata.deletionTimestamp") != NULL;
}

static void refuse_taken(struct spk_memory_exchange *ex, const struct spk_stored *present)
{
    const cJSON *object = present ? spk_stored_read(ex->arena, present) : NULL;

    refuse_object(ex, 409, "AlreadyExists", "already exists");
    if (is_terminating(object))
        ex->reply->message =
            spk_printf(ex->arena, "object is being deleted: %s", ex->reply->message);
}

/* Put object in the place of present; a store that is full has been answered. */
static enum spk_store_verdict store(struct spk_memory_exchange *ex,
                                    const struct spk_stored *present, cJSON *object)
{
    struct spk_stored *next = spk_stored_new(ex->arena, &ex->key, object);
    uint64_t version = 0;
    enum spk_store_verdict verdict =
        next ? spk_store_swap(ex->store, &ex->key, present, next, &version) : SPK_STORE_FULL;

    if (verdict == SPK_STORE_FULL)
        refuse(ex, 500, "InternalError", "etcdserver: mvcc: database space exceeded");
    if (verdict == SPK_STORE_DONE)
        spk_stored_set_version(object, version);
    return verdict;
}

static void create(struct spk_memory_exchange *ex)
{
    const struct spk_stored *present;

    ex->key.name = name_of(ex->body);
    if (*ex->key.name == '\0') {
        refuse(ex, 422, "Invalid", "name or generateName is required");
        return;
    }
    complete(ex, ex->body);
    if (ex->request->dry_run) {
        present = spk_store_get(ex->store, ex->arena, &ex->key);
        if (present)
            refuse_taken(ex, present);
        else
            answer(ex, 201, ex->body);
        return;
    }

    switch (store(ex, NULL, ex->body)) {
    case SPK_STORE_TAKEN:
        refuse_taken(ex, spk_store_get(ex->store, ex->arena, &ex->key));
        break;
    case SPK_STORE_DONE:
        answer(ex, 201, ex->body);
        break;
    case SPK_STORE_FULL:
    case SPK_STORE_CHANGED:
        break;
    }
}

/* The present object; NULL: a 404 has been answered. */
static const struct spk_stored *find(struct spk_memory_exchange *ex)
{
    const struct spk_stored *present = spk_store_get(ex->store, ex->arena, &ex->key);

    if (!present)
        refuse_object(ex, 404, "NotFound", "not found");
    return present;
}

static void get(struct spk_memory_exchange *ex)
{
    const struct spk_stored *present = find(ex);

    if (present)
        answer(ex, 200, spk_stored_read(ex->arena, present));
}

bool spk_exchange_has_field(struct spk_arena *arena, const cJSON *object, const char *selector)
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
static void list(struct spk_memory_exchange *ex)
{
    cJSON *object = spk_json_new_object(ex->arena);
    cJSON *metadata = spk_json_child(object, "metadata");
    cJSON *page = spk_json_list(object, "items");
    const char *selector = ex->request->label_selector;
    const char *token = ex->request->continue_token;
    size_t limit = ex->request->limit ? ex->request->limit : SIZE_MAX;
    struct spk_strings wanted = {0};
    struct spk_stored_item *items;
    uint64_t version;
    int64_t start = 0;

    if (selector && *selector)
        wanted = spk_split(ex->arena, selector, ',');
    if (token && (!spk_parse_int64(token, &start) || start < 0)) {
        refuse(ex, 400, "BadRequest", "continue key is not valid");
        return;
    }
    spk_json_text(object, "apiVersion", ex->key.resource->api_version);
    spk_json_text(object, "kind", spk_printf(ex->arena, "%sList", ex->key.resource->kind));
    size_t n = spk_store_list(ex->store, ex->arena, &ex->key, &wanted, &items, &version);
    spk_json_text(metadata, "resourceVersion", spk_printf(ex->arena, "%" PRIu64, version));
    for (size_t i = (size_t)start; i < n; i++) {
        cJSON *item = spk_stored_read(ex->arena, items[i].stored);

        if (!spk_exchange_has_field(ex->arena, item, ex->request->field_selector))
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
static bool change(struct spk_memory_exchange *ex, cJSON *object)
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

static bool meets(const cJSON *object, const cJSON *preconditions, const char *field)
{
    const char *wanted = spk_json_get_text(preconditions, field);

    return !wanted ||
           spk_text_equal(wanted, spk_json_get_text(spk_json_get(object, "metadata"), field));
}

static bool has_finalizers(const cJSON *object)
{
    return spk_json_size(spk_json_at(object, "metadata.finalizers")) > 0;
}

/* Options in the body of a deletion stand for all of those in the query. */
static bool is_dry(const struct spk_memory_exchange *ex)
{
    bool in_body = ex->request->verb == SPK_API_DELETE && ex->body;

    return in_body ? spk_json_get(ex->body, "dryRun") != NULL : ex->request->dry_run;
}

/* Replace present by object, or by nothing; object is answered. True: another was faster. */
static bool replace(struct spk_memory_exchange *ex, const struct spk_stored *present,
                    cJSON *object, bool gone)
{
    uint64_t version;

    answer(ex, 200, object);
    if (is_dry(ex))
        return false;
    if (!gone)
        return store(ex, present, object) == SPK_STORE_CHANGED;
    return spk_store_swap(ex->store, &ex->key, present, NULL, &version) == SPK_STORE_CHANGED;
}

/* An object that is being deleted goes with its last finalizer. */
static bool is_released(const cJSON *object, bool was_held)
{
    return was_held && is_terminating(object) && !has_finalizers(object);
}

static void patch(struct spk_memory_exchange *ex)
{
    const struct spk_stored *present;
    cJSON *object;
    bool held;

    do {
        present = find(ex);
        if (!present)
            return;
        object = spk_stored_read(ex->arena, present);
        held = has_finalizers(object);
        if (!change(ex, object))
            return;
    } while (replace(ex, present, object, is_released(object, held)));
}

/* Keep what an update does not change: a status has a path of its own. */
static void keep_from(cJSON *object, const cJSON *present)
{
    static const char *const fields[] = {"uid", "namespace", "creationTimestamp",
                                         "deletionTimestamp", "deletionGracePeriodSeconds"};
    cJSON *metadata = spk_json_child(object, "metadata");
    const cJSON *status = spk_json_get(present, "status");

    for (size_t i = 0; i < SPK_LEN(fields); i++)
        spk_json_text(metadata, fields[i],
                      spk_json_get_text(spk_json_get(present, "metadata"), fields[i]));
    if (status)
        spk_json_set(object, "status", spk_json_copy(spk_json_arena(object), status));
}

static void update(struct spk_memory_exchange *ex)
{
    const cJSON *wanted = spk_json_get(ex->body, "metadata");
    const struct spk_stored *present;
    cJSON *object;
    bool held;

    if (strcmp(name_of(ex->body), ex->key.name) != 0) {
        refuse(ex, 400, "BadRequest", "the name of the object does not match the path");
        return;
    }
    do {
        present = find(ex);
        if (!present)
            return;
        const cJSON *before = spk_stored_read(ex->arena, present);
        if (!meets(before, wanted, "uid") || !meets(before, wanted, "resourceVersion")) {
            refuse_object(ex, 409, "Conflict", "has been modified");
            return;
        }
        object = spk_json_copy(ex->arena, ex->body);
        keep_from(object, before);
        held = has_finalizers(before);
    } while (replace(ex, present, object, is_released(object, held)));
}

/* With finalizers an object is only marked: whoever put them there takes them away. */
static void delete_object(struct spk_memory_exchange *ex)
{
    const cJSON *preconditions = spk_json_get(ex->body, "preconditions");
    const struct spk_stored *present;
    cJSON *object;

    do {
        present = find(ex);
        if (!present)
            return;
        object = spk_stored_read(ex->arena, present);
        if (!meets(object, preconditions, "uid") ||
            !meets(object, preconditions, "resourceVersion")) {
            refuse_object(ex, 409, "Conflict", "does not meet the preconditions");
            return;
        }
        if (is_terminating(object) && has_finalizers(object)) {
            answer(ex, 200, object);
            return;
        }
        if (!is_terminating(object))
            spk_json_text(spk_json_child(object, "metadata"), "deletionTimestamp",
                          timestamp(ex->arena, ex->now_ms));
    } while (replace(ex, present, object, !has_finalizers(object)));
}

static void version(struct spk_memory_exchange *ex)
{
    cJSON *object = spk_json_new_object(ex->arena);

    spk_json_text(object, "major", "1");
    spk_json_text(object, "minor", "34");
    spk_json_text(object, "gitVersion", "v1.34.4");
    answer(ex, 200, object);
}

static void wait(struct spk_memory_exchange *ex)
{
    answer(ex, 200, NULL);
}

static const struct verb {
    void (*run)(struct spk_memory_exchange *ex);
    bool body; /* needs one */
} verbs[] = {
    [SPK_API_GET] = {get, false},
    [SPK_API_LIST] = {list, false},
    [SPK_API_WATCH] = {wait, false}, /* this far: may it begin? */
    [SPK_API_CREATE] = {create, true},
    [SPK_API_UPDATE] = {update, true},
    [SPK_API_JSON_PATCH] = {patch, true},
    [SPK_API_MERGE_PATCH] = {patch, true},
    [SPK_API_DELETE] = {delete_object, false},
    [SPK_API_VERSION] = {version, false},
    [SPK_API_WAIT] = {wait, false},
};

struct spk_store_key spk_exchange_key(const struct spk_api_request *request)
{
    static const struct spk_resource none = {"", "", "", false, false, NULL};

    return (struct spk_store_key){.resource = request->resource ? request->resource : &none,
                                  .ns = request->ns ? request->ns : "",
                                  .name = request->name ? request->name : ""};
}

void spk_exchange_run(struct spk_memory_exchange *ex)
{
    const struct spk_api_request *request = ex->request;
    const struct verb *verb = &verbs[request->verb];
    struct spk_err err;

    ex->key = spk_exchange_key(request);
    if (request->body && !spk_json_read_stored(ex->arena, request->body, request->body_length,
                                               &ex->body, &err)) {
        refuse(ex, 400, "BadRequest", spk_strdup(ex->arena, err.text));
        return;
    }
    if (ex->guard && !ex->guard(ex->guard_context, request)) {
        refuse(ex, 403, "Forbidden", "User is not allowed to do that");
        return;
    }
    if (verb->body && !ex->body) {
        refuse(ex, 400, "BadRequest", "a body is needed");
        return;
    }
    verb->run(ex);
}

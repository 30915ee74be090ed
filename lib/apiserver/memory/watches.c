/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/watches.h"

#include "apiserver/memory/exchange.h"
#include "base/limits.h"

#include <inttypes.h>
#include <string.h>

/* Lives in its job's arena. All but version is looked at under the lock. */
struct spk_memory_watch {
    struct spk_memory_watch *next;
    struct spk_api_job *job;
    struct spk_store_key key;
    struct spk_strings wanted; /* labels */
    uint64_t version;          /* told so far */
    bool told_now, pending;    /* a thread tells it; there may be something to tell */
    bool bookmark, closed;     /* asked for */
    bool over;
};

/* One thing told. */
struct telling {
    struct spk_watches *watches;
    struct spk_memory_watch *watch;
    struct spk_arena arena;
    enum spk_store_news news;
    bool bookmark, again;
};

static void end(struct spk_memory_watch *watch, enum spk_api_transport transport, int http,
                const char *trouble)
{
    watch->over = true;
    watch->job->reply = (struct spk_api_reply){.transport = transport,
                                               .http = http,
                                               .reason = "",
                                               .message = "",
                                               .details_kind = "",
                                               .details_name = "",
                                               .trouble = trouble};
}

static void tell(struct telling *telling, enum spk_watch_type type, uint64_t version,
                 cJSON *object)
{
    struct spk_api_job *job = telling->watch->job;

    spk_stored_set_version(object, version);
    struct spk_watch_event event = {
        .type = type,
        .object = object,
        .version = spk_json_string(spk_json_at(object, "metadata.resourceVersion")),
        .arena = &telling->arena};
    job->on_event(job, &event);
}

static cJSON *new_bookmark(struct telling *telling)
{
    const struct spk_resource *resource = telling->watch->key.resource;
    cJSON *object = spk_json_new_object(&telling->arena);

    spk_json_text(object, "apiVersion", resource->api_version);
    spk_json_text(object, "kind", resource->kind);
    return object;
}

static void tell_next(void *argument)
{
    struct telling *telling = argument;
    struct spk_memory_watch *watch = telling->watch;
    const struct spk_api_request *request = &watch->job->request;
    struct spk_store_change change;

    telling->news = spk_store_next(telling->watches->store, &telling->arena, &watch->key,
                                   &watch->wanted, &watch->version, &change);
    telling->again = telling->news == SPK_STORE_NEWS;
    if (telling->news == SPK_STORE_NO_NEWS && telling->bookmark)
        tell(telling, SPK_WATCH_BOOKMARK, watch->version, new_bookmark(telling));
    if (telling->news != SPK_STORE_NEWS)
        return;
    cJSON *object = spk_stored_read(&telling->arena, change.stored);
    if (spk_exchange_has_field(&telling->arena, object, request->field_selector))
        tell(telling, change.type, change.version, object);
}

static void forget(struct spk_memory_watch *watch)
{
    end(watch, SPK_API_ANSWERED, 410, "");
    watch->job->reply.reason = "Expired";
    watch->job->reply.message = "too old resource version";
}

/* Tell everything there is, without a lock. */
static void tell_all(struct spk_watches *watches, struct spk_memory_watch *watch,
                     bool bookmark, bool closed)
{
    struct telling telling = {
        .watches = watches, .watch = watch, .bookmark = bookmark, .again = true};

    while (telling.again && !watch->over) {
        telling.arena = (struct spk_arena)SPK_ARENA_LIMIT(SPK_EXCHANGE_BYTES);
        if (atomic_load(&watch->job->cancelled))
            end(watch, SPK_API_CANCELLED, 0, "cancelled");
        else if (!spk_arena_run(&telling.arena, tell_next, &telling))
            end(watch, SPK_API_TRUNCATED, 200,
                "an event needs more memory than there is for one");
        else if (telling.news == SPK_STORE_FORGOTTEN)
            forget(watch);
        spk_arena_free(&telling.arena);
    }
    if (!watch->over && atomic_load(&watch->job->cancelled))
        end(watch, SPK_API_CANCELLED, 0, "cancelled");
    else if (!watch->over && closed)
        end(watch, SPK_API_ANSWERED, 200, "");
}

static struct spk_memory_watch *find_pending(struct spk_watches *watches)
{
    for (struct spk_memory_watch *watch = watches->first; watch; watch = watch->next)
        if (watch->pending && !watch->told_now)
            return watch;
    return NULL;
}

static void take_out(struct spk_watches *watches, struct spk_memory_watch *watch)
{
    struct spk_memory_watch **at = &watches->first;

    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
}

/* The lock is held, but not while a watch is told. */
static void tell_pending(struct spk_watches *watches)
{
    struct spk_memory_watch *watch;

    while ((watch = find_pending(watches))) {
        bool bookmark = watch->bookmark, closed = watch->closed;

        watch->told_now = true;
        watch->pending = watch->bookmark = false;
        (void)pthread_mutex_unlock(&watches->lock);
        tell_all(watches, watch, bookmark, closed);
        (void)pthread_mutex_lock(&watches->lock);
        watch->told_now = false;
        if (!watch->over)
            continue;
        struct spk_api_job *job = watch->job;
        take_out(watches, watch);
        (void)pthread_mutex_unlock(&watches->lock);
        spk_api_finish(watches->api, job);
        (void)pthread_mutex_lock(&watches->lock);
    }
}

static void ask_all(struct spk_watches *watches, bool bookmark, bool closed)
{
    for (struct spk_memory_watch *watch = watches->first; watch; watch = watch->next) {
        watch->pending = true;
        watch->bookmark |= bookmark;
        watch->closed |= closed;
    }
}

void spk_watches_tell(struct spk_watches *watches)
{
    (void)pthread_mutex_lock(&watches->lock);
    ask_all(watches, false, false);
    tell_pending(watches);
    (void)pthread_mutex_unlock(&watches->lock);
}

void spk_watches_bookmark(struct spk_watches *watches)
{
    (void)pthread_mutex_lock(&watches->lock);
    ask_all(watches, true, false);
    tell_pending(watches);
    (void)pthread_mutex_unlock(&watches->lock);
}

void spk_watches_end(struct spk_watches *watches, bool for_good)
{
    (void)pthread_mutex_lock(&watches->lock);
    watches->closing = watches->closing || for_good;
    for (struct spk_memory_watch *watch = watches->first; for_good && watch;
         watch = watch->next)
        atomic_store(&watch->job->cancelled, true);
    ask_all(watches, false, true);
    tell_pending(watches);
    (void)pthread_mutex_unlock(&watches->lock);
}

/* Without a version the objects that there are come first, as if they were new. */
static void tell_present(struct telling *telling)
{
    struct spk_memory_watch *watch = telling->watch;
    const char *selector = watch->job->request.field_selector;
    struct spk_stored_item *items;
    size_t n = spk_store_list(telling->watches->store, watch->job->arena, &watch->key,
                              &watch->wanted, &items, &watch->version);

    for (size_t i = 0; i < n; i++) {
        cJSON *object = spk_stored_read(watch->job->arena, items[i].stored);

        if (spk_exchange_has_field(watch->job->arena, object, selector))
            tell(telling, SPK_WATCH_ADDED, spk_stored_version(items[i].stored), object);
    }
}

struct beginning {
    struct spk_watches *watches;
    struct spk_api_job *job;
    struct spk_memory_watch *watch; /* out */
};

static void begin(void *argument)
{
    struct beginning *beginning = argument;
    struct spk_api_job *job = beginning->job;
    struct spk_memory_watch *watch = spk_alloc(job->arena, sizeof(*watch));
    struct telling telling = {.watches = beginning->watches, .watch = watch};
    const char *version = job->request.version, *selector = job->request.label_selector;
    int64_t number = 0;

    watch->job = job;
    watch->key = spk_exchange_key(&job->request);
    if (selector && *selector)
        watch->wanted = spk_split(job->arena, selector, ',');
    if (version && (!spk_parse_int64(version, &number) || number < 0))
        number = 0;
    watch->version = (uint64_t)number;
    if (!number)
        tell_present(&telling);
    watch->pending = true;
    beginning->watch = watch;
}

void spk_watches_start(struct spk_watches *watches, struct spk_api_job *job)
{
    struct beginning beginning = {.watches = watches, .job = job};
    struct spk_memory_watch none = {.job = job};

    (void)pthread_mutex_lock(&watches->lock);
    bool closing = watches->closing;
    (void)pthread_mutex_unlock(&watches->lock);
    if (closing || !spk_arena_run(job->arena, begin, &beginning)) {
        end(&none, closing ? SPK_API_CANCELLED : SPK_API_TRUNCATED, closing ? 0 : 200,
            closing ? "cancelled" : "the call's memory is used up");
        spk_api_finish(watches->api, job);
        return;
    }
    (void)pthread_mutex_lock(&watches->lock);
    beginning.watch->next = watches->first;
    watches->first = beginning.watch;
    tell_pending(watches);
    (void)pthread_mutex_unlock(&watches->lock);
}

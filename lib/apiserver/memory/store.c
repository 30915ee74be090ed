/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/store.h"

#include "base/limits.h"
#include "json/read.h"
#include "json/write.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 16384U
/* More than an arena takes for itself; below its smallest chunk, so that a limit of size plus
 * this takes size bytes and no more. */
#define ARENA_HEADER 128U

struct spk_stored {
    struct spk_arena arena; /* this very object lies in it */
    atomic_uint references;
    struct spk_stored *next; /* of the bucket */
    const struct spk_resource *resource;
    char *ns, *name, *json;
    size_t json_length, size;
    uint64_t version; /* set by the store, under its lock */
    char *labels;     /* "k=v" NUL ... "k=v" NUL NUL */
};

/* A change that watches may still want to hear of. */
struct change {
    enum spk_watch_type type;
    uint64_t version;
    struct spk_stored *stored; /* a reference */
};

struct spk_store {
    struct spk_arena arena; /* this very object lies in it */
    pthread_mutex_t lock;
    uint64_t version, forgotten; /* the newest, and the newest that is no longer told */
    size_t size;                 /* of all objects */
    struct change changes[SPK_MAX_STORE_CHANGES]; /* a ring, oldest at first */
    size_t first_change, n_changes, changes_size;
    struct spk_stored *buckets[BUCKETS];
};

/* One piece of memory and the arena that gives it back. */
struct piece {
    struct spk_arena arena;
    size_t size;
    void *memory;
};

static void take_piece(void *argument)
{
    struct piece *piece = argument;

    piece->memory = spk_alloc(&piece->arena, piece->size);
}

static bool piece_open(struct piece *piece, size_t size)
{
    *piece = (struct piece){.arena = SPK_ARENA_LIMIT(size + ARENA_HEADER), .size = size};
    return spk_arena_run(&piece->arena, take_piece, piece);
}

/* The arena is inside what it gives back, so it is moved out first. */
static void free_moved(struct spk_arena arena)
{
    spk_arena_free(&arena);
}

struct spk_store *spk_store_open(void)
{
    struct piece piece;

    if (!piece_open(&piece, sizeof(struct spk_store)))
        return NULL;
    struct spk_store *store = piece.memory;
    store->arena = piece.arena;
    (void)pthread_mutex_init(&store->lock, NULL);
    return store;
}

/* Give up a reference; NULL is a no-op. */
static void release_stored(struct spk_stored *stored)
{
    if (stored && atomic_fetch_sub(&stored->references, 1) == 1)
        free_moved(stored->arena);
}

static void forget_oldest(struct spk_store *store)
{
    struct change *oldest = &store->changes[store->first_change];

    store->forgotten = oldest->version;
    store->changes_size -= oldest->stored->size;
    store->first_change = (store->first_change + 1) % SPK_MAX_STORE_CHANGES;
    store->n_changes--;
    release_stored(oldest->stored);
}

static void forget_all(struct spk_store *store)
{
    while (store->n_changes)
        forget_oldest(store);
    store->forgotten = store->version;
}

/* The newest change is always kept, however large it is. */
static void remember(struct spk_store *store, enum spk_watch_type type,
                     struct spk_stored *stored)
{
    while (store->n_changes && (store->n_changes == SPK_MAX_STORE_CHANGES ||
                                store->changes_size + stored->size > SPK_MAX_STORE_HISTORY))
        forget_oldest(store);
    size_t at = (store->first_change + store->n_changes) % SPK_MAX_STORE_CHANGES;
    store->changes[at] = (struct change){type, store->version, stored};
    store->n_changes++;
    store->changes_size += stored->size;
    (void)atomic_fetch_add(&stored->references, 1);
}

void spk_store_compact(struct spk_store *store)
{
    (void)pthread_mutex_lock(&store->lock);
    forget_all(store);
    (void)pthread_mutex_unlock(&store->lock);
}

uint64_t spk_store_version(struct spk_store *store)
{
    (void)pthread_mutex_lock(&store->lock);
    uint64_t version = store->version;
    (void)pthread_mutex_unlock(&store->lock);
    return version;
}

void spk_store_clear(struct spk_store *store)
{
    struct spk_stored *all = NULL;

    (void)pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < BUCKETS; i++)
        while (store->buckets[i]) {
            struct spk_stored *stored = store->buckets[i];

            store->buckets[i] = stored->next;
            stored->next = all;
            all = stored;
        }
    store->size = 0;
    store->version++;
    forget_all(store);
    (void)pthread_mutex_unlock(&store->lock);
    while (all) {
        struct spk_stored *next = all->next;

        release_stored(all);
        all = next;
    }
}

void spk_store_close(struct spk_store *store)
{
    spk_store_clear(store);
    (void)pthread_mutex_destroy(&store->lock);
    free_moved(store->arena);
}

/* "k=v" NUL for each label. */
static struct spk_buf label_bytes(struct spk_arena *scratch, const cJSON *object)
{
    struct spk_buf buf = {.arena = scratch};

    SPK_JSON_EACH (label, spk_json_at(object, "metadata.labels")) {
        const char *value = spk_json_string(label);

        spk_buf_printf(&buf, "%s=%s", label->string, value ? value : "");
        spk_buf_put(&buf, "", 1);
    }
    return buf;
}

/* Copy bytes and a NUL to *at and move *at on. */
static char *put(char **at, const char *bytes, size_t length)
{
    char *start = *at;

    if (length > 0)
        memcpy(start, bytes, length);
    start[length] = '\0';
    *at += length + 1;
    return start;
}

struct spk_stored *spk_stored_new(struct spk_arena *scratch, const struct spk_store_key *key,
                                  const cJSON *object)
{
    const char *json = spk_json_write(scratch, object);
    struct spk_buf labels = label_bytes(scratch, object);
    size_t lengths[] = {strlen(key->ns), strlen(key->name), strlen(json), labels.length};
    struct piece piece;
    size_t size = sizeof(struct spk_stored);

    for (size_t i = 0; i < SPK_LEN(lengths); i++)
        size += lengths[i] + 1;
    if (!piece_open(&piece, size))
        return NULL;

    struct spk_stored *stored = piece.memory;
    char *at = (char *)(stored + 1);
    stored->arena = piece.arena;
    stored->resource = key->resource;
    stored->size = size;
    stored->json_length = lengths[2];
    stored->ns = put(&at, key->ns, lengths[0]);
    stored->name = put(&at, key->name, lengths[1]);
    stored->json = put(&at, json, lengths[2]);
    stored->labels = put(&at, labels.data, lengths[3]);
    atomic_init(&stored->references, 1);
    return stored;
}

cJSON *spk_stored_read(struct spk_arena *arena, const struct spk_stored *stored)
{
    struct spk_err err;
    cJSON *tree = NULL;

    /* The text comes from our own writer, so it can be read. */
    if (!spk_json_read_stored(arena, stored->json, stored->json_length, &tree, &err))
        return NULL;
    spk_stored_set_version(tree, stored->version);
    return tree;
}

uint64_t spk_stored_version(const struct spk_stored *stored)
{
    return stored->version;
}

void spk_stored_set_version(cJSON *object, uint64_t version)
{
    spk_json_text(spk_json_child(object, "metadata"), "resourceVersion",
                  spk_printf(spk_json_arena(object), "%" PRIu64, version));
}

static size_t bucket_of(const struct spk_store_key *key)
{
    const char *parts[] = {key->resource->api_version, key->resource->kind, key->ns,
                           key->name};
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < SPK_LEN(parts); i++)
        for (const char *c = parts[i];; c++) {
            hash = (hash ^ (unsigned char)*c) * 16777619U;
            if (!*c)
                break;
        }
    return hash % BUCKETS;
}

/* The link that leads to the object, or the end of its bucket. */
static struct spk_stored **find(struct spk_store *store, const struct spk_store_key *key)
{
    struct spk_stored **at = &store->buckets[bucket_of(key)];

    while (*at && ((*at)->resource != key->resource || strcmp((*at)->ns, key->ns) != 0 ||
                   strcmp((*at)->name, key->name) != 0))
        at = &(*at)->next;
    return at;
}

/* A reference that an arena holds. */
struct held {
    struct spk_stored *stored;
};

static void let_go(void *argument)
{
    struct held *held = argument;

    release_stored(held->stored);
}

const struct spk_stored *spk_store_get(struct spk_store *store, struct spk_arena *arena,
                                       const struct spk_store_key *key)
{
    struct held *held = spk_alloc(arena, sizeof(*held));

    spk_defer(arena, let_go, held);
    (void)pthread_mutex_lock(&store->lock);
    held->stored = *find(store, key);
    if (held->stored)
        (void)atomic_fetch_add(&held->stored->references, 1);
    (void)pthread_mutex_unlock(&store->lock);
    return held->stored;
}

static enum spk_store_verdict judge(const struct spk_store *store,
                                    const struct spk_stored *present,
                                    const struct spk_stored *expected,
                                    const struct spk_stored *next)
{
    if (present != expected)
        return expected ? SPK_STORE_CHANGED : SPK_STORE_TAKEN;
    if (next && store->size + next->size > SPK_MAX_STORE)
        return SPK_STORE_FULL;
    return SPK_STORE_DONE;
}

enum spk_store_verdict spk_store_swap(struct spk_store *store, const struct spk_store_key *key,
                                      const struct spk_stored *expected,
                                      struct spk_stored *next, uint64_t *version)
{
    struct spk_stored *loser = next;

    (void)pthread_mutex_lock(&store->lock);
    struct spk_stored **at = find(store, key);
    enum spk_store_verdict verdict = judge(store, *at, expected, next);
    if (verdict == SPK_STORE_DONE) {
        loser = *at;
        store->size -= loser ? loser->size : 0;
        *at = loser ? loser->next : NULL;
        *version = ++store->version;
        if (!next && loser)
            remember(store, SPK_WATCH_DELETED, loser);
        if (next) {
            next->version = store->version;
            remember(store, loser ? SPK_WATCH_MODIFIED : SPK_WATCH_ADDED, next);
            store->size += next->size;
            next->next = *at;
            *at = next;
        }
    }
    (void)pthread_mutex_unlock(&store->lock);
    release_stored(loser);
    return verdict;
}

static bool has_label(const struct spk_stored *stored, const char *wanted)
{
    for (const char *label = stored->labels; *label; label += strlen(label) + 1)
        if (strcmp(label, wanted) == 0)
            return true;
    return false;
}

static bool is_listed(const struct spk_stored *stored, const struct spk_store_key *key,
                      const struct spk_strings *wanted)
{
    if ((key->resource && stored->resource != key->resource) ||
        (*key->ns && strcmp(stored->ns, key->ns) != 0))
        return false;
    for (size_t i = 0; i < wanted->n; i++)
        if (!has_label(stored, wanted->items[i]))
            return false;
    return true;
}

/* References that an arena holds. */
struct list {
    struct held *held;
    size_t n, capacity;
};

static void let_all_go(void *argument)
{
    struct list *list = argument;

    for (size_t i = 0; i < list->n && i < list->capacity; i++)
        release_stored(list->held[i].stored);
}

/* Count all that is listed, and hold as many as there is room for. */
static void collect(struct spk_store *store, const struct spk_store_key *key,
                    const struct spk_strings *wanted, struct list *list, uint64_t *version)
{
    (void)pthread_mutex_lock(&store->lock);
    *version = store->version;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct spk_stored *at = store->buckets[i]; at; at = at->next) {
            if (!is_listed(at, key, wanted))
                continue;
            if (list->n < list->capacity) {
                (void)atomic_fetch_add(&at->references, 1);
                list->held[list->n].stored = at;
            }
            list->n++;
        }
    (void)pthread_mutex_unlock(&store->lock);
}

static int by_name(const void *a, const void *b)
{
    const struct spk_stored_item *left = a, *right = b;

    return strcmp(left->stored->name, right->stored->name);
}

size_t spk_store_list(struct spk_store *store, struct spk_arena *arena,
                      const struct spk_store_key *key, const struct spk_strings *wanted,
                      struct spk_stored_item **out, uint64_t *version)
{
    struct list *list = spk_alloc(arena, sizeof(*list));

    spk_defer(arena, let_all_go, list);
    for (size_t room = 16;; room = list->n * 2) {
        list->held = spk_alloc_array(arena, room, sizeof(*list->held));
        list->capacity = room;
        list->n = 0;
        collect(store, key, wanted, list, version);
        if (list->n <= room)
            break;
        let_all_go(list);
        list->capacity = 0;
    }
    struct spk_stored_item *items = spk_alloc_array(arena, list->n, sizeof(*items));
    for (size_t i = 0; i < list->n; i++)
        items[i].stored = list->held[i].stored;
    qsort(items, list->n, sizeof(*items), by_name);
    *out = items;
    return list->n;
}

/* The first change after version that key and wanted ask for; NULL: none. */
static const struct change *find_change(const struct spk_store *store,
                                        const struct spk_store_key *key,
                                        const struct spk_strings *wanted, uint64_t version)
{
    for (size_t i = 0; i < store->n_changes; i++) {
        const struct change *change =
            &store->changes[(store->first_change + i) % SPK_MAX_STORE_CHANGES];

        if (change->version > version && is_listed(change->stored, key, wanted))
            return change;
    }
    return NULL;
}

enum spk_store_news spk_store_next(struct spk_store *store, struct spk_arena *arena,
                                   const struct spk_store_key *key,
                                   const struct spk_strings *wanted, uint64_t *version,
                                   struct spk_store_change *out)
{
    struct held *held = spk_alloc(arena, sizeof(*held));
    enum spk_store_news news = SPK_STORE_NO_NEWS;

    spk_defer(arena, let_go, held);
    (void)pthread_mutex_lock(&store->lock);
    const struct change *change = find_change(store, key, wanted, *version);
    if (*version < store->forgotten)
        news = SPK_STORE_FORGOTTEN;
    else if (change) {
        held->stored = change->stored;
        (void)atomic_fetch_add(&held->stored->references, 1);
        *out = (struct spk_store_change){change->type, change->version, change->stored};
        *version = change->version;
        news = SPK_STORE_NEWS;
    } else
        *version = store->version;
    (void)pthread_mutex_unlock(&store->lock);
    return news;
}

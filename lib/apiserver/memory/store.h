/* SPDX-License-Identifier: Apache-2.0 */
/**
 * store.h: the objects of the API server in memory, and the last of their changes. A stored
 * object never changes: a new version takes its place, and whoever still reads the old one
 * holds a reference. Any thread may call; nothing here allocates from a caller's arena while
 * it holds the lock.
 */
#pragma once

#include "apiserver/api.h"

/** One version of one object. */
struct spk_stored;

struct spk_store;

/** The key of an object; name "" with LIST. */
struct spk_store_key {
    const struct spk_resource *resource;
    const char *ns, *name;
};

struct spk_store *spk_store_open(void); /* NULL: out of memory */
void spk_store_close(struct spk_store *store);
void spk_store_clear(struct spk_store *store); /* its history, too */

/** A version made from object, with one reference; NULL: out of memory. */
struct spk_stored *spk_stored_new(struct spk_arena *scratch, const struct spk_store_key *key,
                                  const cJSON *object);

/** The object as a new tree in arena, with the version that it got when it was stored. */
cJSON *spk_stored_read(struct spk_arena *arena, const struct spk_stored *stored);

uint64_t spk_stored_version(const struct spk_stored *stored);

/** metadata.resourceVersion of object becomes version. */
void spk_stored_set_version(cJSON *object, uint64_t version);

/** A reference to the present version; NULL: none. It goes with arena. */
const struct spk_stored *spk_store_get(struct spk_store *store, struct spk_arena *arena,
                                       const struct spk_store_key *key);

enum spk_store_verdict { SPK_STORE_DONE, SPK_STORE_TAKEN, SPK_STORE_CHANGED, SPK_STORE_FULL };

/**
 * Put next in the place of expected: NULL for expected creates, NULL for next deletes. The
 * version of the change goes to *version.
 *
 * @owner the store takes over next's reference, whatever the verdict
 */
enum spk_store_verdict spk_store_swap(struct spk_store *store, const struct spk_store_key *key,
                                      const struct spk_stored *expected,
                                      struct spk_stored *next, uint64_t *version);

struct spk_stored_item {
    const struct spk_stored *stored;
};

/**
 * All objects of a resource (NULL: of any) in ns ("": in any) that carry every label of wanted
 * ("k=v"), by name, as they were at *version.
 */
size_t spk_store_list(struct spk_store *store, struct spk_arena *arena,
                      const struct spk_store_key *key, const struct spk_strings *wanted,
                      struct spk_stored_item **out, uint64_t *version);

/** One change of an object; a deleted one is told as it was last. */
struct spk_store_change {
    enum spk_watch_type type;
    uint64_t version;
    const struct spk_stored *stored; /* a reference that goes with arena */
};

enum spk_store_news { SPK_STORE_NO_NEWS, SPK_STORE_NEWS, SPK_STORE_FORGOTTEN };

/**
 * The first change after *version that concerns key and wanted, as for spk_store_list.
 * *version moves on: to the change, or without news to the newest version there is.
 *
 * @errors SPK_STORE_FORGOTTEN  changes after *version are no longer known
 */
enum spk_store_news spk_store_next(struct spk_store *store, struct spk_arena *arena,
                                   const struct spk_store_key *key,
                                   const struct spk_strings *wanted, uint64_t *version,
                                   struct spk_store_change *out);

/** Forget all changes up to now. */
void spk_store_compact(struct spk_store *store);

/** The newest version. */
uint64_t spk_store_version(struct spk_store *store);

/* SPDX-License-Identifier: Apache-2.0 */
/** key_set.h: which keys were seen in which map, however many maps there are. */
#pragma once

#include "base/arena.h"

struct spk_key_slot {
    const void *owner; /* NULL: free */
    const char *key;
};

/** {.arena = arena} is an empty set. */
struct spk_key_set {
    struct spk_arena *arena;
    struct spk_key_slot *slots;
    size_t n, capacity; /* capacity is a power of two */
};

/** Add key of owner; both are kept. @errors false: it was there already */
bool spk_key_set_add(struct spk_key_set *set, const void *owner, const char *key) SPK_CHECK;

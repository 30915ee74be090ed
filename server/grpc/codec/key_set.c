/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/codec/key_set.h"

#include <stdint.h>
#include <string.h>

/* The owner is a heap address, which whoever chooses the keys does not know: a seed. */
static size_t hash(const void *owner, const char *key)
{
    uint64_t h = (uint64_t)(uintptr_t)owner * 0x9E3779B97F4A7C15U;

    for (; *key; key++)
        h = ((h ^ (uint8_t)*key) * 0x100000001B3U) ^ (h >> 29);
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCDU;
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53U;
    return (size_t)(h ^ (h >> 33));
}

static struct spk_key_slot *find(const struct spk_key_set *set, const void *owner,
                                 const char *key)
{
    size_t at = hash(owner, key) & (set->capacity - 1);

    while (set->slots[at].owner &&
           (set->slots[at].owner != owner || strcmp(set->slots[at].key, key) != 0))
        at = (at + 1) & (set->capacity - 1);
    return &set->slots[at];
}

static void grow(struct spk_key_set *set)
{
    struct spk_key_set larger = {.arena = set->arena, .n = set->n};

    larger.capacity = set->capacity ? set->capacity * 2 : 64;
    larger.slots = spk_alloc_array(set->arena, larger.capacity, sizeof(*larger.slots));
    for (size_t i = 0; i < set->capacity; i++) {
        const struct spk_key_slot *slot = &set->slots[i];

        if (slot->owner)
            *find(&larger, slot->owner, slot->key) = *slot;
    }
    *set = larger;
}

bool spk_key_set_add(struct spk_key_set *set, const void *owner, const char *key)
{
    if (set->n * 4 >= set->capacity * 3)
        grow(set);
    struct spk_key_slot *slot = find(set, owner, key);
    if (slot->owner)
        return false;
    *slot = (struct spk_key_slot){owner, key};
    set->n++;
    return true;
}

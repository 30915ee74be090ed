/* SPDX-License-Identifier: Apache-2.0 */
#include "visited.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_CAPACITY ((size_t)1 << 12)

/* Where a hash is, or would be. */
static struct visited_entry *find(const struct visited *visited, uint64_t hash)
{
    size_t at = hash & (visited->capacity - 1);

    while (visited->entries[at].hash && visited->entries[at].hash != hash)
        at = (at + 1) & (visited->capacity - 1);
    return &visited->entries[at];
}

static void grow(struct visited *visited)
{
    size_t capacity = visited->capacity ? visited->capacity * 2 : FIRST_CAPACITY;
    struct visited larger = {.capacity = capacity, .n = visited->n};

    larger.entries = calloc(capacity, sizeof(*larger.entries));
    assert(larger.entries);
    for (size_t i = 0; i < visited->capacity; i++)
        if (visited->entries[i].hash)
            *find(&larger, visited->entries[i].hash) = visited->entries[i];
    free(visited->entries);
    *visited = larger;
}

bool visited_add(struct visited *visited, uint64_t hash, uint64_t value)
{
    if (visited->n * 2 >= visited->capacity)
        grow(visited);
    struct visited_entry *entry = find(visited, hash ? hash : 1);
    if (entry->hash)
        return false;
    *entry = (struct visited_entry){hash ? hash : 1, value};
    visited->n++;
    return true;
}

uint64_t visited_value(const struct visited *visited, uint64_t hash)
{
    return find(visited, hash ? hash : 1)->value;
}

void visited_free(struct visited *visited)
{
    free(visited->entries);
    *visited = (struct visited){0};
}

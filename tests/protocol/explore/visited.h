/* SPDX-License-Identifier: Apache-2.0 */
/** visited.h: a set of hashes that grows, each with a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct visited {
    struct visited_entry {
        uint64_t hash; /* 0: free */
        uint64_t value;
    } * entries;
    size_t n, capacity;
};

/** False: it was there, and keeps its value. */
bool visited_add(struct visited *visited, uint64_t hash, uint64_t value);

/** Of a hash that is there. */
uint64_t visited_value(const struct visited *visited, uint64_t hash);

void visited_free(struct visited *visited);

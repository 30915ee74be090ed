/* SPDX-License-Identifier: Apache-2.0 */
/**
 * set.h: a set of texts that grows. Balanced, so no choice of texts makes it slow.
 */
#pragma once

#include "base/arena.h"

struct spk_set_node {
    const char *text;
    struct spk_set_node *left, *right;
    unsigned level;
};

/** {.arena = arena} is an empty one. */
struct spk_set {
    struct spk_arena *arena;
    struct spk_set_node *root;
};

/** Add text, which is kept, not copied; whether it was not there. */
bool spk_set_add(struct spk_set *set, const char *text);
bool spk_set_has(const struct spk_set *set, const char *text);

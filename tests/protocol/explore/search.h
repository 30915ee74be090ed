/* SPDX-License-Identifier: Apache-2.0 */
/**
 * search.h: all states of a setting, depth first: a branch is a copy. A path is the list of
 * the indices of the choices taken, "3.0.12"; from it a state is found again.
 */
#pragma once

#include "state.h"

struct search_result {
    size_t states, steps, quiet; /* distinct states; ways between them; states at rest */
    size_t deepest;              /* steps of the longest path */
    uint64_t ends;               /* a sum over what is at rest, whichever children it has */
    bool complete, good;
};

struct search_options {
    size_t limit;        /* of states */
    uint64_t *rows;      /* as of struct exploration */
    const char *without; /* likewise */
    bool unreduced;      /* also where the setting says so */
    bool twice;          /* expand a state that is reached again, to see whether a text that is
                            equal means a state that behaves equally */
};

/** Prints a path that breaks an invariant. */
struct search_result search(const struct setting *setting,
                            const struct search_options *options);

/** Follow a path and print every step; false: an invariant does not hold. */
bool search_replay(const struct setting *setting, const char *path);

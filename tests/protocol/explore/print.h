/* SPDX-License-Identifier: Apache-2.0 */
/**
 * print.h: a state as a text in canonical form: states that only differ in which numbers their
 * uids and resourceVersions have are one.
 */
#pragma once

#include "state.h"

/** The text lives in arena. */
const char *print_state(const struct exploration *x, const struct state *state,
                        struct spk_arena *arena);

/** What everybody but the callers is like: objects, requests that fly. */
const char *print_cluster(const struct exploration *x, const struct state *state,
                          struct spk_arena *arena);

/** What has become of the calls and the driver, and how many children of each rendering are
 * there, whichever. */
const char *print_summary(const struct exploration *x, const struct state *state,
                          struct spk_arena *arena);

/** A choice in words. */
const char *print_choice(const struct state *state, const struct choice *choice,
                         struct spk_arena *arena);

uint64_t print_hash(const char *text);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * violations.h: what is wrong with an application, collected while it is walked. The walker
 * keeps the path of where it is; a finding is made at that path. The first one becomes the
 * error, the others hang on it.
 */
#pragma once

#include "base/err.h"

struct spk_findings {
    struct spk_arena *arena;
    enum spk_reason reason; /* of the first */
    struct spk_violation *first, *last;
    size_t n;
    size_t length;  /* of path */
    char path[256]; /* "spec.driver.env[2]"; cut if longer */
};

struct spk_findings spk_findings_start(struct spk_arena *arena);

/** Step into a member ("driver") or element ("[2]"); returns what spk_leave needs. */
size_t spk_enter(struct spk_findings *findings, const char *fmt, ...) SPK_PRINTF(2, 3);
void spk_leave(struct spk_findings *findings, size_t length);

/** Something is wrong at the path. Beyond SPK_MAX_VIOLATIONS findings are not kept. */
void spk_find(struct spk_findings *findings, enum spk_reason reason, const char *fmt, ...)
    SPK_PRINTF(3, 4);

/** As spk_find, one step below the path. */
void spk_find_in(struct spk_findings *findings, const char *step, enum spk_reason reason,
                 const char *fmt, ...) SPK_PRINTF(4, 5);

/** True if nothing was found, else err says what. */
bool spk_findings_none(const struct spk_findings *findings, struct spk_err *err) SPK_CHECK;

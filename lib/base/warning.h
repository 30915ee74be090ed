/* SPDX-License-Identifier: Apache-2.0 */
/**
 * warning.h: what a caller should know although the call succeeded. Order of adding is kept;
 * the same warning is kept once.
 */
#pragma once

#include "base/arena.h"

struct spk_warning {
    const char *code;    /* stable: "UNKNOWN_FIELD_IGNORED" */
    const char *message; /* one clause */
    const char *field;   /* path in the request, "" if none */
};

struct spk_warnings {
    struct spk_warning *items;
    size_t n;
};

void spk_warn(struct spk_warnings *warnings, struct spk_arena *arena, const char *code,
              const char *field, const char *fmt, ...) SPK_PRINTF(5, 6);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * warning.h: what a caller should know although the call succeeded. Order of adding is kept;
 * the same warning is kept once. SPK_MAX_WARNINGS_OF_CODE of one code are kept, and a last one
 * says how many more there are: thousands help nobody.
 */
#pragma once

#include "base/set.h"

struct spk_warning {
    const char *code;    /* stable: "UNKNOWN_FIELD_IGNORED" */
    const char *message; /* one clause */
    const char *field;   /* path in the request, "" if none */
};

struct spk_warning_count;

struct spk_warnings {
    struct spk_warning *items;
    size_t n;
    struct spk_set known;             /* also those that are only counted */
    struct spk_warning_count *counts; /* a list, one of each code */
};

void spk_warn(struct spk_warnings *warnings, struct spk_arena *arena, const char *code,
              const char *field, const char *fmt, ...) SPK_PRINTF(5, 6);

/** Add those of from, also those that were only counted. */
void spk_warnings_add(struct spk_warnings *warnings, struct spk_arena *arena,
                      const struct spk_warnings *from);

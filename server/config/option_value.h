/* SPDX-License-Identifier: Apache-2.0 */
/** option_value.h: the types of options: from text to a field, and back for --print-config. */
#pragma once

#include "config/options.h"

enum spk_option_type {
    SPK_OPTION_TEXT,     /* const char *; empty: NULL */
    SPK_OPTION_BOOL,     /* bool; the flag alone is true */
    SPK_OPTION_CHOICE,   /* an enum, which is an int: index into the choices */
    SPK_OPTION_COUNT,    /* int64_t from 1 */
    SPK_OPTION_DURATION, /* int64_t ms; "auto" is -1 */
    SPK_OPTION_SIZE,     /* int64_t bytes; "auto" is 0 */
    SPK_OPTION_LIST,     /* struct spk_strings, comma separated and repeatable */
    SPK_OPTION_LINES,    /* struct spk_strings, repeatable, not split */
    SPK_OPTION_UIDS,     /* struct spk_uids, comma separated and repeatable */
};

struct spk_option {
    const char *flag; /* without the dashes */
    enum spk_option_type type;
    size_t offset;       /* in struct spk_config */
    const char *initial; /* the default, as text */
    const char *choices; /* "a|b|c"; else what stands for the value in the help */
    const char *help;
};

/**
 * Read text into the field; a list grows.
 *
 * @errors INVALID_FIELD  what is expected; err->field is "--flag"
 */
bool spk_option_read(struct spk_arena *arena, const struct spk_option *option,
                     const char *text, struct spk_config *config,
                     struct spk_err *err) SPK_CHECK;

/** Forget the field's default before the first value of its own. */
void spk_option_clear(const struct spk_option *option, struct spk_config *config);

/** The field as text that would be read to the same. */
const char *spk_option_text(struct spk_arena *arena, const struct spk_option *option,
                            const struct spk_config *config);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * printable.h: texts of strangers for a terminal or a log: none can move the cursor, start a
 * line, or show other text than it holds. Valid UTF-8 stays as it is but for the characters of
 * spk_is_control.
 */
#pragma once

#include "base/text.h"

/**
 * At most limit bytes of text, then "...". Control characters, line feeds too, are written as
 * "\n", "\x1b" or "\u202e", bytes that are no UTF-8 as "\xff". A backslash stays one.
 */
char *spk_printable(struct spk_arena *arena, const char *text, size_t limit);

/**
 * A JSON text, which may have many lines, with such characters as JSON's own "\u001b" and
 * bytes that are no UTF-8 as U+FFFD: its meaning stays the same.
 */
char *spk_printable_json(struct spk_arena *arena, const char *json);

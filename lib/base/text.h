/* SPDX-License-Identifier: Apache-2.0 */
/**
 * text.h: a growing text in an arena, and the few questions about strings that libc does not
 * answer. Texts are NUL-terminated UTF-8.
 */
#pragma once

#include "base/arena.h"

#include <stdint.h>

/** A growing text; {.arena = arena} is an empty one. */
struct spk_buf {
    struct spk_arena *arena;
    char *data; /* NUL-terminated once anything was put; NULL before */
    size_t length, capacity;
};

void spk_buf_put(struct spk_buf *buf, const char *bytes, size_t length);
void spk_buf_text(struct spk_buf *buf, const char *text);
void spk_buf_char(struct spk_buf *buf, char c);
void spk_buf_printf(struct spk_buf *buf, const char *fmt, ...) SPK_PRINTF(2, 3);
const char *spk_buf_string(struct spk_buf *buf); /* never NULL */

bool spk_text_equal(const char *a, const char *b); /* NULL equals only NULL */
const char *spk_text_or_null(const char *text);    /* NULL for an empty text */
bool spk_starts_with(const char *text, const char *prefix);
bool spk_ends_with(const char *text, const char *suffix);

/** A copy without the characters <= U+0020 at both ends, as Java's String.trim. */
char *spk_trim(struct spk_arena *arena, const char *text);

/** At most limit bytes of text, whole characters only: how user text goes into a message. */
char *spk_cut(struct spk_arena *arena, const char *text, size_t limit);

/** A copy in lower case, ASCII letters only; independent of the locale. */
char *spk_lower(struct spk_arena *arena, const char *text);

/** A copy with every occurrence of what replaced. */
char *spk_replace(struct spk_arena *arena, const char *text, const char *what, const char *by);

/** The parts of text between separators, as they are; n parts have n - 1 separators. */
struct spk_strings {
    const char **items;
    size_t n;
};
struct spk_strings spk_split(struct spk_arena *arena, const char *text, char separator);

/** Append to a list; the array grows in the arena. */
void spk_strings_add(struct spk_arena *arena, struct spk_strings *list, const char *item);

/** Joined by separator. */
char *spk_join(struct spk_arena *arena, const char *const *items, size_t n,
               const char *separator);

/** Whether length bytes are UTF-8: shortest forms, no surrogates, at most U+10FFFF. */
bool spk_is_utf8(const char *bytes, size_t length);

/**
 * Take out what is not UTF-8, in place: a format such as "%.64s", or a buffer that is too
 * small, cuts inside characters. Returns the new length.
 */
size_t spk_repair_utf8(char *text);

/**
 * Read one character from at most left bytes.
 *
 * @errors 0: they begin with no UTF-8; else the character's length
 */
size_t spk_utf8_read(const char *bytes, size_t left, uint32_t *code);

/**
 * Whether a character does something to whoever reads it in a terminal or a log: control
 * characters (C0, DEL, C1), the separators U+2028 and U+2029, and bidirectional controls.
 *
 * @source https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
bool spk_is_control(uint32_t code);

/**
 * Write each such character as "\n", "\x1b" or "\u202e", in place: size bytes are there,
 * what does not fit is cut. Returns the new length.
 */
size_t spk_escape_controls(char *text, size_t size);

/** A copy of a path in a request, whole UTF-8 and escaped; one with many escapes is cut. */
char *spk_plain_path(struct spk_arena *arena, const char *path);

/**
 * How a text holds the character U+0000, which would end it: as in Java's modified UTF-8. No
 * UTF-8 has these bytes, so what comes from strangers never has them. JSON and YAML are
 * written with U+0000 in their place; messages leave them out.
 */
#define SPK_TEXT_NUL "\xC0\x80"

/** The text of a file of length bytes in UTF-8, which may hold NULs: data itself without. */
const char *spk_text_hold_nul(struct spk_arena *arena, const char *data, size_t length);

/** The same backwards: text at the end of buf, each of its held NULs as the byte. */
void spk_text_put_nul(struct spk_buf *buf, const char *text);

/** A whole decimal int64, with an optional minus; nothing before or after. */
bool spk_parse_int64(const char *text, int64_t *out) SPK_CHECK;

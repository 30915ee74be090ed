/* SPDX-License-Identifier: Apache-2.0 */
#include "json/read.h"

#include "base/limits.h"
#include "go/number.h"
#include "json/duplicate.h"
#include "json/plain.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct spk_arena *arena;
    const char *start, *at, *end;
    const char *counted; /* as far as lines were counted */
    size_t line;         /* of counted */
    size_t nodes;
    bool is_manifest, is_stored, keeps_last; /* of keys given twice */
    const struct spk_json_step *path;        /* of the value that is being read */
    struct spk_warnings *warnings;           /* of manifests */
    struct spk_err *err;
};

static bool read_value(struct reader *r, unsigned depth, cJSON **out);

static bool refuse(struct reader *r, const char *why)
{
    size_t line = 1, column = 1;

    for (const char *c = r->start; c < r->at && c < r->end; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n';
    }
    (void)spk_fail(r->err, SPK_INVALID_MANIFEST, "line %zu, column %zu: %s", line, column,
                   why);
    spk_err_note(r->err, r->arena, "line", spk_printf(r->arena, "%zu", line));
    spk_err_note(r->err, r->arena, "column", spk_printf(r->arena, "%zu", column));
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

static bool take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool is_digit(const struct reader *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static void put_utf8(struct spk_buf *text, unsigned c)
{
    if (c < 0x80) {
        spk_buf_char(text, (char)c);
        return;
    }
    if (c < 0x800) {
        spk_buf_char(text, (char)(0xC0 | c >> 6));
    } else if (c < 0x10000) {
        spk_buf_char(text, (char)(0xE0 | c >> 12));
        spk_buf_char(text, (char)(0x80 | (c >> 6 & 0x3F)));
    } else {
        spk_buf_char(text, (char)(0xF0 | c >> 18));
        spk_buf_char(text, (char)(0x80 | (c >> 12 & 0x3F)));
        spk_buf_char(text, (char)(0x80 | (c >> 6 & 0x3F)));
    }
    spk_buf_char(text, (char)(0x80 | (c & 0x3F)));
}

static bool read_hex4(struct reader *r, unsigned *out)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++, r->at++) {
        const char *digits = "0123456789abcdef";
        const char *digit = r->at < r->end && *r->at ? strchr(digits, *r->at | 0x20) : NULL;

        if (!digit || (*r->at < '0'))
            return refuse(r, "\\u needs four hexadecimal digits");
        value = value << 4 | (unsigned)(digit - digits);
    }
    *out = value;
    return true;
}

static bool read_unicode_escape(struct reader *r, struct spk_buf *text)
{
    unsigned unit, low;

    if (!read_hex4(r, &unit))
        return false;
    if (unit == 0 && !r->is_stored)
        return refuse(r, "\\u0000 is not allowed in a string");
    if (unit == 0) {
        spk_buf_text(text, SPK_TEXT_NUL);
        return true;
    }
    if (unit >= 0xD800 && unit < 0xE000) {
        if (unit >= 0xDC00 || !take(r, '\\') || !take(r, 'u'))
            return refuse(r, "a surrogate stands alone");
        if (!read_hex4(r, &low))
            return false;
        if (low < 0xDC00 || low >= 0xE000)
            return refuse(r, "a surrogate stands alone");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    put_utf8(text, unit);
    return true;
}

static bool read_escape(struct reader *r, struct spk_buf *text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (take(r, 'u'))
        return read_unicode_escape(r, text);
    const char *escape = r->at < r->end && *r->at ? strchr(from, *r->at) : NULL;
    if (!escape)
        return refuse(r, "an escape is not one of JSON's");
    r->at++;
    spk_buf_char(text, to[escape - from]);
    return true;
}

/* The length of what follows without escapes. */
static size_t plain_length(const struct reader *r)
{
    return spk_json_plain_length(r->at, (size_t)(r->end - r->at));
}

/* After the opening quote. The whole input was found to be UTF-8 before. */
static bool read_string(struct reader *r, char **out)
{
    struct spk_buf text = {.arena = r->arena};
    size_t length = plain_length(r);

    if (length <= SPK_MAX_STRING && r->at + length < r->end && r->at[length] == '"') {
        *out = spk_strndup(r->arena, r->at, length);
        r->at += length + 1;
        return true;
    }
    while (r->at < r->end && *r->at != '"') {
        length = plain_length(r);
        spk_buf_put(&text, r->at, length);
        r->at += length;
        if (text.length > SPK_MAX_STRING)
            return refuse(r, "a string is longer than 1 MiB");
        if (r->at < r->end && (unsigned char)*r->at < ' ')
            return refuse(r, "a control character in a string needs an escape");
        if (take(r, '\\') && !read_escape(r, &text))
            return false;
    }
    if (!take(r, '"'))
        return refuse(r, "a string is not closed");
    (void)spk_buf_string(&text);
    *out = text.data;
    return true;
}

/* An integer fits int64; a fraction's exponent stays in the range of a double. */
static bool number_in_range(const char *text)
{
    int64_t ignored;
    const char *exponent = strpbrk(text, "eE");

    if (!exponent)
        return strchr(text, '.') || spk_parse_int64(text, &ignored);
    exponent += exponent[1] == '+' ? 2 : 1;
    return spk_parse_int64(exponent, &ignored) && ignored >= -308 && ignored <= 308;
}

/* One that is not in range. */
static bool read_large_number(struct reader *r, const char *text, cJSON **out)
{
    double value = strtod(text, NULL);

    if (!r->is_manifest)
        return refuse(r, "a number does not fit 64 bits");
    if (!isfinite(value))
        return spk_fail(r->err, SPK_INVALID_FIELD, "the number %.40s does not fit 64 bits",
                        text);
    *out = spk_json_new_number(r->arena, spk_number_kept(r->arena, value));
    return true;
}

static bool read_number(struct reader *r, cJSON **out)
{
    const char *start = r->at;

    (void)take(r, '-');
    if (!is_digit(r))
        return refuse(r, "this is not a JSON value");
    if (!take(r, '0'))
        while (is_digit(r))
            r->at++;
    if (take(r, '.')) {
        if (!is_digit(r))
            return refuse(r, "a number has no digit after its point");
        while (is_digit(r))
            r->at++;
    }
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            (void)take(r, '-');
        if (!is_digit(r))
            return refuse(r, "a number has no digit in its exponent");
        while (is_digit(r))
            r->at++;
    }
    const char *text = spk_strndup(r->arena, start, (size_t)(r->at - start));
    if (!number_in_range(text))
        return read_large_number(r, text, out);
    *out = spk_json_new_number(r->arena, text);
    return true;
}

/* The line of r->at; keys come in order, so each byte is counted once. */
static size_t line_of_key(struct reader *r)
{
    for (; r->counted < r->at; r->counted++)
        r->line += *r->counted == '\n';
    return r->line;
}

/* The last of keys given twice counts, or they are refused. */
static bool settle_keys(struct reader *r, cJSON *object, const struct spk_json_place *places,
                        size_t n)
{
    const struct spk_json_place *twin;

    if (r->keeps_last) {
        spk_json_keep_last(object, places, n, r->path, r->warnings);
        return true;
    }
    twin = spk_json_twin(r->arena, places, n);
    return !twin || refuse(r, spk_printf(r->arena, "the key '%.64s' is given twice",
                                         twin->member->string));
}

/* A refused number is known by its path, a fault of the text by its place. */
static bool pass_on(struct reader *r, const char *step)
{
    if (r->err->reason == SPK_INVALID_FIELD)
        (void)spk_fail_in(r->err, "%s", step);
    return false;
}

static bool read_member(struct reader *r, unsigned depth, cJSON *object,
                        struct spk_json_place *place)
{
    struct spk_json_step step = {.outer = r->path};
    char *key = NULL;
    cJSON *value = NULL;

    skip_blanks(r);
    *place = (struct spk_json_place){.line = line_of_key(r)};
    if (!take(r, '"'))
        return refuse(r, r->at < r->end && *r->at == '{'
                             ? "a key in double quotes is expected; '{{' looks like a "
                               "template that was not rendered"
                             : "a key in double quotes is expected");
    if (!read_string(r, &key))
        return false;
    skip_blanks(r);
    if (!take(r, ':'))
        return refuse(r, "':' is expected after a key");
    assert(key);
    step.key = key;
    r->path = &step;
    if (!read_value(r, depth + 1, &value))
        return pass_on(r, *key ? key : "[]");
    r->path = step.outer;
    assert(value);
    /* Pushed, not set: duplicates are looked for once, at the end. */
    (void)spk_json_push(object, value);
    value->string = key;
    place->member = value;
    return true;
}

static bool read_object(struct reader *r, unsigned depth, cJSON **out)
{
    cJSON *object = spk_json_new_object(r->arena);
    struct spk_json_place *places = NULL;
    size_t n = 0;

    skip_blanks(r);
    if (!take(r, '}')) {
        do {
            if (n == SPK_MAX_KEYS)
                return refuse(r, "an object has more than 4096 keys");
            if ((n & (n - 1)) == 0) /* full, as the capacity doubles */
                places = spk_grow_array(r->arena, places, n, n ? n * 2 : 1, sizeof(*places));
            if (!read_member(r, depth, object, &places[n++]))
                return false;
            skip_blanks(r);
        } while (take(r, ','));
        if (!take(r, '}'))
            return refuse(r, "',' or '}' is expected");
    }
    if (!settle_keys(r, object, places, n))
        return false;
    *out = object;
    return true;
}

static bool read_array(struct reader *r, unsigned depth, cJSON **out)
{
    cJSON *array = spk_json_new_array(r->arena), *value = NULL;
    struct spk_json_step step = {.outer = r->path};

    skip_blanks(r);
    if (!take(r, ']')) {
        do {
            if (step.index == SPK_MAX_ELEMENTS)
                return refuse(r, "a list has more than 10000 elements");
            r->path = &step;
            if (!read_value(r, depth + 1, &value))
                return pass_on(r, spk_printf(r->arena, "[%zu]", step.index));
            (void)spk_json_push(array, value);
            step.index++;
            skip_blanks(r);
        } while (take(r, ','));
        if (!take(r, ']'))
            return refuse(r, "',' or ']' is expected");
    }
    r->path = step.outer;
    *out = array;
    return true;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
        return false;
    r->at += length;
    return true;
}

static bool read_value(struct reader *r, unsigned depth, cJSON **out)
{
    char *text = NULL;

    skip_blanks(r);
    if (depth > SPK_MAX_DEPTH)
        return refuse(r, "more than 32 levels");
    if (++r->nodes > (r->is_stored ? SPK_MAX_REPLY_NODES : SPK_MAX_NODES))
        return refuse(r, r->is_stored ? "more than 100000 values" : "more than 20000 values");
    if (take(r, '{'))
        return read_object(r, depth, out);
    if (take(r, '['))
        return read_array(r, depth, out);
    if (take(r, '"')) {
        if (!read_string(r, &text))
            return false;
        *out = spk_json_keep_text(r->arena, text);
        return true;
    }
    if (take_word(r, "true") || take_word(r, "false")) {
        *out = spk_json_new_bool(r->arena, r->at[-2] == 'u');
        return true;
    }
    if (take_word(r, "null")) {
        *out = spk_json_new_null(r->arena);
        return true;
    }
    return read_number(r, out);
}

static bool read_document(struct reader *r, cJSON **out)
{
    cJSON *value = NULL;

    r->at = r->counted = r->start;
    r->line = 1;
    if (!spk_is_utf8(r->start, (size_t)(r->end - r->start)))
        return spk_fail(r->err, SPK_INVALID_MANIFEST, "the document is not valid UTF-8");
    if (!read_value(r, 1, &value))
        return false;
    skip_blanks(r);
    if (r->at != r->end)
        return refuse(r, "something follows the value");
    *out = value;
    return true;
}

bool spk_json_read(struct spk_arena *arena, const char *bytes, size_t length, cJSON **out,
                   struct spk_err *err)
{
    struct reader r = {.arena = arena, .start = bytes, .end = bytes + length, .err = err};

    return read_document(&r, out);
}

bool spk_json_read_stored(struct spk_arena *arena, const char *bytes, size_t length,
                          cJSON **out, struct spk_err *err)
{
    struct reader r = {
        .arena = arena, .start = bytes, .end = bytes + length, .is_stored = true, .err = err};

    return read_document(&r, out);
}

bool spk_json_read_template(struct spk_arena *arena, const char *bytes, size_t length,
                            cJSON **out, struct spk_err *err)
{
    struct reader r = {
        .arena = arena, .start = bytes, .end = bytes + length, .keeps_last = true, .err = err};

    return read_document(&r, out);
}

bool spk_json_read_manifest(struct spk_arena *arena, const char *bytes, size_t length,
                            struct spk_warnings *warnings, cJSON **out, struct spk_err *err)
{
    struct reader r = {.arena = arena,
                       .start = bytes,
                       .end = bytes + length,
                       .is_manifest = true,
                       .keeps_last = true,
                       .warnings = warnings,
                       .err = err};

    return read_document(&r, out);
}

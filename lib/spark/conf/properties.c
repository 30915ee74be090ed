/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/properties.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* ---- reading ---- */

struct reader {
    const char *at, *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static void skip_comment(struct reader *reader)
{
    while (reader->at < reader->end && !is_line_end(*reader->at))
        reader->at++;
}

/* To the first character of a logical line: past blanks, empty lines and comments. */
static void skip_to_line(struct reader *reader)
{
    while (reader->at < reader->end) {
        char c = *reader->at;

        if (c == '#' || c == '!')
            skip_comment(reader);
        else if (is_blank(c) || is_line_end(c))
            reader->at++;
        else
            return;
    }
}

/* Past the end of a continued line and the blanks that start the next. */
static void skip_continuation(struct reader *reader)
{
    if (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n')
        reader->at++;
    reader->at++;
    while (reader->at < reader->end && is_blank(*reader->at))
        reader->at++;
}

/* Append the rest of a line of the file; escaped: true if a backslash stands before it. True
 * if a backslash ends it. */
static bool take_run(struct reader *reader, struct spk_buf *line, bool escaped)
{
    const char *start = reader->at;

    for (; reader->at < reader->end && !is_line_end(*reader->at); reader->at++)
        escaped = *reader->at == '\\' && !escaped;
    spk_buf_put(line, start, (size_t)(reader->at - start));
    return escaped;
}

/* One logical line, with its escapes still in it; false: there are no more. */
static bool read_line(struct reader *reader, struct spk_buf *line)
{
    bool escaped = false;

    line->length = 0;
    skip_to_line(reader);
    while (reader->at < reader->end) {
        char c = *reader->at;

        if (line->length == 0 && !escaped && (c == '#' || c == '!' || is_line_end(c))) {
            skip_to_line(reader); /* after a lone backslash the line starts anew */
            continue;
        }
        if (!is_line_end(c)) {
            escaped = take_run(reader, line, escaped);
            continue;
        }
        if (!escaped)
            return true;
        line->data[--line->length] = '\0';
        escaped = false;
        skip_continuation(reader);
    }
    if (escaped)
        line->data[--line->length] = '\0';
    return line->length > 0;
}

static bool read_hex(const char *text, unsigned *out)
{
    unsigned value = 0;

    for (size_t i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

        if (!digit)
            return false;
        value = value * 16 + (unsigned)(digit - digits) % 16;
    }
    *out = value;
    return true;
}

static void put_utf8(struct spk_buf *buf, unsigned code)
{
    if (code < 0x80) {
        spk_buf_char(buf, (char)code);
        return;
    }
    if (code < 0x800) {
        spk_buf_char(buf, (char)(0xC0 | code >> 6));
    } else {
        if (code < 0x10000) {
            spk_buf_char(buf, (char)(0xE0 | code >> 12));
        } else {
            spk_buf_char(buf, (char)(0xF0 | code >> 18));
            spk_buf_char(buf, (char)(0x80 | (code >> 12 & 0x3F)));
        }
        spk_buf_char(buf, (char)(0x80 | (code >> 6 & 0x3F)));
    }
    spk_buf_char(buf, (char)(0x80 | (code & 0x3F)));
}

/* The escape \uXXXX, or a pair of them, at *at (behind the backslash); moves *at past it. */
static bool put_unicode(struct spk_buf *buf, const char **at, const char *end)
{
    unsigned code, low;

    if (end - *at < 5 || !read_hex(*at + 1, &code) || code == 0)
        return false;
    *at += 5;
    if (code >= 0xD800 && code < 0xDC00 && end - *at >= 6 && (*at)[0] == '\\' &&
        (*at)[1] == 'u' && read_hex(*at + 2, &low) && low >= 0xDC00 && low < 0xE000) {
        put_utf8(buf, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        *at += 6;
        return true;
    }
    put_utf8(buf, code >= 0xD800 && code < 0xE000 ? '?' : code); /* as Java encodes it */
    return true;
}

/* The text between start and end with its escapes resolved; NULL: a bad \u. */
static const char *unescape(struct spk_arena *arena, const char *start, const char *end)
{
    static const char letters[] = "tnrf", plain[] = "\t\n\r\f";
    struct spk_buf buf = {.arena = arena};
    const char *at = start;

    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        const char *stop = backslash && backslash + 1 < end ? backslash : end;

        spk_buf_put(&buf, at, (size_t)(stop - at));
        if (stop == end)
            break;
        at = stop + 1;
        if (*at == 'u') {
            if (!put_unicode(&buf, &at, end))
                return NULL;
            continue;
        }
        const char *letter = strchr(letters, *at);
        spk_buf_char(&buf, (char)(letter ? plain[letter - letters] : *at));
        at++;
    }
    return spk_buf_string(&buf);
}

/* The end of the key: the first '=', ':' or blank without a backslash. */
static const char *key_end(const char *line, const char *end)
{
    bool escaped = false;
    const char *at = line;

    for (; at < end; at++) {
        if (!escaped && (*at == '=' || *at == ':' || is_blank(*at)))
            break;
        escaped = *at == '\\' && !escaped;
    }
    return at;
}

static const char *value_start(const char *at, const char *end)
{
    bool separated = false;

    for (; at < end; at++) {
        if (is_blank(*at))
            continue;
        if (separated || (*at != '=' && *at != ':'))
            break;
        separated = true;
    }
    return at;
}

/* text with U+FFFD for every byte that is not part of a UTF-8 character. */
static void repair(struct spk_buf *buf, const char *text, size_t length)
{
    for (size_t i = 0, step; i < length; i += step) {
        step = 1;
        while (step <= 4 && i + step <= length && !spk_is_utf8(text + i, step))
            step++;
        if (step <= 4 && i + step <= length) {
            spk_buf_put(buf, text + i, step);
            continue;
        }
        spk_buf_text(buf, REPLACEMENT);
        step = 1;
    }
}

static bool read_entry(struct spk_conf *conf, const struct spk_buf *line, const char *origin)
{
    const char *end = line->data + line->length, *stop = key_end(line->data, end);
    const char *key = unescape(conf->arena, line->data, stop);
    const char *value = unescape(conf->arena, value_start(stop, end), end);

    if (!key || !value)
        return false;
    spk_conf_append(conf, key, value, origin);
    return true;
}

static bool refuse(struct spk_err *err, const char *origin, const char *why)
{
    (void)spk_fail(err, SPK_INVALID_SPARK_SUBMIT_ARGS, "%s", why);
    return spk_fail_at(err, "%s", origin);
}

/* At most limit entries, of which each may replace one before it. */
static bool read_entries(struct spk_conf *conf, struct reader *reader, const char *origin,
                         size_t limit, struct spk_err *err)
{
    struct spk_buf line = {.arena = conf->arena};

    while (read_line(reader, &line)) {
        if (limit-- == 0)
            return refuse(err, origin, "more than 8192 properties");
        if (!read_entry(conf, &line, origin))
            return refuse(err, origin, "Malformed \\uxxxx encoding.");
    }
    spk_conf_sort(conf);
    return true;
}

bool spk_properties_read(struct spk_conf *conf, const char *text, size_t length,
                         const char *origin, struct spk_err *err)
{
    struct spk_buf repaired = {.arena = conf->arena};
    struct spk_conf copy = spk_conf_copy(conf);

    if (memchr(text, '\0', length))
        return refuse(err, origin, "a properties file cannot hold a NUL");
    if (!spk_is_utf8(text, length)) {
        repair(&repaired, text, length);
        text = spk_buf_string(&repaired);
        length = repaired.length;
    }
    struct reader reader = {text, text + length};
    if (!read_entries(&copy, &reader, origin, SPK_MAX_PROPERTIES, err))
        return false;
    *conf = copy;
    return true;
}

/* ---- writing ---- */

static void put_escaped(struct spk_buf *buf, const char *text, bool is_key)
{
    static const char special[] = "\\=:#! \t\n\r\f", letters[] = "\\=:#! tnrf";

    for (const char *c = text; *c; c++) {
        size_t run = strcspn(c, special);

        spk_buf_put(buf, c, run);
        c += run;
        if (!*c)
            break;
        if (*c != ' ' || is_key || c == text)
            spk_buf_char(buf, '\\');
        spk_buf_char(buf, letters[strchr(special, *c) - special]);
    }
}

/* UTF-16 puts surrogate pairs (lead byte F0..) below U+E000..U+FFFF (lead bytes EE, EF). */
static int utf16_rank(unsigned char byte)
{
    if (byte >= 0xF0)
        return byte - 2;
    return byte >= 0xEE ? byte + 0x20 : byte;
}

static int compare_utf16(const void *a, const void *b)
{
    const unsigned char *left =
        (const unsigned char *)(*(const struct spk_conf_entry *const *)a)->key;
    const unsigned char *right =
        (const unsigned char *)(*(const struct spk_conf_entry *const *)b)->key;

    while (*left && *left == *right) {
        left++;
        right++;
    }
    return utf16_rank(*left) - utf16_rank(*right);
}

static bool reads_back(const struct spk_conf *conf, const char *text)
{
    struct spk_conf copy = {.arena = conf->arena};
    struct reader reader = {text, text + strlen(text)};
    struct spk_err err;

    if (!spk_is_utf8(text, strlen(text)) || !read_entries(&copy, &reader, "", conf->n, &err) ||
        copy.n != conf->n)
        return false;
    for (size_t i = 0; i < conf->n; i++)
        if (!spk_text_equal(copy.entries[i].key, conf->entries[i].key) ||
            !spk_text_equal(copy.entries[i].value, conf->entries[i].value))
            return false;
    return true;
}

bool spk_properties_write(struct spk_arena *arena, const struct spk_conf *conf,
                          const char *comment, const char **out, struct spk_err *err)
{
    const struct spk_conf_entry **sorted = spk_alloc_array(arena, conf->n, sizeof(*sorted));
    struct spk_buf buf = {.arena = arena};

    for (size_t i = 0; i < conf->n; i++)
        sorted[i] = &conf->entries[i];
    qsort(sorted, conf->n, sizeof(*sorted), compare_utf16);

    spk_buf_printf(&buf, "#%s\n", comment);
    for (size_t i = 0; i < conf->n; i++) {
        put_escaped(&buf, sorted[i]->key, true);
        spk_buf_char(&buf, '=');
        put_escaped(&buf, sorted[i]->value, false);
        spk_buf_char(&buf, '\n');
    }
    if (!reads_back(conf, spk_buf_string(&buf)))
        return spk_fail(err, SPK_INTERNAL_ERROR,
                        "the configuration cannot be written as properties");
    *out = spk_buf_string(&buf);
    return true;
}

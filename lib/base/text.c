/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct spk_buf *buf, size_t more)
{
    size_t needed = buf->length + more + 1;

    if (needed <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 64;
    if (capacity < needed)
        capacity = needed;
    buf->data = spk_grow_array(buf->arena, buf->data, buf->length, capacity, 1);
    buf->capacity = capacity;
}

void spk_buf_put(struct spk_buf *buf, const char *bytes, size_t length)
{
    reserve(buf, length);
    assert(buf->data);
    if (length)
        memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void spk_buf_text(struct spk_buf *buf, const char *text)
{
    spk_buf_put(buf, text, strlen(text));
}

void spk_buf_char(struct spk_buf *buf, char c)
{
    reserve(buf, 1);
    assert(buf->data);
    buf->data[buf->length++] = c;
    buf->data[buf->length] = '\0';
}

void spk_buf_printf(struct spk_buf *buf, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    spk_buf_text(buf, spk_vprintf(buf->arena, fmt, args));
    va_end(args);
}

const char *spk_buf_string(struct spk_buf *buf)
{
    reserve(buf, 0);
    return buf->data;
}

bool spk_text_equal(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

const char *spk_text_or_null(const char *text)
{
    return text && *text ? text : NULL;
}

bool spk_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool spk_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);

    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

char *spk_trim(struct spk_arena *arena, const char *text)
{
    size_t length = strlen(text);

    while (length && (unsigned char)text[length - 1] <= ' ')
        length--;
    while (length && (unsigned char)*text <= ' ') {
        text++;
        length--;
    }
    return spk_strndup(arena, text, length);
}

char *spk_cut(struct spk_arena *arena, const char *text, size_t limit)
{
    size_t length = strnlen(text, limit + 1);

    if (length > limit)
        for (length = limit; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    return spk_strndup(arena, text, length);
}

char *spk_lower(struct spk_arena *arena, const char *text)
{
    char *copy = spk_strdup(arena, text);

    for (char *c = copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return copy;
}

void spk_strings_add(struct spk_arena *arena, struct spk_strings *list, const char *item)
{
    /* Capacity is the next power of two, so a full array has exactly such a size. */
    if ((list->n & (list->n - 1)) == 0)
        list->items = spk_grow_array(arena, list->items, list->n, list->n ? list->n * 2 : 1,
                                     sizeof(*list->items));
    list->items[list->n++] = item;
}

char *spk_replace(struct spk_arena *arena, const char *text, const char *what, const char *by)
{
    struct spk_buf buf = {.arena = arena};
    const char *found;

    for (; (found = strstr(text, what)) != NULL; text = found + strlen(what)) {
        spk_buf_put(&buf, text, (size_t)(found - text));
        spk_buf_text(&buf, by);
    }
    spk_buf_text(&buf, text);
    return spk_strdup(arena, spk_buf_string(&buf));
}

struct spk_strings spk_split(struct spk_arena *arena, const char *text, char separator)
{
    struct spk_strings parts = {0};
    const char *end;

    while ((end = strchr(text, separator))) {
        spk_strings_add(arena, &parts, spk_strndup(arena, text, (size_t)(end - text)));
        text = end + 1;
    }
    spk_strings_add(arena, &parts, spk_strdup(arena, text));
    return parts;
}

char *spk_join(struct spk_arena *arena, const char *const *items, size_t n,
               const char *separator)
{
    struct spk_buf buf = {.arena = arena};

    for (size_t i = 0; i < n; i++) {
        if (i)
            spk_buf_text(&buf, separator);
        spk_buf_text(&buf, items[i]);
    }
    (void)spk_buf_string(&buf);
    return buf.data;
}

/* The number of bytes of the character at bytes, 0 if it is not UTF-8. */
static size_t utf8_length(const unsigned char *bytes, size_t left)
{
    unsigned lead = bytes[0];
    size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    if (length == 0 || length > left || lead > 0xF4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    if ((lead == 0xE0 && bytes[1] < 0xA0) || (lead == 0xED && bytes[1] >= 0xA0))
        return 0;
    if ((lead == 0xF0 && bytes[1] < 0x90) || (lead == 0xF4 && bytes[1] >= 0x90))
        return 0;
    return length;
}

/* Whether the eight bytes from at on are ASCII. */
static bool is_ascii8(const unsigned char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return (word & 0x8080808080808080) == 0;
}

bool spk_is_utf8(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;

    while (length) {
        size_t step = length >= 8 && is_ascii8(at) ? 8 : utf8_length(at, length);

        if (!step)
            return false;
        at += step;
        length -= step;
    }
    return true;
}

size_t spk_repair_utf8(char *text)
{
    size_t left = strlen(text), kept = 0;

    if (spk_is_utf8(text, left))
        return left;
    for (const char *at = text; left;) {
        size_t step = utf8_length((const unsigned char *)at, left);

        memmove(text + kept, at, step);
        kept += step;
        at += step ? step : 1;
        left -= step ? step : 1;
    }
    text[kept] = '\0';
    return kept;
}

size_t spk_utf8_read(const char *bytes, size_t left, uint32_t *code)
{
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *at = (const unsigned char *)bytes;
    size_t length = left ? utf8_length(at, left) : 0;

    *code = length ? at[0] & lead_bits[length] : 0;
    for (size_t i = 1; i < length; i++)
        *code = *code << 6 | (at[i] & 0x3FU);
    return length;
}

bool spk_is_control(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x61C, 0x61C},
                  {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}};

    for (size_t i = 0; i < SPK_LEN(ranges); i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

const char *spk_text_hold_nul(struct spk_arena *arena, const char *data, size_t length)
{
    struct spk_buf text = {.arena = arena};
    const char *nul = memchr(data, '\0', length);

    if (!nul)
        return data;
    for (; nul; nul = memchr(data, '\0', length)) {
        spk_buf_put(&text, data, (size_t)(nul - data));
        spk_buf_text(&text, SPK_TEXT_NUL);
        length -= (size_t)(nul - data) + 1;
        data = nul + 1;
    }
    spk_buf_put(&text, data, length);
    return spk_buf_string(&text);
}

void spk_text_put_nul(struct spk_buf *buf, const char *text)
{
    for (const char *nul; (nul = strstr(text, SPK_TEXT_NUL)) != NULL;) {
        spk_buf_put(buf, text, (size_t)(nul - text));
        spk_buf_char(buf, '\0');
        text = nul + strlen(SPK_TEXT_NUL);
    }
    spk_buf_text(buf, text);
}

bool spk_parse_int64(const char *text, int64_t *out)
{
    const char *digits = *text == '-' ? text + 1 : text;
    char *end;

    if (*digits < '0' || *digits > '9')
        return false;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (*end || errno == ERANGE)
        return false;
    *out = value;
    return true;
}

static void escape_control(uint32_t code, char *out, size_t size)
{
    if (code == '\n' || code == '\r' || code == '\t')
        (void)snprintf(out, size, "\\%c", code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
    else
        (void)snprintf(out, size, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
}

size_t spk_escape_controls(char *text, size_t size)
{
    size_t length = strlen(text);

    for (size_t at = 0; text[at];) {
        char escaped[12] = "";
        uint32_t code = 0;
        size_t from = spk_utf8_read(text + at, length - at, &code), to;

        if (from == 0 || !spk_is_control(code)) {
            at += from ? from : 1;
            continue;
        }
        escape_control(code, escaped, sizeof(escaped));
        to = strlen(escaped);
        if (at + to >= size) {
            text[at] = '\0';
            break;
        }
        size_t rest = length - at - from, room = size - 1 - at - to;
        if (rest > room)
            rest = room;
        memmove(text + at + to, text + at + from, rest);
        memcpy(text + at, escaped, to);
        at += to;
        length = at + rest;
        text[length] = '\0';
    }
    return spk_repair_utf8(text);
}

char *spk_plain_path(struct spk_arena *arena, const char *path)
{
    const size_t length = strlen(path), size = length + 64;
    char *copy = spk_alloc(arena, size);

    memcpy(copy, path, length + 1);
    (void)spk_repair_utf8(copy);
    (void)spk_escape_controls(copy, size);
    return copy;
}

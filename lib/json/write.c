/* SPDX-License-Identifier: Apache-2.0 */
#include "json/write.h"

#include "json/plain.h"

#include <string.h>

struct writer {
    struct spk_buf buf;
    bool pretty;
};

static void write_escape(struct spk_buf *buf, char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *escape = strchr(from, c);

    if (!escape) {
        spk_buf_printf(buf, "\\u%04x", (unsigned)c);
        return;
    }
    spk_buf_char(buf, '\\');
    spk_buf_char(buf, to[escape - from]);
}

/* Only a NUL that is held has the first byte of SPK_TEXT_NUL. */
static void put_run(struct spk_buf *buf, const char *text, size_t length)
{
    const char *end = text + length, *nul;

    while ((nul = memchr(text, SPK_TEXT_NUL[0], (size_t)(end - text))) != NULL) {
        spk_buf_put(buf, text, (size_t)(nul - text));
        spk_buf_text(buf, "\\u0000");
        text = nul + strlen(SPK_TEXT_NUL);
    }
    spk_buf_put(buf, text, (size_t)(end - text));
}

void spk_json_write_string(struct spk_buf *buf, const char *text)
{
    const char *end = text + strlen(text);

    spk_buf_char(buf, '"');
    while (text < end) {
        size_t run = spk_json_plain_length(text, (size_t)(end - text));

        put_run(buf, text, run);
        text += run;
        if (text < end)
            write_escape(buf, *text++);
    }
    spk_buf_char(buf, '"');
}

static void new_line(struct writer *w, unsigned depth)
{
    if (!w->pretty)
        return;
    spk_buf_char(&w->buf, '\n');
    for (unsigned i = 0; i < depth; i++)
        spk_buf_text(&w->buf, "  ");
}

static void write_value(struct writer *w, const cJSON *node, unsigned depth);

static void write_object(struct writer *w, const cJSON *object, unsigned depth)
{
    size_t n = spk_json_size(object);
    const cJSON **members = spk_json_sorted(w->buf.arena, object);

    spk_buf_char(&w->buf, '{');
    for (size_t i = 0; i < n; i++) {
        if (i)
            spk_buf_char(&w->buf, ',');
        new_line(w, depth + 1);
        spk_json_write_string(&w->buf, members[i]->string);
        spk_buf_text(&w->buf, w->pretty ? ": " : ":");
        write_value(w, members[i], depth + 1);
    }
    if (n)
        new_line(w, depth);
    spk_buf_char(&w->buf, '}');
}

static void write_array(struct writer *w, const cJSON *array, unsigned depth)
{
    spk_buf_char(&w->buf, '[');
    SPK_JSON_EACH (item, array) {
        if (item != array->child)
            spk_buf_char(&w->buf, ',');
        new_line(w, depth + 1);
        write_value(w, item, depth + 1);
    }
    if (array->child)
        new_line(w, depth);
    spk_buf_char(&w->buf, ']');
}

static void write_value(struct writer *w, const cJSON *node, unsigned depth)
{
    if (spk_json_is_object(node))
        write_object(w, node, depth);
    else if (spk_json_is_array(node))
        write_array(w, node, depth);
    else if (spk_json_string(node))
        spk_json_write_string(&w->buf, node->valuestring);
    else if (spk_json_is_number(node))
        spk_buf_text(&w->buf, node->valuestring);
    else if (spk_json_is_bool(node))
        spk_buf_text(&w->buf, spk_json_is_true(node) ? "true" : "false");
    else
        spk_buf_text(&w->buf, "null");
}

char *spk_json_write(struct spk_arena *arena, const cJSON *tree)
{
    struct writer w = {.buf = {.arena = arena}};

    write_value(&w, tree, 0);
    return w.buf.data;
}

char *spk_json_write_pretty(struct spk_arena *arena, const cJSON *tree)
{
    struct writer w = {.buf = {.arena = arena}, .pretty = true};

    write_value(&w, tree, 0);
    spk_buf_char(&w.buf, '\n');
    return w.buf.data;
}

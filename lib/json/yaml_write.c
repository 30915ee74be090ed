/* SPDX-License-Identifier: Apache-2.0 */
#include "go/number.h"
#include "json/yaml.h"
#include "json/yaml_scalar.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* libyaml's memory; deferred, because an allocation from the arena may not return. */
struct writer {
    yaml_emitter_t emitter;
    struct spk_buf buf;
    struct spk_arena *arena;
};

static void release(void *argument)
{
    struct writer *w = argument;

    yaml_emitter_delete(&w->emitter);
}

static int take_output(void *argument, unsigned char *bytes, size_t length)
{
    struct writer *w = argument;

    spk_buf_put(&w->buf, (const char *)bytes, length);
    return 1;
}

/* Input is UTF-8 of our own, so only malloc can fail: that ends the call like any exhaustion.
 */
static void emit(struct writer *w, yaml_event_t *event, int made)
{
    if (!made || !yaml_emitter_emit(&w->emitter, event))
        (void)spk_alloc(w->arena, SIZE_MAX);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* The digits from text on, as a number; *count of them. */
static unsigned long long number_at(const char *text, size_t *count, bool prefix)
{
    unsigned long long n = prefix;

    for (*count = 0; is_digit(text[*count]); (*count)++)
        n = n * 10 + (unsigned)(text[*count] - '0');
    return n;
}

/* Whether a digit other than 0 is among those before text[i]. */
static bool has_number_before(const char *text, size_t i)
{
    while (i > 0 && is_digit(text[i - 1]))
        if (text[--i] != '0')
            return true;
    return false;
}

/* go-yaml's order: numbers inside keys by value, letters after everything else. */
static int compare_keys(const void *left, const void *right)
{
    const char *a = (*(const cJSON *const *)left)->string;
    const char *b = (*(const cJSON *const *)right)->string;
    size_t i = 0, an, bn;

    while (a[i] && a[i] == b[i])
        i++;
    if (!a[i] || !b[i])
        return (a[i] != '\0') - (b[i] != '\0');
    if (is_letter(a[i]) || is_letter(b[i])) {
        if (is_letter(a[i]) != is_letter(b[i]))
            return is_letter(a[i]) ? 1 : -1;
        return strcmp(a + i, b + i);
    }
    bool prefix = (a[i] == '0' || b[i] == '0') && has_number_before(a, i);
    unsigned long long x = number_at(a + i, &an, prefix), y = number_at(b + i, &bn, prefix);
    if (x != y)
        return x < y ? -1 : 1;
    if (an != bn)
        return an < bn ? -1 : 1;
    return strcmp(a + i, b + i);
}

/* [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?: base 60, which others still read. */
static bool is_base60(const char *text)
{
    static const char run[] = "0123456789_";

    text += *text == '+' || *text == '-';
    if (!is_digit(*text))
        return false;
    text += strspn(text, run);
    if (*text != ':')
        return false;
    while (*text == ':') {
        text++;
        if (*text >= '0' && *text <= '5' && is_digit(text[1]))
            text++;
        if (!is_digit(*text++))
            return false;
    }
    if (*text == '.')
        text += 1 + strspn(text + 1, run);
    return *text == '\0';
}

static void put_scalar(struct writer *w, const char *text, size_t length,
                       yaml_scalar_style_t style)
{
    yaml_event_t event;
    const yaml_char_t *value = (const yaml_char_t *)text;

    emit(w, &event,
         yaml_scalar_event_initialize(&event, NULL, NULL, value, (int)length, 1, 1, style));
}

/* As "\0", in double quotes. */
static void put_with_nul(struct writer *w, const char *text)
{
    struct spk_buf buf = {.arena = w->arena};

    spk_text_put_nul(&buf, text);
    put_scalar(w, buf.data, buf.length, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static void put_text(struct writer *w, const char *text)
{
    struct spk_scalar scalar = spk_scalar_go(w->arena, text);
    /* "=" is a type of its own in YAML 1.1, which some readers know. */
    bool plain = scalar.kind == SPK_SCALAR_TEXT && !is_base60(text) && strcmp(text, "=") != 0;

    if (strstr(text, SPK_TEXT_NUL))
        put_with_nul(w, text);
    else if (strchr(text, '\n'))
        put_scalar(w, text, strlen(text), YAML_LITERAL_SCALAR_STYLE);
    else
        put_scalar(w, text, strlen(text),
                   plain ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static void put_word(struct writer *w, const char *text)
{
    put_scalar(w, text, strlen(text), YAML_PLAIN_SCALAR_STYLE);
}

static void put_number(struct writer *w, const char *text)
{
    struct spk_scalar scalar = spk_scalar_go(w->arena, text);

    if (scalar.kind != SPK_SCALAR_INTEGER)
        text = spk_number_go(w->arena, strtod(text, NULL));
    put_word(w, text);
}

static void put_node(struct writer *w, const cJSON *node);

static void put_object(struct writer *w, const cJSON *object)
{
    size_t n = spk_json_size(object);
    const cJSON **members = spk_json_sorted(w->arena, object);
    yaml_event_t event;

    if (n)
        qsort(members, n, sizeof(*members), compare_keys);
    emit(w, &event,
         yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
    for (size_t i = 0; i < n; i++) {
        put_text(w, members[i]->string);
        put_node(w, members[i]);
    }
    emit(w, &event, yaml_mapping_end_event_initialize(&event));
}

static void put_array(struct writer *w, const cJSON *array)
{
    yaml_event_t event;

    emit(w, &event,
         yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
                                              YAML_BLOCK_SEQUENCE_STYLE));
    SPK_JSON_EACH (item, array)
        put_node(w, item);
    emit(w, &event, yaml_sequence_end_event_initialize(&event));
}

static void put_node(struct writer *w, const cJSON *node)
{
    if (spk_json_is_object(node))
        put_object(w, node);
    else if (spk_json_is_array(node))
        put_array(w, node);
    else if (spk_json_string(node))
        put_text(w, node->valuestring);
    else if (spk_json_is_number(node))
        put_number(w, spk_json_number_text(node));
    else if (spk_json_is_bool(node))
        put_word(w, spk_json_is_true(node) ? "true" : "false");
    else
        put_word(w, "null");
}

char *spk_yaml_write(struct spk_arena *arena, const cJSON *tree)
{
    struct writer *w = spk_alloc(arena, sizeof(*w));
    yaml_event_t event;

    w->arena = w->buf.arena = arena;
    if (!yaml_emitter_initialize(&w->emitter))
        (void)spk_alloc(arena, SIZE_MAX);
    spk_defer(arena, release, w);
    yaml_emitter_set_unicode(&w->emitter, 1);
    yaml_emitter_set_output(&w->emitter, take_output, w);
    emit(w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
    put_node(w, tree);
    emit(w, &event, yaml_document_end_event_initialize(&event, 1));
    emit(w, &event, yaml_stream_end_event_initialize(&event));
    release(w);
    memset(&w->emitter, 0, sizeof(w->emitter));
    (void)spk_buf_string(&w->buf);
    return w->buf.data;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml.h"

#include "base/limits.h"
#include "json/number.h"
#include "json/read.h"
#include "json/yaml_scalar.h"

#include <math.h>
#include <string.h>
#include <yaml.h>

#define TAG "tag:yaml.org,2002:"

/* libyaml's memory; deferred, because an allocation from the arena may not return. */
struct foreign {
    yaml_parser_t parser;
    yaml_event_t event;
};

struct anchor {
    const char *name;
    const cJSON *tree; /* NULL while it is being read */
    size_t nodes;
    unsigned depth;
    struct anchor *next;
};

/* Where a key stands, for the message about its twin. */
struct place {
    const cJSON *member;
    size_t line, column;
};

struct reader {
    struct spk_arena *arena;
    struct foreign *yaml;
    const char *bytes;
    size_t nodes;
    bool is_template; /* the dialect of Spark's client; else kubectl's */
    unsigned deepest; /* level reached since an anchor last reset it */
    struct anchor *anchors;
    unsigned n_anchors;
    struct spk_err *err;
};

static bool read_node(struct reader *r, unsigned depth, cJSON **out);

static void release(void *argument)
{
    struct foreign *yaml = argument;

    yaml_event_delete(&yaml->event);
    yaml_parser_delete(&yaml->parser);
}

static bool refuse_at(struct reader *r, size_t line, size_t column, const char *why)
{
    enum spk_reason reason = r->is_template ? SPK_INVALID_POD_TEMPLATE : SPK_INVALID_MANIFEST;

    (void)spk_fail(r->err, reason, "line %zu, column %zu: %s", line, column, why);
    spk_err_note(r->err, r->arena, "line", spk_printf(r->arena, "%zu", line));
    spk_err_note(r->err, r->arena, "column", spk_printf(r->arena, "%zu", column));
    return false;
}

/* At the current event. */
static bool refuse(struct reader *r, const char *why)
{
    const yaml_mark_t *mark = &r->yaml->event.start_mark;

    return refuse_at(r, mark->line + 1, mark->column + 1, why);
}

/* A byte that is no YAML character has an offset only. */
static bool refuse_character(struct reader *r)
{
    const yaml_parser_t *parser = &r->yaml->parser;
    size_t line = 1, column = 1;

    for (size_t i = 0; i < parser->problem_offset; i++) {
        column = r->bytes[i] == '\n' ? 1 : column + 1;
        line += r->bytes[i] == '\n';
    }
    return refuse_at(r, line, column, parser->problem);
}

static bool next(struct reader *r)
{
    yaml_parser_t *parser = &r->yaml->parser;

    yaml_event_delete(&r->yaml->event);
    if (yaml_parser_parse(parser, &r->yaml->event))
        return true;
    if (parser->error == YAML_READER_ERROR)
        return refuse_character(r);
    return refuse_at(r, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                     parser->problem ? parser->problem : "this is not YAML");
}

static bool make_scalar(struct reader *r, const struct spk_scalar *scalar, cJSON **out)
{
    switch (scalar->kind) {
    case SPK_SCALAR_NULL:
        *out = spk_json_new_null(r->arena);
        return true;
    case SPK_SCALAR_BOOL:
        *out = spk_json_new_bool(r->arena, scalar->truth);
        return true;
    case SPK_SCALAR_INTEGER:
        *out = spk_json_new_number(r->arena, scalar->text);
        return true;
    case SPK_SCALAR_FLOAT:
    case SPK_SCALAR_UNSIGNED:
        if (!isfinite(scalar->number))
            return refuse(r, "an infinite number or NaN is not JSON; quote it");
        *out = spk_json_new_number(
            r->arena, scalar->text ? scalar->text : spk_number_kept(r->arena, scalar->number));
        return true;
    case SPK_SCALAR_TEXT:
    case SPK_SCALAR_TIMESTAMP:
    case SPK_SCALAR_MERGE:
        break;
    }
    *out = spk_json_new_text(r->arena, scalar->text);
    return true;
}

static struct spk_scalar resolve_plain(struct reader *r, const char *text)
{
    return r->is_template ? spk_scalar_java(r->arena, text) : spk_scalar_go(r->arena, text);
}

/* The tags of JSON's types, which Spark's client follows. */
static bool resolve_tagged(struct reader *r, const char *tag, struct spk_scalar *scalar)
{
    static const struct {
        const char *tag;
        enum spk_scalar_kind kind;
    } types[] = {
        {TAG "int", SPK_SCALAR_INTEGER},
        {TAG "float", SPK_SCALAR_FLOAT},
        {TAG "bool", SPK_SCALAR_BOOL},
        {TAG "null", SPK_SCALAR_NULL},
    };

    if (strcmp(tag, "!") == 0 || strcmp(tag, TAG "str") == 0)
        return true;
    for (size_t i = 0; i < SPK_LEN(types); i++) {
        if (strcmp(tag, types[i].tag) != 0)
            continue;
        *scalar = spk_scalar_java(r->arena, scalar->text);
        if (scalar->kind == SPK_SCALAR_INTEGER && types[i].kind == SPK_SCALAR_FLOAT) {
            scalar->kind = SPK_SCALAR_FLOAT;
            scalar->text = spk_number_java(r->arena, scalar->number);
        }
        return scalar->kind == types[i].kind || refuse(r, "the value does not fit its tag");
    }
    return refuse(r, "this tag is not supported");
}

/* What the current scalar event means. */
static bool resolve_event(struct reader *r, struct spk_scalar *out)
{
    const yaml_event_t *event = &r->yaml->event;
    const char *value = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;

    if (event->data.scalar.length > SPK_MAX_STRING)
        return refuse(r, "a string is longer than 1 MiB");
    if (strlen(value) != event->data.scalar.length)
        return refuse(r, "a NUL is not allowed in a string");
    if (tag && !r->is_template)
        return refuse(r, "tags are not supported");
    *out = (struct spk_scalar){.text = spk_strdup(r->arena, value)};
    if (tag)
        return resolve_tagged(r, tag, out);
    if (event->data.scalar.plain_implicit)
        *out = resolve_plain(r, out->text);
    return true;
}

/* What sigs.k8s.io/yaml makes of a number that is a key. */
static const char *float_key(struct reader *r, double value)
{
    const char *text = spk_number_go_single(r->arena, value);

    if (strcmp(text, "NaN") == 0)
        return ".nan";
    return strcmp(text, "+Inf") == 0 ? ".inf" : strcmp(text, "-Inf") == 0 ? "-.inf" : text;
}

/* A key is a string in the end: as the reference converts what is none. */
static bool read_key(struct reader *r, const char **out)
{
    struct spk_scalar key = {0};

    if (r->yaml->event.type == YAML_ALIAS_EVENT ||
        (r->yaml->event.type == YAML_SCALAR_EVENT && r->yaml->event.data.scalar.anchor))
        return refuse(r, "a key with an anchor or alias is not supported");
    if (r->yaml->event.type != YAML_SCALAR_EVENT)
        return refuse(r, "a key must be a string");
    if (!resolve_event(r, &key))
        return false;
    if (key.kind == SPK_SCALAR_NULL)
        return refuse(r, "a key must not be null");
    if (key.kind == SPK_SCALAR_MERGE)
        return refuse(r, "merge keys are not supported");
    if (key.kind == SPK_SCALAR_UNSIGNED)
        return refuse(r, "a number as key does not fit 64 bits; quote it");
    if (key.kind == SPK_SCALAR_BOOL)
        key.text = key.truth ? "true" : "false";
    if (key.kind == SPK_SCALAR_FLOAT && !key.text)
        key.text = float_key(r, key.number);
    *out = key.text;
    return true;
}

static bool has_duplicate(struct reader *r, const cJSON *object, const struct place *places,
                          size_t n)
{
    const cJSON **members = spk_json_sorted(r->arena, object);

    for (size_t i = 1; i < n; i++) {
        const struct place *twin = places;

        if (strcmp(members[i - 1]->string, members[i]->string) != 0)
            continue;
        for (const struct place *place = places; place < places + n; place++)
            if (place->member == members[i - 1] || place->member == members[i])
                twin = place;
        (void)refuse_at(
            r, twin->line, twin->column,
            spk_printf(r->arena, "the key '%.64s' is given twice", members[i]->string));
        return true;
    }
    return false;
}

static bool read_mapping(struct reader *r, unsigned depth, cJSON **out)
{
    cJSON *object = spk_json_new_object(r->arena), *value;
    struct place *places = NULL;
    const char *key = NULL;
    size_t n = 0;

    for (;;) {
        if (!next(r))
            return false;
        if (r->yaml->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (n == SPK_MAX_KEYS)
            return refuse(r, "an object has more than 4096 keys");
        struct place place = {.line = r->yaml->event.start_mark.line + 1,
                              .column = r->yaml->event.start_mark.column + 1};
        if (!read_key(r, &key) || !next(r) || !read_node(r, depth + 1, &value))
            return false;
        /* Pushed, not set: duplicates are looked for once, at the end. */
        (void)spk_json_push(object, value);
        value->string = spk_strdup(r->arena, key);
        place.member = value;
        if ((n & (n - 1)) == 0)
            places = spk_grow_array(r->arena, places, n, n ? n * 2 : 1, sizeof(*places));
        places[n++] = place;
    }
    if (has_duplicate(r, object, places, n))
        return false;
    *out = object;
    return true;
}

static bool read_sequence(struct reader *r, unsigned depth, cJSON **out)
{
    cJSON *array = spk_json_new_array(r->arena), *value;
    size_t n = 0;

    for (;;) {
        if (!next(r))
            return false;
        if (r->yaml->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (++n > SPK_MAX_ELEMENTS)
            return refuse(r, "a list has more than 10000 elements");
        if (!read_node(r, depth + 1, &value))
            return false;
        (void)spk_json_push(array, value);
    }
    *out = array;
    return true;
}

static bool read_alias(struct reader *r, unsigned depth, cJSON **out)
{
    const char *name = (const char *)r->yaml->event.data.alias.anchor;
    const struct anchor *anchor = r->anchors;

    if (!r->is_template)
        return refuse(r, "anchors and aliases are not supported");
    while (anchor && strcmp(anchor->name, name) != 0)
        anchor = anchor->next;
    if (!anchor || !anchor->tree)
        return refuse(r, "an alias needs a complete anchor before it");
    if (depth + anchor->depth > SPK_MAX_DEPTH)
        return refuse(r, "more than 32 levels");
    r->nodes += anchor->nodes - 1;
    if (r->nodes > SPK_MAX_NODES)
        return refuse(r, "more than 20000 values");
    if (r->deepest < depth + anchor->depth)
        r->deepest = depth + anchor->depth;
    *out = spk_json_copy(r->arena, anchor->tree);
    return true;
}

static bool read_content(struct reader *r, unsigned depth, cJSON **out)
{
    const yaml_event_t *event = &r->yaml->event;
    struct spk_scalar scalar;
    const char *tag;

    if (event->type == YAML_SCALAR_EVENT)
        return resolve_event(r, &scalar) && make_scalar(r, &scalar, out);
    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    tag = (const char *)(is_map ? event->data.mapping_start.tag
                                : event->data.sequence_start.tag);
    if (tag && !r->is_template)
        return refuse(r, "tags are not supported");
    if (tag && strcmp(tag, "!") != 0 && strcmp(tag, is_map ? TAG "map" : TAG "seq") != 0)
        return refuse(r, "this tag is not supported");
    return is_map ? read_mapping(r, depth, out) : read_sequence(r, depth, out);
}

static const char *anchor_of(const yaml_event_t *event)
{
    const yaml_char_t *name = event->type == YAML_SCALAR_EVENT ? event->data.scalar.anchor
                              : event->type == YAML_MAPPING_START_EVENT
                                  ? event->data.mapping_start.anchor
                                  : event->data.sequence_start.anchor;

    return (const char *)name;
}

static bool read_anchored(struct reader *r, unsigned depth, const char *name, cJSON **out)
{
    struct anchor *anchor = spk_alloc(r->arena, sizeof(*anchor));
    size_t before = r->nodes;
    unsigned outer = r->deepest;

    if (!r->is_template)
        return refuse(r, "anchors and aliases are not supported");
    if (++r->n_anchors > SPK_MAX_ANCHORS)
        return refuse(r, "more than 100 anchors");
    anchor->name = spk_strdup(r->arena, name);
    anchor->next = r->anchors;
    r->anchors = anchor;
    r->deepest = depth;
    if (!read_content(r, depth, out))
        return false;
    anchor->depth = r->deepest - depth;
    anchor->nodes = r->nodes - before + 1;
    anchor->tree = *out;
    if (r->deepest < outer)
        r->deepest = outer;
    return true;
}

/* The value that starts with the current event. */
static bool read_node(struct reader *r, unsigned depth, cJSON **out)
{
    if (depth > SPK_MAX_DEPTH)
        return refuse(r, "more than 32 levels");
    if (++r->nodes > SPK_MAX_NODES)
        return refuse(r, "more than 20000 values");
    if (r->deepest < depth)
        r->deepest = depth;
    if (r->yaml->event.type == YAML_ALIAS_EVENT)
        return read_alias(r, depth, out);
    const char *anchor = anchor_of(&r->yaml->event);
    return anchor ? read_anchored(r, depth, anchor, out) : read_content(r, depth, out);
}

/* Whether the current event is a document without content; null is one for Spark's client. */
static bool is_nothing(const struct reader *r)
{
    const yaml_event_t *event = &r->yaml->event;

    if (event->type != YAML_SCALAR_EVENT || !event->data.scalar.plain_implicit ||
        event->data.scalar.tag || event->data.scalar.anchor)
        return false;
    return event->data.scalar.length == 0 ||
           (r->is_template && strcmp((const char *)event->data.scalar.value, "null") == 0);
}

/* After a document's start. */
static bool read_document(struct reader *r, cJSON **tree)
{
    const yaml_event_t *event = &r->yaml->event;
    bool has_directive = event->data.document_start.version_directive ||
                         event->data.document_start.tag_directives.start !=
                             event->data.document_start.tag_directives.end;

    if (has_directive && !r->is_template)
        return refuse(r, "directives are not supported");
    if (!next(r))
        return false;
    if (is_nothing(r)) /* counted, too: a document costs three bytes */
        return ++r->nodes > SPK_MAX_NODES ? refuse(r, "more than 20000 values") : next(r);
    if (*tree)
        return refuse(r, "a second document; only one is taken");
    r->anchors = NULL;
    return read_node(r, 1, tree) && next(r);
}

static bool read_stream(struct reader *r, cJSON **out)
{
    cJSON *tree = NULL;

    do {
        if (!next(r))
            return false;
    } while (r->yaml->event.type == YAML_STREAM_START_EVENT);
    while (r->yaml->event.type == YAML_DOCUMENT_START_EVENT)
        if (!read_document(r, &tree) || !next(r))
            return false;
    if (!tree)
        return refuse_at(r, 1, 1, "the document is empty");
    *out = tree;
    return true;
}

static bool read_yaml(struct reader *r, const char *bytes, size_t length, cJSON **out)
{
    if (!spk_is_utf8(bytes, length))
        return spk_fail(r->err,
                        r->is_template ? SPK_INVALID_POD_TEMPLATE : SPK_INVALID_MANIFEST,
                        "the document is not valid UTF-8");
    r->bytes = bytes;
    r->yaml = spk_alloc(r->arena, sizeof(*r->yaml));
    if (!yaml_parser_initialize(&r->yaml->parser))
        return refuse_at(r, 1, 1, "no memory for the YAML parser");
    spk_defer(r->arena, release, r->yaml);
    yaml_parser_set_input_string(&r->yaml->parser, (const unsigned char *)bytes, length);
    bool good = read_stream(r, out);
    /* Given back early; what is deferred finds it empty. */
    release(r->yaml);
    memset(r->yaml, 0, sizeof(*r->yaml));
    return good;
}

bool spk_yaml_read(struct spk_arena *arena, const char *bytes, size_t length, cJSON **out,
                   struct spk_err *err)
{
    struct reader r = {.arena = arena, .err = err};

    return read_yaml(&r, bytes, length, out);
}

/* Fractions of JSON outside of typed fields are doubles of Java, too; the schema does that. */
bool spk_yaml_read_template(struct spk_arena *arena, const char *bytes, size_t length,
                            cJSON **out, bool *is_json, struct spk_err *err)
{
    struct reader r = {.arena = arena, .err = err, .is_template = true};
    size_t first = 0;

    while (first < length && bytes[first] && strchr(" \t\r\n\f\v", bytes[first]))
        first++;
    bool json = first < length && bytes[first] == '{';
    if (!json && !read_yaml(&r, bytes, length, out))
        return false;
    if (json && !spk_json_read(arena, bytes, length, out, err)) {
        err->reason = SPK_INVALID_POD_TEMPLATE;
        return false;
    }
    *is_json = json;
    return true;
}

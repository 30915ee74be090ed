/* SPDX-License-Identifier: Apache-2.0 */
#include "json/outline.h"

#include "base/limits.h"
#include "base/text.h"

#include <string.h>
#include <yaml.h>

/* libyaml owns memory of its own; the arena gives it back, whatever happens. */
struct reader {
    struct spk_arena *arena;
    yaml_parser_t parser;
    yaml_event_t event;
    size_t nodes;
    struct spk_err *err;
};

static void release(void *argument)
{
    struct reader *r = argument;

    yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
}

static bool refuse_at(struct reader *r, yaml_mark_t mark, const char *why)
{
    return spk_fail(r->err, SPK_INVALID_FIELD, "line %zu, column %zu: %s", mark.line + 1,
                    mark.column + 1, why);
}

static bool refuse(struct reader *r, const char *why)
{
    return refuse_at(r, r->event.start_mark, why);
}

/* Take n events; the last one stays in r->event. */
static bool advance(struct reader *r, int n)
{
    for (; n; n--) {
        yaml_event_delete(&r->event);
        if (!yaml_parser_parse(&r->parser, &r->event))
            return refuse_at(r, r->parser.problem_mark,
                             r->parser.problem ? r->parser.problem : "this is not YAML");
    }
    return true;
}

static bool next(struct reader *r)
{
    return advance(r, 1);
}

static bool is_null(const yaml_event_t *event)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    const char *text = (const char *)event->data.scalar.value;

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    for (size_t i = 0; i < SPK_LEN(nulls); i++)
        if (strcmp(text, nulls[i]) == 0)
            return true;
    return false;
}

/* The event's anchor or tag, which we do not take. */
static bool is_decorated(const yaml_event_t *event)
{
    switch ((int)event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    default:
        return event->type == YAML_ALIAS_EVENT;
    }
}

static bool read_node(struct reader *r, unsigned depth, struct spk_outline **out);

static bool read_list(struct reader *r, unsigned depth, struct spk_outline *list)
{
    struct spk_outline **end = &list->child;

    for (;;) {
        if (!next(r))
            return false;
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (!read_node(r, depth + 1, end))
            return false;
        end = &(*end)->next;
    }
}

/* The event is a key of map. */
static bool read_member(struct reader *r, unsigned depth, const struct spk_outline *map,
                        struct spk_outline **out)
{
    yaml_mark_t mark = r->event.start_mark;

    if (r->event.type != YAML_SCALAR_EVENT || is_decorated(&r->event))
        return refuse(r, "a key must be plain text");
    const char *text = (const char *)r->event.data.scalar.value;
    if (strlen(text) != r->event.data.scalar.length)
        return refuse(r, "a NUL is not allowed");
    if (strcmp(text, "<<") == 0)
        return refuse(r, "merge keys are not allowed");
    const char *key = spk_strdup(r->arena, text);
    for (const struct spk_outline *other = map->child; other; other = other->next)
        if (strcmp(other->key, key) == 0)
            return refuse(r, spk_printf(r->arena, "the key '%.64s' is given twice", key));
    if (!next(r) || !read_node(r, depth + 1, out)) {
        *out = NULL;
        return false;
    }
    (*out)->key = key;
    (*out)->line = mark.line + 1;
    (*out)->column = mark.column + 1;
    return true;
}

static bool read_map(struct reader *r, unsigned depth, struct spk_outline *map)
{
    struct spk_outline *member, **end = &map->child;
    size_t n = 0;

    for (;;) {
        if (!next(r))
            return false;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            return true;
        if (++n > SPK_MAX_KEYS)
            return refuse(r, "a map has more than 4096 keys");
        if (!read_member(r, depth, map, &member))
            return false;
        *end = member;
        end = &member->next;
    }
}

/* The event begins a value. */
static bool read_node(struct reader *r, unsigned depth, struct spk_outline **out)
{
    if (depth > SPK_MAX_DEPTH)
        return refuse(r, "more than 32 levels");
    if (++r->nodes > SPK_MAX_NODES)
        return refuse(r, "more than 20000 values");
    if (is_decorated(&r->event))
        return refuse(r, "anchors, aliases and tags are not allowed");

    struct spk_outline *node = spk_alloc(r->arena, sizeof(*node));
    node->line = r->event.start_mark.line + 1;
    node->column = r->event.start_mark.column + 1;
    *out = node;
    if (r->event.type == YAML_SEQUENCE_START_EVENT) {
        node->kind = SPK_OUTLINE_LIST;
        return read_list(r, depth, node);
    }
    if (r->event.type == YAML_MAPPING_START_EVENT) {
        node->kind = SPK_OUTLINE_MAP;
        return read_map(r, depth, node);
    }
    if (r->event.type != YAML_SCALAR_EVENT)
        return refuse(r, "a value is expected");
    const char *text = (const char *)r->event.data.scalar.value;
    if (strlen(text) != r->event.data.scalar.length)
        return refuse(r, "a NUL is not allowed");
    node->text = is_null(&r->event) ? NULL : spk_strdup(r->arena, text);
    return true;
}

static bool read_document(struct reader *r, struct spk_outline **out)
{
    struct spk_outline *root = NULL;

    if (!advance(r, 2))
        return false;
    if (r->event.type == YAML_DOCUMENT_START_EVENT) {
        if (!next(r) || !read_node(r, 1, &root) || !advance(r, 2))
            return false;
        if (r->event.type != YAML_STREAM_END_EVENT)
            return refuse(r, "a second document is not allowed");
    }
    *out = root && root->kind == SPK_OUTLINE_SCALAR && !root->text ? NULL : root;
    return true;
}

bool spk_outline_read(struct spk_arena *arena, struct spk_bytes bytes,
                      struct spk_outline **out, struct spk_err *err)
{
    struct reader *r = spk_alloc(arena, sizeof(*r));

    r->arena = arena;
    r->err = err;
    spk_defer(arena, release, r);
    if (!spk_is_utf8(bytes.data, bytes.length))
        return spk_fail(err, SPK_INVALID_FIELD, "the file is not valid UTF-8");
    if (!yaml_parser_initialize(&r->parser))
        return spk_fail(err, SPK_INTERNAL_ERROR, "out of memory");
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)bytes.data, bytes.length);
    return read_document(r, out);
}

const struct spk_outline *spk_outline_get(const struct spk_outline *map, const char *key)
{
    if (!map || map->kind != SPK_OUTLINE_MAP)
        return NULL;
    for (const struct spk_outline *item = map->child; item; item = item->next)
        if (strcmp(item->key, key) == 0)
            return item->kind == SPK_OUTLINE_SCALAR && !item->text ? NULL : item;
    return NULL;
}

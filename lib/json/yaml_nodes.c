/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml_nodes.h"

#include "base/limits.h"
#include "go/number.h"
#include "java/java_number.h"
#include "json/yaml_scalar.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define TAG "tag:yaml.org,2002:"

struct spk_yaml_anchor {
    const char *name;
    const cJSON *tree;        /* NULL while it is being read */
    struct spk_scalar scalar; /* of a scalar, which may be a key */
    bool is_scalar;
    size_t nodes;
    unsigned depth;
    struct spk_yaml_anchor *next;
};

/* A map that is being read. */
struct mapping {
    cJSON *object;
    struct spk_json_place at; /* of the key that is being read */
    struct spk_json_place *places;
    size_t n;
};

static bool make_scalar(struct spk_yaml_reader *r, const struct spk_scalar *scalar,
                        cJSON **out)
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
            return spk_yaml_refuse(r, "an infinite number or NaN is not JSON; quote it");
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

static struct spk_scalar resolve_plain(struct spk_yaml_reader *r, const char *text)
{
    return r->is_template ? spk_scalar_java(r->arena, text) : spk_scalar_go(r->arena, text);
}

/* The tags of JSON's types, which both dialects follow. */
static bool resolve_tagged(struct spk_yaml_reader *r, const char *tag,
                           struct spk_scalar *scalar)
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
        *scalar = resolve_plain(r, scalar->text);
        if (scalar->kind == SPK_SCALAR_INTEGER && types[i].kind == SPK_SCALAR_FLOAT) {
            scalar->kind = SPK_SCALAR_FLOAT;
            if (r->is_template)
                scalar->text = spk_java_double(r->arena, scalar->number);
        }
        return scalar->kind == types[i].kind ||
               spk_yaml_refuse(r, "the value does not fit its tag");
    }
    return spk_yaml_refuse(r, "this tag is not supported");
}

/* The value that the current scalar event stands for. */
static bool resolve_event(struct spk_yaml_reader *r, struct spk_scalar *out)
{
    const yaml_event_t *event = &r->yaml->event;
    const char *value = (const char *)event->data.scalar.value;
    const char *tag = (const char *)event->data.scalar.tag;

    if (event->data.scalar.length > SPK_MAX_STRING)
        return spk_yaml_refuse(r, "a string is longer than 1 MiB");
    if (strlen(value) != event->data.scalar.length)
        return spk_yaml_refuse(r, "a NUL is not allowed in a string");
    *out = (struct spk_scalar){.text = spk_strdup(r->arena, value)};
    if (tag)
        return resolve_tagged(r, tag, out);
    if (event->data.scalar.plain_implicit)
        *out = resolve_plain(r, out->text);
    return true;
}

/* A number that is a key, as the text that sigs.k8s.io/yaml makes of it. */
static const char *float_key(struct spk_yaml_reader *r, double value)
{
    const char *text = spk_number_go_single(r->arena, value);

    if (strcmp(text, "NaN") == 0)
        return ".nan";
    return strcmp(text, "+Inf") == 0 ? ".inf" : strcmp(text, "-Inf") == 0 ? "-.inf" : text;
}

/* A new anchor, known from now on; complete once it has a tree. */
static bool add_anchor(struct spk_yaml_reader *r, const char *name,
                       struct spk_yaml_anchor **out)
{
    struct spk_yaml_anchor *anchor = spk_alloc(r->arena, sizeof(*anchor));

    if (++r->n_anchors > SPK_MAX_ANCHORS)
        return spk_yaml_refuse(r, "more than 100 anchors");
    anchor->name = spk_strdup(r->arena, name);
    anchor->next = r->anchors;
    r->anchors = anchor;
    *out = anchor;
    return true;
}

/* The anchor that the current event is an alias of. */
static bool find_anchor(struct spk_yaml_reader *r, const struct spk_yaml_anchor **out)
{
    const char *name = (const char *)r->yaml->event.data.alias.anchor;
    const struct spk_yaml_anchor *anchor = r->anchors;

    while (anchor && strcmp(anchor->name, name) != 0)
        anchor = anchor->next;
    if (!anchor || !anchor->tree)
        return spk_yaml_refuse(r, "an alias needs a complete anchor before it");
    *out = anchor;
    return true;
}

/* A scalar that is a key: written here, or an alias of one. */
static bool read_key_scalar(struct spk_yaml_reader *r, struct spk_scalar *out)
{
    const yaml_event_t *event = &r->yaml->event;
    bool is_alias = event->type == YAML_ALIAS_EVENT;
    const char *name =
        event->type == YAML_SCALAR_EVENT ? (const char *)event->data.scalar.anchor : NULL;
    const struct spk_yaml_anchor *known = NULL;
    struct spk_yaml_anchor *added = NULL;
    cJSON *tree = NULL;

    if (r->is_template && (is_alias || name))
        return spk_yaml_refuse(r, "a key with an anchor or alias is not supported");
    if (is_alias && !find_anchor(r, &known))
        return false;
    if (is_alias ? !known->is_scalar : event->type != YAML_SCALAR_EVENT)
        return spk_yaml_refuse(r, "a key must be a string");
    if (is_alias) {
        *out = known->scalar;
        return true;
    }
    if (name && !add_anchor(r, name, &added))
        return false;
    if (!resolve_event(r, out) || (added && !make_scalar(r, out, &tree)))
        return false;
    if (added)
        *added = (struct spk_yaml_anchor){.name = added->name,
                                          .tree = tree,
                                          .scalar = *out,
                                          .is_scalar = true,
                                          .nodes = 1,
                                          .next = added->next};
    return true;
}

/* A key is a string in the end: as the reference converts what is none. */
static bool read_key(struct spk_yaml_reader *r, const char **out, bool *is_merge)
{
    struct spk_scalar key = {0};

    if (!read_key_scalar(r, &key))
        return false;
    if (key.kind == SPK_SCALAR_NULL)
        return spk_yaml_refuse(r, "a key must not be null");
    if (key.kind == SPK_SCALAR_UNSIGNED)
        return spk_yaml_refuse(r, "a number as key does not fit 64 bits; quote it");
    if (key.kind == SPK_SCALAR_BOOL)
        key.text = key.truth ? "true" : "false";
    if (key.kind == SPK_SCALAR_FLOAT && !key.text)
        key.text = float_key(r, key.number);
    *is_merge = key.kind == SPK_SCALAR_MERGE;
    *out = key.text;
    return true;
}

/* The value of a merge key as the current event: a map, an alias of one, or a list of both. */
static bool read_merged(struct spk_yaml_reader *r, unsigned depth, cJSON **out)
{
    static const char why[] = "a merge key takes a map, an alias of a map or a list of these";
    yaml_event_type_t type = r->yaml->event.type;
    yaml_mark_t mark = r->yaml->event.start_mark;
    bool is_alias = type == YAML_ALIAS_EVENT;
    cJSON *value = NULL;

    if (type == YAML_SCALAR_EVENT)
        return spk_yaml_refuse(r, why);
    if (!spk_yaml_node(r, depth, &value))
        return false;
    assert(value);
    bool is_list = spk_json_is_array(value);
    bool good = is_list ? !is_alias : spk_json_is_object(value);
    SPK_JSON_EACH (item, value)
        good = good && (!is_list || spk_json_is_object(item));
    if (!good)
        return spk_yaml_refuse_at(r, mark.line + 1, mark.column + 1, why);
    *out = value;
    return true;
}

static void add_member(struct mapping *map, cJSON *member, const char *key)
{
    struct spk_arena *arena = spk_json_arena(map->object);

    /* Pushed, not set: duplicates are looked for once, at the end. */
    (void)spk_json_push(map->object, member);
    member->string = spk_strdup(arena, key);
    if ((map->n & (map->n - 1)) == 0)
        map->places = spk_grow_array(arena, map->places, map->n, map->n ? map->n * 2 : 1,
                                     sizeof(*map->places));
    map->at.member = member;
    map->places[map->n++] = map->at;
}

/* The members are copied: what is merged may have an anchor, for aliases that follow. */
static void merge_object(struct mapping *map, const cJSON *from)
{
    SPK_JSON_EACH (member, from)
        add_member(map, spk_json_copy(spk_json_arena(from), member), member->string);
}

/* Maps of a list are written in from the last to the first, so that the first wins. */
static void merge(struct mapping *map, const cJSON *value)
{
    const cJSON *first = value->child, *from = first;

    map->at.is_merged = true;
    if (spk_json_is_object(value)) {
        merge_object(map, value);
        return;
    }
    while (from) {
        from = from->prev; /* the first one's is the last */
        merge_object(map, from);
        if (from == first)
            break;
    }
}

static bool read_member(struct spk_yaml_reader *r, unsigned depth, struct mapping *map)
{
    const yaml_mark_t *mark = &r->yaml->event.start_mark;
    struct spk_json_step step = {.outer = r->path};
    cJSON *value = NULL;
    bool is_merge = false;

    map->at = (struct spk_json_place){.line = mark->line + 1, .column = mark->column + 1};
    if (!read_key(r, &step.key, &is_merge) || !spk_yaml_next(r))
        return false;
    if (is_merge) {
        if (!read_merged(r, depth + 1, &value))
            return false;
        merge(map, value);
        return true;
    }
    r->path = &step;
    if (!spk_yaml_node(r, depth + 1, &value))
        return false;
    r->path = step.outer;
    add_member(map, value, step.key);
    return true;
}

static bool read_mapping(struct spk_yaml_reader *r, unsigned depth, cJSON **out)
{
    struct mapping map = {.object = spk_json_new_object(r->arena)};
    const struct spk_json_place *twin;

    for (;;) {
        if (!spk_yaml_next(r))
            return false;
        if (r->yaml->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (!read_member(r, depth, &map))
            return false;
        if (map.n > SPK_MAX_KEYS)
            return spk_yaml_refuse(r, "an object has more than 4096 keys");
    }
    if (!r->is_template) {
        spk_json_keep_last(map.object, map.places, map.n, r->path, r->warnings);
    } else if ((twin = spk_json_twin(r->arena, map.places, map.n)) != NULL) {
        return spk_yaml_refuse_at(
            r, twin->line, twin->column,
            spk_printf(r->arena, "the key '%.64s' is given twice", twin->member->string));
    }
    *out = map.object;
    return true;
}

static bool read_sequence(struct spk_yaml_reader *r, unsigned depth, cJSON **out)
{
    cJSON *array = spk_json_new_array(r->arena), *value;
    struct spk_json_step step = {.outer = r->path};

    for (;; step.index++) {
        if (!spk_yaml_next(r))
            return false;
        if (r->yaml->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        if (step.index == SPK_MAX_ELEMENTS)
            return spk_yaml_refuse(r, "a list has more than 10000 elements");
        r->path = &step;
        if (!spk_yaml_node(r, depth + 1, &value))
            return false;
        (void)spk_json_push(array, value);
    }
    r->path = step.outer;
    *out = array;
    return true;
}

static bool read_alias(struct spk_yaml_reader *r, unsigned depth, cJSON **out)
{
    const struct spk_yaml_anchor *anchor;

    if (!find_anchor(r, &anchor))
        return false;
    if (depth + anchor->depth > SPK_MAX_DEPTH)
        return spk_yaml_refuse(r, "more than 32 levels");
    r->nodes += anchor->nodes - 1;
    if (r->nodes > SPK_MAX_NODES)
        return spk_yaml_refuse(r, "more than 20000 values");
    if (r->deepest < depth + anchor->depth)
        r->deepest = depth + anchor->depth;
    *out = spk_json_copy(r->arena, anchor->tree);
    return true;
}

static bool read_collection(struct spk_yaml_reader *r, unsigned depth, cJSON **out)
{
    const yaml_event_t *event = &r->yaml->event;
    const char *tag;

    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    tag = (const char *)(is_map ? event->data.mapping_start.tag
                                : event->data.sequence_start.tag);
    if (tag && strcmp(tag, "!") != 0 && strcmp(tag, is_map ? TAG "map" : TAG "seq") != 0)
        return spk_yaml_refuse(r, "this tag is not supported");
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

/* The value as the current event, whose anchor, if it has one, becomes complete with it. */
static bool read_content(struct spk_yaml_reader *r, unsigned depth,
                         struct spk_yaml_anchor *anchor, cJSON **out)
{
    struct spk_scalar scalar = {0};
    bool is_scalar = r->yaml->event.type == YAML_SCALAR_EVENT;
    size_t before = r->nodes;

    bool good = is_scalar ? resolve_event(r, &scalar) && make_scalar(r, &scalar, out)
                          : read_collection(r, depth, out);
    if (good && anchor) {
        anchor->is_scalar = is_scalar;
        anchor->scalar = scalar;
        anchor->depth = r->deepest - depth;
        anchor->nodes = r->nodes - before + 1;
        anchor->tree = *out;
    }
    return good;
}

static bool read_anchored(struct spk_yaml_reader *r, unsigned depth, const char *name,
                          cJSON **out)
{
    struct spk_yaml_anchor *anchor;
    unsigned outer = r->deepest;

    if (!add_anchor(r, name, &anchor))
        return false;
    r->deepest = depth;
    if (!read_content(r, depth, anchor, out))
        return false;
    if (r->deepest < outer)
        r->deepest = outer;
    return true;
}

bool spk_yaml_node(struct spk_yaml_reader *r, unsigned depth, cJSON **out)
{
    const char *anchor;

    if (depth > SPK_MAX_DEPTH)
        return spk_yaml_refuse(r, "more than 32 levels");
    if (++r->nodes > SPK_MAX_NODES)
        return spk_yaml_refuse(r, "more than 20000 values");
    if (r->deepest < depth)
        r->deepest = depth;
    if (r->yaml->event.type == YAML_ALIAS_EVENT)
        return read_alias(r, depth, out);
    anchor = anchor_of(&r->yaml->event);
    return anchor ? read_anchored(r, depth, anchor, out) : read_content(r, depth, NULL, out);
}

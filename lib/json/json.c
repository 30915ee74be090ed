/* SPDX-License-Identifier: Apache-2.0 */
#include "json/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Objects with more members than this get an index. */
#define FEW_MEMBERS 32

/* The members of an object up to last, sorted by key; what was appended since is not yet in.
 */
struct index {
    cJSON **members;
    size_t n, capacity;
    cJSON *last; /* NULL: none is in */
};

/* A node as spk_json allocates it: cJSON's, and the arena that it lives in. */
struct node {
    cJSON json; /* first, so that the two pointers convert */
    struct spk_arena *arena;
    struct index *index; /* NULL: none yet */
};

static struct node *node_of(cJSON *json)
{
    return (struct node *)(void *)json;
}

static cJSON *new_node(struct spk_arena *arena, int type)
{
    struct node *node = spk_alloc(arena, sizeof(*node));

    node->json.type = type;
    node->arena = arena;
    return &node->json;
}

static bool has_type(const cJSON *node, int type)
{
    return node && (node->type & 0xFF) == type;
}

cJSON *spk_json_new_object(struct spk_arena *arena)
{
    return new_node(arena, cJSON_Object);
}

cJSON *spk_json_new_array(struct spk_arena *arena)
{
    return new_node(arena, cJSON_Array);
}

cJSON *spk_json_new_null(struct spk_arena *arena)
{
    return new_node(arena, cJSON_NULL);
}

cJSON *spk_json_new_bool(struct spk_arena *arena, bool value)
{
    return new_node(arena, value ? cJSON_True : cJSON_False);
}

cJSON *spk_json_new_number(struct spk_arena *arena, const char *text)
{
    cJSON *node = new_node(arena, cJSON_Number);

    node->valuestring = spk_strdup(arena, text);
    node->valuedouble = strtod(text, NULL);
    return node;
}

cJSON *spk_json_new_int(struct spk_arena *arena, int64_t value)
{
    return spk_json_new_number(arena, spk_printf(arena, "%" PRId64, value));
}

cJSON *spk_json_keep_text(struct spk_arena *arena, char *text)
{
    cJSON *node = new_node(arena, cJSON_String);

    node->valuestring = text;
    return node;
}

cJSON *spk_json_new_text(struct spk_arena *arena, const char *text)
{
    return spk_json_keep_text(arena, spk_strdup(arena, text));
}

static void link_last(cJSON *parent, cJSON *item)
{
    item->next = NULL;
    if (!parent->child) {
        parent->child = item;
        item->prev = item;
        return;
    }
    item->prev = parent->child->prev;
    parent->child->prev->next = item;
    parent->child->prev = item;
}

/* The depth of a tree is bounded at the door and by the schema, so recursion is. */
cJSON *spk_json_copy(struct spk_arena *arena, const cJSON *tree)
{
    if (!tree)
        return NULL;
    cJSON *copy = new_node(arena, tree->type & 0xFF);
    copy->valuestring = spk_strdup(arena, tree->valuestring);
    copy->valuedouble = tree->valuedouble;
    SPK_JSON_EACH (item, tree) {
        cJSON *member = spk_json_copy(arena, item);

        member->string = spk_strdup(arena, item->string);
        link_last(copy, member);
    }
    return copy;
}

struct spk_arena *spk_json_arena(const cJSON *node)
{
    return ((const struct node *)(const void *)node)->arena;
}

/* ---- the index: sorted, so that no choice of keys makes it slow ---- */

/* The first place whose key is not below key. */
static size_t place_of(const struct index *index, const char *key)
{
    size_t low = 0, high = index->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(index->members[middle]->string, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void index_member(struct spk_arena *arena, struct index *index, cJSON *item)
{
    size_t place = place_of(index, item->string);

    if (index->n == index->capacity) {
        index->capacity = index->capacity ? index->capacity * 2 : (size_t)FEW_MEMBERS * 4;
        index->members = spk_grow_array(arena, index->members, index->n, index->capacity,
                                        sizeof(*index->members));
    }
    memmove(index->members + place + 1, index->members + place,
            (index->n - place) * sizeof(*index->members));
    index->members[place] = item;
    index->n++;
    index->last = item;
}

static cJSON *find_indexed(struct node *object, const char *key)
{
    if (!object->index)
        object->index = spk_alloc(object->arena, sizeof(*object->index));
    struct index *index = object->index;
    cJSON *item = index->last ? index->last->next : object->json.child;

    for (; item; item = item->next)
        index_member(object->arena, index, item);
    size_t place = place_of(index, key);
    bool found = place < index->n && strcmp(index->members[place]->string, key) == 0;
    return found ? index->members[place] : NULL;
}

/* Where item is in its parent's index; NULL: it is not in. */
static cJSON **indexed_place(const cJSON *parent, const cJSON *item)
{
    const struct index *index = ((const struct node *)(const void *)parent)->index;

    if (!index || !item->string)
        return NULL;
    for (size_t i = place_of(index, item->string); i < index->n; i++) {
        if (index->members[i] == item)
            return &index->members[i];
        if (strcmp(index->members[i]->string, item->string) != 0)
            return NULL;
    }
    return NULL;
}

/* Before item leaves parent. */
static void forget(cJSON *parent, cJSON *item)
{
    struct index *index = node_of(parent)->index;
    cJSON **place = indexed_place(parent, item);

    if (!place)
        return;
    if (index->last == item)
        index->last = parent->child == item ? NULL : item->prev;
    index->n--;
    memmove(place, place + 1,
            (index->n - (size_t)(place - index->members)) * sizeof(*index->members));
}

/* ---- lists of members ---- */

void spk_json_unlink(cJSON *parent, cJSON *item)
{
    forget(parent, item);
    if (item->next)
        item->next->prev = item->prev;
    else if (parent->child != item)
        parent->child->prev = item->prev;
    if (parent->child == item)
        parent->child = item->next;
    else
        item->prev->next = item->next;
    item->next = item->prev = NULL;
}

/* Put value where old is. */
static void replace(cJSON *parent, cJSON *old, cJSON *value)
{
    struct index *index = node_of(parent)->index;
    cJSON **place = indexed_place(parent, old);

    if (place)
        *place = value;
    if (place && index->last == old)
        index->last = value;
    value->string = old->string;
    value->next = old->next;
    value->prev = old->prev == old ? value : old->prev;
    if (old->next)
        old->next->prev = value;
    else if (parent->child != old)
        parent->child->prev = value;
    if (parent->child == old)
        parent->child = value;
    else
        value->prev->next = value;
    old->next = old->prev = NULL;
}

cJSON *spk_json_set(cJSON *object, const char *key, cJSON *value)
{
    if (!value)
        return NULL;
    cJSON *old = spk_json_find(object, key);
    if (old == value)
        return value;
    if (old) {
        replace(object, old, value);
        return value;
    }
    value->string = spk_strdup(spk_json_arena(object), key);
    link_last(object, value);
    return value;
}

void spk_json_text(cJSON *object, const char *key, const char *text)
{
    if (text)
        (void)spk_json_set(object, key, spk_json_new_text(spk_json_arena(object), text));
}

void spk_json_int(cJSON *object, const char *key, int64_t value)
{
    (void)spk_json_set(object, key, spk_json_new_int(spk_json_arena(object), value));
}

void spk_json_bool(cJSON *object, const char *key, bool value)
{
    (void)spk_json_set(object, key, spk_json_new_bool(spk_json_arena(object), value));
}

void spk_json_remove(cJSON *object, const char *key)
{
    cJSON *old = spk_json_find(object, key);

    if (old)
        spk_json_unlink(object, old);
}

cJSON *spk_json_child(cJSON *object, const char *key)
{
    cJSON *there = spk_json_find(object, key);

    if (there && !has_type(there, cJSON_NULL))
        return there;
    return spk_json_set(object, key, spk_json_new_object(spk_json_arena(object)));
}

cJSON *spk_json_list(cJSON *object, const char *key)
{
    cJSON *there = spk_json_find(object, key);

    if (there && !has_type(there, cJSON_NULL))
        return there;
    return spk_json_set(object, key, spk_json_new_array(spk_json_arena(object)));
}

cJSON *spk_json_push(cJSON *array, cJSON *value)
{
    if (!value)
        return NULL;
    value->string = NULL;
    link_last(array, value);
    return value;
}

cJSON *spk_json_push_object(cJSON *array)
{
    return spk_json_push(array, spk_json_new_object(spk_json_arena(array)));
}

void spk_json_push_text(cJSON *array, const char *text)
{
    if (text)
        (void)spk_json_push(array, spk_json_new_text(spk_json_arena(array), text));
}

cJSON *spk_json_find(cJSON *object, const char *key)
{
    size_t n = 0;

    if (!has_type(object, cJSON_Object))
        return NULL;
    for (cJSON *item = object->child; item; item = item->next) {
        if (++n > FEW_MEMBERS)
            return find_indexed(node_of(object), key);
        if (strcmp(item->string, key) == 0)
            return item;
    }
    return NULL;
}

const cJSON *spk_json_get(const cJSON *object, const char *key)
{
    if (!has_type(object, cJSON_Object))
        return NULL;
    size_t n = 0;
    const cJSON *item = object->child;

    for (; item && strcmp(item->string, key) != 0; item = item->next)
        n++;
    spk_spend(spk_json_arena(object), n + 1);
    return item;
}

const cJSON *spk_json_at(const cJSON *tree, const char *path)
{
    char key[128];
    const char *end;

    for (; tree && (end = strchr(path, '.')); path = end + 1) {
        size_t length = (size_t)(end - path);

        if (length >= sizeof(key))
            return NULL;
        memcpy(key, path, length);
        key[length] = '\0';
        tree = spk_json_get(tree, key);
    }
    return spk_json_get(tree, path);
}

const char *spk_json_string(const cJSON *node)
{
    return has_type(node, cJSON_String) ? node->valuestring : NULL;
}

const char *spk_json_get_text(const cJSON *object, const char *key)
{
    return spk_json_string(spk_json_get(object, key));
}

bool spk_json_is_true(const cJSON *node)
{
    return has_type(node, cJSON_True);
}

bool spk_json_is_object(const cJSON *node)
{
    return has_type(node, cJSON_Object);
}

bool spk_json_is_array(const cJSON *node)
{
    return has_type(node, cJSON_Array);
}

bool spk_json_is_null(const cJSON *node)
{
    return has_type(node, cJSON_NULL);
}

bool spk_json_is_number(const cJSON *node)
{
    return has_type(node, cJSON_Number);
}

bool spk_json_is_bool(const cJSON *node)
{
    return has_type(node, cJSON_True) || has_type(node, cJSON_False);
}

size_t spk_json_size(const cJSON *node)
{
    size_t n = 0;

    SPK_JSON_EACH (item, node)
        n++;
    if (node)
        spk_spend(spk_json_arena(node), n);
    return n;
}

const char *spk_json_number_text(const cJSON *node)
{
    return has_type(node, cJSON_Number) ? node->valuestring : NULL;
}

bool spk_json_get_int(const cJSON *node, int64_t *out)
{
    const char *text = spk_json_number_text(node);

    return text && spk_parse_int64(text, out);
}

const char *spk_json_type_name(const cJSON *node)
{
    static const struct {
        int type;
        const char *name;
    } names[] = {
        {cJSON_Object, "object"}, {cJSON_Array, "list"}, {cJSON_String, "string"},
        {cJSON_Number, "number"}, {cJSON_True, "bool"},  {cJSON_False, "bool"},
    };

    for (size_t i = 0; i < SPK_LEN(names); i++)
        if (has_type(node, names[i].type))
            return names[i].name;
    return "null";
}

static int by_key(const void *a, const void *b)
{
    const cJSON *const *left = a, *const *right = b;

    return strcmp((*left)->string, (*right)->string);
}

const cJSON **spk_json_sorted(struct spk_arena *arena, const cJSON *object)
{
    size_t n = spk_json_size(object), i = 0;
    const cJSON **members = spk_alloc_array(arena, n, sizeof(*members));

    SPK_JSON_EACH (item, object)
        members[i++] = item;
    if (n)
        qsort(members, n, sizeof(*members), by_key);
    return members;
}

/* Sorted, since looking for each member in the other object costs n * n. */
static bool equal_members(const cJSON *a, const cJSON *b)
{
    const cJSON **left = spk_json_sorted(spk_json_arena(a), a);
    const cJSON **right = spk_json_sorted(spk_json_arena(b), b);
    size_t n = spk_json_size(a);

    for (size_t i = 0; i < n; i++)
        if (strcmp(left[i]->string, right[i]->string) != 0 ||
            !spk_json_equal(left[i], right[i]))
            return false;
    return true;
}

bool spk_json_equal(const cJSON *a, const cJSON *b)
{
    if (!a || !b || (a->type & 0xFF) != (b->type & 0xFF))
        return a == b;
    if (!spk_text_equal(a->valuestring, b->valuestring) ||
        spk_json_size(a) != spk_json_size(b))
        return false;
    if (has_type(a, cJSON_Object))
        return equal_members(a, b);
    const cJSON *other = b->child;
    SPK_JSON_EACH (item, a) {
        if (!spk_json_equal(item, other))
            return false;
        other = other->next;
    }
    return true;
}

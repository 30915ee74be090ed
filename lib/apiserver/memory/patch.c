/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/patch.h"

#include <stdlib.h>
#include <string.h>

/* Where a pointer leads: a place in parent, which may be empty. */
struct place {
    cJSON *parent;
    const char *step; /* last one, unescaped */
    cJSON *node;      /* NULL: nothing there */
};

static char *unescape(struct spk_arena *arena, const char *step)
{
    char *text = spk_strdup(arena, step), *to = text;

    for (const char *from = text; *from; from++) {
        char c = *from;

        if (c == '~' && (from[1] == '0' || from[1] == '1'))
            c = *++from == '0' ? '~' : '/';
        *to++ = c;
    }
    *to = '\0';
    return text;
}

static cJSON *element(const cJSON *array, const char *step)
{
    int64_t index;

    if (!spk_parse_int64(step, &index) || index < 0)
        return NULL;
    cJSON *item = array->child;
    while (item && index-- > 0)
        item = item->next;
    return item;
}

static cJSON *descend(cJSON *node, const char *step)
{
    if (spk_json_is_object(node))
        return spk_json_find(node, step);
    return spk_json_is_array(node) ? element(node, step) : NULL;
}

static bool locate(cJSON *tree, const char *path, struct place *out)
{
    struct spk_arena *arena = spk_json_arena(tree);
    struct place place = {.node = tree};

    if (!path || *path != '/')
        return false;
    struct spk_strings steps = spk_split(arena, path + 1, '/');
    for (size_t i = 0; i < steps.n; i++) {
        place.parent = place.node;
        if (!place.parent)
            return false;
        place.step = unescape(arena, steps.items[i]);
        place.node = descend(place.parent, place.step);
    }
    *out = place;
    return true;
}

static bool apply_test(const struct place *place, const cJSON *value)
{
    return place->node && spk_json_equal(place->node, value);
}

static void insert_before(cJSON *array, cJSON *at, cJSON *value)
{
    cJSON *next;

    spk_json_push(array, value);
    for (; at != value; at = next) {
        next = at->next;
        spk_json_unlink(array, at);
        spk_json_push(array, at);
    }
}

static bool apply_add(const struct place *place, const cJSON *value)
{
    cJSON *copy = spk_json_copy(spk_json_arena(place->parent), value);

    if (!copy)
        return false;
    if (spk_json_is_object(place->parent)) {
        spk_json_set(place->parent, place->step, copy);
        return true;
    }
    if (!spk_json_is_array(place->parent))
        return false;
    if (place->node) {
        insert_before(place->parent, place->node, copy);
        return true;
    }
    if (strcmp(place->step, "-") != 0)
        return false;
    spk_json_push(place->parent, copy);
    return true;
}

static bool apply_remove(const struct place *place, const cJSON *value)
{
    (void)value;
    if (!place->node)
        return false;
    spk_json_unlink(place->parent, place->node);
    return true;
}

static bool apply_replace(const struct place *place, const cJSON *value)
{
    struct place hole = *place;

    if (!place->node || !value)
        return false;
    if (spk_json_is_object(place->parent))
        return apply_add(place, value);
    hole.node = place->node->next;
    hole.step = "-";
    spk_json_unlink(place->parent, place->node);
    return apply_add(&hole, value);
}

static const struct operation {
    const char *name;
    bool (*apply)(const struct place *place, const cJSON *value);
} operations[] = {
    {"test", apply_test},
    {"add", apply_add},
    {"remove", apply_remove},
    {"replace", apply_replace},
};

static const struct operation *find_operation(const char *name)
{
    for (size_t i = 0; i < SPK_LEN(operations); i++)
        if (spk_text_equal(operations[i].name, name))
            return &operations[i];
    return NULL;
}

bool spk_patch_apply(cJSON *tree, const cJSON *patch, struct spk_err *err)
{
    SPK_JSON_EACH (step, patch) {
        const struct operation *operation = find_operation(spk_json_get_text(step, "op"));
        const char *path = spk_json_get_text(step, "path");
        struct place place;

        if (!operation)
            return spk_fail(err, SPK_KUBE_REJECTED, "unexpected kind of JSON patch operation");
        if (!locate(tree, path, &place) ||
            !operation->apply(&place, spk_json_get(step, "value")))
            return spk_fail(err, SPK_KUBE_REJECTED,
                            "the server rejected our request due to "
                            "an error in our request: %s %s",
                            operation->name, path ? path : "");
    }
    return true;
}

/* Patches are read with a bounded depth, so recursion is bounded. */
void spk_patch_merge(cJSON *object, const cJSON *patch)
{
    struct spk_arena *arena = spk_json_arena(object);

    SPK_JSON_EACH (member, patch) {
        if (spk_json_is_null(member)) {
            spk_json_remove(object, member->string);
            continue;
        }
        if (!spk_json_is_object(member)) {
            spk_json_set(object, member->string, spk_json_copy(arena, member));
            continue;
        }
        if (!spk_json_is_object(spk_json_find(object, member->string)))
            spk_json_set(object, member->string, spk_json_new_object(arena));
        spk_patch_merge(spk_json_find(object, member->string), member);
    }
}

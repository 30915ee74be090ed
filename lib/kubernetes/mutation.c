/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/mutation.h"

#include "kubernetes/object.h"

void spk_mutations_add(struct spk_arena *arena, struct spk_mutations *list,
                       const struct spk_mutation *mutation)
{
    /* Capacity is the next power of two, so a full array has exactly such a size. */
    if ((list->n & (list->n - 1)) == 0)
        list->items = spk_grow_array(arena, list->items, list->n, list->n ? list->n * 2 : 1,
                                     sizeof(*list->items));
    list->items[list->n++] = *mutation;
}

static cJSON *find_container(cJSON *pod, const char *const *candidates)
{
    cJSON *list = spk_json_find(spk_json_find(pod, "spec"), "containers");

    if (!spk_json_is_array(list))
        return NULL;
    for (cJSON *item = list->child; item; item = item->next) {
        const char *name = spk_json_get_text(item, "name");

        for (const char *const *wanted = candidates; *wanted; wanted++)
            if (spk_text_equal(name, *wanted))
                return item;
    }
    return list->child;
}

static bool equal_members(const cJSON *a, const cJSON *b, const char *key)
{
    const char *left = spk_json_get_text(a, key), *right = spk_json_get_text(b, key);

    /* An absent text is an empty one, as in Go. */
    return spk_text_equal(left ? left : "", right ? right : "");
}

static bool is_there(const struct spk_mutation *mutation, const cJSON *array)
{
    const cJSON *value = mutation->value;

    SPK_JSON_EACH (item, array) {
        if (mutation->kind == SPK_APPEND_OWNER && spk_json_equal(item, value))
            return true;
        if (mutation->kind == SPK_APPEND_UNIQUE && equal_members(item, value, "name") &&
            equal_members(item, value, "image"))
            return true;
    }
    return false;
}

/* The object that holds the last key of path, made if it is not there. */
static cJSON *parent_of(cJSON *root, const struct spk_strings *path)
{
    for (size_t i = 0; i + 1 < path->n; i++)
        root = spk_json_child(root, path->items[i]);
    return root;
}

static void apply(const struct spk_mutation *mutation, cJSON *root)
{
    const char *key = mutation->path.items[mutation->path.n - 1];
    cJSON *parent = parent_of(root, &mutation->path);

    if (mutation->kind == SPK_DELETE) {
        spk_json_remove(parent, key);
        return;
    }
    cJSON *copy = spk_json_copy(spk_json_arena(root), mutation->value);
    if (mutation->kind == SPK_REPLACE) {
        (void)spk_json_set(parent, key, copy);
        return;
    }
    cJSON *array = spk_json_list(parent, key);
    if (!is_there(mutation, array))
        (void)spk_json_push(array, copy);
}

bool spk_mutations_apply(const struct spk_mutations *list, const char *const *candidates,
                         cJSON *pod, struct spk_err *err)
{
    cJSON *container = find_container(pod, candidates);

    if (list->n > 0 && !container)
        return spk_fail(err, SPK_INVALID_POD_TEMPLATE, "the pod has no container");
    for (size_t i = 0; i < list->n; i++)
        apply(&list->items[i], list->items[i].in_container ? container : pod);
    return true;
}

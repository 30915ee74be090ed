/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/mutation.h"

#include "base/set.h"
#include "kubernetes/object.h"

#include <string.h>

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

/* Known elements of an array that others are appended to, as far as it was read. */
struct contents {
    const cJSON *array, *last; /* last NULL: nothing was */
    struct spk_set keys;
    struct contents *next;
};

struct application {
    struct spk_arena *arena;
    struct contents *contents;
};

/* An absent text is an empty one, as in Go. */
static const char *text_or_empty(const cJSON *object, const char *key)
{
    const char *text = spk_json_get_text(object, key);

    return text ? text : "";
}

/* Different for different names or images. */
static const char *key_of(struct spk_arena *arena, const cJSON *item)
{
    const char *name = text_or_empty(item, "name");

    return spk_printf(arena, "%zu:%s%s", strlen(name), name, text_or_empty(item, "image"));
}

static struct contents *contents_of(struct application *to, const cJSON *array)
{
    struct contents *at = to->contents;

    while (at && at->array != array)
        at = at->next;
    if (at)
        return at;
    at = spk_alloc(to->arena, sizeof(*at));
    *at = (struct contents){.array = array, .keys.arena = to->arena, .next = to->contents};
    to->contents = at;
    return at;
}

/* Elements only come at the end, so none is looked at twice. */
static bool has_key(struct application *to, const cJSON *array, const char *key)
{
    struct contents *contents = contents_of(to, array);
    const cJSON *item = contents->last ? contents->last->next : array->child;

    for (; item; item = item->next) {
        (void)spk_set_add(&contents->keys, key_of(to->arena, item));
        contents->last = item;
    }
    return spk_set_has(&contents->keys, key);
}

static bool has_equal(const cJSON *array, const cJSON *value)
{
    SPK_JSON_EACH (item, array)
        if (spk_json_equal(item, value))
            return true;
    return false;
}

static bool is_there(struct application *to, const struct spk_mutation *mutation,
                     const cJSON *array)
{
    if (mutation->kind == SPK_APPEND_OWNER)
        return has_equal(array, mutation->value);
    return mutation->kind == SPK_APPEND_UNIQUE &&
           has_key(to, array, key_of(to->arena, mutation->value));
}

/* The object that holds the last key of path, made if it is not there. */
static cJSON *parent_of(cJSON *root, const struct spk_strings *path)
{
    for (size_t i = 0; i + 1 < path->n; i++)
        root = spk_json_child(root, path->items[i]);
    return root;
}

static void apply(struct application *to, const struct spk_mutation *mutation, cJSON *root)
{
    const char *key = mutation->path.items[mutation->path.n - 1];
    cJSON *parent = parent_of(root, &mutation->path);

    if (mutation->kind == SPK_DELETE) {
        spk_json_remove(parent, key);
        return;
    }
    cJSON *copy = spk_json_copy(to->arena, mutation->value);
    if (mutation->kind == SPK_REPLACE) {
        (void)spk_json_set(parent, key, copy);
        return;
    }
    cJSON *array = spk_json_list(parent, key);
    if (!is_there(to, mutation, array))
        (void)spk_json_push(array, copy);
}

bool spk_mutations_apply(const struct spk_mutations *list, const char *const *candidates,
                         cJSON *pod, struct spk_err *err)
{
    cJSON *container = find_container(pod, candidates);
    struct application to = {.arena = spk_json_arena(pod)};

    if (list->n > 0 && !container)
        return spk_fail(err, SPK_INVALID_POD_TEMPLATE, "the pod has no container");
    for (size_t i = 0; i < list->n; i++)
        apply(&to, &list->items[i], list->items[i].in_container ? container : pod);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "json/duplicate.h"

#include <stdlib.h>
#include <string.h>

/* By key, then as written: an array's addresses follow its order. */
static int by_key(const void *left, const void *right)
{
    const struct spk_json_place *a = *(const struct spk_json_place *const *)left;
    const struct spk_json_place *b = *(const struct spk_json_place *const *)right;
    int order = strcmp(a->member->string, b->member->string);

    return order ? order : a < b ? -1 : a > b;
}

static const struct spk_json_place **sorted(struct spk_arena *arena,
                                            const struct spk_json_place *places, size_t n)
{
    const struct spk_json_place **all = spk_alloc_array(arena, n, sizeof(*all));

    for (size_t i = 0; i < n; i++)
        all[i] = places + i;
    if (n)
        qsort(all, n, sizeof(*all), by_key);
    return all;
}

const struct spk_json_place *spk_json_twin(struct spk_arena *arena,
                                           const struct spk_json_place *places, size_t n)
{
    const struct spk_json_place **all = sorted(arena, places, n);

    for (size_t i = 1; i < n; i++)
        if (strcmp(all[i - 1]->member->string, all[i]->member->string) == 0)
            return all[i];
    return NULL;
}

/* Names of fields follow a dot; what may be anything stands in brackets. */
static bool is_plain(const char *key)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return *key && key[strspn(key, letters)] == '\0';
}

static void put_step(struct spk_buf *path, const char *key)
{
    if (is_plain(key))
        spk_buf_printf(path, "%s%s", path->length ? "." : "", key);
    else
        spk_buf_printf(path, "[%.200s]", key);
}

static void put_path(struct spk_buf *path, const struct spk_json_step *step)
{
    if (!step)
        return;
    put_path(path, step->outer);
    if (step->key)
        put_step(path, step->key);
    else
        spk_buf_printf(path, "[%zu]", step->index);
}

static void tell(struct spk_warnings *warnings, const struct spk_json_place *earlier,
                 const struct spk_json_place *later, const struct spk_json_step *path)
{
    struct spk_arena *arena = spk_json_arena(later->member);
    struct spk_buf field = {.arena = arena};

    put_path(&field, path);
    put_step(&field, later->member->string);
    (void)spk_buf_string(&field);
    spk_warn(warnings, arena, "DUPLICATE_KEY", field.data,
             later->is_merged
                 ? "the merge key in line %zu replaces the value in line %zu; merge first, "
                   "then write what differs"
                 : "the value in line %zu replaces the one in line %zu; remove one",
             later->line, earlier->line);
}

void spk_json_keep_last(cJSON *object, const struct spk_json_place *places, size_t n,
                        const struct spk_json_step *path, struct spk_warnings *warnings)
{
    const struct spk_json_place **all = sorted(spk_json_arena(object), places, n);

    for (size_t i = 1; i < n; i++) {
        const struct spk_json_place *earlier = all[i - 1], *later = all[i];

        if (strcmp(earlier->member->string, later->member->string) != 0)
            continue;
        if (warnings && !earlier->is_merged)
            tell(warnings, earlier, later, path);
        spk_json_unlink(object, earlier->member);
    }
}

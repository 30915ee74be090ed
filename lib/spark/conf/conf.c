/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/conf.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The index of the first entry whose key is not below key. */
static size_t lower_bound(const struct spk_conf *conf, const char *key)
{
    size_t low = 0, high = conf->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(conf->entries[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct spk_conf *conf, size_t index, const char *key)
{
    return index < conf->n && strcmp(conf->entries[index].key, key) == 0;
}

static void reserve_one(struct spk_conf *conf)
{
    if (conf->n < conf->capacity)
        return;
    conf->capacity = conf->capacity ? conf->capacity * 2 : 64;
    conf->entries = spk_grow_array(conf->arena, conf->entries, conf->n, conf->capacity,
                                   sizeof(*conf->entries));
}

void spk_conf_set(struct spk_conf *conf, const char *key, const char *value,
                  const char *origin)
{
    struct spk_conf_entry entry = {.key = key, .value = value, .origin = origin};
    size_t index = lower_bound(conf, key);

    if (is_at(conf, index, key)) {
        conf->entries[index] = entry;
        return;
    }
    reserve_one(conf);
    spk_spend(conf->arena, (conf->n - index) / 16); /* what is moved in a turn's time */
    memmove(conf->entries + index + 1, conf->entries + index,
            (conf->n - index) * sizeof(*conf->entries));
    conf->entries[index] = entry;
    conf->n++;
}

void spk_conf_set_missing(struct spk_conf *conf, const char *key, const char *value,
                          const char *origin)
{
    if (!spk_conf_find(conf, key))
        spk_conf_set(conf, key, value, origin);
}

void spk_conf_remove(struct spk_conf *conf, const char *key)
{
    size_t index = lower_bound(conf, key);

    if (!is_at(conf, index, key))
        return;
    conf->n--;
    memmove(conf->entries + index, conf->entries + index + 1,
            (conf->n - index) * sizeof(*conf->entries));
}

void spk_conf_append(struct spk_conf *conf, const char *key, const char *value,
                     const char *origin)
{
    reserve_one(conf);
    conf->entries[conf->n++] =
        (struct spk_conf_entry){.key = key, .value = value, .origin = origin};
}

/* By key, then as appended: an array's addresses follow its order. */
static int by_key(const void *left, const void *right)
{
    const struct spk_conf_entry *a = *(const struct spk_conf_entry *const *)left;
    const struct spk_conf_entry *b = *(const struct spk_conf_entry *const *)right;
    int order = strcmp(a->key, b->key);

    return order ? order : a < b ? -1 : a > b;
}

static bool is_sorted(const struct spk_conf *conf)
{
    for (size_t i = 1; i < conf->n; i++)
        if (strcmp(conf->entries[i - 1].key, conf->entries[i].key) >= 0)
            return false;
    return true;
}

void spk_conf_sort(struct spk_conf *conf)
{
    if (is_sorted(conf))
        return;
    const struct spk_conf_entry **order =
        spk_alloc_array(conf->arena, conf->n, sizeof(*order));
    struct spk_conf sorted = {.arena = conf->arena, .capacity = conf->n};

    sorted.entries = spk_alloc_array(conf->arena, conf->n, sizeof(*sorted.entries));
    for (size_t i = 0; i < conf->n; i++)
        order[i] = &conf->entries[i];
    qsort(order, conf->n, sizeof(*order), by_key);
    for (size_t i = 0; i < conf->n; i++)
        if (i + 1 == conf->n || strcmp(order[i]->key, order[i + 1]->key) != 0)
            sorted.entries[sorted.n++] = *order[i]; /* the last of its key */
    *conf = sorted;
}

const struct spk_conf_entry *spk_conf_find(const struct spk_conf *conf, const char *key)
{
    size_t index = lower_bound(conf, key);

    return is_at(conf, index, key) ? &conf->entries[index] : NULL;
}

const char *spk_conf_get(const struct spk_conf *conf, const char *key)
{
    const struct spk_conf_entry *entry = spk_conf_find(conf, key);

    return entry ? entry->value : NULL;
}

const struct spk_conf_entry *spk_conf_prefix(const struct spk_conf *conf, const char *prefix,
                                             size_t *n)
{
    size_t first = lower_bound(conf, prefix), last = first;

    while (last < conf->n && spk_starts_with(conf->entries[last].key, prefix))
        last++;
    *n = last - first;
    return *n ? &conf->entries[first] : NULL;
}

struct spk_conf spk_conf_copy(const struct spk_conf *conf)
{
    struct spk_conf copy = {.arena = conf->arena, .n = conf->n, .capacity = conf->n};

    if (conf->n)
        copy.entries = spk_grow_array(conf->arena, conf->entries, conf->n, conf->n,
                                      sizeof(*conf->entries));
    return copy;
}

bool spk_conf_blame(struct spk_err *err, const struct spk_conf *conf, const char *key)
{
    const struct spk_conf_entry *entry = spk_conf_find(conf, key);

    if (entry)
        return spk_fail_at(err, "%s", entry->origin);
    return spk_fail_at(err, spk_starts_with(key, "spark.") ? "conf[%s]" : "environment[%s]",
                       key);
}

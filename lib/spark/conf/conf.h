/* SPDX-License-Identifier: Apache-2.0 */
/**
 * conf.h: a Spark configuration: unique keys in byte order, each value with where it came
 * from, so that an error about it can be told in the user's terms.
 */
#pragma once

#include "base/err.h"

struct spk_conf_entry {
    const char *key, *value;
    const char
        *origin; /* "spec.driver.memory", "args[12]", "spark-defaults.conf"; never NULL */
};

struct spk_conf {
    struct spk_arena *arena;
    struct spk_conf_entry *entries; /* sorted by key */
    size_t n, capacity;
};

/** Set or replace; key, value and origin are kept, not copied. */
void spk_conf_set(struct spk_conf *conf, const char *key, const char *value,
                  const char *origin);
void spk_conf_set_missing(struct spk_conf *conf, const char *key, const char *value,
                          const char *origin);
void spk_conf_remove(struct spk_conf *conf, const char *key);

/**
 * Many entries in any order: each spk_conf_set moves what is above its key, so n of them may
 * cost n * n. Append each, then sort once, before anything is asked of conf; the result is
 * that of spk_conf_set in the same order.
 */
void spk_conf_append(struct spk_conf *conf, const char *key, const char *value,
                     const char *origin);
void spk_conf_sort(struct spk_conf *conf);

const struct spk_conf_entry *spk_conf_find(const struct spk_conf *conf, const char *key);
const char *spk_conf_get(const struct spk_conf *conf, const char *key); /* raw; NULL: absent */

/** The entries whose key starts with prefix are neighbours: the first, and how many. */
const struct spk_conf_entry *spk_conf_prefix(const struct spk_conf *conf, const char *prefix,
                                             size_t *n);

/** A copy whose entries can be changed independently. */
struct spk_conf spk_conf_copy(const struct spk_conf *conf);

/**
 * Blame key: err->field becomes the key's origin, without one "conf[key]", or
 * "environment[key]" for a variable; returns false.
 */
bool spk_conf_blame(struct spk_err *err, const struct spk_conf *conf, const char *key);

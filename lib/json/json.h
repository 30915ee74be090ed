/* SPDX-License-Identifier: Apache-2.0 */
/**
 * json.h: JSON trees, built and looked at. A tree is made of cJSON nodes that live in an arena
 * and know it, so building cannot fail and nothing is ever freed: never hand cJSON_Delete a
 * node of an arena, nor these functions a node of cJSON's.
 *
 * An integer or number keeps its text in valuestring, so nothing is lost to doubles. Keys are
 * unique. A builder that is given NULL as text or value adds nothing, so code that builds an
 * object has the shape of the object.
 */
#pragma once

#include "base/text.h"

#include <cjson/cJSON.h>

/* Making single nodes. */
cJSON *spk_json_new_object(struct spk_arena *arena);
cJSON *spk_json_new_array(struct spk_arena *arena);
cJSON *spk_json_new_null(struct spk_arena *arena);
cJSON *spk_json_new_bool(struct spk_arena *arena, bool value);
cJSON *spk_json_new_int(struct spk_arena *arena, int64_t value);
cJSON *spk_json_new_text(struct spk_arena *arena, const char *text); /* text is copied */
cJSON *spk_json_keep_text(struct spk_arena *arena, char *text); /* text of the arena: kept */
cJSON *spk_json_new_number(struct spk_arena *arena,
                           const char *text);                     /* a JSON number's text */
cJSON *spk_json_copy(struct spk_arena *arena, const cJSON *tree); /* NULL gives NULL */

/** The arena a node lives in. */
struct spk_arena *spk_json_arena(const cJSON *node);

/* Building an object: each replaces the value of a key that is there already. */
cJSON *spk_json_set(cJSON *object, const char *key, cJSON *value); /* returns value */
void spk_json_text(cJSON *object, const char *key, const char *text);
void spk_json_int(cJSON *object, const char *key, int64_t value);
void spk_json_bool(cJSON *object, const char *key, bool value);
void spk_json_remove(cJSON *object, const char *key);

/** The object or array at key, made if it is absent or null. */
cJSON *spk_json_child(cJSON *object, const char *key);
cJSON *spk_json_list(cJSON *object, const char *key);

/* Building an array. */
cJSON *spk_json_push(cJSON *array, cJSON *value); /* returns value */
cJSON *spk_json_push_object(cJSON *array);        /* a new object at the end */
void spk_json_push_text(cJSON *array, const char *text);
void spk_json_unlink(cJSON *parent, cJSON *item); /* take item out; it may be pushed again */

/* Looking. NULL, or a node of another type, is looked at like an empty one. */
cJSON *spk_json_find(cJSON *object, const char *key); /* NULL if absent */
const cJSON *spk_json_get(const cJSON *object, const char *key);
const cJSON *spk_json_at(const cJSON *tree, const char *path); /* "metadata.labels" */
const char *spk_json_string(const cJSON *node);                /* NULL unless a string */
const char *spk_json_get_text(const cJSON *object, const char *key);
bool spk_json_is_true(const cJSON *node);
bool spk_json_is_object(const cJSON *node);
bool spk_json_is_array(const cJSON *node);
bool spk_json_is_null(const cJSON *node); /* a null node, not NULL */
bool spk_json_is_number(const cJSON *node);
bool spk_json_is_bool(const cJSON *node);
size_t spk_json_size(const cJSON *node);                /* members or elements */
const char *spk_json_number_text(const cJSON *node);    /* NULL unless a number */
bool spk_json_get_int(const cJSON *node, int64_t *out); /* whether a whole number in range */
const char *
spk_json_type_name(const cJSON *node); /* "object", "list", "string", "number", ... */

/** Equal values: objects by key whatever the order, numbers by text. */
bool spk_json_equal(const cJSON *a, const cJSON *b);

/** The members of an object sorted by key bytes: an array of spk_json_size pointers. */
const cJSON **spk_json_sorted(struct spk_arena *arena, const cJSON *object);

/** for (const cJSON *item ...) over members or elements; node may be NULL. */
#define SPK_JSON_EACH(item, node)                                                             \
    for (const cJSON *item = (node) ? (node)->child : NULL; item; item = item->next)

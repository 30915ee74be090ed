/* SPDX-License-Identifier: Apache-2.0 */
/**
 * duplicate.h: keys that an object has twice, in the JSON and YAML of manifests. kubectl sends
 * the last one, so the last one is kept, and each that it replaces is a warning.
 */
#pragma once

#include "base/warning.h"
#include "json/json.h"

/** One step of the path to a value that is being read; lives on the reader's stack. */
struct spk_json_step {
    const struct spk_json_step *outer; /* NULL at the root */
    const char *key;                   /* NULL for an element of a list */
    size_t index;                      /* of the element */
};

/** A member of an object under construction, in the order of the text. */
struct spk_json_place {
    cJSON *member;
    size_t line, column;
    bool is_merged; /* true if it came with a merge key of YAML */
};

/** The first member, in the order of keys, that repeats an earlier one; NULL if none does. */
const struct spk_json_place *spk_json_twin(struct spk_arena *arena,
                                           const struct spk_json_place *places, size_t n);

/**
 * Take all but the last of the members with one key out of object. Each that is replaced is a
 * warning DUPLICATE_KEY with the path of the value and the line of the one that counts; keys
 * of a merge are there to be replaced, so one that is replaced is no news.
 *
 * @source go.yaml.in/yaml/v2 2.4.2 decode.go, encoding/json: map entries are set in order
 */
void spk_json_keep_last(cJSON *object, const struct spk_json_place *places, size_t n,
                        const struct spk_json_step *path, struct spk_warnings *warnings);

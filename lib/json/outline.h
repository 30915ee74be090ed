/* SPDX-License-Identifier: Apache-2.0 */
/**
 * outline.h: a small YAML (or JSON) file of an administrator as nodes that know where they
 * stand. Scalars stay text. No anchors, aliases, tags or merge keys; one document.
 */
#pragma once

#include "base/err.h"
#include "base/file.h"

enum spk_outline_kind {
    SPK_OUTLINE_SCALAR,
    SPK_OUTLINE_LIST,
    SPK_OUTLINE_MAP,
};

struct spk_outline {
    enum spk_outline_kind kind;
    const char *key;     /* in a map, else NULL */
    const char *text;    /* of a scalar; NULL for null (~, null, nothing) */
    size_t line, column; /* of the key in a map, else of the value; from 1 */
    struct spk_outline *child, *next;
};

/**
 * Read bytes; *out is NULL if there is no content.
 *
 * @owner  *out lives in arena
 * @errors INVALID_FIELD  "line L, column C: ..." with the key at fault, never a value
 */
bool spk_outline_read(struct spk_arena *arena, struct spk_bytes bytes,
                      struct spk_outline **out, struct spk_err *err) SPK_CHECK;

/** The value of key in a map; NULL if absent or null. */
const struct spk_outline *spk_outline_get(const struct spk_outline *map, const char *key);

/* SPDX-License-Identifier: Apache-2.0 */
/** file.h: a whole small file into an arena. */
#pragma once

#include "base/err.h"

struct spk_bytes {
    const char *data; /* followed by a NUL that is not counted */
    size_t length;
};

/**
 * Read a regular file of at most limit bytes.
 *
 * @owner  *out lives in arena
 * @errors INVALID_FIELD   "cannot read '<path>': <why>"
 */
bool spk_file_read(struct spk_arena *arena, const char *path, size_t limit,
                   struct spk_bytes *out, struct spk_err *err) SPK_CHECK;

/** Whether there is something of that name that we may know of. */
bool spk_file_exists(const char *path);

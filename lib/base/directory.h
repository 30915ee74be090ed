/* SPDX-License-Identifier: Apache-2.0 */
/** directory.h: the names in a directory. */
#pragma once

#include "base/err.h"
#include "base/text.h"

/**
 * List the entries of a directory but "." and "..", in the order of their bytes. The directory
 * is closed again on return, so that reading its files holds one descriptor at a time.
 *
 * @owner  *out lives in arena
 * @errors INVALID_FIELD  it cannot be read, or has more than limit entries
 */
bool spk_directory_names(struct spk_arena *arena, const char *path, int limit,
                         struct spk_strings *out, struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/** repeated.h: which of many texts were given before. */
#pragma once

#include "base/arena.h"

/** An array of n: whether an earlier text equals the text at that place. */
const bool *spk_repeated(struct spk_arena *arena, const char *const *texts, size_t n);

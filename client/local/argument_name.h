/* SPDX-License-Identifier: Apache-2.0 */
/** argument_name.h: what an error calls by its number, for whoever typed the command line. */
#pragma once

#include "base/text.h"

/**
 * The option or property that a field such as "args[3]" means, "--conf spark.a", without its
 * value, which may be a secret; NULL: field is something else, or an argument without a name.
 */
const char *spk_argument_name(struct spk_arena *arena, const struct spk_strings *arguments,
                              const char *field);

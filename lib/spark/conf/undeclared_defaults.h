/* SPDX-License-Identifier: Apache-2.0 */
/**
 * undeclared_defaults.h: keys that Spark declares with a default, but that no submission
 * reads. Their defaults are not known here, so a reference to one that is not set cannot be
 * resolved.
 */
#pragma once

#include <stdbool.h>

bool spk_is_foreign_key(const char *key);

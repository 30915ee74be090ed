/* SPDX-License-Identifier: Apache-2.0 */
/** duration.h: spans of time as Spark's configuration writes them. */
#pragma once

#include "base/arena.h"

#include <stdint.h>

/**
 * A time such as "1s", "500ms", "2min"; a bare number counts unit_ms. False if it is none.
 *
 * @units  *out: milliseconds
 * @source org.apache.spark.network.util.JavaUtils.timeStringAs
 */
bool submit_parse_duration(struct spk_arena *arena, const char *text, int64_t unit_ms,
                           int64_t *out);

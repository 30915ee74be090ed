/* SPDX-License-Identifier: Apache-2.0 */
/**
 * java_number.h: numbers, sizes and durations as Java and Spark read and print them. Texts are
 * trimmed first, as Java's String.trim does.
 */
#pragma once

#include "base/text.h"

/** @source Integer.parseInt, Long.parseLong: an optional sign, decimal digits */
bool spk_java_parse_int(const char *text, int32_t *out) SPK_CHECK;
bool spk_java_parse_long(const char *text, int64_t *out) SPK_CHECK;

/** @source Double.parseDouble: also ".5", "1d", "0x1p3", "NaN", "Infinity" */
bool spk_java_parse_double(const char *text, double *out) SPK_CHECK;

/**
 * A double as Java prints it: "0.1", "1.0", "5.0E-4", "1.0E7", "NaN".
 *
 * @source Double.toString as of JDK 19: the shortest digits, but at least two
 */
const char *spk_java_double(struct spk_arena *arena, double value);

/** true or false in any case. @source scala.collection.StringOps.toBoolean */
bool spk_java_parse_bool(const char *text, bool *out) SPK_CHECK;

/** Why a text is no size or duration, in Java's words. */
struct spk_why {
    char text[160];
};

/**
 * A size such as "512m" in unit bytes (1 or 1 << 20), truncated; a bare number counts units; a
 * leading minus is allowed. iec_units: "kib", "gi" and so on too.
 *
 * @errors false: not a size, why is filled in
 * @source org.apache.spark.network.util.JavaUtils.byteStringAs, ByteUnit;
 *         ConfigHelpers.byteFromString
 */
bool spk_size_parse(const char *text, int64_t unit, bool iec_units, int64_t *out,
                    struct spk_why *why) SPK_CHECK;

/**
 * A duration such as "30s" in milliseconds; a bare number counts bare_ms.
 *
 * @errors false: not a duration, why is filled in
 * @source org.apache.spark.network.util.JavaUtils.timeStringAs
 */
bool spk_time_parse(const char *text, int64_t bare_ms, int64_t *out,
                    struct spk_why *why) SPK_CHECK;

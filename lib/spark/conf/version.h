/* SPDX-License-Identifier: Apache-2.0 */
/**
 * version.h: the supported Spark lines and which one a request means. The table in
 * profile.h has what differs between lines; CONTRIBUTING.md says how to add a line.
 */
#pragma once

#include "base/err.h"
#include "base/warning.h"

enum spk_line {
    SPK_SPARK_3_5,
    SPK_SPARK_4_0,
    SPK_SPARK_4_1,
    SPK_SPARK_4_2,
    SPK_SPARK_4_3,
    SPK_SPARK_LINES
};

/** Differences are named after what they switch on; profile.h has the table. */
struct spk_profile;

struct spk_version {
    const struct spk_profile *profile;
    const char *text; /* in the label spark-version: "4.1.4" */
};

enum spk_line spk_version_line(const struct spk_version *version);
bool spk_version_at_least(const struct spk_version *version, enum spk_line line);

/** The reference patch of each line, oldest first: "3.5.8", ... */
const char *spk_line_reference(enum spk_line line);

struct spk_version spk_version_newest(void);

/**
 * What the tag of an image says, "repo/spark:3.5.8-java17": false and *out untouched unless it
 * starts with a version of a supported line. @owner  *out's text lives in arena
 */
bool spk_version_of_image(struct spk_arena *arena, const char *image, struct spk_version *out);

/**
 * The profile for a requested version ("4.1", "4.1.2", "v4.1.2", "4.1.x"; NULL for none): the
 * nearest line with warning SPARK_VERSION_APPROXIMATED when it is not a supported one.
 *
 * @errors UNSUPPORTED_SPARK_VERSION  strict, and no profile fits exactly
 */
bool spk_version_resolve(struct spk_arena *arena, const char *requested, const char *fallback,
                         bool strict, struct spk_version *out, struct spk_warnings *warnings,
                         struct spk_err *err) SPK_CHECK;

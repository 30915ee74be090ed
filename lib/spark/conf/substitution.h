/* SPDX-License-Identifier: Apache-2.0 */
/**
 * substitution.h: `${name}` in values: another property, a declared entry's default, or
 * `${env:NAME}`. A reference to nothing stays as it is.
 */
#pragma once

#include "spark/conf/read_entry.h"

/**
 * value with its references replaced; key names it in errors.
 *
 * @errors INVALID_FIELD        a reference leads to itself
 *         UNSUPPORTED_FEATURE  ${system:...}: there is no JVM here; a default of Spark's that
 *                              is not known
 * @source org.apache.spark.internal.config.ConfigReader
 */
bool spk_substitute(const struct spk_reader *reader, const char *key, const char *value,
                    const char **out, struct spk_err *err) SPK_CHECK;

/** The variables that `${env:NAME}` in any value of conf leads to, as far as they are set. */
struct spk_conf spk_substitution_variables(struct spk_arena *arena,
                                           const struct spk_conf *conf,
                                           const struct spk_environment *environment);

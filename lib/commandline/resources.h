/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resources.h: jars, files, archives and Python files: resolved, and refused when somebody
 * would have to upload them from the submitting machine.
 */
#pragma once

#include "commandline/options.h"

/**
 * Resolve an option's or property's list as SparkSubmit does before it fills in the
 * configuration: each element on its own, patterns replaced by what they match.
 *
 * @errors UNSUPPORTED_FEATURE  a pattern or a local file
 *         INVALID_SPARK_SUBMIT_ARGS  Spark's text about spark.kubernetes.file.upload.path
 * @source org.apache.spark.util.DependencyUtils.resolveGlobPaths
 */
bool spk_resources_resolve(struct spk_arena *arena, const struct spk_environment *environment,
                           struct spk_setting *list, const struct spk_conf *properties,
                           struct spk_err *err) SPK_CHECK;

/** Refuse a local resource; properties decide how; returns false. */
bool spk_resources_refuse_local(struct spk_err *err, const struct spk_conf *properties,
                                const char *resource, const char *origin);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resources.h: jars, files, archives and Python files as SparkSubmit resolves them. A file
 * that it would upload from the submitting machine stays a file: URI, which the plan refuses.
 */
#pragma once

#include "commandline/options.h"

/**
 * Resolve an option's or property's list as SparkSubmit does before it fills in the
 * configuration: each element on its own, patterns replaced by what they match.
 *
 * @errors UNSUPPORTED_FEATURE  a pattern that would be expanded on the submitting machine
 *         INVALID_SPARK_SUBMIT_ARGS  no file system has such a scheme
 * @source org.apache.spark.util.DependencyUtils.resolveGlobPaths
 */
bool spk_resources_resolve(struct spk_arena *arena, const struct spk_environment *environment,
                           struct spk_setting *list, struct spk_err *err) SPK_CHECK;

/** Refuse to upload a local resource, in words that properties decide; returns false. */
bool spk_resources_refuse_local(struct spk_err *err, const struct spk_conf *properties,
                                const char *resource, const char *origin);

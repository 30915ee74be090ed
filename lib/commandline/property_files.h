/* SPDX-License-Identifier: Apache-2.0 */
/**
 * property_files.h: the properties of a command line in their order of precedence: --conf,
 * extra files, --properties-file (or the caller's own map), spark-defaults.conf.
 */
#pragma once

#include "commandline/options.h"

/**
 * Merge into out: the kept keys start with "spark.", others are warned about. *files is what
 * all but --conf say.
 *
 * @errors INVALID_SPARK_SUBMIT_ARGS  a file is missing or malformed (note "launcher")
 *         UNSUPPORTED_FEATURE  files of the submitting machine cannot be read here
 * @source org.apache.spark.deploy.SparkSubmitArguments.mergeDefaultSparkProperties,
 *         org.apache.spark.util.Utils.getPropertiesFromFile
 */
bool spk_property_files_merge(struct spk_arena *arena, const struct spk_invocation *invocation,
                              const struct spk_options *options, struct spk_conf *files,
                              struct spk_conf *out, struct spk_warnings *warnings,
                              struct spk_err *err) SPK_CHECK;

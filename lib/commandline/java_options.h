/* SPDX-License-Identifier: Apache-2.0 */
/** java_options.h: the check of the driver's JVM options that the launcher makes. */
#pragma once

#include "spark/conf/conf.h"
#include "spark/conf/version.h"

/**
 * Refuse heap settings in spark.driver.extraJavaOptions and .defaultJavaOptions.
 *
 * @errors INVALID_SPARK_SUBMIT_ARGS  with note "launcher"
 * @source org.apache.spark.launcher.SparkSubmitCommandBuilder.checkJavaOptions,
 *         CommandBuilderUtils.parseOptionString
 */
bool spk_java_options_check(struct spk_arena *arena, const struct spk_conf *properties,
                            const struct spk_version *version, struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * settings.h: what the options left open is taken from properties and the environment, and
 * then checked in SparkSubmit's order.
 */
#pragma once

#include "commandline/options.h"

/** Fill in settings that no option gave. @source SparkSubmitArguments.loadEnvironmentArguments
 */
void spk_settings_fill(struct spk_arena *arena, const struct spk_conf *properties,
                       const struct spk_environment *environment, struct spk_options *options);

/**
 * Check the settings, and make the master URL what the driver is told.
 *
 * @errors INVALID_SPARK_SUBMIT_ARGS  Spark would refuse, in its words
 *         UNSUPPORTED_FEATURE  client mode, masters other than Kubernetes
 * @source SparkSubmitArguments.validateSubmitArguments, SparkSubmit.prepareSubmitEnvironment
 */
bool spk_settings_check(struct spk_arena *arena, const struct spk_invocation *invocation,
                        const struct spk_conf *properties, struct spk_options *options,
                        struct spk_err *err) SPK_CHECK;

/**
 * The master URL normalised: with a scheme.
 *
 * @errors as spk_settings_check
 * @source org.apache.spark.util.Utils.checkAndGetK8sMasterUrl
 */
bool spk_master_normalise(struct spk_arena *arena, const struct spk_setting *master,
                          const char **out, struct spk_err *err) SPK_CHECK;

bool spk_resource_is_python(const char *resource);
bool spk_resource_is_r(const char *resource);
bool spk_resource_is_internal(const char *resource); /* "spark-internal": there is none */

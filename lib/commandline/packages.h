/* SPDX-License-Identifier: Apache-2.0 */
/** packages.h: the form of --packages and its relatives; the driver resolves them. */
#pragma once

#include "commandline/options.h"

/**
 * Check coordinates, exclusions and the Ivy settings file.
 *
 * @errors INVALID_SPARK_SUBMIT_ARGS  a coordinate of another form, a settings file not there
 *         UNSUPPORTED_FEATURE  a settings file where none can be read
 * @source org.apache.spark.util.MavenUtils.extractMavenCoordinates, loadIvySettings
 */
bool spk_packages_check(struct spk_arena *arena, const struct spk_options *options,
                        const struct spk_environment *environment,
                        struct spk_err *err) SPK_CHECK;

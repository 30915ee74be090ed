/* SPDX-License-Identifier: Apache-2.0 */
/** verbose.h: what --verbose adds. */
#pragma once

#include "commandline/commandline.h"

/**
 * Print on stderr how the arguments were understood, if they say --verbose; values that Spark
 * would hide are hidden. Arguments that cannot be understood print nothing: the parser says
 * why.
 *
 * @source org.apache.spark.deploy.SparkSubmitArguments.toString,
 *         org.apache.spark.util.Utils.redact
 */
void submit_print_arguments(struct spk_arena *arena, const struct spk_invocation *invocation);

/**
 * And what became of them: what Spark would run to submit, and all properties.
 *
 * @source org.apache.spark.deploy.SparkSubmit.prepareSubmitEnvironment, runMain
 */
void submit_print_submission(const struct spk_command_line *line);

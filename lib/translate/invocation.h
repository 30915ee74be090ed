/* SPDX-License-Identifier: Apache-2.0 */
/** invocation.h: the run of spark-submit that a request stands for. */
#pragma once

#include "translate/translate.h"

/**
 * The invocation of a request, without a version: with what the operator hands over, or with
 * the command if output is NULL.
 *
 * @owner  *out points into request, settings and output
 */
struct spk_invocation spk_invocation_of(struct spk_arena *arena,
                                        const struct spk_settings *settings,
                                        const struct spk_request *request,
                                        const struct spk_operator_output *output);

/**
 * Set the Spark version that is in force: the request's, the application's (NULL: there is
 * none), the default, or a guess.
 *
 * @errors those of spk_version_resolve, at spark_version or spec.sparkVersion
 */
bool spk_invocation_set_version(struct spk_arena *arena, const struct spk_settings *settings,
                                const struct spk_request *request,
                                const Spk__SparkApplication *application,
                                struct spk_invocation *invocation,
                                struct spk_warnings *warnings, struct spk_err *err) SPK_CHECK;

/**
 * The submission that spark-submit makes of it.
 *
 * @errors those of spk_command_line_parse; INVALID_SPARK_SUBMIT_ARGS  the arguments ask for
 *         something else than a submission; INVALID_FIELD  a reserved name
 */
bool spk_invocation_run(struct spk_arena *arena, const struct spk_invocation *invocation,
                        struct spk_submission *out, struct spk_warnings *warnings,
                        struct spk_err *err) SPK_CHECK;

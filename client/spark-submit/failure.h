/* SPDX-License-Identifier: Apache-2.0 */
/** failure.h: errors and warnings on stderr, in the form that readers of Spark's output know.
 */
#pragma once

#include "apiserver/api.h"
#include "base/err.h"
#include "base/warning.h"

/** The value of a note; NULL if err has none of that key. */
const char *submit_note(const struct spk_err *err, const char *key);

/** Hang what was asked of the API server on err, for the message. */
void submit_note_request(struct spk_err *err, struct spk_arena *arena,
                         const struct spk_api_request *request);

/**
 * Print err: its class and text as Spark's JVM would, or with SPK_ERRORS=plain in the
 * environment its reason and text; the decisive line last; bounded. In the former form the
 * text contains "code=409" exactly when the driver's Pod exists already, which the Spark
 * Operator looks for. url is the API server's, or "" if none was asked; argument is the name
 * of the option at fault (spk_argument_name), NULL or "": none.
 *
 * @source org.apache.spark.launcher.Main, org.apache.spark.deploy.SparkSubmit,
 *         io.fabric8.kubernetes.client.dsl.internal.OperationSupport.requestFailure
 */
void submit_print_failure(const struct spk_err *err, const char *url, const char *argument);

/**
 * Print warnings as lines of the log, under the names of Spark's classes, without those in
 * said (NULL: none); a few suffice of very many.
 */
void submit_print_warnings(const struct spk_warnings *warnings,
                           const struct spk_warnings *said);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * arguments.h: the vector the operator runs spark-submit with, row by row in its order.
 *
 * @source spark-operator internal/controller/sparkapplication/submission.go:
 *         buildSparkSubmitArgs
 */
#pragma once

#include "operator/argument_list.h"
#include "operator/operator.h"
#include "operator/working_copy.h"

/** The origin of the rows that hold the submission id, and of no others. */
#define SPK_SUBMISSION_ID_ORIGIN "submission_id"

/**
 * All rows but those that name the template files; *template_rows is where the first of these
 * would stand, before its container's name.
 *
 * @errors INVALID_FIELD  a local directory's volume, no master; with the operator's text
 */
bool spk_arguments_make(const struct spk_working_copy *draft,
                        const struct spk_operator_request *request,
                        struct spk_argument_list *out, size_t *template_rows,
                        struct spk_err *err) SPK_CHECK;

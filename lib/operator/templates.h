/* SPDX-License-Identifier: Apache-2.0 */
/**
 * templates.h: the pod templates that the operator hands to spark-submit.
 *
 * @source spark-operator internal/controller/sparkapplication/submission.go:
 *         buildDriverPodTemplate, buildExecutorPodTemplate
 */
#pragma once

#include "operator/working_copy.h"

/**
 * The user's template, or one with an empty Spark container; is_owned: by the application.
 * Operators up to 2.5 own executors so, newer ones do not.
 *
 * @errors INVALID_FIELD  the user's template is not a PodTemplateSpec
 */
bool spk_template_make(const struct spk_working_copy *draft, const struct spk_role *role,
                       bool is_owned, cJSON **out, struct spk_err *err) SPK_CHECK;

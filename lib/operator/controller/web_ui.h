/* SPDX-License-Identifier: Apache-2.0 */
/** web_ui.h: what the controller does before it submits so that the UI works behind an
 * Ingress. */
#pragma once

#include "operator/operator.h"
#include "operator/working_copy.h"

/**
 * Set spark.ui.proxyBase and spark.ui.proxyRedirectUri unless they are there.
 *
 * @errors INVALID_FIELD  the ingress URL format gives no URL; with the operator's text
 * @source spark-operator internal/controller/sparkapplication/web_ui.go,
 *         driveringress.go: getDriverIngressURL
 */
bool spk_web_ui_apply(struct spk_working_copy *draft,
                      const struct spk_operator_options *options,
                      struct spk_err *err) SPK_CHECK;

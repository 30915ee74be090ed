/* SPDX-License-Identifier: Apache-2.0 */
/**
 * undone.h: what a submission leaves to others: to the operator's pod webhook before pods run,
 * to its controller afterwards. Where no operator runs, it is not done.
 *
 * @source spark-operator internal/webhook/sparkpod_defaulter.go,
 *         internal/controller/sparkapplication/{controller,driveringress,driver_pdb,web_ui}.go
 */
#pragma once

#include "base/warning.h"
#include "operator/working_copy.h"

/** FIELD_LEFT_TO_WEBHOOK for each field that the pod webhook has to add to pods. */
void spk_warn_left_to_webhook(const struct spk_working_copy *stored,
                              struct spk_warnings *warnings);

/** NOT_DONE_HERE for each field that says what is done once the driver is submitted. */
void spk_warn_not_done(const struct spk_working_copy *stored, struct spk_warnings *warnings);

/* SPDX-License-Identifier: Apache-2.0 */
/** payload.h: the SparkApplication of a request. */
#pragma once

#include "translate/translate.h"

/**
 * Read it, if it is a manifest, add what the caller knows and it lacks, apply the defaults and
 * check it. The payload is no command.
 *
 * @errors those of spk_application_read and spk_application_check
 */
bool spk_payload_application(struct spk_arena *arena, const struct spk_settings *settings,
                             const struct spk_request *request,
                             const Spk__SparkApplication **out, struct spk_warnings *warnings,
                             struct spk_err *err) SPK_CHECK;

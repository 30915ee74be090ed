/* SPDX-License-Identifier: Apache-2.0 */
/**
 * prepare.h: the steps of spk_prepare, for a rendering that stops half-way. Each goes on with
 * *out as the one before it left it, empty at first, and sets what its stages make. Private to
 * translate.
 */
#pragma once

#include "translate/translate.h"

/** True if the payload has an application: it is no command. */
bool spk_has_application(const struct spk_request *request);

/** From a payload with an application to that and its owner, checked. */
bool spk_prepare_application(struct spk_arena *arena, const struct spk_settings *settings,
                             const struct spk_request *request, struct spk_prepared *out,
                             struct spk_err *err) SPK_CHECK;

/** From there to what the operator hands to spark-submit. */
bool spk_prepare_arguments(struct spk_arena *arena, const struct spk_settings *settings,
                           const struct spk_request *request, struct spk_prepared *out,
                           struct spk_err *err) SPK_CHECK;

/** From there, or from a command, to submission and key. */
bool spk_prepare_submission(struct spk_arena *arena, const struct spk_settings *settings,
                            const struct spk_request *request, struct spk_prepared *out,
                            struct spk_err *err) SPK_CHECK;

/** All of these, and on to the planned objects. */
bool spk_prepare_plan(struct spk_arena *arena, const struct spk_settings *settings,
                      const struct spk_request *request, struct spk_prepared *out,
                      struct spk_err *err) SPK_CHECK;

/** Check values that the translation takes as they are and Kubernetes does not. */
bool spk_prepared_check(struct spk_arena *arena, const struct spk_prepared *prepared,
                        struct spk_err *err) SPK_CHECK;

/** Put the planned objects in order, with owners and marks; they are changed. */
void spk_prepare_parts(struct spk_arena *arena, const struct spk_settings *settings,
                       struct spk_prepared *prepared);

/** Warn of what executors lose of the changes in their template. */
void spk_warn_of_executors(struct spk_arena *arena, const struct spk_submission *submission,
                           const struct spk_operator_output *output,
                           struct spk_warnings *warnings);

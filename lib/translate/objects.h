/* SPDX-License-Identifier: Apache-2.0 */
/** objects.h: a submission and its key become the objects to create. */
#pragma once

#include "translate/translate.h"

/**
 * Plan the objects. Names that are random in Spark derive from the key. time_ms is the wall
 * clock; the time at which the application's status has recorded this attempt comes before
 * it, so that a repetition gives the same bytes. application is NULL for a command.
 *
 * @errors those of spk_plan_make
 */
bool spk_objects_plan(struct spk_arena *arena, const struct spk_submission *submission,
                      const Spk__SparkApplication *application, const struct spk_key *key,
                      int64_t time_ms, struct spk_plan *out, struct spk_err *err) SPK_CHECK;

/** The operator's objects and the planned ones with owners and marks; they are changed. */
struct spk_parts spk_objects_parts(struct spk_arena *arena, enum spk_variant variant,
                                   const struct spk_owner *owner, const struct spk_key *key,
                                   const struct spk_operator_output *output,
                                   const struct spk_plan *plan);

/**
 * Look at the operator's objects as spk_plan_make has looked at its own.
 *
 * @errors OBJECT_TOO_LARGE
 */
bool spk_objects_check_extra(struct spk_arena *arena, const struct spk_operator_output *output,
                             struct spk_err *err) SPK_CHECK;

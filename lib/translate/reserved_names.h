/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reserved_names.h: names that only this service may put on objects: those that start with
 * spark-submit.internal/ say which attempt an object belongs to, and are believed.
 */
#pragma once

#include "spark/submission.h"

/**
 * Refuse reserved labels, annotations, finalizers and scheduling gates in the input.
 *
 * @errors INVALID_FIELD  at the property, or the place in the template
 */
bool spk_reserved_check(struct spk_arena *arena, const struct spk_submission *submission,
                        struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/** digest.h: what a submission asks for, as one hash. */
#pragma once

#include "spark/submission.h"

/**
 * The input hash I: SHA-256 over everything in it that decides the objects, in canonical form,
 * without the submission-id labels and spark.app.submitTime, so that every payload form of one
 * application has the same.
 */
const char *spk_submission_digest(struct spk_arena *arena,
                                  const struct spk_submission *submission);

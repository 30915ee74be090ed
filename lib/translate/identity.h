/* SPDX-License-Identifier: Apache-2.0 */
/** identity.h: which application a submission belongs to, and which attempt of it this is. */
#pragma once

#include "deploy/key.h"
#include "spark/submission.h"
#include "translate/translate.h"

/** The caller's submission id, wherever it stands; application may be NULL. NULL: none. */
const char *spk_given_submission_id(const struct spk_request *request,
                                    const Spk__SparkApplication *application);

/** The application as its own owner: name and uid. */
struct spk_owner spk_owner_of_application(const Spk__SparkApplication *application);

/**
 * The application that a command names in its driver template, as the operator writes it; all
 * NULL if there is none.
 *
 * @errors INVALID_FIELD  the name is none of a SparkApplication
 */
bool spk_owner_of_command(struct spk_arena *arena, const struct spk_submission *submission,
                          struct spk_owner *out, struct spk_err *err) SPK_CHECK;

/**
 * The key of the attempt. application is NULL for a command, whose counters are those of
 * request->stored.
 *
 * @errors those of spk_key_make; APPLICATION_DELETED  the stored one has another uid
 */
bool spk_identify(struct spk_arena *arena, const struct spk_request *request,
                  const Spk__SparkApplication *application, const struct spk_owner *owner,
                  const struct spk_submission *submission, struct spk_key *out,
                  struct spk_err *err) SPK_CHECK;

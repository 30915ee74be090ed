/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stages.h: the stages of translate.h one after the other; each takes the pass and adds its
 * result to pass->out. Private to translate: a rendering stops half-way.
 */
#pragma once

#include "translate/translate.h"

/** State that one call carries from stage to stage. */
struct spk_pass {
    struct spk_arena *arena;
    const struct spk_settings *settings;
    const struct spk_request *request;
    struct spk_prepared *out;
    struct spk_err *err;
};

bool spk_has_application(const struct spk_pass *pass); /* the payload is no command line */

/** The caller's submission id, wherever it stands; NULL: none. */
const char *spk_given_submission_id(const struct spk_pass *pass);

/** Payload to checked application; only for payloads that have one. */
bool spk_stage_application(const struct spk_pass *pass) SPK_CHECK;

/** Checked application to arguments, templates and extra objects. */
bool spk_stage_operator(const struct spk_pass *pass, const char *submission_id) SPK_CHECK;

/**
 * Warn of what executors lose although the stage of the submission is not run; when Spark
 * refuses the arguments there are no executors.
 */
void spk_stage_warn_of_executors(const struct spk_pass *pass);

/** Application or command to submission and identity. */
bool spk_stage_submission(const struct spk_pass *pass) SPK_CHECK;

/** All of the above, then submission to objects. */
bool spk_stage_plan(const struct spk_pass *pass) SPK_CHECK;

/** Objects to parts with owners and marks; changes the plan's objects. */
void spk_stage_parts(const struct spk_pass *pass);

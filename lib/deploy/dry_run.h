/* SPDX-License-Identifier: Apache-2.0 */
/** dry_run.h: validate_only: every object as a dry run. Part of the machine. */
#pragma once

#include "deploy/step.h"

/** After the driver's name was read. */
void spk_dry_run_begin(struct spk_step *step);

/** All parts have their verdict. */
void spk_dry_run_end(struct spk_step *step);

/* The answer to a dry run. */
void spk_on_dry_run_passed(struct spk_step *step); /* or it is there already */
void spk_on_dry_run_mismatch(struct spk_step *step);
void spk_on_dry_run_refused(struct spk_step *step);

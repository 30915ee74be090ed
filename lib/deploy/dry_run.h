/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dry_run.h: validate_only: every object as a dry run, each with its verdict. Part of the
 * machine.
 *
 * The first try is strict about unknown fields. If only that refuses an object, it passes with
 * a warning.
 */
#pragma once

#include "deploy/step.h"

void spk_rehearsal_begin(struct spk_turn *turn);
void spk_rehearsal_on_answer(struct spk_turn *turn);

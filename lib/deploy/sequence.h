/* SPDX-License-Identifier: Apache-2.0 */
/** sequence.h: the order of the steps of a submission. Part of the machine. */
#pragma once

#include "deploy/step.h"

/** After the application was read, if it has to be: with the driver's name, or the parts. */
void spk_sequence_start(struct spk_step *step);

/** Start what is due: further parts of the wave, the next wave, the gate, the end. */
void spk_sequence_advance(struct spk_step *step);

/** The part in hand is there, as object. */
void spk_sequence_settle(struct spk_step *step, const cJSON *object,
                         enum spk_part_state state);

/** The driver is committed; what is left is its label. */
void spk_sequence_commit(struct spk_step *step);

/** The adopted driver carries our submission id now. */
void spk_sequence_relabelled(struct spk_step *step);

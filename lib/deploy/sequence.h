/* SPDX-License-Identifier: Apache-2.0 */
/** sequence.h: the order of the steps of a submission. Part of the machine. */
#pragma once

#include "deploy/step.h"

/** After the application was looked up, if it has to be: with the driver's name, or a part. */
void spk_course_start(struct spk_turn *turn);

/** Take a part in hand: create it, or look first if something may be there already. */
void spk_course_begin(struct spk_turn *turn, size_t at);

/** The part in hand is there, as object. */
void spk_course_settle(struct spk_turn *turn, const cJSON *object, enum spk_part_state state);

/** To the next part, the gate, or the end. */
void spk_course_go_on(struct spk_turn *turn);

/** The driver is committed; what is left is its label. */
void spk_course_commit(struct spk_turn *turn);

/** The adopted driver carries our submission id now. */
void spk_course_relabelled(struct spk_turn *turn);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * step.h: one step of the machine, for the files that make it up: how a step ends, and how it
 * asks for a request within the budget. Private to the machine.
 */
#pragma once

#include "deploy/machine.h"

struct spk_turn {
    struct spk_machine *m;
    struct spk_progress *p; /* of the part in hand */
    struct spk_seen seen;
    int64_t now_ms;
    struct spk_action action; /* the last of the functions below fills it in */
};

bool spk_turn_is_gated(const struct spk_turn *turn); /* variant G */
const struct spk_part *spk_turn_part(const struct spk_turn *turn);

/** The driver as read just now: what is of interest later is copied. */
void spk_turn_note_pod(struct spk_turn *turn, const cJSON *pod);

/** Whether a write could still be started; else this was the end. */
bool spk_turn_has_time(struct spk_turn *turn);

/** Take the part at an index in hand. */
void spk_turn_hold(struct spk_turn *turn, size_t at);

void spk_turn_finish(struct spk_turn *turn);
void spk_turn_give_up(struct spk_turn *turn, const struct spk_err *err);
void spk_turn_give_up_because(struct spk_turn *turn, enum spk_reason reason, const char *why);

/** Whether a write of ours may have had an effect that is not known yet. */
bool spk_turn_is_unsettled(const struct spk_turn *turn);

/** The request in hand never left: it took time, and nothing else. */
void spk_turn_refund(struct spk_turn *turn);

/** Ask for the request of intent, or end if time or budget are used up. */
void spk_turn_perform(struct spk_turn *turn, enum spk_intent intent);

/** Wait, then do what intent says; or end. */
void spk_turn_back_off(struct spk_turn *turn, enum spk_intent intent);

/** Another object than the one asked for: once may be a cache on the way, twice is the end. */
bool spk_turn_is_strange_again(struct spk_turn *turn);

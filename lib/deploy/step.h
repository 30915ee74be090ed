/* SPDX-License-Identifier: Apache-2.0 */
/**
 * step.h: one step of the machine, for the files that make it up: how a step ends, and how it
 * asks for a request within the budget. Private to the machine.
 */
#pragma once

#include "deploy/machine.h"

struct spk_step {
    struct spk_machine *m;
    const struct spk_step_memory *memory;
    size_t part; /* in hand */
    struct spk_part_progress *p;
    struct spk_seen seen;
    int64_t now_ms;
    struct spk_actions *out;
};

/** Whether the driver is created first, behind a gate. */
bool spk_step_is_gated(const struct spk_step *step);

/** The part in hand. */
const struct spk_part *spk_step_part(const struct spk_step *step);

/** The driver as read just now: what is of interest later is copied. */
void spk_step_note_pod(struct spk_step *step, const cJSON *pod);

/** Whether a write could still be started; else this was the end. */
bool spk_step_has_time(struct spk_step *step);

/** Take the part at an index in hand. */
void spk_step_hold(struct spk_step *step, size_t part);

/** Whether requests may still be started. */
bool spk_step_goes_on(const struct spk_step *step);

/** The end, once nothing is under way any more. */
void spk_step_finish(struct spk_step *step);
void spk_step_give_up(struct spk_step *step, const struct spk_err *err);
void spk_step_fail(struct spk_step *step, enum spk_reason reason, const char *why);

/** Whether a write may have had an effect that is not known yet. */
bool spk_step_is_unsettled(const struct spk_step *step);

/** The request in hand never left: it took time, and nothing else. */
void spk_step_refund(struct spk_step *step);

/** Ask for a request about the part in hand, or end if time or budget are used up. */
void spk_step_perform(struct spk_step *step, enum spk_machine_request request);

/** Wait, then perform request; or end. */
void spk_step_back_off(struct spk_step *step, enum spk_machine_request request);

/** Another object than the one asked for: once may be a cache on the way, twice is the end. */
bool spk_step_mismatches_again(struct spk_step *step);

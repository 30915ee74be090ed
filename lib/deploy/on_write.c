/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/on_write.h"

#include "deploy/sequence.h"

#define STATUS_INVALID 422

void spk_on_created(struct spk_step *step)
{
    spk_sequence_settle(step, step->seen.object, SPK_PART_CREATED);
}

/* Only an acknowledged create tells whose a shared object is. */
void spk_on_updated(struct spk_step *step)
{
    enum spk_part_state state = step->p->state;

    spk_sequence_settle(step, step->seen.object,
                        state <= SPK_PART_UNSEEN ? SPK_PART_ADOPTED : SPK_PART_FOUND);
}

void spk_on_opened(struct spk_step *step)
{
    spk_step_note_pod(step, step->seen.object);
    spk_sequence_commit(step);
}

void spk_on_relabelled(struct spk_step *step)
{
    spk_step_note_pod(step, step->seen.object);
    spk_sequence_relabelled(step);
}

static void note_create(struct spk_part_progress *p, enum spk_part_state at_least)
{
    if (p->state < at_least)
        p->state = at_least;
}

static void note_opening(struct spk_machine *m, enum spk_gate at_least)
{
    if (m->gate < at_least)
        m->gate = at_least;
}

void spk_note_effect(struct spk_step *step, enum spk_effect effect)
{
    static const struct {
        enum spk_part_state part;
        enum spk_gate gate;
    } at_least[] = {
        [SPK_EFFECT_NO] = {SPK_PART_UNTRIED, SPK_GATE_CLOSED},
        [SPK_EFFECT_YES] = {SPK_PART_STORED, SPK_GATE_OPENED},
        [SPK_EFFECT_MAYBE] = {SPK_PART_UNSETTLED, SPK_GATE_UNSETTLED},
        [SPK_EFFECT_UNLESS_RESENT] = {SPK_PART_UNSEEN, SPK_GATE_UNSEEN},
    };

    step->m->read_first |= effect == SPK_EFFECT_MAYBE;
    if (step->p->request == SPK_REQUEST_CREATE)
        note_create(step->p, at_least[effect].part);
    if (step->p->request == SPK_REQUEST_OPEN)
        note_opening(step->m, at_least[effect].gate);
}

static enum spk_machine_request read_after(const struct spk_step *step)
{
    if (step->p->request == SPK_REQUEST_OPEN)
        return SPK_REQUEST_READ_GATE;
    return step->p->request == SPK_REQUEST_RELABEL ? SPK_REQUEST_READ_LABEL : SPK_REQUEST_READ;
}

void spk_on_again(struct spk_step *step)
{
    spk_step_back_off(step, step->p->request);
}

void spk_on_unreadable(struct spk_step *step)
{
    spk_step_perform(step, read_after(step));
}

void spk_on_mismatch(struct spk_step *step)
{
    if (!spk_step_mismatches_again(step))
        spk_step_perform(step, read_after(step));
}

void spk_on_taken(struct spk_step *step)
{
    step->p->taken = true;
    spk_step_perform(step, SPK_REQUEST_READ);
}

void spk_on_patch_failed(struct spk_step *step)
{
    spk_step_perform(step, read_after(step));
}

void spk_on_update_failed(struct spk_step *step)
{
    if (step->seen.http == STATUS_INVALID)
        spk_on_denied(step);
    else
        spk_step_perform(step, SPK_REQUEST_READ);
}

void spk_on_silence(struct spk_step *step)
{
    spk_step_back_off(step, read_after(step));
}

void spk_on_denied(struct spk_step *step)
{
    step->p->refusal = step->seen.refusal;
    spk_step_perform(step, read_after(step));
}

void spk_on_refused(struct spk_step *step)
{
    enum spk_part_state state = step->p->state;

    if (state == SPK_PART_UNSEEN || state == SPK_PART_UNSETTLED || step->m->task->retry)
        spk_on_denied(step);
    else
        spk_step_give_up(step, step->seen.refusal);
}

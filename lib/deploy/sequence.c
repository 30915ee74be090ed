/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/sequence.h"

#include "deploy/dry_run.h"
#include "kubernetes/object.h"

void spk_sequence_start(struct spk_step *step)
{
    struct spk_machine *m = step->m;

    m->phase = m->task->validate_only ? SPK_PHASE_NAME : SPK_PHASE_PARTS;
    if (m->phase == SPK_PHASE_PARTS) {
        spk_sequence_advance(step);
        return;
    }
    spk_step_hold(step, m->pod_at);
    spk_step_perform(step, SPK_REQUEST_READ_NAME);
}

static bool is_settled(const struct spk_part_progress *p)
{
    return p->state >= SPK_PART_CREATED;
}

/* Create a part, or read it first if something may be there already. */
static void begin(struct spk_step *step, size_t part)
{
    const struct spk_machine *m = step->m;

    spk_step_hold(step, part);
    if (m->phase == SPK_PHASE_DRY_RUN)
        spk_step_perform(step, SPK_REQUEST_DRY_RUN);
    else if (m->task->retry || m->read_first || step->p->state != SPK_PART_UNTRIED)
        spk_step_perform(step, SPK_REQUEST_READ);
    else
        spk_step_perform(step, SPK_REQUEST_CREATE);
}

/* Start the parts of the wave in hand that are not under way; whether all are settled. */
static bool start_wave(struct spk_step *step)
{
    struct spk_machine *m = step->m;
    const struct spk_parts *parts = m->task->parts;
    bool settled = true;

    for (size_t i = 0; i < parts->n && spk_step_goes_on(step); i++) {
        if (parts->waves[i] != m->wave || is_settled(&m->parts[i]))
            continue;
        settled = false;
        if (m->parts[i].turn == SPK_TURN_IDLE && m->under_way < SPK_MAX_WIDTH)
            begin(step, i);
    }
    return settled;
}

static void open_gate(struct spk_step *step)
{
    struct spk_machine *m = step->m;

    m->phase = SPK_PHASE_OPEN;
    spk_step_hold(step, m->pod_at);
    if (spk_gate_index(m->pod) < 0)
        spk_sequence_commit(step);
    else
        spk_step_perform(step, SPK_REQUEST_OPEN);
}

void spk_sequence_advance(struct spk_step *step)
{
    struct spk_machine *m = step->m;
    const struct spk_parts *parts = m->task->parts;

    while (m->phase == SPK_PHASE_PARTS || m->phase == SPK_PHASE_DRY_RUN) {
        if (!start_wave(step))
            return;
        if (m->wave < parts->waves[parts->n - 1])
            m->wave++;
        else if (m->phase == SPK_PHASE_DRY_RUN)
            spk_dry_run_end(step);
        else if (spk_step_is_gated(step))
            open_gate(step);
        else
            spk_sequence_commit(step);
    }
}

void spk_sequence_settle(struct spk_step *step, const cJSON *object, enum spk_part_state state)
{
    step->p->state = state;
    step->p->taken = false;
    step->p->refusal = step->p->last_error = NULL;
    step->p->uid = spk_strdup(step->memory->arena, spk_object_uid(object));
    if (step->part == step->m->pod_at)
        spk_step_note_pod(step, object);
}

void spk_sequence_commit(struct spk_step *step)
{
    struct spk_machine *m = step->m;
    enum spk_part_state state = m->parts[m->pod_at].state;

    m->gate = SPK_GATE_COMMITTED;
    m->adopted = state == SPK_PART_ADOPTED || state == SPK_PART_FOUND;
    spk_step_hold(step, m->pod_at);
    if (!m->adopted || !m->task->require_submission_id ||
        spk_text_equal(spk_submission_label(m->pod), m->task->key->submission_id)) {
        spk_step_finish(step);
        return;
    }
    m->phase = SPK_PHASE_RELABEL;
    spk_step_perform(step, SPK_REQUEST_RELABEL);
}

void spk_sequence_relabelled(struct spk_step *step)
{
    spk_warn(step->memory->warnings, step->memory->arena, "EXECUTORS_KEEP_OLD_SUBMISSION_ID",
             "", "executors of the adopted driver keep its earlier submission id");
    spk_step_finish(step);
}

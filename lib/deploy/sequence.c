/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/sequence.h"

void spk_course_start(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    m->phase = m->task->validate_only ? SPK_PHASE_CHECK : SPK_PHASE_ENSURE;
    if (m->phase == SPK_PHASE_ENSURE) {
        spk_course_begin(turn, 0);
        return;
    }
    m->trouble = (struct spk_err){0};
    spk_turn_hold(turn, m->pod_at);
    spk_turn_perform(turn, SPK_TO_LOOK);
}

void spk_course_begin(struct spk_turn *turn, size_t at)
{
    spk_turn_hold(turn, at);
    turn->m->trouble = (struct spk_err){0};
    spk_turn_perform(turn,
                     turn->m->task->retry || turn->m->maybe ? SPK_TO_LOOK : SPK_TO_CREATE);
}

void spk_course_commit(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    m->committed = true;
    m->adopted = m->progress[m->pod_at].state == SPK_PART_ADOPTED;
    m->trouble = (struct spk_err){0};
    if (!m->adopted || !m->task->require_submission_id ||
        spk_text_equal(spk_submission_label(m->pod), m->task->key->submission_id)) {
        spk_turn_finish(turn);
        return;
    }
    m->phase = SPK_PHASE_RELABEL;
    spk_turn_hold(turn, m->pod_at);
    spk_turn_perform(turn, SPK_TO_RELABEL);
}

static void open_gate(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    m->phase = SPK_PHASE_OPEN;
    spk_turn_hold(turn, m->pod_at);
    if (spk_gate_index(m->pod) < 0)
        spk_course_commit(turn);
    else
        spk_turn_perform(turn, SPK_TO_OPEN);
}

void spk_course_go_on(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    if (m->at + 1 < m->task->parts->n)
        spk_course_begin(turn, m->at + 1);
    else if (spk_turn_is_gated(turn))
        open_gate(turn);
    else
        spk_course_commit(turn);
}

void spk_course_settle(struct spk_turn *turn, const cJSON *object, enum spk_part_state state)
{
    turn->p->created |= turn->p->maybe;
    turn->p->maybe = turn->p->unseen = turn->p->refused = false;
    turn->p->state = state;
    turn->p->uid = spk_strdup(turn->m->arena, spk_object_uid(object));
    if (turn->m->at == turn->m->pod_at)
        spk_turn_note_pod(turn, object);
}

void spk_course_relabelled(struct spk_turn *turn)
{
    spk_warn(&turn->m->warnings, turn->m->arena, "EXECUTORS_KEEP_OLD_SUBMISSION_ID", "",
             "executors of the adopted driver keep its earlier submission id");
    spk_turn_finish(turn);
}

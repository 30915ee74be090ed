/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/dry_run.h"

#include "kubernetes/object.h"

#define STATUS_BAD_REQUEST  400
#define STATUS_UNAUTHORIZED 401

void spk_rehearsal_begin(struct spk_turn *turn)
{
    turn->m->phase = SPK_PHASE_REHEARSE;
    if (!turn->m->task->server_dry_run) {
        spk_turn_finish(turn);
        return;
    }
    turn->m->trouble = (struct spk_err){0};
    spk_turn_hold(turn, 0);
    spk_turn_perform(turn, SPK_TO_CREATE);
}

/* Nothing could be dry-run: then there is no verdict at all. */
static bool is_unsupported(const struct spk_machine *m)
{
    for (size_t i = 0; i < m->task->parts->n; i++)
        if (!m->progress[i].refused)
            return false;
    return true;
}

static void go_on(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    if (m->at + 1 < m->task->parts->n) {
        m->trouble = (struct spk_err){0};
        spk_turn_hold(turn, m->at + 1);
        spk_turn_perform(turn, SPK_TO_CREATE);
        return;
    }
    if (is_unsupported(m))
        spk_turn_give_up_because(turn, SPK_DRY_RUN_UNSUPPORTED,
                                 "a webhook of the cluster does not support dry runs");
    else
        spk_turn_finish(turn);
}

static void warn(struct spk_turn *turn, const char *code, const char *what,
                 const struct spk_err *why)
{
    const cJSON *object = spk_turn_part(turn)->object;

    spk_warn(&turn->m->warnings, turn->m->arena, code, "", "%s '%s' %s: %s",
             spk_object_kind(object), spk_object_name(object), what, why->text);
}

static void pass(struct spk_turn *turn)
{
    const char *uid = spk_object_uid(turn->seen.object);

    if (turn->p->lenient)
        warn(turn, "KUBE_WARNING", "is accepted, but not by strict validation",
             &turn->p->refusal);
    /* The children's dry runs name an owner's uid, and this one will do. */
    if (turn->m->at == turn->m->pod_at)
        turn->p->uid = spk_strdup(turn->m->arena, uid);
    turn->p->state = SPK_PART_WOULD_PASS;
    go_on(turn);
}

static void refuse(struct spk_turn *turn)
{
    const struct spk_err *refusal = turn->seen.refusal;

    if (refusal->reason == SPK_DRY_RUN_UNSUPPORTED) {
        warn(turn, "DRY_RUN_UNSUPPORTED", "was not checked", refusal);
        turn->p->refused = true;
        turn->p->state = SPK_PART_WOULD_PASS;
        go_on(turn);
        return;
    }
    if (turn->seen.http == STATUS_BAD_REQUEST && !turn->p->lenient) {
        turn->p->lenient = true;
        turn->p->refusal = *refusal;
        spk_turn_perform(turn, SPK_TO_CREATE);
        return;
    }
    warn(turn, "DRY_RUN_REFUSED", "would be refused", refusal);
    turn->p->state = SPK_PART_WOULD_FAIL;
    go_on(turn);
}

/* Whether it is the object that was refused, not the caller or the way. */
static bool is_verdict(const struct spk_turn *turn)
{
    return turn->seen.way != SPK_SEEN_REFUSED && turn->seen.http >= STATUS_BAD_REQUEST &&
           turn->seen.http != STATUS_UNAUTHORIZED;
}

void spk_rehearsal_on_answer(struct spk_turn *turn)
{
    const struct spk_outcome_rule *rule = spk_outcome_of(SPK_WRITE_CREATE, &turn->seen);

    switch (rule->next) {
    case SPK_FOLLOW_NONE:
        pass(turn);
        return;
    case SPK_FOLLOW_LOOK:
        if (turn->seen.what != SPK_SEEN_STRANGE)
            pass(turn); /* it is there already, or the answer could not be read */
        else if (!spk_turn_is_strange_again(turn))
            spk_turn_back_off(turn, SPK_TO_CREATE);
        return;
    case SPK_FOLLOW_RETRY:
    case SPK_FOLLOW_WAIT_LOOK:
        spk_turn_back_off(turn, SPK_TO_CREATE);
        return;
    case SPK_FOLLOW_FINAL:
    case SPK_FOLLOW_LOOK_FINAL:
        if (is_verdict(turn))
            refuse(turn);
        else
            spk_turn_give_up(turn, turn->seen.refusal);
        return;
    }
}

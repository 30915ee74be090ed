/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/machine.h"

#include "deploy/dry_run.h"
#include "deploy/on_read.h"
#include "deploy/sequence.h"
#include "kubernetes/object.h"

#include <string.h>

#define STATUS_INVALID 422

void spk_machine_sent(struct spk_machine *machine)
{
    machine->in_flight = !machine->waiting && machine->intent != SPK_TO_LOOK &&
                         machine->phase != SPK_PHASE_REHEARSE;
}

void spk_machine_cancel(struct spk_machine *machine)
{
    machine->cancelled = true;
}

void spk_machine_init(struct spk_machine *machine, struct spk_arena *arena,
                      const struct spk_task *task)
{
    *machine = (struct spk_machine){
        .arena = arena,
        .task = task,
        .jitter = task->jitter_seed,
        .phase = SPK_PHASE_VERIFY,
        .pod = task->parts->pod,
        .progress = spk_alloc_array(arena, task->parts->n + 1, sizeof(*machine->progress)),
    };
    for (size_t i = 0; i < task->parts->n; i++)
        if (task->parts->items[i].kind == SPK_PART_POD)
            machine->pod_at = i;
}

/* Asked for PartialObjectMetadata, a server may send the whole object: both kinds are taken.
 */
static bool is_kind(const struct spk_turn *turn, const char *found, const char *asked)
{
    return spk_text_equal(found, asked) || (turn->m->phase == SPK_PHASE_VERIFY &&
                                            spk_text_equal(found, "PartialObjectMetadata"));
}

/* Classify the body of an answer: a create must show our key, all others the name. */
static enum spk_seen_object what_is_seen(const struct spk_turn *turn)
{
    const struct spk_machine *m = turn->m;
    const struct spk_part *part = spk_turn_part(turn);
    const struct spk_claimant ours = {.key = m->task->key, .parts = m->task->parts};
    const cJSON *object = turn->seen.object;

    if (!object || !spk_object_uid(object))
        return SPK_SEEN_NO_OBJECT;
    if (m->intent == SPK_TO_CREATE)
        return spk_is_ours(&ours, part, object) ? SPK_SEEN_OURS : SPK_SEEN_STRANGE;
    bool named =
        is_kind(turn, spk_object_kind(object), spk_object_kind(part->object)) &&
        spk_text_equal(spk_object_name(object), spk_object_name(part->object)) &&
        spk_text_equal(spk_object_namespace(object), spk_object_namespace(part->object));
    return named ? SPK_SEEN_OURS : SPK_SEEN_STRANGE;
}

/* The write in hand had its effect, and the answer shows it. */
static void succeed(struct spk_turn *turn)
{
    const cJSON *object = turn->seen.object;

    switch (turn->m->intent) {
    case SPK_TO_CREATE:
        spk_course_settle(turn, object, SPK_PART_CREATED);
        spk_course_go_on(turn);
        return;
    case SPK_TO_UPDATE:
        spk_course_settle(turn, object, SPK_PART_ADOPTED);
        spk_course_go_on(turn);
        return;
    case SPK_TO_OPEN:
        spk_turn_note_pod(turn, object);
        spk_course_commit(turn);
        return;
    case SPK_TO_RELABEL:
        spk_turn_note_pod(turn, object);
        spk_course_relabelled(turn);
        return;
    case SPK_TO_LOOK:
        return;
    }
}

static void note_effect(struct spk_turn *turn, enum spk_effect effect)
{
    struct spk_machine *m = turn->m;
    bool create = m->intent == SPK_TO_CREATE, opens = m->intent == SPK_TO_OPEN;

    m->in_flight = false;
    switch (effect) {
    case SPK_EFFECT_NO:
        return;
    case SPK_EFFECT_YES:
        turn->p->created |= create;
        m->opened |= opens;
        return;
    case SPK_EFFECT_MAYBE:
        m->maybe = true;
        turn->p->maybe |= create;
        m->opens_maybe |= opens;
        return;
    case SPK_EFFECT_UNLESS_RESENT:
        turn->p->unseen |= create;
        m->opens_unseen |= opens;
        return;
    }
}

/* Whether the object may be there whatever a refusal says. */
static bool may_be_there(const struct spk_turn *turn)
{
    return turn->p->maybe || turn->p->unseen || turn->m->task->retry;
}

/* The last word, unless the object is there or changed all the same. */
static void refuse(struct spk_turn *turn, bool look)
{
    turn->p->refused = true;
    turn->p->refusal = *turn->seen.refusal;
    if (look)
        spk_turn_perform(turn, SPK_TO_LOOK);
    else
        spk_turn_give_up(turn, turn->seen.refusal);
}

/* A look is due before anything else is decided. */
static void look(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    turn->p->exists |= m->intent == SPK_TO_CREATE && turn->seen.http >= 400;
    if (turn->seen.what == SPK_SEEN_STRANGE && spk_turn_is_strange_again(turn))
        return;
    /* Only the patches with a test can be meant by a 422 that says: look again. */
    if (m->intent == SPK_TO_UPDATE && turn->seen.http == STATUS_INVALID)
        refuse(turn, true);
    else
        spk_turn_perform(turn, SPK_TO_LOOK);
}

static void on_write(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    enum spk_write write = m->intent == SPK_TO_CREATE ? SPK_WRITE_CREATE : SPK_WRITE_PATCH;
    const struct spk_outcome_rule *rule = spk_outcome_of(write, &turn->seen);

    note_effect(turn, rule->effect);
    switch (rule->next) {
    case SPK_FOLLOW_NONE:
        succeed(turn);
        return;
    case SPK_FOLLOW_RETRY:
        spk_turn_back_off(turn, m->intent);
        return;
    case SPK_FOLLOW_LOOK:
        look(turn);
        return;
    case SPK_FOLLOW_WAIT_LOOK:
        spk_turn_back_off(turn, SPK_TO_LOOK);
        return;
    case SPK_FOLLOW_LOOK_FINAL:
        refuse(turn, true);
        return;
    case SPK_FOLLOW_FINAL:
        refuse(turn, may_be_there(turn));
        return;
    }
}

/* A gated Pod must not name its node. */
static bool check_gate(struct spk_turn *turn)
{
    const char *node =
        spk_json_string(spk_json_at(turn->m->task->parts->pod, "spec.nodeName"));
    struct spk_err err;

    if (!spk_turn_is_gated(turn) || !node || *node == '\0')
        return true;
    (void)spk_fail(&err, SPK_GATES_UNSUPPORTED,
                   "the driver names the node '%.200s', so it cannot wait for its objects "
                   "behind a scheduling gate",
                   node);
    (void)spk_fail_at(&err, "spec.nodeName");
    spk_turn_give_up(turn, &err);
    return false;
}

static bool writes_nothing(const struct spk_task *task)
{
    return task->validate_only && !task->server_dry_run;
}

static void begin(struct spk_turn *turn)
{
    if (!check_gate(turn))
        return;
    if (!turn->m->task->application) {
        spk_course_start(turn);
        return;
    }
    spk_turn_hold(turn, turn->m->task->parts->n);
    if (writes_nothing(turn->m->task) || spk_turn_has_time(turn))
        spk_turn_perform(turn, SPK_TO_LOOK);
}

/* Note what an observation says about the way to the API server. */
static void note_way(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    bool sent = turn->seen.way != SPK_SEEN_NOT_SENT;

    if (!sent)
        spk_turn_refund(turn);
    m->answered |= turn->seen.http > 0;
    m->lasting = turn->seen.lasting ? m->lasting + 1 : 0;
}

struct spk_action spk_machine_next(struct spk_machine *machine, const struct spk_seen *seen,
                                   int64_t now_ms)
{
    struct spk_turn turn = {.m = machine, .now_ms = now_ms};

    spk_turn_hold(&turn, machine->at);
    if (seen) {
        turn.seen = *seen;
        note_way(&turn);
    }
    turn.seen.what = what_is_seen(&turn);
    if (!machine->begun) {
        machine->begun = true;
        machine->began_ms = now_ms;
        begin(&turn);
    } else if (machine->waiting) {
        machine->waiting = false;
        spk_turn_perform(&turn, machine->intent);
    } else if (machine->intent == SPK_TO_LOOK) {
        spk_look_on(&turn);
    } else if (machine->phase == SPK_PHASE_REHEARSE) {
        spk_rehearsal_on_answer(&turn);
    } else {
        on_write(&turn);
    }
    return turn.action;
}

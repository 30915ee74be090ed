/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/on_read.h"

#include "deploy/dry_run.h"
#include "deploy/sequence.h"
#include "kubernetes/object.h"

static struct spk_claimant claimant(const struct spk_turn *turn)
{
    const struct spk_task *task = turn->m->task;

    return (struct spk_claimant){.key = task->key,
                                 .parts = task->parts,
                                 .uid = task->uid,
                                 .pod_uid = turn->m->progress[turn->m->pod_at].uid,
                                 .date_s = turn->seen.date_s};
}

static void warn_of_changed_input(struct spk_turn *turn)
{
    spk_warn(&turn->m->warnings, turn->m->arena, "INPUT_CHANGED", "",
             "the driver was created from an earlier version of the application");
}

/* The attempt's Pod came and went: it is never made again by this call. */
static void pod_is_gone(struct spk_turn *turn)
{
    spk_turn_give_up_because(turn, SPK_SUBMISSION_BEING_DELETED,
                             "the driver was deleted by somebody else");
}

/* Whether what is there shows that a create of ours which nobody acknowledged made it. Shared
 * objects carry no key: only an acknowledgement tells. */
static bool is_ours_after_all(const struct spk_turn *turn)
{
    const struct spk_claimant ours = claimant(turn);

    if (spk_turn_part(turn)->kind == SPK_PART_CONTROLLER)
        return turn->p->created;
    return (turn->p->created || turn->p->maybe) &&
           spk_is_ours(&ours, spk_turn_part(turn), turn->seen.object);
}

static enum spk_part_state found_state(const struct spk_turn *turn)
{
    if (turn->p->uid && spk_text_equal(turn->p->uid, spk_object_uid(turn->seen.object)))
        return turn->p->state;
    return !turn->p->uid && is_ours_after_all(turn) ? SPK_PART_CREATED : SPK_PART_ADOPTED;
}

/* A gated Pod of ours: open it if everything else is there, else see to its children. */
static void continue_gated(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    const cJSON *pod = turn->seen.object;
    bool same = spk_text_equal(turn->p->uid, spk_object_uid(pod));

    if (m->phase == SPK_PHASE_OPEN && same && turn->p->refused) {
        spk_turn_give_up(turn, &turn->p->refusal);
        return;
    }
    spk_course_settle(turn, pod, found_state(turn));
    if (m->phase == SPK_PHASE_OPEN && same) {
        spk_turn_perform(turn, SPK_TO_OPEN);
        return;
    }
    m->phase = SPK_PHASE_ENSURE;
    spk_course_go_on(turn);
}

/* Permission comes before existence: who may not create is told that, not what has the name.
 */
static void refuse(struct spk_turn *turn, const struct spk_err *err)
{
    bool forbidden = turn->p->refused && turn->p->refusal.reason == SPK_KUBE_FORBIDDEN;

    spk_turn_give_up(turn, forbidden ? &turn->p->refusal : err);
}

static void found_pod(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    const struct spk_claimant ours = claimant(turn);
    struct spk_err err;
    struct spk_adopted adopted = spk_adopt_pod(m->arena, &ours, turn->seen.object, &err);

    if (adopted.verdict == SPK_REFUSE) {
        refuse(turn, &err);
        return;
    }
    if (adopted.verdict == SPK_CONTINUE) {
        continue_gated(turn);
        return;
    }
    if (adopted.input_changed)
        warn_of_changed_input(turn);
    /* The gate is open: if our patch is unsettled, it may have been ours. */
    spk_course_settle(turn, turn->seen.object, found_state(turn));
    spk_course_commit(turn);
}

static void found_child(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    const struct spk_claimant ours = claimant(turn);
    struct spk_err err;
    struct spk_adopted adopted =
        spk_adopt_child(m->arena, &ours, spk_turn_part(turn), turn->seen.object, &err);

    if (adopted.verdict == SPK_REFUSE) {
        refuse(turn, &err);
        return;
    }
    if (adopted.verdict == SPK_UPDATE)
        m->update = spk_adopt_update(m->arena, spk_turn_part(turn)->object, turn->seen.object);
    if (adopted.verdict == SPK_UPDATE && m->update) {
        if (turn->p->refused && turn->p->patches > 0)
            spk_turn_give_up(turn, &turn->p->refusal);
        else
            spk_turn_perform(turn, SPK_TO_UPDATE);
        return;
    }
    spk_course_settle(turn, turn->seen.object, found_state(turn));
    spk_course_go_on(turn);
}

static void fail_relabel(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    const char *old = spk_submission_label(m->pod);
    struct spk_err err;

    spk_fail(
        &err, SPK_DRIVER_POD_EXISTS,
        "driver '%.128s' carries submission id '%.63s' and cannot be given '%.63s': %.256s",
        spk_object_name(m->pod), old ? old : "", m->task->key->submission_id,
        turn->p->refusal.text);
    spk_err_note(&err, m->arena, "existing_uid", spk_object_uid(m->pod));
    spk_err_note(&err, m->arena, "existing_submission_id", old);
    spk_turn_give_up(turn, &err);
}

static void found_for_relabel(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    const struct spk_claimant ours = claimant(turn);
    struct spk_err err;

    if (!spk_text_equal(turn->p->uid, spk_object_uid(turn->seen.object))) {
        pod_is_gone(turn);
        return;
    }
    spk_turn_note_pod(turn, turn->seen.object);
    if (spk_text_equal(spk_submission_label(m->pod), m->task->key->submission_id))
        spk_course_relabelled(turn);
    else if (turn->p->refused)
        fail_relabel(turn);
    else if (spk_adopt_pod(m->arena, &ours, turn->seen.object, &err).verdict == SPK_REFUSE)
        spk_turn_give_up(turn, &err);
    else
        spk_turn_perform(turn, SPK_TO_RELABEL);
}

/* The input is judged, not the moment: who has the name now may be gone when it matters. */
static void found_for_check(struct spk_turn *turn)
{
    const struct spk_claimant ours = claimant(turn);
    struct spk_err err;
    struct spk_adopted adopted = spk_adopt_pod(turn->m->arena, &ours, turn->seen.object, &err);

    if (adopted.verdict == SPK_REFUSE) {
        spk_warn(&turn->m->warnings, turn->m->arena, spk_reason_name(err.reason), "", "%s",
                 err.text);
    } else {
        if (adopted.input_changed)
            warn_of_changed_input(turn);
        turn->m->would_adopt = true;
        spk_turn_note_pod(turn, turn->seen.object);
    }
    spk_rehearsal_begin(turn);
}

/* The application is not what the uid promised. */
static void refuse_application(struct spk_turn *turn, struct spk_err *err)
{
    const cJSON *object = spk_turn_part(turn)->object;

    (void)spk_fail_at(err, "%s", turn->m->task->uid_field);
    spk_err_note(err, turn->m->arena, "kind", spk_object_kind(object));
    spk_err_note(err, turn->m->arena, "name", spk_object_name(object));
    spk_turn_give_up(turn, err);
}

static void found_application(struct spk_turn *turn)
{
    const cJSON *application = turn->seen.object;
    const char *name = spk_object_name(application), *uid = spk_object_uid(application);
    struct spk_err err;

    if (!spk_text_equal(uid, turn->m->task->uid)) {
        spk_fail(&err, SPK_APPLICATION_NOT_FOUND,
                 "SparkApplication '%.253s' has uid '%.63s', not '%.63s'", name, uid,
                 turn->m->task->uid);
        refuse_application(turn, &err);
    } else if (spk_json_string(spk_json_at(application, "metadata.deletionTimestamp"))) {
        spk_fail(&err, SPK_APPLICATION_DELETED, "SparkApplication '%.253s' is being deleted",
                 name);
        refuse_application(turn, &err);
    } else {
        spk_course_start(turn);
    }
}

static void no_application(struct spk_turn *turn)
{
    const cJSON *object = spk_turn_part(turn)->object;
    bool said = *turn->seen.message != '\0';
    struct spk_err err;

    spk_fail(&err, SPK_APPLICATION_NOT_FOUND,
             "there is no SparkApplication '%.253s' in namespace '%.63s'%s%.512s",
             spk_object_name(object), spk_object_namespace(object), said ? ": " : "",
             turn->seen.message);
    refuse_application(turn, &err);
}

static void found(struct spk_turn *turn)
{
    if (turn->m->phase == SPK_PHASE_VERIFY)
        found_application(turn);
    else if (turn->m->phase == SPK_PHASE_CHECK)
        found_for_check(turn);
    else if (turn->m->phase == SPK_PHASE_RELABEL)
        found_for_relabel(turn);
    else if (turn->m->at == turn->m->pod_at)
        found_pod(turn);
    else
        found_child(turn);
}

/* The name was taken a moment ago: what had it ends just now. */
static void wait_for_the_name(struct spk_turn *turn)
{
    struct spk_err *trouble = &turn->m->trouble;

    spk_fail(trouble, SPK_PREVIOUS_RUN_TERMINATING, "%s '%s' is being deleted",
             spk_object_kind(spk_turn_part(turn)->object),
             spk_object_name(spk_turn_part(turn)->object));
    turn->p->exists = false;
    turn->seen.refusal = NULL;
    spk_turn_back_off(turn, SPK_TO_CREATE);
}

static void absent(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;
    bool was_there = turn->p->created && !turn->p->maybe;

    if (m->phase == SPK_PHASE_VERIFY)
        no_application(turn);
    else if (m->phase == SPK_PHASE_CHECK)
        spk_rehearsal_begin(turn);
    else if (m->phase == SPK_PHASE_OPEN || m->phase == SPK_PHASE_RELABEL ||
             (m->at == m->pod_at && was_there))
        pod_is_gone(turn);
    else if (turn->p->refused)
        spk_turn_give_up(turn, &turn->p->refusal);
    else if (turn->p->exists)
        wait_for_the_name(turn);
    else
        spk_turn_perform(turn, SPK_TO_CREATE);
}

/* A 2xx that shows nothing. */
static void note_unreadable(struct spk_turn *turn)
{
    const cJSON *object = spk_turn_part(turn)->object;

    spk_fail(&turn->m->trouble, SPK_KUBE_ERROR,
             "what the API server answers about %s '%.253s' cannot be read",
             spk_object_kind(object), spk_object_name(object));
}

/* A look that shows the object, or that it is not there, settles what was refused unless it
 * was resent; a request that nobody answered may still be under way. */
static void note_seen(struct spk_turn *turn)
{
    turn->p->unseen = false;
    if (turn->m->phase == SPK_PHASE_OPEN)
        turn->m->opens_unseen = false;
}

/* The look said nothing; as long as a write of ours is unsettled, whatever it met. */
static void look_again(struct spk_turn *turn)
{
    if (!turn->seen.refusal)
        note_unreadable(turn);
    spk_turn_back_off(turn, SPK_TO_LOOK);
}

void spk_look_on(struct spk_turn *turn)
{
    switch (spk_outcome_of_look(&turn->seen)) {
    case SPK_LOOK_FOUND:
        note_seen(turn);
        found(turn);
        return;
    case SPK_LOOK_ABSENT:
        note_seen(turn);
        absent(turn);
        return;
    case SPK_LOOK_STRANGE:
        if (spk_turn_is_unsettled(turn) || !spk_turn_is_strange_again(turn))
            look_again(turn);
        return;
    case SPK_LOOK_AGAIN:
        look_again(turn);
        return;
    case SPK_LOOK_REFUSED:
        if (spk_turn_is_unsettled(turn))
            look_again(turn);
        else
            spk_turn_give_up(turn, turn->p->refused ? &turn->p->refusal : turn->seen.refusal);
        return;
    }
}

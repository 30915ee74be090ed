/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/on_read.h"

#include "deploy/dry_run.h"
#include "deploy/sequence.h"
#include "kubernetes/object.h"

static struct spk_claimant claimant(const struct spk_step *step)
{
    const struct spk_task *task = step->m->task;

    return (struct spk_claimant){.key = task->key,
                                 .parts = task->parts,
                                 .uid = task->uid,
                                 .pod_uid = step->m->parts[step->m->pod_at].uid,
                                 .date_s = step->seen.date_s};
}

static struct spk_adopted judge_pod(const struct spk_step *step, struct spk_err *err)
{
    const struct spk_claimant ours = claimant(step);

    return spk_adopt_pod(step->memory->arena, &ours, step->seen.object, err);
}

static void warn_of_changed_input(struct spk_step *step)
{
    spk_warn(step->memory->warnings, step->memory->arena, "INPUT_CHANGED", "",
             "the driver was created from an earlier version of the application");
}

/* The attempt's Pod came and went: it is never made again by this call. */
void spk_on_gone(struct spk_step *step)
{
    spk_step_fail(step, SPK_SUBMISSION_BEING_DELETED,
                  "the driver was deleted by somebody else");
}

/* The maker of an object. An unacknowledged create of this call made it if it has the key;
 * shared objects carry none: only an acknowledgement tells. */
static enum spk_part_state found_state(const struct spk_step *step)
{
    const struct spk_claimant ours = claimant(step);
    const struct spk_part *part = spk_step_part(step);
    enum spk_part_state state = step->p->state;

    if (step->p->uid && spk_text_equal(step->p->uid, spk_object_uid(step->seen.object)))
        return state;
    if (state <= SPK_PART_UNSEEN || state == SPK_PART_ADOPTED)
        return SPK_PART_ADOPTED;
    if (part->kind == SPK_PART_CONTROLLER)
        return state == SPK_PART_STORED ? SPK_PART_CREATED : SPK_PART_FOUND;
    if (state == SPK_PART_UNSETTLED || state == SPK_PART_STORED)
        return spk_is_ours(&ours, part, step->seen.object) ? SPK_PART_CREATED : SPK_PART_FOUND;
    return SPK_PART_FOUND;
}

/* Permission comes before existence: who may not create is told that, not what has the name.
 */
static void refuse(struct spk_step *step, const struct spk_err *err)
{
    const struct spk_err *refusal = step->p->refusal;

    spk_step_give_up(step, refusal && refusal->reason == SPK_KUBE_FORBIDDEN ? refusal : err);
}

static void found_child(struct spk_step *step)
{
    const struct spk_claimant ours = claimant(step);
    struct spk_arena *arena = step->memory->arena;
    const struct spk_part *part = spk_step_part(step);
    struct spk_err err;
    struct spk_adopted adopted = spk_adopt_child(arena, &ours, part, step->seen.object, &err);

    if (adopted.verdict == SPK_REFUSE) {
        refuse(step, &err);
        return;
    }
    if (adopted.verdict == SPK_UPDATE)
        step->p->update = spk_adopt_update(arena, part->object, step->seen.object);
    if (adopted.verdict == SPK_UPDATE && step->p->update) {
        if (step->p->refusal && step->p->patches > 0)
            spk_step_give_up(step, step->p->refusal);
        else
            spk_step_perform(step, SPK_REQUEST_UPDATE);
        return;
    }
    spk_sequence_settle(step, step->seen.object, found_state(step));
}

/* A committed driver. If an opening by this call is unsettled, the gate may be open because of
 * it.
 */
static void adopt_driver(struct spk_step *step, const struct spk_adopted *adopted)
{
    if (adopted->input_changed)
        warn_of_changed_input(step);
    spk_sequence_settle(step, step->seen.object, found_state(step));
    spk_sequence_commit(step);
}

static void found_driver(struct spk_step *step)
{
    struct spk_err err;
    struct spk_adopted adopted = judge_pod(step, &err);

    if (adopted.verdict == SPK_REFUSE)
        refuse(step, &err);
    else if (adopted.verdict == SPK_CONTINUE)
        spk_sequence_settle(step, step->seen.object, found_state(step));
    else
        adopt_driver(step, &adopted);
}

void spk_on_found(struct spk_step *step)
{
    if (step->part == step->m->pod_at)
        found_driver(step);
    else
        found_child(step);
}

/* The gate is still closed. */
static void continue_gated(struct spk_step *step)
{
    const struct spk_err *refusal = step->p->refusal;

    if (refusal) {
        spk_step_give_up(step, refusal);
        return;
    }
    spk_sequence_settle(step, step->seen.object, found_state(step));
    spk_step_perform(step, SPK_REQUEST_OPEN);
}

/* Another Pod than the one that the children belong to is none of this call: the driver has
 * gone. */
void spk_on_gate_found(struct spk_step *step)
{
    struct spk_err err;
    struct spk_adopted adopted = judge_pod(step, &err);
    bool same = spk_text_equal(step->p->uid, spk_object_uid(step->seen.object));

    if (!same && (adopted.verdict != SPK_REFUSE || err.reason != SPK_DRIVER_POD_EXISTS))
        spk_on_gone(step);
    else if (adopted.verdict == SPK_REFUSE)
        refuse(step, &err);
    else if (adopted.verdict == SPK_CONTINUE)
        continue_gated(step);
    else
        adopt_driver(step, &adopted);
}

static void fail_relabel(struct spk_step *step)
{
    struct spk_machine *m = step->m;
    struct spk_arena *arena = step->memory->arena;
    const char *old = spk_submission_label(m->pod);
    struct spk_err err;

    spk_fail(
        &err, SPK_DRIVER_POD_EXISTS,
        "driver '%.128s' carries submission id '%.63s' and cannot be given '%.63s': %.256s",
        spk_object_name(m->pod), old ? old : "", m->task->key->submission_id,
        step->p->refusal->text);
    spk_err_note(&err, arena, "existing_uid", spk_object_uid(m->pod));
    spk_err_note(&err, arena, "existing_submission_id", old);
    spk_step_give_up(step, &err);
}

void spk_on_label_found(struct spk_step *step)
{
    struct spk_machine *m = step->m;
    struct spk_err err;

    if (!spk_text_equal(step->p->uid, spk_object_uid(step->seen.object))) {
        spk_on_gone(step);
        return;
    }
    spk_step_note_pod(step, step->seen.object);
    if (spk_text_equal(spk_submission_label(m->pod), m->task->key->submission_id))
        spk_sequence_relabelled(step);
    else if (step->p->refusal)
        fail_relabel(step);
    else if (judge_pod(step, &err).verdict == SPK_REFUSE)
        spk_step_give_up(step, &err);
    else
        spk_step_perform(step, SPK_REQUEST_RELABEL);
}

/* The input is judged, not the moment: who has the name now may be gone when it matters. */
void spk_on_name_found(struct spk_step *step)
{
    struct spk_err err;
    struct spk_adopted adopted = judge_pod(step, &err);

    if (adopted.verdict == SPK_REFUSE) {
        spk_warn(step->memory->warnings, step->memory->arena, spk_reason_name(err.reason), "",
                 "%s", err.text);
    } else {
        if (adopted.input_changed)
            warn_of_changed_input(step);
        step->m->would_adopt = true;
        spk_step_note_pod(step, step->seen.object);
    }
    spk_dry_run_begin(step);
}

/* The application is not what the uid promised. */
static void refuse_application(struct spk_step *step, struct spk_err *err)
{
    const cJSON *object = spk_step_part(step)->object;

    (void)spk_fail_at(err, "%s", step->m->task->uid_field);
    spk_err_note(err, step->memory->arena, "kind", spk_object_kind(object));
    spk_err_note(err, step->memory->arena, "name", spk_object_name(object));
    spk_step_give_up(step, err);
}

void spk_on_application_found(struct spk_step *step)
{
    const cJSON *application = step->seen.object;
    const char *name = spk_object_name(application), *uid = spk_object_uid(application);
    struct spk_err err;

    if (!spk_text_equal(uid, step->m->task->uid)) {
        spk_fail(&err, SPK_APPLICATION_NOT_FOUND,
                 "SparkApplication '%.253s' has uid '%.63s', not '%.63s'", name, uid,
                 step->m->task->uid);
        refuse_application(step, &err);
    } else if (spk_object_is_deleting(application)) {
        spk_fail(&err, SPK_APPLICATION_DELETED, "SparkApplication '%.253s' is being deleted",
                 name);
        refuse_application(step, &err);
    } else {
        spk_sequence_start(step);
    }
}

void spk_on_application_absent(struct spk_step *step)
{
    const cJSON *object = spk_step_part(step)->object;
    bool said = *step->seen.message != '\0';
    struct spk_err err;

    spk_fail(&err, SPK_APPLICATION_NOT_FOUND,
             "there is no SparkApplication '%.253s' in namespace '%.63s'%s%.512s",
             spk_object_name(object), spk_object_namespace(object), said ? ": " : "",
             step->seen.message);
    refuse_application(step, &err);
}

static struct spk_err *new_error(struct spk_step *step)
{
    return spk_alloc(step->memory->arena, sizeof(struct spk_err));
}

/* Create said AlreadyExists, GET says 404: the old object has just gone. */
static void wait_for_the_name(struct spk_step *step)
{
    const cJSON *object = spk_step_part(step)->object;
    struct spk_err *err = new_error(step);

    spk_fail(err, SPK_PREVIOUS_RUN_TERMINATING, "%s '%s' is being deleted",
             spk_object_kind(object), spk_object_name(object));
    step->p->taken = false;
    step->p->last_error = err;
    step->seen.refusal = NULL;
    spk_step_back_off(step, SPK_REQUEST_CREATE);
}

void spk_on_absent(struct spk_step *step)
{
    if (step->part == step->m->pod_at && step->p->state == SPK_PART_STORED)
        spk_on_gone(step);
    else if (step->p->refusal)
        spk_step_give_up(step, step->p->refusal);
    else if (step->p->taken)
        wait_for_the_name(step);
    else
        spk_step_perform(step, SPK_REQUEST_CREATE);
}

/* Record a 2xx that shows nothing. */
static void note_unreadable(struct spk_step *step)
{
    const cJSON *object = spk_step_part(step)->object;
    struct spk_err *err = new_error(step);

    spk_fail(err, SPK_KUBE_ERROR,
             "what the API server answers about %s '%.253s' cannot be read",
             spk_object_kind(object), spk_object_name(object));
    step->p->last_error = err;
}

/* Read again; as long as a write of this call is unsettled, whatever the read met. */
void spk_on_unclear(struct spk_step *step)
{
    if (!step->seen.refusal)
        note_unreadable(step);
    spk_step_back_off(step, step->p->request);
}

void spk_on_stranger(struct spk_step *step)
{
    if (spk_step_is_unsettled(step) || !spk_step_mismatches_again(step))
        spk_on_unclear(step);
}

void spk_on_read_refused(struct spk_step *step)
{
    if (spk_step_is_unsettled(step))
        spk_on_unclear(step);
    else
        spk_step_give_up(step, step->p->refusal ? step->p->refusal : step->seen.refusal);
}

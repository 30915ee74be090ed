/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/dry_run.h"

#include "kubernetes/object.h"

#define STATUS_BAD_REQUEST  400
#define STATUS_UNAUTHORIZED 401

void spk_dry_run_begin(struct spk_step *step)
{
    struct spk_machine *m = step->m;

    if (!m->task->server_dry_run) {
        spk_step_finish(step);
        return;
    }
    m->phase = SPK_PHASE_DRY_RUN;
    m->wave = 0;
    step->p->last_error = NULL;
}

/* Nothing could be dry-run: then there is no verdict at all. */
static bool is_unsupported(const struct spk_machine *m)
{
    for (size_t i = 0; i < m->task->parts->n; i++)
        if (m->parts[i].state != SPK_PART_UNCHECKED)
            return false;
    return true;
}

void spk_dry_run_end(struct spk_step *step)
{
    if (is_unsupported(step->m))
        spk_step_fail(step, SPK_DRY_RUN_UNSUPPORTED,
                      "a webhook of the cluster does not support dry runs");
    else
        spk_step_finish(step);
}

static void warn(struct spk_step *step, const char *code, const char *what,
                 const struct spk_err *why)
{
    const cJSON *object = spk_step_part(step)->object;

    spk_warn(step->memory->warnings, step->memory->arena, code, "", "%s '%s' %s: %s",
             spk_object_kind(object), spk_object_name(object), what, why->text);
}

void spk_on_dry_run_passed(struct spk_step *step)
{
    struct spk_part_progress *p = step->p;

    if (p->not_strict)
        warn(step, "KUBE_WARNING", "is accepted, but not by strict validation", p->refusal);
    /* The children's dry runs name an owner's uid, and this one will do. */
    if (step->part == step->m->pod_at)
        p->uid = spk_strdup(step->memory->arena, spk_object_uid(step->seen.object));
    p->state = SPK_PART_WOULD_PASS;
}

void spk_on_dry_run_mismatch(struct spk_step *step)
{
    if (!spk_step_mismatches_again(step))
        spk_step_back_off(step, SPK_REQUEST_DRY_RUN);
}

static void judge(struct spk_step *step)
{
    const struct spk_err *refusal = step->seen.refusal;
    struct spk_part_progress *p = step->p;

    if (refusal->reason == SPK_DRY_RUN_UNSUPPORTED) {
        warn(step, "DRY_RUN_UNSUPPORTED", "was not checked", refusal);
        p->state = SPK_PART_UNCHECKED;
        return;
    }
    if (step->seen.http == STATUS_BAD_REQUEST && !p->not_strict) {
        p->not_strict = true;
        p->refusal = refusal;
        spk_step_perform(step, SPK_REQUEST_DRY_RUN);
        return;
    }
    warn(step, "DRY_RUN_REFUSED", "would be refused", refusal);
    p->state = SPK_PART_WOULD_FAIL;
}

/* Whether it is the object that was refused, not the caller or the way. */
static bool is_verdict(const struct spk_step *step)
{
    return step->seen.way != SPK_SEEN_REFUSED && step->seen.http >= STATUS_BAD_REQUEST &&
           step->seen.http != STATUS_UNAUTHORIZED;
}

void spk_on_dry_run_refused(struct spk_step *step)
{
    if (is_verdict(step))
        judge(step);
    else
        spk_step_give_up(step, step->seen.refusal);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/machine.h"

#include "deploy/dry_run.h"
#include "deploy/on_read.h"
#include "deploy/on_write.h"
#include "deploy/sequence.h"
#include "kubernetes/object.h"

#include <string.h>

void spk_machine_cancel(struct spk_machine *machine)
{
    machine->cancelled = true;
}

void spk_machine_unsent(struct spk_machine *machine, size_t part)
{
    machine->parts[part].turn = SPK_TURN_IDLE;
    machine->under_way--;
}

void spk_machine_init(struct spk_machine *machine, struct spk_part_progress *parts,
                      const struct spk_task *task)
{
    memset(parts, 0, (task->parts->n + 1) * sizeof(*parts));
    *machine = (struct spk_machine){
        .task = task,
        .parts = parts,
        .jitter = task->jitter_seed,
        .pod = task->parts->pod,
    };
    for (size_t i = 0; i < task->parts->n; i++)
        if (task->parts->items[i].kind == SPK_PART_POD)
            machine->pod_at = i;
}

void spk_machine_copy(struct spk_machine *to, struct spk_part_progress *parts,
                      const struct spk_machine *from)
{
    *to = *from;
    to->parts = parts;
    memcpy(parts, from->parts, (from->task->parts->n + 1) * sizeof(*parts));
}

/* ---- the table ---- */

static void send(struct spk_step *step)
{
    spk_step_perform(step, step->p->request);
}

#define ROW(request, seen, run, does)                                                         \
    {                                                                                         \
        SPK_REQUEST_##request, SPK_OBSERVED_##seen, run, does                                 \
    }
#define READ_ROWS(request, found, when_found, absent, when_absent)                            \
    ROW(request, WAITED, send, "read"), ROW(request, FOUND, found, when_found),               \
        ROW(request, ABSENT, absent, when_absent),                                            \
        ROW(request, UNCLEAR, spk_on_unclear, "wait, read again"),                            \
        ROW(request, STRANGER, spk_on_stranger, "wait, read again, once"),                    \
        ROW(request, REFUSED, spk_on_read_refused,                                            \
            "the end; while a write is unsettled: wait, read again")
#define PATCH_ROWS(request, done, when_done, failed, when_failed)                             \
    ROW(request, WAITED, send, "send"), ROW(request, DONE, done, when_done),                  \
        ROW(request, NOTHING, spk_on_again, "wait, send again"),                              \
        ROW(request, UNREADABLE, spk_on_unreadable, "read"),                                  \
        ROW(request, MISMATCH, spk_on_mismatch, "read, once"),                                \
        ROW(request, TAKEN, failed, when_failed),                                             \
        ROW(request, CONFLICT, spk_on_silence, "wait, read"),                                 \
        ROW(request, SILENCE, spk_on_silence, "wait, read"),                                  \
        ROW(request, DENIED, spk_on_denied, "read: else the end"),                            \
        ROW(request, ODD, spk_on_denied, "read: else the end"),                               \
        ROW(request, REFUSED, spk_on_refused, "the end; if in doubt: read")

static const struct spk_machine_row rows[] = {
    READ_ROWS(READ_APPLICATION, spk_on_application_found, "go on, if it is the one meant",
              spk_on_application_absent, "the end"),
    READ_ROWS(READ_NAME, spk_on_name_found, "say so, dry-run the parts", spk_dry_run_begin,
              "dry-run the parts"),
    ROW(DRY_RUN, WAITED, send, "send"),
    ROW(DRY_RUN, DONE, spk_on_dry_run_passed, "would pass"),
    ROW(DRY_RUN, NOTHING, spk_on_again, "wait, send again"),
    ROW(DRY_RUN, BUSY, spk_on_again, "wait, send again"),
    ROW(DRY_RUN, UNREADABLE, spk_on_dry_run_passed, "would pass"),
    ROW(DRY_RUN, MISMATCH, spk_on_dry_run_mismatch, "wait, send again, once"),
    ROW(DRY_RUN, TAKEN, spk_on_dry_run_passed, "would pass"),
    ROW(DRY_RUN, SILENCE, spk_on_again, "wait, send again"),
    ROW(DRY_RUN, DENIED, spk_on_dry_run_refused, "would fail"),
    ROW(DRY_RUN, QUOTA, spk_on_dry_run_refused, "would fail"),
    ROW(DRY_RUN, ODD, spk_on_dry_run_refused, "would fail"),
    ROW(DRY_RUN, REFUSED, spk_on_dry_run_refused, "would fail; or the end"),
    ROW(CREATE, WAITED, send, "send"),
    ROW(CREATE, DONE, spk_on_created, "created"),
    ROW(CREATE, NOTHING, spk_on_again, "wait, send again"),
    ROW(CREATE, BUSY, spk_on_again, "wait, send again"),
    ROW(CREATE, UNREADABLE, spk_on_unreadable, "read"),
    ROW(CREATE, MISMATCH, spk_on_mismatch, "read, once"),
    ROW(CREATE, TAKEN, spk_on_taken, "read what has the name"),
    ROW(CREATE, SILENCE, spk_on_silence, "wait, read"),
    ROW(CREATE, DENIED, spk_on_denied, "read: else the end"),
    ROW(CREATE, QUOTA, spk_on_denied, "read: else the end"),
    ROW(CREATE, ODD, spk_on_denied, "read: else the end"),
    ROW(CREATE, REFUSED, spk_on_refused, "the end; if in doubt: read"),
    READ_ROWS(READ, spk_on_found, "adopt, update, go on, or the end", spk_on_absent,
              "create; the end if that was refused or it is a driver that is gone"),
    PATCH_ROWS(UPDATE, spk_on_updated, "adopted", spk_on_update_failed, "read"),
    PATCH_ROWS(OPEN, spk_on_opened, "committed", spk_on_patch_failed, "read"),
    READ_ROWS(READ_GATE, spk_on_gate_found, "committed, or open it, or the end", spk_on_gone,
              "the end"),
    PATCH_ROWS(RELABEL, spk_on_relabelled, "done", spk_on_patch_failed, "read"),
    READ_ROWS(READ_LABEL, spk_on_label_found, "done, or relabel, or the end", spk_on_gone,
              "the end"),
};

const struct spk_machine_row *spk_machine_rows(size_t *n)
{
    *n = SPK_LEN(rows);
    return rows;
}

const char *spk_request_name(enum spk_machine_request request)
{
    static const char *const names[] = {
        [SPK_REQUEST_READ_APPLICATION] = "READ_APPLICATION",
        [SPK_REQUEST_READ_NAME] = "READ_NAME",
        [SPK_REQUEST_DRY_RUN] = "DRY_RUN",
        [SPK_REQUEST_CREATE] = "CREATE",
        [SPK_REQUEST_READ] = "READ",
        [SPK_REQUEST_UPDATE] = "UPDATE",
        [SPK_REQUEST_OPEN] = "OPEN",
        [SPK_REQUEST_READ_GATE] = "READ_GATE",
        [SPK_REQUEST_RELABEL] = "RELABEL",
        [SPK_REQUEST_READ_LABEL] = "READ_LABEL",
    };

    return names[request];
}

const char *spk_observation_name(enum spk_observation observation)
{
    static const char *const names[] = {
        [SPK_OBSERVED_WAITED] = "WAITED",     [SPK_OBSERVED_DONE] = "DONE",
        [SPK_OBSERVED_NOTHING] = "NOTHING",   [SPK_OBSERVED_BUSY] = "BUSY",
        [SPK_OBSERVED_MISMATCH] = "MISMATCH", [SPK_OBSERVED_UNREADABLE] = "UNREADABLE",
        [SPK_OBSERVED_TAKEN] = "TAKEN",       [SPK_OBSERVED_CONFLICT] = "CONFLICT",
        [SPK_OBSERVED_SILENCE] = "SILENCE",   [SPK_OBSERVED_DENIED] = "DENIED",
        [SPK_OBSERVED_QUOTA] = "QUOTA",       [SPK_OBSERVED_ODD] = "ODD",
        [SPK_OBSERVED_REFUSED] = "REFUSED",   [SPK_OBSERVED_FOUND] = "FOUND",
        [SPK_OBSERVED_ABSENT] = "ABSENT",     [SPK_OBSERVED_UNCLEAR] = "UNCLEAR",
        [SPK_OBSERVED_STRANGER] = "STRANGER",
    };

    return names[observation];
}

/* ---- observations ---- */

static bool is_write(enum spk_machine_request request)
{
    return request == SPK_REQUEST_DRY_RUN || request == SPK_REQUEST_CREATE ||
           request == SPK_REQUEST_UPDATE || request == SPK_REQUEST_OPEN ||
           request == SPK_REQUEST_RELABEL;
}

static bool is_create(enum spk_machine_request request)
{
    return request == SPK_REQUEST_CREATE || request == SPK_REQUEST_DRY_RUN;
}

/* Asked for PartialObjectMetadata, a server may send the whole object: both kinds are taken.
 */
static bool is_kind(const struct spk_step *step, const char *found, const char *asked)
{
    return spk_text_equal(found, asked) || (step->p->request == SPK_REQUEST_READ_APPLICATION &&
                                            spk_text_equal(found, "PartialObjectMetadata"));
}

/* Classify the body of an answer: a create must show our key, all others the name. */
static enum spk_seen_object object_seen(const struct spk_step *step)
{
    const struct spk_task *task = step->m->task;
    const struct spk_part *part = spk_step_part(step);
    const struct spk_claimant ours = {.key = task->key, .parts = task->parts};
    const cJSON *object = step->seen.object;

    if (!object || !spk_object_uid(object))
        return SPK_SEEN_NO_OBJECT;
    if (is_create(step->p->request))
        return spk_is_ours(&ours, part, object) ? SPK_SEEN_OURS : SPK_SEEN_MISMATCH;
    bool named =
        is_kind(step, spk_object_kind(object), spk_object_kind(part->object)) &&
        spk_text_equal(spk_object_name(object), spk_object_name(part->object)) &&
        spk_text_equal(spk_object_namespace(object), spk_object_namespace(part->object));
    return named ? SPK_SEEN_OURS : SPK_SEEN_MISMATCH;
}

static enum spk_observation observe_write(struct spk_step *step)
{
    enum spk_write write = is_create(step->p->request) ? SPK_WRITE_CREATE : SPK_WRITE_PATCH;
    const struct spk_outcome_rule *rule = spk_outcome_of(write, &step->seen);
    bool unless = rule->effect == SPK_EFFECT_UNLESS_RESENT;

    spk_note_effect(step, rule->effect);
    switch (rule->next) {
    case SPK_FOLLOW_NONE:
        return SPK_OBSERVED_DONE;
    case SPK_FOLLOW_RETRY:
        return unless ? SPK_OBSERVED_BUSY : SPK_OBSERVED_NOTHING;
    case SPK_FOLLOW_READ:
        if (step->seen.what == SPK_SEEN_MISMATCH)
            return SPK_OBSERVED_MISMATCH;
        return unless ? SPK_OBSERVED_TAKEN : SPK_OBSERVED_UNREADABLE;
    case SPK_FOLLOW_WAIT_READ:
        return unless ? SPK_OBSERVED_CONFLICT : SPK_OBSERVED_SILENCE;
    case SPK_FOLLOW_READ_FINAL:
        if (unless)
            return SPK_OBSERVED_QUOTA;
        return rule->effect == SPK_EFFECT_MAYBE ? SPK_OBSERVED_ODD : SPK_OBSERVED_DENIED;
    case SPK_FOLLOW_FINAL:
        break;
    }
    return SPK_OBSERVED_REFUSED;
}

/* An object that was seen, or seen to be absent, settles what was refused unless it was sent
 * twice; a request that nobody answered may still be under way. */
static void note_seen(struct spk_step *step)
{
    if (step->p->state == SPK_PART_UNSEEN)
        step->p->state = SPK_PART_UNTRIED;
    if (step->p->request == SPK_REQUEST_READ_GATE && step->m->gate == SPK_GATE_UNSEEN)
        step->m->gate = SPK_GATE_CLOSED;
}

static enum spk_observation observe_read(struct spk_step *step)
{
    switch (spk_outcome_of_read(&step->seen)) {
    case SPK_READ_FOUND:
        note_seen(step);
        return SPK_OBSERVED_FOUND;
    case SPK_READ_ABSENT:
        note_seen(step);
        return SPK_OBSERVED_ABSENT;
    case SPK_READ_UNCLEAR:
        return SPK_OBSERVED_UNCLEAR;
    case SPK_READ_MISMATCH:
        return SPK_OBSERVED_STRANGER;
    case SPK_READ_REFUSED:
        break;
    }
    return SPK_OBSERVED_REFUSED;
}

/* Note what an observation says about the way to the API server. */
static void note_way(struct spk_step *step)
{
    struct spk_machine *m = step->m;

    if (step->seen.way == SPK_SEEN_NOT_SENT)
        spk_step_refund(step);
    m->answered |= step->seen.http > 0;
    m->lasting = step->seen.lasting ? m->lasting + 1 : 0;
}

static enum spk_observation observe(struct spk_step *step)
{
    if (step->seen.waited)
        return SPK_OBSERVED_WAITED;
    note_way(step);
    step->seen.what = object_seen(step);
    return is_write(step->p->request) ? observe_write(step) : observe_read(step);
}

/* ---- steps ---- */

/* A gated Pod must not name its node. */
static bool check_gate(struct spk_step *step)
{
    const char *node =
        spk_json_string(spk_json_at(step->m->task->parts->pod, "spec.nodeName"));
    struct spk_err err;

    if (!spk_step_is_gated(step) || !node || *node == '\0')
        return true;
    (void)spk_fail(&err, SPK_GATES_UNSUPPORTED,
                   "the driver names the node '%.200s', so it cannot wait for its objects "
                   "behind a scheduling gate",
                   node);
    (void)spk_fail_at(&err, "spec.nodeName");
    spk_step_give_up(step, &err);
    return false;
}

static bool writes_nothing(const struct spk_task *task)
{
    return task->validate_only && !task->server_dry_run;
}

static void begin(struct spk_step *step)
{
    const struct spk_task *task = step->m->task;

    step->m->began_ms = step->now_ms;
    if (!check_gate(step))
        return;
    if (!task->application) {
        spk_sequence_start(step);
        return;
    }
    step->m->phase = SPK_PHASE_APPLICATION;
    spk_step_hold(step, task->parts->n);
    if (writes_nothing(task) || spk_step_has_time(step))
        spk_step_perform(step, SPK_REQUEST_READ_APPLICATION);
}

static void take(struct spk_step *step, enum spk_observation observation)
{
    const struct spk_machine_row *row = rows;
    const struct spk_machine_row *end = rows + SPK_LEN(rows);

    while (row < end && (row->request != step->p->request || row->seen != observation))
        row++;
    if (row == end) {
        spk_step_fail(step, SPK_KUBE_ERROR, "the submission met what it cannot meet");
        return;
    }
    step->out->row = row;
    row->run(step);
}

/* An answer that came while the end is waited for: what exists is told. */
static void take_last(struct spk_step *step, enum spk_observation observation)
{
    if (observation == SPK_OBSERVED_DONE && step->p->request == SPK_REQUEST_CREATE)
        spk_on_created(step);
}

/* Nothing that this step asked for is begun any more. */
static void drop_actions(struct spk_step *step)
{
    for (size_t i = 0; i < step->out->n; i++) {
        spk_step_hold(step, step->out->items[i].part);
        spk_step_refund(step);
        spk_machine_unsent(step->m, step->part);
    }
    step->out->n = 0;
}

static void end(struct spk_step *step)
{
    struct spk_machine *m = step->m;

    drop_actions(step);
    if (m->under_way > 0)
        return;
    if (m->err) {
        struct spk_err *err = spk_alloc(step->memory->arena, sizeof(*err));

        *err = *m->err;
        err->outcome = spk_machine_outcome(m);
        m->err = err;
    }
    m->phase = SPK_PHASE_OVER;
}

void spk_machine_next(struct spk_machine *machine, const struct spk_step_memory *memory,
                      const struct spk_seen *seen, int64_t now_ms, struct spk_actions *out)
{
    struct spk_step step = {.m = machine, .memory = memory, .now_ms = now_ms, .out = out};

    out->n = 0;
    out->stop = false;
    out->row = NULL;
    if (!seen) {
        begin(&step);
    } else {
        spk_step_hold(&step, seen->part);
        spk_machine_unsent(machine, seen->part);
        step.seen = *seen;
        enum spk_observation observation = observe(&step);
        if (spk_step_goes_on(&step))
            take(&step, observation);
        else
            take_last(&step, observation);
        if (spk_step_goes_on(&step))
            spk_sequence_advance(&step);
    }
    if (machine->phase == SPK_PHASE_ENDING)
        end(&step);
}

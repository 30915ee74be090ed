/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/step.h"

#include "deploy/budget.h"
#include "kubernetes/object.h"

#define MOST_LASTING 2 /* of tries that end alike */

/* Properties of the requests. */
static const struct request {
    enum spk_action_kind kind;
    enum spk_spent spent;
    bool write, dry_run, metadata_only;
} requests[] = {
    [SPK_REQUEST_READ_APPLICATION] = {SPK_ACTION_GET, SPK_SPENT_GET, false, false, true},
    [SPK_REQUEST_READ_NAME] = {SPK_ACTION_GET, SPK_SPENT_GET, false, false, false},
    [SPK_REQUEST_DRY_RUN] = {SPK_ACTION_CREATE, SPK_SPENT_POST, true, true, false},
    [SPK_REQUEST_CREATE] = {SPK_ACTION_CREATE, SPK_SPENT_POST, true, false, false},
    [SPK_REQUEST_READ] = {SPK_ACTION_GET, SPK_SPENT_GET, false, false, false},
    [SPK_REQUEST_UPDATE] = {SPK_ACTION_MERGE_PATCH, SPK_SPENT_PATCH, true, false, false},
    [SPK_REQUEST_OPEN] = {SPK_ACTION_JSON_PATCH, SPK_SPENT_PATCH, true, false, false},
    [SPK_REQUEST_READ_GATE] = {SPK_ACTION_GET, SPK_SPENT_GET, false, false, false},
    [SPK_REQUEST_RELABEL] = {SPK_ACTION_JSON_PATCH, SPK_SPENT_PATCH, true, false, false},
    [SPK_REQUEST_READ_LABEL] = {SPK_ACTION_GET, SPK_SPENT_GET, false, false, false},
};

bool spk_step_is_gated(const struct spk_step *step)
{
    return step->m->task->parts->variant == SPK_VARIANT_GATED_POD_FIRST;
}

const struct spk_part *spk_step_part(const struct spk_step *step)
{
    const struct spk_task *task = step->m->task;

    return step->part < task->parts->n ? &task->parts->items[step->part] : task->application;
}

void spk_step_hold(struct spk_step *step, size_t part)
{
    step->part = part;
    step->p = &step->m->parts[part];
}

bool spk_step_goes_on(const struct spk_step *step)
{
    return step->m->phase != SPK_PHASE_ENDING;
}

static bool is_under_way(const struct spk_part_progress *p, enum spk_machine_request request)
{
    return p->turn == SPK_TURN_UNDER_WAY && p->request == request;
}

/* Whether a create of a part may have had an effect that is not known yet. */
static bool may_exist(const struct spk_part_progress *p)
{
    return p->state == SPK_PART_UNSEEN || p->state == SPK_PART_UNSETTLED ||
           is_under_way(p, SPK_REQUEST_CREATE);
}

/* Whether a create of a part had its effect, or may have had it. */
static bool is_made(const struct spk_part_progress *p)
{
    return p->state == SPK_PART_STORED || p->state == SPK_PART_CREATED ||
           p->state == SPK_PART_FOUND;
}

bool spk_machine_may_be_open(const struct spk_machine *machine)
{
    return machine->gate != SPK_GATE_CLOSED ||
           is_under_way(&machine->parts[machine->pod_at], SPK_REQUEST_OPEN);
}

enum spk_outcome spk_machine_outcome(const struct spk_machine *machine)
{
    bool gated = machine->task->parts->variant == SPK_VARIANT_GATED_POD_FIRST;
    const struct spk_part_progress *pod = &machine->parts[machine->pod_at];

    if (machine->gate >= SPK_GATE_OPENED || (!gated && is_made(pod)))
        return SPK_CREATED;
    if (spk_machine_may_be_open(machine) || (!gated && may_exist(pod)))
        return SPK_OUTCOME_UNKNOWN;
    for (size_t i = 0; i < machine->task->parts->n; i++)
        if (is_made(&machine->parts[i]) || may_exist(&machine->parts[i]))
            return SPK_PARTIAL;
    return SPK_NOT_CREATED;
}

bool spk_step_is_unsettled(const struct spk_step *step)
{
    const struct spk_part_progress *p = step->p;

    switch (p->request) {
    case SPK_REQUEST_OPEN:
    case SPK_REQUEST_READ_GATE:
        return spk_machine_may_be_open(step->m);
    case SPK_REQUEST_CREATE:
    case SPK_REQUEST_READ:
    case SPK_REQUEST_UPDATE:
        return may_exist(p) || p->state == SPK_PART_STORED;
    case SPK_REQUEST_READ_APPLICATION:
    case SPK_REQUEST_READ_NAME:
    case SPK_REQUEST_DRY_RUN:
    case SPK_REQUEST_RELABEL:
    case SPK_REQUEST_READ_LABEL:
        break;
    }
    return false;
}

/* Nothing new is started; the machine is over when nothing is under way. */
void spk_step_finish(struct spk_step *step)
{
    if (!spk_step_goes_on(step))
        return;
    step->m->phase = SPK_PHASE_ENDING;
    step->out->stop = step->m->under_way > 0;
}

void spk_step_give_up(struct spk_step *step, const struct spk_err *err)
{
    if (!spk_step_goes_on(step))
        return;
    struct spk_err *kept = spk_alloc(step->memory->arena, sizeof(*kept));
    *kept = *err;
    step->m->err = kept;
    spk_step_finish(step);
}

void spk_step_fail(struct spk_step *step, enum spk_reason reason, const char *why)
{
    struct spk_err err;

    spk_fail(&err, reason, "%s", why);
    spk_step_give_up(step, &err);
}

/* Report the error of the last try rather than "out of time" or "out of budget". */
static void give_up_trying(struct spk_step *step, enum spk_reason reason, const char *why)
{
    if (step->p->last_error)
        spk_step_give_up(step, step->p->last_error);
    else
        spk_step_fail(step, reason, why);
}

static void out_of_time(struct spk_step *step)
{
    if (step->m->writes == 0 && !step->p->last_error)
        spk_step_fail(step, SPK_DEADLINE_BEFORE_START,
                      "the deadline leaves no time to create anything");
    else
        give_up_trying(step, SPK_DEADLINE_DURING_SUBMIT,
                       "the deadline passed before everything was created");
}

bool spk_step_has_time(struct spk_step *step)
{
    if (spk_write_timeout_s(step->m->task->deadline_ms - step->now_ms))
        return true;
    out_of_time(step);
    return false;
}

void spk_step_note_pod(struct spk_step *step, const cJSON *pod)
{
    static const char *const paths[][2] = {
        {"metadata", "name"},   {"metadata", "namespace"},
        {"metadata", "uid"},    {"metadata", "creationTimestamp"},
        {"metadata", "labels"}, {"spec", "schedulingGates"},
        {"status", "phase"},
    };
    struct spk_arena *arena = step->memory->arena;
    cJSON *noted = spk_json_new_object(arena);

    for (size_t i = 0; i < SPK_LEN(paths); i++) {
        const cJSON *value = spk_json_get(spk_json_get(pod, paths[i][0]), paths[i][1]);

        if (value)
            spk_json_set(spk_json_child(noted, paths[i][0]), paths[i][1],
                         spk_json_copy(arena, value));
    }
    step->m->pod = noted;
}

static unsigned *count_of(struct spk_part_progress *p, enum spk_spent spent)
{
    switch (spent) {
    case SPK_SPENT_POST:
        return &p->posts;
    case SPK_SPENT_GET:
        return &p->gets;
    case SPK_SPENT_PATCH:
        return &p->patches;
    case SPK_SPENT_NOTHING:
        break;
    }
    return NULL;
}

/* Whether the object, and the call as a whole, may have one more request; counts it. How a
 * write ended is asked until the time is up. */
static bool spend(struct spk_step *step, enum spk_machine_request request)
{
    struct spk_machine *m = step->m;
    enum spk_spent spent = requests[request].spent;
    unsigned *count = count_of(step->p, spent);
    unsigned most = spent == SPK_SPENT_GET ? SPK_MAX_GETS : SPK_MAX_POSTS;

    step->p->spent = SPK_SPENT_NOTHING;
    if (spent == SPK_SPENT_GET && spk_step_is_unsettled(step))
        return true;
    if (*count >= most || m->requests >= 8 + 4 * m->task->parts->n) {
        give_up_trying(step, SPK_KUBE_ERROR,
                       "too many requests were needed for one submission");
        return false;
    }
    step->p->spent = spent;
    ++*count;
    m->requests++;
    return true;
}

void spk_step_refund(struct spk_step *step)
{
    unsigned *count = count_of(step->p, step->p->spent);

    if (!count)
        return;
    --*count;
    step->m->requests--;
    step->p->spent = SPK_SPENT_NOTHING;
}

/* A step does one thing about each part, so there is always room. */
static struct spk_action *add_action(struct spk_step *step, enum spk_turn turn,
                                     enum spk_machine_request request)
{
    struct spk_action *action = &step->out->items[step->out->n++];

    step->p->request = request;
    step->p->turn = turn;
    step->m->under_way++;
    *action = (struct spk_action){.part = step->part, .try = step->p->tries + 1};
    return action;
}

static bool is_cancelled(struct spk_step *step)
{
    if (step->m->cancelled)
        spk_step_fail(step, SPK_CALL_CANCELLED, "the call was cancelled");
    return step->m->cancelled;
}

void spk_step_perform(struct spk_step *step, enum spk_machine_request request)
{
    struct spk_machine *m = step->m;
    const struct request *is = &requests[request];
    int64_t remaining = m->task->deadline_ms - step->now_ms;
    int timeout_s = is->write ? spk_write_timeout_s(remaining) : 0;
    int64_t limit_ms = timeout_s ? (int64_t)timeout_s * 1000 + 1000 : 0;

    if (!spk_step_goes_on(step) || is_cancelled(step))
        return;
    if (!is->write)
        limit_ms = spk_read_limit_ms(remaining);
    if (limit_ms == 0) {
        out_of_time(step);
        return;
    }
    if (!spend(step, request))
        return;
    m->writes += is->write && !is->dry_run;
    struct spk_action *action = add_action(step, SPK_TURN_UNDER_WAY, request);
    action->kind = is->kind;
    action->timeout_s = timeout_s;
    action->limit_ms = limit_ms;
    action->dry_run = is->dry_run;
    action->strict = is->dry_run && !step->p->not_strict;
    action->metadata_only = is->metadata_only;
}

/* How long a wait for a request may last. */
static int64_t longest_wait_ms(const struct spk_step *step, enum spk_machine_request request)
{
    const struct spk_machine *m = step->m;
    const struct spk_task *task = m->task;
    int64_t longest =
        spk_longest_wait_ms(task->deadline_ms - step->now_ms, requests[request].write);
    int64_t left = m->began_ms + task->first_answer_ms - step->now_ms;

    if (m->answered || task->first_answer_ms == 0 || spk_step_is_unsettled(step) ||
        left > longest)
        return longest;
    return left > 0 ? left : 0;
}

/* Nothing was sent, and nothing ever will be. */
static bool is_hopeless(const struct spk_step *step)
{
    return step->m->lasting >= MOST_LASTING && !spk_step_is_unsettled(step);
}

/* A wait that a server asks for is not cut short: it is kept or not begun; but what was not
 * sent is tried, and an unsettled write looked for, once more at the end. */
void spk_step_back_off(struct spk_step *step, enum spk_machine_request request)
{
    struct spk_machine *m = step->m;
    int64_t wait_ms = spk_backoff_ms(step->p->tries, step->seen.retry_after_ms, &m->jitter);
    int64_t longest_ms = longest_wait_ms(step, request);
    bool persists = spk_step_is_unsettled(step) || step->seen.way == SPK_SEEN_NOT_SENT;

    if (step->seen.refusal)
        step->p->last_error = step->seen.refusal;
    if (!spk_step_goes_on(step) || is_cancelled(step))
        return;
    if (longest_ms == 0 || (wait_ms > longest_ms && !persists) || is_hopeless(step)) {
        out_of_time(step);
        return;
    }
    if (wait_ms > longest_ms)
        wait_ms = longest_ms;
    step->p->tries++;
    m->retries++;
    struct spk_action *action = add_action(step, SPK_TURN_WAITING, request);
    action->kind = SPK_ACTION_WAIT;
    action->wait_ms = wait_ms;
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

bool spk_step_mismatches_again(struct spk_step *step)
{
    if (++step->p->mismatches < 2)
        return false;
    const cJSON *asked = spk_step_part(step)->object, *seen = step->seen.object;
    struct spk_err err;

    spk_fail(&err, SPK_KUBE_ERROR,
             "what answers for the API server was asked about %s '%.128s' and showed %.64s "
             "'%.128s' with uid '%.63s', which is not of this submission",
             spk_object_kind(asked), spk_object_name(asked), or_none(spk_object_kind(seen)),
             or_none(spk_object_name(seen)), or_none(spk_object_uid(seen)));
    spk_err_note(&err, step->memory->arena, "kind", spk_object_kind(asked));
    spk_err_note(&err, step->memory->arena, "name", spk_object_name(asked));
    spk_step_give_up(step, &err);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/step.h"

#include "deploy/budget.h"
#include "kubernetes/marks.h"
#include "kubernetes/object.h"
#include "json/write.h"

#include <string.h>

#define MOST_LASTING 2 /* of tries that end alike */

bool spk_turn_is_gated(const struct spk_turn *turn)
{
    return turn->m->task->parts->variant == SPK_VARIANT_GATED_POD_FIRST;
}

const struct spk_part *spk_turn_part(const struct spk_turn *turn)
{
    const struct spk_task *task = turn->m->task;

    return turn->m->at < task->parts->n ? &task->parts->items[turn->m->at] : task->application;
}

void spk_turn_hold(struct spk_turn *turn, size_t at)
{
    turn->m->at = at;
    turn->p = &turn->m->progress[at];
}

static bool is_under_way(const struct spk_machine *machine, enum spk_intent intent)
{
    return machine->in_flight && machine->intent == intent;
}

/* Whether a create of the part at an index may have had an effect that is not known yet. */
static bool may_exist(const struct spk_machine *machine, size_t at)
{
    const struct spk_progress *progress = &machine->progress[at];

    return progress->maybe || progress->unseen ||
           (is_under_way(machine, SPK_TO_CREATE) && machine->at == at);
}

bool spk_machine_may_be_open(const struct spk_machine *machine)
{
    return machine->opened || machine->opens_maybe || machine->opens_unseen ||
           is_under_way(machine, SPK_TO_OPEN);
}

enum spk_outcome spk_machine_outcome(const struct spk_machine *machine)
{
    bool gated = machine->task->parts->variant == SPK_VARIANT_GATED_POD_FIRST;

    if (machine->committed || machine->opened ||
        (!gated && machine->progress[machine->pod_at].created))
        return SPK_CREATED;
    if (spk_machine_may_be_open(machine) || (!gated && may_exist(machine, machine->pod_at)))
        return SPK_OUTCOME_UNKNOWN;
    for (size_t i = 0; i < machine->task->parts->n; i++)
        if (machine->progress[i].created || may_exist(machine, i))
            return SPK_PARTIAL;
    return SPK_NOT_CREATED;
}

bool spk_turn_is_unsettled(const struct spk_turn *turn)
{
    const struct spk_machine *m = turn->m;

    if (m->phase == SPK_PHASE_OPEN)
        return spk_machine_may_be_open(m);
    return m->phase == SPK_PHASE_ENSURE &&
           (may_exist(m, m->at) || (turn->p->created && !turn->p->uid));
}

void spk_turn_finish(struct spk_turn *turn)
{
    turn->m->phase = SPK_PHASE_OVER;
    turn->action = (struct spk_action){.kind = SPK_ACTION_DONE};
}

void spk_turn_give_up(struct spk_turn *turn, const struct spk_err *err)
{
    turn->m->phase = SPK_PHASE_OVER;
    turn->m->err = *err;
    turn->m->err.outcome = spk_machine_outcome(turn->m);
    turn->action = (struct spk_action){.kind = SPK_ACTION_FAIL};
}

void spk_turn_give_up_because(struct spk_turn *turn, enum spk_reason reason, const char *why)
{
    struct spk_err err;

    spk_fail(&err, reason, "%s", why);
    spk_turn_give_up(turn, &err);
}

/* Report the error of the last try rather than "out of time" or "out of budget". */
static void give_up_trying(struct spk_turn *turn, enum spk_reason reason, const char *why)
{
    if (turn->m->trouble.reason)
        spk_turn_give_up(turn, &turn->m->trouble);
    else
        spk_turn_give_up_because(turn, reason, why);
}

static void out_of_time(struct spk_turn *turn)
{
    if (turn->m->writes == 0 && !turn->m->trouble.reason)
        spk_turn_give_up_because(turn, SPK_DEADLINE_BEFORE_START,
                                 "the deadline leaves no time to create anything");
    else
        give_up_trying(turn, SPK_DEADLINE_DURING_SUBMIT,
                       "the deadline passed before everything was created");
}

bool spk_turn_has_time(struct spk_turn *turn)
{
    if (spk_write_timeout_s(turn->m->task->deadline_ms - turn->now_ms))
        return true;
    out_of_time(turn);
    return false;
}

void spk_turn_note_pod(struct spk_turn *turn, const cJSON *pod)
{
    static const char *const paths[][2] = {
        {"metadata", "name"},   {"metadata", "namespace"},
        {"metadata", "uid"},    {"metadata", "creationTimestamp"},
        {"metadata", "labels"}, {"spec", "schedulingGates"},
        {"status", "phase"},
    };
    struct spk_arena *arena = turn->m->arena;
    cJSON *noted = spk_json_new_object(arena);

    for (size_t i = 0; i < SPK_LEN(paths); i++) {
        const cJSON *value = spk_json_get(spk_json_get(pod, paths[i][0]), paths[i][1]);

        if (value)
            spk_json_set(spk_json_child(noted, paths[i][0]), paths[i][1],
                         spk_json_copy(arena, value));
    }
    turn->m->pod = noted;
}

/* Children of a gated Pod name it as owner once it has a uid; without one, which is where its
 * dry run was refused, theirs name none. */
static void fill_owner(const struct spk_machine *m, cJSON *object)
{
    const char *uid = m->progress[m->pod_at].uid;
    cJSON *owners = spk_json_find(spk_json_find(object, "metadata"), "ownerReferences");
    cJSON *owner = owners ? owners->child : NULL, *next;

    if (m->task->parts->variant != SPK_VARIANT_GATED_POD_FIRST)
        return;
    for (; owner; owner = next) {
        next = owner->next;
        if (!spk_text_equal(spk_json_get_text(owner, "kind"), "Pod") ||
            !spk_text_equal(spk_json_get_text(owner, "name"),
                            spk_object_name(m->task->parts->pod)))
            continue;
        if (uid)
            spk_json_text(owner, "uid", uid);
        else
            spk_json_unlink(owners, owner);
    }
}

static void add_operation(cJSON *patch, const char *op, const char *path, const char *value)
{
    cJSON *operation = spk_json_push_object(patch);

    spk_json_text(operation, "op", op);
    spk_json_text(operation, "path", path);
    spk_json_text(operation, "value", value);
}

/* The gate's place is taken from the Pod as last read: other controllers have gates too. */
static const char *open_patch(struct spk_machine *m)
{
    cJSON *patch = spk_json_new_array(m->arena);
    const char *gate =
        spk_printf(m->arena, "/spec/schedulingGates/%d", spk_gate_index(m->pod));

    add_operation(patch, "test", "/metadata/uid", spk_object_uid(m->pod));
    add_operation(patch, "test", spk_printf(m->arena, "%s/name", gate), SPK_GATE);
    add_operation(patch, "remove", gate, NULL);
    return spk_json_write(m->scratch, patch);
}

static const char *relabel_patch(struct spk_machine *m)
{
    cJSON *patch = spk_json_new_array(m->arena);
    const char *old = spk_submission_label(m->pod);

    add_operation(patch, "test", "/metadata/uid", spk_object_uid(m->pod));
    if (old)
        add_operation(patch, "test", SPK_POINTER_SUBMISSION_ID, old);
    add_operation(patch, old ? "replace" : "add", SPK_POINTER_SUBMISSION_ID,
                  m->task->key->submission_id);
    return spk_json_write(m->scratch, patch);
}

static const char *body_of(struct spk_turn *turn, enum spk_intent intent)
{
    struct spk_machine *m = turn->m;
    cJSON *object = spk_turn_part(turn)->object;

    switch (intent) {
    case SPK_TO_CREATE:
        fill_owner(m, object);
        return spk_json_write(m->scratch, object);
    case SPK_TO_UPDATE:
        return spk_json_write(m->scratch, m->update);
    case SPK_TO_OPEN:
        return open_patch(m);
    case SPK_TO_RELABEL:
        return relabel_patch(m);
    case SPK_TO_LOOK:
        break;
    }
    return NULL;
}

static const enum spk_action_kind action_kinds[] = {
    [SPK_TO_CREATE] = SPK_ACTION_CREATE,      [SPK_TO_LOOK] = SPK_ACTION_GET,
    [SPK_TO_UPDATE] = SPK_ACTION_MERGE_PATCH, [SPK_TO_OPEN] = SPK_ACTION_JSON_PATCH,
    [SPK_TO_RELABEL] = SPK_ACTION_JSON_PATCH,
};

/* Whether the object, and the call as a whole, may have one more request; counts it. How a
 * write of ours ended is asked until the time is up. */
static bool spend(struct spk_turn *turn, enum spk_intent intent)
{
    struct spk_machine *m = turn->m;
    unsigned *count = intent == SPK_TO_LOOK     ? &turn->p->gets
                      : intent == SPK_TO_CREATE ? &turn->p->posts
                                                : &turn->p->patches;
    unsigned most = intent == SPK_TO_LOOK ? SPK_MAX_GETS : SPK_MAX_POSTS;

    m->spent = NULL;
    if (intent == SPK_TO_LOOK && spk_turn_is_unsettled(turn))
        return true;
    if (*count >= most || m->requests >= 8 + 4 * m->task->parts->n) {
        give_up_trying(turn, SPK_KUBE_ERROR,
                       "too many requests were needed for one submission");
        return false;
    }
    m->spent = count;
    ++*count;
    m->requests++;
    return true;
}

void spk_turn_refund(struct spk_turn *turn)
{
    struct spk_machine *m = turn->m;

    if (!m->spent)
        return;
    --*m->spent;
    m->requests--;
    m->spent = NULL;
}

void spk_turn_perform(struct spk_turn *turn, enum spk_intent intent)
{
    struct spk_machine *m = turn->m;
    int64_t remaining = m->task->deadline_ms - turn->now_ms;
    int timeout_s = intent == SPK_TO_LOOK ? 0 : spk_write_timeout_s(remaining);
    int64_t limit_ms = timeout_s ? (int64_t)timeout_s * 1000 + 1000 : 0;

    if (intent == SPK_TO_LOOK)
        limit_ms = spk_read_limit_ms(remaining);
    if (m->cancelled) {
        spk_turn_give_up_because(turn, SPK_CALL_CANCELLED, "the call was cancelled");
        return;
    }
    if (limit_ms == 0) {
        out_of_time(turn);
        return;
    }
    if (!spend(turn, intent))
        return;
    m->intent = intent;
    m->writes += intent != SPK_TO_LOOK && m->phase != SPK_PHASE_REHEARSE;
    turn->action = (struct spk_action){
        .kind = action_kinds[intent],
        .part = spk_turn_part(turn),
        .body = body_of(turn, intent),
        .timeout_s = timeout_s,
        .limit_ms = limit_ms,
        .dry_run = m->phase == SPK_PHASE_REHEARSE,
        .strict = m->phase == SPK_PHASE_REHEARSE && !turn->p->lenient,
        .metadata_only = m->phase == SPK_PHASE_VERIFY,
    };
}

/* How long a wait for intent may last. */
static int64_t longest_wait_ms(const struct spk_turn *turn, enum spk_intent intent)
{
    const struct spk_machine *m = turn->m;
    const struct spk_task *task = m->task;
    int64_t longest =
        spk_longest_wait_ms(task->deadline_ms - turn->now_ms, intent != SPK_TO_LOOK);
    int64_t left = m->began_ms + task->first_answer_ms - turn->now_ms;

    if (m->answered || task->first_answer_ms == 0 || spk_turn_is_unsettled(turn) ||
        left > longest)
        return longest;
    return left > 0 ? left : 0;
}

/* Nothing was sent, and nothing ever will be. */
static bool is_hopeless(const struct spk_turn *turn)
{
    return turn->m->lasting >= MOST_LASTING && !spk_turn_is_unsettled(turn);
}

/* Wait, then do what intent says. A wait that a server asks for is not cut short: it is
 * kept or not begun; but what was not sent is tried, and an unsettled write looked for, once
 * more at the end. */
void spk_turn_back_off(struct spk_turn *turn, enum spk_intent intent)
{
    struct spk_machine *m = turn->m;
    int64_t wait_ms = spk_backoff_ms(turn->p->tries, turn->seen.retry_after_ms, &m->jitter);
    int64_t longest_ms = longest_wait_ms(turn, intent);
    bool persists = spk_turn_is_unsettled(turn) || turn->seen.way == SPK_SEEN_NOT_SENT;

    if (turn->seen.refusal)
        m->trouble = *turn->seen.refusal;
    if (m->cancelled) {
        spk_turn_give_up_because(turn, SPK_CALL_CANCELLED, "the call was cancelled");
        return;
    }
    if (longest_ms == 0 || (wait_ms > longest_ms && !persists) || is_hopeless(turn)) {
        out_of_time(turn);
        return;
    }
    if (wait_ms > longest_ms)
        wait_ms = longest_ms;
    turn->p->tries++;
    m->retries++;
    m->waiting = true;
    m->intent = intent;
    turn->action = (struct spk_action){.kind = SPK_ACTION_WAIT, .wait_ms = wait_ms};
}

static const char *or_none(const char *text)
{
    return text ? text : "";
}

/* Another object than the one asked for: once may be a cache on the way. */
bool spk_turn_is_strange_again(struct spk_turn *turn)
{
    if (++turn->p->strange < 2)
        return false;
    const cJSON *asked = spk_turn_part(turn)->object, *seen = turn->seen.object;
    struct spk_err err;

    spk_fail(&err, SPK_KUBE_ERROR,
             "what answers for the API server was asked about %s '%.128s' and showed %.64s "
             "'%.128s' with uid '%.63s', which is not of this submission",
             spk_object_kind(asked), spk_object_name(asked), or_none(spk_object_kind(seen)),
             or_none(spk_object_name(seen)), or_none(spk_object_uid(seen)));
    spk_err_note(&err, turn->m->arena, "kind", spk_object_kind(asked));
    spk_err_note(&err, turn->m->arena, "name", spk_object_name(asked));
    spk_turn_give_up(turn, &err);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "actor.h"

#include "apiserver/http/status.h"
#include "kubernetes/object.h"
#include "properties.h"

#include <assert.h>
#include <stdio.h>

/* Three moments are enough: time only matters where it ends something. */
#define START_MS    1000000
#define DEADLINE_MS (START_MS + 600000)
#define LATE_MS     (DEADLINE_MS - 2000) /* reads only */
#define OVER_MS     DEADLINE_MS

#define DRY_RUN_NUMBER 250 /* of uid and resourceVersion */

static const int64_t moments[MOMENTS] = {START_MS, LATE_MS, OVER_MS};

static const enum verb verbs[] = {
    [SPK_ACTION_CREATE] = VERB_CREATE,
    [SPK_ACTION_GET] = VERB_READ,
    [SPK_ACTION_JSON_PATCH] = VERB_JSON_PATCH,
    [SPK_ACTION_MERGE_PATCH] = VERB_MERGE_PATCH,
};

/* What the API server is to understand. */
static struct request decode(const struct exploration *x, const struct actor *actor,
                             unsigned rendering, const struct spk_action *action,
                             const char *body, struct spk_arena *arena)
{
    struct request request = {
        .verb = verbs[action->kind],
        .call = actor->call,
        .part = (uint8_t)action->part,
        .slot = (uint8_t)objects_slot(&x->renderings, rendering, action->part),
        .metadata_only = action->metadata_only,
        .dry_run = action->dry_run,
    };

    switch (request.verb) {
    case VERB_CREATE:
    case VERB_UPDATE:
    case VERB_MERGE_PATCH:
        request.wish =
            objects_read(arena, &x->renderings, body, &request.version, &request.uid);
        break;
    case VERB_JSON_PATCH:
        objects_read_patch(arena, body, &request);
        break;
    case VERB_DELETE:
        objects_read_delete(arena, body, &request);
        break;
    case VERB_READ:
        break;
    }
    return request;
}

static void send(struct exploration *x, struct state *state, unsigned who,
                 const struct spk_action *action, struct spk_arena *arena)
{
    struct actor *actor = &state->actors[who];
    unsigned rendering = state->calls[actor->call].rendering;
    const char *body = spk_machine_body(&actor->machine, action, arena);
    struct request request = decode(x, actor, rendering, action, body, arena);

    assert(actor->n_pending < SPK_LEN(actor->pending));
    actor->pending[actor->n_pending++] = request;
    if (request.verb == VERB_CREATE)
        actor->posts[request.part]++;
    properties_check(x, state,
                     &(struct happening){.kind = HAPPENED_SENT,
                                         .request = &request,
                                         .timeout_s = action->timeout_s,
                                         .body = body,
                                         .who = who});
}

static void finish(struct exploration *x, struct state *state, unsigned who)
{
    struct actor *actor = &state->actors[who];
    struct call_record *call = &state->calls[actor->call];
    const struct spk_machine *machine = &actor->machine;

    call->told = machine->err ? TOLD_ERROR : TOLD_OK;
    call->outcome = machine->err ? machine->err->outcome : SPK_CREATED;
    call->reason = machine->err ? machine->err->reason : SPK_NO_REASON;
    call->adopted = machine->adopted;
    call->uid = objects_number(spk_object_uid(machine->pod));
    properties_check(x, state, &(struct happening){.kind = HAPPENED_TOLD, .call = call});
    /* Nothing of it is looked at again. */
    *actor = (struct actor){.call = actor->call};
}

static void note_row(struct exploration *x, const struct spk_machine_row *row, bool expected)
{
    size_t n;

    if (row && x->rows)
        x->rows[row - spk_machine_rows(&n)]++;
    if (row || !expected || x->broken)
        return;
    x->broken = "table";
    (void)snprintf(x->why, sizeof(x->why), "a step that is not in the machine's table");
}

/* Take an observation in, and all ends of waits that follow: what others do during a wait they
 * can as well do after it. */
static void observe(struct exploration *x, struct state *state, unsigned who,
                    const struct spk_seen *seen, struct spk_arena *arena)
{
    struct actor *actor = &state->actors[who];
    struct spk_warnings warnings = {0};
    struct spk_step_memory memory = {arena, &warnings};
    size_t waits[SPK_MAX_WIDTH], n_waits = 0;
    struct spk_seen waited = {.waited = true};

    for (;;) {
        struct spk_actions actions = {0};

        enum spk_phase phase = actor->machine.phase;
        actor->machine.jitter = 1; /* waits do not depend on what came before */
        spk_machine_next(&actor->machine, &memory, seen, moments[actor->delays], &actions);
        note_row(x, actions.row, seen && phase != SPK_PHASE_ENDING);
        for (size_t i = 0; i < actions.n; i++)
            if (actions.items[i].kind == SPK_ACTION_WAIT)
                waits[n_waits++] = actions.items[i].part;
            else
                send(x, state, who, &actions.items[i], arena);
        if (n_waits == 0)
            break;
        waited.part = waits[--n_waits];
        seen = &waited;
    }
    if (actor->machine.phase == SPK_PHASE_OVER)
        finish(x, state, who);
}

void actor_begin(struct exploration *x, struct state *state, unsigned who, bool retry,
                 struct spk_arena *arena)
{
    struct actor *actor = &state->actors[who];
    uint8_t call = actor->call;

    *actor = (struct actor){.call = call, .running = true};
    spk_machine_init(&actor->machine, actor->parts,
                     &x->tasks[state->calls[call].rendering][retry]);
    observe(x, state, who, NULL, arena);
}

/* As the client of lib/apiserver tells it. */
static void fill_reply(struct spk_api_reply *reply, const struct verdict *verdict,
                       enum fault fault)
{
    const struct fault_rule *rule = &fault_rules[fault];
    bool real = fault == FAULT_NONE || (fault == FAULT_CUT && verdict->http >= 300);

    *reply = (struct spk_api_reply){.transport = real ? SPK_API_ANSWERED : rule->transport,
                                    .http = rule->http,
                                    .reason = rule->reason,
                                    .message = rule->message,
                                    .details_kind = "",
                                    .details_name = "",
                                    .trouble = "explored"};
    if (real || fault == FAULT_CUT)
        reply->http = verdict->http;
    if (real)
        reply->reason = reply->message = verdict->reason;
}

static const enum spk_seen_way ways[] = {
    [SPK_API_ANSWERED] = SPK_SEEN_ANSWER,         [SPK_API_NOT_SENT] = SPK_SEEN_NOT_SENT,
    [SPK_API_INTERRUPTED] = SPK_SEEN_INTERRUPTED, [SPK_API_TRUNCATED] = SPK_SEEN_CUT,
    [SPK_API_REFUSED] = SPK_SEEN_REFUSED,         [SPK_API_CANCELLED] = SPK_SEEN_NOT_SENT,
};

/* A dry run shows what would be there. */
static const cJSON *show(const struct exploration *x, const struct verdict *verdict,
                         const struct request *request, struct spk_arena *arena)
{
    struct thing thing = verdict->shown;

    if (request->dry_run) {
        thing = request->wish;
        thing.uid = thing.version = DRY_RUN_NUMBER;
    }
    return objects_show(arena, &x->renderings, &thing, request->slot, request->metadata_only);
}

static const cJSON *somebody_elses(struct spk_arena *arena)
{
    cJSON *object = spk_object(arena, "v1", "Pod", "other");

    spk_json_text(spk_json_child(object, "metadata"), "uid", "of-a-cache");
    return object;
}

void actor_answer(struct exploration *x, struct state *state, unsigned who, unsigned which,
                  const struct verdict *verdict, enum fault fault, struct spk_arena *arena)
{
    struct actor *actor = &state->actors[who];
    struct request request = actor->pending[which];
    struct spk_api_reply reply;

    fill_reply(&reply, verdict, fault);
    for (unsigned i = which + 1; i < actor->n_pending; i++)
        actor->pending[i - 1] = actor->pending[i];
    actor->pending[--actor->n_pending] = (struct request){0};
    if (request.verb == VERB_CREATE)
        actor->doubt[request.part] = fault_rules[fault].leaves_doubt;
    if (request.verb == VERB_READ && fault == FAULT_NONE)
        actor->doubt[request.part] = false;
    struct spk_seen seen = {.part = request.part,
                            .way = ways[reply.transport],
                            .http = reply.http,
                            .reason = reply.reason,
                            .message = reply.message};
    if (fault == FAULT_NONE && reply.http < 300)
        seen.object = show(x, verdict, &request, arena);
    if (fault == FAULT_OTHER)
        seen.object = somebody_elses(arena);
    if (reply.http == 0 || reply.http >= 300) {
        struct spk_err *refusal = spk_alloc(arena, sizeof(*refusal));
        const cJSON *object = spk_machine_object(&actor->machine, request.part);

        (void)spk_status_fail(&reply,
                              spk_resource_find(spk_json_get_text(object, "apiVersion"),
                                                spk_object_kind(object)),
                              arena, refusal);
        seen.refusal = refusal;
    }
    observe(x, state, who, &seen, arena);
}

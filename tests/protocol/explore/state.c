/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include "actor.h"
#include "kubernetes/object.h"
#include "properties.h"

#include <assert.h>
#include <string.h>

#define APPLICATION_UID "u1u"
#define DEADLINE_MS     1600000 /* as in actor.c */

/* All children at once. */
static void widen(struct spk_parts *parts)
{
    for (size_t i = 0; i < parts->n; i++)
        parts->waves[i] = (parts->items[i].kind == SPK_PART_POD) !=
                          (parts->variant == SPK_VARIANT_GATED_POD_FIRST);
}

void exploration_open(struct exploration *x, const struct setting *setting)
{
    const char *uid = setting->application ? APPLICATION_UID : NULL;

    *x = (struct exploration){.setting = setting,
                              .arena = SPK_ARENA_LIMIT((size_t)1 << 20),
                              .renderings = {.n = setting->n_renderings}};
    x->application =
        (struct spk_part){.kind = SPK_PART_CONTROLLER,
                          .object = spk_object(&x->arena, "sparkoperator.k8s.io/v1beta2",
                                               "SparkApplication", "pi")};
    spk_json_text(spk_json_child(x->application.object, "metadata"), "namespace", WORLD_NS);
    for (unsigned i = 0; i < setting->n_renderings; i++) {
        struct rendering *rendering = &x->renderings.items[i];

        rendering_init(rendering, &(struct rendering_input){
                                      .variant = setting->variant,
                                      .uid = uid,
                                      .same_run = setting->same_run,
                                      .attempt = setting->renderings[i].attempt,
                                      .id = setting->renderings[i].id,
                                      .parts = setting->parts,
                                  });
        if (setting->at_once)
            widen(&rendering->parts);
        for (unsigned retry = 0; retry < 2; retry++)
            x->tasks[i][retry] = (struct spk_task){
                .parts = &rendering->parts,
                .key = &rendering->key,
                .uid = uid,
                .application = setting->verifies ? &x->application : NULL,
                .uid_field = "uid",
                .deadline_ms = DEADLINE_MS,
                .retry = retry,
                .require_submission_id = setting->needs_own_id,
                .validate_only = setting->validates,
                .server_dry_run = setting->validates,
            };
    }
}

void exploration_close(struct exploration *x)
{
    for (unsigned i = 0; i < x->renderings.n; i++)
        spk_arena_free(&x->renderings.items[i].arena);
    spk_arena_free(&x->arena);
}

void state_copy(struct state *to, const struct state *from)
{
    *to = *from;
    for (unsigned i = 0; i < MAX_ACTORS; i++)
        to->actors[i].machine.parts = to->actors[i].parts;
}

void state_call(struct exploration *x, struct state *state, unsigned caller,
                unsigned rendering, bool retry, struct spk_arena *arena)
{
    assert(state->n_calls < MAX_CALLS && rendering < x->renderings.n);
    state->calls[state->n_calls] = (struct call_record){
        .caller = (uint8_t)caller, .rendering = (uint8_t)rendering, .retry = retry};
    state->actors[caller].call = (uint8_t)state->n_calls++;
    actor_begin(x, state, caller, retry, arena);
}

void state_begin(struct exploration *x, struct state *state, struct spk_arena *arena)
{
    const struct setting *setting = x->setting;

    memset(state, 0, sizeof(*state));
    state->faults = setting->faults;
    state->crashes = setting->crashes;
    state->repeats = setting->repeats;
    state->cancels = setting->cancels;
    state->delays = setting->delays;
    state->deletions = setting->deletions;
    if (setting->application)
        cluster_put_application(&state->cluster);
    state->meddled = state->orphaned = setting->exists;
    if (setting->exists)
        cluster_put_driver(&state->cluster, 1, state->cluster.things[SLOT_APPLICATION].uid);
    if (setting->outdated)
        cluster_put_shared(&state->cluster, state->cluster.things[SLOT_APPLICATION].uid);
    for (unsigned i = 0; i < setting->callers; i++)
        state_call(x, state, i, setting->first[i], false, arena);
}

static void note_commit(const struct exploration *x, struct state *state,
                        const struct request *request, const struct thing *before)
{
    const struct thing *after = &state->cluster.things[SLOT_POD];

    if (request->slot != SLOT_POD || !after->there || !after->opened ||
        (before->opened && before->uid == after->uid))
        return;
    state->calls[request->call].committed = true;
    if (after->rendering)
        state->commits[x->setting->renderings[after->rendering - 1].attempt]++;
}

/* A request reaches the API server. */
static struct verdict carry_out(struct exploration *x, struct state *state,
                                const struct request *request)
{
    struct request mutated = *request;
    struct thing before = state->cluster.things[request->slot];

    if (request->verb == VERB_CREATE && request->slot == SLOT_POD) {
        mutated.wish.finalizer = x->setting->finalizer;
        mutated.wish.gates |= x->setting->other_gates ? GATE_OTHER : 0;
        if (x->setting->drops_gates)
            mutated.wish.gates = 0;
    }
    struct verdict verdict = cluster_carry_out(&state->cluster, &mutated);
    if (verdict.http >= 300 || request->verb == VERB_READ || request->dry_run)
        return verdict;
    note_commit(x, state, request, &before);
    properties_check(x, state,
                     &(struct happening){.kind = HAPPENED_EFFECT,
                                         .request = request,
                                         .before = &before,
                                         .call = &state->calls[request->call]});
    return verdict;
}

static void fly(struct state *state, const struct request *request)
{
    if (request->verb != VERB_READ && state->n_flying < MAX_FLYING)
        state->flying[state->n_flying++] = *request;
}

static void serve(struct exploration *x, struct state *state, const struct choice *choice,
                  struct spk_arena *arena)
{
    struct actor *actor = &state->actors[choice->who];
    const struct request *request = &actor->pending[choice->which];
    const struct fault_rule *rule = &fault_rules[choice->fault];
    struct verdict verdict = {0, "", {0}};

    if (choice->fault != FAULT_NONE && state->faults && !actor->cut_off)
        state->faults--;
    /* Time is all that passes for whoever is cut off. */
    if (actor->cut_off && actor->delays + 1U < MOMENTS)
        actor->delays++;
    if (rule->effect)
        verdict = carry_out(x, state, request);
    if (choice->fault == FAULT_LATE)
        fly(state, request);
    actor->cut_off |= rule->cuts_off;
    actor_answer(x, state, choice->who, choice->which, &verdict, choice->fault, arena);
}

static void arrive(struct exploration *x, struct state *state, unsigned which)
{
    struct request request = state->flying[which];

    state->flying[which] = state->flying[--state->n_flying];
    state->flying[state->n_flying] = (struct request){0};
    state->calls[request.call].late |= state->calls[request.call].told != TOLD_NOTHING;
    (void)carry_out(x, state, &request);
}

/* What it has sent may still arrive. */
static void crash(struct state *state, unsigned who)
{
    struct actor *actor = &state->actors[who];

    state->crashes--;
    for (unsigned i = 0; i < actor->n_pending; i++)
        fly(state, &actor->pending[i]);
    state->calls[actor->call].told = TOLD_NEVER;
    *actor = (struct actor){.call = actor->call};
}

static void repeat(struct exploration *x, struct state *state, const struct choice *choice,
                   struct spk_arena *arena)
{
    unsigned rendering = state->calls[state->actors[choice->who].call].rendering;

    state->repeats--;
    state_call(x, state, choice->who, rendering + (choice->which & 2U ? 1 : 0),
               choice->which & 1U, arena);
}

void state_step(struct exploration *x, struct state *state, const struct choice *choice,
                struct spk_arena *arena)
{
    switch (choice->kind) {
    case CHOICE_SERVE:
        serve(x, state, choice, arena);
        break;
    case CHOICE_ARRIVE:
        arrive(x, state, choice->who);
        break;
    case CHOICE_CRASH:
        crash(state, choice->who);
        break;
    case CHOICE_REPEAT:
        repeat(x, state, choice, arena);
        break;
    case CHOICE_CANCEL:
        state->cancels--;
        state->actors[choice->who].cancelled = true;
        spk_machine_cancel(&state->actors[choice->who].machine);
        break;
    case CHOICE_DELAY:
        state->delays--;
        state->actors[choice->who].delays++;
        break;
    case CHOICE_COLLECT:
        cluster_delete(&state->cluster, choice->which);
        break;
    case CHOICE_END:
        cluster_end(&state->cluster, choice->which);
        break;
    case CHOICE_DELETE:
        state->deletions--;
        state->meddled = true;
        state->orphaned |= choice->which == SLOT_APPLICATION;
        cluster_delete(&state->cluster, choice->which);
        break;
    }
    properties_check(x, state, &(struct happening){.kind = HAPPENED_STEP});
}

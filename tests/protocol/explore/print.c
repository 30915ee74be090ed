/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include "kubernetes/object.h"
#include "json/write.h"

#include <stdlib.h>
#include <string.h>

static const char *const verb_names[] = {
    [VERB_READ] = "GET",         [VERB_CREATE] = "POST",       [VERB_UPDATE] = "PUT",
    [VERB_JSON_PATCH] = "PATCH", [VERB_MERGE_PATCH] = "MERGE", [VERB_DELETE] = "DELETE",
};

static void put_slot(struct spk_buf *out, unsigned slot)
{
    static const char *const names[] = {
        [SLOT_APPLICATION] = "application", [SLOT_POD] = "driver", [SLOT_SHARED] = "shared"};

    if (slot < SLOT_CHILDREN)
        spk_buf_text(out, names[slot]);
    else
        spk_buf_printf(out, "child %u of K%u", (slot - SLOT_CHILDREN) % MAX_CHILDREN,
                       (slot - SLOT_CHILDREN) / MAX_CHILDREN + 1);
}

static void put_thing(struct spk_buf *out, const struct thing *thing)
{
    if (thing->uid)
        spk_buf_printf(out, " u%uu v%uv", thing->uid, thing->version);
    if (thing->owner)
        spk_buf_printf(out, " of u%uu", thing->owner);
    if (thing->rendering)
        spk_buf_printf(out, " K%u", thing->rendering);
    if (thing->id)
        spk_buf_printf(out, " id%u", thing->id);
    spk_buf_printf(out, "%s%s%s%s%s%s", thing->outdated ? " outdated" : "",
                   thing->gates & GATE_OURS ? " gated" : "",
                   thing->gates & GATE_OTHER ? " other-gate" : "",
                   thing->opened ? " open" : "", thing->deleting ? " deleting" : "",
                   thing->finalizer ? " finalizer" : "");
    if (thing->maker)
        spk_buf_printf(out, " by call %u", thing->maker - 1U);
}

static void put_request(struct spk_buf *out, const struct request *request)
{
    spk_buf_printf(out, "call %u %s ", request->call, verb_names[request->verb]);
    put_slot(out, request->slot);
    if (request->uid)
        spk_buf_printf(out, " if u%uu", request->uid);
    if (request->version)
        spk_buf_printf(out, " if v%uv", request->version);
    if (request->old_id)
        spk_buf_printf(out, " if id%u", request->old_id);
    if (request->opens)
        spk_buf_printf(out, " opens %u", request->gate_index);
    put_thing(out, &request->wish);
}

static void put_cluster(struct spk_buf *out, const struct state *state)
{
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        if (!state->cluster.things[slot].there)
            continue;
        put_slot(out, slot);
        spk_buf_char(out, ':');
        put_thing(out, &state->cluster.things[slot]);
        spk_buf_char(out, '\n');
    }
    for (unsigned i = 0; i < state->n_flying; i++) {
        spk_buf_text(out, "flying: ");
        put_request(out, &state->flying[i]);
        spk_buf_char(out, '\n');
    }
}

static const char *reason(const struct spk_err *err)
{
    return err ? spk_reason_name(err->reason) : "-";
}

/* A Pod as a machine holds it: all in it follows from its marks and these. */
static void put_pod(struct spk_buf *out, const cJSON *pod)
{
    const cJSON *metadata = spk_json_get(pod, "metadata");
    const char *uid = spk_json_get_text(metadata, "uid");
    const char *version = spk_json_get_text(metadata, "resourceVersion");
    const char *key = spk_json_get_text(spk_json_get(metadata, "annotations"), SPK_MARK "key");
    const char *id = spk_submission_label(pod);

    spk_buf_printf(out, " pod[%s %s %s %s%s", uid ? uid : "-", version ? version : "-",
                   id ? id : "-", key ? key : "",
                   spk_json_get(metadata, "deletionTimestamp") ? " deleting" : "");
    SPK_JSON_EACH (gate, spk_json_at(pod, "spec.schedulingGates"))
        spk_buf_printf(out, " %.4s", spk_json_get_text(gate, "name"));
    spk_buf_char(out, ']');
}

static void put_part(struct spk_buf *out, const struct spk_part_progress *part,
                     struct spk_arena *arena)
{
    spk_buf_printf(out, "  %d.%d.%d.%d %u,%u,%u,%u,%u %d%d %s %s %s", part->state,
                   part->request, part->turn, part->spent, part->posts, part->gets,
                   part->patches, part->tries, part->mismatches, part->taken, part->not_strict,
                   part->uid ? part->uid : "-", reason(part->refusal),
                   reason(part->last_error));
    if (part->update)
        spk_buf_text(out, spk_json_write(arena, part->update));
    spk_buf_char(out, '\n');
}

static void put_machine(struct spk_buf *out, const struct spk_machine *m)
{
    spk_buf_printf(
        out, " phase %d gate %d wave %u way %u %d%d%d requests %u,%u lasting %u %d%d",
        m->phase, m->gate, m->wave, m->under_way, m->cancelled, m->answered, m->read_first,
        m->requests, m->writes, m->lasting, m->adopted, m->would_adopt);
    put_pod(out, m->pod);
    spk_buf_printf(out, " err %s\n", reason(m->err));
}

static void put_actor(struct spk_buf *out, const struct exploration *x,
                      const struct state *state, const struct actor *actor)
{
    spk_buf_printf(out, "caller of call %u%s late %u", actor->call,
                   actor->cut_off ? " cut off" : "", actor->delays);
    if (!actor->running) {
        spk_buf_char(out, '\n');
        return;
    }
    put_machine(out, &actor->machine);
    unsigned n = (unsigned)x->renderings.items[state->calls[actor->call].rendering].parts.n;
    for (unsigned i = 0; i <= n; i++) {
        if (actor->posts[i] || actor->doubt[i])
            spk_buf_printf(out, "  sent %u%s\n", actor->posts[i],
                           actor->doubt[i] ? " in doubt" : "");
        put_part(out, &actor->parts[i], out->arena);
    }
    for (unsigned i = 0; i < actor->n_pending; i++) {
        spk_buf_text(out, "  pending: ");
        put_request(out, &actor->pending[i]);
        spk_buf_char(out, '\n');
    }
}

static void put_call(struct spk_buf *out, const struct call_record *call, unsigned index)
{
    static const char *const told[] = {"under way", "never told", "told OK", "told an error"};

    spk_buf_printf(out, "call %u of caller %u, K%u%s: %s", index, call->caller,
                   call->rendering + 1U, call->retry ? ", retry" : "", told[call->told]);
    if (call->told == TOLD_OK)
        spk_buf_printf(out, " u%uu%s", call->uid, call->adopted ? " adopted" : "");
    if (call->told == TOLD_ERROR)
        spk_buf_printf(out, " %s %s", spk_reason_name(call->reason),
                       spk_outcome_name(call->outcome));
    spk_buf_printf(out, "%s%s\n", call->committed ? ", committed" : "",
                   call->late ? ", late" : "");
}

/* Numbers in the order in which they are named. */
static const char *rename_numbers(struct spk_arena *arena, const char *text)
{
    struct spk_buf out = {.arena = arena};
    unsigned known[2][256] = {0}, next[2] = {0};

    for (const char *c = text; *c;) {
        size_t length = objects_number_length(c);
        unsigned *name = &known[*c == 'v'][objects_number(c) % 256U];

        if (!length) {
            length = strcspn(c + 1, "uv") + 1;
            spk_buf_put(&out, c, length);
            c += length;
            continue;
        }
        if (*name == 0)
            *name = ++next[*c == 'v'];
        spk_buf_printf(&out, "%c%u", *c, *name);
        c += length;
    }
    return spk_buf_string(&out);
}

const char *print_cluster(const struct exploration *x, const struct state *state,
                          struct spk_arena *arena)
{
    struct spk_buf out = {.arena = arena};

    (void)x;
    put_cluster(&out, state);
    return rename_numbers(arena, spk_buf_string(&out));
}

const char *print_state(const struct exploration *x, const struct state *state,
                        struct spk_arena *arena)
{
    struct spk_buf out = {.arena = arena};

    put_cluster(&out, state);
    for (unsigned i = 0; i < state->n_calls; i++)
        put_call(&out, &state->calls[i], i);
    for (unsigned i = 0; i < x->setting->callers; i++)
        put_actor(&out, x, state, &state->actors[i]);
    spk_buf_printf(&out, "commits");
    for (unsigned i = 0; i < MAX_RENDERINGS; i++)
        spk_buf_printf(&out, " %u", state->commits[i]);
    spk_buf_printf(&out,
                   "%s; left: %u faults, %u crashes, %u repeats, %u cancels, %u delays, %u "
                   "deletions\n",
                   state->orphaned  ? ", orphaned"
                   : state->meddled ? ", meddled"
                                    : "",
                   state->faults, state->crashes, state->repeats, state->cancels,
                   state->delays, state->deletions);
    return rename_numbers(arena, spk_buf_string(&out));
}

const char *print_summary(const struct exploration *x, const struct state *state,
                          struct spk_arena *arena)
{
    struct spk_buf out = {.arena = arena};

    (void)x;
    for (unsigned i = 0; i < state->n_calls; i++)
        put_call(&out, &state->calls[i], i);
    for (unsigned slot = 0; slot < SLOT_CHILDREN; slot++)
        if (state->cluster.things[slot].there) {
            put_slot(&out, slot);
            put_thing(&out, &state->cluster.things[slot]);
        }
    for (unsigned rendering = 0; rendering < MAX_RENDERINGS; rendering++) {
        unsigned n = 0;

        for (unsigned i = 0; i < MAX_CHILDREN; i++)
            n += state->cluster.things[SLOT_CHILDREN + rendering * MAX_CHILDREN + i].there;
        spk_buf_printf(&out, " %u", n);
    }
    spk_buf_printf(&out, " flying %u%s", state->n_flying, state->meddled ? " meddled" : "");
    return rename_numbers(arena, spk_buf_string(&out));
}

const char *print_choice(const struct state *state, const struct choice *choice,
                         struct spk_arena *arena)
{
    static const char *const names[] = {
        [CHOICE_SERVE] = "",
        [CHOICE_ARRIVE] = "arrives: ",
        [CHOICE_CRASH] = "crash",
        [CHOICE_REPEAT] = "repeat",
        [CHOICE_CANCEL] = "cancel",
        [CHOICE_DELAY] = "time passes",
        [CHOICE_COLLECT] = "garbage collector takes ",
        [CHOICE_END] = "gone is ",
        [CHOICE_DELETE] = "somebody deletes ",
    };
    struct spk_buf out = {.arena = arena};

    spk_buf_text(&out, names[choice->kind]);
    if (choice->kind == CHOICE_ARRIVE)
        put_request(&out, &state->flying[choice->who]);
    else if (choice->kind >= CHOICE_COLLECT)
        put_slot(&out, choice->which);
    else if (choice->kind != CHOICE_SERVE)
        spk_buf_printf(&out, " (caller %u%s%s)", choice->who,
                       choice->which & 1U ? ", retry" : "",
                       choice->which & 2U ? ", next rendering" : "");
    else
        put_request(&out, &state->actors[choice->who].pending[choice->which]);
    if (choice->kind == CHOICE_SERVE && choice->fault != FAULT_NONE)
        spk_buf_printf(&out, ": %s", fault_rules[choice->fault].name);
    return spk_buf_string(&out);
}

uint64_t print_hash(const char *text)
{
    uint64_t hash = 0xCBF29CE484222325U;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3U;
    return hash ^ (hash >> 29);
}

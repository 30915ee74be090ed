/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <assert.h>

/* Lost and late are one: what is late may never arrive. */
#define OF_WRITES                                                                             \
    FAULT_NOT_SENT, FAULT_LATE, FAULT_ACK_ERROR, FAULT_CUT, FAULT_CUT_OFF,                    \
        FAULT_CONFLICT_CUT_OFF, FAULT_ERROR, FAULT_THROTTLED, FAULT_CONFLICT,                 \
        FAULT_UNAUTHORIZED
#define FEW_OF_WRITES 6U /* the first of them, which differ most, and those of a list */

struct list {
    const enum fault *items;
    unsigned n;
};

static const enum fault of_writes[] = {OF_WRITES};
static const enum fault of_creates[] = {FAULT_QUOTA, FAULT_EXISTS_CUT_OFF, FAULT_QUOTA_CUT_OFF,
                                        FAULT_FORBIDDEN};
static const enum fault of_changes[] = {FAULT_FORBIDDEN, FAULT_INVALID_CUT_OFF,
                                        FAULT_GONE_CUT_OFF};
static const enum fault of_reads[] = {FAULT_LOST, FAULT_FORBIDDEN, FAULT_ERROR,
                                      FAULT_UNAUTHORIZED};

static const enum fault of_anything[] = {FAULT_ODD, FAULT_OTHER};

struct collection {
    struct choice *items;
    unsigned n;
};

static void add(struct collection *choices, const struct choice *choice)
{
    assert(choices->n < MAX_CHOICES);
    choices->items[choices->n++] = *choice;
}

static void add_faults(struct collection *choices, struct choice choice,
                       const enum fault *faults, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        choice.fault = faults[i];
        add(choices, &choice);
    }
}

static void add_serving(const struct exploration *x, const struct state *state, unsigned who,
                        unsigned which, struct collection *choices)
{
    const struct actor *actor = &state->actors[who];
    enum verb verb = actor->pending[which].verb;
    bool few = x->setting->few_faults;
    struct choice choice = {CHOICE_SERVE, (uint8_t)who, (uint8_t)which, FAULT_NONE};

    if (actor->cut_off) {
        choice.fault = FAULT_NOT_SENT;
        add(choices, &choice);
        return;
    }
    add(choices, &choice);
    if (actor->machine.cancelled) { /* before a byte of it left */
        choice.fault = FAULT_NOT_SENT;
        add(choices, &choice);
    }
    if (state->faults == 0)
        return;
    if (x->setting->odd_faults)
        add_faults(choices, choice, of_anything, SPK_LEN(of_anything));
    if (verb == VERB_READ) {
        add_faults(choices, choice, of_reads, few ? 2 : SPK_LEN(of_reads));
        return;
    }
    add_faults(choices, choice, of_writes, few ? FEW_OF_WRITES : SPK_LEN(of_writes));
    if (verb == VERB_CREATE)
        add_faults(choices, choice, of_creates, SPK_LEN(of_creates));
    else
        add_faults(choices, choice, of_changes, SPK_LEN(of_changes));
}

/* Whether another request is served before, of the same verb and to a child as well. As long
 * as one of them may be refused the order matters, because that ends the others. */
static bool comes_later(const struct actor *actor, unsigned which)
{
    unsigned slot = actor->pending[which].slot;

    if (slot < SLOT_CHILDREN)
        return false;
    for (unsigned i = 0; i < actor->n_pending; i++)
        if (actor->pending[i].verb == actor->pending[which].verb &&
            actor->pending[i].slot >= SLOT_CHILDREN && actor->pending[i].slot < slot)
            return true;
    return false;
}

static void add_of_actor(const struct exploration *x, const struct state *state, unsigned who,
                         struct collection *choices)
{
    const struct actor *actor = &state->actors[who];

    for (unsigned i = 0; i < actor->n_pending; i++)
        if (!x->reduced || state->faults > 0 || actor->cut_off || !comes_later(actor, i))
            add_serving(x, state, who, i, choices);
    if (state->crashes)
        add(choices, &(struct choice){.kind = CHOICE_CRASH, .who = (uint8_t)who});
    if (state->cancels && !actor->machine.cancelled)
        add(choices, &(struct choice){.kind = CHOICE_CANCEL, .who = (uint8_t)who});
    if (state->delays && actor->delays + 1U < MOMENTS)
        add(choices, &(struct choice){.kind = CHOICE_DELAY, .who = (uint8_t)who});
}

/* Who got no good answer asks again; who got one, when the driver is no more. */
static void add_repeats(const struct exploration *x, const struct state *state, unsigned who,
                        struct collection *choices)
{
    const struct call_record *call = &state->calls[state->actors[who].call];
    bool again = call->told == TOLD_ERROR || call->told == TOLD_NEVER;
    bool anew = again || !state->cluster.things[SLOT_POD].there;

    if (state->repeats == 0 || state->n_calls + SPARE_CALLS >= MAX_CALLS)
        return;
    for (unsigned which = 0; which < 4; which++)
        if ((which & 2U ? anew && call->rendering + 1U < x->renderings.n : again))
            add(choices, &(struct choice){CHOICE_REPEAT, (uint8_t)who, (uint8_t)which, 0});
}

static void add_of_cluster(const struct state *state, struct collection *choices)
{
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        struct choice choice = {.which = (uint8_t)slot};

        choice.kind = CHOICE_COLLECT;
        if (cluster_is_orphan(&state->cluster, slot))
            add(choices, &choice);
        choice.kind = CHOICE_END;
        if (cluster_is_ending(&state->cluster, slot))
            add(choices, &choice);
        choice.kind = CHOICE_DELETE;
        if (state->deletions && slot <= SLOT_POD && state->cluster.things[slot].there &&
            !state->cluster.things[slot].deleting)
            add(choices, &choice);
    }
}

unsigned state_choices(const struct exploration *x, const struct state *state,
                       struct choice choices[MAX_CHOICES])
{
    struct collection all = {choices, 0};

    for (unsigned who = 0; who < x->setting->callers; who++)
        if (state->actors[who].running)
            add_of_actor(x, state, who, &all);
        else
            add_repeats(x, state, who, &all);
    for (unsigned i = 0; i < state->n_flying; i++)
        add(&all, &(struct choice){.kind = CHOICE_ARRIVE, .who = (uint8_t)i});
    add_of_cluster(state, &all);
    return all.n;
}

bool state_is_quiet(const struct state *state)
{
    for (unsigned who = 0; who < MAX_ACTORS; who++)
        if (state->actors[who].running)
            return false;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (cluster_is_orphan(&state->cluster, slot) ||
            cluster_is_ending(&state->cluster, slot))
            return false;
    return true;
}

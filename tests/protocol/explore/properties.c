/* SPDX-License-Identifier: Apache-2.0 */
#include "properties.h"

#include <stdio.h>
#include <string.h>

#define MAX_POSTS     5
#define MAX_TIMEOUT_S 9

/* Each returns NULL, or what does not hold. */
typedef const char *property_fn(struct exploration *x, struct state *state,
                                const struct happening *h);

static const struct thing *driver(const struct state *state)
{
    return &state->cluster.things[SLOT_POD];
}

static unsigned attempt_of(const struct exploration *x, unsigned rendering)
{
    return x->setting->renderings[rendering].attempt;
}

/* Whether the driver can start, and is of the attempt of a call; or of an earlier submission
 * of the same execution, which is the driver that an operator wants. */
static bool is_driver_of(const struct exploration *x, const struct state *state,
                         const struct call_record *call)
{
    const struct thing *pod = driver(state);

    if (!pod->there || !pod->opened || !pod->rendering)
        return false;
    unsigned found = attempt_of(x, pod->rendering - 1U), ours = attempt_of(x, call->rendering);
    bool same_run = x->setting->application && x->setting->same_run;
    return found == ours || (same_run && found < ours && call->adopted);
}

bool properties_is_complete(const struct exploration *x, const struct state *state)
{
    const struct thing *pod = driver(state);
    bool gated = x->setting->variant == SPK_VARIANT_GATED_POD_FIRST;
    uint16_t application = state->cluster.things[SLOT_APPLICATION].uid;

    if (!pod->rendering)
        return false;
    const struct spk_parts *parts = &x->renderings.items[pod->rendering - 1U].parts;
    for (size_t part = 0; part < parts->n; part++) {
        unsigned slot = objects_slot(&x->renderings, pod->rendering - 1U, part);
        const struct thing *thing = &state->cluster.things[slot];
        bool is_shared = slot == SLOT_SHARED;

        if (slot == SLOT_POD)
            continue;
        if (!thing->there || thing->deleting || (!is_shared && thing->rendering == 0))
            return false;
        if (!is_shared && thing->owner != (gated ? pod->uid : application))
            return false;
    }
    return true;
}

static const char *one_driver(struct exploration *x, struct state *state,
                              const struct happening *h)
{
    unsigned all = 0;

    (void)x;
    (void)h;
    if (state->meddled)
        return NULL;
    for (unsigned i = 0; i < MAX_RENDERINGS; i++)
        all += state->commits[i];
    return all > 1 ? "a second driver can start" : NULL;
}

/* At its start, and as long as it is there; without a gate at least when OK is told. */
static const char *whole_driver(struct exploration *x, struct state *state,
                                const struct happening *h)
{
    const struct thing *pod = driver(state);

    (void)h;
    if (!pod->there || !pod->opened || pod->deleting || state->orphaned ||
        x->setting->drops_gates)
        return NULL;
    return properties_is_complete(x, state) ? NULL : "a driver can start that lacks an object";
}

static const char *true_success(struct exploration *x, struct state *state,
                                const struct happening *h)
{
    if (h->call->told != TOLD_OK || state->meddled || x->setting->validates)
        return NULL;
    /* Who finds a driver whose gate the cluster dropped cannot know whether it is whole. */
    if (!properties_is_complete(x, state) && !(x->setting->drops_gates && h->call->adopted))
        return "told OK, and an object of the driver is not there";
    return is_driver_of(x, state, h->call) && driver(state)->uid == h->call->uid
               ? NULL
               : "told OK without a driver of the attempt that can start";
}

/* A dry run leaves everything as it is. */
static const char *dry_validation(struct exploration *x, struct state *state,
                                  const struct happening *h)
{
    (void)state;
    (void)h;
    return x->setting->validates ? "a dry run changed something" : NULL;
}

static const char *lasting_success(struct exploration *x, struct state *state,
                                   const struct happening *h)
{
    (void)h;
    for (unsigned i = 0; i < state->n_calls && !state->meddled && !x->setting->validates; i++)
        if (state->calls[i].told == TOLD_OK &&
            (!driver(state)->there || driver(state)->uid != state->calls[i].uid))
            return "told OK, and the driver is gone";
    return NULL;
}

static const char *own_id(struct exploration *x, struct state *state,
                          const struct happening *h)
{
    if (h->call->told != TOLD_OK || state->meddled || !x->setting->needs_own_id ||
        !h->call->adopted)
        return NULL;
    return driver(state)->id == x->setting->renderings[h->call->rendering].id + 1
               ? NULL
               : "told OK, and the driver has another submission id";
}

static bool says_no_driver(const struct call_record *call)
{
    return call->told == TOLD_ERROR &&
           (call->outcome == SPK_NOT_CREATED || call->outcome == SPK_PARTIAL);
}

/* Also of requests that arrive after the answer. */
static const char *true_failure(struct exploration *x, struct state *state,
                                const struct happening *h)
{
    const struct call_record *call = h->call;

    /* Who never saw the Pod cannot know that the cluster dropped its gate. */
    if (says_no_driver(call) && call->committed && !x->setting->drops_gates)
        return "told that no driver can start, and the call made one";
    if (h->kind == HAPPENED_TOLD && call->told == TOLD_ERROR && call->outcome == SPK_CREATED &&
        !state->meddled && !is_driver_of(x, state, call))
        return "told CREATED, and there is no driver";
    return NULL;
}

static const char *true_nothing(struct exploration *x, struct state *state,
                                const struct happening *h)
{
    (void)x;
    (void)h;
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        const struct thing *thing = &state->cluster.things[slot];

        if (!thing->there || !thing->maker)
            continue;
        const struct call_record *call = &state->calls[thing->maker - 1];
        if (call->told == TOLD_ERROR && call->outcome == SPK_NOT_CREATED)
            return "told NOT_CREATED, and an object of the call is there";
    }
    return NULL;
}

static const char *guarded_delete(struct exploration *x, struct state *state,
                                  const struct happening *h)
{
    (void)x;
    (void)state;
    if (h->kind == HAPPENED_SENT && h->request->verb == VERB_UPDATE && !h->request->version)
        return "a PUT without resourceVersion";
    if (h->request->verb != VERB_DELETE)
        return NULL;
    if (h->kind == HAPPENED_SENT)
        return h->request->uid && h->request->version
                   ? NULL
                   : "a DELETE without uid or resourceVersion";
    if (h->before->opened)
        return "a driver that can start was deleted";
    return h->before->rendering ? NULL : "an object without our marks was deleted";
}

static const char *silent_after_answer(struct exploration *x, struct state *state,
                                       const struct happening *h)
{
    (void)x;
    if (state->actors[h->who].cancelled)
        return "sent although the caller is gone";
    return state->calls[h->request->call].told == TOLD_NOTHING ? NULL
                                                               : "sent after the answer";
}

static const char *bounded_write(struct exploration *x, struct state *state,
                                 const struct happening *h)
{
    (void)x;
    (void)state;
    return h->request->verb == VERB_READ ||
                   (h->timeout_s >= 1 && h->timeout_s <= MAX_TIMEOUT_S)
               ? NULL
               : "a write without a timeout";
}

static const char *careful_create(struct exploration *x, struct state *state,
                                  const struct happening *h)
{
    const struct actor *actor = &state->actors[h->who];

    (void)x;
    if (h->request->verb != VERB_CREATE || h->request->dry_run)
        return NULL;
    if (actor->posts[h->request->part] > MAX_POSTS)
        return "an object is created more than 5 times";
    return actor->doubt[h->request->part] ? "created again without a look" : NULL;
}

static const char *equal_bytes(struct exploration *x, struct state *state,
                               const struct happening *h)
{
    uint64_t digest, *first = &x->digests[h->request->slot];

    (void)state;
    /* What renderings share is the same by nature, the driver has its marks; in a dry run a
     * child has no owner where the driver was refused. */
    if (h->request->verb != VERB_CREATE || h->request->slot < SLOT_CHILDREN ||
        h->request->dry_run)
        return NULL;
    digest = objects_digest(h->body);
    if (*first == 0)
        *first = digest;
    return *first == digest ? NULL : "equal input gives other bytes";
}

static const char *true_adoption(struct exploration *x, struct state *state,
                                 const struct happening *h)
{
    (void)x;
    return h->call->told == TOLD_OK && h->call->adopted && driver(state)->maker &&
                   &state->calls[driver(state)->maker - 1] == h->call
               ? "adopted, but this call made it"
               : NULL;
}

static bool may_leave_something(const struct call_record *call)
{
    return call->told == TOLD_NEVER || call->late ||
           (call->told == TOLD_ERROR && call->outcome != SPK_NOT_CREATED);
}

static const char *nothing_left(struct exploration *x, struct state *state,
                                const struct happening *h)
{
    (void)h;
    for (unsigned slot = SLOT_CHILDREN; slot < SLOTS; slot++)
        if (state->cluster.things[slot].there && !state->cluster.things[slot].owner)
            return "an object without owner is left";
    for (unsigned i = 0; i < state->n_calls; i++)
        if (may_leave_something(&state->calls[i]))
            return NULL;
    if (x->setting->variant != SPK_VARIANT_GATED_POD_FIRST)
        return NULL; /* children of superseded attempts stay for the janitor */
    return driver(state)->there && !driver(state)->opened && !driver(state)->deleting
               ? "a driver is left that nobody opens"
               : NULL;
}

static const struct property {
    const char *name;
    unsigned when; /* set of kinds */
    property_fn *holds;
} properties[] = {
    {"I-1 one_driver", 1U << HAPPENED_EFFECT, one_driver},
    {"I-2 whole_driver", 1U << HAPPENED_STEP | 1U << HAPPENED_EFFECT, whole_driver},
    {"I-3 true_success", 1U << HAPPENED_TOLD, true_success},
    {"I-3 own_id", 1U << HAPPENED_TOLD, own_id},
    {"I-3 lasting_success", 1U << HAPPENED_QUIET, lasting_success},
    {"I-4 true_failure", 1U << HAPPENED_TOLD | 1U << HAPPENED_EFFECT, true_failure},
    {"I-4 true_nothing", 1U << HAPPENED_QUIET, true_nothing},
    {"I-5 guarded_delete", 1U << HAPPENED_SENT | 1U << HAPPENED_EFFECT, guarded_delete},
    {"I-6 silent_after_answer", 1U << HAPPENED_SENT, silent_after_answer},
    {"I-7 bounded_write", 1U << HAPPENED_SENT, bounded_write},
    {"I-8 careful_create", 1U << HAPPENED_SENT, careful_create},
    {"I-5 dry_validation", 1U << HAPPENED_EFFECT, dry_validation},
    {"I-10 nothing_left", 1U << HAPPENED_QUIET, nothing_left},
    {"I-12 equal_bytes", 1U << HAPPENED_SENT, equal_bytes},
    {"I-13 true_adoption", 1U << HAPPENED_TOLD, true_adoption},
};

void properties_check(struct exploration *x, struct state *state,
                      const struct happening *happening)
{
    for (size_t i = 0; i < SPK_LEN(properties) && !x->broken; i++) {
        if (!(properties[i].when & 1U << happening->kind) ||
            (x->without && strncmp(properties[i].name, x->without, strlen(x->without)) == 0))
            continue;
        const char *why = properties[i].holds(x, state, happening);
        if (!why)
            continue;
        x->broken = properties[i].name;
        (void)snprintf(x->why, sizeof(x->why), "%s", why);
    }
}

void properties_print(void)
{
    for (size_t i = 0; i < SPK_LEN(properties); i++)
        printf("%s\n", properties[i].name);
    printf("I-9 good_end\n");
}

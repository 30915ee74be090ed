/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include <assert.h>
#include <string.h>

static const struct verdict ok = {200, "", {0}}, created = {201, "", {0}};
static const struct verdict not_found = {404, "NotFound", {0}};
static const struct verdict conflict = {409, "Conflict", {0}};
static const struct verdict exists = {409, "AlreadyExists", {0}};
static const struct verdict invalid = {422, "Invalid", {0}};

static struct verdict create(struct cluster *cluster, const struct request *request)
{
    struct thing *thing = &cluster->things[request->slot];

    if (thing->there)
        return exists;
    if (request->dry_run)
        return created;
    *thing = request->wish;
    thing->there = true;
    thing->uid = ++cluster->uids;
    thing->version = ++cluster->versions;
    thing->maker = (uint8_t)(request->call + 1);
    thing->opened = request->slot == SLOT_POD && !(thing->gates & GATE_OURS);
    return created;
}

static void change(struct cluster *cluster, struct thing *thing, uint8_t gates, uint8_t id)
{
    if (thing->gates == gates && thing->id == id)
        return;
    thing->gates = gates;
    thing->id = id;
    /* Nobody schedules what is being deleted. */
    thing->opened |= !(gates & GATE_OURS) && !thing->deleting;
    thing->version = ++cluster->versions;
}

static struct verdict update(struct cluster *cluster, const struct request *request)
{
    struct thing *thing = &cluster->things[request->slot];

    if ((request->uid && request->uid != thing->uid) ||
        (request->version && request->version != thing->version))
        return conflict;
    if (request->wish.gates & ~thing->gates) /* gates can only be removed */
        return invalid;
    change(cluster, thing, request->wish.gates, request->wish.id);
    return ok;
}

/* Gates in the order of the list: those of others first. */
static unsigned gate_at(const struct thing *thing, unsigned index)
{
    if (index == 0 && (thing->gates & GATE_OTHER))
        return GATE_OTHER;
    return index == (thing->gates & GATE_OTHER ? 1U : 0U) ? thing->gates & GATE_OURS : 0;
}

static struct verdict json_patch(struct cluster *cluster, const struct request *request)
{
    struct thing *thing = &cluster->things[request->slot];
    uint8_t gates = thing->gates, id = thing->id;

    if ((request->uid && request->uid != thing->uid) ||
        (request->old_id && request->old_id != thing->id))
        return invalid;
    if (request->opens) {
        unsigned gate = gate_at(thing, request->gate_index);

        if (gate == 0 || (request->names_gate && gate != GATE_OURS))
            return invalid;
        gates &= (uint8_t)~gate;
    }
    if (request->wish.id)
        id = request->wish.id;
    change(cluster, thing, gates, id);
    return ok;
}

static struct verdict merge_patch(struct cluster *cluster, const struct request *request)
{
    struct thing *thing = &cluster->things[request->slot];

    if ((request->uid && request->uid != thing->uid) ||
        (request->version && request->version != thing->version))
        return conflict;
    if (request->wish.owner)
        thing->owner = request->wish.owner;
    thing->outdated = false;
    thing->version = ++cluster->versions;
    return ok;
}

void cluster_end(struct cluster *cluster, unsigned slot)
{
    cluster->things[slot] = (struct thing){0};
}

void cluster_delete(struct cluster *cluster, unsigned slot)
{
    struct thing *thing = &cluster->things[slot];

    if (thing->deleting)
        return;
    /* A Pod that nothing has been scheduled for has no grace period. */
    if (!thing->finalizer && !thing->opened) {
        cluster_end(cluster, slot);
        return;
    }
    thing->deleting = true;
    thing->version = ++cluster->versions;
}

static struct verdict delete (struct cluster *cluster, const struct request *request)
{
    const struct thing *thing = &cluster->things[request->slot];

    if ((request->uid && request->uid != thing->uid) ||
        (request->version && request->version != thing->version))
        return conflict;
    cluster_delete(cluster, request->slot);
    return ok;
}

static struct verdict decide(struct cluster *cluster, const struct request *request)
{
    if (request->verb == VERB_CREATE)
        return create(cluster, request);
    if (!cluster->things[request->slot].there)
        return not_found;
    switch (request->verb) {
    case VERB_UPDATE:
        return update(cluster, request);
    case VERB_JSON_PATCH:
        return json_patch(cluster, request);
    case VERB_MERGE_PATCH:
        return merge_patch(cluster, request);
    case VERB_DELETE:
        return delete (cluster, request);
    case VERB_READ:
    case VERB_CREATE:
        break;
    }
    return ok;
}

struct verdict cluster_carry_out(struct cluster *cluster, const struct request *request)
{
    assert(request->slot < SLOTS);
    struct thing *thing = &cluster->things[request->slot], before = *thing;
    struct verdict verdict = decide(cluster, request);

    verdict.shown = thing->there ? *thing : before;
    return verdict;
}

static bool has_uid(const struct cluster *cluster, uint16_t uid)
{
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (cluster->things[slot].there && cluster->things[slot].uid == uid)
            return true;
    return false;
}

bool cluster_is_orphan(const struct cluster *cluster, unsigned slot)
{
    const struct thing *thing = &cluster->things[slot];

    return thing->there && !thing->deleting && thing->owner && !has_uid(cluster, thing->owner);
}

bool cluster_is_ending(const struct cluster *cluster, unsigned slot)
{
    return cluster->things[slot].there && cluster->things[slot].deleting;
}

void cluster_put_application(struct cluster *cluster)
{
    cluster->things[SLOT_APPLICATION] =
        (struct thing){.there = true, .uid = ++cluster->uids, .version = ++cluster->versions};
}

void cluster_put_driver(struct cluster *cluster, uint8_t rendering, uint16_t owner)
{
    cluster->things[SLOT_POD] = (struct thing){.there = true,
                                               .opened = true,
                                               .rendering = rendering,
                                               .id = 1,
                                               .uid = ++cluster->uids,
                                               .version = ++cluster->versions,
                                               .owner = owner};
}

void cluster_put_shared(struct cluster *cluster, uint16_t owner)
{
    cluster->things[SLOT_SHARED] = (struct thing){.there = true,
                                                  .outdated = true,
                                                  .uid = ++cluster->uids,
                                                  .version = ++cluster->versions,
                                                  .owner = owner};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Checks look at what the API server did, not at what callers were told. */

static unsigned broken(const char *invariant, const char *what, size_t call)
{
    printf("%s broken by call %zu: %s\n", invariant, call, what);
    return 1;
}

/* I-1: at most one committed driver per attempt. I-2: complete when committed. */
static unsigned check_commits(const struct world *world)
{
    unsigned bad = 0;

    for (size_t i = 0; i < world->n_events; i++) {
        const struct event *event = &world->events[i];

        if (event->kind != EVENT_COMMITTED)
            continue;
        if (!event->complete)
            bad += broken("I-2", "a driver was committed without its children", event->call);
        for (size_t j = 0; j < i; j++)
            if (world->events[j].kind == EVENT_COMMITTED &&
                strcmp(world->events[j].attempt, event->attempt) == 0)
                bad += broken("I-1", "two drivers of one attempt", event->call);
    }
    return bad;
}

/* I-3: the uid of an answer belongs to a driver of our attempt that was committed by then. */
static unsigned check_answer(const struct world *world, const struct call *call)
{
    for (size_t i = 0; i < call->ended_at; i++) {
        const struct event *event = &world->events[i];

        if (event->kind == EVENT_COMMITTED &&
            strcmp(event->uid, call->submit.result.pod_uid) == 0 &&
            strcmp(event->attempt, call->rendering.key.attempt_sha256) == 0)
            return 0;
    }
    return broken("I-3", "OK without a committed driver of the attempt", call->index);
}

/* I-4: no less is told than what exists; and what is said not to exist does not come later
 * either. */
static unsigned check_outcome(const struct world *world, const struct call *call)
{
    enum spk_outcome outcome = call->submit.err.outcome;
    bool committed = false;
    unsigned bad = 0;

    for (size_t i = 0; i < world->n_events; i++) {
        const struct event *event = &world->events[i];

        if (event->call != call->index)
            continue;
        if (event->kind == EVENT_CREATED && outcome == SPK_NOT_CREATED)
            bad += broken("I-4", "NOT_CREATED, but something was", call->index);
        if (event->kind == EVENT_COMMITTED && outcome <= SPK_PARTIAL)
            bad += broken("I-4", "no driver can start, but one was committed", call->index);
        committed |= event->kind == EVENT_COMMITTED && i < call->ended_at;
    }
    if (outcome == SPK_CREATED && !committed && !call->submit.require_submission_id)
        bad += broken("I-4", "CREATED, but no driver was committed", call->index);
    return bad;
}

/* I-13: adopted is what an earlier call made. A refusal that belongs to a second sending hides
 * who made it. */
static unsigned check_adoption(const struct world *world, const struct call *call)
{
    for (size_t i = 0; i < world->n_events; i++) {
        const struct event *event = &world->events[i];

        if (event->kind == EVENT_CREATED && event->call == call->index &&
            strcmp(event->object_kind, "Pod") == 0 && call->submit.result.adopted)
            return broken("I-13", "adopted, but this call made it", call->index);
    }
    return 0;
}

static bool same_object(const struct event *a, const struct event *b)
{
    return strcmp(a->object_kind, b->object_kind) == 0 && strcmp(a->name, b->name) == 0;
}

/* I-8: at most 5 POSTs per object and call, and a look between doubt and the next POST. */
static unsigned check_posts(const struct world *world, const struct call *call, size_t first)
{
    const struct event *object = &world->events[first];
    unsigned posts = 0, bad = 0;
    bool doubt = false;

    for (size_t i = first; i < world->n_events; i++) {
        const struct event *event = &world->events[i];

        if (event->kind != EVENT_SENT || event->call != call->index ||
            !same_object(event, object))
            continue;
        if (event->verb == SPK_API_GET)
            doubt = doubt && event->fault != FAULT_NONE;
        if (event->verb != SPK_API_CREATE)
            continue;
        if (doubt)
            bad += broken("I-8", "POST after a doubtful POST without a look", call->index);
        doubt = fault_rules[event->fault].leaves_doubt;
        posts += event->fault != FAULT_NOT_SENT; /* what never left is no try */
    }
    if (posts > 5)
        bad += broken("I-8", "more than 5 POSTs of one object", call->index);
    return bad;
}

/* I-5: nothing is deleted. I-6: nothing is sent after the answer. I-7: writes are bounded. */
static unsigned check_requests(const struct world *world, const struct call *call)
{
    unsigned bad = 0;

    for (size_t i = 0; i < world->n_events; i++) {
        const struct event *event = &world->events[i];

        if (event->kind != EVENT_SENT || event->call != call->index)
            continue;
        if (event->verb == SPK_API_DELETE)
            bad += broken("I-5", "a DELETE was sent", call->index);
        if (call->finished && i >= call->ended_at)
            bad += broken("I-6", "a request was sent after the answer", call->index);
        if (event->verb != SPK_API_GET && (event->timeout_s < 1 || event->timeout_s > 9))
            bad += broken("I-7", "a write without a timeout", call->index);
        bad += check_posts(world, call, i);
    }
    return bad;
}

static bool is_final(const struct world *world, const struct call *call)
{
    return call->submit.ok || (world->scenario->may_be_refused &&
                               call->submit.err.reason == SPK_TRANSLATOR_CHANGED);
}

/* I-9: when the faults are over, a repeated request gets its driver. */
static unsigned check_ends(const struct world *world)
{
    unsigned bad = 0;

    for (size_t i = 0; i < world->scenario->callers; i++) {
        const struct call *last = world->current[i];

        if (last && last->finished && is_final(world, last))
            continue;
        bad += broken("I-9", last ? last->submit.err.text : "no call", i);
    }
    return bad;
}

unsigned invariants_check(const struct world *world)
{
    unsigned bad = check_commits(world);

    if (!world->refused_for_good)
        bad += check_ends(world);
    for (size_t i = 0; i < world->n_calls; i++) {
        const struct call *call = world->calls[i];

        bad += check_requests(world, call);
        if (call->finished && call->submit.ok)
            bad += check_answer(world, call) + check_adoption(world, call);
        if (call->finished && !call->submit.ok)
            bad += check_outcome(world, call);
    }
    return bad;
}

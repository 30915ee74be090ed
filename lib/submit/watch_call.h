/* SPDX-License-Identifier: Apache-2.0 */
/**
 * watch_call.h: carries out the watch of one driver (driver/watch.h) against an API server,
 * for as long as it takes. It never blocks.
 *
 * One thing is under way at a time, but on which of the API client's threads an answer comes
 * depends on the request; no lock is needed, and on_change and done are never called at the
 * same time. Only spk_watch_call_stop may be called meanwhile.
 */
#pragma once

#include "apiserver/api.h"
#include "driver/watch.h"

/** One watch under way; the caller fills in the first part and keeps it alive. */
struct spk_watch_call {
    struct spk_arena *arena; /* of err and little else, however long it takes */
    struct spk_api *api;
    struct spk_driver_watch *watch; /* prepared */
    int64_t end_ms;                 /* monotonic, the clock of api: it is stopped then */
    const char *traceparent;        /* of every request; NULL: none */
    /* watch->changed is set: there is something to show. Resets it. */
    void (*on_change)(struct spk_watch_call *call);
    void (*done)(struct spk_watch_call *call); /* once */
    void *context;

    bool ok;          /* true if the driver has ended or the watch was stopped; else err */
    bool was_stopped; /* true if the driver has not ended */
    struct spk_err err;
    unsigned kube_calls; /* for the log */

    /* Private; all zero before the start. */
    struct spk_api_job jobs[2];
    struct spk_arena exchanges[2];
    unsigned at;
    const char *selector;
    enum spk_driver_watch_step step;
    _Atomic(struct spk_api_job *) job; /* under way, for stop */
    atomic_bool stopped;
    atomic_int turn;
};

/**
 * Start it; pod is the driver as it was just found, NULL: it is to be read. Outside
 * spk_arena_run.
 *
 * @errors in call->err: those of spk_driver_watch_read; those of refusals;
 *         REQUEST_TOO_LARGE  the arena's limit was reached
 */
void spk_watch_call_start(struct spk_watch_call *call, const cJSON *pod);

/** End it soon: done comes, once. From any thread, before done or even before the start. */
void spk_watch_call_stop(struct spk_watch_call *call);

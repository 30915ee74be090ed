/* SPDX-License-Identifier: Apache-2.0 */
/**
 * query_call.h: carries out one query about drivers (driver/query.h) against an API server. It
 * never blocks; programs that have nothing else to do use spk_query_call_wait.
 *
 * From spk_query_call_start until done the arena is the call's, which has recovery points of
 * its own; so start is called outside spk_arena_run. done is called once, on the API server's
 * loop or, if no answer had to be waited for, inside spk_query_call_start.
 */
#pragma once

#include "apiserver/api.h"
#include "base/latch.h"
#include "driver/query.h"

/** One query under way; the caller fills in the first part and keeps it alive. */
struct spk_query_call {
    struct spk_arena *arena;
    struct spk_api *api;
    struct spk_driver_query *query; /* lives in arena; so does its answer */
    int64_t deadline_ms;            /* monotonic, the clock of api: no request goes on then */
    const char *traceparent;        /* of every request; NULL: none */
    /* A request is about to be sent; NULL: not interested. */
    void (*before)(struct spk_query_call *call, const struct spk_query_request *request);
    void (*done)(struct spk_query_call *call);
    void *context;

    bool ok; /* true if query has the answer, else err */
    struct spk_err err;
    struct spk_api_request last; /* the last request that was sent */
    unsigned kube_calls;         /* for the log */
    atomic_bool cancelled;       /* private, likewise below; false before the start */
    struct spk_latch *latch;     /* of spk_query_call_wait */
    _Atomic(void *) state;
};

/**
 * Start it.
 *
 * @errors in call->err: those of spk_driver_query_next;
 *         CALL_CANCELLED     the caller is gone
 *         REQUEST_TOO_LARGE  the arena's limit was reached, or that of one exchange
 */
void spk_query_call_start(struct spk_query_call *call);

/** The caller is gone: no further request is sent. done still comes, once. From any thread,
 * before done or even before the start. */
void spk_query_call_cancel(struct spk_query_call *call);

/** Carry it out and wait for its end, without done. Returns ok. Call it outside the API
 * server's loop; it may be called inside spk_arena_run. */
bool spk_query_call_wait(struct spk_query_call *call);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * application_read.h: reads the SparkApplication that a command belongs to, before anything is
 * written: which attempt the command is, and which Spark it is for, stands there. It never
 * blocks.
 *
 * Every failure but 403 and 404 is repeated until shortly before the deadline: with the
 * application and without it a submission would have two identities.
 */
#pragma once

#include "apiserver/api.h"
#include "base/warning.h"

/** One read under way; the caller fills in the first part and keeps it alive. */
struct spk_application_read {
    struct spk_arena *arena; /* of the read from its start until done */
    struct spk_api *api;
    const char *ns, *name;
    int64_t deadline_ms;     /* monotonic, the clock of api */
    int64_t first_answer_ms; /* how long an API server that never answered is tried; 0: until
                                the deadline */
    uint64_t jitter_seed;
    const char *traceparent; /* NULL: none */
    /* Called once, on the API server's loop or, if no answer had to be waited for, inside
     * spk_application_read_start. */
    void (*done)(struct spk_application_read *read);
    void *context;

    bool ok;                      /* true if there is a result, else err */
    const cJSON *application;     /* NULL: there is none, or it must not be read */
    struct spk_warnings warnings; /* APPLICATION_NOT_READ then */
    struct spk_err err;
    struct spk_api_request last; /* for messages */
    unsigned kube_calls;         /* for the log */

    atomic_bool cancelled; /* private, likewise below; false before the start */
    _Atomic(void *) state;
};

/**
 * Start it. The arena is the read's until done; call it outside spk_arena_run.
 *
 * @errors in read->err: those of spk_status_fail that mean UNAVAILABLE, else KUBE_ERROR;
 *         CALL_CANCELLED     the caller is gone
 *         REQUEST_TOO_LARGE  the arena's limit was reached
 */
void spk_application_read_start(struct spk_application_read *read);

/** The caller is gone: nothing more is sent. done still comes, once. From any thread, before
 * done or even before the start. */
void spk_application_read_cancel(struct spk_application_read *read);

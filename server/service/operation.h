/* SPDX-License-Identifier: Apache-2.0 */
/**
 * operation.h: one operation of the service, whatever transport brought it. A transport fills
 * in the first part, starts it once, and is told the answer once: inside the start or later,
 * from any thread. The struct must stay until release is called, once, after done; so must
 * the arena and the request.
 *
 * A stream is an operation with several answers. Its type sends them one by one, from any
 * thread, and then finishes; the transport takes the newest one whenever its client is ready
 * for it. An answer that a newer one overtakes is gone: a slow reader hears of the latest
 * state, and nothing piles up for it.
 *
 * The record is what is known of an operation when it is over: the line in the log is made of
 * it. A transport that refuses a call by itself fills in the record as an operation does.
 */
#pragma once

#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>

struct spk_service;
struct spk_operation;

/** One answer of a stream, and the memory it lives in. */
struct spk_answer {
    struct spk_arena arena;
    const void *response; /* of the type: struct spk_health_status, ... */
};

/** NULL: there is no memory. @units limit: bytes of its arena @owner the caller */
struct spk_answer *spk_answer_new(size_t limit);
void spk_answer_free(struct spk_answer *answer); /* NULL is a no-op */

/** The client for whom an operation is carried out. */
struct spk_caller {
    const char *tenant; /* "" outside shared mode */
    bool has_uid;       /* true if the peer is a user of this machine, on a unix socket */
    uint32_t uid;
};

struct spk_record {
    char request_id[65];        /* the caller's own or the transport's */
    int64_t started_ms;         /* monotonic */
    size_t bytes_in, bytes_out; /* of messages: the request, all answers */
    size_t arena_bytes;         /* memory that the operation took */
    enum spk_code code;
    enum spk_reason reason;
    enum spk_outcome outcome;
    char ns[64], app[254], pod[254], attempt[33], submission_id[64]; /* "": none */
    char field[256], err[256]; /* err "": the text may quote what the caller sent */
    bool adopted;
    unsigned kube_calls, retries;
};

/** One kind of operation: what it does, and in which of its phases it may be interrupted. */
struct spk_operation_type {
    const char *name; /* "Submit" */
    /* Runs inside a recovery point and never waits. false: err is the answer. */
    bool (*prepare)(struct spk_operation *operation, struct spk_err *err);
    /* Goes on outside of it, and answers by spk_operation_finish; NULL: prepare was all. */
    void (*proceed)(struct spk_operation *operation);
    /* Hurries what proceed waits for; from any thread. NULL: it waits for nothing. */
    void (*cancel)(struct spk_operation *operation);
    /* Streams: the server stops. Sends what is left to say and finishes, now or soon; from any
     * thread, once at most. NULL: it ends by itself within the call's deadline. */
    void (*drain)(struct spk_operation *operation);
    /* Streams that make an answer when there is room for it: the last one has been written
     * and no other waits. On a thread of the transport. NULL: it sends whatever is new. */
    void (*ready)(struct spk_operation *operation);
};

struct spk_operation {
    /* The transport's to fill in. */
    const struct spk_operation_type *type;
    const struct spk_service *service;
    struct spk_arena *arena;
    struct spk_caller caller;
    int64_t deadline_ms;     /* absolute, monotonic; INT64_MAX: none, as streams may have */
    const char *traceparent; /* W3C trace context; NULL: none */
    bool repeated; /* true if the same call was sent before, as far as the transport knows */
    const void *request; /* of the type: struct spk_submit_request, ... */
    /* The answer: err, or NULL and response is filled in. With a stream it is the end;
     * an answer that was sent before may still wait to be taken. */
    void (*done)(struct spk_operation *operation, const struct spk_err *err);
    /* Streams: there is an answer to take. From any thread; it must not call back. */
    void (*changed)(struct spk_operation *operation);
    void (*release)(struct spk_operation *operation); /* nobody uses it any more */
    void *context;                                    /* of the transport */

    const void *response; /* of the type: struct spk_submit_response, ... */
    struct spk_record record;

    /* Private. */
    _Atomic(void *) state; /* the type's */
    _Atomic(struct spk_answer *) newest;
    atomic_bool cancelled, draining;
    atomic_int references;
};

/**
 * Carry it out; call it outside spk_arena_run.
 *
 * @errors CALL_CANCELLED     it was cancelled before
 *         REQUEST_TOO_LARGE  the arena's limit was reached
 *         those of its type
 */
void spk_operation_start(struct spk_operation *operation);

/** Nobody waits for the answer any more: end early. From any thread, from before the start
 * until release; done still comes, once. */
void spk_operation_cancel(struct spk_operation *operation);

/** The server stops: a stream is to end. From any thread, from the start until release. */
void spk_operation_drain(struct spk_operation *operation);

/**
 * For transports: the newest answer that was sent and not taken yet, or NULL. It may be there
 * even after release; whoever gives the operation up takes it.
 *
 * @owner  the caller's, until spk_answer_free
 */
struct spk_answer *spk_operation_take(struct spk_operation *operation);

/** For transports: the last answer has been written. From the start until release. */
void spk_operation_ready(struct spk_operation *operation);

/**
 * For types of streams: the newest answer, which takes the place of one that nobody has taken
 * yet. From any thread, from the start until the finish.
 *
 * @owner  answer is no longer the caller's
 */
void spk_operation_send(struct spk_operation *operation, struct spk_answer *answer);

/** For types: answer. err NULL: response is filled in. It ends a stream. */
void spk_operation_finish(struct spk_operation *operation, const struct spk_err *err);

/* For types: another place that uses the operation until it drops it. */
void spk_operation_hold(struct spk_operation *operation);
void spk_operation_drop(struct spk_operation *operation);

/** Note why a call failed; NULL: it did not. */
void spk_record_error(struct spk_record *record, const struct spk_err *err);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * operation.h: one operation of the service, whatever transport brought it. A transport fills
 * in the first part, starts it once, and is told the answer once: inside the start or later,
 * from any thread. The struct must stay until release is called, once, after done; so must
 * the arena and the request.
 *
 * The record is what is known of an operation when it is over: the line in the log is made of
 * it. A transport that refuses a call by itself fills in the record as an operation does.
 */
#pragma once

#include "base/err.h"

#include <stdatomic.h>

struct spk_service;
struct spk_operation;

/** The client for whom an operation is carried out. */
struct spk_caller {
    const char *tenant; /* "" outside shared mode */
};

struct spk_record {
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
};

struct spk_operation {
    /* The transport's to fill in. */
    const struct spk_operation_type *type;
    const struct spk_service *service;
    struct spk_arena *arena;
    struct spk_caller caller;
    int64_t deadline_ms;     /* absolute, monotonic */
    const char *traceparent; /* W3C trace context; NULL: none */
    bool repeated;           /* the same call was sent before, as far as the transport knows */
    const void *request;     /* of the type: struct spk_submit_request, ... */
    /* The answer: err, or NULL and response is filled in. */
    void (*done)(struct spk_operation *operation, const struct spk_err *err);
    void (*release)(struct spk_operation *operation); /* nobody uses it any more */
    void *context;                                    /* of the transport */

    const void *response; /* of the type: struct spk_submit_response, ... */
    struct spk_record record;

    /* Private. */
    _Atomic(void *) state; /* the type's */
    atomic_bool cancelled;
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

/** For types: answer. err NULL: response is filled in. */
void spk_operation_finish(struct spk_operation *operation, const struct spk_err *err);

/* For types: another place that uses the operation until it drops it. */
void spk_operation_hold(struct spk_operation *operation);
void spk_operation_drop(struct spk_operation *operation);

/** Note why a call failed; NULL: it did not. */
void spk_record_error(struct spk_record *record, const struct spk_err *err);

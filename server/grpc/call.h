/* SPDX-License-Identifier: Apache-2.0 */
/**
 * call.h: the life of one RPC. It is accepted, admitted and handed to its method on the
 * completion-queue thread; whoever has the result answers it, once, from any thread.
 *
 * A call is counted by references: one for each tag that the core owes it and one for each
 * place that still wants to answer. The last one to go logs the call and frees it. Its memory,
 * the arena and the request, is counted apart: it goes when the last place that works on the
 * request is done, however long the client takes to read the answer.
 */
#pragma once

#include "service/operation.h"

#include <grpc/grpc.h>
#include <protobuf-c/protobuf-c.h>
#include <stdatomic.h>

struct spk_call;
struct spk_rpc;
struct spk_face;
struct spk_method;

typedef void spk_call_fn(struct spk_call *call);

/** The purpose of a completion. fn runs on the completion-queue thread. */
struct spk_tag {
    void (*fn)(struct spk_call *call, bool ok);
    struct spk_call *call;
};

struct spk_call {
    struct spk_arena arena;
    struct spk_rpc *rpc;
    struct spk_face *face;
    const struct spk_method *method;

    /* The core's. */
    grpc_call *core;
    grpc_call_details details; /* of methods that are not registered */
    grpc_metadata_array metadata;
    gpr_timespec core_deadline; /* of registered methods */
    grpc_byte_buffer *received, *sending;
    grpc_slice flat; /* a request that came in several pieces */
    int cancelled;
    struct spk_tag accepted, closed, read, written, replied;
    atomic_int references, memory_users;
    bool keeps_memory; /* until the call's end: streams, which use it all the time */
    atomic_bool finished, gone;
    bool admitted, initial_sent, busy_writing;
    size_t reserved; /* of the memory budget */

    /* For the method. */
    const uint8_t *request;
    size_t request_length;
    int64_t started_ms, deadline_ms; /* monotonic */
    char request_id[65];
    char traceparent[56]; /* the caller's; "" if none or malformed */
    void *state;
    spk_call_fn *then;    /* set by run: goes on outside the recovery point, with a thread of
                             its own from there on */
    spk_call_fn *on_gone; /* the client is gone; on the completion-queue thread */
    spk_call_fn *on_read; /* streams: request is there, or NULL at the end */
    spk_call_fn *on_written;
    spk_call_fn *on_tick; /* streams without an end of their own: several times a second */
    struct spk_call *next, *previous; /* the loop's list */
    bool overdue;                     /* broken off: the client did not read its answer */

    /* The operation of the service; its record is kept for every call, also for one that was
     * refused before there was an operation. */
    struct spk_operation operation;
    size_t arena_bytes, bytes_out; /* for the log */
};

/** Ask the core for the next call of method (NULL: of any that is not registered). */
void spk_call_post(struct spk_rpc *rpc, struct spk_face *face, const struct spk_method *method,
                   void *registered);

void spk_call_hold(struct spk_call *call);
void spk_call_drop(struct spk_call *call);

/* As hold and drop, and the call's memory stays as well: for places outside of its method. */
void spk_call_hold_memory(struct spk_call *call);
void spk_call_drop_memory(struct spk_call *call);

/** Answer; only the first answer of a call counts. Any thread. */
void spk_call_answer(struct spk_call *call, const ProtobufCMessage *message);
void spk_call_fail(struct spk_call *call, const struct spk_err *err);
void spk_call_end(struct spk_call *call); /* streams: OK, nothing more to say */

/** As spk_call_fail, for errors without a field. */
void spk_call_refuse(struct spk_call *call, enum spk_reason reason, const char *text);

/** Run fn inside the call's recovery point; exhaustion fails the call. */
void spk_call_run(struct spk_call *call, spk_call_fn *fn);

/* Streams, on the completion-queue thread: one read and one write at a time. */
void spk_call_read(struct spk_call *call);
void spk_call_write(struct spk_call *call, const uint8_t *bytes, size_t length);

/* The line of a call that is over. */
void spk_call_log(const struct spk_call *call);
void spk_call_log_init(struct spk_rpc *rpc);

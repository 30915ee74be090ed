/* SPDX-License-Identifier: Apache-2.0 */
/**
 * call.h: the life of one RPC. It is accepted, admitted and handed to its method on the rpc
 * thread; whoever has the result answers it, once, from any thread.
 *
 * A call is counted by references: one for each tag that the core owes it and one for each
 * place that still wants to answer. The last one to go logs the call and frees it. Its memory,
 * the arena and the request, is counted apart: it goes when the last place that works on the
 * request is done, however long the client takes to read the answer.
 */
#pragma once

#include "grpc/reply.h"
#include "grpc/rpc.h"
#include "service/operation.h"

#include <protobuf-c/protobuf-c.h>

struct spk_call;
struct spk_core_server;
struct spk_method;
struct spk_server_group;

typedef void spk_call_fn(struct spk_call *call);

struct spk_call {
    struct spk_arena arena;
    struct spk_server_group *group;
    struct spk_core_server *server;
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
    bool keeps_memory;    /* true if until the call's end: both sides speak as they like */
    atomic_bool gone;     /* true once the client is */
    atomic_bool finished; /* true once the end is decided: reply */
    struct spk_reply reply;
    struct spk_arena reply_arena;
    bool admitted, has_place, initial_sent, busy_writing;
    size_t reserved; /* of the memory budget */

    /* For the method. */
    const uint8_t *request;
    size_t request_length;
    int64_t deadline_ms;  /* monotonic; SPK_RPC_NEVER: none */
    char traceparent[56]; /* the caller's; "" if none or malformed */
    spk_call_fn *then;    /* set by run: goes on outside the recovery point, with a thread of
                             its own from there on */
    /* On the rpc thread, while the call's memory is there; NULL: it need not be told. */
    spk_call_fn *on_gone;  /* the client is gone */
    spk_call_fn *on_drain; /* the server stops */
    /* Streams. */
    spk_call_fn *on_read; /* request is there, or NULL at the end */
    spk_call_fn *on_written;
    struct spk_rpc_item news; /* there is an answer to write, or the end */
    atomic_bool posted,
        ended; /* true while news is; once the end is to be sent after the last answer */

    struct spk_call *next, *previous; /* the group's list */
    bool overdue; /* true if broken off: the client did not read its answer */

    /* The operation of the service; its record is kept for every call, also for one that was
     * refused before there was an operation. */
    struct spk_operation operation;
};

/** Ask the core for the next call of method (NULL: of any that is not registered). */
void spk_call_request(struct spk_core_server *server, const struct spk_method *method,
                      void *registered);

void spk_call_hold(struct spk_call *call);
void spk_call_drop(struct spk_call *call);

/* As hold and drop, and the call's memory stays as well: for places outside of its method. */
void spk_call_hold_memory(struct spk_call *call);
void spk_call_drop_memory(struct spk_call *call);

/** Call fn, unless the call's memory is gone already. On the rpc thread. */
void spk_call_tell(struct spk_call *call, spk_call_fn *fn);

/** Answer; only the first answer of a call counts. Any thread; of streams the rpc thread. */
void spk_call_answer(struct spk_call *call, const ProtobufCMessage *message);
void spk_call_fail(struct spk_call *call, const struct spk_err *err);
void spk_call_end(struct spk_call *call); /* streams: OK, nothing more to say */

/** As spk_call_fail, for errors without a field. */
void spk_call_refuse(struct spk_call *call, enum spk_reason reason, const char *text);

/** Decide the end without sending it yet; err NULL: OK. false: it was decided before. */
bool spk_call_decide(struct spk_call *call, const struct spk_err *err);

/** Send the end that was decided. */
void spk_call_send_end(struct spk_call *call);

/** Run fn inside the call's recovery point; exhaustion fails the call. */
void spk_call_run(struct spk_call *call, spk_call_fn *fn);

/** The server stops: a stream is told, others go on. On the rpc thread. */
void spk_call_drain(struct spk_call *call);

/* Streams, on the rpc thread: one read and one write at a time. */
void spk_call_read(struct spk_call *call);
void spk_call_write(struct spk_call *call, const uint8_t *bytes, size_t length);

/** Start one batch; a reference of its tag's goes when the tag comes, and the caller has one
 * of its own. false: the core refused it, no tag will come. */
bool spk_call_start(struct spk_call *call, const grpc_op *ops, size_t n, struct spk_tag *tag);

/* The line of a call that is over. */
void spk_call_log(const struct spk_call *call);
void spk_call_log_init(struct spk_arena *arena, struct spk_server_group *group);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * loop.h: the gRPC side of the process: one completion queue and the one thread that serves
 * it, one core server for each kind of listener, what all calls are counted against, and the
 * way down.
 *
 * The thread never blocks: it decodes, translates and hands over.
 */
#pragma once

#include "grpc/health.h"
#include "grpc/methods.h"
#include "grpc/reflection.h"
#include "process/log.h"

#include <pthread.h>

enum spk_rpc_phase {
    SPK_RPC_SERVING,
    SPK_RPC_LEAVING,  /* not ready any more, but still taking calls */
    SPK_RPC_REFUSING, /* new calls are told that the server stops */
    SPK_RPC_CLOSING,  /* the core takes no calls; what runs may end */
};

/** A core server: unix and TCP listeners want different channel arguments. */
struct spk_face {
    const char *name; /* "uds", "tcp" */
    grpc_server *server;
    void *registered[SPK_METHODS]; /* the core's handles; NULL: found by path */
    struct spk_tag shut;
};

enum { SPK_FACE_UNIX, SPK_FACE_TCP, SPK_FACES };

struct spk_rpc_config {
    const struct spk_service *service;
    const atomic_int_fast64_t *api_ticked_ms; /* of struct spk_api */
    bool faces[SPK_FACES], reflection;
    size_t max_inflight, memory_budget;
    int64_t default_deadline_ms, max_deadline_ms;
};

struct spk_rpc {
    const struct spk_log *log;
    const struct spk_service *service;
    grpc_completion_queue *queue;
    grpc_resource_quota *quota;
    struct spk_face faces[SPK_FACES];
    pthread_t thread;

    bool reflection_on;
    struct spk_reflection reflection;
    struct spk_call *calls; /* all that are accepted and not over; the thread's own */
    size_t streams[SPK_ADMISSION_CLASSES]; /* of these, streams; by what they count against */
    char id_prefix[9];

    size_t max_inflight, memory_budget;
    int64_t default_deadline_ms, max_deadline_ms;
    atomic_size_t live, inflight, reserved, next_id;
    atomic_int phase;                         /* enum spk_rpc_phase */
    atomic_bool ready;                        /* the API server answers */
    const atomic_int_fast64_t *api_ticked_ms; /* last turn of its loop; 0: it has no loop */
    bool stuck; /* the thread's own: what the log says of the API server's loop */
    struct spk_log_limit failures[SPK_METHODS + 1][SPK_CODES]; /* last: other methods */
    atomic_int closing; /* core servers that are not shut down yet */
};

/**
 * Create queue and core servers; nothing is listened on yet.
 *
 * @owner  rpc is the caller's until spk_rpc_close; arena, config and log must outlive it
 * @errors INTERNAL_ERROR
 */
bool spk_rpc_open(struct spk_arena *arena, struct spk_rpc *rpc,
                  const struct spk_rpc_config *config, const struct spk_log *log,
                  struct spk_err *err) SPK_CHECK;

/** Start serving: listeners of the core must have been added. @errors INTERNAL_ERROR */
bool spk_rpc_start(struct spk_rpc *rpc, struct spk_err *err) SPK_CHECK;

/** Close listeners and connections to new calls; rpc->closing falls to 0. */
void spk_rpc_shut(struct spk_rpc *rpc);

/** Break off all calls that still run; only after spk_rpc_shut. */
void spk_rpc_cancel(struct spk_rpc *rpc);

/** Stop the thread and free everything; no call is live and closing is 0. */
void spk_rpc_close(struct spk_rpc *rpc);

/* For call.c. */
void spk_rpc_repost(struct spk_rpc *rpc, struct spk_face *face,
                    const struct spk_method *method);

/* The list of calls: they are looked at four times a second, while there are any. */
void spk_rpc_add(struct spk_rpc *rpc, struct spk_call *call);
void spk_rpc_remove(struct spk_rpc *rpc, struct spk_call *call);

/** call may last for ever, and on_tick is called on it whenever it is looked at. */
void spk_rpc_add_stream(struct spk_rpc *rpc, struct spk_call *call, spk_call_fn *on_tick);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * server_group.h: the core's servers, one for TCP and one for each user who connects to a unix
 * socket, with one completion queue; what all their calls share, and the way down.
 *
 * A server for each user: nothing that the core tells of a call leads back to its connection,
 * but which server took it does. So the peer's user, which is known when a connection is
 * accepted, is known of its calls.
 */
#pragma once

#include "config/options.h"
#include "grpc/admission.h"
#include "grpc/methods.h"
#include "grpc/reflection.h"
#include "grpc/rpc.h"
#include "process/log.h"

enum spk_rpc_phase {
    SPK_RPC_SERVING,
    SPK_RPC_LEAVING,  /* not ready any more, but still taking calls */
    SPK_RPC_REFUSING, /* new calls are told that the server stops, streams end */
    SPK_RPC_CLOSING,  /* the core takes no calls; what runs may end */
};

struct spk_server_group;

struct spk_core_server {
    struct spk_server_group *group;
    const char *peer; /* "uds", "tcp" */
    bool is_tcp;
    uid_t uid;         /* of all its peers; not of TCP's */
    grpc_server *core; /* NULL: not needed yet */
    void **registered; /* the core's handles, by row of spk_methods; NULL: found by path */
    struct spk_rpc_item started;
    struct spk_tag shut;
};

struct spk_server_group_config {
    const struct spk_service *service;
    const struct spk_uids *uids; /* of unix sockets; NULL: none is listened on */
    bool tcp, reflection;
    struct spk_admission_limits limits;
};

struct spk_server_group {
    const struct spk_log *log;
    const struct spk_service *service;
    struct spk_rpc *rpc;
    grpc_resource_quota *quota;
    struct spk_core_server tcp;
    struct spk_core_server *users; /* one for each of config's uids */
    size_t n_users;

    bool reflection_on;
    struct spk_reflection reflection;
    struct spk_admission admission;
    struct spk_log_limit (*failures)[SPK_CODES]; /* by row of spk_methods; last: others */
    atomic_size_t live;                          /* calls that are accepted and not over */
    atomic_int phase;                            /* enum spk_rpc_phase */
    atomic_int closing;                          /* core servers that are not shut down yet */
    struct spk_call *calls;                      /* those of live; the rpc thread's own */
    struct spk_rpc_timer overdue;                /* when the next call may be broken off */
    struct spk_rpc_item drain;
};

/**
 * Prepare the servers on rpc, which is open and not started; nothing is listened on yet.
 *
 * @owner  group is the caller's until spk_server_group_close; arena, rpc, log and what config
 *         points to must outlive it
 * @errors INTERNAL_ERROR
 */
bool spk_server_group_open(struct spk_arena *arena, struct spk_server_group *group,
                           struct spk_rpc *rpc, const struct spk_server_group_config *config,
                           const struct spk_log *log, struct spk_err *err) SPK_CHECK;

/** Take calls over TCP: the core's ports must have been added. */
void spk_server_group_start(struct spk_server_group *group);

/**
 * The server of a user's connections, which is started with the first of them; NULL: the user
 * is not allowed, or there is no memory. On the accepting thread only.
 */
struct spk_core_server *spk_server_group_user(struct spk_server_group *group, uid_t uid);

/** Enter a later phase. From REFUSING on streams are told to end. */
void spk_server_group_set_phase(struct spk_server_group *group, enum spk_rpc_phase phase);

/** Close connections to new calls; nobody accepts any more. group->closing falls to 0. */
void spk_server_group_shut(struct spk_server_group *group);

/** Break off all calls that still run; only after spk_server_group_shut. */
void spk_server_group_cancel(struct spk_server_group *group);

/** Free everything; no call is live, closing is 0 and the rpc thread has stopped. */
void spk_server_group_close(struct spk_server_group *group);

/* For calls, on the rpc thread. */

/** Ask the core for the next call of method (NULL: of any that is not registered). */
void spk_core_server_request(struct spk_core_server *server, const struct spk_method *method);

void spk_server_group_add(struct spk_server_group *group, struct spk_call *call);
void spk_server_group_remove(struct spk_server_group *group, struct spk_call *call);

/** call's deadline has changed: it may have to be broken off earlier. */
void spk_server_group_set_due(struct spk_server_group *group, const struct spk_call *call);

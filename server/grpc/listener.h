/* SPDX-License-Identifier: Apache-2.0 */
/**
 * listener.h: the unix sockets we listen on ourselves, with one thread that accepts: the core
 * gives no peer credentials, takes a live socket over silently, and its listener dies of one
 * EMFILE. TCP is the core's.
 */
#pragma once

#include "grpc/server_group.h"
#include "grpc/unix_socket.h"

#define SPK_MAX_SOCKETS 8

struct spk_peer {
    int fd;
    uint64_t inode; /* tells whether fd is still the same socket */
};

/** An address that is listened on. */
struct spk_listened {
    const char *text;
    int port; /* TCP: the one that was asked for, or got; else 0 */
};

struct spk_listener {
    struct spk_server_group *group;
    const struct spk_uids *allowed;
    struct spk_socket sockets[SPK_MAX_SOCKETS];
    size_t n_sockets;
    struct spk_listened *addresses; /* of --listen, in order */
    size_t n_addresses;
    int wake[2]; /* pipe: closing the far end stops the thread */
    int spare;   /* given up to accept and close when descriptors run out */
    pthread_t thread;
    bool running;
    struct spk_peer *peers; /* SPK_MAX_CONNECTIONS of them */
    size_t n_peers;
    struct spk_log_limit refused;
};

/**
 * Listen on all addresses: unix sockets here, TCP ports in the core. The umask must be set
 * already and no other thread may run.
 *
 * @owner  listener is the caller's until spk_listener_close, after false too
 * @errors INVALID_FIELD  the address cannot be listened on, and why; err->field is "--listen"
 */
bool spk_listener_open(struct spk_arena *arena, struct spk_listener *listener,
                       struct spk_server_group *group, const struct spk_config *config,
                       struct spk_err *err) SPK_CHECK;

/** A line for each address; once calls are taken. */
void spk_listener_log(const struct spk_listener *listener);

/** Accept; after spk_server_group_start. @errors INTERNAL_ERROR */
bool spk_listener_start(struct spk_listener *listener, struct spk_err *err) SPK_CHECK;

/** Stop accepting, remove the sockets. */
void spk_listener_close(struct spk_listener *listener);

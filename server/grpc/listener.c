/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/listener.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- opening ---- */

static bool add_tcp(struct spk_listener *listener, const char *address, int *out,
                    struct spk_err *err)
{
    grpc_server_credentials *credentials = grpc_insecure_server_credentials_create();
    int port = grpc_server_add_http2_port(listener->group->tcp.core, address, credentials);

    grpc_server_credentials_release(credentials);
    if (port == 0)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.64s' cannot be listened on: bad address, or in use", address);
    *out = port;
    return true;
}

static bool add_unix(struct spk_arena *arena, struct spk_listener *listener, const char *path,
                     struct spk_err *err)
{
    if (listener->n_sockets == SPK_MAX_SOCKETS)
        return spk_fail(err, SPK_INVALID_FIELD, "there are more than 8 unix sockets");
    struct spk_socket *socket = &listener->sockets[listener->n_sockets];

    *socket = (struct spk_socket){.path = path,
                                  .lock_path = spk_printf(arena, "%s.lock", path),
                                  .fd = -1,
                                  .lock_fd = -1};
    listener->n_sockets++;
    return spk_unix_socket_open(socket, err);
}

bool spk_listener_open(struct spk_arena *arena, struct spk_listener *listener,
                       struct spk_server_group *group, const struct spk_config *config,
                       struct spk_err *err)
{
    *listener = (struct spk_listener){
        .group = group,
        .allowed = &config->allowed_uids,
        .refused = {.event = "connection refused", .most = SPK_LOG_REPEATED},
        .wake = {-1, -1},
        .spare = -1};
    listener->addresses =
        spk_alloc_array(arena, config->listen.n, sizeof(*listener->addresses));
    listener->peers = spk_alloc_array(arena, SPK_MAX_CONNECTIONS, sizeof(*listener->peers));
    for (size_t i = 0; i < config->listen.n; i++) {
        struct spk_listened *listened = &listener->addresses[listener->n_addresses++];
        struct spk_address address;

        if (!spk_address_parse(config->listen.items[i], &address, err) ||
            !(address.is_unix ? add_unix(arena, listener, address.text, err)
                              : add_tcp(listener, address.text, &listened->port, err)))
            return spk_fail_at(err, "--listen");
        listened->text = address.text;
    }
    return true;
}

void spk_listener_log(const struct spk_listener *listener)
{
    for (size_t i = 0; i < listener->n_addresses; i++) {
        struct spk_log_line line;

        spk_log_begin(listener->group->log, &line, SPK_LOG_INFO, "listening");
        spk_log_text(&line, "address", listener->addresses[i].text);
        if (listener->addresses[i].port)
            spk_log_int(&line, "port", listener->addresses[i].port);
        spk_log_end(&line);
    }
}

/* ---- accepting ---- */

static void refuse(struct spk_listener *listener, int fd, const char *why)
{
    if (fd >= 0)
        (void)close(fd);
    if (spk_log_allowed(listener->group->log, &listener->refused))
        spk_log_event(listener->group->log, SPK_LOG_WARN, "connection refused", "why", why);
}

static bool is_allowed(const struct spk_listener *listener, uid_t uid)
{
    for (size_t i = 0; i < listener->allowed->n; i++)
        if (listener->allowed->items[i] == uid)
            return true;
    return false;
}

static uint64_t inode_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? (uint64_t)status.st_ino : 0;
}

/* The core owns the descriptors: forget those that are closed or are something else by now. */
static void sweep_peers(struct spk_listener *listener)
{
    size_t kept = 0;

    for (size_t i = 0; i < listener->n_peers; i++)
        if (inode_of(listener->peers[i].fd) == listener->peers[i].inode)
            listener->peers[kept++] = listener->peers[i];
    listener->n_peers = kept;
}

static void take(struct spk_listener *listener, int fd)
{
    uid_t uid;

    if (!spk_unix_socket_peer(fd, &uid) || !is_allowed(listener, uid)) {
        refuse(listener, fd, "this user may not connect");
        return;
    }
    if (listener->n_peers == SPK_MAX_CONNECTIONS)
        sweep_peers(listener);
    if (listener->n_peers == SPK_MAX_CONNECTIONS) {
        refuse(listener, fd, "too many connections");
        return;
    }
    struct spk_core_server *server = spk_server_group_user(listener->group, uid);
    if (!server) {
        refuse(listener, fd, "there is no memory for a server of this user");
        return;
    }
    listener->peers[listener->n_peers++] = (struct spk_peer){fd, inode_of(fd)};
    grpc_server_credentials *credentials = grpc_insecure_server_credentials_create();
    grpc_server_add_channel_from_fd(server->core, fd, credentials);
    grpc_server_credentials_release(credentials);
}

/* Out of descriptors: give up the spare one to take the caller off the queue. */
static void relieve(struct spk_listener *listener, int fd)
{
    (void)close(listener->spare);
    refuse(listener, spk_unix_socket_accept(fd), "no file descriptors left");
    listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)poll(NULL, 0, 100);
}

static void accept_one(struct spk_listener *listener, int fd)
{
    int peer = spk_unix_socket_accept(fd);

    if (peer >= 0)
        take(listener, peer);
    else if (errno == EMFILE || errno == ENFILE)
        relieve(listener, fd);
}

static void *accept_all(void *argument)
{
    struct spk_listener *listener = argument;
    struct pollfd polls[SPK_MAX_SOCKETS + 1];
    size_t n = listener->n_sockets;

    for (size_t i = 0; i < n; i++)
        polls[i] = (struct pollfd){.fd = listener->sockets[i].fd, .events = POLLIN};
    polls[n] = (struct pollfd){.fd = listener->wake[0], .events = POLLIN};
    for (;;) {
        if (poll(polls, (nfds_t)n + 1, -1) < 0)
            continue;
        if (polls[n].revents)
            return NULL;
        for (size_t i = 0; i < n; i++)
            if (polls[i].revents)
                accept_one(listener, polls[i].fd);
    }
}

bool spk_listener_start(struct spk_listener *listener, struct spk_err *err)
{
    if (listener->n_sockets == 0)
        return true;
    listener->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (pipe2(listener->wake, O_CLOEXEC) != 0 ||
        pthread_create(&listener->thread, NULL, accept_all, listener) != 0)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the accepting thread cannot be started");
    listener->running = true;
    return true;
}

void spk_listener_close(struct spk_listener *listener)
{
    if (listener->running) {
        (void)close(listener->wake[1]);
        (void)pthread_join(listener->thread, NULL);
        (void)close(listener->wake[0]);
        (void)close(listener->spare);
    }
    listener->running = false;
    for (size_t i = 0; i < listener->n_sockets; i++)
        spk_unix_socket_close(&listener->sockets[i]);
    listener->n_sockets = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * unix_socket.h: one listening unix socket. A lock file beside it, held with flock, decides
 * who owns the path; a stale socket is removed only under that lock.
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct spk_socket {
    const char *path, *lock_path;
    int fd, lock_fd; /* -1: closed */
};

/**
 * Listen on socket->path; its directory is made (0750) if it is missing. The umask decides
 * the mode of the socket.
 *
 * @owner  spk_unix_socket_close, after false too
 * @errors INVALID_FIELD  the directory is open to others, the path is in use, ...
 */
bool spk_unix_socket_open(struct spk_socket *socket, struct spk_err *err) SPK_CHECK;

/** Close and remove the socket, if this process made it. */
void spk_unix_socket_close(struct spk_socket *socket);

/** A connection, non-blocking and close-on-exec; -1 with errno. */
int spk_unix_socket_accept(int fd);

/** The user at the other end. @errors false: unknown */
bool spk_unix_socket_peer(int fd, uid_t *out) SPK_CHECK;

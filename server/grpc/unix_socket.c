/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 512

static bool is_our_group(gid_t group)
{
    gid_t groups[256];
    int n = getgroups(SPK_LEN(groups), groups);

    for (int i = 0; i < n; i++)
        if (groups[i] == group)
            return true;
    return group == getegid();
}

static bool check_directory(const char *path, struct spk_err *err)
{
    char directory[sizeof(((struct sockaddr_un *)NULL)->sun_path)] = {0};
    const char *slash = strrchr(path, '/');
    struct stat status;

    if (slash == path)
        return spk_fail(err, SPK_INVALID_FIELD, "'%.107s' needs a directory of its own", path);
    memcpy(directory, path, (size_t)(slash - path));
    bool made = mkdir(directory, 0750) == 0;
    if ((!made && errno != EEXIST) || (made && chmod(directory, 0750) != 0))
        return spk_fail(err, SPK_INVALID_FIELD, "directory '%.107s' cannot be made: %s",
                        directory, strerror(errno));
    if (stat(directory, &status) != 0 || !S_ISDIR(status.st_mode))
        return spk_fail(err, SPK_INVALID_FIELD, "'%.107s' is not a directory", directory);
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "directory '%.107s' belongs to another user: name one that is ours, "
                        "or root's",
                        directory);
    if ((status.st_mode & S_IWOTH) ||
        ((status.st_mode & S_IWGRP) && !is_our_group(status.st_gid)))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "others may write to directory '%.107s': name one that does not exist "
                        "yet, or one of mode 0750 (of an emptyDir volume, which is 0777, a "
                        "sub-directory)",
                        directory);
    return true;
}

static bool lock(struct spk_socket *socket, struct spk_err *err)
{
    socket->lock_fd = open(socket->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (socket->lock_fd < 0)
        return spk_fail(err, SPK_INVALID_FIELD, "lock file '%.115s': %s", socket->lock_path,
                        strerror(errno));
    if (flock(socket->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    (void)close(socket->lock_fd);
    socket->lock_fd = -1;
    return spk_fail(err, SPK_INVALID_FIELD, "another process listens on '%.107s'",
                    socket->path);
}

/* A crashed process left the file; this process holds the lock, so nobody listens there. */
static bool remove_stale(const char *path, struct spk_err *err)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return errno == ENOENT ||
               spk_fail(err, SPK_INVALID_FIELD, "'%.107s' cannot be looked at: %s", path,
                        strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.107s' exists and is no socket: it is not replaced", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "the old socket '%.107s' cannot be removed: %s", path,
                        strerror(errno));
    return true;
}

/* Only what was bound is at the path, and only that is removed when it is closed. */
static bool bind_path(struct spk_socket *socket_, const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) != 0) {
        int reason = errno;

        (void)close(fd);
        errno = reason;
        return false;
    }
    socket_->fd = fd;
    return listen(fd, BACKLOG) == 0;
}

bool spk_unix_socket_open(struct spk_socket *socket_, struct spk_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (!check_directory(socket_->path, err) || !lock(socket_, err) ||
        !remove_stale(socket_->path, err))
        return false;
    memcpy(address.sun_path, socket_->path, strlen(socket_->path) + 1);
    if (!bind_path(socket_, &address))
        return spk_fail(err, SPK_INVALID_FIELD, "'%.107s' cannot be listened on: %s",
                        socket_->path, strerror(errno));
    return true;
}

void spk_unix_socket_close(struct spk_socket *socket)
{
    if (socket->fd >= 0) {
        (void)close(socket->fd);
        (void)unlink(socket->path);
    }
    /* The lock file stays: removing it would let two processes hold two locks. */
    if (socket->lock_fd >= 0)
        (void)close(socket->lock_fd);
    socket->fd = socket->lock_fd = -1;
}

int spk_unix_socket_accept(int fd)
{
    return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

bool spk_unix_socket_peer(int fd, uid_t *out)
{
    struct ucred credentials;
    socklen_t length = sizeof(credentials);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
        return false;
    *out = credentials.uid;
    return true;
}

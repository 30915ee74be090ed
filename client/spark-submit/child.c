/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void add_null(posix_spawn_file_actions_t *actions, int fd, int flags)
{
    (void)posix_spawn_file_actions_addopen(actions, fd, "/dev/null", flags, 0);
}

static int start(const struct submit_child *child, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t defaults, none;

    (void)sigemptyset(&none);
    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE); /* which is ignored here */
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (child->is_quiet) {
        add_null(&actions, STDIN_FILENO, O_RDONLY);
        add_null(&actions, STDERR_FILENO, O_WRONLY);
        flags |= POSIX_SPAWN_SETPGROUP;
    }
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setflags(&attributes, flags);
    int error = posix_spawnp(pid, child->words[0], &actions, &attributes, child->words,
                             child->environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Waits for output; false at the deadline. @units monotonic ms; 0: none */
static bool await(int fd, int64_t deadline_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    for (;;) {
        int64_t left = deadline_ms - spk_monotonic_ms();
        int n = poll(&poll_fd, 1, !deadline_ms ? -1 : left > 0 ? (int)left : 0);

        if (n > 0 || (n < 0 && errno != EINTR))
            return true;
        if (n == 0)
            return false;
    }
}

/* Until the end of the output, or one byte more than there may be; false if it came late. */
static bool read_all(int fd, int64_t deadline_ms, size_t limit, char *data, size_t *length)
{
    while (*length <= limit) {
        if (!await(fd, deadline_ms))
            return false;
        ssize_t n = read(fd, data + *length, limit + 1 - *length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        *length += (size_t)n;
    }
    return true;
}

/* One that closed its output may live on: it is given the rest of its time to end. */
static bool await_end(pid_t pid, int64_t deadline_ms, int *status)
{
    pid_t ended;

    for (;;) {
        ended = waitpid(pid, status, deadline_ms ? WNOHANG : 0);
        if (ended == pid || (ended < 0 && errno != EINTR))
            return true;
        if (ended == 0 && spk_monotonic_ms() >= deadline_ms)
            return false;
        if (ended == 0)
            (void)poll(NULL, 0, 10);
    }
}

static void reap(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
}

bool submit_child_run(struct spk_arena *arena, const struct submit_child *child,
                      struct submit_child_end *out, struct spk_err *err)
{
    /* Allocated first: running out of arena must leave no descriptor and no child. */
    char *data = spk_alloc(arena, child->limit + 2);
    int64_t deadline_ms = child->timeout_ms ? spk_monotonic_ms() + child->timeout_ms : 0;
    int ends[2], status = 0;
    size_t length = 0;
    pid_t pid = 0;

    if (pipe(ends) < 0)
        return spk_fail(err, SPK_INTERNAL_ERROR, "cannot make a pipe: %s", strerror(errno));
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int error = start(child, ends[1], &pid);
    (void)close(ends[1]);
    if (error) {
        (void)close(ends[0]);
        return spk_fail(err, SPK_INVALID_FIELD, "%s", strerror(error));
    }
    bool in_time = read_all(ends[0], deadline_ms, child->limit, data, &length);
    (void)close(ends[0]);
    in_time = in_time && await_end(pid, deadline_ms, &status);
    if (!in_time) {
        (void)kill(child->is_quiet ? -pid : pid, SIGKILL);
        reap(pid, &status);
    }
    *out = (struct submit_child_end){
        .output = {data, length},
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
        .is_late = !in_time,
    };
    return true;
}

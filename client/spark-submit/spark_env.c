/* SPDX-License-Identifier: Apache-2.0 */
#include "spark_env.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* env stands at this place everywhere, and PATH may have changed. */
static const char script[] =
    "SPARK_ENV_SH=$1; shift; set -a; . \"$SPARK_ENV_SH\" >&2; set +a; exec /usr/bin/env -0";

static const char *get(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static bool set(const char *name, const char *value, struct spk_err *err)
{
    if (setenv(name, value, 1) == 0)
        return true;
    return spk_fail(err, SPK_INTERNAL_ERROR, "cannot set the variable '%.64s': %s", name,
                    strerror(errno));
}

/* The words of bash; Spark's spark-class is the script that includes the file. */
static char **bash_words(struct spk_arena *arena, const char *path,
                         const struct spk_strings *words)
{
    const char *const first[] = {"bash",        "-c", script,
                                 "spark-class", path, "org.apache.spark.deploy.SparkSubmit"};
    size_t n = 0;
    char **list = spk_alloc_array(arena, SPK_LEN(first) + words->n + 1, sizeof(*list));

    for (size_t i = 0; i < SPK_LEN(first); i++)
        list[n++] = spk_strdup(arena, first[i]);
    for (size_t i = 0; i < words->n; i++)
        list[n++] = spk_strdup(arena, words->items[i]);
    return list;
}

static bool start(char *const *words, int output, pid_t *pid, struct spk_err *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;

    (void)sigemptyset(&defaults);
    (void)sigaddset(&defaults, SIGPIPE); /* which is ignored here */
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawnp(pid, words[0], &actions, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (!error)
        return true;
    return spk_fail(err, SPK_INVALID_FIELD, "cannot run bash: %s", strerror(error));
}

/* Until the end, or one byte more than there may be. */
static size_t read_all(int fd, char *data)
{
    size_t length = 0;

    while (length <= SPK_MAX_VARIABLES) {
        ssize_t n = read(fd, data + length, SPK_MAX_VARIABLES + 1 - length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        length += (size_t)n;
    }
    return length;
}

static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* data has room for SPK_MAX_VARIABLES + 1 bytes. */
static bool run(char *const *words, char *data, size_t *length, int *status,
                struct spk_err *err)
{
    int ends[2];
    pid_t pid = 0;

    if (pipe(ends) < 0)
        return spk_fail(err, SPK_INTERNAL_ERROR, "cannot make a pipe: %s", strerror(errno));
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    bool ok = start(words, ends[1], &pid, err);
    (void)close(ends[1]);
    if (ok)
        *length = read_all(ends[0], data);
    (void)close(ends[0]);
    if (ok)
        *status = wait_for(pid);
    return ok;
}

/* data is "NAME=VALUE" again and again, each with its NUL. */
static bool replace_environment(char *data, size_t length, struct spk_err *err)
{
    static char *none[] = {NULL};

    environ = none;
    for (char *at = data; at < data + length;) {
        char *next = at + strlen(at) + 1, *equals = strchr(at, '=');

        if (equals && equals != at) {
            *equals = '\0';
            if (!set(at, equals + 1, err))
                return false;
        }
        at = next;
    }
    return true;
}

static bool load(struct spk_arena *arena, const char *path, const struct spk_strings *words,
                 struct spk_err *err)
{
    char *data = spk_alloc(arena, SPK_MAX_VARIABLES + 2);
    size_t length = 0;
    int status = 0;

    if (!run(bash_words(arena, path, words), data, &length, &status, err))
        return false;
    if (length > SPK_MAX_VARIABLES)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.200s' leaves an environment of more than %zu bytes", path,
                        SPK_MAX_VARIABLES);
    if (status || !length)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.200s' ended the shell that ran it, with status %d", path, status);
    return replace_environment(data, length, err);
}

bool submit_spark_env_load(struct spk_arena *arena, const struct spk_strings *words,
                           struct spk_err *err)
{
    const char *directory = get("SPARK_CONF_DIR"), *home = get("SPARK_HOME");
    struct stat info;

    if (get("SPARK_ENV_LOADED") || (!directory && !home))
        return true;
    if (!directory)
        directory = spk_printf(arena, "%s/conf", home);
    const char *path = spk_printf(arena, "%s/spark-env.sh", directory);
    if (!set("SPARK_ENV_LOADED", "1", err) || !set("SPARK_CONF_DIR", directory, err))
        return false;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return true;
    return load(arena, path, words, err);
}

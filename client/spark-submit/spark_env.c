/* SPDX-License-Identifier: Apache-2.0 */
#include "spark_env.h"

#include "base/limits.h"
#include "child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* data is "NAME=VALUE" again and again, each with its NUL. */
static bool replace_environment(struct spk_arena *arena, struct spk_bytes data,
                                struct spk_err *err)
{
    static char *none[] = {NULL};

    environ = none;
    for (const char *at = data.data; at < data.data + data.length; at += strlen(at) + 1) {
        const char *equals = strchr(at, '=');

        if (equals && equals != at &&
            !set(spk_strndup(arena, at, (size_t)(equals - at)), equals + 1, err))
            return false;
    }
    return true;
}

static bool load(struct spk_arena *arena, const char *path, const struct spk_strings *words,
                 struct spk_err *err)
{
    const struct submit_child bash = {.words = bash_words(arena, path, words),
                                      .environment = environ,
                                      .limit = SPK_MAX_VARIABLES};
    struct submit_child_end end;
    struct spk_err why = {0};

    if (!submit_child_run(arena, &bash, &end, &why))
        return spk_fail(err, why.reason, "cannot run bash: %s", why.text);
    if (end.output.length > SPK_MAX_VARIABLES)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.200s' leaves an environment of more than %zu bytes", path,
                        SPK_MAX_VARIABLES);
    if (end.status || !end.output.length)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.200s' ended the shell that ran it, with status %d", path,
                        end.status);
    return replace_environment(arena, end.output, err);
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

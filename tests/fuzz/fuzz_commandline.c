/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A vector of arguments (separated by NUL; the first byte chooses the Spark line and whether
 * the usual options stand in front) is refused with a reason and a field, or gives a complete
 * submission. Files hold what they are named.
 */
#include "base/limits.h"
#include "commandline/commandline.h"
#include "spark/conf/profile.h"

#include "fuzz.h"

#include <string.h>

#define MAX_ARGUMENTS 512

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    (void)context;
    (void)arena;
    if (strstr(path, "none"))
        return spk_fail(err, SPK_INVALID_FIELD, "cannot read");
    *out = (struct spk_bytes){path, strlen(path)};
    return true;
}

static bool read_directory(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err)
{
    (void)context;
    (void)arena;
    (void)path;
    (void)err;
    *out = (struct spk_files){0};
    return true;
}

static size_t split(struct spk_arena *arena, const uint8_t *data, size_t size,
                    struct spk_argument *out, size_t n)
{
    const char *at = (const char *)data, *end = at + size;

    while (at < end && n < MAX_ARGUMENTS) {
        const char *stop = memchr(at, '\0', (size_t)(end - at));

        if (!stop)
            stop = end;
        out[n++].text = spk_strndup(arena, at, (size_t)(stop - at));
        at = stop + 1;
    }
    return n;
}

static void check(const struct spk_command_line *line)
{
    const struct spk_conf *conf = &line->submission.conf;

    if (line->command != SPK_COMMAND_SUBMIT)
        return;
    SPK_PROMISE(line->submission.primary_resource && line->submission.main_class);
    SPK_PROMISE(spk_conf_get(conf, "spark.submit.pyFiles"));
    SPK_PROMISE(!strcmp(spk_conf_get(conf, "spark.submit.deployMode"), "cluster"));
    SPK_PROMISE(spk_starts_with(spk_conf_get(conf, "spark.master"), "k8s://http") ||
                spk_starts_with(spk_conf_get(conf, "spark.master"), "k8s://HTTP") ||
                strstr(spk_conf_get(conf, "spark.master"), "://"));
    for (size_t i = 0; i < conf->n; i++)
        SPK_PROMISE(spk_starts_with(conf->entries[i].key, "spark.") &&
                    conf->entries[i].origin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const usual[] = {"--master", "k8s://h", "--deploy-mode", "cluster",
                                        "--class",  "a.B",     "--name",        "n"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));
    struct spk_argument arguments[MAX_ARGUMENTS] = {0};
    struct spk_command_line line = {0};
    struct spk_err err = {0};

    if (size == 0)
        return 0;
    enum spk_line spark = (enum spk_line)(data[0] % SPK_SPARK_LINES);
    struct spk_invocation invocation = {
        .arguments = arguments,
        .version = {spk_profile_of(spark), spk_line_reference(spark)},
        .environment = {.read_file = read_file, .read_directory = read_directory},
    };
    for (size_t i = 0; data[0] & 0x40 && i < SPK_LEN(usual); i++)
        arguments[invocation.n++].text = usual[i];
    invocation.n = split(&arena, data + 1, size - 1, arguments, invocation.n);
    if (spk_command_line_parse(&arena, &invocation, &line, &err))
        check(&line);
    else
        SPK_PROMISE(err.reason != SPK_NO_REASON && err.text[0] && err.field[0]);
    return 0;
}

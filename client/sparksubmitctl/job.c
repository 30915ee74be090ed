/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include "commandline/version_guess.h"
#include "local/for_server.h"
#include "local/local_files.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

bool ctl_read_text(struct spk_arena *arena, const char *path, struct spk_bytes *out,
                   struct spk_err *err)
{
    return strcmp(path, "-") == 0 ? spk_local_stdin(arena, out, err)
                                  : spk_local_file(NULL, arena, path, out, err);
}

static bool read_template(struct spk_arena *arena, const char *path, struct spk_bytes *out,
                          struct spk_err *err)
{
    return !path || ctl_read_text(arena, path, out, err);
}

static bool set_variables(struct spk_arena *arena, const struct ctl_options *options,
                          struct spk_environment *environment, struct spk_err *err)
{
    struct spk_conf variables = {.arena = arena};

    for (size_t i = 0; i < options->environment.n; i++) {
        const char *text = options->environment.items[i], *equals = strchr(text, '=');

        if (!equals || equals == text)
            return spk_fail(err, SPK_INVALID_FIELD, "--env '%.64s' is not K=V", text);
        spk_conf_set(&variables, spk_strndup(arena, text, (size_t)(equals - text)), equals + 1,
                     "--env");
    }
    environment->variables = variables.entries;
    environment->n = variables.n;
    return true;
}

bool ctl_job_read(struct spk_arena *arena, const struct ctl_options *options,
                  struct spk_bytes manifest, struct ctl_job *out, struct spk_err *err)
{
    char *directory = spk_alloc(arena, PATH_MAX);
    struct ctl_job job = {.manifest = manifest,
                          .environment = {.user = "spark",
                                          .cwd = getcwd(directory, PATH_MAX),
                                          .read_file = spk_local_file,
                                          .read_directory = spk_local_directory}};
    struct spk_environment *environment = &job.environment;

    if (!read_template(arena, options->driver_template, &job.driver_template, err) ||
        !read_template(arena, options->executor_template, &job.executor_template, err) ||
        !set_variables(arena, options, environment, err))
        return false;
    environment->conf_dir = options->conf_dir;
    if (options->conf_dir) {
        if (!spk_local_directory(NULL, arena, options->conf_dir, &environment->conf_files,
                                 err))
            return false;
        environment->has_conf_dir = true;
    }
    *out = job;
    return true;
}

/* Files that the command line names are read on this machine, as by the built-in core. */
static bool hand_over(struct spk_arena *arena, const struct ctl_options *options,
                      const struct ctl_job *job, struct sparksubmit_job *out,
                      struct spk_err *err)
{
    const struct spk_strings *words = &options->arguments;
    struct spk_argument *arguments = spk_alloc_array(arena, words->n, sizeof(*arguments));
    struct spk_invocation invocation = {
        .arguments = arguments,
        .n = words->n,
        .properties = {.arena = arena},
        .driver_template = {.text = job->driver_template, .origin = "driver_pod_template"},
        .executor_template = {.text = job->executor_template,
                              .origin = "executor_pod_template"},
        .environment = job->environment,
    };
    struct spk_command_line line = {0};
    struct spk_warnings ignored = {0}; /* the server says them */

    for (size_t i = 0; i < words->n; i++)
        arguments[i].text = words->items[i];
    if (!options->spark_version)
        spk_guess_version(arena, &invocation, "spark_version", "", &ignored);
    else if (!spk_version_resolve(arena, options->spark_version, NULL, false,
                                  &invocation.version, &ignored, err))
        return spk_fail_at(err, "spark_version");
    if (!spk_command_line_parse(arena, &invocation, &line, err))
        return false;
    *out = spk_job_for_server(arena, &line, job->environment.has_conf_dir, NULL);
    return true;
}

bool ctl_job_for_client(struct spk_arena *arena, const struct ctl_options *options,
                        const struct ctl_job *job, struct sparksubmit_job *out,
                        struct spk_err *err)
{
    const struct spk_environment *environment = &job->environment;
    struct sparksubmit_pair *variables =
        spk_alloc_array(arena, environment->n, sizeof(*variables));

    *out = (struct sparksubmit_job){.manifest = job->manifest.data,
                                    .manifest_length = job->manifest.length};
    if (!job->manifest.data && !hand_over(arena, options, job, out, err))
        return false;
    for (size_t i = 0; i < environment->n; i++)
        variables[i] = (struct sparksubmit_pair){environment->variables[i].key,
                                                 environment->variables[i].value};
    out->environment = variables;
    out->n_environment = environment->n;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs many renderings in one process, through the functions that server and tools call: one
 * JSON request per line in, one JSON answer per line out. tests/golden/run writes and reads
 * them.
 */
#include "base/limits.h"
#include "translate/translate.h"
#include "json/read.h"
#include "json/write.h"

#include "mutation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rendering {
    struct spk_arena *arena;
    const cJSON *in;
    cJSON *out;
};

static const char *text_of(const cJSON *in, const char *key)
{
    return spk_json_get_text(in, key);
}

/* ---- the submitting machine, as the request describes it ---- */

static struct spk_bytes bytes_of(struct spk_arena *arena, const char *text)
{
    struct spk_buf bytes = {.arena = arena};

    spk_text_put_nul(&bytes, text);
    return (struct spk_bytes){spk_buf_string(&bytes), bytes.length};
}

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    const char *text = spk_json_get_text(context, path);

    if (!text)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "cannot read '%.200s': No such file or directory", path);
    *out = bytes_of(arena, text);
    return true;
}

/* Files directly in path, which are the keys of the map below it. */
static struct spk_files list_files(struct spk_arena *arena, const cJSON *files,
                                   const char *path)
{
    struct spk_named_bytes *items =
        spk_alloc_array(arena, spk_json_size(files), sizeof(*items));
    size_t n = 0, length = strlen(path);

    SPK_JSON_EACH (file, files) {
        const char *name = file->string + length + 1;

        if (strncmp(file->string, path, length) != 0 || file->string[length] != '/' ||
            strchr(name, '/'))
            continue;
        items[n].name = name;
        items[n++].bytes = bytes_of(arena, file->valuestring);
    }
    return (struct spk_files){items, n};
}

static bool read_directory(void *context, struct spk_arena *arena, const char *path,
                           struct spk_files *out, struct spk_err *err)
{
    (void)err;
    *out = list_files(arena, context, path);
    return true;
}

static void describe_machine(struct spk_arena *arena, const cJSON *in,
                             struct spk_environment *machine)
{
    const cJSON *env = spk_json_get(in, "env"), *files = spk_json_get(in, "files");
    struct spk_conf variables = {.arena = arena};
    const char *conf_dir = NULL;

    SPK_JSON_EACH (variable, env)
        spk_conf_set(&variables, variable->string, spk_json_string(variable), "environment");
    machine->variables = variables.entries;
    machine->n = variables.n;
    machine->user = text_of(in, "user");
    machine->cwd = text_of(in, "cwd");
    machine->read_file = read_file;
    machine->read_directory = read_directory;
    machine->context = (void *)(uintptr_t)files;
    if (env)
        conf_dir = text_of(env, "SPARK_CONF_DIR");
    if (!conf_dir)
        return;
    machine->conf_dir = conf_dir;
    machine->conf_files = list_files(arena, files, conf_dir);
    machine->has_conf_dir = machine->conf_files.n > 0;
}

/* ---- a request ---- */

static void take_options(const cJSON *in, struct spk_operator_options *options)
{
    const cJSON *given = spk_json_get(in, "operator_options");
    static const char *const names[] = {"ingress_url_format", "default_batch_scheduler",
                                        "kube_scheduler_names", "master"};
    const char **texts[] = {&options->ingress_url_format, &options->default_batch_scheduler,
                            &options->kube_scheduler_names, &options->master};
    static const char *const switches[] = {"enable_ui_service", "enable_batch_scheduler",
                                           "feature_load_spark_defaults",
                                           "executor_owner_reference"};
    bool *flags[] = {&options->enable_ui_service, &options->enable_batch_scheduler,
                     &options->load_spark_defaults, &options->executor_owner_reference};

    for (size_t i = 0; i < SPK_LEN(names); i++)
        if (text_of(given, names[i]))
            *texts[i] = text_of(given, names[i]);
    for (size_t i = 0; i < SPK_LEN(switches); i++)
        if (spk_json_get(given, switches[i]))
            *flags[i] = spk_json_is_true(spk_json_get(given, switches[i]));
}

static void take_payload(struct spk_arena *arena, const cJSON *in, struct spk_payload *payload,
                         struct spk_environment *machine)
{
    const char *manifest = text_of(in, "manifest");

    payload->properties.arena = arena;
    if (manifest) {
        payload->kind = SPK_PAYLOAD_MANIFEST;
        payload->manifest = (struct spk_bytes){manifest, strlen(manifest)};
        return;
    }
    payload->kind = SPK_PAYLOAD_COMMAND;
    SPK_JSON_EACH (argument, spk_json_get(in, "arguments"))
        spk_strings_add(arena, &payload->arguments, spk_json_string(argument));
    payload->environment = machine;
}

static struct spk_view take_view(const cJSON *in)
{
    const char *view = text_of(in, "view");
    struct spk_view out = {.stage = SPK_STAGE_OBJECTS};

    if (!strcmp(view, "submission") || !strcmp(view, "rest"))
        out.stage = SPK_STAGE_SUBMISSION;
    else if (!strcmp(view, "application"))
        out.stage = SPK_STAGE_APPLICATION;
    else
        out.plain = !strcmp(view, "plain");
    return out;
}

/* What the operator puts into a REST request in place of the command line. */
static cJSON *rest_tree(struct spk_arena *arena, const struct spk_operator_output *output)
{
    struct spk_strings arguments = spk_operator_rest_arguments(arena, output);
    cJSON *tree = spk_json_new_object(arena);
    cJSON *list = spk_json_list(tree, "arguments");

    for (size_t i = 0; i < arguments.n; i++)
        spk_json_push_text(list, arguments.items[i]);
    return tree;
}

static cJSON *error_tree(struct spk_arena *arena, const struct spk_err *err)
{
    cJSON *tree = spk_json_new_object(arena);

    spk_json_text(tree, "code", spk_code_name(spk_reason_code(err->reason)));
    spk_json_text(tree, "reason", spk_reason_name(err->reason));
    spk_json_text(tree, "field", err->field);
    spk_json_text(tree, "message", err->text);
    for (const struct spk_violation *more = err->violations; more; more = more->next) {
        cJSON *violation = spk_json_push_object(spk_json_list(tree, "violations"));

        spk_json_text(violation, "field", more->field);
        spk_json_text(violation, "message", more->text);
    }
    return tree;
}

static void render(void *argument)
{
    struct rendering *job = argument;
    struct spk_settings settings = spk_settings_default();
    struct spk_environment machine = {0};
    struct spk_prepared prepared = {0};
    struct spk_err err = {0};
    struct spk_view view = take_view(job->in);
    struct spk_request request = {
        .submission_id = text_of(job->in, "submission_id"),
        .uid = text_of(job->in, "uid"),
        .spark_version = text_of(job->in, "spark_version"),
        .tenant = "",
        .submit_time_ms = 1764000000000,
    };
    cJSON *result = NULL;

    settings.warn_unknown_fields = spk_json_is_true(spk_json_get(job->in, "warn_unknown"));
    if (spk_json_is_true(spk_json_get(job->in, "native")))
        request.pod_mutation = SPK_MUTATION_NATIVE;
    take_options(job->in, &settings.operator_options);
    describe_machine(job->arena, job->in, &machine);
    settings.environment = machine;
    take_payload(job->arena, job->in, &request.payload, &machine);
    bool ok =
        !strcmp(text_of(job->in, "view"), "mutation")
            ? mutate_pod(job->arena, job->in, &result, &prepared.warnings, &err)
            : spk_render(job->arena, &settings, &request, &view, &result, &prepared, &err);
    if (ok && !strcmp(text_of(job->in, "view"), "rest"))
        result = rest_tree(job->arena, &prepared.operator_output);
    if (ok)
        (void)spk_json_set(job->out, "result", result);
    else
        (void)spk_json_set(job->out, "error", error_tree(job->arena, &err));
    for (size_t i = 0; i < prepared.warnings.n; i++)
        spk_json_push_text(spk_json_list(job->out, "warnings"),
                           prepared.warnings.items[i].code);
}

static bool answer(const char *line)
{
    SPK_ARENA arena = {.limit = 4 * SPK_ARENA_BYTES, .max_steps = SPK_MAX_STEPS};
    struct spk_err err = {0};
    cJSON *in = NULL;

    if (!spk_json_read_stored(&arena, line, strlen(line), &in, &err)) {
        fprintf(stderr, "request: %s\n", err.text);
        return false;
    }
    struct rendering job = {&arena, in, spk_json_new_object(&arena)};
    spk_json_text(job.out, "id", text_of(in, "id"));
    if (!spk_arena_run(&arena, render, &job)) {
        fprintf(stderr, "%s: arena exhausted\n", text_of(in, "id"));
        return false;
    }
    puts(spk_json_write(&arena, job.out));
    return true;
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    bool ok = true;

    while (ok && getline(&line, &size, stdin) > 0)
        ok = answer(line);
    free(line);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

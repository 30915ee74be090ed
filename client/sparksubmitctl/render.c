/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"
#include "command.h"
#include "inputs.h"
#include "job.h"
#include "output.h"
#include "json/manifest.h"
#include "json/read.h"
#include "json/write.h"
#include "json/yaml.h"

#include <string.h>

/* ---- here, with the core linked in ---- */

/* "true" or "false"; Python's words too, which test data hold. */
static bool read_flag(const char *value, bool *out)
{
    bool yes = !strcmp(value, "true") || !strcmp(value, "True");

    if (!yes && strcmp(value, "false") != 0 && strcmp(value, "False") != 0)
        return false;
    *out = yes;
    return true;
}

/* The operator writes its flags with hyphens, its chart and tests with other marks. */
static bool is_same_option(const char *name, const char *key)
{
    while (*name && (*name == *key || (*name == '-' && *key == '_')))
        name++, key++;
    return !*name && !*key;
}

static bool set_operator_option(struct spk_arena *arena, const char *key, const char *value,
                                struct spk_operator_options *options, struct spk_err *err)
{
    /* Neither: what the controller makes after a submission; nothing of it is shown here. */
    const struct {
        const char *name;
        bool *flag;
        const char **text;
    } rows[] = {
        {"enable-ui-service", &options->enable_ui_service, NULL},
        {"ingress-url-format", NULL, &options->ingress_url_format},
        {"enable-batch-scheduler", &options->enable_batch_scheduler, NULL},
        {"default-batch-scheduler", NULL, &options->default_batch_scheduler},
        {"kube-scheduler-names", NULL, &options->kube_scheduler_names},
        {"feature-load-spark-defaults", &options->load_spark_defaults, NULL},
        {"load-spark-defaults", &options->load_spark_defaults, NULL},
        {"executor-owner-reference", &options->executor_owner_reference, NULL},
        {"enable-driver-pdb", NULL, NULL},
        {"ingress-class-name", NULL, NULL},
    };
    struct spk_nearest nearest = spk_nearest_to(key);
    struct spk_strings names = {0};

    for (size_t i = 0; i < SPK_LEN(rows); i++) {
        spk_nearest_offer(&nearest, rows[i].name);
        spk_strings_add(arena, &names, rows[i].name);
        if (!is_same_option(rows[i].name, key))
            continue;
        if (rows[i].text)
            *rows[i].text = value;
        else if (rows[i].flag && !read_flag(value, rows[i].flag))
            return spk_fail(err, SPK_INVALID_FIELD,
                            "--operator-option %s: '%.32s' is not true or false", key, value);
        return true;
    }
    const char *meant = spk_nearest_name(&nearest);
    return spk_fail(err, SPK_INVALID_FIELD, "--operator-option '%.64s' is not known%s%s%s: %s",
                    key, meant ? ", did you mean '" : "", meant ? meant : "",
                    meant ? "'?" : "", spk_join(arena, names.items, names.n, ", "));
}

static bool take_operator_options(struct spk_arena *arena, const struct ctl_options *options,
                                  struct spk_operator_options *out, struct spk_err *err)
{
    for (size_t i = 0; i < options->operator_options.n; i++) {
        const char *text = options->operator_options.items[i], *equals = strchr(text, '=');

        if (!equals)
            return spk_fail(err, SPK_INVALID_FIELD, "--operator-option '%.64s' is not K=V",
                            text);
        if (!set_operator_option(arena, spk_strndup(arena, text, (size_t)(equals - text)),
                                 equals + 1, out, err))
            return false;
    }
    return true;
}

/* The operator's own rule, from the environment it is told to have; a server's: the URL of its
 * kubeconfig without slashes at the end.
 */
static const char *master_url(struct spk_arena *arena, const struct ctl_options *options,
                              const struct spk_environment *environment)
{
    const char *host = spk_environment_get(environment, "KUBERNETES_SERVICE_HOST");
    const char *port = spk_environment_get(environment, "KUBERNETES_SERVICE_PORT");
    const char *url = options->api_server;
    bool brackets = host && strchr(host, ':') && *host != '[';

    if (url) {
        size_t length = strlen(url);

        while (length && url[length - 1] == '/')
            length--;
        return spk_printf(arena, "k8s://%.*s", (int)length, url);
    }
    if (!host || !port)
        return "k8s://https://kubernetes.default.svc:443";
    return spk_printf(arena, "k8s://https://%s%s%s:%s", brackets ? "[" : "", host,
                      brackets ? "]" : "", port);
}

/* Without a server AUTO is what render does by default: the changes are made. */
static const enum spk_pod_mutation mutations[] = {
    [SPARKSUBMIT_CHOICE_DEFAULT] = SPK_MUTATION_DEFAULT,
    [SPARKSUBMIT_CHOICE_NONE] = SPK_MUTATION_NONE,
    [SPARKSUBMIT_CHOICE_DO] = SPK_MUTATION_NATIVE,
    [SPARKSUBMIT_CHOICE_AUTO] = SPK_MUTATION_DEFAULT,
};
_Static_assert(SPK_LEN(mutations) == SPARKSUBMIT_CHOICE_AUTO + 1, "a row per choice");

static const enum spk_controller_steps steps[] = {
    [SPARKSUBMIT_CHOICE_DEFAULT] = SPK_STEPS_DEFAULT,
    [SPARKSUBMIT_CHOICE_NONE] = SPK_STEPS_NONE,
    [SPARKSUBMIT_CHOICE_DO] = SPK_STEPS_APPLY,
    [SPARKSUBMIT_CHOICE_AUTO] = SPK_STEPS_DEFAULT,
};
_Static_assert(SPK_LEN(steps) == SPARKSUBMIT_CHOICE_AUTO + 1, "a row per choice");

static struct spk_request make_request(struct spk_arena *arena,
                                       const struct ctl_options *options,
                                       const struct ctl_job *job)
{
    struct spk_request request =
        job->manifest.data
            ? spk_request_of_manifest(arena, job->manifest)
            : spk_request_of_command(arena, options->arguments, &job->environment);

    request.submission_id = options->submission_id;
    request.idempotency_key = options->idempotency_key;
    request.spark_version = options->spark_version;
    request.uid = options->uid;
    request.skip_defaults = options->skip_defaults;
    request.pod_mutation = mutations[ctl_choice(options->pod_mutation)];
    request.controller_steps = steps[ctl_choice(options->controller_steps)];
    if (job->manifest.data)
        return request;
    request.payload.driver_template =
        (struct spk_template){.text = job->driver_template, .origin = "driver_pod_template"};
    request.payload.executor_template = (struct spk_template){
        .text = job->executor_template, .origin = "executor_pod_template"};
    return request;
}

static enum spk_stage stage_of(const struct ctl_options *options)
{
    static const char *const names[] = {
        [SPK_STAGE_OBJECTS] = "objects",
        [SPK_STAGE_SUBMISSION] = "submission",
        [SPK_STAGE_APPLICATION] = "application",
    };
    enum spk_stage stage = SPK_STAGE_APPLICATION;

    while (stage > SPK_STAGE_OBJECTS && !spk_text_equal(options->stage, names[stage]))
        stage--;
    return stage;
}

/* The environment that a server is given by --spark-env and --spark-conf-dir: an application
 * names no files of this machine.
 */
static struct spk_environment environment_of_server(const struct spk_environment *environment)
{
    struct spk_environment copy = *environment;

    copy.read_file = NULL;
    copy.read_directory = NULL;
    copy.cwd = NULL;
    return copy;
}

static bool render_here(struct spk_arena *arena, const struct ctl_options *options,
                        const struct ctl_job *job, cJSON **out, struct spk_err *err)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_view view = {.stage = stage_of(options), .plain = options->plain};
    struct spk_request request = make_request(arena, options, job);
    struct spk_prepared prepared;

    if (!take_operator_options(arena, options, &settings.operator_options, err))
        return false;
    settings.pod_mutation = SPK_MUTATION_NATIVE;
    settings.operator_options.master = master_url(arena, options, &job->environment);
    if (job->manifest.data)
        settings.environment = environment_of_server(&job->environment);
    settings.warn_unknown_fields = spk_text_equal(options->unknown_fields, "warn");
    if (!spk_render(arena, &settings, &request, &view, out, &prepared, err))
        return false;
    const struct spk_warnings *warnings = &prepared.warnings;
    for (size_t i = 0; i < warnings->n; i++)
        ctl_print_warning(arena, options, warnings->items[i].code, warnings->items[i].field,
                          warnings->items[i].message);
    return true;
}

/* ---- by a server ---- */

/* As the core sees it: a value of another type is there, and refused. */
static bool lacks_uid(const cJSON *tree)
{
    const cJSON *uid = spk_json_at(tree, "metadata.uid");
    const char *text = spk_json_string(uid);

    return !uid || spk_json_is_null(uid) || (text && !*text);
}

/* A uid for a manifest that has none; the server has no such option. */
static bool add_uid(struct spk_arena *arena, const struct ctl_options *options,
                    struct ctl_job *job, struct spk_err *err)
{
    const char *uid = options->uid;
    cJSON *tree = NULL;
    struct spk_warnings warnings = {0};

    if (!uid || !job->manifest.data)
        return true;
    if (!spk_manifest_read(arena, job->manifest.data, job->manifest.length, &warnings, &tree,
                           err))
        return false;
    if (!spk_json_is_object(tree) || !spk_json_is_object(spk_json_get(tree, "metadata")) ||
        !lacks_uid(tree))
        return true;
    spk_json_text(spk_json_child(tree, "metadata"), "uid", uid);
    /* The server does not see any more what was given twice. */
    for (size_t i = 0; i < warnings.n; i++)
        ctl_print_warning(arena, options, warnings.items[i].code, warnings.items[i].field,
                          warnings.items[i].message);
    job->manifest.data = spk_json_write(arena, tree);
    job->manifest.length = strlen(job->manifest.data);
    return true;
}

static cJSON *parse_reply(struct spk_arena *arena, const char *text)
{
    struct spk_err ignored;
    cJSON *tree = NULL;

    if (!*text || !spk_json_read_stored(arena, text, strlen(text), &tree, &ignored))
        return NULL;
    return tree;
}

static cJSON *list_tree(struct spk_arena *arena, const struct sparksubmit_result *result,
                        enum sparksubmit_list list)
{
    cJSON *items = spk_json_new_array(arena);

    for (size_t i = 0; i < sparksubmit_result_count(result, list); i++)
        (void)spk_json_push(items,
                            parse_reply(arena, sparksubmit_result_item(result, list, i)));
    return items;
}

static cJSON *result_tree(struct spk_arena *arena, enum spk_stage stage,
                          const struct sparksubmit_result *result)
{
    cJSON *tree = spk_json_new_object(arena);

    if (stage == SPK_STAGE_APPLICATION)
        return parse_reply(arena,
                           sparksubmit_result_text(result, SPARKSUBMIT_FIELD_APPLICATION));
    if (stage == SPK_STAGE_OBJECTS) {
        spk_json_text(tree, "apiVersion", "v1");
        spk_json_text(tree, "kind", "List");
        (void)spk_json_set(tree, "items", list_tree(arena, result, SPARKSUBMIT_LIST_OBJECTS));
        return tree;
    }
    cJSON *arguments = spk_json_list(tree, "arguments");
    for (size_t i = 0; i < sparksubmit_result_count(result, SPARKSUBMIT_LIST_ARGUMENTS); i++)
        spk_json_push_text(arguments,
                           sparksubmit_result_item(result, SPARKSUBMIT_LIST_ARGUMENTS, i));
    (void)spk_json_set(tree, "driverPodTemplate",
                       parse_reply(arena, sparksubmit_result_text(
                                              result, SPARKSUBMIT_FIELD_DRIVER_TEMPLATE)));
    (void)spk_json_set(tree, "executorPodTemplate",
                       parse_reply(arena, sparksubmit_result_text(
                                              result, SPARKSUBMIT_FIELD_EXECUTOR_TEMPLATE)));
    (void)spk_json_set(tree, "extraObjects",
                       list_tree(arena, result, SPARKSUBMIT_LIST_EXTRA_OBJECTS));
    return tree;
}

static void free_result(void *result)
{
    sparksubmit_result_free(result);
}

static int render_there(struct spk_arena *arena, const struct ctl_options *options,
                        const struct ctl_job *job)
{
    static const enum sparksubmit_render_stage stages[] = {
        [SPK_STAGE_OBJECTS] = SPARKSUBMIT_RENDER_OBJECTS,
        [SPK_STAGE_SUBMISSION] = SPARKSUBMIT_RENDER_SUBMISSION,
        [SPK_STAGE_APPLICATION] = SPARKSUBMIT_RENDER_APPLICATION,
    };
    struct sparksubmit_render_request request = {
        .size = sizeof(request),
        .idempotency_key = options->idempotency_key,
        .submission_id = options->submission_id,
        .spark_version = options->spark_version,
        .plain = options->plain,
        .skip_defaults = options->skip_defaults,
        .stage = stages[stage_of(options)],
        .pod_mutation = ctl_choice(options->pod_mutation),
        .controller_steps = ctl_choice(options->controller_steps),
    };
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;
    struct spk_err err = {0};

    if (!ctl_job_for_client(arena, options, job, &request.job, &err))
        return ctl_print_err(arena, options, &err);
    if (!ctl_open_client(arena, options, &client, &error) ||
        !sparksubmit_client_render(client, &request, options->timeout_ms, &result, &error))
        return ctl_print_call_error(arena, options, &request.job, &error);
    spk_defer(arena, free_result, result);
    ctl_print_warnings(arena, options, result);
    ctl_print_tree(arena, options, result_tree(arena, stage_of(options), result));
    return CTL_OK;
}

static int render(struct spk_arena *arena, const struct ctl_options *options,
                  struct spk_bytes manifest)
{
    struct spk_err err = {0};
    struct ctl_job job;
    cJSON *tree = NULL;

    if (!ctl_job_read(arena, options, manifest, &job, &err))
        return ctl_print_err(arena, options, &err);
    if (options->endpoint)
        return add_uid(arena, options, &job, &err) ? render_there(arena, options, &job)
                                                   : ctl_print_err(arena, options, &err);
    if (!render_here(arena, options, &job, &tree, &err))
        return ctl_print_err(arena, options, &err);
    ctl_print_tree(arena, options, tree);
    return CTL_OK;
}

int ctl_render(struct spk_arena *arena, const struct ctl_options *options)
{
    return ctl_for_each_input(arena, options, render);
}

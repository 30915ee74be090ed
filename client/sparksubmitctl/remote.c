/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that only a server can carry out. */
#include "command.h"
#include "inputs.h"
#include "job.h"
#include "library/result.h"
#include "message_json.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

static void close_client(void *client)
{
    sparksubmit_client_close(client);
}

static void free_result(void *result)
{
    sparksubmit_result_free(result);
}

bool ctl_open_client(struct spk_arena *arena, const struct ctl_options *options,
                     struct sparksubmit_client **out, struct sparksubmit_error *error)
{
    struct sparksubmit_client_config config = {.size = sizeof(config),
                                               .target = options->endpoint};

    if (!sparksubmit_client_open(out, &config, error))
        return false;
    spk_defer(arena, close_client, *out);
    return true;
}

static void print_result_json(struct spk_arena *arena, const struct ctl_options *options,
                              const struct sparksubmit_result *result)
{
    ctl_print_tree(arena, options, ctl_message_json(arena, spk_result_message(result)));
}

/* ---- submit ---- */

static bool is_true(const struct sparksubmit_result *result, enum sparksubmit_field field)
{
    return strcmp(sparksubmit_result_text(result, field), "true") == 0;
}

static const char *disposition(const struct sparksubmit_result *result, size_t index)
{
    static const struct {
        const char *name, *meaning;
    } rows[] = {
        {"CREATED", "created"},
        {"ADOPTED", "there already"},
        {"DRY_RUN_OK", "would be created"},
        {"DRY_RUN_REFUSED", "would be refused"},
    };
    const char *name =
        sparksubmit_result_item(result, SPARKSUBMIT_LIST_OBJECT_DISPOSITIONS, index);

    for (size_t i = 0; i < SPK_LEN(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].meaning;
    return name;
}

static bool is_refused(const struct sparksubmit_result *result)
{
    for (size_t i = 0;
         i < sparksubmit_result_count(result, SPARKSUBMIT_LIST_OBJECT_DISPOSITIONS); i++)
        if (!strcmp(sparksubmit_result_item(result, SPARKSUBMIT_LIST_OBJECT_DISPOSITIONS, i),
                    "DRY_RUN_REFUSED"))
            return true;
    return false;
}

static const char *verdict(const struct ctl_options *options,
                           const struct sparksubmit_result *result)
{
    if (!options->validate)
        return is_true(result, SPARKSUBMIT_FIELD_ADOPTED)
                   ? "found: an earlier try had created it"
                   : "created";
    if (is_refused(result))
        return "checked: it would be refused";
    return is_true(result, SPARKSUBMIT_FIELD_WOULD_ADOPT)
               ? "checked: a driver of this attempt exists"
               : "checked: it would be created";
}

static void print_objects(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    size_t n = sparksubmit_result_count(result, SPARKSUBMIT_LIST_OBJECT_KINDS);

    if (n)
        printf("\nObjects:\n");
    for (size_t i = 0; i < n; i++)
        ctl_print_row(
            arena,
            spk_printf(arena, "  %s",
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_OBJECT_KINDS, i)),
            spk_printf(arena, "%s: %s",
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_OBJECT_NAMES, i),
                       disposition(result, i)));
}

/* Suggest the next command; none for names that no Pod can have and a shell would take apart.
 */
static void print_next_step(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    const char *ns = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_NAMESPACE);
    const char *pod = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_DRIVER_POD_NAME);

    if (!*pod || ns[strspn(ns, allowed)] || pod[strspn(pod, allowed)])
        return;
    printf("\n");
    ctl_print_row(arena, "Next:", spk_printf(arena, "kubectl logs -f -n %s %s", ns, pod));
}

static void print_submission(struct spk_arena *arena, const struct ctl_options *options,
                             const struct sparksubmit_result *result)
{
    static const struct {
        enum sparksubmit_field field;
        const char *label;
    } rows[] = {
        {SPARKSUBMIT_FIELD_NAMESPACE, "Namespace:"},
        {SPARKSUBMIT_FIELD_DRIVER_POD_NAME, "Driver pod:"},
        {SPARKSUBMIT_FIELD_POD_PHASE, "Phase:"},
        {SPARKSUBMIT_FIELD_APP_NAME, "Application:"},
        {SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID, "Application ID:"},
        {SPARKSUBMIT_FIELD_SUBMISSION_ID, "Submission ID:"},
        {SPARKSUBMIT_FIELD_IDEMPOTENCY_KEY, "Key:"},
        {SPARKSUBMIT_FIELD_ATTEMPT, "Attempt:"},
        {SPARKSUBMIT_FIELD_DRIVER_POD_UID, "Driver UID:"},
    };

    if (options->source)
        ctl_print_row(arena, "File:", options->source);
    ctl_print_row(arena, "Result:", verdict(options, result));
    for (size_t i = 0; i < SPK_LEN(rows); i++)
        ctl_print_row(arena, rows[i].label, sparksubmit_result_text(result, rows[i].field));
    print_objects(arena, result);
    if (!options->validate)
        print_next_step(arena, result);
    if (options->source)
        printf("\n");
}

/* An argument of an error is one of those that were sent. */
int ctl_print_call_error(struct spk_arena *arena, const struct ctl_options *options,
                         const struct sparksubmit_job *job,
                         const struct sparksubmit_error *error)
{
    struct ctl_options sent = *options;

    sent.arguments =
        (struct spk_strings){(const char **)(uintptr_t)job->arguments, job->n_arguments};
    return ctl_print_error(arena, &sent, error);
}

/* Only that very driver is meant: another one may take its name. */
static int wait_for(struct spk_arena *arena, const struct ctl_options *options,
                    struct sparksubmit_client *client, const struct sparksubmit_result *result)
{
    const struct sparksubmit_driver driver = {
        .ns = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_NAMESPACE),
        .pod_name = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_DRIVER_POD_NAME),
        .pod_uid = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_DRIVER_POD_UID),
    };

    if (options->format != CTL_JSON)
        printf("\n");
    return ctl_follow(arena, options, client, &driver, 0);
}

static int submit(struct spk_arena *arena, const struct ctl_options *options,
                  struct spk_bytes manifest)
{
    struct sparksubmit_submit request = {
        .size = sizeof(request),
        .idempotency_key = options->idempotency_key,
        .default_idempotency_key = options->default_key,
        .submission_id = options->submission_id,
        .spark_version = options->spark_version,
        .require_submission_id = options->require_submission_id,
        .validate_only = options->validate,
        .skip_defaults = options->skip_defaults,
        .pod_mutation = ctl_choice(options->pod_mutation),
        .controller_steps = ctl_choice(options->controller_steps),
    };
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;
    struct spk_err err = {0};
    struct ctl_job job;

    if (!ctl_job_read(arena, options, manifest, &job, &err) ||
        !ctl_job_for_client(arena, options, &job, &request.job, &err))
        return ctl_print_err(arena, options, &err);
    if (!ctl_open_client(arena, options, &client, &error) ||
        !sparksubmit_client_submit(client, &request, options->timeout_ms, &result, &error))
        return ctl_print_call_error(arena, options, &request.job, &error);
    spk_defer(arena, free_result, result);
    if (options->format == CTL_JSON) {
        print_result_json(arena, options, result);
    } else {
        ctl_print_warnings(arena, options, result);
        print_submission(arena, options, result);
    }
    if (options->wait)
        return wait_for(arena, options, client, result);
    return options->validate && is_refused(result) ? CTL_REFUSED : CTL_OK;
}

int ctl_submit(struct spk_arena *arena, const struct ctl_options *options)
{
    return ctl_for_each_input(arena, options, submit);
}

/* ---- info, health ---- */

int ctl_info(struct spk_arena *arena, const struct ctl_options *options)
{
    static const struct {
        enum sparksubmit_field field;
        const char *label;
    } texts[] = {
        {SPARKSUBMIT_FIELD_SERVER_NAME, "Server:"},
        {SPARKSUBMIT_FIELD_SERVER_VERSION, "Version:"},
        {SPARKSUBMIT_FIELD_API_VERSION, "Interface:"},
        {SPARKSUBMIT_FIELD_RENDER_REVISION, "Render revision:"},
        {SPARKSUBMIT_FIELD_MODE, "Mode:"},
        {SPARKSUBMIT_FIELD_KUBERNETES_VERSION, "Kubernetes:"},
        {SPARKSUBMIT_FIELD_DEFAULT_SPARK_VERSION, "Default Spark:"},
        {SPARKSUBMIT_FIELD_POD_MUTATION, "Pod mutation:"},
    };
    static const struct {
        enum sparksubmit_list list;
        const char *label;
    } lists[] = {
        {SPARKSUBMIT_LIST_SPARK_VERSIONS, "Spark versions:"},
        {SPARKSUBMIT_LIST_FEATURES, "Features:"},
        {SPARKSUBMIT_LIST_PAYLOAD_FORMS, "Payload forms:"},
    };
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    if (!ctl_open_client(arena, options, &client, &error) ||
        !sparksubmit_client_info(client, options->timeout_ms, &result, &error))
        return ctl_print_error(arena, options, &error);
    spk_defer(arena, free_result, result);
    if (options->format == CTL_JSON) {
        print_result_json(arena, options, result);
        return CTL_OK;
    }
    for (size_t i = 0; i < SPK_LEN(texts); i++)
        ctl_print_row(arena, texts[i].label, sparksubmit_result_text(result, texts[i].field));
    for (size_t i = 0; i < SPK_LEN(lists); i++) {
        struct spk_strings items = {0};

        for (size_t k = 0; k < sparksubmit_result_count(result, lists[i].list); k++)
            spk_strings_add(arena, &items, sparksubmit_result_item(result, lists[i].list, k));
        ctl_print_row(arena, lists[i].label, spk_join(arena, items.items, items.n, " "));
    }
    return CTL_OK;
}

/* Exit codes of an exec probe: 0 serving, 1 not serving, 2 unreachable. */
int ctl_health(struct spk_arena *arena, const struct ctl_options *options)
{
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_error error;
    bool serving = false;

    if (!ctl_open_client(arena, options, &client, &error) ||
        !sparksubmit_client_health(client, options->service ? options->service : "",
                                   options->timeout_ms ? options->timeout_ms : 5000, &serving,
                                   &error)) {
        (void)ctl_print_error(arena, options, &error);
        return error.code == SPK_NOT_FOUND ? 1 : 2;
    }
    puts(options->format == CTL_JSON
             ? (serving ? "{\"status\":\"SERVING\"}" : "{\"status\":\"NOT_SERVING\"}")
             : (serving ? "SERVING" : "NOT_SERVING"));
    return serving ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that only a server can carry out. */
#include "command.h"
#include "job.h"
#include "output.h"
#include "request.h"

#include <stdio.h>
#include <string.h>

static void close_client(void *client)
{
    spk_client_close(client);
}

static void free_result(void *result)
{
    spk_result_free(result);
}

static bool open_client(struct spk_arena *arena, const struct ctl_options *options,
                        struct spk_client **out, struct spk_error *error)
{
    struct spk_client_config config = {.size = sizeof(config), .target = options->endpoint};

    if (!spk_client_open(out, &config, error))
        return false;
    spk_defer(arena, close_client, *out);
    return true;
}

/* Which texts and lists of a reply are shown, under which names. */
struct text_row {
    enum spk_field field;
    const char *name;
};
struct list_row {
    enum spk_list list;
    const char *name;
};

static cJSON *texts_tree(struct spk_arena *arena, const struct spk_result *result,
                         const struct text_row *rows, size_t n)
{
    cJSON *tree = spk_json_new_object(arena);

    for (size_t i = 0; i < n; i++)
        spk_json_text(tree, rows[i].name, spk_result_text(result, rows[i].field));
    return tree;
}

static void add_lists(cJSON *tree, const struct spk_result *result,
                      const struct list_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cJSON *list = spk_json_list(tree, rows[i].name);

        for (size_t k = 0; k < spk_result_count(result, rows[i].list); k++)
            spk_json_push_text(list, spk_result_item(result, rows[i].list, k));
    }
}

static void print_texts(const cJSON *tree)
{
    SPK_JSON_EACH (item, tree)
        if (spk_json_string(item) && *spk_json_string(item))
            printf("%-22s %s\n", item->string, item->valuestring);
}

/* ---- submit ---- */

static void add_objects(cJSON *tree, const struct spk_result *result)
{
    static const struct list_row columns[] = {
        {SPK_LIST_OBJECT_KINDS, "kind"},
        {SPK_LIST_OBJECT_NAMES, "name"},
        {SPK_LIST_OBJECT_UIDS, "uid"},
        {SPK_LIST_OBJECT_DISPOSITIONS, "disposition"},
    };
    cJSON *objects = spk_json_list(tree, "objects");

    for (size_t i = 0; i < spk_result_count(result, SPK_LIST_OBJECT_KINDS); i++) {
        cJSON *object = spk_json_push_object(objects);

        for (size_t k = 0; k < SPK_LEN(columns); k++)
            spk_json_text(object, columns[k].name,
                          spk_result_item(result, columns[k].list, i));
    }
}

static void print_submission(struct spk_arena *arena, const struct ctl_options *options,
                             const struct spk_result *result)
{
    static const struct text_row rows[] = {
        {SPK_FIELD_NAMESPACE, "namespace"},
        {SPK_FIELD_DRIVER_POD_NAME, "driverPodName"},
        {SPK_FIELD_DRIVER_POD_UID, "driverPodUid"},
        {SPK_FIELD_SPARK_APPLICATION_ID, "sparkApplicationId"},
        {SPK_FIELD_APP_NAME, "appName"},
        {SPK_FIELD_SUBMISSION_ID, "effectiveSubmissionId"},
        {SPK_FIELD_POD_PHASE, "podPhase"},
        {SPK_FIELD_ATTEMPT, "attempt"},
        {SPK_FIELD_IDEMPOTENCY_KEY, "idempotencyKey"},
        {SPK_FIELD_ADOPTED, "adopted"},
        {SPK_FIELD_WOULD_ADOPT, "wouldAdopt"},
    };
    cJSON *tree = texts_tree(arena, result, rows, SPK_LEN(rows));

    if (options->format == CTL_JSON) {
        add_objects(tree, result);
        ctl_print_tree(arena, options, tree);
        return;
    }
    print_texts(tree);
    for (size_t i = 0; i < spk_result_count(result, SPK_LIST_OBJECT_KINDS); i++)
        printf("%-22s %s %s\n", spk_result_item(result, SPK_LIST_OBJECT_KINDS, i),
               spk_result_item(result, SPK_LIST_OBJECT_NAMES, i),
               spk_result_item(result, SPK_LIST_OBJECT_DISPOSITIONS, i));
}

/* A repetition must carry the same key, and a drawn one was not seen by anybody yet. */
static int print_failure(struct spk_arena *arena, const struct ctl_options *options,
                         const char *drawn, const struct spk_error *error)
{
    int status = ctl_print_error(arena, options, error);

    if (*drawn && error->retry == SPK_ADVICE_SAME_KEY && options->format != CTL_JSON)
        fprintf(stderr, "to repeat it safely: --idempotency-key %s\n", drawn);
    return status;
}

int ctl_submit(struct spk_arena *arena, const struct ctl_options *options)
{
    struct spk_submit request = {
        .size = sizeof(request),
        .idempotency_key = options->idempotency_key,
        .submission_id = options->submission_id,
        .spark_version = options->spark_version,
        .require_submission_id = options->require_submission_id,
        .validate_only = options->validate,
        .skip_defaults = options->skip_defaults,
        .pod_mutation = ctl_choice(options->pod_mutation),
        .controller_steps = ctl_choice(options->controller_steps),
    };
    struct spk_client *client = NULL;
    struct spk_result *result = NULL;
    struct spk_error error;
    struct spk_err err = {0};
    struct ctl_job job;
    char key[33];

    if (!ctl_job_read(arena, options, &job, &err) ||
        !ctl_job_for_client(arena, options, &job, &request.job, &err))
        return ctl_print_err(arena, options, &err);
    if (!spk_request_draw_key(&request, key, &error))
        return ctl_print_error(arena, options, &error);
    if (*key)
        request.idempotency_key = key;
    if (!open_client(arena, options, &client, &error) ||
        !spk_client_submit(client, &request, options->timeout_ms, &result, &error))
        return print_failure(arena, options, key, &error);
    spk_defer(arena, free_result, result);
    ctl_print_warnings(result);
    print_submission(arena, options, result);
    return CTL_OK;
}

/* ---- info, health ---- */

int ctl_info(struct spk_arena *arena, const struct ctl_options *options)
{
    static const struct text_row texts[] = {
        {SPK_FIELD_SERVER_NAME, "name"},
        {SPK_FIELD_SERVER_VERSION, "version"},
        {SPK_FIELD_API_VERSION, "apiVersion"},
        {SPK_FIELD_RENDER_REVISION, "renderRevision"},
        {SPK_FIELD_MODE, "mode"},
        {SPK_FIELD_KUBERNETES_VERSION, "kubernetesVersion"},
        {SPK_FIELD_DEFAULT_SPARK_VERSION, "defaultSparkVersion"},
    };
    static const struct list_row lists[] = {
        {SPK_LIST_SPARK_VERSIONS, "supportedSparkVersions"},
        {SPK_LIST_FEATURES, "features"},
        {SPK_LIST_PAYLOAD_FORMS, "payloadForms"},
    };
    struct spk_client *client = NULL;
    struct spk_result *result = NULL;
    struct spk_error error;

    if (!open_client(arena, options, &client, &error) ||
        !spk_client_info(client, options->timeout_ms, &result, &error))
        return ctl_print_error(arena, options, &error);
    spk_defer(arena, free_result, result);
    cJSON *tree = texts_tree(arena, result, texts, SPK_LEN(texts));
    if (options->format == CTL_JSON) {
        add_lists(tree, result, lists, SPK_LEN(lists));
        ctl_print_tree(arena, options, tree);
        return CTL_OK;
    }
    print_texts(tree);
    for (size_t i = 0; i < SPK_LEN(lists); i++) {
        printf("%-22s", lists[i].name);
        for (size_t k = 0; k < spk_result_count(result, lists[i].list); k++)
            printf(" %s", spk_result_item(result, lists[i].list, k));
        printf("\n");
    }
    return CTL_OK;
}

/* Exit codes of an exec probe: 0 serving, 1 not serving, 2 unreachable. */
int ctl_health(struct spk_arena *arena, const struct ctl_options *options)
{
    struct spk_client *client = NULL;
    struct spk_error error;
    bool serving = false;

    if (!open_client(arena, options, &client, &error) ||
        !spk_client_health(client, options->service ? options->service : "",
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

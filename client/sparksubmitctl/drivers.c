/* SPDX-License-Identifier: Apache-2.0 */
/* The commands about drivers that exist: status, watch, kill, list. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "command.h"
#include "library/result.h"
#include "message_json.h"
#include "output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void free_result(void *result)
{
    sparksubmit_result_free(result);
}

static struct sparksubmit_driver driver_of(const struct ctl_options *options)
{
    return (struct sparksubmit_driver){
        .ns = options->ns,
        .pod_name = options->driver,
        .app_name = options->app_name,
        .submission_id = options->submission_id,
        .spark_application_id = options->application_id,
        .attempt = options->attempt,
        .pod_uid = options->uid,
    };
}

static const cJSON *json_of(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    return ctl_message_json(arena, spk_result_message(result));
}

/* ---- status ---- */

/* "RUNNING", "WAITING, ImagePullBackOff", "TERMINATED, exit code 1, Error". */
static const char *container(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    const char *state = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_CONTAINER_STATE);
    const char *code = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_EXIT_CODE);
    const char *reason = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_CONTAINER_REASON);

    if (!*state)
        return "";
    return spk_printf(arena, "%s%s%s%s%s", state, *code ? ", exit code " : "", code,
                      *reason ? ", " : "", reason);
}

static void print_diagnoses(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    size_t n = sparksubmit_result_count(result, SPARKSUBMIT_LIST_DIAGNOSIS_CAUSES);

    if (n)
        printf("\nDiagnosis:\n");
    for (size_t i = 0; i < n; i++)
        ctl_print_row(
            arena,
            spk_printf(arena, "  %s",
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_DIAGNOSIS_CAUSES, i)),
            spk_printf(arena, "%s: %s",
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_DIAGNOSIS_REASONS, i),
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_DIAGNOSIS_TEXTS, i)));
}

static void print_status(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    static const struct {
        enum sparksubmit_field field;
        const char *label;
    } rows[] = {
        {SPARKSUBMIT_FIELD_STATE, "State:"},
        {SPARKSUBMIT_FIELD_REASON, "Reason:"},
        {SPARKSUBMIT_FIELD_MESSAGE, "Message:"},
        {SPARKSUBMIT_FIELD_NAMESPACE, "Namespace:"},
        {SPARKSUBMIT_FIELD_DRIVER_POD_NAME, "Driver pod:"},
        {SPARKSUBMIT_FIELD_POD_PHASE, "Phase:"},
        {SPARKSUBMIT_FIELD_CREATED_AT, "Created:"},
        {SPARKSUBMIT_FIELD_CONTAINER_STARTED_AT, "Started:"},
        {SPARKSUBMIT_FIELD_CONTAINER_FINISHED_AT, "Finished:"},
        {SPARKSUBMIT_FIELD_APP_NAME, "Application:"},
        {SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID, "Application ID:"},
        {SPARKSUBMIT_FIELD_SUBMISSION_ID, "Submission ID:"},
        {SPARKSUBMIT_FIELD_ATTEMPT, "Attempt:"},
        {SPARKSUBMIT_FIELD_DRIVER_POD_UID, "Driver UID:"},
    };

    for (size_t i = 0; i < SPK_LEN(rows); i++)
        ctl_print_row(arena, rows[i].label, sparksubmit_result_text(result, rows[i].field));
    ctl_print_row(arena, "Container:", container(arena, result));
    print_diagnoses(arena, result);
}

static void warn_of_others(struct spk_arena *arena, const struct ctl_options *options,
                           const struct sparksubmit_result *result)
{
    if (options->format != CTL_JSON &&
        !strcmp(sparksubmit_result_text(result, SPARKSUBMIT_FIELD_AMBIGUOUS), "true"))
        ctl_print_warning(arena, options, "AMBIGUOUS", "",
                          "several drivers are meant: this is the newest");
}

/* Show the answer of a command: as JSON, or as print does. Frees result with the arena. */
static int show(struct spk_arena *arena, const struct ctl_options *options,
                struct sparksubmit_result *result,
                void (*print)(struct spk_arena *arena,
                              const struct sparksubmit_result *result))
{
    spk_defer(arena, free_result, result);
    warn_of_others(arena, options, result);
    if (options->format == CTL_JSON)
        ctl_print_tree(arena, options, json_of(arena, result));
    else
        print(arena, result);
    return CTL_OK;
}

int ctl_status(struct spk_arena *arena, const struct ctl_options *options)
{
    struct sparksubmit_get_request request = {.size = sizeof(request),
                                              .driver = driver_of(options)};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    if (!ctl_open_client(arena, options, &client, &error) ||
        !sparksubmit_client_get(client, &request, options->timeout_ms, &result, &error))
        return ctl_print_error(arena, options, &error);
    return show(arena, options, result, print_status);
}

/* ---- watch ---- */

/* The status that came last decides the exit code. */
struct follower {
    const struct ctl_options *options;
    int status;
};

/* One status, with memory of its own: a watch may last for days. */
struct follower_line {
    struct spk_arena *arena;
    const struct follower *follower;
    const struct sparksubmit_result *result;
};

static void print_change(void *argument)
{
    const struct follower_line *line = argument;
    struct spk_arena *arena = line->arena;
    const struct sparksubmit_result *result = line->result;
    const char *reason = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_REASON);
    const char *message = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_MESSAGE);
    const char *code = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_EXIT_CODE);
    char now[SPK_TIMESTAMP_SIZE] = "";

    if (line->follower->options->format == CTL_JSON) {
        ctl_print_json_line(arena, json_of(arena, result));
        return;
    }
    if (!spk_timestamp_write(spk_wall_ms() / 1000, now))
        now[0] = '\0';
    ctl_print_line(arena, spk_printf(arena, "%s  %s%s%s%s%s%s%s", now,
                                     sparksubmit_result_text(result, SPARKSUBMIT_FIELD_STATE),
                                     *reason ? "  " : "", reason, *code ? ", exit code " : "",
                                     code, *message ? ": " : "", message));
}

static bool on_status(const struct sparksubmit_result *result, void *context)
{
    struct follower *follower = context;
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct follower_line line = {&arena, follower, result};
    const char *state = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_STATE);

    if (!spk_arena_run(&arena, print_change, &line))
        fputs("sparksubmitctl: the status needs too much memory\n", stderr);
    (void)fflush(stdout);
    follower->status = strcmp(state, "SUCCEEDED") == 0 ? CTL_OK : CTL_REFUSED;
    return true;
}

int ctl_follow(struct spk_arena *arena, const struct ctl_options *options,
               struct sparksubmit_client *client, const struct sparksubmit_driver *driver,
               int64_t deadline_ms)
{
    struct sparksubmit_watch_request request = {.size = sizeof(request), .driver = *driver};
    struct follower follower = {options, CTL_REFUSED};
    struct sparksubmit_error error;

    return sparksubmit_client_watch(client, &request, deadline_ms, on_status, &follower,
                                    &error)
               ? follower.status
               : ctl_print_error(arena, options, &error);
}

int ctl_watch(struct spk_arena *arena, const struct ctl_options *options)
{
    const struct sparksubmit_driver driver = driver_of(options);
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_error error;

    if (!ctl_open_client(arena, options, &client, &error))
        return ctl_print_error(arena, options, &error);
    return ctl_follow(arena, options, client, &driver, options->timeout_ms);
}

/* ---- kill ---- */

static void print_killed(struct spk_arena *arena, const struct sparksubmit_result *result)
{
    static const struct {
        const char *name, *meaning;
    } rows[] = {
        {"DELETED", "deleted"},
        {"ALREADY_GONE", "gone already"},
        {"DRY_RUN_OK", "would be deleted"},
    };
    enum sparksubmit_list list = SPARKSUBMIT_LIST_KILL_DISPOSITIONS;

    for (size_t i = 0; i < sparksubmit_result_count(result, list); i++) {
        const char *name = sparksubmit_result_item(result, list, i), *meaning = name;

        for (size_t k = 0; k < SPK_LEN(rows); k++)
            if (!strcmp(rows[k].name, name))
                meaning = rows[k].meaning;
        ctl_print_line(
            arena,
            spk_printf(arena, "%s/%s: %s",
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_DRIVER_NAMESPACES, i),
                       sparksubmit_result_item(result, SPARKSUBMIT_LIST_DRIVER_POD_NAMES, i),
                       meaning));
    }
}

int ctl_kill(struct spk_arena *arena, const struct ctl_options *options)
{
    struct sparksubmit_kill_request request = {
        .size = sizeof(request),
        .driver = driver_of(options),
        .allow_glob = options->driver && strchr(options->driver, '*'),
        .dry_run = options->dry_run,
        .has_grace_period = options->grace != NULL,
        .grace_period_s = options->grace_s,
    };
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    if (!ctl_open_client(arena, options, &client, &error) ||
        !sparksubmit_client_kill(client, &request, options->timeout_ms, &result, &error))
        return ctl_print_error(arena, options, &error);
    return show(arena, options, result, print_killed);
}

/* ---- list ---- */

/* Columns as wide as the page needs; the last one has no end. */
static void print_page(struct spk_arena *arena, const struct sparksubmit_result *result,
                       bool first)
{
    static const struct {
        enum sparksubmit_list list;
        const char *title;
    } columns[] = {
        {SPARKSUBMIT_LIST_DRIVER_POD_NAMES, "DRIVER"},
        {SPARKSUBMIT_LIST_DRIVER_STATES, "STATE"},
        {SPARKSUBMIT_LIST_DRIVER_CREATED_AT, "CREATED"},
        {SPARKSUBMIT_LIST_DRIVER_APP_NAMES, "APPLICATION"},
    };
    size_t n = sparksubmit_result_count(result, columns[0].list), widths[SPK_LEN(columns)];

    for (size_t k = 0; k < SPK_LEN(columns); k++) {
        widths[k] = strlen(columns[k].title);
        for (size_t i = 0; i < n && k + 1 < SPK_LEN(columns); i++) {
            size_t width = strlen(sparksubmit_result_item(result, columns[k].list, i));

            widths[k] = width > widths[k] ? width : widths[k];
        }
    }
    for (size_t i = first ? 0 : 1; i <= n; i++) {
        struct spk_buf line = {.arena = arena};

        for (size_t k = 0; k < SPK_LEN(columns); k++)
            spk_buf_printf(&line, k + 1 < SPK_LEN(columns) ? "%-*s  " : "%-*s",
                           k + 1 < SPK_LEN(columns) ? (int)widths[k] : 0,
                           i ? sparksubmit_result_item(result, columns[k].list, i - 1)
                             : columns[k].title);
        ctl_print_line(arena, spk_buf_string(&line));
    }
}

/* All pages as one list of the interface. */
static void print_trees(struct spk_arena *arena, const struct ctl_options *options,
                        const cJSON *drivers)
{
    cJSON *all = spk_json_new_object(arena);

    spk_json_set(all, "submissions", spk_json_copy(arena, drivers));
    ctl_print_tree(arena, options, all);
}

int ctl_list(struct spk_arena *arena, const struct ctl_options *options)
{
    struct sparksubmit_list_request request = {.size = sizeof(request), .ns = options->ns};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;
    cJSON *drivers = spk_json_new_array(arena);

    if (!ctl_open_client(arena, options, &client, &error))
        return ctl_print_error(arena, options, &error);
    do {
        if (!sparksubmit_client_list(client, &request, options->timeout_ms, &result, &error))
            return ctl_print_error(arena, options, &error);
        spk_defer(arena, free_result, result);
        if (options->format == CTL_JSON)
            SPK_JSON_EACH (driver, spk_json_get(json_of(arena, result), "submissions"))
                spk_json_push(drivers, spk_json_copy(arena, driver));
        else
            print_page(arena, result, !request.page_token);
        request.page_token =
            sparksubmit_result_text(result, SPARKSUBMIT_FIELD_NEXT_PAGE_TOKEN);
    } while (*request.page_token);
    if (options->format == CTL_JSON)
        print_trees(arena, options, drivers);
    return CTL_OK;
}

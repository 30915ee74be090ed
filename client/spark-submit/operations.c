/* SPDX-License-Identifier: Apache-2.0 */
#include "operations.h"

#include "base/limits.h"
#include "cluster.h"
#include "log.h"
#include "pod_state.h"
#include "json/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WATCHER "LoggingPodStatusWatcherImpl"

/* ---- requests ---- */

static bool get_pod(struct spk_arena *arena, struct spk_api *api, const char *ns,
                    const char *name, const cJSON **out, struct spk_err *err)
{
    struct spk_api_request request = {
        .verb = SPK_API_GET,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = ns,
        .name = name,
    };
    struct spk_api_reply reply;
    struct spk_err why = {0};

    if (submit_cluster_call(arena, api, &request, &reply, &why)) {
        *out = reply.object;
        return true;
    }
    if (why.reason == SPK_SUBMISSION_NOT_FOUND ||
        spk_reason_code(why.reason) == SPK_NOT_FOUND) {
        *out = NULL;
        return true;
    }
    *err = why;
    return false;
}

static bool delete_pod(struct spk_arena *arena, struct spk_api *api, const char *ns,
                       const char *name, const int64_t *grace, struct spk_err *err)
{
    cJSON *options = spk_json_new_object(arena);
    struct spk_api_request request = {
        .verb = SPK_API_DELETE,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = ns,
        .name = name,
    };
    struct spk_api_reply reply;
    struct spk_err why = {0};

    spk_json_text(options, "apiVersion", "v1");
    spk_json_text(options, "kind", "DeleteOptions");
    spk_json_text(options, "propagationPolicy", "Background");
    if (grace)
        spk_json_int(options, "gracePeriodSeconds", *grace);
    request.body = spk_json_write(arena, options);
    request.body_length = strlen(request.body);
    if (submit_cluster_call(arena, api, &request, &reply, &why) ||
        spk_reason_code(why.reason) == SPK_NOT_FOUND)
        return true;
    *err = why;
    return false;
}

/* ---- waiting ---- */

static void pause_ms(struct spk_arena *arena, struct spk_api *api, int64_t ms)
{
    struct spk_api_request request = {.verb = SPK_API_WAIT, .wait_ms = ms};
    struct spk_api_reply reply;
    struct spk_err ignored;

    (void)!submit_cluster_call(arena, api, &request, &reply, &ignored);
}

/*
 * A time such as "1s", "500ms", "2min"; a bare number is in units of default_ms.
 * @source org.apache.spark.network.util.JavaUtils.timeStringAs
 */
static bool parse_time(struct spk_arena *arena, const char *text, int64_t default_ms,
                       int64_t *out)
{
    const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1},      {"min", 60000},  {"s", 1000},     {"m", 60000},
                 {"h", 3600000}, {"d", 86400000}, {"", default_ms}};
    int64_t number;

    for (size_t i = 0; i < SPK_LEN(units); i++) {
        size_t tail = strlen(units[i].unit), length = strlen(text);

        if (spk_ends_with(text, units[i].unit) &&
            spk_parse_int64(spk_strndup(arena, text, length - tail), &number) &&
            number < INT64_MAX / 86400000 && number > INT64_MIN / 86400000) {
            *out = number * units[i].ms;
            return true;
        }
    }
    return false;
}

static bool report_interval(const struct spk_reader *reader, int64_t *out, struct spk_err *err)
{
    static const char key[] = "spark.kubernetes.report.interval";
    const char *text;

    if (!spk_entry_text(reader, key, &text, err))
        return false;
    if (parse_time(reader->arena, text, 1, out) && *out > 0)
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD, "Logging interval must be a positive time value.");
    return spk_conf_blame(err, reader->conf, key);
}

/* What is compared to find a change: all that the block shows. */
static bool is_final(const cJSON *pod)
{
    const char *phase = submit_pod_phase(pod);

    return !pod || !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

static const char *show_change(struct spk_arena *arena, const cJSON *pod, const char *before)
{
    const char *state = pod ? submit_pod_state(arena, pod) : "";

    if (strcmp(state, before) != 0)
        submit_log("INFO", WATCHER, "State changed, new state: %s",
                   *state ? state : "unknown");
    return state;
}

bool submit_wait(struct spk_api *api, const struct spk_reader *reader, const char *ns,
                 const char *pod_name, const char *application_name,
                 const char *application_id, struct spk_err *err)
{
    struct spk_arena arenas[2] = {{.limit = SPK_ARENA_BYTES}, {.limit = SPK_ARENA_BYTES}};
    const char *state = "";
    const cJSON *pod = NULL;
    int64_t interval = 1000;
    bool ok = report_interval(reader, &interval, err);

    submit_log("INFO", WATCHER,
               "Waiting for application %s with application ID %s and submission ID %s:%s to "
               "finish...",
               application_name, application_id, ns, pod_name);
    /* Two arenas in turn: the state before is compared with the state now. */
    for (unsigned turn = 0; ok; turn ^= 1) {
        struct spk_arena *arena = &arenas[turn];

        spk_arena_free(arena);
        arena->recovery = reader->arena->recovery;
        ok = get_pod(arena, api, ns, pod_name, &pod, err);
        if (!ok)
            break;
        state = show_change(arena, pod, state);
        if (is_final(pod))
            break;
        submit_log("INFO", WATCHER, "Application status for %s (phase: %s)", application_id,
                   submit_pod_phase(pod));
        pause_ms(arena, api, interval);
    }
    if (ok && pod)
        submit_log("INFO", WATCHER, "Container final statuses:\n\n%s",
                   submit_container_states(reader->arena, pod, 1));
    if (ok)
        submit_log("INFO", WATCHER,
                   "Application %s with application ID %s and submission ID %s:%s finished",
                   application_name, application_id, ns, pod_name);
    spk_arena_free(&arenas[0]);
    spk_arena_free(&arenas[1]);
    return ok;
}

/* ---- --kill and --status ---- */

struct target {
    const char *ns;
    const char *name; /* without the final '*' of a prefix */
    bool is_prefix;
};

static bool parse_id(struct spk_arena *arena, const char *id, struct target *out,
                     struct spk_err *err)
{
    const char *colon = strchr(id, ':');
    const char *name = colon ? colon + 1 : id;

    if (!colon)
        return spk_fail(
            err, SPK_INVALID_SPARK_SUBMIT_ARGS,
            "namespace not specified for an operation requiring one and no default "
            "was found in the Config.");
    out->ns = spk_strndup(arena, id, (size_t)(colon - id));
    out->is_prefix = spk_ends_with(name, "*");
    out->name = spk_strndup(arena, name, strlen(name) - out->is_prefix);
    return true;
}

/* The drivers whose name starts as asked, or the one of that name. */
static bool find_drivers(struct spk_arena *arena, struct spk_api *api,
                         const struct target *target, cJSON **out, struct spk_err *err)
{
    struct spk_api_request request = {
        .verb = SPK_API_LIST,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = target->ns,
        .label_selector = "spark-role=driver",
    };
    cJSON *found = spk_json_new_array(arena);
    struct spk_api_reply reply;
    const cJSON *pod;

    if (!target->is_prefix) {
        if (!get_pod(arena, api, target->ns, target->name, &pod, err))
            return false;
        (void)spk_json_push(found, spk_json_copy(arena, pod));
        *out = found;
        return true;
    }
    if (!submit_cluster_call(arena, api, &request, &reply, err))
        return false;
    SPK_JSON_EACH (item, spk_json_get(reply.object, "items")) {
        const char *name = spk_json_string(spk_json_at(item, "metadata.name"));

        if (name && spk_starts_with(name, target->name))
            (void)spk_json_push(found, spk_json_copy(arena, item));
    }
    *out = found;
    return true;
}

static void say_none(const struct target *target)
{
    fputs(target->is_prefix ? "No applications found.\n" : "Application not found.\n", stderr);
}

static bool grace_period(const struct spk_reader *reader, int64_t *out, bool *is_set,
                         struct spk_err *err)
{
    static const char key[] = "spark.kubernetes.appKillPodDeletionGracePeriod";
    const char *text;

    if (!spk_entry_text(reader, key, &text, err))
        return false;
    *is_set = text != NULL;
    if (!text)
        return true;
    if (parse_time(reader->arena, text, 1000, out) && *out >= 0) {
        *out /= 1000;
        return true;
    }
    (void)spk_fail(err, SPK_INVALID_FIELD, "'%.32s' is not a time such as 30s", text);
    return spk_conf_blame(err, reader->conf, key);
}

bool submit_kill(struct spk_api *api, const struct spk_reader *reader, const char *id,
                 struct spk_err *err)
{
    struct spk_arena *arena = reader->arena;
    struct target target;
    int64_t grace = 0;
    bool has_grace = false;
    cJSON *pods;

    if (!grace_period(reader, &grace, &has_grace, err))
        return false;
    fprintf(stderr,
            "Submitting a request to kill submission %s in %s. Grace period in secs: %s\n", id,
            spk_conf_get(reader->conf, "spark.master"),
            has_grace ? spk_printf(arena, "%" PRId64, grace) : "not set.");
    if (!parse_id(arena, id, &target, err) || !find_drivers(arena, api, &target, &pods, err))
        return false;
    if (!spk_json_size(pods))
        say_none(&target);
    SPK_JSON_EACH (pod, pods) {
        const char *name = spk_json_string(spk_json_at(pod, "metadata.name"));

        if (target.is_prefix)
            fprintf(stderr, "Deleting driver pod: %s.\n", name);
        if (!delete_pod(arena, api, target.ns, name, has_grace ? &grace : NULL, err))
            return false;
    }
    return true;
}

bool submit_status(struct spk_api *api, const struct spk_reader *reader, const char *id,
                   struct spk_err *err)
{
    struct spk_arena *arena = reader->arena;
    struct target target;
    cJSON *pods;

    fprintf(stderr, "Submitting a request for the status of submission %s in %s.\n", id,
            spk_conf_get(reader->conf, "spark.master"));
    if (!parse_id(arena, id, &target, err) || !find_drivers(arena, api, &target, &pods, err))
        return false;
    if (!spk_json_size(pods))
        say_none(&target);
    SPK_JSON_EACH (pod, pods)
        fprintf(stderr, "Application status (driver): %s\n", submit_pod_state(arena, pod));
    return true;
}

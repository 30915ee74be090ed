/* SPDX-License-Identifier: Apache-2.0 */
#include "submit.h"

#include "apiserver/http/request.h"
#include "base/clock.h"
#include "base/latch.h"
#include "base/limits.h"
#include "base/random.h"
#include "cluster.h"
#include "driver/kill.h"
#include "driver/state.h"
#include "failure.h"
#include "kubernetes/object.h"
#include "log.h"
#include "remote.h"
#include "stored_application.h"
#include "submit/submit.h"
#include "translate/translate.h"
#include "wait.h"
#include "json/yaml.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WAIT_KEY      "spark.kubernetes.submission.waitAppCompletion"
#define LOOKS         5 /* until the driver of a server is seen */
#define LOOK_AGAIN_MS 2000

/* One submission and what it is waited for with. */
struct run {
    struct spk_arena *arena;
    const struct submit_machine *machine;
    struct spk_prepared prepared;
    struct spk_submit_call call;
    struct spk_latch latch;
    char random[SPK_RANDOM_HEX_SIZE];
    uint64_t seed;
};

static bool draw(struct run *run, struct spk_err *err)
{
    return spk_random_hex(run->random, err) && spk_random(&run->seed, sizeof(run->seed), err);
}

static struct spk_request make_request(struct spk_arena *arena,
                                       const struct submit_arguments *arguments,
                                       const struct submit_machine *machine)
{
    struct spk_request request =
        spk_request_of_command(arena, arguments->list, &machine->environment);

    request.spark_version = arguments->version.text;
    return request;
}

/* Whether the application says which Spark it is for, and nothing here does. */
static bool is_guess_replaced(const struct submit_arguments *arguments, const cJSON *stored)
{
    const char *version = spk_json_get_text(spk_json_get(stored, "spec"), "sparkVersion");

    return arguments->guess.n > 0 && version && *version;
}

/* stored is the SparkApplication that the command names; NULL: it has none, or was not read.
 */
static bool prepare(struct run *run, const struct submit_arguments *arguments,
                    const cJSON *stored, struct spk_err *err)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_request request = make_request(run->arena, arguments, run->machine);

    request.random = run->random;
    request.submit_time_ms = spk_wall_ms();
    request.stored = stored;
    if (is_guess_replaced(arguments, stored))
        request.spark_version = NULL;
    settings.environment = run->machine->environment;
    return spk_prepare(run->arena, &settings, &request, &run->prepared, err);
}

static void on_done(struct spk_submit_call *call)
{
    spk_latch_open(call->context);
}

static void fill_call(struct run *run, struct spk_api *api)
{
    spk_submit_call_init(&run->call, run->arena, api, &run->prepared);
    run->call.jitter_seed = run->seed;
    run->call.deadline_ms = spk_monotonic_ms() + SPK_MAX_DEADLINE_MS;
    run->call.first_answer_ms = SPK_FIRST_ANSWER_MS;
    run->call.require_submission_id = true;
    run->call.done = on_done;
    run->call.context = &run->latch;
}

/* How the end of the driver is waited for. */
struct patience {
    bool wait;
    int64_t interval_ms;
};

/* These keys are read first: a failure before the first request creates nothing. */
static bool read_patience(const struct spk_reader *reader, struct patience *out,
                          struct spk_err *err)
{
    struct patience patience = {0};

    if (!spk_entry_bool(reader, WAIT_KEY, &patience.wait, err) ||
        (patience.wait && !submit_wait_interval(reader, &patience.interval_ms, err)))
        return false;
    *out = patience;
    return true;
}

/* For DRIVER_POD_EXISTS name the creation of Pods, as Spark's message does, whatever request
 * was refused. */
static void note_request(struct run *run, struct spk_err *err)
{
    struct spk_api_request driver = {
        .verb = SPK_API_CREATE,
        .resource = spk_resource_find("v1", "Pod"),
        .ns = run->call.ns,
    };

    submit_note_request(err, run->arena,
                        err->reason == SPK_DRIVER_POD_EXISTS ? &driver : &run->call.refused);
}

/* Spark deletes the driver whose other objects cannot be made; what it owns goes with it. */
static void clean_up(struct run *run, struct spk_api *api)
{
    const struct spk_submit_call *call = &run->call;
    const char *pod = spk_object_name(call->parts->pod);
    const struct spk_delete options = {.uid = call->left_uid};
    struct spk_err why = {0};

    if (call->parts->variant != SPK_VARIANT_GATED_POD_FIRST ||
        call->err.outcome != SPK_PARTIAL)
        return;
    if (!call->left_uid)
        submit_log("WARN", "Client",
                   "the driver %s:%s may be left behind, and did not start%s", call->ns, pod,
                   call->key->source == SPK_KEY_RANDOM
                       ? ""
                       : "; the same submission goes on with it");
    else if (!submit_cluster_delete_pod(run->arena, api, call->ns, pod,
                                        spk_delete_options(run->arena, &options), &why))
        submit_log("WARN", "Client",
                   "the driver %s:%s was made, did not start, and could not be deleted: %s",
                   call->ns, pod, why.text);
}

/* An error alone would mean that no driver starts. */
static void tell_outcome(const struct spk_submit_call *call)
{
    const char *pod = spk_object_name(call->parts->pod);

    if (call->err.outcome == SPK_OUTCOME_UNKNOWN)
        submit_log("ERROR", "Client",
                   "it is not known whether the driver %s:%s starts: look for it before "
                   "submitting again",
                   call->ns, pod);
    else if (call->err.outcome == SPK_CREATED && call->err.reason != SPK_DRIVER_POD_EXISTS)
        submit_log("ERROR", "Client", "the driver %s:%s was created all the same", call->ns,
                   pod);
}

static bool create(struct run *run, struct spk_api *api, struct spk_err *err)
{
    fill_call(run, api);
    spk_submit_start(&run->call);
    spk_latch_wait(&run->latch);
    submit_print_warnings(&run->call.result.warnings, NULL);
    if (!run->call.ok) {
        submit_log("ERROR", "Client",
                   "Please check \"kubectl auth can-i create pod\" first. It should be yes.");
        *err = run->call.err;
        note_request(run, err);
        tell_outcome(&run->call);
        clean_up(run, api);
    }
    return run->call.ok;
}

/* The words that tools look for. */
static void announce(const struct submit_driver *driver)
{
    submit_log("INFO", "Client",
               "Deployed Spark application %s with application ID %s and submission ID "
               "%s:%s into Kubernetes",
               driver->application_name, driver->application_id, driver->ns, driver->pod);
}

static bool wait_for(struct run *run, const struct submit_driver *driver,
                     const struct patience *patience, struct submit_cluster *cluster,
                     int *status, struct spk_err *err)
{
    int signal = 0;

    if (!submit_wait(cluster, run->arena, driver, patience->interval_ms, &signal, err))
        return false;
    if (signal)
        *status = 128 + signal;
    return true;
}

/* The attempt and the version of an operator's command stand in its application. */
static bool prepare_as_stored(struct run *run, const struct submit_arguments *arguments,
                              struct spk_api *api, const struct spk_warnings *said,
                              struct spk_err *err)
{
    const struct spk_prepared *prepared = &run->prepared;
    const cJSON *stored = NULL;

    if (!submit_stored_application(run->arena, api, prepared->plan.namespace_,
                                   prepared->owner.name, run->seed, &stored, err))
        return false;
    if (!is_guess_replaced(arguments, stored))
        submit_print_warnings(&arguments->guess, NULL);
    if (stored && !prepare(run, arguments, stored, err))
        return false;
    submit_print_warnings(&prepared->warnings, said);
    return true;
}

static bool reads_application(const struct run *run)
{
    return run->machine->reads_application && run->prepared.owner.uid;
}

static bool submit_here(struct run *run, const struct submit_arguments *arguments,
                        const struct spk_warnings *said, int *status, struct spk_err *err)
{
    const struct spk_conf *conf = &run->prepared.plan.properties;
    struct spk_reader reader = {.arena = run->arena,
                                .conf = conf,
                                .version = &arguments->version,
                                .environment = &run->machine->environment};
    const struct spk_submit_result *result = &run->call.result;
    struct submit_cluster *cluster;
    struct patience patience;

    if (!read_patience(&reader, &patience, err))
        return false;
    submit_cluster_announce(conf);
    if (!submit_cluster_open(run->arena, run->machine, &run->prepared.submission.conf,
                             &cluster, err) ||
        (reads_application(run) &&
         !prepare_as_stored(run, arguments, cluster->api, said, err)) ||
        !create(run, cluster->api, err))
        return false;
    const struct submit_driver driver = {result->ns, result->pod_name, result->pod_uid,
                                         result->application_name, result->application_id};
    if (patience.wait)
        return wait_for(run, &driver, &patience, cluster, status, err);
    announce(&driver);
    return true;
}

/* An API server that says it cannot answer just now is asked again, a few times. */
static bool see_driver(struct run *run, struct spk_api *api,
                       const struct submit_driver *driver, const cJSON **out,
                       struct spk_err *err)
{
    for (int i = 1; i < LOOKS; i++) {
        if (submit_cluster_pod(run->arena, api, driver->ns, driver->pod, out, err))
            return true;
        if (spk_reason_code(err->reason) != SPK_UNAVAILABLE ||
            err->reason == SPK_KUBE_CREDENTIALS_REJECTED || !submit_note(err, "kube_code"))
            return false;
        *err = (struct spk_err){0};
        (void)poll(NULL, 0, LOOK_AGAIN_MS);
    }
    return submit_cluster_pod(run->arena, api, driver->ns, driver->pod, out, err);
}

/* A client that sees the driver; NULL, after a warning: there is none. */
static struct submit_cluster *find_cluster(struct run *run, const struct spk_conf *conf,
                                           const struct submit_driver *driver)
{
    struct submit_cluster *cluster;
    struct spk_err err = {0};
    const cJSON *pod = NULL;

    if (submit_cluster_open(run->arena, run->machine, conf, &cluster, &err) &&
        see_driver(run, cluster->api, driver, &pod, &err)) {
        if (pod && spk_driver_has_uid(pod, driver->uid))
            return cluster;
        (void)spk_fail(&err, SPK_SUBMISSION_NOT_FOUND, "spark.master does not have it");
    }
    submit_log("WARN", "Client",
               "a server carries the submission out; its end is not waited for: %s", err.text);
    return NULL;
}

static bool submit_there(struct run *run, const char *endpoint,
                         const struct submit_arguments *arguments,
                         const struct spk_command_line *line, int *status, struct spk_err *err)
{
    const struct spk_conf *conf = &line->submission.conf;
    struct spk_reader reader = {.arena = run->arena,
                                .conf = conf,
                                .version = &arguments->version,
                                .environment = &run->machine->environment};
    struct submit_driver driver;
    struct patience patience;
    struct submit_cluster *cluster = NULL;

    if (!read_patience(&reader, &patience, err) ||
        !submit_remote(run->arena, run->machine, endpoint, arguments, line, &driver, err))
        return false;
    announce(&driver); /* whatever comes of looking for it */
    if (patience.wait)
        cluster = find_cluster(run, conf, &driver);
    return !cluster || wait_for(run, &driver, &patience, cluster, status, err);
}

/* @source org.apache.spark.util.Utils.checkAndGetK8sMasterUrl */
static void warn_of_http(const struct spk_conf *conf)
{
    static const char http[] = "k8s://http://";
    const char *master = spk_conf_get(conf, "spark.master");

    if (master && strncasecmp(master, http, sizeof(http) - 1) == 0)
        submit_log("WARN", "Utils", "Kubernetes master URL uses HTTP instead of HTTPS.");
}

bool submit_run(struct spk_arena *arena, const struct submit_machine *machine,
                const struct submit_arguments *arguments, const struct spk_command_line *line,
                int *status, struct spk_err *err)
{
    const char *endpoint = spk_conf_get(&line->submission.conf, SUBMIT_ENDPOINT_KEY);
    struct run *run = spk_alloc(arena, sizeof(*run));

    *run = (struct run){.arena = arena, .machine = machine, .latch = SPK_LATCH_INIT};
    warn_of_http(&line->submission.conf);
    if (!endpoint)
        endpoint = machine->endpoint;
    if (endpoint) {
        submit_print_warnings(&arguments->guess, NULL);
        return submit_there(run, endpoint, arguments, line, status, err);
    }
    bool ok = draw(run, err) && prepare(run, arguments, NULL, err);
    if (!ok || !reads_application(run))
        submit_print_warnings(&arguments->guess, NULL);
    if (!ok)
        return false;
    if (!reads_application(run))
        submit_print_warnings(&run->prepared.warnings, &line->warnings);
    return submit_here(run, arguments, &line->warnings, status, err);
}

bool submit_show(struct spk_arena *arena, const struct submit_machine *machine,
                 const struct submit_arguments *arguments, const struct spk_command_line *line,
                 struct spk_err *err)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_view view = {.stage = SPK_STAGE_OBJECTS};
    struct spk_prepared prepared = {0};
    struct spk_request request = make_request(arena, arguments, machine);
    cJSON *list = NULL;

    settings.environment = machine->environment;
    submit_print_warnings(&arguments->guess, NULL);
    if (!spk_render(arena, &settings, &request, &view, &list, &prepared, err))
        return false;
    submit_print_warnings(&prepared.warnings, &line->warnings);
    fputs(spk_yaml_write(arena, list), stdout);
    return true;
}

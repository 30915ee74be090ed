/* SPDX-License-Identifier: Apache-2.0 */
#include "submit.h"

#include "base/clock.h"
#include "base/latch.h"
#include "base/limits.h"
#include "cluster.h"
#include "log.h"
#include "operations.h"
#include "remote.h"
#include "spark_submit.h"
#include "submitter.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define WAIT_KEY "spark.kubernetes.submission.waitAppCompletion"

/* One submission and what it is waited for with. */
struct run {
    struct spk_arena *arena;
    const struct submit_machine *machine;
    struct spk_prepared prepared;
    struct spk_submit_call call;
    struct spk_latch latch;
    char random[65];
};

void submit_announce(const char *name, const char *application_id, const char *ns,
                     const char *pod)
{
    submit_log("INFO", "Client",
               "Deployed Spark application %s with application ID %s and submission ID %s:%s "
               "into Kubernetes",
               name, application_id, ns, pod);
}

static bool draw(struct run *run, struct spk_err *err)
{
    unsigned char bytes[32];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return spk_fail(err, SPK_INTERNAL_ERROR, "the kernel has no random numbers");
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(run->random + 2 * i, 3, "%02x", bytes[i]);
    memcpy(&run->call.jitter_seed, bytes, sizeof(run->call.jitter_seed));
    return true;
}

static bool prepare(struct run *run, const struct submit_arguments *arguments,
                    struct spk_err *err)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_request request = {
        .payload =
            {
                .kind = SPK_PAYLOAD_COMMAND,
                .arguments = arguments->list,
                .properties = {.arena = run->arena},
                .environment = &run->machine->environment,
            },
        .spark_version = arguments->version.text,
        .tenant = "",
        .random = run->random,
        .submit_time_ms = spk_wall_ms(),
    };

    settings.environment = run->machine->environment;
    return spk_prepare(run->arena, &settings, &request, &run->prepared, err);
}

static void on_done(struct spk_submit_call *call)
{
    spk_latch_open(call->context);
}

static void fill_call(struct run *run, struct spk_api *api)
{
    const struct spk_prepared *prepared = &run->prepared;

    run->call.arena = run->arena;
    run->call.api = api;
    run->call.parts = &prepared->parts;
    run->call.key = &prepared->key;
    run->call.ns = prepared->plan.namespace_;
    run->call.uid = prepared->uid;
    run->call.application_id = prepared->plan.application_id;
    run->call.application_name = prepared->plan.application_name;
    run->call.deadline_ms = spk_monotonic_ms() + SPK_MAX_DEADLINE_MS;
    run->call.require_submission_id = true;
    run->call.done = on_done;
    run->call.context = &run->latch;
}

static void say_warnings(const struct spk_warnings *warnings)
{
    for (size_t i = 0; i < warnings->n; i++)
        submit_log("WARN", "Client", "%s", warnings->items[i].message);
}

static void close_api(void *api)
{
    spk_api_close(api);
}

static bool is_waited_for(const struct spk_reader *reader, bool *out, struct spk_err *err)
{
    return spk_entry_bool(reader, WAIT_KEY, out, err);
}

/* What fails before the first request creates nothing: so the wait key is read first. */
static bool submit_here(struct run *run, const struct submit_arguments *arguments,
                        struct spk_err *err)
{
    const struct spk_conf *conf = &run->prepared.plan.properties;
    struct spk_reader reader = {run->arena, conf, &arguments->version,
                                &run->machine->environment};
    struct spk_api *api = NULL;
    bool wait = false;

    if (!is_waited_for(&reader, &wait, err) ||
        !submit_cluster_open(run->arena, run->machine, &run->prepared.submission.conf, &api,
                             err))
        return false;
    spk_defer(run->arena, close_api, api);
    fill_call(run, api);
    spk_submit_start(&run->call);
    spk_latch_wait(&run->latch);
    if (!run->call.ok) {
        *err = run->call.err;
        return false;
    }
    const struct spk_submit_result *result = &run->call.result;
    say_warnings(&result->warnings);
    if (!wait) {
        submit_announce(result->application_name, result->application_id, result->ns,
                        result->pod_name);
        return true;
    }
    return submit_wait(api, &reader, result->ns, result->pod_name, result->application_name,
                       result->application_id, err);
}

bool submit_run(struct spk_arena *arena, const struct submit_machine *machine,
                const struct submit_arguments *arguments, const struct spk_command_line *line,
                struct spk_err *err)
{
    struct run *run = spk_alloc(arena, sizeof(*run));

    *run = (struct run){.arena = arena, .machine = machine, .latch = SPK_LATCH_INIT};
    say_warnings(&line->warnings);
    if (machine->endpoint)
        return submit_remote(arena, machine, arguments, line, err);
    return draw(run, err) && prepare(run, arguments, err) && submit_here(run, arguments, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "process/probe.h"

#include "base/clock.h"
#include "base/limits.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define ASK_MS         5000
#define PERIOD_MS      20000
#define FIRST_RETRY_MS 1000
#define LAST_RETRY_MS  30000
#define KEEP_READY_MS  60000 /* losing the API server at once would shed all replicas */

static bool is_in_memory(const struct spk_probe *probe)
{
    return strcmp(probe->api->url, "memory") == 0;
}

static void finish(struct spk_probe *probe)
{
    spk_arena_free(&probe->arena);
    atomic_store(&probe->idle, true);
}

static void start(struct spk_probe *probe, struct spk_api_job *job)
{
    job->arena = &probe->arena;
    job->context = probe;
    job->reply = (struct spk_api_reply){0};
    spk_api_start(probe->api, job);
}

static void ask(struct spk_probe *probe)
{
    spk_arena_free(&probe->arena);
    probe->ask.request = (struct spk_api_request){.verb = SPK_API_VERSION};
    probe->ask.deadline_ms = spk_monotonic_ms() + ASK_MS;
    start(probe, &probe->ask);
}

static void wait_for(struct spk_probe *probe, int64_t wait_ms)
{
    probe->wait.request = (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = wait_ms};
    probe->wait.deadline_ms = spk_monotonic_ms() + wait_ms;
    start(probe, &probe->wait);
}

static void note_version(struct spk_probe *probe, const cJSON *object)
{
    const char *version = spk_json_get_text(object, "gitVersion");

    if (atomic_load(&probe->known) || !version)
        return;
    (void)snprintf(probe->version, sizeof(probe->version), "%s", version);
    atomic_store(&probe->known, true);
}

static void on_answer(struct spk_probe *probe, const struct spk_api_reply *reply)
{
    int64_t now = spk_monotonic_ms();
    bool good = reply->transport == SPK_API_ANSWERED && reply->http == 200;

    if (good) {
        note_version(probe, reply->object);
        if (!spk_health_set_ready(probe->health, true) && !is_in_memory(probe))
            spk_log_event(probe->log, SPK_LOG_INFO, "API server answers", "version",
                          probe->version);
        probe->answered_ms = now;
        probe->backoff_ms = FIRST_RETRY_MS;
        probe->complained = false;
        return;
    }
    if (!probe->complained)
        spk_log_event(probe->log, SPK_LOG_WARN, "API server does not answer", "err",
                      reply->transport == SPK_API_ANSWERED ? reply->message : reply->trouble);
    probe->complained = true;
    if (probe->answered_ms == 0 || now - probe->answered_ms > KEEP_READY_MS)
        (void)spk_health_set_ready(probe->health, false);
}

static void on_asked(struct spk_api_job *job)
{
    struct spk_probe *probe = job->context;
    int64_t wait_ms = PERIOD_MS;

    on_answer(probe, &job->reply);
    if (probe->complained) {
        wait_ms = probe->backoff_ms;
        probe->backoff_ms = wait_ms * 2 < LAST_RETRY_MS ? wait_ms * 2 : LAST_RETRY_MS;
    }
    if (atomic_load(&probe->stop) || is_in_memory(probe))
        finish(probe);
    else
        wait_for(probe, wait_ms);
}

static void on_waited(struct spk_api_job *job)
{
    struct spk_probe *probe = job->context;

    if (atomic_load(&probe->stop))
        finish(probe);
    else
        ask(probe);
}

void spk_probe_start(struct spk_probe *probe, struct spk_api *api, const struct spk_log *log,
                     struct spk_health *health)
{
    *probe = (struct spk_probe){.api = api,
                                .log = log,
                                .health = health,
                                .arena = SPK_ARENA_LIMIT(SPK_MIB(8)),
                                .backoff_ms = FIRST_RETRY_MS};
    probe->ask.done = on_asked;
    probe->wait.done = on_waited;
    ask(probe);
}

void spk_probe_stop(struct spk_probe *probe)
{
    atomic_store(&probe->stop, true);
    while (!atomic_load(&probe->idle)) {
        spk_api_cancel(probe->api, &probe->ask);
        spk_api_cancel(probe->api, &probe->wait);
        (void)poll(NULL, 0, 5);
    }
}

const char *spk_probe_version(const struct spk_probe *probe)
{
    return atomic_load(&probe->known) ? probe->version : "";
}

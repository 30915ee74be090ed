/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

#include "base/limits.h"
#include "cluster.h"
#include "duration.h"
#include "log.h"
#include "pod_state.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define WATCHER         "LoggingPodStatusWatcherImpl"
#define MIN_INTERVAL_MS 100

bool submit_wait_interval(const struct spk_reader *reader, int64_t *out_ms,
                          struct spk_err *err)
{
    static const char key[] = "spark.kubernetes.report.interval";
    const char *text;

    if (!spk_entry_text(reader, key, &text, err))
        return false;
    if (submit_parse_duration(reader->arena, text, 1, out_ms) && *out_ms > 0) {
        if (*out_ms < MIN_INTERVAL_MS)
            *out_ms = MIN_INTERVAL_MS;
        return true;
    }
    (void)spk_fail(err, SPK_INVALID_FIELD, "Logging interval must be a positive time value.");
    return spk_conf_blame(err, reader->conf, key);
}

static bool is_final(const cJSON *pod)
{
    const char *phase = submit_pod_phase(pod);

    return !pod || !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

/* Waits out the interval; the number of a signal that came meanwhile, else 0. */
static int rest(const sigset_t *signals, int64_t ms)
{
    struct timespec span = {.tv_sec = (time_t)(ms / 1000),
                            .tv_nsec = (long)(ms % 1000) * 1000000};
    int signal;

    do
        signal = sigtimedwait(signals, NULL, &span);
    while (signal < 0 && errno == EINTR);
    return signal < 0 ? 0 : signal;
}

/*
 * One look: what is known of the driver lives in arena. A driver that is gone leaves the pod
 * as it was seen last.
 */
struct look {
    struct spk_arena arena;
    const cJSON *pod;
    const char *state;
};

static bool look_again(struct spk_api *api, const struct submit_driver *driver,
                       const struct look *before, struct look *now, bool *ended,
                       struct spk_err *err)
{
    struct spk_err why = {0};
    const cJSON *pod = NULL;

    now->pod = NULL;
    if (!submit_cluster_pod(&now->arena, api, driver->ns, driver->pod, &pod, &why)) {
        if (spk_reason_code(why.reason) != SPK_UNAVAILABLE) {
            *err = why;
            return false;
        }
        submit_log("WARN", WATCHER, "the driver cannot be looked at: %s", why.text);
        return true;
    }
    *ended = is_final(pod);
    if (!pod)
        return true;
    now->pod = pod;
    now->state = submit_pod_state(&now->arena, pod);
    if (!before->pod || strcmp(now->state, before->state) != 0)
        submit_log("INFO", WATCHER, "State changed, new state: %s", now->state);
    return true;
}

static void say_waiting(const struct submit_driver *driver)
{
    submit_log("INFO", WATCHER,
               "Waiting for application %s with application ID %s and submission ID %s:%s to "
               "finish...",
               driver->application_name, driver->application_id, driver->ns, driver->pod);
}

static void say_end(struct spk_arena *arena, const struct submit_driver *driver,
                    const cJSON *pod)
{
    if (pod)
        submit_log("INFO", WATCHER, "Container final statuses:\n\n%s",
                   submit_container_states(arena, pod, 1));
    else
        submit_log("INFO", WATCHER, "No containers were found in the driver pod.");
    submit_log("INFO", WATCHER,
               "Application %s with application ID %s and submission ID %s:%s finished",
               driver->application_name, driver->application_id, driver->ns, driver->pod);
}

/* Two looks in turn: what is new is what differs from the one before. */
static bool watch(struct spk_api *api, const struct submit_driver *driver, int64_t interval_ms,
                  const sigset_t *signals, struct look looks[2], int *signal,
                  struct spk_err *err)
{
    bool ended = false;
    unsigned at = 0;

    if (!look_again(api, driver, &looks[1], &looks[0], &ended, err))
        return false;
    say_waiting(driver);
    while (!ended) {
        struct look *before = &looks[at % 2], *now = &looks[(at + 1) % 2];
        struct spk_arena_recovery *recovery = now->arena.recovery;

        *signal = rest(signals, interval_ms);
        if (*signal)
            return true;
        spk_arena_free(&now->arena);
        now->arena.recovery = recovery;
        if (!look_again(api, driver, before, now, &ended, err))
            return false;
        if (!now->pod) /* still the newest that is known */
            continue;
        at++;
        submit_log("INFO", WATCHER, "Application status for %s (phase: %s)",
                   driver->application_id, submit_pod_phase(now->pod));
    }
    say_end(&looks[at % 2].arena, driver, looks[at % 2].pod);
    return true;
}

static void free_look(void *look)
{
    spk_arena_free(&((struct look *)look)->arena);
}

bool submit_wait(struct spk_api *api, struct spk_arena *arena,
                 const struct submit_driver *driver, int64_t interval_ms, int *signal,
                 struct spk_err *err)
{
    struct look *looks = spk_alloc_array(arena, 2, sizeof(*looks));
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    for (size_t i = 0; i < 2; i++) {
        looks[i].arena.limit = SPK_ARENA_BYTES;
        looks[i].arena.recovery = arena->recovery;
        spk_defer(arena, free_look, &looks[i]);
    }
    if (!watch(api, driver, interval_ms, &signals, looks, signal, err))
        return false;
    if (*signal)
        submit_log("WARN", WATCHER,
                   "no longer waiting because of signal %d; the driver %s:%s goes on", *signal,
                   driver->ns, driver->pod);
    return true;
}

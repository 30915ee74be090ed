/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

#include "base/clock.h"
#include "base/limits.h"
#include "log.h"
#include "pod_state.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define WATCHER         "LoggingPodStatusWatcherImpl"
#define MIN_INTERVAL_MS 100
#define MAX_INTERVAL_MS (INT64_MAX / 2) /* can be added to a time of the clock */
#define LOOK_MS         1000 /* an end is seen so soon, however rarely a line is wanted */

bool submit_wait_interval(const struct spk_reader *reader, int64_t *out_ms,
                          struct spk_err *err)
{
    int64_t ms = 0;

    if (!spk_entry_long(reader, "spark.kubernetes.report.interval", &ms, NULL, err))
        return false;
    if (ms < MIN_INTERVAL_MS)
        ms = MIN_INTERVAL_MS;
    *out_ms = ms > MAX_INTERVAL_MS ? MAX_INTERVAL_MS : ms;
    return true;
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
    struct spk_driver_state driver; /* of pod, if there is one */
    const char *state;
};

static bool look_again(struct submit_cluster *cluster, const struct submit_driver *driver,
                       const struct look *before, struct look *now, bool *ended,
                       struct spk_err *err)
{
    struct spk_err why = {0};
    const cJSON *pod = NULL;

    now->pod = NULL;
    if (!submit_cluster_pod(&now->arena, cluster->api, driver->ns, driver->pod, &pod, &why)) {
        if (spk_reason_code(why.reason) != SPK_UNAVAILABLE) {
            *err = why;
            return false;
        }
        submit_log("WARN", WATCHER, "the driver cannot be looked at: %s", why.text);
        if (why.reason == SPK_KUBE_CREDENTIALS_REJECTED)
            submit_cluster_renew(cluster);
        return true;
    }
    cluster->is_renewed = false;
    if (pod && !spk_driver_has_uid(pod, driver->uid))
        pod = NULL;
    *ended = spk_driver_is_final(pod);
    if (!pod)
        return true;
    now->pod = pod;
    now->driver = spk_driver_state_read(&now->arena, pod);
    now->state = submit_pod_state(&now->arena, &now->driver);
    if (!before->pod || strcmp(now->state, before->state) != 0)
        submit_log_block(WATCHER, "State changed, new state: ", now->state);
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
                    const struct look *last)
{
    if (last->pod)
        submit_log_block(WATCHER, "Container final statuses:\n\n",
                         submit_container_states(arena, &last->driver, 1));
    else
        submit_log("INFO", WATCHER, "No containers were found in the driver pod.");
    submit_log("INFO", WATCHER,
               "Application %s with application ID %s and submission ID %s:%s finished",
               driver->application_name, driver->application_id, driver->ns, driver->pod);
}

/* The state of waiting for an application's end. */
struct watcher {
    struct submit_cluster *cluster;
    const struct submit_driver *driver;
    sigset_t signals;
    struct look looks[2]; /* in turn: what is new is what differs from the one before */
    int64_t interval_ms, report_ms; /* report_ms: when the next status line is due */
};

static void report(struct watcher *watcher, const cJSON *pod)
{
    submit_log("INFO", WATCHER, "Application status for %s (phase: %s)",
               watcher->driver->application_id, pod ? spk_driver_phase(pod) : "unknown");
    watcher->report_ms = spk_monotonic_ms() + watcher->interval_ms;
}

/* Until the next look: soon, or when a status line is due. */
static int64_t pause_ms(const struct watcher *watcher)
{
    int64_t left = watcher->report_ms - spk_monotonic_ms();

    if (left > LOOK_MS)
        return LOOK_MS;
    return left > 0 ? left : 0;
}

static bool watch(struct watcher *watcher, int *signal, struct spk_err *err)
{
    const struct submit_driver *driver = watcher->driver;
    struct look *before = &watcher->looks[1], *now = &watcher->looks[0];
    bool ended = false;

    if (!look_again(watcher->cluster, driver, before, now, &ended, err))
        return false;
    say_waiting(driver);
    watcher->report_ms = spk_monotonic_ms() + watcher->interval_ms;
    while (!ended) {
        if (now->pod) { /* else the one before is still the newest that is known */
            struct look *newest = now;

            now = before;
            before = newest;
        }
        struct spk_arena_recovery *recovery = now->arena.recovery;

        *signal = rest(&watcher->signals, pause_ms(watcher));
        if (*signal)
            return true;
        spk_arena_free(&now->arena);
        now->arena.recovery = recovery;
        if (!look_again(watcher->cluster, driver, before, now, &ended, err))
            return false;
        if (ended || spk_monotonic_ms() >= watcher->report_ms)
            report(watcher, now->pod ? now->pod : before->pod);
    }
    const struct look *last = now->pod ? now : before;
    say_end(&now->arena, driver, last);
    return true;
}

static void free_look(void *look)
{
    spk_arena_free(&((struct look *)look)->arena);
}

bool submit_wait(struct submit_cluster *cluster, struct spk_arena *arena,
                 const struct submit_driver *driver, int64_t interval_ms, int *signal,
                 struct spk_err *err)
{
    struct watcher *watcher = spk_alloc(arena, sizeof(*watcher));

    *watcher =
        (struct watcher){.cluster = cluster, .driver = driver, .interval_ms = interval_ms};
    (void)sigemptyset(&watcher->signals);
    (void)sigaddset(&watcher->signals, SIGINT);
    (void)sigaddset(&watcher->signals, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &watcher->signals, NULL);
    for (size_t i = 0; i < 2; i++) {
        watcher->looks[i].arena.limit = SPK_ARENA_BYTES;
        watcher->looks[i].arena.recovery = arena->recovery;
        spk_defer(arena, free_look, &watcher->looks[i]);
    }
    if (!watch(watcher, signal, err))
        return false;
    if (*signal)
        submit_log("WARN", WATCHER,
                   "no longer waiting because of signal %d; the driver %s:%s goes on", *signal,
                   driver->ns, driver->pod);
    return true;
}

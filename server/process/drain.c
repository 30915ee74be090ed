/* SPDX-License-Identifier: Apache-2.0 */
#include "process/drain.h"

#include "base/clock.h"
#include "process/log_writer.h"

#include <signal.h>
#include <unistd.h>

#define TICK_NS   10000000 /* while draining only */
#define REFUSE_MS 100      /* calls on their way: once the core is shut it just cancels them */
#define SETTLE_MS 8000     /* for writes under way, after the last request was forbidden */
#define LIMIT_MS  10000    /* until what is left counts as stuck */

struct drain {
    struct spk_server_group *group;
    int signals;
};

static sigset_t waited_for(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGUSR1);
    (void)sigaddset(&set, SIGUSR2);
    return set;
}

void spk_signals_block(void)
{
    sigset_t set = waited_for();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static void log_state(const struct spk_server_group *group, enum spk_log_level level,
                      const char *message)
{
    struct spk_log_line line;

    spk_log_begin(group->log, &line, level, message);
    spk_log_int(&line, "live", (int64_t)atomic_load(&group->live));
    spk_log_int(&line, "inflight", (int64_t)atomic_load(&group->admission.inflight));
    spk_log_int(&line, "reserved_bytes", (int64_t)atomic_load(&group->admission.reserved));
    spk_log_bool(&line, "ready", atomic_load(&group->service->health->ready));
    if (group->log->writer)
        spk_log_int(&line, "log_lines_lost",
                    (int64_t)atomic_load(&group->log->writer->all_lost));
    spk_log_end(&line);
}

void spk_signals_wait(const struct spk_server_group *group, struct spk_api *memory)
{
    sigset_t set = waited_for();
    int signal_number;

    for (;;) {
        if (sigwait(&set, &signal_number) != 0)
            continue;
        if (signal_number == SIGTERM || signal_number == SIGINT)
            return;
        if (signal_number == SIGUSR2) {
            if (memory)
                spk_memory_clear(memory);
            continue;
        }
        if (signal_number == SIGHUP)
            spk_log_event(group->log, SPK_LOG_INFO, "nothing to reload: restart instead", NULL,
                          NULL);
        else
            log_state(group, SPK_LOG_INFO, "state");
    }
}

static bool never(const struct spk_server_group *group)
{
    (void)group;
    return false;
}

static bool is_idle(const struct spk_server_group *group)
{
    return atomic_load(&group->closing) == 0 && atomic_load(&group->live) == 0;
}

/* Wait until done says so, the time is over, or there were more signals than patience. */
static void wait_until(struct drain *drain, int64_t end_ms, int patience,
                       bool (*done)(const struct spk_server_group *))
{
    sigset_t set = waited_for();
    const struct timespec tick = {.tv_nsec = TICK_NS};

    while (!done(drain->group) && drain->signals < patience && spk_monotonic_ms() < end_ms) {
        int signal_number = sigtimedwait(&set, NULL, &tick);

        if (signal_number == SIGTERM || signal_number == SIGINT)
            drain->signals++;
        if (drain->signals < 3)
            continue;
        spk_log_event(drain->group->log, SPK_LOG_ERROR, "stopped by a third signal", NULL,
                      NULL);
        spk_log_writer_flush(drain->group->log);
        _exit(SPK_EXIT_FORCED);
    }
}

void spk_drain(struct spk_server_group *group, struct spk_listener *listener,
               const struct spk_config *config, const struct spk_service *service)
{
    struct drain drain = {.group = group, .signals = 1};

    spk_server_group_set_phase(group, SPK_RPC_LEAVING);
    spk_health_leave(service->health);
    log_state(group, SPK_LOG_INFO, "draining");
    wait_until(&drain, spk_monotonic_ms() + config->drain_delay_ms, 2, never);

    spk_listener_close(listener);
    spk_server_group_set_phase(group, SPK_RPC_REFUSING);
    wait_until(&drain, spk_monotonic_ms() + REFUSE_MS, 2, never);
    spk_server_group_shut(group);
    log_state(group, SPK_LOG_INFO, "listeners closed");
    wait_until(&drain, spk_monotonic_ms() + config->drain_grace_ms, 2, is_idle);
    if (is_idle(group))
        return;

    int64_t now_ms = spk_monotonic_ms();
    log_state(group, SPK_LOG_WARN, "running calls are broken off");
    spk_service_cancel_all(service);
    wait_until(&drain, now_ms + SETTLE_MS, 3, is_idle);
    spk_server_group_cancel(group);
    wait_until(&drain, now_ms + LIMIT_MS, 3, is_idle);
    if (is_idle(group))
        return;
    log_state(group, SPK_LOG_ERROR, "calls are stuck");
    spk_log_writer_flush(group->log);
    _exit(SPK_EXIT_DRAIN);
}

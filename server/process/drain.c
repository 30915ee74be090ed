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
    struct spk_rpc *rpc;
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

static void log_state(const struct spk_rpc *rpc, enum spk_log_level level, const char *message)
{
    struct spk_log_line line;

    spk_log_begin(rpc->log, &line, level, message);
    spk_log_int(&line, "live", (int64_t)atomic_load(&rpc->live));
    spk_log_int(&line, "inflight", (int64_t)atomic_load(&rpc->inflight));
    spk_log_int(&line, "reserved_bytes", (int64_t)atomic_load(&rpc->reserved));
    spk_log_bool(&line, "ready", atomic_load(&rpc->ready));
    if (rpc->log->writer)
        spk_log_int(&line, "log_lines_lost",
                    (int64_t)atomic_load(&rpc->log->writer->all_lost));
    spk_log_end(&line);
}

void spk_signals_wait(const struct spk_rpc *rpc, struct spk_api *memory)
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
            spk_log_event(rpc->log, SPK_LOG_INFO, "nothing to reload: restart instead", NULL,
                          NULL);
        else
            log_state(rpc, SPK_LOG_INFO, "state");
    }
}

static bool never(const struct spk_rpc *rpc)
{
    (void)rpc;
    return false;
}

static bool is_idle(const struct spk_rpc *rpc)
{
    return atomic_load(&rpc->closing) == 0 && atomic_load(&rpc->live) == 0;
}

/* Wait until done says so, the time is over, or there were more signals than patience. */
static void wait_until(struct drain *drain, int64_t end_ms, int patience,
                       bool (*done)(const struct spk_rpc *))
{
    sigset_t set = waited_for();
    const struct timespec tick = {.tv_nsec = TICK_NS};

    while (!done(drain->rpc) && drain->signals < patience && spk_monotonic_ms() < end_ms) {
        int signal_number = sigtimedwait(&set, NULL, &tick);

        if (signal_number == SIGTERM || signal_number == SIGINT)
            drain->signals++;
        if (drain->signals < 3)
            continue;
        spk_log_event(drain->rpc->log, SPK_LOG_ERROR, "stopped by a third signal", NULL, NULL);
        spk_log_writer_flush(drain->rpc->log);
        _exit(SPK_EXIT_FORCED);
    }
}

void spk_drain(struct spk_rpc *rpc, struct spk_listener *listener,
               const struct spk_config *config, const struct spk_service *service)
{
    struct drain drain = {.rpc = rpc, .signals = 1};

    atomic_store(&rpc->phase, SPK_RPC_LEAVING);
    log_state(rpc, SPK_LOG_INFO, "draining");
    wait_until(&drain, spk_monotonic_ms() + config->drain_delay_ms, 2, never);

    spk_listener_close(listener);
    atomic_store(&rpc->phase, SPK_RPC_REFUSING);
    wait_until(&drain, spk_monotonic_ms() + REFUSE_MS, 2, never);
    spk_rpc_shut(rpc);
    log_state(rpc, SPK_LOG_INFO, "listeners closed");
    wait_until(&drain, spk_monotonic_ms() + config->drain_grace_ms, 2, is_idle);
    if (is_idle(rpc))
        return;

    int64_t now_ms = spk_monotonic_ms();
    log_state(rpc, SPK_LOG_WARN, "running calls are broken off");
    spk_service_cancel_all(service);
    wait_until(&drain, now_ms + SETTLE_MS, 3, is_idle);
    spk_rpc_cancel(rpc);
    wait_until(&drain, now_ms + LIMIT_MS, 3, is_idle);
    if (is_idle(rpc))
        return;
    log_state(rpc, SPK_LOG_ERROR, "calls are stuck");
    spk_log_writer_flush(rpc->log);
    _exit(SPK_EXIT_DRAIN);
}

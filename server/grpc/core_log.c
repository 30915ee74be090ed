/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/core_log.h"

#include "base/limits.h"

#include <grpc/support/log.h>

/* The core calls back without a context: this is where it finds the log. Set once. */
static const struct spk_log *_Atomic target;
static struct spk_log_limit limit = {.event = "grpc core", .most = SPK_LOG_REPEATED};

static void write_line(gpr_log_func_args *args)
{
    static const enum spk_log_level levels[] = {SPK_LOG_DEBUG, SPK_LOG_INFO, SPK_LOG_ERROR};
    const struct spk_log *log = atomic_load(&target);

    if (log && log->level <= levels[args->severity] && spk_log_allowed(log, &limit))
        spk_log_event(log, levels[args->severity], "grpc core", "text", args->message);
}

void spk_core_log_route(const struct spk_log *log)
{
    atomic_store(&target, log);
    gpr_set_log_function(write_line);
    gpr_set_log_verbosity(log->level == SPK_LOG_DEBUG ? GPR_LOG_SEVERITY_INFO
                                                      : GPR_LOG_SEVERITY_ERROR);
}

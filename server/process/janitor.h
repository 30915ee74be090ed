/* SPDX-License-Identifier: Apache-2.0 */
/**
 * janitor.h: rounds of deploy/janitor.h against an API server: one namespace after the other,
 * then a pause of about the interval, so that replicas do not meet. It runs on the API
 * server's loop, one request at a time, and never blocks.
 */
#pragma once

#include "apiserver/api.h"
#include "deploy/janitor.h"
#include "process/log.h"

struct spk_janitor_config {
    int64_t interval_ms;           /* 0: no janitor; the pause is 0.5 to 1.5 times as long */
    int64_t min_age_s;             /* of deploy/janitor.h */
    struct spk_strings namespaces; /* at least one */
    const struct spk_impersonation *as; /* NULL: the service itself */
};

/** Private but for the counters, which any thread may read. */
struct spk_janitor_runner {
    const struct spk_janitor_config *config;
    struct spk_api *api;
    const struct spk_log *log;
    struct spk_arena round_memory, exchange_memory;
    struct spk_janitor janitor;
    struct spk_api_job job;
    struct spk_janitor_action action;
    size_t ns;   /* index of the namespace in hand */
    size_t told; /* deletions of the round that are in the log */
    uint64_t random;
    atomic_bool stop, idle;

    atomic_uint_fast64_t rounds, deleted[SPK_JANITOR_UNOPENED + 1]; /* by rule */
};

/**
 * Start with a pause. Does nothing if the interval is 0.
 *
 * @owner  config and log outlive it
 * @errors those of base/random.h
 */
bool spk_janitor_start(struct spk_janitor_runner *runner,
                       const struct spk_janitor_config *config, struct spk_api *api,
                       const struct spk_log *log, struct spk_err *err) SPK_CHECK;

/** Stop, and wait until no request is under way. Also after a start that did nothing. */
void spk_janitor_stop(struct spk_janitor_runner *runner);

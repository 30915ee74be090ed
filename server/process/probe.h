/* SPDX-License-Identifier: Apache-2.0 */
/**
 * probe.h: whether the API server answers: asked at start until it does, then three times a
 * minute. It runs on the API server's loop and never blocks.
 */
#pragma once

#include "apiserver/api.h"
#include "process/log.h"
#include "service/health.h"

#include <stdatomic.h>

struct spk_probe {
    struct spk_api *api;
    const struct spk_log *log;
    struct spk_health *health; /* hears of what the probe finds */
    struct spk_arena arena;    /* of one question */
    struct spk_api_job ask, wait;
    int64_t backoff_ms, answered_ms; /* answered_ms 0: never */
    bool complained;
    atomic_bool stop, idle, known;
    char version[64]; /* valid once known */
};

/** Start asking. An API server in memory is asked once. */
void spk_probe_start(struct spk_probe *probe, struct spk_api *api, const struct spk_log *log,
                     struct spk_health *health);

/** Stop, and wait until no question is under way. */
void spk_probe_stop(struct spk_probe *probe);

/** gitVersion of the API server; "" until it is known. */
const char *spk_probe_version(const struct spk_probe *probe);

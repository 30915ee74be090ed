/* SPDX-License-Identifier: Apache-2.0 */
/**
 * watchdog.h: whether the API server's loop goes round. It does so once a second at least; a
 * turn that lasts longer than SPK_LOOP_STUCK_MS makes the process unhealthy until it is over.
 * The thread that looks needs no watchdog: if it hung, nobody would be told anything.
 */
#pragma once

#include "process/log.h"
#include "service/health.h"

struct spk_watchdog {
    const atomic_int_fast64_t *ticked_ms; /* of struct spk_api */
    struct spk_health *health;
    const struct spk_log *log;
};

/** Look at the loop of a struct spk_watchdog; returns when to look again, monotonic. */
int64_t spk_watchdog_look(void *owner, int64_t now_ms);

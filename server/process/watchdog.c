/* SPDX-License-Identifier: Apache-2.0 */
#include "process/watchdog.h"

#include "base/limits.h"

#define AGAIN_MS 250 /* while it is stuck */

int64_t spk_watchdog_look(void *owner, int64_t now_ms)
{
    const struct spk_watchdog *watchdog = owner;
    int64_t ticked_ms = atomic_load(watchdog->ticked_ms);
    bool is_stuck = ticked_ms != 0 && now_ms - ticked_ms > SPK_LOOP_STUCK_MS;

    if (spk_health_set_stuck(watchdog->health, is_stuck) != is_stuck)
        spk_log_event(watchdog->log, is_stuck ? SPK_LOG_ERROR : SPK_LOG_INFO,
                      is_stuck ? "the API server's loop is stuck"
                               : "the API server's loop goes on",
                      NULL, NULL);
    if (is_stuck)
        return now_ms + AGAIN_MS;
    return (ticked_ms ? ticked_ms : now_ms) + SPK_LOOP_STUCK_MS + 1;
}

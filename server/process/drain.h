/* SPDX-License-Identifier: Apache-2.0 */
/**
 * drain.h: signals, and the way from the first SIGTERM to an idle process. Main's thread does
 * nothing else. A second signal cuts the grace short, a third ends the process at once.
 */
#pragma once

#include "apiserver/memory/memory_server.h"
#include "grpc/listener.h"
#include "service/service.h"

/** Block the signals we wait for, before any thread is started. */
void spk_signals_block(void);

/**
 * Wait for the signal that ends the process; others are answered here: SIGUSR1 logs the state,
 * SIGUSR2 empties the API server in memory (NULL: there is none, the signal is ignored).
 */
void spk_signals_wait(const struct spk_server_group *group, struct spk_api *memory);

/**
 * Stop taking calls, let running ones end, break off the rest. Afterwards no call is live.
 * Ends the process itself with SPK_EXIT_DRAIN when calls stay stuck, and with SPK_EXIT_FORCED
 * on the third signal.
 */
void spk_drain(struct spk_server_group *group, struct spk_listener *listener,
               const struct spk_config *config, const struct spk_service *service);

enum spk_exit {
    SPK_EXIT_OK = 0,
    SPK_EXIT_CONFIG = 1,
    SPK_EXIT_USAGE = 2,
    SPK_EXIT_LISTENER = 3,
    SPK_EXIT_CREDENTIALS = 4,
    SPK_EXIT_INTERNAL = 6,
    SPK_EXIT_DRAIN = 7,
    SPK_EXIT_FORCED = 8,
};

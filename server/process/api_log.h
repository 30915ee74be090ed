/* SPDX-License-Identifier: Apache-2.0 */
/**
 * api_log.h: the log of the API server's client: a line for each request at debug, and when
 * its credentials change or cannot be read.
 */
#pragma once

#include "apiserver/api.h"
#include "process/log.h"

struct spk_api_log {
    struct spk_api_observer observer; /* first */
    const struct spk_log *log;
    struct spk_log_limit unreadable;
};

/** Watch api; before its first request. */
void spk_api_log_start(struct spk_api_log *api_log, struct spk_api *api,
                       const struct spk_log *log);

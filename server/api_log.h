/* SPDX-License-Identifier: Apache-2.0 */
/** api_log.h: one line for each request to the API server, at debug. */
#pragma once

#include "apiserver/api.h"
#include "log.h"

/** Write them to log, unless its level is above debug. Before the first request. */
void spk_api_log(struct spk_api *api, const struct spk_log *log);

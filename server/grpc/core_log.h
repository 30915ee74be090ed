/* SPDX-License-Identifier: Apache-2.0 */
/** core_log.h: what the gRPC core has to say goes into our log, at most five lines a minute.
 */
#pragma once

#include "process/log.h"

/** Before grpc_init; log must live until the process ends. */
void spk_core_log_route(const struct spk_log *log);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * health.h: grpc.health.v1. "" is the process: SERVING while it is not stopping and its loops
 * go round; that the one of gRPC does is shown by the answer itself. "readiness" and
 * "spark.submit.v1.SubmitService" need an API server that answers, too. Health is answered on
 * the completion-queue thread from what is known there and is never refused for load.
 */
#pragma once

#include <stdbool.h>

struct spk_call;
struct spk_rpc;

/**
 * Whether the API server's loop, which goes round once a second at least, has not done so for
 * SPK_LOOP_STUCK_MS; logs when that changes. On the completion-queue thread.
 */
bool spk_health_is_stuck(struct spk_rpc *rpc);

void spk_health_check(struct spk_call *call);
void spk_health_list(struct spk_call *call);
void spk_health_watch(struct spk_call *call);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * health.h: grpc.health.v1. "" is the process; "readiness" and "spark.submit.v1.SubmitService"
 * are SERVING while the API server answers and the server is not stopping. Health is answered
 * on the completion-queue thread from what is known there and is never refused for load.
 */
#pragma once

struct spk_call;

void spk_health_check(struct spk_call *call);
void spk_health_list(struct spk_call *call);
void spk_health_watch(struct spk_call *call);

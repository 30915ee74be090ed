/* SPDX-License-Identifier: Apache-2.0 */
/**
 * pod_state.h: a driver Pod as Spark describes it: a block of "\n\t key: value" lines.
 *
 * @source org.apache.spark.deploy.k8s.KubernetesUtils.formatPodState
 */
#pragma once

#include "json/json.h"

const char *submit_pod_state(struct spk_arena *arena, const cJSON *pod);

/** The part about containers, indented by tabs. */
const char *submit_container_states(struct spk_arena *arena, const cJSON *pod, unsigned tabs);

const char *submit_pod_phase(const cJSON *pod); /* "" if it has none yet */

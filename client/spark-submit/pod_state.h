/* SPDX-License-Identifier: Apache-2.0 */
/**
 * pod_state.h: a driver in the words of Spark: a block of "\n\t key: value" lines.
 *
 * @source org.apache.spark.deploy.k8s.KubernetesUtils.formatPodState
 */
#pragma once

#include "driver/state.h"

const char *submit_pod_state(struct spk_arena *arena, const struct spk_driver_state *driver);

/** The part about containers, indented by tabs. */
const char *submit_container_states(struct spk_arena *arena,
                                    const struct spk_driver_state *driver, unsigned tabs);

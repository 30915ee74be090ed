/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mutate.h: what the operator's pod webhook does to the pods of an application, as a list of
 * changes: to a finished driver, and as far as a template can say it to executors.
 *
 * All of it reads the application as it is stored, not what the controller's steps made of it.
 *
 * @source spark-operator internal/webhook/sparkpod_defaulter.go
 */
#pragma once

#include "kubernetes/mutation.h"
#include "operator/working_copy.h"

/** The names of a role's Spark container, NULL-terminated. */
extern const char *const spk_driver_containers[], *const spk_executor_containers[];

/**
 * The changes to a pod of role, in the webhook's order.
 *
 * @errors INVALID_FIELD  a value is not what its field holds; memoryLimit with the operator's
 *                        text
 */
bool spk_pod_mutations(const struct spk_working_copy *stored, const struct spk_role *role,
                       struct spk_mutations *out, struct spk_err *err) SPK_CHECK;

/**
 * Put into the executors' template what the webhook would do to executors; *changes is what.
 * executor_overrides.h says what comes of it. Warns with EXECUTOR_FIELD_NOT_APPLIED when
 * another container gets it than by the webhook.
 *
 * @errors as spk_pod_mutations
 */
bool spk_executor_template_mutate(const struct spk_working_copy *stored, cJSON *template_,
                                  struct spk_mutations *changes, struct spk_warnings *warnings,
                                  struct spk_err *err) SPK_CHECK;

/** The volume of a ConfigMap in configMaps: its name, made a DNS label. */
const char *spk_config_map_volume(struct spk_arena *arena, const char *config_map);

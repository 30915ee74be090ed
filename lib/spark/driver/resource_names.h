/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resource_names.h: the names that Spark derives from the application's name. All are made of
 * ASCII letters, digits and '-', whatever the application is called.
 *
 * @source org.apache.spark.deploy.k8s.KubernetesConf#getResourceNamePrefix, #getAppNameLabel;
 *         org.apache.spark.deploy.k8s.features.DriverServiceFeatureStep
 */
#pragma once

#include "base/arena.h"

/** The prefix of the names of all objects but the driver's ConfigMap; of any length. */
const char *spk_resource_prefix(struct spk_arena *arena, const char *app_name,
                                const char *unique_id);

/** The value of the label spark-app-name: at most 63 characters, perhaps none. */
const char *spk_app_name_label(struct spk_arena *arena, const char *app_name);

/** The driver's Service: from the prefix, or from service_id when that is too long. */
const char *spk_service_name(struct spk_arena *arena, const char *prefix,
                             const char *service_id);

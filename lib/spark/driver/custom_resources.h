/* SPDX-License-Identifier: Apache-2.0 */
/** custom_resources.h: GPUs and the like, as limits of a container. */
#pragma once

#include "spark/driver/driver.h"

/**
 * Put "<vendor>/<name>": "<amount>" into limits for every spark.driver.resource.<name>.
 *
 * @errors INVALID_FIELD  an amount or a vendor is missing, or an amount is no integer
 * @source org.apache.spark.deploy.k8s.KubernetesUtils#buildResourcesQuantities;
 *         org.apache.spark.resource.ResourceUtils
 */
bool spk_driver_custom_resources(const struct spk_driver *driver, cJSON *limits,
                                 struct spk_err *err) SPK_CHECK;

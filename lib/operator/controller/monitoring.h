/* SPDX-License-Identifier: Apache-2.0 */
/**
 * monitoring.h: what the controller does before it submits an application whose metrics go to
 * Prometheus.
 *
 * @source spark-operator internal/controller/sparkapplication/monitoring_config.go
 */
#pragma once

#include "operator/working_copy.h"

#define SPK_PROMETHEUS_DEFAULT_PORT 8090

/** "<application>-prom-conf" */
const char *spk_monitoring_config_map(const struct spk_working_copy *draft);

/** Whether metrics.properties and the exporter's configuration both are in the image. */
bool spk_monitoring_in_image(const Spk__MonitoringSpec *monitoring);

/** Whether a role's metrics are exposed; false without prometheus. */
bool spk_monitoring_exposes(const struct spk_working_copy *draft, const struct spk_role *role);

/** Whether the options of a role that is exposed have the agent already. */
bool spk_monitoring_is_applied(const struct spk_working_copy *draft);

/** Change the draft; returns the ConfigMap to make, NULL for none. */
cJSON *spk_monitoring_apply(struct spk_working_copy *draft);

/** The operator's metrics.properties and prometheus.yaml. */
extern const char spk_default_metrics_properties[];
extern const char spk_default_prometheus_yaml[];

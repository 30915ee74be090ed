/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/controller/monitoring.h"

#include "kubernetes/marks.h"
#include "kubernetes/object.h"

#include <inttypes.h>
#include <string.h>

#define MOUNT_PATH "/etc/metrics/conf"
#define ORIGIN     "spec.monitoring"

const char *spk_monitoring_config_map(const struct spk_working_copy *draft)
{
    return spk_printf(draft->arena, "%s-prom-conf", draft->name);
}

bool spk_monitoring_in_image(const Spk__MonitoringSpec *monitoring)
{
    return spk_text_or_null(monitoring->metrics_properties_file) && monitoring->prometheus &&
           spk_text_or_null(monitoring->prometheus->config_file);
}

bool spk_monitoring_exposes(const struct spk_working_copy *draft, const struct spk_role *role)
{
    const Spk__MonitoringSpec *monitoring = draft->spec->monitoring;

    if (!monitoring || !monitoring->prometheus)
        return false;
    return role == &draft->driver ? monitoring->expose_driver_metrics
                                  : monitoring->expose_executor_metrics;
}

static const char *agent_prefix(const struct spk_working_copy *draft)
{
    const Spk__PrometheusSpec *prometheus = draft->spec->monitoring->prometheus;

    return spk_printf(draft->arena,
                      "-javaagent:%s=", spk_working_copy_text(prometheus->jmx_exporter_jar));
}

static bool has_agent(const struct spk_working_copy *draft, const struct spk_role *role)
{
    return spk_monitoring_exposes(draft, role) && role->java_options &&
           strstr(role->java_options, agent_prefix(draft));
}

bool spk_monitoring_is_applied(const struct spk_working_copy *draft)
{
    return has_agent(draft, &draft->driver) || has_agent(draft, &draft->executor);
}

static cJSON *config_map(const struct spk_working_copy *draft)
{
    const Spk__MonitoringSpec *monitoring = draft->spec->monitoring;
    const Spk__PrometheusSpec *prometheus = monitoring->prometheus;
    cJSON *map = spk_object(draft->arena, "v1", "ConfigMap", spk_monitoring_config_map(draft));
    cJSON *metadata = spk_json_child(map, "metadata");
    cJSON *data = spk_json_child(map, "data"), *owner = spk_working_copy_owner(draft, true);

    spk_json_text(metadata, "namespace", draft->namespace_);
    spk_object_label(map, SPK_LABEL_CREATED, "true");
    if (owner)
        (void)spk_json_push(spk_json_list(metadata, "ownerReferences"), owner);
    if (!spk_text_or_null(monitoring->metrics_properties_file))
        spk_json_text(data, "metrics.properties",
                      monitoring->metrics_properties ? monitoring->metrics_properties
                                                     : spk_default_metrics_properties);
    if (!spk_text_or_null(prometheus->config_file))
        spk_json_text(data, "prometheus.yaml",
                      prometheus->configuration ? prometheus->configuration
                                                : spk_default_prometheus_yaml);
    return map;
}

static void expose(struct spk_working_copy *draft, struct spk_role *role)
{
    const Spk__PrometheusSpec *prometheus = draft->spec->monitoring->prometheus;
    const char *port =
        spk_printf(draft->arena, "%" PRId32,
                   prometheus->has_port ? prometheus->port : SPK_PROMETHEUS_DEFAULT_PORT);
    const char *file = spk_text_or_null(prometheus->config_file) ? prometheus->config_file
                                                                 : MOUNT_PATH
                           "/prometheus.yaml";
    const char *agent = spk_printf(draft->arena, "%s%s:%s", agent_prefix(draft), port, file);

    spk_conf_set(&role->annotations, SPK_ANNOTATION_SCRAPE, "true", ORIGIN);
    spk_conf_set(&role->annotations, SPK_ANNOTATION_SCRAPE_PORT, port,
                 ORIGIN ".prometheus.port");
    spk_conf_set(&role->annotations, SPK_ANNOTATION_SCRAPE_PATH, "/metrics", ORIGIN);
    role->java_options = role->java_options
                             ? spk_printf(draft->arena, "%s %s", role->java_options, agent)
                             : agent;
}

cJSON *spk_monitoring_apply(struct spk_working_copy *draft)
{
    const Spk__MonitoringSpec *monitoring = draft->spec->monitoring;

    if (!monitoring || !monitoring->prometheus)
        return NULL;
    const char *file = spk_text_or_null(monitoring->metrics_properties_file)
                           ? monitoring->metrics_properties_file
                           : MOUNT_PATH "/metrics.properties";
    spk_conf_set(&draft->spark_conf, "spark.metrics.namespace",
                 spk_printf(draft->arena, "%s.%s", draft->namespace_, draft->name), ORIGIN);
    spk_conf_set(&draft->spark_conf, "spark.metrics.conf", file,
                 ORIGIN ".metricsPropertiesFile");
    if (spk_monitoring_exposes(draft, &draft->driver))
        expose(draft, &draft->driver);
    if (spk_monitoring_exposes(draft, &draft->executor))
        expose(draft, &draft->executor);
    return spk_monitoring_in_image(monitoring) ? NULL : config_map(draft);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.DriverServiceFeatureStep */
#include <string.h>

#include "kubernetes/marks.h"
#include "spark/driver/driver.h"
#include "spark/driver/ports.h"
#include "spark/driver/resource_names.h"

#define BIND_ADDRESS_KEY  "spark.driver.bindAddress"
#define HOST_KEY          "spark.driver.host"
#define LABEL_PREFIX      SPK_K "driver.service.label."
#define ANNOTATION_PREFIX SPK_K "driver.service.annotation."

/* Values that the constructor reads. */
struct inputs {
    const char *policy;
    struct spk_strings families;
    bool is_published_early;
    struct spk_ports ports;
};

static bool read_inputs(const struct spk_driver *driver, struct inputs *in,
                        struct spk_err *err)
{
    const char *families = NULL;

    if (spk_conf_find(&driver->submission->conf, BIND_ADDRESS_KEY))
        return spk_driver_refuse(
            err, driver, BIND_ADDRESS_KEY,
            "requirement failed: spark.driver.bindAddress is not supported in Kubernetes "
            "mode, as the driver's bind address is managed and set to the driver pod's IP "
            "address.");
    if (spk_conf_find(&driver->submission->conf, HOST_KEY))
        return spk_driver_refuse(
            err, driver, HOST_KEY,
            "requirement failed: spark.driver.host is not supported in Kubernetes mode, as "
            "the driver's hostname will be managed via a Kubernetes service.");
    if (!spk_entry_text(&driver->reader, SPK_K "driver.service.ipFamilyPolicy", &in->policy,
                        err) ||
        !spk_entry_text(&driver->reader, SPK_K "driver.service.ipFamilies", &families, err))
        return false;
    in->families = spk_split(driver->arena, families, ',');
    if (driver->profile->publish_not_ready_addresses &&
        !spk_entry_bool(&driver->reader, SPK_K "driver.service.publishNotReadyAddresses",
                        &in->is_published_early, err))
        return false;
    return spk_ports_of_service(driver, &in->ports, err);
}

bool spk_driver_service_check(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};

    return read_inputs(driver, &in, err);
}

static void put_ports(const struct spk_driver *driver, const struct spk_ports *ports,
                      cJSON *spec)
{
    for (size_t i = 0; i < ports->n; i++) {
        const struct spk_port *port = &ports->items[i];
        cJSON *item = spk_json_push_object(spk_json_list(spec, "ports"));

        if (strcmp(port->name, "spark-connect") == 0 && driver->profile->connect_app_protocol)
            spk_json_text(item, "appProtocol", "grpc");
        spk_json_text(item, "name", port->name);
        spk_json_int(item, "port", port->number);
        spk_json_int(item, "targetPort", port->number);
    }
}

static void put_metadata(const struct spk_driver *driver, cJSON *service)
{
    const struct spk_conf *conf = &driver->submission->conf;
    size_t n = 0;

    spk_object_label(service, SPK_LABEL_SPARK_APP_ID, driver->ids->application_id);
    const struct spk_conf_entry *labels = spk_conf_prefix(conf, LABEL_PREFIX, &n);
    for (size_t i = 0; i < n; i++)
        spk_object_label(service, labels[i].key + strlen(LABEL_PREFIX), labels[i].value);
    const struct spk_conf_entry *annotations = spk_conf_prefix(conf, ANNOTATION_PREFIX, &n);
    for (size_t i = 0; i < n; i++)
        spk_object_annotation(service, annotations[i].key + strlen(ANNOTATION_PREFIX),
                              annotations[i].value);
}

static void warn_shortened(struct spk_driver *driver, const char *name)
{
    const char *preferred = spk_printf(driver->arena, "%s-driver-svc", driver->prefix);

    if (strcmp(name, preferred) != 0)
        spk_warn(&driver->warnings, driver->arena, "SERVICE_NAME_SHORTENED", "",
                 "Driver's hostname would preferably be %s, but this is too long (must be <= "
                 "63 characters). Falling back to use %s as the driver service's name.",
                 preferred, name);
}

bool spk_driver_service(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};
    cJSON *selector = NULL;

    if (!read_inputs(driver, &in, err) || !spk_driver_labels(driver, &selector, err))
        return false;
    const char *name =
        spk_service_name(driver->arena, driver->prefix, driver->ids->service_id);
    warn_shortened(driver, name);
    cJSON *service = spk_object(driver->arena, "v1", "Service", name);
    cJSON *spec = spk_json_child(service, "spec");

    put_metadata(driver, service);
    spk_json_text(spec, "clusterIP", "None");
    for (size_t i = 0; i < in.families.n; i++)
        spk_json_push_text(spk_json_list(spec, "ipFamilies"), in.families.items[i]);
    spk_json_text(spec, "ipFamilyPolicy", in.policy);
    put_ports(driver, &in.ports, spec);
    if (driver->profile->publish_not_ready_addresses)
        spk_json_bool(spec, "publishNotReadyAddresses", in.is_published_early);
    spk_json_set(spec, "selector", selector);
    spk_driver_add(driver, SPK_ROLE_SERVICE, service);

    spk_driver_property(driver, HOST_KEY,
                        spk_printf(driver->arena, "%s.%s.svc", name, driver->ns));
    spk_driver_property(driver, "spark.driver.port",
                        spk_printf(driver->arena, "%d", in.ports.items[0].number));
    spk_driver_property(driver, "spark.driver.blockManager.port",
                        spk_printf(driver->arena, "%d", in.ports.items[1].number));
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.BasicDriverFeatureStep */
#include <string.h>

#include "java/java_number.h"
#include "kubernetes/quantity.h"
#include "spark/driver/custom_resources.h"
#include "spark/driver/driver.h"
#include "spark/driver/driver_memory.h"
#include "spark/driver/ports.h"
#include "spark/driver/resource_names.h"

#define ANNOTATION_PREFIX      SPK_K "driver.annotation."
#define ENV_PREFIX             SPK_K "driverEnv."
#define SELECTOR_PREFIX        SPK_K "node.selector."
#define DRIVER_SELECTOR_PREFIX SPK_K "driver.node.selector."
#define IMAGE_KEY              SPK_K "driver.container.image"
#define REQUEST_KEY            SPK_K "driver.request.cores"
#define LIMIT_KEY              SPK_K "driver.limit.cores"

/* Values that the constructor reads. */
struct inputs {
    const char *pod_name, *image, *request_cores, *limit_cores;
    bool is_escalation_allowed;
    struct spk_driver_memory memory;
};

static bool read_image(const struct spk_driver *driver, struct inputs *in, struct spk_err *err)
{
    if (!spk_entry_text(&driver->reader, SPK_POD_NAME_KEY, &in->pod_name, err) ||
        !spk_entry_text(&driver->reader, IMAGE_KEY, &in->image, err))
        return false;
    if (!in->pod_name)
        in->pod_name = spk_printf(
            driver->arena, "%s-driver",
            spk_resource_prefix(driver->arena, driver->app_name, driver->ids->pod_id));
    if (!in->image)
        return spk_driver_refuse(err, driver, SPK_K "container.image",
                                 "Must specify the driver container image");
    if (!driver->profile->privilege_escalation)
        return true;
    return spk_entry_bool(&driver->reader,
                          SPK_K "driver.securityContext.allowPrivilegeEscalation",
                          &in->is_escalation_allowed, err);
}

static bool read_cores(const struct spk_driver *driver, struct inputs *in, struct spk_err *err)
{
    int32_t cores = 0;
    bool is_set = false;

    if (!spk_entry_int(&driver->reader, "spark.driver.cores", &cores, &is_set, err) ||
        !spk_entry_text(&driver->reader, REQUEST_KEY, &in->request_cores, err) ||
        !spk_entry_text(&driver->reader, LIMIT_KEY, &in->limit_cores, err))
        return false;
    if (!in->request_cores)
        in->request_cores = spk_printf(driver->arena, "%d", cores);
    return true;
}

static bool read_inputs(const struct spk_driver *driver, struct inputs *in,
                        struct spk_err *err)
{
    return read_image(driver, in, err) && read_cores(driver, in, err) &&
           spk_driver_memory(&driver->reader, driver->submission->language, &in->memory, err);
}

bool spk_basic_driver_check(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};

    return read_inputs(driver, &in, err);
}

/* SPARK_USER. Hadoop's name of a user, which Spark asked before 4.3, is the part before any
 * host or realm. */
static const char *spark_user(const struct spk_driver *driver)
{
    const struct spk_submission *submission = driver->submission;
    const char *given = spk_environment_get(&submission->environment, "SPARK_USER");
    const char *proxy = submission->proxy_user;

    if (proxy && driver->profile->proxy_user_is_spark_user)
        return proxy;
    if (given)
        return given;
    return proxy ? spk_strndup(driver->arena, proxy, strcspn(proxy, "/@"))
                 : submission->environment.user;
}

static void add_env(struct spk_driver *driver)
{
    size_t n = 0;
    const struct spk_conf_entry *custom =
        spk_conf_prefix(&driver->submission->conf, ENV_PREFIX, &n);

    spk_driver_env(driver, "SPARK_USER", spark_user(driver));
    spk_driver_env(driver, "SPARK_APPLICATION_ID", driver->ids->application_id);
    for (size_t i = 0; i < n; i++)
        spk_driver_env(driver, custom[i].key + strlen(ENV_PREFIX), custom[i].value);

    cJSON *address = spk_json_push_object(spk_json_list(driver->container, "env"));
    spk_json_text(address, "name", "SPARK_DRIVER_BIND_ADDRESS");
    cJSON *field = spk_json_child(spk_json_child(address, "valueFrom"), "fieldRef");
    spk_json_text(field, "apiVersion", "v1");
    spk_json_text(field, "fieldPath", "status.podIP");
}

static bool check_quantity(const struct spk_driver *driver, const char *key, const char *text,
                           struct spk_err *err)
{
    const char *flaw = text ? spk_quantity_flaw(text, false) : NULL;

    return !flaw || spk_driver_refuse(err, driver, key, "%s", flaw);
}

static bool add_resources(struct spk_driver *driver, const struct inputs *in,
                          struct spk_err *err)
{
    const char *memory = spk_printf(driver->arena, "%lldMi", (long long)in->memory.total_mib);

    if (!check_quantity(driver, REQUEST_KEY, in->request_cores, err) ||
        !check_quantity(driver, LIMIT_KEY, in->limit_cores, err))
        return false;
    cJSON *resources = spk_json_child(driver->container, "resources");
    cJSON *requests = spk_json_child(resources, "requests");
    cJSON *limits = spk_json_child(resources, "limits");
    spk_json_text(requests, "cpu", in->request_cores);
    spk_json_text(requests, "memory", memory);
    spk_json_text(limits, "cpu", in->limit_cores);
    spk_json_text(limits, "memory", memory);
    return spk_driver_custom_resources(driver, limits, err);
}

static const char *resolved_image(const struct spk_driver *driver, const char *image)
{
    if (!driver->profile->spark_version_in_images)
        return image;
    return spk_replace(driver->arena, image, "{{SPARK_VERSION}}",
                       driver->submission->version.text);
}

static bool fill_container(struct spk_driver *driver, const struct inputs *in,
                           struct spk_err *err)
{
    cJSON *container = driver->container;
    const char *policy = NULL;
    struct spk_ports ports = {0};

    if (!spk_entry_text(&driver->reader, SPK_K "container.image.pullPolicy", &policy, err) ||
        !spk_ports_of_pod(driver, &ports, err))
        return false;
    if (!spk_json_get_text(container, "name"))
        spk_json_text(container, "name", SPK_DRIVER_CONTAINER);
    spk_json_text(container, "image", resolved_image(driver, in->image));
    spk_json_text(container, "imagePullPolicy", policy);
    for (size_t i = 0; i < ports.n; i++) {
        cJSON *port = spk_json_push_object(spk_json_list(container, "ports"));

        spk_json_int(port, "containerPort", ports.items[i].number);
        spk_json_text(port, "name", ports.items[i].name);
        spk_json_text(port, "protocol", "TCP");
    }
    add_env(driver);
    if (driver->profile->privilege_escalation)
        spk_json_bool(spk_json_child(container, "securityContext"), "allowPrivilegeEscalation",
                      in->is_escalation_allowed);
    return add_resources(driver, in, err);
}

static void put_selectors(const struct spk_driver *driver, const char *prefix, cJSON *spec)
{
    size_t n = 0;
    const struct spk_conf_entry *entries =
        spk_conf_prefix(&driver->submission->conf, prefix, &n);

    for (size_t i = 0; i < n; i++)
        spk_json_text(spk_json_child(spec, "nodeSelector"), entries[i].key + strlen(prefix),
                      entries[i].value);
}

static bool fill_metadata(struct spk_driver *driver, const struct inputs *in,
                          struct spk_err *err)
{
    cJSON *labels = NULL;
    size_t n = 0;
    const struct spk_conf_entry *annotations =
        spk_conf_prefix(&driver->submission->conf, ANNOTATION_PREFIX, &n);

    if (!spk_driver_labels(driver, &labels, err))
        return false;
    spk_json_text(spk_json_child(driver->pod, "metadata"), "name", in->pod_name);
    SPK_JSON_EACH (label, labels)
        spk_object_label(driver->pod, label->string, spk_json_string(label));
    for (size_t i = 0; i < n; i++)
        spk_object_annotation(driver->pod, annotations[i].key + strlen(ANNOTATION_PREFIX),
                              spk_driver_substitute(driver, annotations[i].value));
    return true;
}

static bool fill_spec(struct spk_driver *driver, struct spk_err *err)
{
    cJSON *spec = spk_json_child(driver->pod, "spec");
    const char *scheduler = NULL;
    struct spk_strings secrets = {0};

    if (!spk_entry_list(&driver->reader, SPK_K "container.image.pullSecrets", &secrets, err) ||
        !spk_entry_text(&driver->reader, SPK_K "driver.scheduler.name", &scheduler, err) ||
        (!scheduler &&
         !spk_entry_text(&driver->reader, SPK_K "scheduler.name", &scheduler, err)))
        return false;
    spk_json_text(spec, "restartPolicy", "Never");
    put_selectors(driver, SELECTOR_PREFIX, spec);
    put_selectors(driver, DRIVER_SELECTOR_PREFIX, spec);
    for (size_t i = 0; i < secrets.n; i++)
        spk_json_text(spk_json_push_object(spk_json_list(spec, "imagePullSecrets")), "name",
                      secrets.items[i]);
    spk_json_text(spec, "schedulerName", scheduler);
    return true;
}

/* A list of resources in the configuration; refused when one of them would be uploaded. */
static bool check_uploads(const struct spk_driver *driver, const char *key,
                          struct spk_err *err)
{
    struct spk_strings resources = {0};

    if (!spk_entry_list(&driver->reader, key, &resources, err))
        return false;
    for (size_t i = 0; i < resources.n; i++)
        if (spk_is_local_resource(driver->arena, resources.items[i]))
            return spk_driver_refuse_upload(driver, key, resources.items[i], err);
    return true;
}

static bool set_properties(struct spk_driver *driver, const struct inputs *in,
                           struct spk_err *err)
{
    static const char *const uploaded[] = {"spark.jars", "spark.files", "spark.archives",
                                           "spark.submit.pyFiles"};

    spk_driver_property(driver, SPK_POD_NAME_KEY, in->pod_name);
    spk_driver_property(driver, "spark.app.id", driver->ids->application_id);
    spk_driver_property(driver, SPK_K "submitInDriver", "true");
    spk_driver_property(driver, SPK_K "memoryOverheadFactor",
                        spk_java_double(driver->arena, in->memory.default_factor));
    for (size_t i = 0; i < SPK_LEN(uploaded); i++)
        if (!check_uploads(driver, uploaded[i], err))
            return false;
    return true;
}

bool spk_basic_driver(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};

    return read_inputs(driver, &in, err) && fill_container(driver, &in, err) &&
           fill_metadata(driver, &in, err) && fill_spec(driver, err) &&
           set_properties(driver, &in, err);
}

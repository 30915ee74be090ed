/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/plan.h"

#include <string.h>

#include "base/limits.h"
#include "base/secret.h"
#include "kubernetes/object.h"
#include "spark/driver/driver.h"
#include "spark/driver/pod_template.h"
#include "spark/driver/resource_names.h"
#include "spark/driver/volumes.h"

#define MAX_HOSTNAME 63

/* A repeated call must find the driver that it made before, so its place is no matter of time.
 */
static bool check_place(const struct spk_driver *driver, struct spk_err *err)
{
    static const char *const keys[] = {SPK_NAMESPACE_KEY, SPK_POD_NAME_KEY};
    struct spk_reader timeless = driver->reader;
    const char *text = NULL, *lasting = NULL;

    timeless.submit_time_ms = NULL;
    for (size_t i = 0; i < SPK_LEN(keys) && driver->ids->is_time_of_call; i++) {
        if (!spk_entry_text(&driver->reader, keys[i], &text, err) ||
            !spk_entry_text(&timeless, keys[i], &lasting, err))
            return false;
        if (spk_text_equal(text, lasting))
            continue;
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "${" SPK_SUBMIT_TIME_KEY "} would place the driver elsewhere when the "
                       "request is repeated; set " SPK_SUBMIT_TIME_KEY);
        return spk_conf_blame(err, driver->reader.conf, keys[i]);
    }
    return true;
}

static bool read_namespace(struct spk_driver *driver, struct spk_err *err)
{
    if (!spk_entry_text(&driver->reader, SPK_NAMESPACE_KEY, &driver->ns, err))
        return false;
    if (driver->ns && *driver->ns)
        return true;
    return spk_driver_refuse(err, driver, SPK_NAMESPACE_KEY,
                             "namespace not specified for an operation requiring one.");
}

static bool load_template(struct spk_driver *driver, struct spk_err *err)
{
    struct spk_pod_template template = {0};

    if (!spk_pod_template_load(&driver->submission->driver_template, &driver->reader,
                               &template, &driver->warnings, err))
        return false;
    if (template.is_named_container_missing)
        spk_warn(
            &driver->warnings, driver->arena, "TEMPLATE_CONTAINER_NOT_FOUND", "",
            "specified container %s not found on pod template, falling back to taking the "
            "first container",
            spk_conf_get(&driver->submission->conf, SPK_K "driver.podTemplateContainerName"));
    driver->pod = template.pod;
    driver->container = template.container;
    if (spk_json_get_text(spk_json_get(driver->pod, "metadata"), "namespace"))
        spk_json_text(spk_json_child(driver->pod, "metadata"), "namespace", driver->ns);
    return true;
}

static bool begin(struct spk_driver *driver, struct spk_err *err)
{
    const char *app_name = spk_conf_get(&driver->submission->conf, "spark.app.name");
    struct spk_volumes ignored = {0};

    driver->app_name = app_name ? app_name : "spark";
    driver->prefix =
        spk_resource_prefix(driver->arena, driver->app_name, driver->ids->unique_id);
    return check_place(driver, err) && read_namespace(driver, err) &&
           spk_volumes_read(&driver->reader, SPK_EXECUTOR_VOLUMES, &ignored, err) &&
           spk_submission_client_check(driver, err) && load_template(driver, err);
}

/* Whether Spark itself would hide the value of such a key in its user interface. */
static bool is_secret(struct spk_arena *arena, const struct spk_conf_entry *entry)
{
    static const char *const words[] = {"secret", "password", "token", "accesskey",
                                        "access.key"};
    static const char *const harmless[] = {
        "spark.kubernetes.driver.secret", "spark.kubernetes.executor.secret",
        "spark.kubernetes.kerberos.tokenSecret.", "spark.kubernetes.authenticate.",
        "spark.kubernetes.container.image.pullSecrets"};

    for (size_t i = 0; i < SPK_LEN(harmless); i++)
        if (spk_starts_with(entry->key, harmless[i]))
            return false;
    if (*entry->value == '\0' || strcmp(entry->value, SPK_REDACTED) == 0)
        return false;
    if (spk_holds_secret(entry->value))
        return true;
    const char *key = spk_lower(arena, entry->key);
    for (size_t i = 0; i < SPK_LEN(words); i++)
        if (strstr(key, words[i]))
            return true;
    return false;
}

static void add_warnings(struct spk_driver *driver)
{
    const char *name = spk_object_name(driver->pod);

    if (strlen(name) > MAX_HOSTNAME)
        spk_warn(&driver->warnings, driver->arena, "NAME_TRUNCATED_HOSTNAME", "",
                 "the Pod's name '%s' is longer than 63 characters, so its hostname is cut",
                 name);
    for (size_t i = 0; i < driver->properties.n; i++)
        if (is_secret(driver->arena, &driver->properties.entries[i]))
            spk_warn(&driver->warnings, driver->arena, "SECRET_IN_CONFIGMAP",
                     driver->properties.entries[i].origin,
                     "the value of %s will be readable in a ConfigMap",
                     driver->properties.entries[i].key);
}

static bool check_limits(struct spk_arena *arena, const struct spk_plan *plan,
                         struct spk_err *err)
{
    size_t claims = 0;

    for (size_t i = 0; i < plan->n; i++)
        claims += plan->objects[i].role == SPK_ROLE_CLAIM;
    if (claims > SPK_MAX_CLAIMS) {
        size_t n;
        const struct spk_conf_entry *first = spk_conf_prefix(
            &plan->properties, SPK_K "driver.volumes.persistentVolumeClaim.", &n);

        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "there are %zu volume claims to create, at most %u are allowed", claims,
                       SPK_MAX_CLAIMS);
        return spk_fail_at(err, "%s", first ? first->origin : "");
    }
    if (plan->n > SPK_MAX_OBJECTS)
        return spk_fail(err, SPK_INVALID_FIELD,
                        "there are %zu objects to create, at most %u are allowed", plan->n,
                        SPK_MAX_OBJECTS);
    for (size_t i = 0; i < plan->n; i++)
        if (!spk_object_fits(arena, plan->objects[i].object, err))
            return false;
    return true;
}

/* Spark's order: the Pod, what the steps made in their order, the driver's ConfigMap. */
static struct spk_plan assemble(const struct spk_driver *driver)
{
    struct spk_plan plan = {
        .objects = spk_alloc_array(driver->arena, driver->n + 1, sizeof(*plan.objects)),
        .pod = driver->pod,
        .namespace_ = driver->ns,
        .template_origin = driver->submission->driver_template.origin,
        .application_id = driver->ids->application_id,
        .application_name = driver->app_name,
        .properties = driver->properties,
        .warnings = driver->warnings,
    };

    for (size_t i = 0; i < driver->n; i++)
        if (driver->objects[i].role == SPK_ROLE_BEFORE)
            plan.objects[plan.n++] = driver->objects[i];
    plan.objects[plan.n++] = (struct spk_planned){driver->pod, SPK_ROLE_POD};
    for (size_t i = 0; i < driver->n; i++)
        if (driver->objects[i].role != SPK_ROLE_BEFORE)
            plan.objects[plan.n++] = driver->objects[i];
    return plan;
}

static struct spk_driver new_driver(struct spk_arena *arena,
                                    const struct spk_submission *submission,
                                    const struct spk_ids *ids)
{
    struct spk_driver driver = {
        .arena = arena,
        .profile = submission->version.profile,
        .submission = submission,
        .ids = ids,
        .reader = spk_reader_of(arena, submission),
        .properties = spk_conf_copy(&submission->conf),
    };

    driver.reader.submit_time_ms = ids->submit_time_ms;
    if (!spk_conf_find(&submission->conf, SPK_SUBMIT_TIME_KEY))
        spk_driver_property(&driver, SPK_SUBMIT_TIME_KEY, ids->submit_time_ms);
    return driver;
}

bool spk_plan_make(struct spk_arena *arena, const struct spk_submission *submission,
                   const struct spk_ids *ids, struct spk_plan *out, struct spk_err *err)
{
    static const char *const candidates[] = {SPK_DRIVER_CONTAINER, NULL};
    struct spk_driver driver = new_driver(arena, submission, ids);

    if (!begin(&driver, err) || !spk_driver_steps_run(&driver, err) ||
        !spk_driver_finish(&driver, err) ||
        !spk_mutations_apply(&submission->mutations, candidates, driver.pod, err))
        return false;
    add_warnings(&driver);
    struct spk_plan plan = assemble(&driver);
    if (!check_limits(arena, &plan, err))
        return false;
    *out = plan;
    return true;
}

void spk_plan_own(struct spk_arena *arena, struct spk_plan *plan)
{
    /* Absent when the step that names the Pod is excluded. */
    const char *name = spk_json_get_text(spk_json_get(plan->pod, "metadata"), "name");

    for (size_t i = 0; i < plan->n; i++) {
        cJSON *metadata = spk_json_child(plan->objects[i].object, "metadata");

        if (plan->objects[i].role == SPK_ROLE_POD)
            continue;
        cJSON *owners = spk_json_set(metadata, "ownerReferences", spk_json_new_array(arena));
        cJSON *owner = spk_json_push_object(owners);
        spk_json_text(owner, "apiVersion", "v1");
        spk_json_bool(owner, "controller", true);
        spk_json_text(owner, "kind", "Pod");
        spk_json_text(owner, "name", name);
        spk_json_text(owner, "uid", "");
    }
}

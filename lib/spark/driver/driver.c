/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/driver.h"

#include "java/uri.h"
#include "kubernetes/marks.h"
#include "spark/driver/resource_names.h"

#include <string.h>

#define LABEL_PREFIX SPK_K "driver.label."
#define ORIGIN       "set by spark-submit"

bool spk_driver_refuse(struct spk_err *err, const struct spk_driver *driver, const char *key,
                       const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    const char *text = spk_vprintf(driver->arena, fmt, args);
    va_end(args);
    (void)spk_fail(err, SPK_INVALID_FIELD, "%s", text);
    return spk_conf_blame(err, &driver->submission->conf, key);
}

void spk_driver_env(struct spk_driver *driver, const char *name, const char *value)
{
    cJSON *variable = spk_json_push_object(spk_json_list(driver->container, "env"));

    spk_json_text(variable, "name", name);
    spk_json_text(variable, "value", value);
}

cJSON *spk_driver_mount(struct spk_driver *driver, const char *name, const char *path)
{
    cJSON *mount = spk_json_push_object(spk_json_list(driver->container, "volumeMounts"));

    spk_json_text(mount, "name", name);
    spk_json_text(mount, "mountPath", path);
    return mount;
}

cJSON *spk_driver_volume(struct spk_driver *driver, const char *name, const char *path)
{
    cJSON *spec = spk_json_child(driver->pod, "spec");
    cJSON *volume = spk_json_push_object(spk_json_list(spec, "volumes"));

    spk_json_text(volume, "name", name);
    (void)spk_driver_mount(driver, name, path);
    return volume;
}

void spk_volume_item(cJSON *source, const char *key, const char *path, bool is_mode)
{
    cJSON *item = spk_json_push_object(spk_json_list(source, "items"));

    spk_json_text(item, "key", key);
    if (is_mode)
        spk_json_int(item, "mode", 0644);
    spk_json_text(item, "path", path);
}

void spk_driver_add(struct spk_driver *driver, enum spk_object_role role, cJSON *object)
{
    if (driver->n == driver->capacity) {
        size_t capacity = driver->capacity ? 2 * driver->capacity : 8;

        driver->objects = spk_grow_array(driver->arena, driver->objects, driver->n, capacity,
                                         sizeof(*driver->objects));
        driver->capacity = capacity;
    }
    driver->objects[driver->n++] = (struct spk_planned){.object = object, .role = role};
}

cJSON *spk_driver_add_immutable(struct spk_driver *driver, enum spk_object_role role,
                                const char *name)
{
    const char *kind = role == SPK_ROLE_SECRET ? "Secret" : "ConfigMap";
    cJSON *object = spk_object(driver->arena, "v1", kind, name);

    spk_json_bool(object, "immutable", true);
    spk_driver_add(driver, role, object);
    return spk_json_child(object, "data");
}

void spk_driver_property(struct spk_driver *driver, const char *key, const char *value)
{
    /* A value that the user set to the same keeps the user as its origin. */
    if (!spk_text_equal(spk_conf_get(&driver->properties, key), value))
        spk_conf_set(&driver->properties, key, value, ORIGIN);
}

const char *spk_driver_substitute(const struct spk_driver *driver, const char *value)
{
    const char *named =
        spk_replace(driver->arena, value, "{{APP_ID}}", driver->ids->application_id);

    return spk_replace(driver->arena, named, "{{EXECUTOR_ID}}", "");
}

bool spk_driver_labels(const struct spk_driver *driver, cJSON **out, struct spk_err *err)
{
    const struct spk_conf *conf = &driver->submission->conf;
    const struct {
        const char *key, *value;
    } reserved[] = {
        {SPK_LABEL_SPARK_VERSION, driver->submission->version.text},
        {SPK_LABEL_SPARK_APP_ID, driver->ids->application_id},
        {SPK_LABEL_SPARK_APP_NAME, spk_app_name_label(driver->arena, driver->app_name)},
        {SPK_LABEL_SPARK_ROLE, "driver"},
    };
    cJSON *labels = spk_json_new_object(driver->arena);
    size_t n = 0;
    const struct spk_conf_entry *custom = spk_conf_prefix(conf, LABEL_PREFIX, &n);

    for (size_t i = 0; i < n; i++) {
        const char *value = custom[i].value;

        if (driver->profile->app_id_in_labels)
            value = spk_driver_substitute(driver, value);
        spk_json_text(labels, custom[i].key + strlen(LABEL_PREFIX), value);
    }
    for (size_t i = 0; i < SPK_LEN(reserved); i++) {
        if (spk_json_get(labels, reserved[i].key))
            return spk_driver_refuse(
                err, driver, spk_printf(driver->arena, LABEL_PREFIX "%s", reserved[i].key),
                "requirement failed: Label with key %s is not allowed as it is reserved for "
                "Spark bookkeeping operations.",
                reserved[i].key);
        spk_json_text(labels, reserved[i].key, reserved[i].value);
    }
    *out = labels;
    return true;
}

bool spk_is_local_resource(struct spk_arena *arena, const char *resource)
{
    return !spk_text_equal(resource, "spark-internal") && spk_uri_is_local(arena, resource);
}

bool spk_driver_refuse_upload(const struct spk_driver *driver, const char *key,
                              const char *resource, struct spk_err *err)
{
    if (!spk_conf_find(&driver->submission->conf, SPK_UPLOAD_PATH_KEY))
        return spk_driver_refuse(err, driver, key, SPK_NO_UPLOAD_PATH, resource);
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE, SPK_NOT_UPLOADED, resource);
    return spk_conf_blame(err, &driver->submission->conf, key);
}

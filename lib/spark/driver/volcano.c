/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.VolcanoFeatureStep (released since 4.2) */
#include <string.h>

#include "kubernetes/marks.h"
#include "spark/driver/driver.h"
#include "spark/driver/pod_template.h"
#include "spark/submitter_file.h"
#include "json/yaml.h"

#define FILE_KEY SPK_K "scheduler.volcano.podGroupTemplateFile"
#define JSON_KEY SPK_K "scheduler.volcano.podGroupTemplateJson"

/* The bytes of the template; .data stays NULL if none is configured. */
static bool read_template(const struct spk_driver *driver, const char **key,
                          struct spk_bytes *out, struct spk_err *err)
{
    const struct spk_conf *conf = &driver->submission->conf;
    const char *path = spk_conf_get(conf, FILE_KEY), *json = spk_conf_get(conf, JSON_KEY);
    const struct spk_submitter_file file = {FILE_KEY, path, "give the template in " JSON_KEY};

    *key = path ? FILE_KEY : JSON_KEY;
    if (path)
        return spk_submitter_file_read(driver->arena, driver->submission, &file, out, err);
    if (json)
        *out = (struct spk_bytes){json, strlen(json)};
    return true;
}

/* Another version is overwritten; another kind would reach a server that refuses it. */
static bool type_fields(const struct spk_driver *driver, const char *key, bool is_json,
                        const cJSON *tree, cJSON **out, struct spk_err *err)
{
    const struct spk_fabric8 how = spk_client_reading(&driver->submission->version, is_json);
    cJSON *group = NULL;

    if (!spk_schema_pod_group(driver->arena, &how, tree, &group, err))
        return spk_driver_refuse(err, driver, key, "%s: %s",
                                 spk_strdup(driver->arena, err->field),
                                 spk_strdup(driver->arena, err->text));
    const char *kind = spk_json_get_text(group, "kind");
    if (spk_json_get(tree, "kind") && !spk_text_equal(kind, "PodGroup"))
        return spk_driver_refuse(err, driver, key,
                                 "kind: a PodGroup is expected, not a '%.64s'",
                                 kind ? kind : "null");
    *out = group;
    return true;
}

static bool load_group(const struct spk_driver *driver, cJSON **out, struct spk_err *err)
{
    struct spk_bytes text = {0};
    const char *key = NULL;
    bool is_json = false;

    if (!read_template(driver, &key, &text, err))
        return false;
    if (!text.data) {
        *out = spk_json_new_object(driver->arena);
        return true;
    }
    if (!spk_yaml_read_template(driver->arena, text.data, text.length, out, &is_json, err))
        return spk_conf_blame(err, &driver->submission->conf, key);
    if (!spk_json_is_object(*out))
        return spk_driver_refuse(err, driver, key, "a PodGroup is expected, not a %s",
                                 spk_json_type_name(*out));
    return type_fields(driver, key, is_json, *out, out, err);
}

bool spk_volcano(struct spk_driver *driver, struct spk_err *err)
{
    const char *name = spk_printf(driver->arena, "%s-podgroup", driver->ids->application_id);
    cJSON *group = NULL;

    if (!load_group(driver, &group, err))
        return false;
    spk_json_text(group, "apiVersion", "scheduling.volcano.sh/v1beta1");
    spk_json_text(group, "kind", "PodGroup");
    cJSON *metadata = spk_json_child(group, "metadata");
    spk_json_text(metadata, "name", name);
    spk_json_text(metadata, "namespace", driver->ns);
    (void)spk_json_child(group, "spec");
    spk_object_annotation(driver->pod, SPK_ANNOTATION_POD_GROUP, name);
    spk_driver_add(driver, SPK_ROLE_BEFORE, group);
    return true;
}

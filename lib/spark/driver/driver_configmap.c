/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.submit.Client#run, KubernetesClientUtils */
#include <stdlib.h>
#include <string.h>

#include "spark/conf/properties.h"
#include "spark/driver/conf_dir.h"
#include "spark/driver/driver.h"

#define VOLUME_NAME "spark-conf-volume-driver"
#define COMMENT     "Java properties built from Kubernetes config map with name: "

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every file of the volume by name: the plain files and spark.properties. */
static void list_items(const struct spk_driver *driver, const struct spk_files *files,
                       cJSON *source)
{
    const char **names = spk_alloc_array(driver->arena, files->n + 1, sizeof(*names));
    size_t n = 0;

    for (size_t i = 0; i < files->n; i++)
        names[n++] = files->items[i].name;
    names[n++] = SPK_CONF_FILE;
    qsort(names, n, sizeof(*names), by_text);
    for (size_t i = 0; i < n; i++)
        spk_volume_item(source, names[i], names[i], true);
}

static bool add_configmap(struct spk_driver *driver, const char *name,
                          const struct spk_files *files, struct spk_err *err)
{
    const char *text = NULL;

    if (!spk_properties_write(driver->arena, &driver->properties,
                              spk_printf(driver->arena, COMMENT "%s", name), &text, err))
        return false;
    cJSON *data = spk_driver_add_immutable(driver, SPK_ROLE_CONFIGMAP, name);
    cJSON *object = driver->objects[driver->n - 1].object;
    spk_json_text(spk_json_child(object, "metadata"), "namespace", driver->ns);
    for (size_t i = 0; i < files->n; i++)
        spk_json_text(data, files->items[i].name, files->items[i].bytes.data);
    spk_json_text(data, SPK_CONF_FILE, text);
    spk_json_text(data, SPK_NAMESPACE_KEY, driver->ns);
    return true;
}

bool spk_driver_finish(struct spk_driver *driver, struct spk_err *err)
{
    const char *name =
        spk_printf(driver->arena, "spark-drv-%s-conf-map", driver->ids->conf_id);
    struct spk_files files = {0};

    if (!spk_conf_dir_files(&driver->reader, &files, &driver->warnings, err) ||
        !add_configmap(driver, name, &files, err))
        return false;
    spk_driver_env(driver, "SPARK_CONF_DIR", SPK_CONF_DIR_INTERNAL);
    cJSON *volume = spk_driver_volume(driver, VOLUME_NAME, SPK_CONF_DIR_INTERNAL);
    cJSON *source = spk_json_child(volume, "configMap");
    list_items(driver, &files, source);
    spk_json_text(source, "name", name);
    cJSON *spec = spk_json_child(driver->pod, "spec");
    (void)spk_json_push(spk_json_list(spec, "containers"), driver->container);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.PodTemplateConfigMapStep */
#include "spark/driver/driver.h"
#include "spark/driver/pod_template.h"

#define DATA_KEY    "podspec-configmap-key"
#define VOLUME_NAME "pod-template-volume"
#define MOUNT_PATH  "/opt/spark/pod-template"
#define FILE_NAME   "pod-spec-template.yml"

bool spk_pod_template_configmap(struct spk_driver *driver, struct spk_err *err)
{
    const char *text = NULL;

    if (!spk_executor_template_text(driver->arena, driver->submission, &text,
                                    &driver->warnings, err))
        return false;
    if (!text)
        return true;
    const char *name = spk_printf(driver->arena, "%s-driver-podspec-conf-map", driver->prefix);
    cJSON *volume = spk_driver_volume(driver, VOLUME_NAME, MOUNT_PATH);
    cJSON *source = spk_json_child(volume, "configMap");
    spk_json_text(source, "name", name);
    spk_volume_item(source, DATA_KEY, FILE_NAME, false);
    spk_json_text(spk_driver_add_immutable(driver, SPK_ROLE_CONFIGMAP, name), DATA_KEY, text);
    spk_driver_property(driver, SPK_K "executor.podTemplateFile", MOUNT_PATH "/" FILE_NAME);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.HadoopConfDriverFeatureStep */
#include "spark/driver/driver.h"
#include "spark/submitter_file.h"

#define VARIABLE      "HADOOP_CONF_DIR"
#define CONFIGMAP_KEY SPK_K "hadoop.configMapName"
#define VOLUME_NAME   "hadoop-properties"
#define MOUNT_PATH    "/opt/hadoop/conf"

struct inputs {
    const char *directory, *configmap; /* at most one of them */
};

static bool read_inputs(const struct spk_driver *driver, struct inputs *in,
                        struct spk_err *err)
{
    in->directory = spk_environment_get(&driver->submission->environment, VARIABLE);
    if (!spk_entry_text(&driver->reader, CONFIGMAP_KEY, &in->configmap, err))
        return false;
    if (!in->directory || !in->configmap)
        return true;
    return spk_driver_refuse(
        err, driver, CONFIGMAP_KEY,
        "requirement failed: Do not specify both the `HADOOP_CONF_DIR` in your ENV and the "
        "ConfigMap as the creation of an additional ConfigMap, when one is already specified "
        "is extraneous");
}

bool spk_hadoop_conf_check(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};

    return read_inputs(driver, &in, err);
}

static bool ship_directory(struct spk_driver *driver, const struct inputs *in,
                           const char *name, cJSON *source, struct spk_err *err)
{
    const struct spk_submitter_file directory = {
        VARIABLE, in->directory, "unset it, and name a ConfigMap in " CONFIGMAP_KEY};
    struct spk_files files = {0};

    /* A directory that is not there is as good as an empty one. */
    if (!spk_submitter_directory_read(driver->arena, driver->submission, &directory, &files,
                                      err) &&
        err->reason != SPK_INVALID_FIELD)
        return false;
    cJSON *data = spk_driver_add_immutable(driver, SPK_ROLE_CONFIGMAP, name);
    for (size_t i = 0; i < files.n; i++) {
        const struct spk_named_bytes *file = &files.items[i];

        if (!spk_is_utf8(file->bytes.data, file->bytes.length))
            return spk_driver_refuse(err, driver, VARIABLE,
                                     "the file '%.200s' in " VARIABLE " is not UTF-8",
                                     file->name);
        spk_volume_item(source, file->name, file->name, false);
        spk_json_text(data, file->name,
                      spk_text_hold_nul(driver->arena, file->bytes.data, file->bytes.length));
    }
    return true;
}

bool spk_hadoop_conf(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};
    const char *name = spk_printf(driver->arena, "%s-hadoop-config", driver->prefix);

    if (!read_inputs(driver, &in, err))
        return false;
    if (!in.directory && !in.configmap)
        return true;
    cJSON *volume = spk_driver_volume(driver, VOLUME_NAME, MOUNT_PATH);
    cJSON *source = spk_json_child(volume, "configMap");
    spk_json_text(source, "name", in.configmap ? in.configmap : name);
    if (in.directory && !ship_directory(driver, &in, name, source, err))
        return false;
    spk_driver_env(driver, VARIABLE, MOUNT_PATH);
    spk_driver_property(driver, SPK_K "executor.hadoopConfigMapName",
                        in.configmap ? in.configmap : name);
    return true;
}

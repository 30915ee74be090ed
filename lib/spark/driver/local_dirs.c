/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.LocalDirsFeatureStep */
#include "spark/driver/driver.h"

#define VOLUME_PREFIX "spark-local-dir-"
#define VARIABLE      "SPARK_LOCAL_DIRS"

static bool read_tmpfs(const struct spk_driver *driver, bool *out, struct spk_err *err)
{
    return spk_entry_bool(&driver->reader, SPK_K "local.dirs.tmpfs", out, err);
}

bool spk_local_dirs_check(struct spk_driver *driver, struct spk_err *err)
{
    bool is_tmpfs = false;

    return read_tmpfs(driver, &is_tmpfs, err);
}

/* Where a declared volume is meant for local data: its name says so. */
static bool mounted_dirs(const struct spk_driver *driver, struct spk_strings *dirs,
                         struct spk_err *err)
{
    size_t i = 0;

    SPK_JSON_EACH (mount, spk_json_get(driver->container, "volumeMounts")) {
        const char *name = spk_json_get_text(mount, "name");
        const char *path = spk_json_get_text(mount, "mountPath");

        if (!name) {
            const char *origin = driver->submission->driver_template.origin;

            (void)spk_fail(err, SPK_INVALID_POD_TEMPLATE,
                           "volumeMounts[%zu] of the Spark container has no name", i);
            return spk_fail_at(err, "%s", origin ? origin : "");
        }
        if (path && spk_starts_with(name, VOLUME_PREFIX))
            spk_strings_add(driver->arena, dirs, path);
        i++;
    }
    return true;
}

/* Split as Java does: empty parts at the end do not count, but an empty text is one part. */
static struct spk_strings configured_dirs(const struct spk_driver *driver)
{
    const char *text = spk_environment_get(&driver->submission->environment, VARIABLE);

    if (!text)
        text = spk_conf_get(&driver->submission->conf, "spark.local.dir");
    if (!text)
        text = spk_printf(driver->arena, "/var/data/spark-%s", driver->ids->local_dirs_id);
    struct spk_strings dirs = spk_split(driver->arena, text, ',');
    while (*text && dirs.n > 0 && *dirs.items[dirs.n - 1] == '\0')
        dirs.n--;
    return dirs;
}

bool spk_local_dirs(struct spk_driver *driver, struct spk_err *err)
{
    struct spk_strings dirs = {0};
    bool is_tmpfs = false;

    if (!read_tmpfs(driver, &is_tmpfs, err) || !mounted_dirs(driver, &dirs, err))
        return false;
    if (dirs.n == 0) {
        dirs = configured_dirs(driver);
        for (size_t i = 0; i < dirs.n; i++) {
            const char *name = spk_printf(driver->arena, VOLUME_PREFIX "%zu", i + 1);
            cJSON *volume = spk_driver_volume(driver, name, dirs.items[i]);

            spk_json_text(spk_json_child(volume, "emptyDir"), "medium",
                          is_tmpfs ? "Memory" : NULL);
        }
    }
    spk_driver_env(driver, VARIABLE,
                   spk_join(driver->arena, (const char *const *)dirs.items, dirs.n, ","));
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.MountSecretsFeatureStep */
#include <stdlib.h>
#include <string.h>

#include "spark/driver/driver.h"

#define PREFIX SPK_K "driver.secrets."

struct secret {
    const char *name, *volume, *path;
};

static int by_volume(const void *a, const void *b)
{
    return strcmp(((const struct secret *)a)->volume, ((const struct secret *)b)->volume);
}

bool spk_mount_secrets(struct spk_driver *driver, struct spk_err *err)
{
    size_t n = 0;
    const struct spk_conf_entry *entries =
        spk_conf_prefix(&driver->submission->conf, PREFIX, &n);
    struct secret *secrets = spk_alloc_array(driver->arena, n + 1, sizeof(*secrets));

    (void)err;
    for (size_t i = 0; i < n; i++) {
        const char *name = entries[i].key + strlen(PREFIX);

        secrets[i] = (struct secret){name, spk_printf(driver->arena, "%s-volume", name),
                                     entries[i].value};
    }
    qsort(secrets, n, sizeof(*secrets), by_volume);
    for (size_t i = 0; i < n; i++) {
        cJSON *volume = spk_driver_volume(driver, secrets[i].volume, secrets[i].path);

        spk_json_text(spk_json_child(volume, "secret"), "secretName", secrets[i].name);
    }
    return true;
}

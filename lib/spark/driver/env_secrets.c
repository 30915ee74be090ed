/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.EnvSecretsFeatureStep */
#include <string.h>

#include "spark/driver/driver.h"

#define PREFIX SPK_K "driver.secretKeyRef."

/* name:key as Java's split gives it: empty parts at the end do not count. */
static bool split_reference(struct spk_arena *arena, const char *text, const char **name,
                            const char **key)
{
    struct spk_strings parts = spk_split(arena, text, ':');

    while (parts.n > 0 && *parts.items[parts.n - 1] == '\0')
        parts.n--;
    if (parts.n != 2)
        return false;
    *name = parts.items[0];
    *key = parts.items[1];
    return true;
}

bool spk_env_secrets(struct spk_driver *driver, struct spk_err *err)
{
    size_t n = 0;
    const struct spk_conf_entry *entries =
        spk_conf_prefix(&driver->submission->conf, PREFIX, &n);

    for (size_t i = 0; i < n; i++) {
        const char *name = NULL, *key = NULL;

        if (!split_reference(driver->arena, entries[i].value, &name, &key))
            return spk_driver_refuse(
                err, driver, entries[i].key,
                "requirement failed: SecretKeyRef must be in the form name:key.");
        cJSON *variable = spk_json_push_object(spk_json_list(driver->container, "env"));
        spk_json_text(variable, "name", entries[i].key + strlen(PREFIX));
        cJSON *reference =
            spk_json_child(spk_json_child(variable, "valueFrom"), "secretKeyRef");
        spk_json_text(reference, "key", key);
        spk_json_text(reference, "name", name);
    }
    return true;
}

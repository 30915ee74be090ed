/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/api.h"

#include "base/text.h"

#define VOLCANO       "scheduling.volcano.sh/v1beta1"
#define SIGS_SCHEDULE "scheduling.x-k8s.io/v1alpha1"
#define NETWORKING    "networking.k8s.io/v1"
#define OPERATOR      "sparkoperator.k8s.io/v1beta2"

/* kind, apiVersion, plural: everything that a client of ours may touch. */
static const struct spk_resource resources[] = {
    {"Pod", "v1", "pods"},
    {"ConfigMap", "v1", "configmaps"},
    {"Service", "v1", "services"},
    {"PersistentVolumeClaim", "v1", "persistentvolumeclaims"},
    {"Secret", "v1", "secrets"},
    {"NetworkPolicy", NETWORKING, "networkpolicies"},
    {"PodGroup", VOLCANO, "podgroups"},
    {"PodGroup", SIGS_SCHEDULE, "podgroups"},
    {"SparkApplication", OPERATOR, "sparkapplications"},
};

const struct spk_resource *spk_resource_find(const char *api_version, const char *kind)
{
    for (size_t i = 0; i < SPK_LEN(resources); i++)
        if (spk_text_equal(resources[i].kind, kind) &&
            (!api_version || spk_text_equal(resources[i].api_version, api_version)))
            return &resources[i];
    return NULL;
}

void spk_api_start(struct spk_api *api, struct spk_api_job *job)
{
    api->ops->start(api, job);
}

void spk_api_cancel(struct spk_api *api, struct spk_api_job *job)
{
    api->ops->cancel(api, job);
}

void spk_api_close(struct spk_api *api)
{
    if (api)
        api->ops->close(api);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "kubernetes/schema/schema_table.h"

#include <string.h>

/*
 * Fields of the table that a client of an older Kubernetes does not know: those since 1.27, as
 * the oldest client (of Spark 3.5) has the types of 1.26.
 *
 * @source the classes of io.fabric8.kubernetes.api.model in the jars of each Spark line
 */
static const struct {
    const char *type, *field;
    int since;
} rows[] = {
    {"Container", "resizePolicy", 27},
    {"Container", "restartPolicy", 28},
    {"Container", "restartPolicyRules", 34},
    {"ContainerStatus", "allocatedResources", 27},
    {"ContainerStatus", "allocatedResourcesStatus", 31},
    {"ContainerStatus", "resources", 27},
    {"ContainerStatus", "stopSignal", 33},
    {"ContainerStatus", "user", 31},
    {"ContainerStatus", "volumeMounts", 30},
    {"EnvVarSource", "fileKeyRef", 34},
    {"EphemeralContainer", "resizePolicy", 27},
    {"EphemeralContainer", "restartPolicy", 28},
    {"EphemeralContainer", "restartPolicyRules", 34},
    {"Lifecycle", "stopSignal", 33},
    {"LifecycleHandler", "sleep", 29},
    {"PersistentVolumeClaimSpec", "volumeAttributesClassName", 29},
    {"PodAffinityTerm", "matchLabelKeys", 29},
    {"PodAffinityTerm", "mismatchLabelKeys", 29},
    {"PodCertificateProjection", "userAnnotations", 35},
    {"PodCondition", "observedGeneration", 33},
    {"PodResourceClaim", "resourceClaimName", 31},
    {"PodResourceClaim", "resourceClaimTemplateName", 31},
    {"PodSecurityContext", "appArmorProfile", 30},
    {"PodSecurityContext", "seLinuxChangePolicy", 32},
    {"PodSecurityContext", "supplementalGroupsPolicy", 31},
    {"PodSpec", "hostnameOverride", 34},
    {"PodSpec", "resources", 32},
    {"PodSpec", "workloadRef", 35},
    {"PodStatus", "extendedResourceClaimStatus", 34},
    {"PodStatus", "hostIPs", 28},
    {"PodStatus", "observedGeneration", 33},
    {"PodStatus", "resize", 27},
    {"PodStatus", "resourceClaimStatuses", 28},
    {"ResourceClaim", "request", 31},
    {"SecurityContext", "appArmorProfile", 30},
    {"Volume", "image", 31},
    {"VolumeMount", "recursiveReadOnly", 30},
    {"VolumeProjection", "clusterTrustBundle", 29},
    {"VolumeProjection", "podCertificate", 34},
};

int spk_field_since(const struct spk_type *type, const struct spk_field *field)
{
    for (size_t i = 0; i < SPK_LEN(rows); i++)
        if (strcmp(rows[i].field, field->name) == 0 && strcmp(rows[i].type, type->name) == 0)
            return rows[i].since;
    return 0;
}

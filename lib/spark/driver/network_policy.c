/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep (4.2) */
#include "kubernetes/marks.h"
#include "spark/driver/driver.h"

bool spk_network_policy(struct spk_driver *driver, struct spk_err *err)
{
    const char *id = driver->ids->application_id;
    cJSON *policy = spk_object(driver->arena, "networking.k8s.io/v1", "NetworkPolicy",
                               spk_printf(driver->arena, "%s-policy", driver->prefix));
    cJSON *spec = spk_json_child(policy, "spec");
    cJSON *rule = spk_json_push_object(spk_json_list(spec, "ingress"));
    cJSON *peer = spk_json_push_object(spk_json_list(rule, "from"));
    cJSON *executors = spk_json_child(spk_json_child(spec, "podSelector"), "matchLabels");

    (void)err;
    spk_json_text(spk_json_child(policy, "metadata"), "namespace", driver->ns);
    spk_object_label(policy, SPK_LABEL_SPARK_APP_ID, id);
    spk_json_text(spk_json_child(spk_json_child(peer, "podSelector"), "matchLabels"),
                  SPK_LABEL_SPARK_APP_ID, id);
    spk_json_text(executors, SPK_LABEL_SPARK_APP_ID, id);
    spk_json_text(executors, SPK_LABEL_SPARK_ROLE, "executor");
    spk_driver_add(driver, SPK_ROLE_POLICY, policy);
    return true;
}

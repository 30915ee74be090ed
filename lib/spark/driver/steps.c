/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "spark/driver/driver.h"

#define FEATURES     "org.apache.spark.deploy.k8s.features."
#define STEPS_KEY    SPK_K "driver.pod.featureSteps"
#define EXCLUDED_KEY SPK_K "driver.pod.excludedFeatureSteps"

static bool always(const struct spk_profile *profile)
{
    (void)profile;
    return true;
}

static bool with_network_policy(const struct spk_profile *profile)
{
    return profile->network_policy;
}

static bool with_volcano(const struct spk_profile *profile)
{
    return profile->volcano_step;
}

/* Spark's order. Class below FEATURES; whether the line has it; constructor, NULL: checks
 * nothing; work; whether only a user's featureSteps brings it. */
static const struct step {
    const char *name;
    bool (*is_offered)(const struct spk_profile *profile);
    spk_step_fn *check, *work;
    bool is_optional;
} steps[] = {
    {"BasicDriverFeatureStep", always, spk_basic_driver_check, spk_basic_driver, false},
    {"DriverKubernetesCredentialsFeatureStep", always, NULL, spk_driver_kubernetes_credentials,
     false},
    {"DriverServiceFeatureStep", always, spk_driver_service_check, spk_driver_service, false},
    {"MountSecretsFeatureStep", always, NULL, spk_mount_secrets, false},
    {"EnvSecretsFeatureStep", always, NULL, spk_env_secrets, false},
    {"NetworkPolicyFeatureStep", with_network_policy, NULL, spk_network_policy, false},
    {"MountVolumesFeatureStep", always, spk_mount_volumes_check, spk_mount_volumes, false},
    {"DriverCommandFeatureStep", always, NULL, spk_driver_command, false},
    {"HadoopConfDriverFeatureStep", always, spk_hadoop_conf_check, spk_hadoop_conf, false},
    {"KerberosConfDriverFeatureStep", always, spk_kerberos_conf_check, spk_kerberos_conf,
     false},
    {"PodTemplateConfigMapStep", always, NULL, spk_pod_template_configmap, false},
    {"LocalDirsFeatureStep", always, spk_local_dirs_check, spk_local_dirs, false},
    {"VolcanoFeatureStep", with_volcano, NULL, spk_volcano, true},
};

static bool names_step(const struct spk_strings *classes, const struct step *step)
{
    for (size_t i = 0; i < classes->n; i++)
        if (spk_starts_with(classes->items[i], FEATURES) &&
            strcmp(classes->items[i] + strlen(FEATURES), step->name) == 0)
            return true;
    return false;
}

/* A class that the JVM would load: only the optional steps of this folder exist here. */
static bool check_user_step(const struct spk_driver *driver, const char *class_name,
                            struct spk_err *err)
{
    const struct spk_strings one = {.items = &class_name, .n = 1};

    for (size_t i = 0; i < SPK_LEN(steps); i++)
        if (steps[i].is_optional && names_step(&one, &steps[i]) &&
            steps[i].is_offered(driver->profile))
            return true;
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                   "the feature step '%.128s' is a class that only a JVM can load; on 4.2 and "
                   "later " FEATURES "VolcanoFeatureStep is known here",
                   class_name);
    return spk_conf_blame(err, &driver->submission->conf, STEPS_KEY);
}

static bool read_classes(const struct spk_driver *driver, struct spk_strings *user,
                         struct spk_strings *excluded, struct spk_err *err)
{
    if (!spk_entry_list(&driver->reader, STEPS_KEY, user, err))
        return false;
    for (size_t i = 0; i < user->n; i++)
        if (!check_user_step(driver, user->items[i], err))
            return false;
    if (!driver->profile->has_excluded_steps)
        return true;
    return spk_entry_list(&driver->reader, EXCLUDED_KEY, excluded, err);
}

/* Without the basic step a template must give the Pod the metadata that the client reads. */
static bool lacks_metadata(const struct spk_driver *driver)
{
    const struct spk_template *template = &driver->submission->driver_template;

    return (template->tree || template->text.data) &&
           !spk_json_is_object(spk_json_get(driver->pod, "metadata"));
}

bool spk_driver_steps_run(struct spk_driver *driver, struct spk_err *err)
{
    struct spk_strings user = {0}, excluded = {0};

    if (!read_classes(driver, &user, &excluded, err))
        return false;
    for (size_t i = 0; i < SPK_LEN(steps); i++)
        if (steps[i].check && !steps[i].check(driver, err))
            return false;
    for (size_t i = 0; i < SPK_LEN(steps); i++) {
        if (!steps[i].is_offered(driver->profile) || names_step(&excluded, &steps[i]) ||
            (steps[i].is_optional && !names_step(&user, &steps[i])))
            continue;
        if (!steps[i].work(driver, err))
            return false;
    }
    if (lacks_metadata(driver))
        return spk_driver_refuse(err, driver, EXCLUDED_KEY,
                                 "without BasicDriverFeatureStep the driver's pod template "
                                 "must have metadata with a name");
    return true;
}

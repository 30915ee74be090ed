/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.DriverKubernetesCredentialsFeatureStep */
#include <string.h>

#include "base/base64.h"
#include "spark/driver/driver.h"
#include "spark/submitter_file.h"

#define AUTH         SPK_K "authenticate.driver."
#define MOUNTED      AUTH "mounted."
#define SECRET_DIR   "/mnt/secrets/spark-kubernetes-credentials"
#define VOLUME_NAME  "kubernetes-credentials"
#define ACCOUNT_KEY  AUTH "serviceAccountName"
#define TOKEN_SUFFIX "oauthToken"

/* Key of a submission-side credential; of the mounted one; of the Secret; what Spark calls
 * the file (NULL: the value is the credential itself). In the order of Spark's warning. */
static const struct credential {
    const char *key, *mounted_key, *secret_key, *file_kind;
} credentials[] = {
    {AUTH "oauthToken", MOUNTED "oauthTokenFile", "oauth-token", NULL},
    {AUTH "caCertFile", MOUNTED "caCertFile", "ca-cert", "Driver CA cert file"},
    {AUTH "clientKeyFile", MOUNTED "clientKeyFile", "client-key", "Driver client key file"},
    {AUTH "clientCertFile", MOUNTED "clientCertFile", "client-cert",
     "Driver client cert file"},
};

static const char *given(const struct spk_driver *driver, const struct credential *credential)
{
    return spk_conf_get(&driver->submission->conf, credential->key);
}

static bool read_credential(const struct spk_driver *driver,
                            const struct credential *credential, struct spk_bytes *out,
                            struct spk_err *err)
{
    const char *value = given(driver, credential);
    const struct spk_submitter_file file = {
        credential->key, value, "mount a Secret and name the file in " MOUNTED "* instead"};

    if (!credential->file_kind) {
        *out = (struct spk_bytes){value, strlen(value)};
        return true;
    }
    if (spk_submitter_file_read(driver->arena, driver->submission, &file, out, err))
        return true;
    if (err->reason != SPK_INVALID_FIELD)
        return false;
    return spk_driver_refuse(
        err, driver, credential->key,
        "requirement failed: %s provided at %.200s does not exist or is not a file.",
        credential->file_kind, value);
}

/* The Secret, and its volume in the pod. */
static bool mount_credentials(struct spk_driver *driver, struct spk_err *err)
{
    const char *name = spk_printf(driver->arena, "%s-kubernetes-credentials", driver->prefix);
    cJSON *volume = spk_driver_volume(driver, VOLUME_NAME, SECRET_DIR);
    cJSON *data = spk_driver_add_immutable(driver, SPK_ROLE_SECRET, name);

    spk_json_text(spk_json_child(volume, "secret"), "secretName", name);
    for (size_t i = 0; i < SPK_LEN(credentials); i++) {
        struct spk_bytes bytes = {0};

        if (!given(driver, &credentials[i]))
            continue;
        if (!read_credential(driver, &credentials[i], &bytes, err))
            return false;
        spk_json_text(data, credentials[i].secret_key,
                      spk_base64_encode(driver->arena, bytes.data, bytes.length));
    }
    return true;
}

static void set_properties(struct spk_driver *driver)
{
    const struct spk_conf *conf = &driver->submission->conf;

    for (size_t i = 0; i < conf->n; i++)
        if (spk_ends_with(conf->entries[i].key, TOKEN_SUFFIX))
            spk_driver_property(driver, conf->entries[i].key, SPK_REDACTED);
    for (size_t i = 0; i < SPK_LEN(credentials); i++)
        if (given(driver, &credentials[i]) && !spk_conf_get(conf, credentials[i].mounted_key))
            spk_driver_property(
                driver, credentials[i].mounted_key,
                spk_printf(driver->arena, SECRET_DIR "/%s", credentials[i].secret_key));
}

/* The account is not used when credentials are given; 4.3 says so. */
static void warn_displaced(struct spk_driver *driver, const char *account)
{
    const cJSON *spec = spk_json_get(driver->pod, "spec");
    const char *name = spk_json_get_text(spec, "serviceAccountName");
    struct spk_strings keys = {0};

    if (!name || !*name)
        name = spk_json_get_text(spec, "serviceAccount");
    if (!driver->profile->service_account_warning || !account || spk_text_equal(account, name))
        return;
    for (size_t i = 0; i < SPK_LEN(credentials); i++)
        if (given(driver, &credentials[i]))
            spk_strings_add(driver->arena, &keys, credentials[i].key);
    const char *tail =
        name && *name ? spk_printf(driver->arena, "the pod keeps %s, named by its spec", name)
                      : "the pod falls back to the namespace's default account";
    spk_warn(&driver->warnings, driver->arena, "SERVICE_ACCOUNT_IGNORED",
             spk_conf_find(&driver->submission->conf, ACCOUNT_KEY)->origin,
             "Not applying " ACCOUNT_KEY "=%s to the driver pod, because the driver "
             "credentials given by %s take precedence: %s. To have Spark apply that "
             "configuration anyway, put the credentials inside the driver pod and point the "
             "spark.kubernetes.authenticate.driver.mounted.* configurations at them instead, "
             "which does not mount a secret.",
             account, spk_join(driver->arena, keys.items, keys.n, ", "), tail);
}

bool spk_driver_kubernetes_credentials(struct spk_driver *driver, struct spk_err *err)
{
    const char *account = NULL;
    bool is_any_given = false;

    if (!spk_entry_text(&driver->reader, ACCOUNT_KEY, &account, err))
        return false;
    for (size_t i = 0; i < SPK_LEN(credentials); i++)
        is_any_given = is_any_given || given(driver, &credentials[i]);
    if (is_any_given) {
        warn_displaced(driver, account);
        if (!mount_credentials(driver, err))
            return false;
    } else {
        cJSON *spec = spk_json_child(driver->pod, "spec");

        spk_json_text(spec, "serviceAccount", account);
        spk_json_text(spec, "serviceAccountName", account);
    }
    set_properties(driver);
    return true;
}

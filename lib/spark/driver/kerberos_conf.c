/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.KerberosConfDriverFeatureStep */
#include "spark/driver/driver.h"
#include "spark/driver/hadoop_site.h"
#include "spark/submitter_file.h"

#include <string.h>
#include <strings.h>

#define KRB5           SPK_K "kerberos.krb5."
#define TOKEN_SECRET   SPK_K "kerberos.tokenSecret."
#define PRINCIPAL_KEY  "spark.kerberos.principal"
#define KEYTAB_KEY     "spark.kerberos.keytab"
#define PROVIDERS_KEY  "spark.security.directCredentialProviders.enabled"
#define AUTHENTICATION "hadoop.security.authentication"
#define SITE_FILE      "core-site.xml"
#define KRB5_VOLUME    "krb5-file"
#define SECRET_VOLUME  "hadoop-secret"
#define SECRET_DIR     "/mnt/secrets/hadoop-credentials"
#define REQUIREMENT    "requirement failed: "

struct inputs {
    const char *principal, *keytab;
    const char *secret_name, *secret_item;
    const char *krb5_path, *krb5_configmap;
};

static bool read_entries(const struct spk_driver *driver, struct inputs *in,
                         struct spk_err *err)
{
    const struct {
        const char *key, **out;
    } entries[] = {
        {PRINCIPAL_KEY, &in->principal},         {KEYTAB_KEY, &in->keytab},
        {TOKEN_SECRET "name", &in->secret_name}, {TOKEN_SECRET "itemKey", &in->secret_item},
        {KRB5 "path", &in->krb5_path},           {KRB5 "configMapName", &in->krb5_configmap},
    };

    for (size_t i = 0; i < SPK_LEN(entries); i++)
        if (!spk_entry_text(&driver->reader, entries[i].key, entries[i].out, err))
            return false;
    return true;
}

static bool read_inputs(const struct spk_driver *driver, struct inputs *in,
                        struct spk_err *err)
{
    if (!read_entries(driver, in, err))
        return false;
    /* Whether the combination is wrong; the key to blame; Spark's text. */
    const struct {
        bool is_wrong;
        const char *key, *text;
    } rules[] = {
        {in->krb5_path && in->krb5_configmap, KRB5 "configMapName",
         "Do not specify both a Krb5 local file and the ConfigMap as the creation of an "
         "additional ConfigMap, when one is already specified, is extraneous"},
        {in->principal && !in->keytab, PRINCIPAL_KEY,
         "If a Kerberos principal is specified you must also specify a Kerberos keytab"},
        {in->keytab && !in->principal, KEYTAB_KEY,
         "If a Kerberos keytab is specified you must also specify a Kerberos principal"},
        {in->secret_name && !in->secret_item, TOKEN_SECRET "name",
         "If a secret storing a Kerberos Delegation Token is specified you must also specify "
         "the item-key where the data is stored"},
        {in->secret_item && !in->secret_name, TOKEN_SECRET "itemKey",
         "If a secret data item-key where the data of the Kerberos Delegation Token is "
         "specified you must also specify the name of the secret"},
    };
    for (size_t i = 0; i < SPK_LEN(rules); i++)
        if (rules[i].is_wrong)
            return spk_driver_refuse(err, driver, rules[i].key, REQUIREMENT "%s",
                                     rules[i].text);
    return true;
}

bool spk_kerberos_conf_check(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};

    return read_inputs(driver, &in, err);
}

static bool add_krb5(struct spk_driver *driver, const struct inputs *in, struct spk_err *err)
{
    const char *name = in->krb5_configmap
                           ? in->krb5_configmap
                           : spk_printf(driver->arena, "%s-krb5-file", driver->prefix);

    if (!in->krb5_path && !in->krb5_configmap)
        return true;
    cJSON *spec = spk_json_child(driver->pod, "spec");
    cJSON *volume = spk_json_push_object(spk_json_list(spec, "volumes"));
    cJSON *mount = spk_driver_mount(driver, KRB5_VOLUME, "/etc/krb5.conf");
    spk_json_text(volume, "name", KRB5_VOLUME);
    spk_json_text(mount, "subPath", "krb5.conf");
    cJSON *source = spk_json_child(volume, "configMap");
    spk_json_text(source, "name", name);
    if (!in->krb5_path)
        return true;

    const struct spk_submitter_file file = {KRB5 "path", in->krb5_path,
                                            "name a ConfigMap in " KRB5 "configMapName"};
    const char *key = spk_file_name(in->krb5_path);
    const char *text = NULL;
    if (!spk_submitter_text_read(driver->arena, driver->submission, &file, &text, err))
        return false;
    spk_volume_item(source, key, key, false);
    spk_json_text(spk_driver_add_immutable(driver, SPK_ROLE_CONFIGMAP, name), key, text);
    return true;
}

static void add_token_secret(struct spk_driver *driver, const struct inputs *in)
{
    cJSON *volume = spk_driver_volume(driver, SECRET_VOLUME, SECRET_DIR);

    spk_json_text(spk_json_child(volume, "secret"), "secretName", in->secret_name);
    spk_driver_env(driver, "HADOOP_TOKEN_FILE_LOCATION",
                   spk_printf(driver->arena, SECRET_DIR "/%s", in->secret_item));
}

static bool is_on(const struct spk_driver *driver, const char *key)
{
    const char *value = spk_conf_get(&driver->submission->conf, key);

    return value && strcasecmp(spk_trim(driver->arena, value), "true") == 0;
}

/* @source org.apache.spark.deploy.security.HadoopDelegationTokenManager (4.3) */
static bool check_providers(const struct spk_driver *driver, struct spk_err *err)
{
    bool is_enabled = false;

    if (!driver->profile->direct_credential_providers)
        return true;
    if (!spk_entry_bool(&driver->reader, PROVIDERS_KEY, &is_enabled, err))
        return false;
    bool is_encrypted = is_on(driver, "spark.ssl.rpc.enabled") ||
                        (is_on(driver, "spark.authenticate") &&
                         (is_on(driver, "spark.network.crypto.enabled") ||
                          is_on(driver, "spark.authenticate.enableSaslEncryption")));
    if (!is_enabled || is_encrypted)
        return true;
    return spk_driver_refuse(
        err, driver, PROVIDERS_KEY,
        REQUIREMENT "RPC channel encryption must be enabled when " PROVIDERS_KEY
                    " is true: either spark.ssl.rpc.enabled=true, or spark.authenticate=true "
                    "together with spark.network.crypto.enabled or "
                    "spark.authenticate.enableSaslEncryption. Credential tokens must not be "
                    "transmitted over unencrypted channels.");
}

/* In SPARK_CONF_DIR, which comes first on the class path. */
static bool find_own_site(const struct spk_files *files, struct spk_bytes *out)
{
    for (size_t i = 0; i < files->n; i++)
        if (!strcmp(files->items[i].name, SITE_FILE)) {
            *out = files->items[i].bytes;
            return true;
        }
    return false;
}

/* In one of the directories that a variable lists. */
static bool find_listed_site(const struct spk_driver *driver, const char *variable,
                             struct spk_bytes *out)
{
    const char *list = spk_environment_get(&driver->submission->environment, variable);
    struct spk_strings directories = spk_split(driver->arena, list ? list : "", ':');

    for (size_t i = 0; i < directories.n; i++) {
        const struct spk_submitter_file file = {
            variable, spk_printf(driver->arena, "%s/" SITE_FILE, directories.items[i]), ""};
        struct spk_err ignored = {0};

        if (*directories.items[i] &&
            spk_submitter_file_read(driver->arena, driver->submission, &file, out, &ignored))
            return true;
    }
    return false;
}

/*
 * The configuration of the JVM that would submit; *field says where it is. Properties of the
 * application do not reach it.
 *
 * @source org.apache.spark.launcher.AbstractCommandBuilder.buildClassPath
 */
static bool find_site(const struct spk_driver *driver, struct spk_bytes *out,
                      const char **field)
{
    *field = "conf_files[" SITE_FILE "]";
    if (find_own_site(&driver->submission->environment.conf_files, out))
        return true;
    *field = "environment[HADOOP_CONF_DIR]";
    if (find_listed_site(driver, "HADOOP_CONF_DIR", out))
        return true;
    *field = "environment[YARN_CONF_DIR]";
    return find_listed_site(driver, "YARN_CONF_DIR", out);
}

/* Where Spark would ask the services of a secured Hadoop for tokens, with a ticket. */
static bool check_tokens(const struct spk_driver *driver, struct spk_err *err)
{
    const char *field, *authentication = NULL;
    struct spk_bytes site;

    if (!check_providers(driver, err))
        return false;
    if (find_site(driver, &site, &field))
        authentication = spk_hadoop_site_get(driver->arena, &site, AUTHENTICATION);
    if (!authentication || !strcasecmp(authentication, "simple"))
        return true;
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                   SITE_FILE " says " AUTHENTICATION
                             "=%.32s: delegation tokens are fetched by a JVM with a Kerberos "
                             "ticket; put them into a Secret and name it in " TOKEN_SECRET
                             "name and itemKey, or use a keytab of the image (local:)",
                   authentication);
    return spk_fail_at(err, "%s", field);
}

bool spk_kerberos_conf(struct spk_driver *driver, struct spk_err *err)
{
    struct inputs in = {0};

    if (!read_inputs(driver, &in, err) || !add_krb5(driver, &in, err))
        return false;
    if (in.keytab && !spk_starts_with(in.keytab, "local:")) {
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "a keytab of the submitting machine is not uploaded; put it into the "
                       "image (local:) or mount a Secret with it");
        return spk_conf_blame(err, &driver->submission->conf, KEYTAB_KEY);
    }
    if (in.secret_name) {
        add_token_secret(driver, &in);
        return true;
    }
    return in.keytab || check_tokens(driver, err);
}

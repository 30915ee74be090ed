/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of the Kubernetes client that Spark makes first. Nothing of them reaches the
 * objects; values that spark-submit would refuse are refused.
 *
 * @source org.apache.spark.deploy.k8s.SparkKubernetesClientFactory
 */
#include <string.h>

#include "spark/driver/driver.h"
#include "spark/submitter_file.h"

#define AUTH       SPK_K "authenticate.submission."
#define TOKEN      AUTH "oauthToken"
#define TOKEN_FILE AUTH "oauthTokenFile"
#define CA_FILE    AUTH "caCertFile"

static bool check_values(const struct spk_driver *driver, struct spk_err *err)
{
    static const char *const numbers[] = {SPK_K "submission.requestTimeout",
                                          SPK_K "submission.connectionTimeout"};
    static const char *const switches[] = {SPK_K "trust.certificates",
                                           SPK_K "submission.waitAppCompletion"};
    int32_t number = 0;
    bool is_set = false, is_on = false;

    for (size_t i = 0; i < SPK_LEN(numbers); i++)
        if (!spk_entry_int(&driver->reader, numbers[i], &number, &is_set, err))
            return false;
    for (size_t i = 0; i < SPK_LEN(switches); i++)
        if (!spk_entry_bool(&driver->reader, switches[i], &is_on, err))
            return false;
    return true;
}

/* In the drop-in the file that a key names must exist; a server, which reads no files, refuses
 * the key. */
static bool read_named(const struct spk_driver *driver, const char *key, struct spk_bytes *out,
                       struct spk_err *err)
{
    const struct spk_submitter_file file = {key, spk_conf_get(&driver->submission->conf, key),
                                            "the server has credentials of its own"};

    return !file.path ||
           spk_submitter_file_read(driver->arena, driver->submission, &file, out, err);
}

/* Keys that only the machine that submits could use: the server has a connection of its own.
 */
static void warn_of_unused(struct spk_driver *driver)
{
    static const char *const keys[] = {
        SPK_K "context",       SPK_K "file.upload.path", SPK_K "trust.certificates",
        AUTH "clientCertFile", AUTH "clientKeyFile",     TOKEN};

    if (driver->submission->environment.read_file)
        return;
    for (size_t i = 0; i < SPK_LEN(keys); i++) {
        const struct spk_conf_entry *entry = spk_conf_find(&driver->submission->conf, keys[i]);

        if (entry)
            spk_warn(&driver->warnings, driver->arena, "CONF_KEY_IGNORED", entry->origin,
                     "%s counts on the machine that runs spark-submit only; the server has "
                     "a connection of its own and uploads nothing",
                     keys[i]);
    }
}

bool spk_submission_client_check(struct spk_driver *driver, struct spk_err *err)
{
    struct spk_bytes token = {0}, ca = {0};

    warn_of_unused(driver);
    if (spk_conf_find(&driver->submission->conf, TOKEN) &&
        spk_conf_find(&driver->submission->conf, TOKEN_FILE))
        return spk_driver_refuse(
            err, driver, TOKEN,
            "requirement failed: Cannot specify OAuth token through both a file " TOKEN_FILE
            " and a value " TOKEN ".");
    if (!check_values(driver, err) || !read_named(driver, TOKEN_FILE, &token, err) ||
        !read_named(driver, CA_FILE, &ca, err))
        return false;
    if (token.data && strpbrk(token.data, "\r\n"))
        return spk_driver_refuse(err, driver, TOKEN_FILE,
                                 "a header value must not end with '\\r' or '\\n': the token "
                                 "in the file ends with a line feed");
    return true;
}

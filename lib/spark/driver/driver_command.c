/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.DriverCommandFeatureStep */
#include "spark/driver/driver.h"

#define NO_RESOURCE "spark-internal"
#define PYTHON_KEY  "spark.pyspark.python"
#define VERSION_KEY SPK_K "pyspark.pythonVersion"

/* Language: spark.kubernetes.resource.type. */
static const char *const resource_types[] = {
    [SPK_JVM] = "java",
    [SPK_PYTHON] = "python",
    [SPK_R] = "r",
};

static bool resolve_resource(const struct spk_driver *driver, const char **out,
                             struct spk_err *err)
{
    const struct spk_submission *submission = driver->submission;
    const char *given = submission->primary_resource;

    *out = given ? given : NO_RESOURCE;
    if (submission->language == SPK_R || !spk_is_local_resource(driver->arena, *out))
        return true;
    if (submission->language == SPK_PYTHON)
        return spk_driver_refuse_upload(driver, "primary resource", given, err);
    *out = NO_RESOURCE;
    return true;
}

static const char *first_of(const char *a, const char *b, const char *c)
{
    if (a)
        return a;
    return b ? b : c;
}

/* A key that Spark 4.1 no longer knows. */
static bool check_python_version(const struct spk_driver *driver, struct spk_err *err)
{
    const char *version = NULL;

    if (!driver->profile->checks_python_version)
        return true;
    if (!spk_entry_text(&driver->reader, VERSION_KEY, &version, err))
        return false;
    if (!version || spk_text_equal(version, "3"))
        return true;
    return spk_driver_refuse(
        err, driver, VERSION_KEY,
        "'%.64s' in " VERSION_KEY
        " is invalid. Python 2 was dropped from Spark 3.1, and only 3 "
        "is allowed in this configuration. Note that this configuration was deprecated in "
        "Spark 3.1. Please set 'spark.pyspark.python' and 'spark.pyspark.driver.python' "
        "configurations or PYSPARK_PYTHON and PYSPARK_DRIVER_PYTHON environment variables "
        "instead.",
        version);
}

static bool add_python_env(struct spk_driver *driver, struct spk_err *err)
{
    const struct spk_environment *environment = &driver->submission->environment;
    const char *python = NULL, *driver_python = NULL;
    const char *env_python = spk_environment_get(environment, "PYSPARK_PYTHON");
    const char *env_driver = spk_environment_get(environment, "PYSPARK_DRIVER_PYTHON");

    if (!check_python_version(driver, err))
        return false;
    if (!spk_entry_text(&driver->reader, PYTHON_KEY, &python, err) ||
        !spk_entry_text(&driver->reader, "spark.pyspark.driver.python", &driver_python, err))
        return false;
    driver_python = first_of(driver_python, python, first_of(env_driver, env_python, NULL));
    python = first_of(python, env_python, NULL);
    if (python)
        spk_driver_env(driver, "PYSPARK_PYTHON", python);
    if (driver_python)
        spk_driver_env(driver, "PYSPARK_DRIVER_PYTHON", driver_python);
    return true;
}

bool spk_driver_command(struct spk_driver *driver, struct spk_err *err)
{
    const struct spk_submission *submission = driver->submission;
    const char *resource = NULL;

    if (!resolve_resource(driver, &resource, err) ||
        (submission->language == SPK_PYTHON && !add_python_env(driver, err)))
        return false;
    cJSON *args = spk_json_list(driver->container, "args");
    spk_json_push_text(args, "driver");
    if (submission->proxy_user) {
        spk_json_push_text(args, "--proxy-user");
        spk_json_push_text(args, submission->proxy_user);
    }
    spk_json_push_text(args, "--properties-file");
    spk_json_push_text(args, SPK_CONF_DIR_INTERNAL "/" SPK_CONF_FILE);
    spk_json_push_text(args, "--class");
    spk_json_push_text(args, submission->main_class);
    spk_json_push_text(args, resource);
    for (size_t i = 0; i < submission->arguments.n; i++)
        spk_json_push_text(args, submission->arguments.items[i]);
    spk_driver_property(driver, SPK_K "resource.type", resource_types[submission->language]);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/settings.h"

#include "base/printable.h"
#include "java/java_number.h"
#include "java/uri.h"
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"

#include <string.h>
#include <strings.h>

/* Where a setting comes from when no option gives it: properties, then a variable. */
static const struct source {
    enum spk_setting_id setting;
    const char *property, *second, *variable;
} sources[] = {
    {SPK_SET_MASTER, "spark.master", NULL, "MASTER"},
    {SPK_SET_REMOTE, "spark.remote", NULL, "SPARK_REMOTE"},
    {SPK_SET_DEPLOY_MODE, "spark.submit.deployMode", NULL, "DEPLOY_MODE"},
    {SPK_SET_NAME, "spark.app.name", NULL, NULL},
    {SPK_SET_JARS, "spark.jars", NULL, NULL},
    {SPK_SET_FILES, "spark.files", NULL, NULL},
    {SPK_SET_ARCHIVES, "spark.archives", NULL, NULL},
    {SPK_SET_PY_FILES, "spark.submit.pyFiles", NULL, NULL},
    {SPK_SET_PACKAGES, "spark.jars.packages", NULL, NULL},
    {SPK_SET_EXCLUDES, "spark.jars.excludes", NULL, NULL},
    {SPK_SET_REPOSITORIES, "spark.jars.repositories", NULL, NULL},
    {SPK_SET_IVY_PATH, "spark.jars.ivy", NULL, NULL},
    {SPK_SET_IVY_SETTINGS, "spark.jars.ivySettings", NULL, NULL},
    {SPK_SET_DRIVER_MEMORY, "spark.driver.memory", NULL, "SPARK_DRIVER_MEMORY"},
    {SPK_SET_DRIVER_CORES, "spark.driver.cores", NULL, NULL},
    {SPK_SET_DRIVER_CLASS_PATH, "spark.driver.extraClassPath", NULL, NULL},
    {SPK_SET_DRIVER_JAVA_OPTIONS, "spark.driver.extraJavaOptions", NULL, NULL},
    {SPK_SET_DRIVER_LIBRARY_PATH, "spark.driver.extraLibraryPath", NULL, NULL},
    {SPK_SET_EXECUTOR_MEMORY, "spark.executor.memory", NULL, "SPARK_EXECUTOR_MEMORY"},
    {SPK_SET_EXECUTOR_CORES, "spark.executor.cores", NULL, "SPARK_EXECUTOR_CORES"},
    {SPK_SET_NUM_EXECUTORS, "spark.executor.instances", NULL, NULL},
    {SPK_SET_TOTAL_EXECUTOR_CORES, "spark.cores.max", NULL, NULL},
    {SPK_SET_PRINCIPAL, "spark.kerberos.principal", "spark.yarn.principal", NULL},
    {SPK_SET_KEYTAB, "spark.kerberos.keytab", "spark.yarn.keytab", NULL},
};

/* Lists that options give are resolved at once, each element as it is. */
static void resolve_options(struct spk_arena *arena, const char *cwd,
                            struct spk_setting *settings)
{
    static const enum spk_setting_id lists[] = {SPK_SET_JARS, SPK_SET_FILES, SPK_SET_ARCHIVES,
                                                SPK_SET_PY_FILES};

    for (size_t i = 0; i < SPK_LEN(lists); i++)
        if (settings[lists[i]].value)
            settings[lists[i]].value =
                spk_uri_resolve_list(arena, settings[lists[i]].value, cwd);
}

static void take_property(const struct spk_conf *properties, const char *key,
                          struct spk_setting *setting)
{
    const struct spk_conf_entry *entry = key ? spk_conf_find(properties, key) : NULL;

    if (entry && !setting->value)
        *setting = (struct spk_setting){entry->value, entry->origin};
}

/* The last part of a path, as java.io.File.getName. */
static const char *file_name(struct spk_arena *arena, const char *path)
{
    size_t length = strlen(path);

    while (length && path[length - 1] == '/')
        length--;
    const char *copy = spk_strndup(arena, path, length), *slash = strrchr(copy, '/');
    return slash ? slash + 1 : copy;
}

void spk_settings_fill(struct spk_arena *arena, const struct spk_conf *properties,
                       const struct spk_environment *environment, struct spk_options *options)
{
    struct spk_setting *settings = options->settings, *name = &settings[SPK_SET_NAME];

    resolve_options(arena, environment->cwd, settings);
    for (size_t i = 0; i < SPK_LEN(sources); i++) {
        const struct source *source = &sources[i];
        struct spk_setting *setting = &settings[source->setting];

        take_property(properties, source->property, setting);
        take_property(properties, source->second, setting);
        const char *value = source->variable && !setting->value
                                ? spk_environment_get(environment, source->variable)
                                : NULL;
        if (value)
            *setting = (struct spk_setting){
                value, spk_printf(arena, "environment[%s]", source->variable)};
    }
    if (!name->value)
        *name = settings[SPK_SET_CLASS];
    if (!name->value && options->resource.value)
        *name = (struct spk_setting){
            file_name(arena,
                      spk_uri_resolve(arena, options->resource.value, environment->cwd)),
            options->resource.origin};
}

/* ---- kinds of resources and classes ---- */

bool spk_resource_is_python(const char *resource)
{
    return spk_ends_with(resource, ".py");
}

bool spk_resource_is_r(const char *resource)
{
    return spk_ends_with(resource, ".R") || spk_ends_with(resource, ".r");
}

bool spk_resource_is_internal(const char *resource)
{
    return !strcmp(resource, "spark-internal");
}

static bool is_shell(const char *resource, const struct spk_profile *profile)
{
    return !strcmp(resource, "spark-shell") || !strcmp(resource, "pyspark-shell") ||
           !strcmp(resource, "sparkr-shell") ||
           (profile->has_connect_shell && !strcmp(resource, "connect-shell"));
}

/* ---- checks ---- */

enum check { SIZE, COUNT };

/* Numbers, in the order in which Spark looks at them. */
static const struct numeric {
    enum spk_setting_id setting;
    enum check check;
    const char *name;
} numerics[] = {
    {SPK_SET_DRIVER_MEMORY, SIZE, "Driver memory"},
    {SPK_SET_EXECUTOR_MEMORY, SIZE, "Executor memory"},
    {SPK_SET_DRIVER_CORES, COUNT, "Driver cores"},
    {SPK_SET_EXECUTOR_CORES, COUNT, "Executor cores"},
    {SPK_SET_TOTAL_EXECUTOR_CORES, COUNT, "Total executor cores"},
    {SPK_SET_NUM_EXECUTORS, COUNT, "Number of executors"},
};

static bool is_positive(struct spk_arena *arena, const struct spk_version *version,
                        enum check check, const char *value)
{
    struct spk_err ignored;
    int64_t size;
    int32_t count;

    /* Blanks around: sizes are trimmed, counts are not. */
    if (check == SIZE)
        return spk_size_bytes(version, value, 1, &size, &ignored) && size > 0;
    return spk_text_equal(value, spk_trim(arena, value)) &&
           spk_java_parse_int(value, &count) && count > 0;
}

static bool check_numbers(struct spk_arena *arena, const struct spk_version *version,
                          const struct spk_conf *properties,
                          const struct spk_setting *settings, struct spk_err *err)
{
    const char *dynamic = spk_conf_get(properties, "spark.dynamicAllocation.enabled");

    for (size_t i = 0; i < SPK_LEN(numerics); i++) {
        const struct numeric *numeric = &numerics[i];
        const struct spk_setting *setting = &settings[numeric->setting];

        if (numeric->setting == SPK_SET_NUM_EXECUTORS && dynamic &&
            !strcasecmp(dynamic, "true"))
            continue;
        if (setting->value && !is_positive(arena, version, numeric->check, setting->value))
            return spk_submit_fail(
                err, setting->origin, "%s must be a positive number (%sfound '%s')",
                numeric->name, numeric->check == SIZE ? "Spark's units: 1g, 1536m; " : "",
                spk_printable(arena, setting->value, 40));
    }
    return true;
}

static bool check_arguments(struct spk_arena *arena, const struct spk_invocation *invocation,
                            const struct spk_conf *properties,
                            const struct spk_options *options, struct spk_err *err)
{
    const struct spk_setting *settings = options->settings;
    const struct spk_setting *master = &settings[SPK_SET_MASTER];
    const struct spk_environment *environment = &invocation->environment;

    if (settings[SPK_SET_REMOTE].value &&
        (master->value || settings[SPK_SET_DEPLOY_MODE].value))
        return spk_submit_fail(err, settings[SPK_SET_REMOTE].origin,
                               "Remote cannot be specified with master and/or deploy mode.");
    if (!check_numbers(arena, &invocation->version, properties, settings, err))
        return false;
    if (master->value && spk_starts_with(master->value, "yarn") &&
        !spk_environment_get(environment, "HADOOP_CONF_DIR") &&
        !spk_environment_get(environment, "YARN_CONF_DIR"))
        return spk_submit_fail(err, master->origin,
                               "When running with master 'yarn' either HADOOP_CONF_DIR or "
                               "YARN_CONF_DIR must be set in the environment.");
    if (settings[SPK_SET_PROXY_USER].value && settings[SPK_SET_PRINCIPAL].value)
        return spk_submit_fail(err, settings[SPK_SET_PROXY_USER].origin,
                               "Only one of --proxy-user or --principal can be provided.");
    if (spk_text_equal(settings[SPK_SET_PROXY_USER].value, ""))
        return spk_submit_fail(err, settings[SPK_SET_PROXY_USER].origin, "Null user");
    return true;
}

enum master_kind { KUBERNETES, LOCAL, OTHER };

static bool classify_master(const struct spk_setting *master,
                            const struct spk_profile *profile, enum master_kind *out,
                            struct spk_err *err)
{
    bool mesos = spk_starts_with(profile->master_kinds, "spark, mesos");

    if (!master->value || spk_starts_with(master->value, "local"))
        *out = LOCAL;
    else if (spk_starts_with(master->value, profile->master_prefix))
        *out = KUBERNETES;
    else if (!strcmp(master->value, "yarn") || spk_starts_with(master->value, "spark") ||
             (mesos && spk_starts_with(master->value, "mesos")))
        *out = OTHER;
    else
        return spk_submit_fail(err, master->origin,
                               "Master must either be yarn or start with %s",
                               profile->master_kinds);
    return true;
}

/* Deploy mode and what cannot go with it. */
static bool check_mode(const struct spk_options *options, enum master_kind kind,
                       struct spk_err *err)
{
    const struct spk_setting *mode = &options->settings[SPK_SET_DEPLOY_MODE];
    const struct spk_setting *master = &options->settings[SPK_SET_MASTER];

    if (mode->value && strcmp(mode->value, "client") != 0 &&
        strcmp(mode->value, "cluster") != 0)
        return spk_submit_fail(err, mode->origin,
                               "Deploy mode must be either client or cluster");
    if (kind == OTHER) {
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "master '%.100s' is not Kubernetes; use k8s://https://HOST:PORT",
                       master->value);
        return spk_fail_at(err, "%s", master->origin);
    }
    if (!spk_text_equal(mode->value, "cluster") && kind == LOCAL) {
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "master '%.100s' would run Spark on the submitting machine; use k8s://"
                       "https://HOST:PORT and --deploy-mode cluster",
                       master->value ? master->value : "local[*]");
        return spk_fail_at(err, "%s", master->value ? master->origin : "args");
    }
    if (!spk_text_equal(mode->value, "cluster")) {
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "deploy mode client (the default) would run the driver on the "
                       "submitting machine; use --deploy-mode cluster");
        return spk_fail_at(err, "%s", mode->value ? mode->origin : "args");
    }
    return true;
}

/* Main classes that only run where they are started. */
static bool check_class(const struct spk_setting *main_class,
                        const struct spk_profile *profile, struct spk_err *err)
{
    const struct {
        const char *name, *text;
    } classes[] = {
        {"org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver",
         "Cluster deploy mode is not applicable to Spark SQL shell."},
        {"org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
         "Cluster deploy mode is not applicable to Spark Thrift server."},
        {"org.apache.spark.sql.connect.service.SparkConnectServer",
         profile->connect_server_refusal},
    };

    for (size_t i = 0; i < SPK_LEN(classes); i++)
        if (spk_text_equal(main_class->value, classes[i].name))
            return spk_submit_fail(err, main_class->origin, "%s", classes[i].text);
    return true;
}

bool spk_master_normalise(struct spk_arena *arena, const struct spk_setting *master,
                          const char **out, struct spk_err *err)
{
    static const char prefix[] = "k8s://";
    struct spk_uri uri = {0};

    if (!spk_starts_with(master->value, prefix))
        return spk_submit_fail(err, master->origin,
                               "requirement failed: Kubernetes master URL must start with "
                               "k8s://.");
    const char *url = master->value + sizeof(prefix) - 1;
    if (!strstr(url, "://"))
        url = spk_printf(arena, "https://%s", url);
    const char *scheme_end = strstr(url, "://");
    const char *scheme = spk_strndup(arena, url, (size_t)(scheme_end - url));
    if (strcasecmp(scheme, "https") != 0 && strcasecmp(scheme, "http") != 0)
        return spk_submit_fail(err, master->origin,
                               "Invalid Kubernetes master scheme: %s found in URL: %s", scheme,
                               url);
    if (!spk_uri_parse(arena, url, &uri))
        return spk_submit_fail(err, master->origin,
                               "'%.200s' is not a URL such as https://HOST:PORT", url);
    *out = spk_printf(arena, "%s%s", prefix, url);
    return true;
}

bool spk_settings_check(struct spk_arena *arena, const struct spk_invocation *invocation,
                        const struct spk_conf *properties, struct spk_options *options,
                        struct spk_err *err)
{
    const struct spk_profile *profile = invocation->version.profile;
    struct spk_setting *master = &options->settings[SPK_SET_MASTER];
    enum master_kind kind = LOCAL;

    if (!check_arguments(arena, invocation, properties, options, err) ||
        !classify_master(master, profile, &kind, err))
        return false;
    if (kind == KUBERNETES && !spk_master_normalise(arena, master, &master->value, err))
        return false;
    if (kind == LOCAL &&
        spk_text_equal(options->settings[SPK_SET_DEPLOY_MODE].value, "cluster"))
        return spk_submit_fail(err, master->value ? master->origin : "args",
                               "Cluster deploy mode is not compatible with master \"local\"");
    if (!check_mode(options, kind, err))
        return false;
    if (is_shell(options->resource.value, profile))
        return spk_submit_fail(err, options->resource.origin,
                               "Cluster deploy mode is not applicable to Spark shells.");
    return check_class(&options->settings[SPK_SET_CLASS], profile, err);
}

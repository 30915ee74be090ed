/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/arguments.h"

#include "go/semver.h"
#include "kubernetes/marks.h"
#include "operator/mounts.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define DRIVER   "spark.kubernetes.driver."
#define EXECUTOR "spark.kubernetes.executor."
#define LABEL    "label."

struct vector {
    const struct spk_working_copy *draft;
    const struct spk_operator_request *request;
    struct spk_argument_list *out;
    struct spk_argument_list driver_dirs, executor_dirs; /* of the local directories */
    size_t template_rows;
};

/*
 * One row of the vector: put writes it, from the draft's member at offset, under key (an
 * option's name, a configuration key, or the start of one for a map). Texts are written when
 * they are set. fixed is a value that no field gives.
 */
struct row {
    void (*put)(struct vector *vector, const struct row *row);
    const char *key, *origin;
    size_t offset;
    const char *fixed;
};

static const void *member(const struct vector *vector, const struct row *row)
{
    return (const char *)vector->draft + row->offset;
}

static const char *text_of(const struct vector *vector, const struct row *row)
{
    const char *text;

    memcpy(&text, member(vector, row), sizeof(text));
    return text;
}

static void put_option_text(struct vector *vector, const struct row *row, const char *text)
{
    if (!text)
        return;
    spk_argument_add(vector->out, row->key, row->origin);
    spk_argument_add(vector->out, text, row->origin);
}

static void put_conf_text(struct vector *vector, const struct row *row, const char *text)
{
    if (text)
        spk_argument_conf(vector->out, row->key, text, row->origin);
}

static const char *join(const struct vector *vector, const char *const *items, size_t n)
{
    return n ? spk_join(vector->out->arena, items, n, ",") : NULL;
}

/* Kinds of rows. */

static void put_option(struct vector *vector, const struct row *row)
{
    put_option_text(vector, row, text_of(vector, row));
}

static void put_fixed(struct vector *vector, const struct row *row)
{
    put_conf_text(vector, row, row->fixed);
}

static void put_text(struct vector *vector, const struct row *row)
{
    put_conf_text(vector, row, text_of(vector, row));
}

static void put_map(struct vector *vector, const struct row *row)
{
    const struct spk_conf *map = member(vector, row);

    for (size_t i = 0; i < map->n; i++) {
        const struct spk_conf_entry *entry = &map->entries[i];

        spk_argument_conf(vector->out,
                          spk_printf(vector->out->arena, "%s%s", row->key, entry->key),
                          entry->value, entry->origin);
    }
}

/* Rows of their own. */

static void put_master(struct vector *vector, const struct row *row)
{
    put_option_text(vector, row, vector->request->options->master);
}

static void put_mode(struct vector *vector, const struct row *row)
{
    put_option_text(vector, row, spk_working_copy_text(vector->draft->spec->mode));
}

static void put_class(struct vector *vector, const struct row *row)
{
    put_option_text(vector, row, vector->draft->spec->main_class);
}

static void put_defaults(struct vector *vector, const struct row *row)
{
    if (vector->request->options->load_spark_defaults)
        spk_argument_add(vector->out, row->key, row->origin);
}

static void put_dependencies(struct vector *vector, const struct row *row)
{
    const Spk__Dependencies *deps = vector->draft->spec->deps;

    (void)row;
    if (!deps)
        return;
    const struct {
        const char *option, *origin;
        const char *const *items;
        size_t n;
    } lists[] = {
        {"--jars", "spec.deps.jars", deps->jars, deps->n_jars},
        {"--packages", "spec.deps.packages", deps->packages, deps->n_packages},
        {"--exclude-packages", "spec.deps.excludePackages", deps->exclude_packages,
         deps->n_exclude_packages},
        {"--repositories", "spec.deps.repositories", deps->repositories, deps->n_repositories},
        {"--py-files", "spec.deps.pyFiles", deps->py_files, deps->n_py_files},
        {"--files", "spec.deps.files", deps->files, deps->n_files},
        {"--archives", "spec.deps.archives", deps->archives, deps->n_archives},
    };
    for (size_t i = 0; i < SPK_LEN(lists); i++)
        put_option_text(vector,
                        &(struct row){.key = lists[i].option, .origin = lists[i].origin},
                        join(vector, lists[i].items, lists[i].n));
}

static void put_image(struct vector *vector, const struct row *row)
{
    const Spk__SparkApplicationSpec *spec = vector->draft->spec;
    const struct {
        const char *key, *origin, *value;
    } rows[] = {
        {"spark.kubernetes.container.image", "spec.image", spk_text_or_null(spec->image)},
        {"spark.kubernetes.container.image.pullPolicy", "spec.imagePullPolicy",
         spk_text_or_null(spec->image_pull_policy)},
        {"spark.kubernetes.container.image.pullSecrets", "spec.imagePullSecrets",
         join(vector, spec->image_pull_secrets, spec->n_image_pull_secrets)},
        {"spark.kubernetes.pyspark.pythonVersion", "spec.pythonVersion",
         spk_text_or_null(spec->python_version)},
        {"spark.kubernetes.memoryOverheadFactor", "spec.memoryOverheadFactor",
         spk_text_or_null(spec->memory_overhead_factor)},
    };

    (void)row;
    for (size_t i = 0; i < SPK_LEN(rows); i++)
        if (rows[i].value)
            spk_argument_conf(vector->out, rows[i].key, rows[i].value, rows[i].origin);
}

static void put_spark_conf(struct vector *vector, const struct row *row)
{
    const struct spk_conf *map = member(vector, row);

    for (size_t i = 0; i < map->n; i++)
        if (!spk_text_equal(map->entries[i].key, DRIVER "pod.name"))
            spk_argument_conf(vector->out, map->entries[i].key, map->entries[i].value,
                              map->entries[i].origin);
}

static void put_driver_pod(struct vector *vector, const struct row *row)
{
    spk_argument_conf(vector->out, row->key, vector->draft->driver_pod,
                      vector->draft->driver_pod_origin);
}

static void put_mutated(struct vector *vector, const struct row *row)
{
    const struct spk_role *role = member(vector, row);

    if (!role->has_template || spk_semver_before_3(vector->draft->spec->spark_version))
        put_fixed(vector, row);
}

static void put_role_image(struct vector *vector, const struct row *row)
{
    const struct spk_role *role = member(vector, row);

    if (role->image)
        spk_argument_conf(vector->out, row->key, role->image, role->image_origin);
}

static void put_driver_master(struct vector *vector, const struct row *row)
{
    const Spk__DriverSpec *driver = vector->draft->spec->driver;

    if (driver)
        put_conf_text(vector, row, driver->kubernetes_master);
}

static void put_secrets(struct vector *vector, const struct row *row)
{
    spk_mounts_secrets(member(vector, row), vector->out);
}

static void append(struct spk_argument_list *out, const struct spk_argument_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        spk_argument_add(out, list->items[i].text, list->items[i].origin);
}

static void put_driver_dirs(struct vector *vector, const struct row *row)
{
    (void)row;
    append(vector->out, &vector->driver_dirs);
}

static void put_executor_dirs(struct vector *vector, const struct row *row)
{
    (void)row;
    append(vector->out, &vector->executor_dirs);
}

static const char *int_text(const struct vector *vector, bool is_set, int64_t value)
{
    return is_set ? spk_printf(vector->out->arena, "%" PRId64, value) : NULL;
}

static void put_dynamic_allocation(struct vector *vector, const struct row *row)
{
    const Spk__DynamicAllocation *dynamic = vector->draft->spec->dynamic_allocation;

    if (!dynamic || !dynamic->enabled)
        return;
    bool tracking = !dynamic->has_shuffle_tracking_enabled ||
                    dynamic->shuffle_tracking_enabled;
    const struct {
        const char *field, *value, *key;
    } rows[] = {
        {"enabled", "true", "enabled"},
        {"initialExecutors",
         int_text(vector, dynamic->has_initial_executors, dynamic->initial_executors),
         "initialExecutors"},
        {"minExecutors", int_text(vector, dynamic->has_min_executors, dynamic->min_executors),
         "minExecutors"},
        {"maxExecutors", int_text(vector, dynamic->has_max_executors, dynamic->max_executors),
         "maxExecutors"},
        {"shuffleTrackingEnabled", tracking ? "true" : "false", "shuffleTracking.enabled"},
        {"shuffleTrackingTimeout",
         int_text(vector, dynamic->has_shuffle_tracking_timeout,
                  dynamic->shuffle_tracking_timeout),
         "shuffleTracking.timeout"},
    };
    for (size_t i = 0; i < SPK_LEN(rows); i++)
        if (rows[i].value)
            spk_argument_conf(
                vector->out, spk_printf(vector->out->arena, "%s%s", row->key, rows[i].key),
                rows[i].value,
                spk_printf(vector->out->arena, "%s.%s", row->origin, rows[i].field));
}

/* Executors are made by the driver, so their mark has to be told to it. */
static void put_marker(struct vector *vector, const struct row *row)
{
    if (vector->request->native_mutation)
        put_fixed(vector, row);
}

/* From 4.1 on Spark overwrites what a template says; older versions ignore the key. */
static void put_grace_period(struct vector *vector, const struct row *row)
{
    const struct spk_role *executor = &vector->draft->executor;

    if (vector->request->native_mutation && executor->has_grace_period &&
        executor->grace_period_s >= 0)
        put_conf_text(
            vector, row,
            spk_printf(vector->out->arena, "%" PRId64 "s", executor->grace_period_s));
}

/* The files' names are of the machine that submits; what is in the files travels apart. */
static void put_templates(struct vector *vector, const struct row *row)
{
    (void)row;
    vector->template_rows = vector->out->n;
    spk_argument_conf(vector->out, DRIVER "podTemplateContainerName",
                      "spark-kubernetes-driver", "spec.driver.template");
    spk_argument_conf(vector->out, EXECUTOR "podTemplateContainerName",
                      "spark-kubernetes-executor", "spec.executor.template");
}

static void put_end(struct vector *vector, const struct row *row)
{
    const Spk__SparkApplicationSpec *spec = vector->draft->spec;
    struct spk_arena *arena = vector->out->arena;

    put_option_text(vector, row, spk_text_or_null(spec->proxy_user));
    if (spec->main_application_file)
        spk_argument_add(vector->out, spec->main_application_file, "spec.mainApplicationFile");
    for (size_t i = 0; i < spec->n_arguments; i++)
        spk_argument_add(vector->out, spec->arguments[i],
                         spk_printf(arena, "spec.arguments[%zu]", i));
}

#define AT(member) offsetof(struct spk_working_copy, member)

/* The order is the operator's: with equal keys the later row wins. */
static const struct row rows[] = {
    {put_master, "--master", "master", 0, NULL},
    {put_mode, "--deploy-mode", "spec.mode", 0, NULL},
    {put_class, "--class", "spec.mainClass", 0, NULL},
    {put_option, "--name", "metadata.name", AT(name), NULL},
    {put_defaults, "--load-spark-defaults", "load-spark-defaults", 0, NULL},
    {put_dependencies, NULL, "spec.deps", 0, NULL},
    {put_text, "spark.kubernetes.namespace", "metadata.namespace", AT(namespace_), NULL},
    {put_image, NULL, "spec.image", 0, NULL},
    {put_fixed, "spark.kubernetes.submission.waitAppCompletion", "spec", 0, "false"},
    {put_spark_conf, NULL, "spec.sparkConf", AT(spark_conf), NULL},
    {put_map, "spark.hadoop.", "spec.hadoopConf", AT(hadoop_conf), NULL},

    {put_driver_pod, DRIVER "pod.name", NULL, 0, NULL},
    {put_text, DRIVER LABEL SPK_LABEL_APP_NAME, "metadata.name", AT(name), NULL},
    {put_fixed, DRIVER LABEL SPK_LABEL_LAUNCHED, "spec.driver", 0, "true"},
    {put_mutated, DRIVER LABEL SPK_LABEL_MUTATED, "spec.driver", AT(driver), "true"},
    {put_text, DRIVER LABEL SPK_LABEL_SUBMISSION_ID, SPK_SUBMISSION_ID_ORIGIN,
     AT(submission_id), NULL},
    {put_role_image, DRIVER "container.image", NULL, AT(driver), NULL},
    {put_text, "spark.driver.cores", "spec.driver.cores", AT(driver.cores_text), NULL},
    {put_text, DRIVER "request.cores", "spec.driver.coreRequest", AT(driver.core_request),
     NULL},
    {put_text, DRIVER "limit.cores", "spec.driver.coreLimit", AT(driver.core_limit), NULL},
    {put_text, "spark.driver.memory", "spec.driver.memory", AT(driver.memory), NULL},
    {put_text, "spark.driver.memoryOverhead", "spec.driver.memoryOverhead",
     AT(driver.memory_overhead), NULL},
    {put_text, "spark.kubernetes.authenticate.driver.serviceAccountName",
     "spec.driver.serviceAccount", AT(driver.service_account), NULL},
    {put_text, "spark.driver.extraJavaOptions", "spec.driver.javaOptions",
     AT(driver.java_options), NULL},
    {put_driver_master, DRIVER "master", "spec.driver.kubernetesMaster", 0, NULL},
    {put_map, DRIVER LABEL, "metadata.labels", AT(labels), NULL},
    {put_map, DRIVER LABEL, "spec.driver.labels", AT(driver.labels), NULL},
    {put_map, DRIVER "annotation.", "spec.driver.annotations", AT(driver.annotations), NULL},
    {put_map, DRIVER "service.label.", "spec.driver.serviceLabels", AT(service_labels), NULL},
    {put_map, DRIVER "service.annotation.", "spec.driver.serviceAnnotations",
     AT(service_annotations), NULL},
    {put_map, DRIVER "secretKeyRef.", "spec.driver.envSecretKeyRefs",
     AT(driver.secret_key_refs), NULL},
    {put_map, "spark.kubernetes.driverEnv.", "spec.driver.envVars", AT(driver.env_vars), NULL},
    {put_secrets, NULL, "spec.driver.secrets", AT(driver), NULL},
    {put_driver_dirs, NULL, "spec.driver.volumeMounts", 0, NULL},

    {put_text, EXECUTOR LABEL SPK_LABEL_APP_NAME, "metadata.name", AT(name), NULL},
    {put_fixed, EXECUTOR LABEL SPK_LABEL_LAUNCHED, "spec.executor", 0, "true"},
    {put_mutated, EXECUTOR LABEL SPK_LABEL_MUTATED, "spec.executor", AT(executor), "true"},
    {put_text, EXECUTOR LABEL SPK_LABEL_SUBMISSION_ID, SPK_SUBMISSION_ID_ORIGIN,
     AT(submission_id), NULL},
    {put_text, "spark.executor.instances", "spec.executor.instances", AT(instances), NULL},
    {put_role_image, EXECUTOR "container.image", NULL, AT(executor), NULL},
    {put_text, "spark.executor.cores", "spec.executor.cores", AT(executor.cores_text), NULL},
    {put_text, EXECUTOR "request.cores", "spec.executor.coreRequest",
     AT(executor.core_request), NULL},
    {put_text, EXECUTOR "limit.cores", "spec.executor.coreLimit", AT(executor.core_limit),
     NULL},
    {put_text, "spark.executor.memory", "spec.executor.memory", AT(executor.memory), NULL},
    {put_text, "spark.executor.memoryOverhead", "spec.executor.memoryOverhead",
     AT(executor.memory_overhead), NULL},
    {put_text, "spark.kubernetes.authenticate.executor.serviceAccountName",
     "spec.executor.serviceAccount", AT(executor.service_account), NULL},
    {put_text, EXECUTOR "deleteOnTermination", "spec.executor.deleteOnTermination",
     AT(delete_on_termination), NULL},
    {put_map, EXECUTOR LABEL, "metadata.labels", AT(labels), NULL},
    {put_map, EXECUTOR LABEL, "spec.executor.labels", AT(executor.labels), NULL},
    {put_map, EXECUTOR "annotation.", "spec.executor.annotations", AT(executor.annotations),
     NULL},
    {put_map, EXECUTOR "secretKeyRef.", "spec.executor.envSecretKeyRefs",
     AT(executor.secret_key_refs), NULL},
    {put_text, "spark.executor.extraJavaOptions", "spec.executor.javaOptions",
     AT(executor.java_options), NULL},
    {put_map, "spark.executorEnv.", "spec.executor.envVars", AT(executor.env_vars), NULL},
    {put_secrets, NULL, "spec.executor.secrets", AT(executor), NULL},
    {put_executor_dirs, NULL, "spec.executor.volumeMounts", 0, NULL},

    {put_map, "spark.kubernetes.node.selector.", "spec.nodeSelector", AT(node_selector), NULL},
    {put_dynamic_allocation, "spark.dynamicAllocation.", "spec.dynamicAllocation", 0, NULL},
    {put_marker, EXECUTOR LABEL SPK_MARK_MUTATED, "pod_mutation", 0, "true"},
    {put_grace_period, EXECUTOR "terminationGracePeriodSeconds",
     "spec.executor.terminationGracePeriodSeconds", 0, NULL},
    {put_templates, NULL, NULL, 0, NULL},
    {put_end, "--proxy-user", "spec.proxyUser", 0, NULL},
};

bool spk_arguments_make(const struct spk_working_copy *draft,
                        const struct spk_operator_request *request,
                        struct spk_argument_list *out, size_t *template_rows,
                        struct spk_err *err)
{
    struct spk_argument_list list = {.arena = draft->arena};
    struct vector vector = {
        .draft = draft,
        .request = request,
        .out = &list,
        .driver_dirs = {.arena = draft->arena},
        .executor_dirs = {.arena = draft->arena},
    };

    if (!spk_text_or_null(request->options->master))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "failed to submit spark application: failed to build spark-submit "
                        "arguments: failed to get master URL: environment variable "
                        "KUBERNETES_SERVICE_HOST is not found");
    if (!spk_mounts_local_dirs(draft, &draft->driver, &vector.driver_dirs, err) ||
        !spk_mounts_local_dirs(draft, &draft->executor, &vector.executor_dirs, err))
        return false;
    for (size_t i = 0; i < SPK_LEN(rows); i++)
        rows[i].put(&vector, &rows[i]);
    *out = list;
    *template_rows = vector.template_rows;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "application/stages.h"

#include "base/text.h"

#include <string.h>

/* NULL if the key is absent. Maps are sorted, but short: a scan will do. */
static const char *conf_value(const Spk__SparkApplicationSpec *spec, const char *key)
{
    for (size_t i = 0; i < spec->n_spark_conf; i++)
        if (strcmp(spec->spark_conf[i]->key, key) == 0)
            return spec->spark_conf[i]->value;
    return NULL;
}

static bool is_empty(const char *text)
{
    return !text || *text == '\0';
}

static void default_text(const char **text, const char *value)
{
    if (is_empty(*text))
        *text = value;
}

static void default_restart(Spk__RestartPolicy *policy)
{
    default_text(&policy->type, "Never");
    if (strcmp(policy->type, "Never") == 0)
        return;
    if (!policy->has_on_failure_retry_interval) {
        policy->has_on_failure_retry_interval = true;
        policy->on_failure_retry_interval = 5;
    }
    if (!policy->has_on_submission_failure_retry_interval) {
        policy->has_on_submission_failure_retry_interval = true;
        policy->on_submission_failure_retry_interval = 5;
    }
}

/* Go's strconv.ParseBool. */
static bool is_true_text(const char *text)
{
    static const char *const words[] = {"1", "t", "T", "TRUE", "true", "True"};

    for (size_t i = 0; text && i < SPK_LEN(words); i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static bool allocates_dynamically(const Spk__SparkApplicationSpec *spec)
{
    if (spec->dynamic_allocation)
        return spec->dynamic_allocation->has_enabled && spec->dynamic_allocation->enabled;
    /* The operator looks for this key, all in lower case, which Spark does not know. */
    return is_true_text(conf_value(spec, "spark.dynamicallocation.enabled"));
}

static void default_driver(const Spk__SparkApplicationSpec *spec, Spk__DriverSpec *driver)
{
    if (!driver->has_cores && !conf_value(spec, "spark.driver.cores")) {
        driver->has_cores = true;
        driver->cores = 1;
    }
    if (!driver->memory && !conf_value(spec, "spark.driver.memory"))
        driver->memory = "1g";
}

static void default_executor(const Spk__SparkApplicationSpec *spec,
                             Spk__ExecutorSpec *executor)
{
    if (!executor->has_cores && !conf_value(spec, "spark.executor.cores")) {
        executor->has_cores = true;
        executor->cores = 1;
    }
    if (!executor->memory && !conf_value(spec, "spark.executor.memory"))
        executor->memory = "1g";
    if (!executor->has_instances && is_empty(conf_value(spec, "spark.executor.instances")) &&
        !allocates_dynamically(spec)) {
        executor->has_instances = true;
        executor->instances = 1;
    }
}

void spk_apply_defaults(Spk__SparkApplicationSpec *spec)
{
    Spk__DynamicAllocation *dynamic = spec->dynamic_allocation;

    default_text(&spec->type, "Scala");
    default_text(&spec->mode, "cluster");
    default_restart(spec->restart_policy);
    default_driver(spec, spec->driver);
    default_executor(spec, spec->executor);
    if (dynamic && allocates_dynamically(spec) && !dynamic->has_shuffle_tracking_enabled) {
        dynamic->has_shuffle_tracking_enabled = true;
        dynamic->shuffle_tracking_enabled = true;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "application/checks.h"

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

/* Each default_... returns whether it filled anything in. */
static bool default_text(const char **text, const char *value, bool wanted)
{
    if (!wanted)
        return false;
    *text = value;
    return true;
}

static bool default_int32(protobuf_c_boolean *has, int32_t *number, int32_t value, bool wanted)
{
    if (*has || !wanted)
        return false;
    *has = true;
    *number = value;
    return true;
}

static bool default_interval(protobuf_c_boolean *has, int64_t *seconds)
{
    if (*has)
        return false;
    *has = true;
    *seconds = 5;
    return true;
}

static bool default_restart(Spk__RestartPolicy *policy)
{
    bool changed = default_text(&policy->type, "Never", is_empty(policy->type));

    if (strcmp(policy->type, "Never") == 0)
        return changed;
    changed |= default_interval(&policy->has_on_failure_retry_interval,
                                &policy->on_failure_retry_interval);
    changed |= default_interval(&policy->has_on_submission_failure_retry_interval,
                                &policy->on_submission_failure_retry_interval);
    return changed;
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

static bool default_driver(const Spk__SparkApplicationSpec *spec, Spk__DriverSpec *driver)
{
    bool cores = !conf_value(spec, "spark.driver.cores");
    bool memory = !driver->memory && !conf_value(spec, "spark.driver.memory");
    bool changed = default_int32(&driver->has_cores, &driver->cores, 1, cores);

    changed |= default_text(&driver->memory, "1g", memory);
    return changed;
}

static bool default_executor(const Spk__SparkApplicationSpec *spec,
                             Spk__ExecutorSpec *executor)
{
    bool cores = !conf_value(spec, "spark.executor.cores");
    bool memory = !executor->memory && !conf_value(spec, "spark.executor.memory");
    bool instances = is_empty(conf_value(spec, "spark.executor.instances")) &&
                     !allocates_dynamically(spec);
    bool changed = default_int32(&executor->has_cores, &executor->cores, 1, cores);

    changed |= default_text(&executor->memory, "1g", memory);
    changed |= default_int32(&executor->has_instances, &executor->instances, 1, instances);
    return changed;
}

static bool default_allocation(const Spk__SparkApplicationSpec *spec)
{
    Spk__DynamicAllocation *dynamic = spec->dynamic_allocation;

    if (!dynamic || !allocates_dynamically(spec) || dynamic->has_shuffle_tracking_enabled)
        return false;
    dynamic->has_shuffle_tracking_enabled = true;
    dynamic->shuffle_tracking_enabled = true;
    return true;
}

bool spk_apply_defaults(Spk__SparkApplicationSpec *spec)
{
    bool changed = default_text(&spec->type, "Scala", is_empty(spec->type));

    changed |= default_text(&spec->mode, "cluster", is_empty(spec->mode));
    changed |= default_restart(spec->restart_policy);
    changed |= default_driver(spec, spec->driver);
    changed |= default_executor(spec, spec->executor);
    changed |= default_allocation(spec);
    return changed;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/mutate.h"

#define NOT_APPLIED "EXECUTOR_FIELD_NOT_APPLIED"

/* Spark puts these into executors after what the template has, so its values win. */
static const char *const spark_variables[] = {
    "SPARK_USER",
    "SPARK_DRIVER_URL",
    "SPARK_DRIVER_POD_IP",
    "SPARK_EXECUTOR_CORES",
    "SPARK_EXECUTOR_MEMORY",
    "SPARK_APPLICATION_ID",
    "SPARK_CONF_DIR",
    "SPARK_EXECUTOR_ID",
    "SPARK_RESOURCE_PROFILE_ID",
    "SPARK_EXECUTOR_POD_IP",
    "SPARK_EXECUTOR_POD_NAME",
    "SPARK_LOCAL_DIRS",
};

static bool always(const struct spk_draft *stored)
{
    (void)stored;
    return true;
}

static bool decommissions(const struct spk_draft *stored)
{
    return spk_text_equal(spk_conf_get(&stored->spark_conf, "spark.decommission.enabled"),
                          "true");
}

/* A field of the executor that Spark overwrites in what it takes from a template. */
static const struct lost {
    const char *origin;
    bool (*is_lost)(const struct spk_draft *stored);
    const char *why;
} lost_fields[] = {
    {"spec.executor.memoryLimit", always, "Spark sets the memory limit of executors itself"},
    {"spec.executor.lifecycle", decommissions,
     "Spark replaces the lifecycle of executors when decommissioning is on"},
};

static const char *why_lost(const struct spk_draft *stored,
                            const struct spk_mutation *mutation)
{
    for (size_t i = 0; i < SPK_LEN(lost_fields); i++)
        if (spk_text_equal(lost_fields[i].origin, mutation->origin) &&
            lost_fields[i].is_lost(stored))
            return lost_fields[i].why;
    return NULL;
}

/* The name of a variable that Spark sets too; NULL: the change is something else. */
static const char *spark_variable(const struct spk_mutation *mutation)
{
    const char *name = spk_json_get_text(mutation->value, "name");

    if (!mutation->in_container || !spk_text_equal(mutation->path.items[0], "env"))
        return NULL;
    for (size_t i = 0; i < SPK_LEN(spark_variables); i++)
        if (spk_text_equal(spark_variables[i], name))
            return name;
    return NULL;
}

/* Without a container Spark starts from an empty one: the changes need it to be there. */
static void ensure_container(cJSON *template_)
{
    cJSON *list = spk_json_find(spk_json_child(template_, "spec"), "containers");
    cJSON *container;

    if (!spk_json_is_array(list) || spk_json_size(list) > 0)
        return;
    container = spk_json_push_object(list);
    spk_json_text(container, "name", spk_executor_containers[1]);
    (void)spk_json_child(container, "resources");
}

bool spk_executor_template_mutate(const struct spk_draft *stored, cJSON *template_,
                                  struct spk_warnings *warnings, struct spk_err *err)
{
    struct spk_mutations all, kept = {0};

    if (!spk_pod_mutations(stored, &stored->executor, &all, err))
        return false;
    for (size_t i = 0; i < all.n; i++) {
        const struct spk_mutation *mutation = &all.items[i];
        const char *why = why_lost(stored, mutation), *name = spark_variable(mutation);

        if (name)
            why = spk_printf(stored->arena, "Spark sets %s of executors itself", name);
        if (why)
            spk_warn(warnings, stored->arena, NOT_APPLIED, mutation->origin, "%s", why);
        else
            spk_mutations_add(stored->arena, &kept, mutation);
    }
    if (kept.n > 0)
        ensure_container(template_);
    /* Spark's container is the one the arguments name, whatever the webhook would choose. */
    return spk_mutations_apply(&kept, &spk_executor_containers[1], template_, err);
}

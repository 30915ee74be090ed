/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/marks.h"
#include "operator/webhook/mutate.h"

#define SPARK_CONTAINER spk_executor_containers[1] /* the one the arguments name */

/* Without a container Spark starts from an empty one: the changes need it to be there. */
static void ensure_container(cJSON *template_)
{
    cJSON *list = spk_json_find(spk_json_child(template_, "spec"), "containers");
    cJSON *container;

    if (!spk_json_is_array(list) || spk_json_size(list) > 0)
        return;
    container = spk_json_push_object(list);
    spk_json_text(container, "name", SPARK_CONTAINER);
    (void)spk_json_child(container, "resources");
}

/* The container that becomes Spark's: the named one, else the first. */
static const cJSON *sparks_container(const cJSON *containers)
{
    SPK_JSON_EACH (item, containers)
        if (spk_text_equal(spk_json_get_text(item, "name"), SPARK_CONTAINER))
            return item;
    return containers ? containers->child : NULL;
}

/* The container that the webhook would change: in the pod, Spark's container is the last. */
static const cJSON *webhooks_container(const cJSON *containers, const cJSON *sparks)
{
    const cJSON *first = NULL;

    SPK_JSON_EACH (item, containers) {
        if (item == sparks)
            continue;
        if (spk_text_equal(spk_json_get_text(item, "name"), spk_executor_containers[0]))
            return item;
        first = first ? first : item;
    }
    const char *name = spk_json_get_text(sparks, "name");
    for (const char *const *wanted = spk_executor_containers; *wanted; wanted++)
        if (!name || spk_text_equal(name, *wanted))
            return sparks;
    return first ? first : sparks;
}

static const char *name_of(const cJSON *container)
{
    const char *name = spk_json_get_text(container, "name");

    return name ? name : "";
}

static void warn_of_container(const struct spk_working_copy *stored,
                              const struct spk_mutations *changes, const cJSON *template_,
                              struct spk_warnings *warnings)
{
    const cJSON *containers = spk_json_at(template_, "spec.containers");
    const cJSON *sparks = sparks_container(containers);
    const cJSON *webhooks = webhooks_container(containers, sparks);

    for (size_t i = 0; sparks != webhooks && i < changes->n; i++) {
        if (!changes->items[i].in_container)
            continue;
        spk_warn(warnings, stored->arena, "EXECUTOR_FIELD_NOT_APPLIED",
                 spk_printf(stored->arena, "%s.template", stored->executor.path),
                 "executors run in container '%.63s', which gets what the webhook would put "
                 "into '%.63s'",
                 name_of(sparks), name_of(webhooks));
        return;
    }
}

/*
 * Spark puts its container behind those of the template, where the webhook puts sidecars
 * behind Spark's: tools that look at the first container are told which one is meant.
 */
static void name_default_container(const struct spk_working_copy *stored, cJSON *template_,
                                   struct spk_warnings *warnings)
{
    cJSON *annotations = spk_json_child(spk_json_child(template_, "metadata"), "annotations");

    if (!spk_json_get(annotations, SPK_ANNOTATION_DEFAULT_CONTAINER))
        spk_json_text(annotations, SPK_ANNOTATION_DEFAULT_CONTAINER,
                      name_of(sparks_container(spk_json_at(template_, "spec.containers"))));
    spk_warn(warnings, stored->arena, "EXECUTOR_FIELD_NOT_APPLIED",
             spk_printf(stored->arena, "%s.sidecars", stored->executor.path),
             "in executors Spark's container is the last one, not the first: the "
             "annotation " SPK_ANNOTATION_DEFAULT_CONTAINER " names it for tools");
}

bool spk_executor_template_mutate(const struct spk_working_copy *stored, cJSON *template_,
                                  struct spk_mutations *changes, struct spk_warnings *warnings,
                                  struct spk_err *err)
{
    struct spk_mutations all;

    if (!spk_pod_mutations(stored, &stored->executor, &all, err))
        return false;
    if (all.n > 0)
        ensure_container(template_);
    warn_of_container(stored, &all, template_, warnings);
    size_t n = spk_json_size(spk_json_at(template_, "spec.containers"));
    /* Spark's container is the one the arguments name, whatever the webhook would choose. */
    if (!spk_mutations_apply(&all, &SPARK_CONTAINER, template_, err))
        return false;
    if (spk_json_size(spk_json_at(template_, "spec.containers")) > n)
        name_default_container(stored, template_, warnings);
    *changes = all;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/amount.h"
#include "kubernetes/marks.h"
#include "kubernetes/object.h"
#include "operator/controller/scheduler.h"

#define KUBE_GROUP "scheduling.x-k8s.io/pod-group"

/* Amounts that a role asks for; a member counts only if its has_ flag is set. */
struct request {
    bool has_cpu, has_memory;
    struct spk_amount cpu, memory;
};

cJSON *spk_pod_group(const struct spk_working_copy *draft, const char *api_version,
                     const char *name)
{
    cJSON *group = spk_object(draft->arena, api_version, "PodGroup", name);
    cJSON *metadata = spk_json_child(group, "metadata"),
          *owner = spk_working_copy_owner(draft, true);

    spk_json_text(metadata, "namespace", draft->namespace_);
    if (owner)
        (void)spk_json_push(spk_json_list(metadata, "ownerReferences"), owner);
    spk_json_int(spk_json_child(group, "spec"), "minMember", 1);
    return group;
}

/* A quantity that cannot be read is left out, silently. */
static bool read(const struct spk_working_copy *draft, const char *text,
                 struct spk_amount *out)
{
    struct spk_err ignored = {0};

    return text && spk_amount_parse(draft->arena, text, out, &ignored);
}

static bool read_cpu(const struct spk_working_copy *draft, const struct spk_role *role,
                     bool with_request, struct spk_amount *out)
{
    if (with_request && role->core_request)
        return read(draft, role->core_request, out);
    if (role->has_cores) {
        *out = spk_amount_of(role->cores);
        return true;
    }
    return read(draft, role->core_limit, out);
}

static struct request request_of(const struct spk_working_copy *draft,
                                 const struct spk_role *role, bool with_request)
{
    struct request request = {0};
    struct spk_amount overhead;

    request.has_cpu = read_cpu(draft, role, with_request, &request.cpu);
    request.has_memory = read(draft, role->memory, &request.memory);
    if (request.has_memory && read(draft, role->memory_overhead, &overhead))
        request.memory = spk_amount_add(request.memory, overhead);
    return request;
}

static void add(bool *has, struct spk_amount *sum, bool has_more, struct spk_amount more)
{
    if (!has_more)
        return;
    *sum = *has ? spk_amount_add(*sum, more) : more;
    *has = true;
}

cJSON *spk_pod_group_resources(const struct spk_working_copy *draft, bool with_driver)
{
    cJSON *list = spk_json_new_object(draft->arena);
    struct request sum = {0}, executor = request_of(draft, &draft->executor, true);
    int64_t n = spk_working_copy_executors(draft);

    if (with_driver)
        sum = request_of(draft, &draft->driver, false);
    if (n > 0) {
        add(&sum.has_cpu, &sum.cpu, executor.has_cpu, spk_amount_times(executor.cpu, n));
        add(&sum.has_memory, &sum.memory, executor.has_memory,
            spk_amount_times(executor.memory, n));
    }
    if (sum.has_cpu)
        spk_json_text(list, "cpu", spk_amount_text(draft->arena, sum.cpu));
    if (sum.has_memory)
        spk_json_text(list, "memory", spk_amount_text(draft->arena, sum.memory));
    return list;
}

bool spk_schedule_kube(struct spk_working_copy *draft, cJSON **pod_group, struct spk_err *err)
{
    const char *name = spk_printf(draft->arena, "%s-pg", draft->name);
    cJSON *group = spk_pod_group(draft, "scheduling.x-k8s.io/v1alpha1", name);

    (void)err;
    (void)spk_json_set(spk_json_child(group, "spec"), "minResources",
                       spk_pod_group_resources(draft, true));
    spk_conf_set(&draft->labels, KUBE_GROUP, name, "spec.batchScheduler");
    *pod_group = group;
    return true;
}

/* The user's list, each quantity as Kubernetes spells it. */
static bool given_resources(const struct spk_working_copy *draft, cJSON **out,
                            struct spk_err *err)
{
    const Spk__BatchSchedulerConfiguration *options = draft->spec->batch_scheduler_options;
    const cJSON *given = options ? spk_struct_tree(options->resources) : NULL;

    *out = NULL;
    if (spk_json_size(given) == 0)
        return true;
    cJSON *list = spk_json_new_object(draft->arena);
    SPK_JSON_EACH (item, given) {
        const char *text = spk_json_string(item);
        struct spk_amount amount;

        if (!text)
            text = spk_working_copy_text(spk_json_number_text(item));
        if (!spk_amount_parse(draft->arena, text, &amount, err))
            return spk_fail_at(err, "spec.batchSchedulerOptions.resources[%s]", item->string);
        spk_json_text(list, item->string, spk_amount_text(draft->arena, amount));
    }
    *out = list;
    return true;
}

bool spk_schedule_volcano(struct spk_working_copy *draft, cJSON **pod_group,
                          struct spk_err *err)
{
    static const char origin[] = "spec.batchScheduler";
    const Spk__BatchSchedulerConfiguration *options = draft->spec->batch_scheduler_options;
    bool client = spk_text_equal(draft->spec->mode, "client");
    const char *name = spk_printf(draft->arena, "spark-%s-pg", draft->name);
    const struct spk_role *first = client ? &draft->executor : &draft->driver;
    cJSON *resources;

    if (spk_conf_find(&first->annotations, SPK_ANNOTATION_POD_GROUP))
        return true;
    if (!given_resources(draft, &resources, err))
        return false;
    cJSON *group = spk_pod_group(draft, "scheduling.volcano.sh/v1beta1", name);
    cJSON *spec = spk_json_child(group, "spec");
    (void)spk_json_set(spec, "minResources",
                       resources ? resources : spk_pod_group_resources(draft, !client));
    if (options && spk_text_or_null(options->queue))
        spk_json_text(spec, "queue", options->queue);
    if (options && spk_text_or_null(options->priority_class_name))
        spk_json_text(spec, "priorityClassName", options->priority_class_name);
    spk_json_text(spk_json_child(group, "status"), "phase", "Pending");
    spk_conf_set(&draft->executor.annotations, SPK_ANNOTATION_POD_GROUP, name, origin);
    if (!client)
        spk_conf_set(&draft->driver.annotations, SPK_ANNOTATION_POD_GROUP, name, origin);
    *pod_group = group;
    return true;
}

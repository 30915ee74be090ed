/* SPDX-License-Identifier: Apache-2.0 */
#include "mutation.h"

#include "kubernetes/schema/schema.h"
#include "operator/webhook/mutate.h"

#include <string.h>

static bool read_application(struct spk_arena *arena, const cJSON *in,
                             Spk__SparkApplication **out, struct spk_warnings *warnings,
                             struct spk_err *err)
{
    const struct spk_application_options options = {
        .warn_unknown_fields = spk_json_is_true(spk_json_get(in, "warn_unknown")),
        .apply_defaults = true,
    };
    const char *manifest = spk_json_get_text(in, "manifest");

    if (!spk_application_read(arena, manifest, strlen(manifest), &options, out, warnings, err))
        return false;
    cJSON *metadata = spk_struct_tree((*out)->metadata);
    spk_json_text(metadata, "uid", spk_json_get_text(in, "uid"));
    return spk_application_check(arena, *out, &options, warnings, err);
}

/* The webhook's patch also spells quantities anew that were in the pod already. */
static bool respell_resources(struct spk_arena *arena, cJSON *pod, struct spk_err *err)
{
    const struct spk_type *type = spk_type_find("ResourceRequirements");
    cJSON *containers = spk_json_find(spk_json_find(pod, "spec"), "containers");

    for (cJSON *item = containers ? containers->child : NULL; item; item = item->next) {
        cJSON *resources;

        if (!spk_json_get(item, "resources"))
            continue;
        if (!spk_schema_go(arena, type, spk_json_get(item, "resources"), &resources, err))
            return false;
        (void)spk_json_set(item, "resources", resources);
    }
    return true;
}

bool mutate_pod(struct spk_arena *arena, const cJSON *in, cJSON **out,
                struct spk_warnings *warnings, struct spk_err *err)
{
    bool executor = !strcmp(spk_json_get_text(in, "role"), "executor");
    cJSON *pod = spk_json_copy(arena, spk_json_get(in, "pod"));
    Spk__SparkApplication *application = NULL;
    struct spk_mutations list = {0};
    struct spk_working_copy stored;
    int64_t passes = 1;

    if (!read_application(arena, in, &application, warnings, err))
        return false;
    spk_working_copy_open(arena, application, spk_json_get_text(in, "submission_id"), &stored);
    if (!spk_pod_mutations(&stored, executor ? &stored.executor : &stored.driver, &list, err))
        return false;
    (void)spk_json_get_int(spk_json_get(in, "passes"), &passes);
    for (int64_t i = 0; i < passes; i++)
        if (!spk_mutations_apply(
                &list, executor ? spk_executor_containers : spk_driver_containers, pod, err))
            return false;
    *out = pod;
    return respell_resources(arena, pod, err);
}

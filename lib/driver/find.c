/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/find.h"

#include <string.h>

struct spk_driver_target spk_driver_target_read(struct spk_arena *arena, const char *id,
                                                const char *default_ns)
{
    const char *colon = strchr(id, ':');
    const char *name = colon ? colon + 1 : id;
    bool is_prefix = spk_ends_with(name, "*");

    return (struct spk_driver_target){
        .ns = colon ? spk_strndup(arena, id, (size_t)(colon - id)) : default_ns,
        .name = spk_strndup(arena, name, strlen(name) - is_prefix),
        .is_prefix = is_prefix,
    };
}

static bool is_meant(const struct spk_driver_target *target, const cJSON *pod)
{
    const char *name = spk_json_string(spk_json_at(pod, "metadata.name"));

    return target->is_prefix ? name && spk_starts_with(name, target->name)
                             : spk_text_equal(name, target->name);
}

bool spk_driver_select(struct spk_arena *arena, const struct spk_driver_target *target,
                       const cJSON *list, struct spk_drivers *out)
{
    const cJSON *items = spk_json_get(list, "items");

    if (!spk_json_is_array(items))
        return false;
    *out = (struct spk_drivers){
        .pods = spk_alloc_array(arena, (size_t)spk_json_size(items), sizeof(*out->pods))};
    SPK_JSON_EACH (pod, items)
        if (is_meant(target, pod))
            out->pods[out->n++] = pod;
    return true;
}

bool spk_driver_is_absent(int http, const char *reason)
{
    return http == 404 && spk_text_equal(reason, "NotFound");
}

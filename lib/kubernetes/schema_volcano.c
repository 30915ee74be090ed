/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/schema/schema_table.h"

/*
 * Volcano's PodGroup as the client of Spark 4.2 and 4.3 knows it; newer fields are unknown to
 * it.
 *
 * @source io.fabric8.volcano.api.model.scheduling.v1beta1 (volcano-model 7.6.1)
 */
enum { GROUP = SPK_VOLCANO_TYPES, SPEC, STATUS, CONDITION };

static const struct spk_field group[] = {
    {"apiVersion", STRING, ONE, 0, 0},
    {"kind", STRING, ONE, 0, 0},
    {"metadata", OBJECT, ONE, 0, SPK_OBJECT_META},
    {"spec", OBJECT, ONE, 0, SPEC},
    {"status", OBJECT, ONE, 0, STATUS},
};
static const struct spk_field spec[] = {
    {"minMember", INT32, ONE, 0, 0},     {"minResources", QUANTITY, MAP, 0, 0},
    {"minTaskMember", INT32, MAP, 0, 0}, {"priorityClassName", STRING, ONE, 0, 0},
    {"queue", STRING, ONE, 0, 0},
};
static const struct spk_field status[] = {
    {"conditions", OBJECT, LIST, 0, CONDITION},
    {"failed", INT32, ONE, 0, 0},
    {"phase", STRING, ONE, 0, 0},
    {"running", INT32, ONE, 0, 0},
    {"succeeded", INT32, ONE, 0, 0},
};
static const struct spk_field condition[] = {
    {"lastTransitionTime", STRING, ONE, 0, 0},
    {"message", STRING, ONE, 0, 0},
    {"reason", STRING, ONE, 0, 0},
    {"status", STRING, ONE, 0, 0},
    {"transitionID", STRING, ONE, 0, 0},
    {"type", STRING, ONE, 0, 0},
};

static const struct spk_type types[] = {
    [GROUP - SPK_VOLCANO_TYPES] = {"PodGroup", group, SPK_LEN(group)},
    [SPEC - SPK_VOLCANO_TYPES] = {"PodGroupSpec", spec, SPK_LEN(spec)},
    [STATUS - SPK_VOLCANO_TYPES] = {"PodGroupStatus", status, SPK_LEN(status)},
    [CONDITION - SPK_VOLCANO_TYPES] = {"PodGroupCondition", condition, SPK_LEN(condition)},
};

const struct spk_type *spk_type_of(const struct spk_field *field)
{
    if (field->type == SPK_OBJECT_META)
        return spk_type_find("ObjectMeta");
    return field->type < SPK_VOLCANO_TYPES ? &spk_types[field->type]
                                           : &types[field->type - SPK_VOLCANO_TYPES];
}

bool spk_schema_pod_group(struct spk_arena *arena, const struct spk_fabric8 *how,
                          const cJSON *in, cJSON **out, struct spk_err *err)
{
    static const struct spk_field root = {.kind = OBJECT, .type = GROUP};

    return spk_fabric8_read(arena, &root, how, in, out, err);
}

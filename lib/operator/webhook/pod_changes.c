/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/webhook/pod_changes.h"

#include "kubernetes/schema/schema.h"

const char *spk_change_origin(const struct spk_changes *changes, const char *field)
{
    if (spk_starts_with(field, "spec."))
        return field;
    return spk_printf(changes->draft->arena, "%s.%s", changes->role->path, field);
}

void spk_change(struct spk_changes *changes, enum spk_mutation_kind kind,
                struct spk_place place, const cJSON *value, const char *origin)
{
    const struct spk_mutation mutation = {
        .kind = kind,
        .in_container = place.in_container,
        .path = spk_split(changes->draft->arena, place.path, '.'),
        .value = value,
        .origin = origin,
    };

    spk_mutations_add(changes->draft->arena, changes->list, &mutation);
}

void spk_change_entry(struct spk_changes *changes, struct spk_place place, const char *key,
                      const cJSON *value, const char *origin)
{
    struct spk_arena *arena = changes->draft->arena;
    struct spk_mutation mutation = {
        .kind = SPK_REPLACE,
        .in_container = place.in_container,
        .path = spk_split(arena, place.path, '.'),
        .value = value,
        .origin = origin,
    };

    spk_strings_add(arena, &mutation.path, key);
    spk_mutations_add(arena, changes->list, &mutation);
}

bool spk_change_typed(struct spk_changes *changes, enum spk_mutation_kind kind,
                      struct spk_place place, const char *type, const cJSON *in,
                      const char *origin, struct spk_err *err)
{
    cJSON *value;

    if (!spk_schema_go(changes->draft->arena, spk_type_find(type), in, &value, err))
        return spk_fail_in(err, "%s", origin);
    spk_change(changes, kind, place, value, origin);
    return true;
}

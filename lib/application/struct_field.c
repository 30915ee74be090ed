/* SPDX-License-Identifier: Apache-2.0 */
#include "application/struct_field.h"

cJSON *spk_struct_tree(const Google__Protobuf__Struct *field)
{
    return field ? ((const struct spk_struct *)field)->tree : NULL;
}

Google__Protobuf__Struct *spk_struct_new(struct spk_arena *arena, cJSON *tree)
{
    struct spk_struct *field = spk_alloc(arena, sizeof(*field));

    google__protobuf__struct__init(&field->base);
    field->tree = tree;
    return &field->base;
}

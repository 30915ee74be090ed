/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/codec/struct_message.h"

#include <stdlib.h>

typedef Google__Protobuf__Value value_message;

/* Recursion is bounded: trees are no deeper than limits.h and the schema allow. */
static value_message *make_value(struct spk_arena *arena, const cJSON *node);

static Google__Protobuf__ListValue *make_list(struct spk_arena *arena, const cJSON *array)
{
    Google__Protobuf__ListValue *list = spk_alloc(arena, sizeof(*list));

    google__protobuf__list_value__init(list);
    list->values = spk_alloc_array(arena, spk_json_size(array), sizeof(*list->values));
    SPK_JSON_EACH (item, array)
        list->values[list->n_values++] = make_value(arena, item);
    return list;
}

Google__Protobuf__Struct *spk_struct_message(struct spk_arena *arena, const cJSON *tree)
{
    Google__Protobuf__Struct *message = spk_alloc(arena, sizeof(*message));

    google__protobuf__struct__init(message);
    message->fields = spk_alloc_array(arena, spk_json_size(tree), sizeof(*message->fields));
    SPK_JSON_EACH (item, tree) {
        Google__Protobuf__Struct__FieldsEntry *entry = spk_alloc(arena, sizeof(*entry));

        google__protobuf__struct__fields_entry__init(entry);
        entry->key = item->string;
        entry->value = make_value(arena, item);
        message->fields[message->n_fields++] = entry;
    }
    return message;
}

static value_message *make_value(struct spk_arena *arena, const cJSON *node)
{
    value_message *value = spk_alloc(arena, sizeof(*value));

    google__protobuf__value__init(value);
    if (spk_json_is_object(node)) {
        value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE;
        value->struct_value = spk_struct_message(arena, node);
    } else if (spk_json_is_array(node)) {
        value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE;
        value->list_value = make_list(arena, node);
    } else if (spk_json_is_number(node)) {
        value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE;
        value->number_value = strtod(spk_json_number_text(node), NULL);
    } else if (spk_json_is_bool(node)) {
        value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE;
        value->bool_value = spk_json_is_true(node);
    } else if (spk_json_string(node)) {
        value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
        value->string_value = node->valuestring;
    } else {
        value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE;
    }
    return value;
}

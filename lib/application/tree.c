/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"
#include "application/field.h"

#include <string.h>

/* Go writes pointers when they are set and other fields always, or with omitempty when they
 * are not zero. Most are pointers; these are not. A NULL field means all of the message. */
static const struct zero {
    const ProtobufCMessageDescriptor *message;
    const char *field;
    bool kept; /* written even if absent, else left out if zero */
} zeros[] = {
    {&spk__spark_application__descriptor, "api_version", false},
    {&spk__spark_application__descriptor, "kind", false},
    {&spk__spark_application_spec__descriptor, "type", true},
    {&spk__spark_application_spec__descriptor, "spark_version", true},
    {&spk__spark_application_spec__descriptor, "mode", false},
    {&spk__restart_policy__descriptor, "type", false},
    {&spk__monitoring_spec__descriptor, "expose_driver_metrics", true},
    {&spk__monitoring_spec__descriptor, "expose_executor_metrics", true},
    {&spk__prometheus_spec__descriptor, "jmx_exporter_jar", true},
    {&spk__driver_ingress_configuration__descriptor, "ingress_url_format", false},
    {&spk__dynamic_allocation__descriptor, "enabled", false},
    {&spk__gpu_spec__descriptor, NULL, true},
    {&spk__name_path__descriptor, NULL, true},
    {&spk__secret_info__descriptor, NULL, true},
    {&spk__name_key__descriptor, NULL, true},
    {&spk__port__descriptor, NULL, true},
};

static const struct zero *zero_of(const ProtobufCMessage *message,
                                  const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < SPK_LEN(zeros); i++)
        if (zeros[i].message == message->descriptor &&
            (!zeros[i].field || strcmp(zeros[i].field, field->name) == 0))
            return &zeros[i];
    return NULL;
}

static cJSON *message_tree(struct spk_arena *arena, const ProtobufCMessage *message);

/* at may hold a NULL string; numbers and booleans are zero when they are not set. */
static cJSON *value_tree(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                         const void *at)
{
    if (spk_field_is_struct(field)) {
        const Google__Protobuf__Struct *const *object = at;

        return spk_json_copy(arena, spk_struct_tree(*object));
    }
    if (spk_field_is_message(field))
        return message_tree(arena, *(const ProtobufCMessage *const *)at);
    if (field->type == PROTOBUF_C_TYPE_INT32)
        return spk_json_new_int(arena, *(const int32_t *)at);
    if (field->type == PROTOBUF_C_TYPE_INT64)
        return spk_json_new_int(arena, *(const int64_t *)at);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return spk_json_new_bool(arena, *(const protobuf_c_boolean *)at);
    const char *text = *(const char *const *)at;
    return spk_json_new_text(arena, text ? text : "");
}

static bool is_zero(const cJSON *value)
{
    const char *text = spk_json_string(value);
    int64_t number;

    if (text)
        return *text == '\0';
    if (spk_json_get_int(value, &number))
        return number == 0;
    return spk_json_is_bool(value) && !spk_json_is_true(value);
}

static cJSON *list_tree(struct spk_arena *arena, const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field)
{
    cJSON *list = spk_json_new_array(arena);
    char **elements = *(char ***)spk_field_value(message, field);

    /* All lists are of strings or messages, so of pointers. */
    for (size_t i = 0; i < *spk_field_count(message, field); i++)
        (void)spk_json_push(list, value_tree(arena, field, &elements[i]));
    return list;
}

static cJSON *map_tree(struct spk_arena *arena, const ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field)
{
    cJSON *map = spk_json_new_object(arena);
    ProtobufCMessage **entries = *(ProtobufCMessage ***)spk_field_value(message, field);

    for (size_t i = 0; i < *spk_field_count(message, field); i++) {
        const ProtobufCFieldDescriptor *parts = entries[i]->descriptor->fields;
        const char *key = *(const char **)spk_field_value(entries[i], &parts[0]);

        (void)spk_json_set(
            map, key, value_tree(arena, &parts[1], spk_field_value(entries[i], &parts[1])));
    }
    return map;
}

static cJSON *field_tree(struct spk_arena *arena, const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field)
{
    const struct zero *zero = zero_of(message, field);

    if (!spk_field_is_set(message, field) && !(zero && zero->kept))
        return NULL;
    if (spk_field_is_map(field))
        return map_tree(arena, message, field);
    if (spk_field_is_repeated(field))
        return list_tree(arena, message, field);
    cJSON *value = value_tree(arena, field, spk_field_value(message, field));
    return zero && !zero->kept && is_zero(value) ? NULL : value;
}

static cJSON *message_tree(struct spk_arena *arena, const ProtobufCMessage *message)
{
    cJSON *tree = spk_json_new_object(arena);

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        cJSON *value = field_tree(arena, message, field);

        if (value)
            (void)spk_json_set(tree, spk_field_json_name(field).text, value);
    }
    return tree;
}

cJSON *spk_application_tree(struct spk_arena *arena, const Spk__SparkApplication *application)
{
    cJSON *tree = message_tree(arena, &application->base);

    spk_json_text(spk_json_child(tree, "metadata"), "namespace",
                  spk_application_namespace(application));
    /* A ResourceList is a map, so an empty one is not written. */
    cJSON *options = spk_json_find(spk_json_find(tree, "spec"), "batchSchedulerOptions");
    if (options && spk_json_size(spk_json_get(options, "resources")) == 0)
        spk_json_remove(options, "resources");
    return tree;
}

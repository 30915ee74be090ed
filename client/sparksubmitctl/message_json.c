/* SPDX-License-Identifier: Apache-2.0 */
#include "message_json.h"

#include "base/base64.h"
#include "base/timestamp.h"
#include "google/protobuf/timestamp.pb-c.h"

#include <inttypes.h>
#include <string.h>

/* "driver_pod_name" is "driverPodName". */
static const char *json_name(struct spk_arena *arena, const char *name)
{
    struct spk_buf buf = {.arena = arena};

    for (const char *at = name; *at; at++) {
        if (*at == '_' && at[1] >= 'a' && at[1] <= 'z')
            spk_buf_char(&buf, (char)(*++at - 'a' + 'A'));
        else if (*at != '_')
            spk_buf_char(&buf, *at);
    }
    return spk_buf_string(&buf);
}

static cJSON *bool_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                         const char *at)
{
    protobuf_c_boolean value;

    (void)field;
    memcpy(&value, at, sizeof(value));
    return spk_json_new_bool(arena, value != 0);
}

static cJSON *int32_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                          const char *at)
{
    int32_t value;

    (void)field;
    memcpy(&value, at, sizeof(value));
    return spk_json_new_int(arena, value);
}

static cJSON *int64_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                          const char *at)
{
    int64_t value;

    (void)field;
    memcpy(&value, at, sizeof(value));
    return spk_json_new_text(arena, spk_printf(arena, "%" PRId64, value));
}

static cJSON *enum_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                         const char *at)
{
    const ProtobufCEnumValue *known;
    int value;

    memcpy(&value, at, sizeof(value));
    known = protobuf_c_enum_descriptor_get_value(field->descriptor, value);
    return known ? spk_json_new_text(arena, known->name) : spk_json_new_int(arena, value);
}

static cJSON *string_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                           const char *at)
{
    const char *value;

    (void)field;
    memcpy(&value, at, sizeof(value));
    return value ? spk_json_new_text(arena, value) : NULL;
}

static cJSON *bytes_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                          const char *at)
{
    ProtobufCBinaryData value;

    (void)field;
    memcpy(&value, at, sizeof(value));
    return spk_json_new_text(arena,
                             spk_base64_encode(arena, (const char *)value.data, value.len));
}

static cJSON *timestamp(struct spk_arena *arena, const ProtobufCMessage *message)
{
    const Google__Protobuf__Timestamp *stamp = (const void *)message;
    char text[SPK_TIMESTAMP_SIZE];

    return spk_timestamp_write(stamp->seconds, text) ? spk_json_new_text(arena, text) : NULL;
}

static cJSON *message_value(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                            const char *at)
{
    const ProtobufCMessage *value;

    memcpy(&value, at, sizeof(value));
    if (value && field->descriptor == &google__protobuf__timestamp__descriptor)
        return timestamp(arena, value);
    return value ? ctl_message_json(arena, value) : NULL;
}

/* The types that the interface's replies are made of; others are not shown. */
static const struct {
    size_t size; /* in an array of a repeated field */
    cJSON *(*make)(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                   const char *at);
} types[PROTOBUF_C_TYPE_MESSAGE + 1] = {
    [PROTOBUF_C_TYPE_BOOL] = {sizeof(protobuf_c_boolean), bool_value},
    [PROTOBUF_C_TYPE_INT32] = {sizeof(int32_t), int32_value},
    [PROTOBUF_C_TYPE_INT64] = {sizeof(int64_t), int64_value},
    [PROTOBUF_C_TYPE_ENUM] = {sizeof(int), enum_value},
    [PROTOBUF_C_TYPE_STRING] = {sizeof(char *), string_value},
    [PROTOBUF_C_TYPE_BYTES] = {sizeof(ProtobufCBinaryData), bytes_value},
    [PROTOBUF_C_TYPE_MESSAGE] = {sizeof(ProtobufCMessage *), message_value},
};

static cJSON *value_of(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                       const char *at)
{
    return types[field->type].make ? types[field->type].make(arena, field, at) : NULL;
}

static bool is_map_entry(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *type = field->descriptor;

    return field->type == PROTOBUF_C_TYPE_MESSAGE && type->n_fields == 2 &&
           spk_ends_with(type->short_name, "Entry") && !strcmp(type->fields[0].name, "key");
}

static cJSON *list_of(struct spk_arena *arena, const ProtobufCFieldDescriptor *field,
                      const char *items, size_t n)
{
    bool map = is_map_entry(field);
    cJSON *out = map ? spk_json_new_object(arena) : spk_json_new_array(arena);

    for (size_t i = 0; i < n; i++) {
        cJSON *value = value_of(arena, field, items + i * types[field->type].size);
        const char *key = map ? spk_json_get_text(value, "key") : NULL;
        cJSON *item = map ? spk_json_find(value, "value") : value;

        if (map && item)
            spk_json_unlink(value, item);
        if (map)
            (void)spk_json_set(out, key ? key : "", item);
        else
            (void)spk_json_push(out, item);
    }
    return out;
}

/* Whether a singular field is set: by its quantifier, if it has one. */
static bool is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const char *at = (const char *)message + field->quantifier_offset;
    protobuf_c_boolean has;
    uint32_t which;

    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        memcpy(&which, at, sizeof(which));
        return which == field->id;
    }
    if (!field->quantifier_offset)
        return true;
    memcpy(&has, at, sizeof(has));
    return has != 0;
}

cJSON *ctl_message_json(struct spk_arena *arena, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    cJSON *tree = spk_json_new_object(arena);

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const char *at = (const char *)message + field->offset, *items;
        cJSON *value = NULL;
        size_t n;

        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            memcpy(&n, (const char *)message + field->quantifier_offset, sizeof(n));
            memcpy(&items, at, sizeof(items));
            value = n ? list_of(arena, field, items, n) : NULL;
        } else if (is_set(message, field)) {
            value = value_of(arena, field, at);
        }
        if (value)
            (void)spk_json_set(tree, json_name(arena, field->name), value);
    }
    return tree;
}

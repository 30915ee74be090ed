/* SPDX-License-Identifier: Apache-2.0 */
#include "application/largest.h"

#include "application/field.h"
#include "base/text.h"

#include <string.h>

#define ELEMENT 64 /* bytes that anything takes, however little is in it */

struct largest {
    struct spk_arena *arena;
    const char *path;
    size_t bytes;
};

/* The depth of a tree, and of a message, is bounded at the door, so recursion is. */
static size_t tree_bytes(const cJSON *tree)
{
    const char *text = spk_json_string(tree);
    size_t bytes = ELEMENT + (text ? strlen(text) : 0);

    SPK_JSON_EACH (item, tree)
        bytes += tree_bytes(item) + (item->string ? strlen(item->string) : 0);
    return bytes;
}

static size_t message_bytes(const ProtobufCMessage *message);

static size_t value_bytes(const ProtobufCFieldDescriptor *field, const void *value)
{
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return ELEMENT +
               (*(const char *const *)value ? strlen(*(const char *const *)value) : 0);
    if (!spk_field_is_message(field))
        return ELEMENT;
    const ProtobufCMessage *message = *(const ProtobufCMessage *const *)value;
    if (!message)
        return 0;
    return spk_field_is_struct(field)
               ? tree_bytes(spk_struct_tree((const Google__Protobuf__Struct *)message))
               : message_bytes(message);
}

static size_t field_bytes(const ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field)
{
    const void *value = spk_field_value(message, field);
    size_t bytes = 0;

    if (!spk_field_is_set(message, field))
        return 0;
    if (!spk_field_is_repeated(field))
        return value_bytes(field, value);
    size_t n = *spk_field_count(message, field);
    const bool is_pointer = field->type == PROTOBUF_C_TYPE_STRING ||
                            spk_field_is_message(field);
    for (size_t i = 0; i < n; i++)
        bytes += is_pointer ? value_bytes(field, *(void *const *const *)value + i) : ELEMENT;
    return bytes;
}

static size_t message_bytes(const ProtobufCMessage *message)
{
    size_t bytes = ELEMENT;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++)
        bytes += field_bytes(message, &message->descriptor->fields[i]);
    return bytes;
}

static void offer_fields(struct largest *largest, const ProtobufCMessage *message,
                         const char *path)
{
    for (unsigned i = 0; message && i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const char *name = spk_field_json_name(field).text;
        bool is_role = !strcmp(name, "driver") || !strcmp(name, "executor");
        size_t bytes = is_role ? 0 : field_bytes(message, field);

        if (bytes <= largest->bytes)
            continue;
        largest->bytes = bytes;
        largest->path = spk_printf(largest->arena, "%s.%s", path, name);
    }
}

const char *spk_application_largest(struct spk_arena *arena,
                                    const Spk__SparkApplication *application)
{
    const Spk__SparkApplicationSpec *spec = application->spec;
    struct largest largest = {.arena = arena, .path = "spec"};

    if (!spec) /* the check that follows says so */
        return largest.path;
    offer_fields(&largest, &spec->base, "spec");
    offer_fields(&largest, spec->driver ? &spec->driver->base : NULL, "spec.driver");
    offer_fields(&largest, spec->executor ? &spec->executor->base : NULL, "spec.executor");
    return largest.path;
}

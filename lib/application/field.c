/* SPDX-License-Identifier: Apache-2.0 */
#include "application/field.h"

#include "base/text.h"
#include "spark/submit/v1/spark_application.pb-c.h"

#include <stdio.h>
#include <string.h>

/* Where the CRD's name is not lowerCamelCase of the field's. */
static const struct {
    const char *field, *json;
} irregular[] = {
    {"ingress_tls", "ingressTLS"},
    {"ingress_url_format", "ingressURLFormat"},
    {"spark_ui_options", "sparkUIOptions"},
};

static const char *irregular_name(const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < SPK_LEN(irregular); i++)
        if (strcmp(irregular[i].field, field->name) == 0)
            return irregular[i].json;
    return NULL;
}

struct spk_json_name spk_field_json_name(const ProtobufCFieldDescriptor *field)
{
    const char *json = irregular_name(field);
    struct spk_json_name name = {""};
    size_t n = 0;

    if (json) {
        (void)snprintf(name.text, sizeof(name.text), "%s", json);
        return name;
    }
    for (const char *c = field->name; *c && n + 1 < sizeof(name.text); c++) {
        if (*c == '_' && c[1] >= 'a' && c[1] <= 'z')
            name.text[n++] = (char)(*++c - 'a' + 'A');
        else
            name.text[n++] = *c;
    }
    return name;
}

const ProtobufCFieldDescriptor *spk_field_find(const ProtobufCMessageDescriptor *message,
                                               const char *json_name)
{
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];

        if (field->name[0] == json_name[0] &&
            strcmp(spk_field_json_name(field).text, json_name) == 0)
            return field;
    }
    return NULL;
}

static const ProtobufCMessageDescriptor *descriptor_of(const ProtobufCFieldDescriptor *field)
{
    return field->descriptor;
}

bool spk_field_is_message(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE;
}

bool spk_field_is_repeated(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

bool spk_field_is_map(const ProtobufCFieldDescriptor *field)
{
    /* protobuf-c keeps no map_entry option; none of our own messages ends so. */
    return spk_field_is_repeated(field) && spk_field_is_message(field) &&
           spk_ends_with(descriptor_of(field)->short_name, "Entry");
}

bool spk_field_is_struct(const ProtobufCFieldDescriptor *field)
{
    return spk_field_is_message(field) &&
           descriptor_of(field) == &google__protobuf__struct__descriptor;
}

static void *member(const ProtobufCMessage *message, unsigned offset)
{
    union {
        const ProtobufCMessage *in;
        char *out;
    } bytes = {message};

    return bytes.out + offset;
}

void *spk_field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return member(message, field->offset);
}

size_t *spk_field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return member(message, field->quantifier_offset);
}

bool spk_field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (spk_field_is_repeated(field))
        return *spk_field_count(message, field) > 0;
    if (field->type == PROTOBUF_C_TYPE_STRING || spk_field_is_message(field))
        return *(void **)spk_field_value(message, field) != NULL;
    return *(protobuf_c_boolean *)member(message, field->quantifier_offset);
}

void *spk_message_new(struct spk_arena *arena, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = spk_alloc(arena, descriptor->sizeof_message);

    descriptor->message_init(message);
    return message;
}

struct walk {
    struct spk_findings *findings;
    spk_visit_fn *visit;
    void *context;
};

static void walk_message(const struct walk *walk, ProtobufCMessage *message);

/* A map's entry: its value is what is walked. */
static void walk_entry(const struct walk *walk, const ProtobufCMessage *entry)
{
    const ProtobufCFieldDescriptor *key = &entry->descriptor->fields[0];
    const ProtobufCFieldDescriptor *value = &entry->descriptor->fields[1];

    if (!spk_field_is_message(value) || !spk_field_is_set(entry, value))
        return;
    const char *text = *(const char **)spk_field_value(entry, key);
    size_t before = spk_enter(walk->findings, "[%s]", text ? text : "");
    walk_message(walk, *(ProtobufCMessage **)spk_field_value(entry, value));
    spk_leave(walk->findings, before);
}

static void walk_elements(const struct walk *walk, const ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field)
{
    ProtobufCMessage **elements = *(ProtobufCMessage ***)spk_field_value(message, field);
    size_t n = *spk_field_count(message, field);

    for (size_t i = 0; i < n; i++) {
        if (!elements[i]) /* of another type, which is a finding already */
            continue;
        if (spk_field_is_map(field)) {
            walk_entry(walk, elements[i]);
            continue;
        }
        size_t before = spk_enter(walk->findings, "[%zu]", i);
        walk_message(walk, elements[i]);
        spk_leave(walk->findings, before);
    }
}

static void walk_message(const struct walk *walk, ProtobufCMessage *message)
{
    walk->visit(walk->context, message);
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

        if (!spk_field_is_message(field) || spk_field_is_struct(field) ||
            !spk_field_is_set(message, field))
            continue;
        size_t before = spk_enter(walk->findings, "%s", spk_field_json_name(field).text);
        if (spk_field_is_repeated(field))
            walk_elements(walk, message, field);
        else
            walk_message(walk, *(ProtobufCMessage **)spk_field_value(message, field));
        spk_leave(walk->findings, before);
    }
}

void spk_message_walk(struct spk_findings *findings, ProtobufCMessage *message,
                      spk_visit_fn *visit, void *context)
{
    struct walk walk = {findings, visit, context};

    walk_message(&walk, message);
}

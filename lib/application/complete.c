/* SPDX-License-Identifier: Apache-2.0 */
#include "application/checks.h"
#include "application/field.h"
#include "kubernetes/marks.h"

#include <stdlib.h>
#include <string.h>

static const char **entry_key(const ProtobufCMessage *entry)
{
    return spk_field_value(entry, &entry->descriptor->fields[0]);
}

/* On the wire an entry may lack its key or its value; both are then zero. */
static void complete_entry(struct spk_arena *arena, ProtobufCMessage *entry)
{
    const ProtobufCFieldDescriptor *value = &entry->descriptor->fields[1];

    if (!*entry_key(entry))
        *entry_key(entry) = "";
    if (spk_field_is_set(entry, value))
        return;
    if (spk_field_is_message(value))
        *(void **)spk_field_value(entry, value) = spk_message_new(arena, value->descriptor);
    else if (value->type == PROTOBUF_C_TYPE_STRING)
        *(const char **)spk_field_value(entry, value) = "";
}

struct slot {
    ProtobufCMessage *entry;
    size_t place; /* the sort is stable by it */
};

static int compare_slots(const void *a, const void *b)
{
    const struct slot *left = a, *right = b;
    int order = strcmp(*entry_key(left->entry), *entry_key(right->entry));

    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static void sort_map(struct spk_arena *arena, ProtobufCMessage *message,
                     const ProtobufCFieldDescriptor *field)
{
    ProtobufCMessage **entries = *(ProtobufCMessage ***)spk_field_value(message, field);
    size_t *count = spk_field_count(message, field), n = 0;
    struct slot *slots = spk_alloc_array(arena, *count + 1, sizeof(*slots));

    for (size_t i = 0; i < *count; i++) {
        complete_entry(arena, entries[i]);
        slots[i] = (struct slot){entries[i], i};
    }
    qsort(slots, *count, sizeof(*slots), compare_slots);
    for (size_t i = 0; i < *count; i++) {
        bool last = i + 1 == *count ||
                    strcmp(*entry_key(slots[i].entry), *entry_key(slots[i + 1].entry)) != 0;

        if (last)
            entries[n++] = slots[i].entry;
    }
    *count = n;
}

static void visit_maps(void *context, ProtobufCMessage *message)
{
    struct spk_arena *arena = context;

    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];

        if (spk_field_is_map(field) && spk_field_is_set(message, field))
            sort_map(arena, message, field);
    }
}

void spk_sort_maps(struct spk_arena *arena, Spk__SparkApplication *application)
{
    struct spk_findings path = spk_findings_start(arena);

    spk_message_walk(&path, &application->base, visit_maps, arena);
}

void spk_complete(struct spk_arena *arena, Spk__SparkApplication *application)
{
    Spk__SparkApplicationSpec *spec = application->spec;

    if (!application->api_version || !*application->api_version)
        application->api_version = SPK_OPERATOR_API;
    if (!application->kind || !*application->kind)
        application->kind = "SparkApplication";
    if (!application->metadata)
        application->metadata = spk_struct_new(arena, spk_json_new_object(arena));
    if (!spec->driver)
        spec->driver = spk_message_new(arena, &spk__driver_spec__descriptor);
    if (!spec->executor)
        spec->executor = spk_message_new(arena, &spk__executor_spec__descriptor);
    if (!spec->deps)
        spec->deps = spk_message_new(arena, &spk__dependencies__descriptor);
    if (!spec->restart_policy)
        spec->restart_policy = spk_message_new(arena, &spk__restart_policy__descriptor);
}

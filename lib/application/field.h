/* SPDX-License-Identifier: Apache-2.0 */
/**
 * field.h: messages and their fields through the descriptors that protobuf-c generates: JSON
 * names, maps, embedded objects, access by descriptor, and a walk over all messages.
 */
#pragma once

#include "application/violations.h"

#include <protobuf-c/protobuf-c.h>

/** A field's JSON name. */
struct spk_json_name {
    char text[48];
};

struct spk_json_name spk_field_json_name(const ProtobufCFieldDescriptor *field);

/** The field of a message with a JSON name; NULL if there is none. Letters' case counts. */
const ProtobufCFieldDescriptor *spk_field_find(const ProtobufCMessageDescriptor *message,
                                               const char *json_name);

bool spk_field_is_map(const ProtobufCFieldDescriptor *field);    /* entries {key, value} */
bool spk_field_is_struct(const ProtobufCFieldDescriptor *field); /* google.protobuf.Struct */
bool spk_field_is_repeated(const ProtobufCFieldDescriptor *field);
bool spk_field_is_message(const ProtobufCFieldDescriptor *field);

/** Where the value, and how many of a repeated field, are kept in a message. */
void *spk_field_value(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
size_t *spk_field_count(const ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field);

/** Whether an optional field is there; repeated: has an element. */
bool spk_field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);

/** An empty message. */
void *spk_message_new(struct spk_arena *arena, const ProtobufCMessageDescriptor *descriptor);

/**
 * Call visit for a message and all below it, outermost first; the findings' path is the
 * message's. Map entries are stepped over, messages as map values are visited. Fields that
 * visit adds to its own message are walked.
 */
typedef void spk_visit_fn(void *context, ProtobufCMessage *message);
void spk_message_walk(struct spk_findings *findings, ProtobufCMessage *message,
                      spk_visit_fn *visit, void *context);

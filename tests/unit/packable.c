/* SPDX-License-Identifier: Apache-2.0 */
#include "packable.h"

#include "application/application.h"
#include "grpc/codec/struct_message.h"

#include <string.h>

static bool is_struct(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *descriptor = field->descriptor;

    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           strcmp(descriptor->name, "google.protobuf.Struct") == 0;
}

void spk_make_packable(struct spk_arena *arena, ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char *at = (char *)message;
        void **slot = (void **)(void *)(at + field->offset);
        size_t n = 1;

        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
            *(uint32_t *)(at + field->quantifier_offset) != field->id)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            n = *(size_t *)(at + field->quantifier_offset);
            slot = *slot;
        }
        for (size_t j = 0; j < n; j++) {
            if (slot[j] && is_struct(field))
                slot[j] = spk_struct_message(arena, ((struct spk_struct *)slot[j])->tree);
            else if (slot[j])
                spk_make_packable(arena, slot[j]);
        }
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "library/reply.h"

#include "base/limits.h"

#include <stdbool.h>
#include <stdlib.h>

/* A message whose fields are looked at. */
struct level {
    const uint8_t *end;
    const ProtobufCMessageDescriptor *type;
};

struct scan {
    const uint8_t *at;
    struct level levels[SPK_MAX_REPLY_DEPTH];
    size_t depth, fields;
};

static void *allocate(void *unused, size_t size)
{
    char *memory = malloc(size + 1);

    (void)unused;
    if (memory)
        memory[size] = '\0';
    return memory;
}

static void release(void *unused, void *memory)
{
    (void)unused;
    free(memory);
}

ProtobufCAllocator *spk_reply_allocator(void)
{
    static const ProtobufCAllocator allocator = {.alloc = allocate, .free = release};

    return (ProtobufCAllocator *)(uintptr_t)&allocator;
}

static bool take_varint(struct scan *scan, const uint8_t *end, uint64_t *out)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64 && scan->at < end; shift += 7) {
        uint8_t byte = *scan->at++;

        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool skip(struct scan *scan, const uint8_t *end, uint64_t length)
{
    if (length > (uint64_t)(end - scan->at))
        return false;
    scan->at += length;
    return true;
}

static bool push(struct scan *scan, const ProtobufCMessageDescriptor *type, uint64_t length)
{
    if (scan->depth == SPK_MAX_REPLY_DEPTH)
        return false;
    scan->levels[scan->depth++] = (struct level){scan->at + length, type};
    return true;
}

/* Bytes, a text, or a message, which is gone into. */
static bool take_bytes(struct scan *scan, const struct level *level, unsigned number)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(level->type, number);
    uint64_t length;

    if (!take_varint(scan, level->end, &length) || length > (uint64_t)(level->end - scan->at))
        return false;
    if (field && field->type == PROTOBUF_C_TYPE_MESSAGE)
        return push(scan, field->descriptor, length);
    if (field && field->type == PROTOBUF_C_TYPE_STRING && length > SPK_MAX_STRING)
        return false;
    return skip(scan, level->end, length);
}

static bool take_field(struct scan *scan)
{
    const struct level *level = &scan->levels[scan->depth - 1];
    uint64_t key, value;

    if (++scan->fields > SPK_MAX_REPLY_FIELDS || !take_varint(scan, level->end, &key))
        return false;
    switch (key & 7) {
    case 0:
        return take_varint(scan, level->end, &value);
    case 1:
        return skip(scan, level->end, 8);
    case 2:
        return take_bytes(scan, level, (unsigned)(key >> 3));
    case 5:
        return skip(scan, level->end, 4);
    default: /* groups: protobuf-c does not read them either */
        return false;
    }
}

static bool is_within_limits(const ProtobufCMessageDescriptor *type, const uint8_t *bytes,
                             size_t length)
{
    const uint8_t nothing = 0; /* no bytes may be NULL, which nothing is added to */
    struct scan scan = {.at = length ? bytes : &nothing};

    (void)push(&scan, type, length);
    while (scan.depth) {
        if (scan.at == scan.levels[scan.depth - 1].end)
            scan.depth--;
        else if (!take_field(&scan))
            return false;
    }
    return true;
}

ProtobufCMessage *spk_reply_unpack(const ProtobufCMessageDescriptor *type,
                                   const uint8_t *bytes, size_t length)
{
    if (!is_within_limits(type, bytes, length))
        return NULL;
    return protobuf_c_message_unpack(type, spk_reply_allocator(), length, bytes);
}

void spk_reply_free(ProtobufCMessage *reply)
{
    protobuf_c_message_free_unpacked(reply, spk_reply_allocator());
}

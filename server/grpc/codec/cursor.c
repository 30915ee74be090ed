/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/codec/cursor.h"

#include <string.h>

#define MAX_FIELD_NUMBER 0x1FFFFFFFU

static const char truncated[] = "the message ends in the middle of a field";

const char *spk_cursor_varint(struct spk_cursor *cursor, uint64_t *out)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (cursor->at == cursor->end)
            return truncated;
        uint8_t byte = *cursor->at++;
        if (shift == 63 && byte > 1)
            return "a varint is longer than 64 bits";
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            *out = value;
            return NULL;
        }
    }
    return "a varint is longer than 64 bits";
}

const char *spk_cursor_fixed(struct spk_cursor *cursor, size_t size, uint64_t *out)
{
    uint64_t value = 0;

    if ((size_t)(cursor->end - cursor->at) < size)
        return truncated;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)cursor->at[i] << (8 * i);
    cursor->at += size;
    *out = value;
    return NULL;
}

static const char *next_bytes(struct spk_cursor *cursor, struct spk_wire_field *out)
{
    uint64_t length;
    const char *trouble = spk_cursor_varint(cursor, &length);

    if (trouble)
        return trouble;
    if (length > (uint64_t)(cursor->end - cursor->at))
        return truncated;
    out->bytes = cursor->at;
    out->length = (size_t)length;
    cursor->at += length;
    return NULL;
}

static const char *next_value(struct spk_cursor *cursor, struct spk_wire_field *out,
                              unsigned type)
{
    out->type = (enum spk_wire_type)type;
    switch (type) {
    case SPK_WIRE_VARINT:
        return spk_cursor_varint(cursor, &out->value);
    case SPK_WIRE_64:
        return spk_cursor_fixed(cursor, 8, &out->value);
    case SPK_WIRE_32:
        return spk_cursor_fixed(cursor, 4, &out->value);
    case SPK_WIRE_BYTES:
        return next_bytes(cursor, out);
    case 3:
    case 4:
        return "groups are not accepted";
    default:
        return "a field has an unknown wire type";
    }
}

const char *spk_cursor_next(struct spk_cursor *cursor, struct spk_wire_field *out)
{
    const uint8_t *start = cursor->at;
    uint64_t tag;
    const char *trouble = spk_cursor_varint(cursor, &tag);

    *out = (struct spk_wire_field){0};
    if (trouble)
        return trouble;
    if (tag >> 3 == 0 || tag >> 3 > MAX_FIELD_NUMBER)
        return "a field number is out of range";
    out->number = (uint32_t)(tag >> 3);
    trouble = next_value(cursor, out, (unsigned)(tag & 7));
    out->size = (size_t)(cursor->at - start);
    return trouble;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* google.protobuf.Struct, Value and ListValue straight into a JSON tree. */
#include "grpc/codec/decoder.h"

#include "base/limits.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EXACT 9007199254740991.0 /* 2^53 - 1 */

static const char wrong_type[] = "a field has the wrong wire type";

static bool fail(struct spk_decoder *d, enum spk_reason reason, const char *text)
{
    return spk_decoder_fail(d, NULL, 0, reason, text);
}

bool spk_decoder_open_struct(struct spk_decoder *d, const struct spk_wire_field *wire,
                             cJSON *object)
{
    struct spk_frame *frame = spk_decoder_push(d, SPK_FRAME_STRUCT, wire->bytes, wire->length);

    if (!frame)
        return false;
    frame->node = object;
    if (++frame->json_depth > SPK_MAX_DEPTH)
        return fail(d, SPK_INVALID_MESSAGE, "lists and objects are nested more than 32 deep");
    return true;
}

static bool open_list(struct spk_decoder *d, const struct spk_wire_field *wire, cJSON *array)
{
    struct spk_frame *frame = spk_decoder_push(d, SPK_FRAME_LIST, wire->bytes, wire->length);

    if (!frame)
        return false;
    frame->node = array;
    if (++frame->json_depth > SPK_MAX_DEPTH)
        return fail(d, SPK_INVALID_MESSAGE, "lists and objects are nested more than 32 deep");
    return true;
}

static bool open_value(struct spk_decoder *d, const struct spk_wire_field *wire, size_t index)
{
    struct spk_frame *frame = spk_decoder_push(d, SPK_FRAME_VALUE, wire->bytes, wire->length);

    if (!frame)
        return false;
    frame->index = index;
    if (++d->nodes > SPK_MAX_NODES)
        return fail(d, SPK_INVALID_MESSAGE, "there are more than 20000 values");
    return true;
}

static bool struct_field(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    struct spk_frame *frame = spk_decoder_top(d);

    if (wire->number != 1)
        return spk_decoder_unknown(d, wire);
    if (wire->type != SPK_WIRE_BYTES)
        return fail(d, SPK_INVALID_MESSAGE, wrong_type);
    if (++frame->count > SPK_MAX_KEYS)
        return fail(d, SPK_INVALID_MESSAGE, "an object has more than 4096 keys");
    return spk_decoder_push(d, SPK_FRAME_ENTRY, wire->bytes, wire->length) != NULL;
}

static bool entry_field(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    struct spk_frame *frame = spk_decoder_top(d);

    if (wire->number > 2)
        return spk_decoder_unknown(d, wire);
    if (wire->type != SPK_WIRE_BYTES)
        return fail(d, SPK_INVALID_MESSAGE, wrong_type);
    if (wire->number == 1) {
        const char *key = spk_decoder_string(d, NULL, 0, wire);

        frame->key = key;
        return key != NULL;
    }
    if (frame->node)
        return fail(d, SPK_INVALID_MESSAGE, "a key has two values");
    return open_value(d, wire, 0);
}

static bool list_field(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    struct spk_frame *frame = spk_decoder_top(d);

    if (wire->number != 1)
        return spk_decoder_unknown(d, wire);
    if (wire->type != SPK_WIRE_BYTES)
        return fail(d, SPK_INVALID_MESSAGE, wrong_type);
    if (frame->count == SPK_MAX_ELEMENTS)
        return fail(d, SPK_INVALID_MESSAGE, "a list has more than 10000 elements");
    return open_value(d, wire, frame->count++);
}

/* The shortest text that reads back as the same number, in JSON's form. */
static bool number_node(struct spk_decoder *d, uint64_t bits, cJSON **out)
{
    char text[32];
    double value;

    memcpy(&value, &bits, sizeof(value));
    if (!isfinite(value))
        return fail(d, SPK_INVALID_FIELD, "a number is not finite");
    if (value == trunc(value)) {
        if (fabs(value) > MAX_EXACT)
            return fail(d, SPK_INVALID_FIELD,
                        "an integer beyond 2^53-1 cannot be kept here: send the application "
                        "as a manifest");
        *out = spk_json_new_int(d->arena, (int64_t)value);
        return true;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    *out = spk_json_new_number(d->arena, text);
    return true;
}

static bool string_node(struct spk_decoder *d, const struct spk_wire_field *wire, cJSON **out)
{
    const char *text = spk_decoder_string(d, NULL, 0, wire);

    if (!text)
        return false;
    *out = spk_json_new_text(d->arena, text);
    return true;
}

static bool value_field(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    static const enum spk_wire_type types[] = {
        SPK_WIRE_VARINT, SPK_WIRE_VARINT, SPK_WIRE_64,   SPK_WIRE_BYTES,
        SPK_WIRE_VARINT, SPK_WIRE_BYTES,  SPK_WIRE_BYTES};
    struct spk_frame *frame = spk_decoder_top(d);

    if (wire->number >= SPK_LEN(types))
        return spk_decoder_unknown(d, wire);
    if (wire->type != types[wire->number])
        return fail(d, SPK_INVALID_MESSAGE, wrong_type);
    if (frame->node)
        return fail(d, SPK_INVALID_MESSAGE, "a value has two kinds");
    switch (wire->number) {
    case 1:
        frame->node = spk_json_new_null(d->arena);
        return true;
    case 2:
        return number_node(d, wire->value, &frame->node);
    case 3:
        return string_node(d, wire, &frame->node);
    case 4:
        frame->node = spk_json_new_bool(d->arena, wire->value != 0);
        return true;
    case 5:
        frame->node = spk_json_new_object(d->arena);
        return spk_decoder_open_struct(d, wire, frame->node);
    default:
        frame->node = spk_json_new_array(d->arena);
        return open_list(d, wire, frame->node);
    }
}

bool spk_decoder_struct_field(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    switch (spk_decoder_top(d)->kind) {
    case SPK_FRAME_STRUCT:
        return struct_field(d, wire);
    case SPK_FRAME_ENTRY:
        return entry_field(d, wire);
    case SPK_FRAME_VALUE:
        return value_field(d, wire);
    case SPK_FRAME_LIST:
        return list_field(d, wire);
    case SPK_FRAME_MESSAGE:
    default:
        return false;
    }
}

static bool entry_end(struct spk_decoder *d)
{
    struct spk_frame *frame = spk_decoder_top(d);
    cJSON *object = spk_decoder_parent(d)->node;

    if (!frame->node)
        return fail(d, SPK_INVALID_MESSAGE, "a key has no value");
    if (!frame->key)
        frame->key = "";
    if (!spk_key_set_add(&d->keys, object, frame->key))
        return fail(d, SPK_INVALID_MESSAGE, "a key is given twice");
    /* Pushed, not set: the key is known to be new. */
    (void)spk_json_push(object, frame->node);
    frame->node->string = spk_strdup(d->arena, frame->key);
    return true;
}

bool spk_decoder_struct_end(struct spk_decoder *d)
{
    struct spk_frame *frame = spk_decoder_top(d), *parent = spk_decoder_parent(d);

    if (frame->kind == SPK_FRAME_ENTRY)
        return entry_end(d);
    if (frame->kind != SPK_FRAME_VALUE)
        return true;
    if (!frame->node)
        return fail(d, SPK_INVALID_MESSAGE, "a value has no kind");
    if (parent->kind == SPK_FRAME_LIST)
        (void)spk_json_push(parent->node, frame->node);
    else
        parent->node = frame->node;
    return true;
}

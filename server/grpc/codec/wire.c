/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/codec/wire.h"

#include "base/limits.h"
#include "grpc/codec/decoder.h"

#include <string.h>

/* How each type of protobuf-c travels and how large it is in a struct. */
static const struct {
    size_t size;
    enum spk_wire_type wire;
    bool zigzag;
} types[] = {
    [PROTOBUF_C_TYPE_INT32] = {4, SPK_WIRE_VARINT, false},
    [PROTOBUF_C_TYPE_SINT32] = {4, SPK_WIRE_VARINT, true},
    [PROTOBUF_C_TYPE_SFIXED32] = {4, SPK_WIRE_32, false},
    [PROTOBUF_C_TYPE_INT64] = {8, SPK_WIRE_VARINT, false},
    [PROTOBUF_C_TYPE_SINT64] = {8, SPK_WIRE_VARINT, true},
    [PROTOBUF_C_TYPE_SFIXED64] = {8, SPK_WIRE_64, false},
    [PROTOBUF_C_TYPE_UINT32] = {4, SPK_WIRE_VARINT, false},
    [PROTOBUF_C_TYPE_FIXED32] = {4, SPK_WIRE_32, false},
    [PROTOBUF_C_TYPE_UINT64] = {8, SPK_WIRE_VARINT, false},
    [PROTOBUF_C_TYPE_FIXED64] = {8, SPK_WIRE_64, false},
    [PROTOBUF_C_TYPE_FLOAT] = {4, SPK_WIRE_32, false},
    [PROTOBUF_C_TYPE_DOUBLE] = {8, SPK_WIRE_64, false},
    [PROTOBUF_C_TYPE_BOOL] = {sizeof(protobuf_c_boolean), SPK_WIRE_VARINT, false},
    [PROTOBUF_C_TYPE_ENUM] = {sizeof(int), SPK_WIRE_VARINT, false},
    [PROTOBUF_C_TYPE_STRING] = {sizeof(char *), SPK_WIRE_BYTES, false},
    [PROTOBUF_C_TYPE_BYTES] = {sizeof(ProtobufCBinaryData), SPK_WIRE_BYTES, false},
    [PROTOBUF_C_TYPE_MESSAGE] = {sizeof(ProtobufCMessage *), SPK_WIRE_BYTES, false},
};

/* One field of the open frame: the schema's, the wire's, and where it is stored. */
struct target {
    const ProtobufCFieldDescriptor *field;
    const struct spk_wire_field *wire;
    ProtobufCMessage *message;
};

static void *member(const ProtobufCMessage *message, unsigned offset)
{
    return (char *)(uintptr_t)message + offset;
}

static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *descriptor,
                                                  uint32_t number)
{
    size_t low = 0, high = descriptor->n_fields;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (descriptor->fields[middle].id == number)
            return &descriptor->fields[middle];
        if (descriptor->fields[middle].id < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool is_map_entry(const ProtobufCMessageDescriptor *descriptor)
{
    return descriptor->n_fields == 2 && spk_ends_with(descriptor->short_name, "Entry") &&
           strcmp(descriptor->fields[0].name, "key") == 0 &&
           strcmp(descriptor->fields[1].name, "value") == 0;
}

static bool is_struct(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *descriptor = field->descriptor;

    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           strcmp(descriptor->name, "google.protobuf.Struct") == 0;
}

/* Room for one more element of the repeated field; NULL: there are too many. */
static void *add_element(struct spk_decoder *d, const struct target *t, size_t *index)
{
    const ProtobufCFieldDescriptor *field = t->field;
    size_t *count = member(t->message, field->quantifier_offset),
           size = types[field->type].size;
    void **array = member(t->message, field->offset);
    bool map = field->type == PROTOBUF_C_TYPE_MESSAGE && is_map_entry(field->descriptor);

    /* A command line may have more words than a list of anything else has elements. */
    bool words = field->type == PROTOBUF_C_TYPE_STRING;

    if (*count >= (map ? SPK_MAX_KEYS : words ? SPK_MAX_ARGUMENTS : SPK_MAX_ELEMENTS)) {
        (void)spk_decoder_fail(d, field, *count, SPK_INVALID_MESSAGE,
                               map     ? "a map has more than 4096 keys"
                               : words ? "a list has more than 16384 elements"
                                       : "a list has more than 10000 elements");
        return NULL;
    }
    /* Full whenever the number of elements is 0 or a power of two from 4 on. */
    if (*count == 0 || (*count >= 4 && (*count & (*count - 1)) == 0))
        *array = spk_grow_array(d->arena, *array, *count, *count ? *count * 2 : 4, size);
    *index = (*count)++;
    return (char *)*array + *index * size;
}

/* Where a singular field is stored; says that it is there. */
static void *take_singular(const struct target *t, bool *was_set)
{
    const ProtobufCFieldDescriptor *field = t->field;
    void *slot = member(t->message, field->offset);

    *was_set = field->type == PROTOBUF_C_TYPE_MESSAGE && *(void **)slot;
    if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        uint32_t *kind = member(t->message, field->quantifier_offset);

        *was_set = *was_set && *kind == field->id;
        *kind = field->id;
    } else if (field->quantifier_offset) {
        *(protobuf_c_boolean *)member(t->message, field->quantifier_offset) = 1;
    }
    return slot;
}

static bool is_enum_value(const ProtobufCEnumDescriptor *descriptor, int value)
{
    for (unsigned i = 0; i < descriptor->n_values; i++)
        if (descriptor->values[i].value == value)
            return true;
    return false;
}

static bool store_scalar(struct spk_decoder *d, const struct target *t, size_t index,
                         uint64_t raw, void *slot)
{
    const ProtobufCFieldDescriptor *field = t->field;

    if (types[field->type].zigzag && types[field->type].size == 4)
        raw = (uint32_t)raw >> 1 ^ (0U - ((uint32_t)raw & 1U));
    else if (types[field->type].zigzag)
        raw = raw >> 1 ^ (0U - (raw & 1U));
    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        *(protobuf_c_boolean *)slot = raw != 0;
        return true;
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM && !is_enum_value(field->descriptor, (int)raw))
        return spk_decoder_fail(d, field, index, SPK_INVALID_FIELD,
                                "the enumeration has no such value");
    if (types[field->type].size == 8) {
        memcpy(slot, &raw, 8);
    } else {
        uint32_t half = (uint32_t)raw;

        memcpy(slot, &half, 4);
    }
    return true;
}

static bool open_message(struct spk_decoder *d, const struct target *t, size_t index,
                         ProtobufCMessage **slot, bool merge)
{
    const ProtobufCMessageDescriptor *descriptor = t->field->descriptor;
    const struct spk_wire_field *wire = t->wire;

    if (is_struct(t->field)) {
        cJSON *object = spk_json_new_object(d->arena);

        if (merge)
            return spk_decoder_fail(d, t->field, index, SPK_INVALID_MESSAGE,
                                    "an object is given twice");
        *slot = &spk_struct_new(d->arena, object)->base;
        if (!spk_decoder_open_struct(d, wire, object))
            return false;
    } else {
        if (!spk_decoder_push(d, SPK_FRAME_MESSAGE, wire->bytes, wire->length))
            return false;
        if (!merge) {
            *slot = spk_alloc(d->arena, descriptor->sizeof_message);
            descriptor->message_init(*slot);
        }
        spk_decoder_top(d)->message = *slot;
    }
    struct spk_frame *frame = spk_decoder_top(d);
    frame->field = t->field;
    frame->index = index;
    if (d->options->application && descriptor == d->options->application)
        frame->in_application = true;
    return true;
}

static bool store(struct spk_decoder *d, const struct target *t, size_t index, void *slot,
                  bool was_set)
{
    const struct spk_wire_field *wire = t->wire;

    if (t->field->type == PROTOBUF_C_TYPE_MESSAGE)
        return open_message(d, t, index, slot, was_set);
    if (t->field->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData *data = slot;

        data->data = (uint8_t *)spk_strndup(d->arena, (const char *)wire->bytes, wire->length);
        data->len = wire->length;
        return true;
    }
    if (t->field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text = spk_decoder_string(d, t->field, index, wire);

        if (text)
            *(const char **)slot = text;
        return text != NULL;
    }
    return store_scalar(d, t, index, wire->value, slot);
}

static bool store_packed(struct spk_decoder *d, const struct target *t)
{
    struct spk_cursor cursor = {t->wire->bytes, t->wire->bytes + t->wire->length};
    enum spk_wire_type wire = types[t->field->type].wire;
    size_t index = *(size_t *)member(t->message, t->field->quantifier_offset);

    while (cursor.at < cursor.end) {
        uint64_t raw = 0;
        const char *trouble =
            wire == SPK_WIRE_VARINT
                ? spk_cursor_varint(&cursor, &raw)
                : spk_cursor_fixed(&cursor, wire == SPK_WIRE_64 ? 8 : 4, &raw);

        if (trouble)
            return spk_decoder_fail(d, t->field, index, SPK_INVALID_MESSAGE, trouble);
        void *slot = add_element(d, t, &index);
        if (!slot || !store_scalar(d, t, index, raw, slot))
            return false;
    }
    return true;
}

static bool message_field(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    ProtobufCMessage *message = spk_decoder_top(d)->message;
    struct target t = {find_field(message->descriptor, wire->number), wire, message};
    bool was_set = false;
    size_t index = 0;

    if (!t.field)
        return spk_decoder_unknown(d, wire);
    bool repeated = t.field->label == PROTOBUF_C_LABEL_REPEATED;
    enum spk_wire_type expected = types[t.field->type].wire;
    if (repeated && wire->type == SPK_WIRE_BYTES && expected != SPK_WIRE_BYTES)
        return store_packed(d, &t);
    if (wire->type != expected)
        return spk_decoder_fail(d, t.field, 0, SPK_INVALID_MESSAGE,
                                "the field has the wrong wire type");
    void *slot = repeated ? add_element(d, &t, &index) : take_singular(&t, &was_set);
    return slot && store(d, &t, index, slot, was_set);
}

/* An entry that names no key or value means the empty one; a key may come only once. */
static bool message_end(struct spk_decoder *d)
{
    const struct spk_frame *frame = spk_decoder_top(d);
    const ProtobufCMessageDescriptor *descriptor = frame->message->descriptor;

    if (d->depth < 2 || frame->field->label != PROTOBUF_C_LABEL_REPEATED ||
        !is_map_entry(descriptor))
        return true;
    for (unsigned i = 0; i < 2; i++) {
        const char **text = member(frame->message, descriptor->fields[i].offset);

        if (descriptor->fields[i].type == PROTOBUF_C_TYPE_STRING && !*text)
            *text = "";
    }
    const char *const *key = member(frame->message, descriptor->fields[0].offset);
    const void *owner = member(spk_decoder_parent(d)->message, frame->field->offset);
    if (descriptor->fields[0].type == PROTOBUF_C_TYPE_STRING &&
        !spk_key_set_add(&d->keys, owner, *key))
        return spk_decoder_fail(d, NULL, 0, SPK_INVALID_MESSAGE, "a key is given twice");
    return true;
}

static bool step(struct spk_decoder *d)
{
    struct spk_frame *frame = spk_decoder_top(d);
    struct spk_wire_field wire;

    if (frame->cursor.at == frame->cursor.end) {
        if (!(frame->kind == SPK_FRAME_MESSAGE ? message_end(d) : spk_decoder_struct_end(d)))
            return false;
        d->depth--;
        return true;
    }
    const char *trouble = spk_cursor_next(&frame->cursor, &wire);
    if (trouble)
        return spk_decoder_fail(d, NULL, 0, SPK_INVALID_MESSAGE, trouble);
    return frame->kind == SPK_FRAME_MESSAGE ? message_field(d, &wire)
                                            : spk_decoder_struct_field(d, &wire);
}

bool spk_wire_decode(struct spk_arena *arena, const ProtobufCMessageDescriptor *descriptor,
                     struct spk_bytes bytes, const struct spk_wire_options *options,
                     ProtobufCMessage **out, struct spk_warnings *warnings,
                     struct spk_err *err)
{
    struct spk_decoder d = {.arena = arena,
                            .options = options,
                            .warnings = warnings,
                            .err = err,
                            .keys = {.arena = arena}};

    if (bytes.length > SPK_MAX_REQUEST)
        return spk_fail(err, SPK_REQUEST_TOO_LARGE, "the request is larger than 2 MiB");
    d.frames = spk_alloc_array(arena, SPK_MAX_WIRE_DEPTH, sizeof(*d.frames));
    ProtobufCMessage *message = spk_alloc(arena, descriptor->sizeof_message);
    descriptor->message_init(message);

    struct spk_frame *root =
        spk_decoder_push(&d, SPK_FRAME_MESSAGE, (const uint8_t *)bytes.data, bytes.length);
    root->message = message;
    root->in_application = descriptor == options->application;
    while (d.depth) {
        if (!step(&d))
            return false;
    }
    *out = message;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#include <stdlib.h>
#include <string.h>

enum wire_type { VARINT = 0, FIXED64 = 1, DELIMITED = 2 };

static void put_varint(struct spk_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        spk_buf_char(out, (char)(value | 0x80));
    spk_buf_char(out, (char)value);
}

static void put_tag(struct spk_buf *out, uint32_t number, enum wire_type type)
{
    put_varint(out, (uint64_t)number << 3 | type);
}

static void put_bytes(struct spk_buf *out, uint32_t number, const char *bytes, size_t length)
{
    put_tag(out, number, DELIMITED);
    put_varint(out, length);
    spk_buf_put(out, bytes, length);
}

static void put_below(struct spk_buf *out, uint32_t number, const struct spk_buf *below)
{
    put_bytes(out, number, below->data ? below->data : "", below->length);
}

static void put_double(struct spk_buf *out, uint32_t number, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    put_tag(out, number, FIXED64);
    for (size_t i = 0; i < sizeof(bits); i++)
        spk_buf_char(out, (char)(bits >> 8 * i));
}

static void pack_struct(struct spk_buf *out, const cJSON *tree);

/* google.protobuf.Value */
static void pack_value(struct spk_buf *out, const cJSON *node)
{
    struct spk_buf below = {.arena = out->arena};

    if (spk_json_is_number(node)) {
        put_double(out, 2, strtod(spk_json_number_text(node), NULL));
    } else if (spk_json_string(node)) {
        put_bytes(out, 3, spk_json_string(node), strlen(spk_json_string(node)));
    } else if (spk_json_is_bool(node)) {
        put_tag(out, 4, VARINT);
        put_varint(out, spk_json_is_true(node));
    } else if (spk_json_is_object(node)) {
        pack_struct(&below, node);
        put_below(out, 5, &below);
    } else if (spk_json_is_array(node)) {
        SPK_JSON_EACH (item, node) {
            struct spk_buf value = {.arena = out->arena};

            pack_value(&value, item);
            put_below(&below, 1, &value);
        }
        put_below(out, 6, &below);
    } else {
        put_tag(out, 1, VARINT);
        put_varint(out, 0);
    }
}

static void pack_struct(struct spk_buf *out, const cJSON *tree)
{
    SPK_JSON_EACH (item, tree) {
        struct spk_buf entry = {.arena = out->arena}, value = {.arena = out->arena};

        pack_value(&value, item);
        put_bytes(&entry, 1, item->string, strlen(item->string));
        put_below(&entry, 2, &value);
        put_below(out, 1, &entry);
    }
}

static void pack_single(struct spk_buf *out, const cJSON *node,
                        const ProtobufCFieldDescriptor *field)
{
    struct spk_buf below = {.arena = out->arena};
    const char *text = spk_json_string(node);
    int64_t number = 0;

    if (field->type == PROTOBUF_C_TYPE_STRING) {
        put_bytes(out, field->id, text, strlen(text));
    } else if (spk_field_is_message(field)) {
        if (spk_field_is_struct(field))
            pack_struct(&below, node);
        else
            pack_message(&below, node, field->descriptor);
        put_below(out, field->id, &below);
    } else {
        if (spk_json_is_bool(node))
            number = spk_json_is_true(node);
        else if (!spk_json_get_int(node, &number))
            abort();
        put_tag(out, field->id, VARINT);
        put_varint(out, (uint64_t)number);
    }
}

static void pack_map(struct spk_buf *out, const cJSON *map,
                     const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *descriptor = field->descriptor;

    SPK_JSON_EACH (item, map) {
        struct spk_buf entry = {.arena = out->arena};

        put_bytes(&entry, 1, item->string, strlen(item->string));
        pack_single(&entry, item, &descriptor->fields[1]);
        put_below(out, field->id, &entry);
    }
}

void pack_message(struct spk_buf *out, const cJSON *tree,
                  const ProtobufCMessageDescriptor *message)
{
    SPK_JSON_EACH (node, tree) {
        const ProtobufCFieldDescriptor *field = spk_field_find(message, node->string);

        if (!field)
            abort();
        if (spk_field_is_map(field)) {
            pack_map(out, node, field);
        } else if (spk_field_is_repeated(field)) {
            SPK_JSON_EACH (item, node)
                pack_single(out, item, field);
        } else {
            pack_single(out, node, field);
        }
    }
}

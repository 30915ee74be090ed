/* SPDX-License-Identifier: Apache-2.0 */
#include "application/decode.h"

#include "application/application.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "found the number 3.5" */
static const char *found(const struct spk_tree_decoder *d, const cJSON *node)
{
    if (spk_json_is_number(node))
        return spk_printf(d->arena, "the number %.40s", spk_json_number_text(node));
    if (spk_json_is_bool(node))
        return spk_json_is_true(node) ? "the boolean true" : "the boolean false";
    if (spk_json_string(node))
        return spk_printf(d->arena, "the string '%s'",
                          spk_cut(d->arena, spk_json_string(node), 40));
    return spk_json_is_array(node) ? "a list" : "an object";
}

static bool refuse(const struct spk_tree_decoder *d, const cJSON *node, const char *expected,
                   const char *advice)
{
    spk_find(d->findings, SPK_INVALID_FIELD, "%s is expected, found %s%s", expected,
             found(d, node), advice);
    return false;
}

static bool take_string(const struct spk_tree_decoder *d, const cJSON *node, void *at)
{
    const char *text = spk_json_is_null(node) ? "" : spk_json_string(node);
    const char *advice = "";

    if (spk_json_is_number(node))
        advice = ": put it in quotes";
    if (spk_json_is_bool(node))
        advice = ": put the value in quotes (YAML reads yes, no, on and off as booleans too)";
    if (!text)
        return refuse(d, node, "a string", advice);
    *(const char **)at = text;
    return true;
}

/* A whole number may be written 2.0 or 2e0, as the API server accepts it. */
static bool whole_number(const cJSON *node, int64_t *out)
{
    const char *text = spk_json_number_text(node);

    if (spk_json_get_int(node, out))
        return true;
    double value = strtod(text, NULL);
    if (value < -9007199254740992.0 || value > 9007199254740992.0)
        return false;
    *out = (int64_t)value;
    return (double)*out == value;
}

/* Advice for a string that would be of the type if it had no quotes. */
static const char *unquote(bool would_do)
{
    return would_do ? ": leave out the quotes" : "";
}

static bool take_int(const struct spk_tree_decoder *d, const cJSON *node, int64_t *out)
{
    if (spk_json_is_null(node)) {
        *out = 0;
        return true;
    }
    const char *text = spk_json_string(node);
    int64_t ignored;
    if (!spk_json_is_number(node))
        return refuse(d, node, "a whole number",
                      unquote(text && spk_parse_int64(text, &ignored)));
    return whole_number(node, out) || refuse(d, node, "a whole number", "");
}

static bool take_int32(const struct spk_tree_decoder *d, const cJSON *node, void *at)
{
    int64_t value;

    if (!take_int(d, node, &value))
        return false;
    if (value < INT32_MIN || value > INT32_MAX)
        return refuse(d, node, "a number from -2147483648 to 2147483647", "");
    *(int32_t *)at = (int32_t)value;
    return true;
}

static bool take_int64(const struct spk_tree_decoder *d, const cJSON *node, void *at)
{
    return take_int(d, node, at);
}

/* True if the text without its quotes would be a boolean of YAML. */
static bool is_truth(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no", "on", "off"};

    for (size_t i = 0; i < SPK_LEN(words); i++)
        if (strcasecmp(words[i], text) == 0)
            return true;
    return false;
}

static bool take_bool(const struct spk_tree_decoder *d, const cJSON *node, void *at)
{
    const char *text = spk_json_string(node);

    if (!spk_json_is_bool(node) && !spk_json_is_null(node))
        return refuse(d, node, "true or false", unquote(text && is_truth(text)));
    *(protobuf_c_boolean *)at = spk_json_is_true(node);
    return true;
}

/* How a JSON value becomes a field of a type, and how much room an element takes. */
static const struct scalar {
    ProtobufCType type;
    size_t size;
    bool (*take)(const struct spk_tree_decoder *d, const cJSON *node, void *at);
} scalars[] = {
    {PROTOBUF_C_TYPE_STRING, sizeof(char *), take_string},
    {PROTOBUF_C_TYPE_INT32, sizeof(int32_t), take_int32},
    {PROTOBUF_C_TYPE_INT64, sizeof(int64_t), take_int64},
    {PROTOBUF_C_TYPE_BOOL, sizeof(protobuf_c_boolean), take_bool},
};

static const struct scalar *scalar_of(const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < SPK_LEN(scalars); i++)
        if (scalars[i].type == field->type)
            return &scalars[i];
    abort(); /* the messages have no other types: a test decodes every field */
}

/* One value that is not a list or map. */
static bool take_value(struct spk_tree_decoder *d, const ProtobufCFieldDescriptor *field,
                       cJSON *node, void *at)
{
    if (!spk_field_is_message(field))
        return scalar_of(field)->take(d, node, at);
    if (!spk_json_is_object(node) && !spk_json_is_null(node))
        return refuse(d, node, "an object", "");
    if (spk_json_is_null(node))
        node = spk_json_new_object(d->arena);
    if (spk_field_is_struct(field)) {
        *(Google__Protobuf__Struct **)at = spk_struct_new(d->arena, node);
        return true;
    }
    ProtobufCMessage *message = spk_message_new(d->arena, field->descriptor);
    spk_decode(d, node, message);
    *(ProtobufCMessage **)at = message;
    return true;
}

static void take_list(struct spk_tree_decoder *d, const ProtobufCFieldDescriptor *field,
                      cJSON *node, ProtobufCMessage *out)
{
    size_t size = spk_field_is_message(field) ? sizeof(void *) : scalar_of(field)->size;
    size_t i = 0;

    if (!spk_json_is_array(node)) {
        (void)refuse(d, node, "a list", "");
        return;
    }
    char *elements = spk_alloc_array(d->arena, spk_json_size(node), size);
    for (cJSON *item = node->child; item; item = item->next, i++) {
        size_t before = spk_enter(d->findings, "[%zu]", i);

        (void)take_value(d, field, item, elements + i * size);
        spk_leave(d->findings, before);
    }
    *spk_field_count(out, field) = i;
    *(void **)spk_field_value(out, field) = elements;
}

static void take_map(struct spk_tree_decoder *d, const ProtobufCFieldDescriptor *field,
                     cJSON *node, ProtobufCMessage *out)
{
    const ProtobufCMessageDescriptor *descriptor = field->descriptor;
    size_t n = 0;

    if (!spk_json_is_object(node)) {
        (void)refuse(d, node, "an object", "");
        return;
    }
    ProtobufCMessage **entries =
        spk_alloc_array(d->arena, spk_json_size(node), sizeof(void *));
    for (cJSON *item = node->child; item; item = item->next) {
        ProtobufCMessage *entry = spk_message_new(d->arena, descriptor);
        size_t before = spk_enter(d->findings, "[%s]", item->string);

        *(const char **)spk_field_value(entry, &descriptor->fields[0]) = item->string;
        if (!spk_json_is_null(item) &&
            take_value(d, &descriptor->fields[1], item,
                       spk_field_value(entry, &descriptor->fields[1])))
            entries[n++] = entry;
        spk_leave(d->findings, before);
    }
    *spk_field_count(out, field) = n;
    *(ProtobufCMessage ***)spk_field_value(out, field) = entries;
}

static void take_single(struct spk_tree_decoder *d, const ProtobufCFieldDescriptor *field,
                        cJSON *node, ProtobufCMessage *out)
{
    if (!take_value(d, field, node, spk_field_value(out, field)))
        return;
    if (field->type != PROTOBUF_C_TYPE_STRING && !spk_field_is_message(field))
        *(protobuf_c_boolean *)spk_field_count(out, field) = true;
}

static void unknown_field(struct spk_tree_decoder *d,
                          const ProtobufCMessageDescriptor *message, const char *key)
{
    struct spk_nearest nearest = spk_nearest_to(key);

    if (!spk_unknowns_have_room(d->unknowns)) {
        spk_unknown_count(d->unknowns);
        return;
    }
    for (unsigned i = 0; i < message->n_fields; i++)
        spk_nearest_offer(&nearest, spk_field_json_name(&message->fields[i]).text);
    spk_unknown_field(d->unknowns, key, &nearest);
}

static void take_member(struct spk_tree_decoder *d, cJSON *node, ProtobufCMessage *out)
{
    const ProtobufCFieldDescriptor *field = spk_field_find(out->descriptor, node->string);

    if (!field) {
        unknown_field(d, out->descriptor, node->string);
        return;
    }
    if (spk_json_is_null(node))
        return;
    if (spk_field_is_map(field))
        take_map(d, field, node, out);
    else if (spk_field_is_repeated(field))
        take_list(d, field, node, out);
    else
        take_single(d, field, node, out);
}

void spk_decode(struct spk_tree_decoder *decoder, cJSON *tree, ProtobufCMessage *out)
{
    for (cJSON *node = tree->child; node; node = node->next) {
        size_t before = spk_enter(decoder->findings, "%s", node->string);

        take_member(decoder, node, out);
        spk_leave(decoder->findings, before);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/codec/decoder.h"

#include "application/field.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>

#define MAX_UNKNOWN_WARNINGS 64

/* A path while it grows: what does not fit is cut. */
struct path {
    char text[sizeof(((struct spk_err *)NULL)->field)];
    size_t length;
};

static void put(struct path *path, char c)
{
    if (path->length + 1 < sizeof(path->text))
        path->text[path->length++] = c;
}

static void put_text(struct path *path, const char *text)
{
    for (; *text; text++)
        put(path, *text);
}

static void put_index(struct path *path, size_t index)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "[%zu]", index);
    put_text(path, text);
}

static void put_name(struct path *path, bool in_application,
                     const ProtobufCFieldDescriptor *field)
{
    if (path->length)
        put(path, '.');
    put_text(path, in_application ? spk_field_json_name(field).text : field->name);
}

static void put_key(struct path *path, const char *key)
{
    bool plain = *key && !strpbrk(key, ".[]/ ");

    put(path, plain ? '.' : '[');
    put_text(path, key);
    if (!plain)
        put(path, ']');
}

static bool is_form_of_root(const struct spk_frame *root,
                            const ProtobufCFieldDescriptor *field)
{
    return root->kind == SPK_FRAME_MESSAGE && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
           field->type == PROTOBUF_C_TYPE_MESSAGE;
}

/* The key of a map entry that is open, if it was read already. */
static const char *entry_key(const struct spk_frame *frame)
{
    const ProtobufCMessageDescriptor *descriptor = frame->message->descriptor;
    const char *const *key;

    if (descriptor->n_fields == 0 || descriptor->fields[0].type != PROTOBUF_C_TYPE_STRING)
        return NULL;
    key = (const char *const *)((const char *)frame->message + descriptor->fields[0].offset);
    return spk_ends_with(descriptor->short_name, "Entry") ? *key : NULL;
}

static void put_step(struct path *path, const struct spk_decoder *d, size_t at)
{
    const struct spk_frame *frame = &d->frames[at], *parent = frame - 1;

    if (parent->kind == SPK_FRAME_MESSAGE) {
        if (at == 1 && is_form_of_root(parent, frame->field))
            return;
        put_name(path, parent->in_application, frame->field);
        if (frame->field->label != PROTOBUF_C_LABEL_REPEATED)
            return;
        const char *key = frame->kind == SPK_FRAME_MESSAGE ? entry_key(frame) : NULL;
        if (key && *key)
            put_key(path, key);
        else
            put_index(path, frame->index);
        return;
    }
    if (frame->kind == SPK_FRAME_ENTRY && frame->key)
        put_key(path, frame->key);
    if (parent->kind == SPK_FRAME_LIST)
        put_index(path, frame->index);
}

static struct path make_path(const struct spk_decoder *d,
                             const ProtobufCFieldDescriptor *field, size_t index)
{
    struct path path = {.length = 0};

    for (size_t at = 1; at < d->depth; at++)
        put_step(&path, d, at);
    if (field && !(d->depth == 1 && is_form_of_root(d->frames, field))) {
        put_name(&path, d->frames[d->depth - 1].in_application, field);
        if (field->label == PROTOBUF_C_LABEL_REPEATED)
            put_index(&path, index);
    }
    path.text[path.length] = '\0';
    return path;
}

bool spk_decoder_fail(struct spk_decoder *d, const ProtobufCFieldDescriptor *field,
                      size_t index, enum spk_reason reason, const char *text)
{
    struct path path = make_path(d, field, index);

    (void)spk_fail(d->err, reason, "%s", text);
    return spk_fail_at(d->err, "%s", path.text);
}

struct spk_frame *spk_decoder_top(struct spk_decoder *d)
{
    return &d->frames[d->depth - 1];
}

struct spk_frame *spk_decoder_parent(struct spk_decoder *d)
{
    return &d->frames[d->depth - 2];
}

struct spk_frame *spk_decoder_push(struct spk_decoder *d, enum spk_frame_kind kind,
                                   const uint8_t *bytes, size_t length)
{
    if (d->depth == SPK_MAX_WIRE_DEPTH) {
        (void)spk_decoder_fail(d, NULL, 0, SPK_INVALID_MESSAGE,
                               "messages are nested more than 100 deep");
        return NULL;
    }
    if (++d->messages > SPK_MAX_WIRE_MESSAGES) {
        (void)spk_decoder_fail(d, NULL, 0, SPK_INVALID_MESSAGE,
                               "there are more than 60000 messages in this one");
        return NULL;
    }
    struct spk_frame *frame = &d->frames[d->depth++];
    *frame = (struct spk_frame){.kind = kind, .cursor = {bytes, bytes + length}};
    if (d->depth > 1) {
        frame->in_application = frame[-1].in_application;
        frame->json_depth = frame[-1].json_depth;
    }
    return frame;
}

bool spk_decoder_unknown(struct spk_decoder *d, const struct spk_wire_field *wire)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "there is no field number %u here", wire->number);
    d->unknown_bytes += wire->size;
    if (d->unknown_bytes > SPK_MAX_UNKNOWN)
        return spk_decoder_fail(d, NULL, 0, SPK_INVALID_MESSAGE,
                                "there are more than 64 KiB of unknown fields");
    if (!spk_decoder_top(d)->in_application)
        return true;
    if (!d->options->warn_unknown_fields)
        return spk_decoder_fail(d, NULL, 0, SPK_UNKNOWN_FIELD, text);
    if (d->unknown_warnings++ < MAX_UNKNOWN_WARNINGS) {
        struct path path = make_path(d, NULL, 0);

        spk_warn(d->warnings, d->arena, "UNKNOWN_FIELD_IGNORED",
                 spk_strdup(d->arena, path.text), "%s", text);
    }
    return true;
}

const char *spk_decoder_string(struct spk_decoder *d, const ProtobufCFieldDescriptor *field,
                               size_t index, const struct spk_wire_field *wire)
{
    const char *bytes = (const char *)wire->bytes, *trouble = NULL;

    if (wire->length > SPK_MAX_STRING)
        trouble = "a string is longer than 1 MiB";
    else if (wire->length && memchr(bytes, '\0', wire->length))
        trouble = "a string contains a NUL byte";
    else if (!spk_is_utf8(bytes, wire->length))
        trouble = "a string is not valid UTF-8";
    if (trouble) {
        (void)spk_decoder_fail(d, field, index, SPK_INVALID_MESSAGE, trouble);
        return NULL;
    }
    return spk_strndup(d->arena, bytes, wire->length);
}

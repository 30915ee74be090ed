/* SPDX-License-Identifier: Apache-2.0 */
/**
 * decoder.h: the inside of wire.h: a stack of frames, one for each message that is open, and
 * what all of them are counted against. wire.c reads messages, wire_struct.c the four messages
 * of google/protobuf/struct.proto, decoder.c names places and counts.
 */
#pragma once

#include "application/application.h"
#include "grpc/codec/cursor.h"
#include "grpc/codec/key_set.h"
#include "grpc/codec/wire.h"

enum spk_frame_kind {
    SPK_FRAME_MESSAGE,
    SPK_FRAME_STRUCT, /* google.protobuf.Struct */
    SPK_FRAME_ENTRY,  /* its map entry */
    SPK_FRAME_VALUE,  /* google.protobuf.Value */
    SPK_FRAME_LIST,   /* google.protobuf.ListValue */
};

struct spk_frame {
    enum spk_frame_kind kind;
    bool in_application;
    struct spk_cursor cursor;
    const ProtobufCFieldDescriptor *field; /* how the parent message reached this one */
    size_t index;                          /* likewise, of a repeated field or a list */
    unsigned json_depth;                   /* of Struct, Value and List: open containers */
    size_t count;                          /* entries of a Struct, elements of a List */
    ProtobufCMessage *message;             /* MESSAGE */
    const char *key;                       /* ENTRY */
    cJSON *node; /* STRUCT, LIST: the container; ENTRY, VALUE: what was read, or NULL */
};

struct spk_decoder {
    struct spk_arena *arena;
    const struct spk_wire_options *options;
    struct spk_warnings *warnings;
    struct spk_err *err;
    struct spk_frame *frames; /* SPK_MAX_WIRE_DEPTH of them */
    size_t depth, messages, nodes, unknown_bytes, unknown_warnings;
    struct spk_key_set keys;
};

/** Open a frame for bytes; it inherits in_application and json_depth. NULL: err is filled in
 */
struct spk_frame *spk_decoder_push(struct spk_decoder *d, enum spk_frame_kind kind,
                                   const uint8_t *bytes, size_t length);

/** The innermost frame, and the one around it. */
struct spk_frame *spk_decoder_top(struct spk_decoder *d);
struct spk_frame *spk_decoder_parent(struct spk_decoder *d);

/** Fail at the open frame, or at field (element index) of it if that is not NULL. */
bool spk_decoder_fail(struct spk_decoder *d, const ProtobufCFieldDescriptor *field,
                      size_t index, enum spk_reason reason, const char *text);

/** Skip a field nobody knows, if that is allowed here. */
bool spk_decoder_unknown(struct spk_decoder *d, const struct spk_wire_field *wire) SPK_CHECK;

/** A checked copy of a string. NULL: err is filled in */
const char *spk_decoder_string(struct spk_decoder *d, const ProtobufCFieldDescriptor *field,
                               size_t index, const struct spk_wire_field *wire);

/* wire_struct.c: one more field of the open frame, and its end. */
bool spk_decoder_open_struct(struct spk_decoder *d, const struct spk_wire_field *wire,
                             cJSON *object) SPK_CHECK;
bool spk_decoder_struct_field(struct spk_decoder *d,
                              const struct spk_wire_field *wire) SPK_CHECK;
bool spk_decoder_struct_end(struct spk_decoder *d) SPK_CHECK;

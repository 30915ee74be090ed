/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reply.h: a server's bytes as a message. protobuf_c_message_unpack recurses as deep as the
 * bytes say and takes memory for each of their fields, so both are bounded before it runs.
 * Private to the library.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>

/** Memory of replies: it is followed by a NUL, so bytes are texts too. */
ProtobufCAllocator *spk_reply_allocator(void);

/**
 * Unpack bytes as a message of type; NULL when they are none, or above a limit of limits.h
 * (SPK_MAX_REPLY_DEPTH, SPK_MAX_REPLY_FIELDS, SPK_MAX_STRING).
 *
 * Owner: the caller frees the message with spk_reply_free.
 */
ProtobufCMessage *spk_reply_unpack(const ProtobufCMessageDescriptor *type,
                                   const uint8_t *bytes, size_t length);

void spk_reply_free(ProtobufCMessage *reply); /* NULL is a no-op */

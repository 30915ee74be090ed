/* SPDX-License-Identifier: Apache-2.0 */
/**
 * wire.h: protobuf bytes of strangers into the structs of protobuf-c, in one pass, without
 * recursion, within the limits of limits.h. Everything lives in the call's arena.
 *
 * A google.protobuf.Struct becomes a JSON tree at once (struct spk_struct). Stricter than
 * protobuf on purpose: invalid UTF-8 and NUL in strings, keys given twice, a singular Struct
 * given twice, a Value with no kind or two, values an enum does not have, and groups are
 * refused.
 */
#pragma once

#include "base/file.h"
#include "base/warning.h"

#include <protobuf-c/protobuf-c.h>

struct spk_wire_options {
    /* The message inside which an unknown field changes the meaning; NULL: none. Paths are
     * written with JSON names inside it. */
    const ProtobufCMessageDescriptor *application;
    bool warn_unknown_fields; /* true if they are pruned with a warning instead of refused */
};

/**
 * Decode bytes as one message of descriptor.
 *
 * Field paths are as in the request, but that a message which is one of several forms of the
 * root (a oneof) is not named: "spec.driver.cores", "args[3]".
 *
 * @owner  *out lives in arena; no byte of the input is kept
 * @errors INVALID_MESSAGE    the bytes are no such message, or above a structural limit
 *         INVALID_FIELD      a number of a Struct cannot be kept, an enum has no such value
 *         UNKNOWN_FIELD      inside the application
 *         REQUEST_TOO_LARGE  above SPK_MAX_REQUEST
 */
bool spk_wire_decode(struct spk_arena *arena, const ProtobufCMessageDescriptor *descriptor,
                     struct spk_bytes bytes, const struct spk_wire_options *options,
                     ProtobufCMessage **out, struct spk_warnings *warnings,
                     struct spk_err *err) SPK_CHECK;

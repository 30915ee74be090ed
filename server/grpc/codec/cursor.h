/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cursor.h: one field after the other of a protobuf message on the wire. It knows no schema
 * and allocates nothing; what it gives out points into the bytes it was given.
 *
 * @source https://protobuf.dev/programming-guides/encoding/
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spk_wire_type {
    SPK_WIRE_VARINT = 0,
    SPK_WIRE_64 = 1,
    SPK_WIRE_BYTES = 2,
    SPK_WIRE_32 = 5,
};

struct spk_cursor {
    const uint8_t *at, *end;
};

struct spk_wire_field {
    uint32_t number;
    enum spk_wire_type type;
    uint64_t value;       /* of VARINT, 64 and 32 */
    const uint8_t *bytes; /* of BYTES */
    size_t length;        /* of BYTES */
    size_t size;          /* of the whole field on the wire */
};

/** One varint of at most 64 bits. @errors NULL on success, else what is wrong */
const char *spk_cursor_varint(struct spk_cursor *cursor, uint64_t *out) SPK_CHECK;

/** One little-endian value of 4 or 8 bytes. @errors as above */
const char *spk_cursor_fixed(struct spk_cursor *cursor, size_t size, uint64_t *out) SPK_CHECK;

/**
 * The next field; the cursor must not be at its end.
 *
 * @errors NULL on success, else what is wrong: groups, truncated data, over-long varints,
 *         field number 0
 */
const char *spk_cursor_next(struct spk_cursor *cursor, struct spk_wire_field *out) SPK_CHECK;

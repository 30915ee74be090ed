/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sha256.h: SHA-256 over length-prefixed fields (8 bytes big-endian, then the bytes), so no
 * two lists of fields collide.
 */
#pragma once

#include "base/arena.h"

#define SPK_SHA256_HEX 64 /* characters of a digest as text */

/** Lower-case hexadecimal SHA-256 of bytes as they are. */
const char *spk_sha256_hex(struct spk_arena *arena, const void *bytes, size_t length);

/** Lower-case hexadecimal SHA-256 over n texts, each length-prefixed; NULL counts as "". */
const char *spk_hash_fields(struct spk_arena *arena, const char *const *fields, size_t n);

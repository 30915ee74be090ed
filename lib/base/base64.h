/* SPDX-License-Identifier: Apache-2.0 */
/** base64.h: RFC 4648 base64, standard alphabet, padded. */
#pragma once

#include "base/file.h"

const char *spk_base64_encode(struct spk_arena *arena, const char *bytes, size_t length);

/** Line feeds are skipped, as Go does. @errors false: not base64 */
bool spk_base64_decode(struct spk_arena *arena, const char *text,
                       struct spk_bytes *out) SPK_CHECK;

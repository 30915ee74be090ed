/* SPDX-License-Identifier: Apache-2.0 */
/** header.h: what may stand in the header and in the path of a request. */
#pragma once

#include "base/text.h"

/** True if text is 1 to limit bytes from 0x20 to 0x7E: fit to stand in a header. */
bool spk_is_header_value(const char *text, size_t limit);

/** text with every byte but RFC 3986's unreserved ones as %XX. */
const char *spk_percent_encode(struct spk_arena *arena, const char *text);

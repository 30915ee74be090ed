/* SPDX-License-Identifier: Apache-2.0 */
/** plain.h: what a JSON string holds as it is. */
#pragma once

#include <stddef.h>

/** How many of the first bytes are no quote, backslash or control character. */
size_t spk_json_plain_length(const char *bytes, size_t length);

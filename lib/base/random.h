/* SPDX-License-Identifier: Apache-2.0 */
/** random.h: random numbers of the kernel. */
#pragma once

#include "base/err.h"

#define SPK_RANDOM_HEX_SIZE 65 /* 32 bytes in hex, and a NUL */

/**
 * Fill bytes, at most 256 of them.
 *
 * @errors INTERNAL_ERROR  the kernel has none; nothing may be used as a key then
 */
bool spk_random(void *bytes, size_t length, struct spk_err *err) SPK_CHECK;

/** 32 random bytes in lower-case hex. @errors those of spk_random */
bool spk_random_hex(char out[SPK_RANDOM_HEX_SIZE], struct spk_err *err) SPK_CHECK;

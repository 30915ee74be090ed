/* SPDX-License-Identifier: Apache-2.0 */
/** random.h: random numbers of the kernel. */
#pragma once

#include <stddef.h>

/** Fill bytes (at most 256); without random numbers the process ends: no key would be unique.
 */
void spk_random(void *bytes, size_t length);

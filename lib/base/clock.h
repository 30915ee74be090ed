/* SPDX-License-Identifier: Apache-2.0 */
/** clock.h: the two clocks. Server, client and lib/apiserver read them; the rest of lib is
 * given times. */
#pragma once

#include <stdint.h>

int64_t spk_monotonic_ms(void); /* since some fixed moment; never jumps */
int64_t spk_wall_ms(void);      /* since 1970-01-01 UTC */

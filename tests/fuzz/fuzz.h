/* SPDX-License-Identifier: Apache-2.0 */
/**
 * fuzz.h: what every fuzz target starts with. A target takes any bytes, never fails, and
 * aborts where a promise of the code is broken.
 */
#pragma once

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End the program, which libFuzzer reports together with the input. */
#define SPK_PROMISE(condition)                                                                \
    do {                                                                                      \
        if (!(condition)) {                                                                   \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition);   \
            abort();                                                                          \
        }                                                                                     \
    } while (0)

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * fuzz.h: what every fuzz target starts with. A target takes any bytes, never fails, and
 * aborts where a promise of the code is broken.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "base/warning.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End the program, which libFuzzer reports together with the input. */
#define SPK_PROMISE(condition)                                                                \
    do {                                                                                      \
        if (!(condition)) {                                                                   \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition);   \
            abort();                                                                          \
        }                                                                                     \
    } while (0)

static inline void spk_promise_utf8(const char *text)
{
    SPK_PROMISE(spk_is_utf8(text, strlen(text)));
}

/** What a caller is told is UTF-8, wherever it was cut. */
static inline void spk_promise_utf8_err(const struct spk_err *err)
{
    spk_promise_utf8(err->text);
    spk_promise_utf8(err->field);
    for (const struct spk_violation *at = err->violations; at; at = at->next) {
        spk_promise_utf8(at->field);
        spk_promise_utf8(at->text);
    }
    for (const struct spk_note *at = err->notes; at; at = at->next)
        spk_promise_utf8(at->value);
}

static inline void spk_promise_utf8_warnings(const struct spk_warnings *warnings)
{
    for (size_t i = 0; i < warnings->n; i++) {
        spk_promise_utf8(warnings->items[i].message);
        spk_promise_utf8(warnings->items[i].field);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * err.h: the one error type. It lives on the caller's stack; there is nothing to free.
 *
 * A function either cannot fail, or returns bool and takes `struct spk_err *err` last.
 * false means err is filled in and every out-parameter is as it was. Texts, fields and notes
 * are UTF-8 whatever the formats cut: half a character is dropped here.
 */
#pragma once

#include "base/arena.h"
#include "base/reason.h"

#include <stdint.h>

/** One more field at fault, beyond the one in spk_err. Lives in the call's arena. */
struct spk_violation {
    const char *field, *text;
    struct spk_violation *next;
};

/** One entry of google.rpc.ErrorInfo.metadata, such as existing_uid. In the call's arena. */
struct spk_note {
    const char *key, *value;
    struct spk_note *next;
};

struct spk_err {
    enum spk_reason reason;   /* decides code and retry advice */
    enum spk_outcome outcome; /* what exists because of the call */
    int64_t retry_after_ms;   /* 0: no advice */
    struct spk_violation *violations;
    struct spk_note *notes;
    char
        field[256]; /* path in the request, "spec.driver.memory"; "" if no field is to blame */
    char text[768]; /* one clause for the caller: lower case, no period, no newline */
};

/** Fill in err and return false, so that `return spk_fail(...)` ends a function. */
bool spk_fail(struct spk_err *err, enum spk_reason reason, const char *fmt, ...)
    SPK_PRINTF(3, 4);

/**
 * While unwinding, put one step ("driver", "volumes[2]", "[3]") before err->field; returns
 * false. Further violations carry full paths already.
 */
bool spk_fail_in(struct spk_err *err, const char *fmt, ...) SPK_PRINTF(2, 3);

/** Name the field at fault from its root: replaces what is there; returns false. */
bool spk_fail_at(struct spk_err *err, const char *fmt, ...) SPK_PRINTF(2, 3);

/**
 * Say why spk_arena_run returned false for a request's arena; returns false. The field is the
 * part of the request that has most in it, where that is known.
 *
 * @errors REQUEST_TOO_LARGE  the limit of bytes or of steps
 *         SERVER_OVERLOADED  malloc failed
 */
bool spk_fail_exhausted(struct spk_err *err, const struct spk_arena *arena);

#ifdef __clang_analyzer__ /* it does not look into err.c, and would follow "true" as well */
#define spk_fail(...)    ((void)spk_fail(__VA_ARGS__), false)
#define spk_fail_in(...) ((void)spk_fail_in(__VA_ARGS__), false)
#define spk_fail_at(...) ((void)spk_fail_at(__VA_ARGS__), false)
#endif

/** Hang a further violation on err; field is its full path. */
void spk_err_violation(struct spk_err *err, struct spk_arena *arena, const char *field,
                       const char *text);

/** Hang a note on err; a NULL value adds nothing. */
void spk_err_note(struct spk_err *err, struct spk_arena *arena, const char *key,
                  const char *value);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * error.h: the error of libsparksubmit and libsparksubmit_core. It lives on the caller's
 * stack; there is nothing to free. A function that returns false has filled it in completely
 * and left its outputs untouched.
 */
#ifndef SPARKSUBMIT_ERROR_H
#define SPARKSUBMIT_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SPARKSUBMIT_API
#define SPARKSUBMIT_API __attribute__((visibility("default")))
#endif

/**
 * What exists because of the call, all its tries together: CREATED once a try has said so,
 * else the worst of them (UNSETTLED, PARTIAL, NOT_CREATED).
 */
enum sparksubmit_error_outcome {
    SPARKSUBMIT_OUTCOME_NOT_CREATED, /* nothing */
    SPARKSUBMIT_OUTCOME_PARTIAL,   /* children or a gated Pod may exist; no driver can start */
    SPARKSUBMIT_OUTCOME_CREATED,   /* the driver exists */
    SPARKSUBMIT_OUTCOME_UNSETTLED, /* the driver may exist: repeat with the same keys */
};

/** Advice: can repeating the call help? */
enum sparksubmit_error_retry {
    SPARKSUBMIT_ADVICE_NO,       /* nothing until input, rights or cluster change */
    SPARKSUBMIT_ADVICE_SAME_KEY, /* repeat the identical request, its keys with it */
    SPARKSUBMIT_ADVICE_NEW_KEY,  /* repeat with a new idempotency key or name */
};

struct sparksubmit_error {
    int code;               /* canonical gRPC code, 3 = INVALID_ARGUMENT */
    int outcome;            /* enum sparksubmit_error_outcome */
    int retry;              /* enum sparksubmit_error_retry */
    int64_t retry_after_ms; /* 0 to 86400000; -1: no advice */
    char reason[64];        /* stable: "INVALID_FIELD"; "" if the server gave none */
    char field[256];        /* first field at fault, "spec.driver.memory"; "" if none */
    char text[1024];        /* for people */
    char violations[8192];  /* all fields at fault: sparksubmit_error_violation reads them */
    char attempt[64];       /* id of the attempt, 16 hexadecimal digits; "" if not known */
    char idempotency_key[256];         /* the call's, as given; "" if there is none */
    char default_idempotency_key[256]; /* likewise, or made by the library: the same call with
                                          this one is the same attempt */
};

/**
 * The field at fault with this index, and what is wrong with it; false beyond the last. Index
 * 0 is error->field when there is one.
 *
 * Owner: *field and *description are error's.
 */
static inline bool sparksubmit_error_violation(const struct sparksubmit_error *error,
                                               size_t index, const char **field,
                                               const char **description)
{
    const char *at = error->violations; /* pairs of texts; an empty field ends them */

    for (; *at; at += strlen(at) + 1) {
        const char *text = at + strlen(at) + 1;

        if (index-- == 0) {
            *field = at;
            *description = text;
            return true;
        }
        at = text;
    }
    return false;
}

#ifdef __cplusplus
}
#endif
#endif

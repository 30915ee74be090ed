/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reason.h"

#include "base/compiler.h"

static const struct {
    const char *name;
    enum spk_code code;
    enum spk_retry retry;
} reasons[SPK_REASON_COUNT] = {{"", SPK_OK, SPK_RETRY_NO},
#define X(reason, code, retry, cause, cure) {#reason, SPK_##code, SPK_RETRY_##retry},
                               SPK_REASONS(X)
#undef X
};

static const char *const codes[] = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};

const char *spk_reason_name(enum spk_reason reason)
{
    return reasons[reason].name;
}

enum spk_code spk_reason_code(enum spk_reason reason)
{
    return reasons[reason].code;
}

enum spk_retry spk_reason_retry(enum spk_reason reason)
{
    return reasons[reason].retry;
}

const char *spk_code_name(enum spk_code code)
{
    return (unsigned)code < SPK_LEN(codes) ? codes[code] : "UNKNOWN";
}

const char *spk_retry_name(enum spk_retry retry)
{
    static const char *const names[] = {"NO", "SAME_KEY", "NEW_KEY"};

    return names[retry];
}

const char *spk_outcome_name(enum spk_outcome outcome)
{
    static const char *const names[] = {"NOT_CREATED", "PARTIAL", "CREATED", "UNKNOWN"};

    return names[outcome];
}

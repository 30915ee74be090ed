/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reason.h: why a call was refused. One row per reason: its gRPC code and what the caller
 * should do next. Names are a contract with callers: rows are added, never changed.
 *
 * @source https://grpc.github.io/grpc/core/md_doc_statuscodes.html for the codes
 */
#pragma once

/** Canonical gRPC codes, with their numbers on the wire. */
enum spk_code {
    SPK_OK = 0,
    SPK_CANCELLED = 1,
    SPK_UNKNOWN = 2,
    SPK_INVALID_ARGUMENT = 3,
    SPK_DEADLINE_EXCEEDED = 4,
    SPK_NOT_FOUND = 5,
    SPK_ALREADY_EXISTS = 6,
    SPK_PERMISSION_DENIED = 7,
    SPK_RESOURCE_EXHAUSTED = 8,
    SPK_FAILED_PRECONDITION = 9,
    SPK_ABORTED = 10,
    SPK_OUT_OF_RANGE = 11,
    SPK_UNIMPLEMENTED = 12,
    SPK_INTERNAL = 13,
    SPK_UNAVAILABLE = 14,
    SPK_DATA_LOSS = 15,
    SPK_UNAUTHENTICATED = 16,
    SPK_CODES = 17,
};

/** Advice: can repeating the call help? */
enum spk_retry {
    SPK_RETRY_NO,       /* nothing, until the input, the rights or the cluster change */
    SPK_RETRY_SAME_KEY, /* repeat the identical request: always safe */
    SPK_RETRY_NEW_KEY,  /* repeat with a new idempotency key, attempt or application name */
};

/** The state of the cluster that the call is responsible for. */
enum spk_outcome {
    SPK_NOT_CREATED,     /* nothing */
    SPK_PARTIAL,         /* children or a gated Pod may exist; no driver can start */
    SPK_CREATED,         /* the driver exists and is committed */
    SPK_OUTCOME_UNKNOWN, /* a write is unsettled; the driver may exist */
};

/* X(reason, code, retry) */
#define SPK_REASONS(X)                                                                        \
    X(INVALID_MESSAGE, INVALID_ARGUMENT, NO)                                                  \
    X(UNKNOWN_FIELD, INVALID_ARGUMENT, NO)                                                    \
    X(INVALID_FIELD, INVALID_ARGUMENT, NO)                                                    \
    X(INVALID_MANIFEST, INVALID_ARGUMENT, NO)                                                 \
    X(INVALID_SPARK_SUBMIT_ARGS, INVALID_ARGUMENT, NO)                                        \
    X(INVALID_POD_TEMPLATE, INVALID_ARGUMENT, NO)                                             \
    X(UNSUPPORTED_SPARK_VERSION, INVALID_ARGUMENT, NO)                                        \
    X(UNSUPPORTED_FEATURE, INVALID_ARGUMENT, NO)                                              \
    X(KUBE_REJECTED, INVALID_ARGUMENT, NO)                                                    \
    X(KUBE_QUOTA_UNSPECIFIED, INVALID_ARGUMENT, NO)                                           \
    X(CREDENTIALS_MISSING, UNAUTHENTICATED, NO)                                               \
    X(CREDENTIALS_INVALID, UNAUTHENTICATED, NO)                                               \
    X(POLICY_DENIED, PERMISSION_DENIED, NO)                                                   \
    X(KUBE_FORBIDDEN, PERMISSION_DENIED, NO)                                                  \
    X(NAMESPACE_NOT_FOUND, NOT_FOUND, NO)                                                     \
    X(APPLICATION_NOT_FOUND, NOT_FOUND, NO)                                                   \
    X(SUBMISSION_NOT_FOUND, NOT_FOUND, NO)                                                    \
    X(HEALTH_SERVICE_UNKNOWN, NOT_FOUND, NO)                                                  \
    X(DRIVER_POD_EXISTS, ALREADY_EXISTS, NO)                                                  \
    X(REQUEST_ID_REUSED, FAILED_PRECONDITION, NEW_KEY)                                        \
    X(OBJECT_FOREIGN, FAILED_PRECONDITION, NEW_KEY)                                           \
    X(ATTEMPT_EXPIRED, FAILED_PRECONDITION, NEW_KEY)                                          \
    X(GATES_UNSUPPORTED, FAILED_PRECONDITION, NO)                                             \
    X(APPLICATION_SUSPENDED, FAILED_PRECONDITION, NO)                                         \
    X(POD_SECURITY_VIOLATION, FAILED_PRECONDITION, NO)                                        \
    X(SERVICE_ACCOUNT_MISSING, FAILED_PRECONDITION, NO)                                       \
    X(NAMESPACE_TERMINATING, FAILED_PRECONDITION, NO)                                         \
    X(ADMISSION_DENIED, FAILED_PRECONDITION, NO)                                              \
    X(DRY_RUN_UNSUPPORTED, FAILED_PRECONDITION, NO)                                           \
    X(KIND_UNKNOWN, FAILED_PRECONDITION, NO)                                                  \
    X(KUBE_QUOTA_EXCEEDED, RESOURCE_EXHAUSTED, SAME_KEY)                                      \
    X(SERVER_OVERLOADED, RESOURCE_EXHAUSTED, SAME_KEY)                                        \
    X(TENANT_RATE_LIMITED, RESOURCE_EXHAUSTED, SAME_KEY)                                      \
    X(REQUEST_TOO_LARGE, RESOURCE_EXHAUSTED, NO)                                              \
    X(RESULT_TOO_LARGE, RESOURCE_EXHAUSTED, NO)                                               \
    X(OBJECT_TOO_LARGE, RESOURCE_EXHAUSTED, NO)                                               \
    X(SUBMISSION_BEING_DELETED, ABORTED, NEW_KEY)                                             \
    X(APPLICATION_DELETED, ABORTED, NO)                                                       \
    X(TRANSLATOR_CHANGED, ABORTED, NEW_KEY)                                                   \
    X(KUBE_UNREACHABLE, UNAVAILABLE, SAME_KEY)                                                \
    X(KUBE_ERROR, UNAVAILABLE, SAME_KEY)                                                      \
    X(KUBE_THROTTLED, UNAVAILABLE, SAME_KEY)                                                  \
    X(KUBE_QUOTA_UNKNOWN, UNAVAILABLE, SAME_KEY)                                              \
    X(KUBE_CREDENTIALS_REJECTED, UNAVAILABLE, SAME_KEY)                                       \
    X(PREVIOUS_RUN_TERMINATING, UNAVAILABLE, SAME_KEY)                                        \
    X(SERVER_DRAINING, UNAVAILABLE, SAME_KEY)                                                 \
    X(AUDIT_UNAVAILABLE, UNAVAILABLE, SAME_KEY)                                               \
    X(DEADLINE_BEFORE_START, DEADLINE_EXCEEDED, SAME_KEY)                                     \
    X(DEADLINE_DURING_SUBMIT, DEADLINE_EXCEEDED, SAME_KEY)                                    \
    X(CALL_CANCELLED, CANCELLED, SAME_KEY)                                                    \
    X(METHOD_UNKNOWN, UNIMPLEMENTED, NO)                                                      \
    X(METHOD_DISABLED, UNIMPLEMENTED, NO)                                                     \
    X(INTERNAL_ERROR, INTERNAL, SAME_KEY)

enum spk_reason {
    SPK_NO_REASON,
#define X(reason, code, retry) SPK_##reason,
    SPK_REASONS(X)
#undef X
        SPK_REASON_COUNT
};

const char *
spk_reason_name(enum spk_reason reason); /* "INVALID_FIELD"; "" for SPK_NO_REASON */
enum spk_code spk_reason_code(enum spk_reason reason);
enum spk_retry spk_reason_retry(enum spk_reason reason);

const char *spk_code_name(enum spk_code code);          /* "INVALID_ARGUMENT" */
const char *spk_retry_name(enum spk_retry retry);       /* "NO", "SAME_KEY", "NEW_KEY" */
const char *spk_outcome_name(enum spk_outcome outcome); /* "NOT_CREATED", ... */

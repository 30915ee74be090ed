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

/*
 * X(reason, code, retry, cause, cure): cause and cure are one line each, for reasons.md, which
 * tests/lint/pages.py makes of them.
 */
#define SPK_REASONS(X)                                                                        \
    X(INVALID_MESSAGE, INVALID_ARGUMENT, NO,                                                  \
      "the bytes are no message of the interface, or break its limits",                       \
      "generate the client from proto/; send strings in UTF-8")                               \
    X(UNKNOWN_FIELD, INVALID_ARGUMENT, NO, "a field, flag or option that nobody knows",       \
      "correct the name; --unknown-fields=warn leaves fields out instead")                    \
    X(INVALID_FIELD, INVALID_ARGUMENT, NO,                                                    \
      "a value is not allowed, or two contradict each other",                                 \
      "change the field that the error names")                                                \
    X(INVALID_MANIFEST, INVALID_ARGUMENT, NO,                                                 \
      "the bytes are no readable YAML or JSON, or no SparkApplication",                       \
      "correct the line that the error names; render templates first")                        \
    X(INVALID_SPARK_SUBMIT_ARGS, INVALID_ARGUMENT, NO,                                        \
      "spark-submit itself would refuse the arguments",                                       \
      "correct them as its own message says")                                                 \
    X(INVALID_POD_TEMPLATE, INVALID_ARGUMENT, NO,                                             \
      "a pod template cannot be read, or is no Pod",                                          \
      "correct the template at the place that the error names")                               \
    X(UNSUPPORTED_SPARK_VERSION, INVALID_ARGUMENT, NO,                                        \
      "no profile exists for this Spark line",                                                \
      "name a supported version, or drop --strict-spark-version")                             \
    X(UNSUPPORTED_FEATURE, INVALID_ARGUMENT, NO,                                              \
      "only a JVM on the submitting machine could do it",                                     \
      "leave the option out, or submit this one with Spark's spark-submit")                   \
    X(KUBE_REJECTED, INVALID_ARGUMENT, NO, "the API server finds an object invalid",          \
      "change the field that its message names")                                              \
    X(KUBE_QUOTA_UNSPECIFIED, INVALID_ARGUMENT, NO,                                           \
      "a quota of the namespace needs amounts that the Pod does not state",                   \
      "state cores, memory and their limits")                                                 \
    X(CREDENTIALS_MISSING, UNAUTHENTICATED, NO,                                               \
      "no usable credentials for the cluster were found",                                     \
      "set the context, token or certificate that the error names")                           \
    X(CREDENTIALS_INVALID, UNAUTHENTICATED, NO, "credentials are there and cannot be used",   \
      "renew or correct them")                                                                \
    X(POLICY_DENIED, PERMISSION_DENIED, NO, "this server's policy does not allow it",         \
      "ask who runs the server")                                                              \
    X(KUBE_FORBIDDEN, PERMISSION_DENIED, NO,                                                  \
      "the account has not the right in the namespace",                                       \
      "grant the verb and resource of the message; docker/manifests has roles")               \
    X(NAMESPACE_NOT_FOUND, NOT_FOUND, NO, "the namespace does not exist",                     \
      "create it, or correct its name")                                                       \
    X(APPLICATION_NOT_FOUND, NOT_FOUND, NO, "no SparkApplication has this name and uid",      \
      "correct metadata.uid, or leave it out")                                                \
    X(SUBMISSION_NOT_FOUND, NOT_FOUND, NO, "no driver has this submission id",                \
      "correct the id or the namespace")                                                      \
    X(HEALTH_SERVICE_UNKNOWN, NOT_FOUND, NO,                                                  \
      "health was asked for a service that is not there",                                     \
      "ask for an empty name or a service of grpcurl list")                                   \
    X(DRIVER_POD_EXISTS, ALREADY_EXISTS, NO,                                                  \
      "the driver's name is taken by another submission",                                     \
      "delete that Pod, choose another name, or pass the key of that submission")             \
    X(REQUEST_ID_REUSED, FAILED_PRECONDITION, NEW_KEY, "the key was used for other content",  \
      "use a new key for a changed request")                                                  \
    X(OBJECT_FOREIGN, FAILED_PRECONDITION, NEW_KEY,                                           \
      "an object of this name belongs to something else",                                     \
      "delete it, or submit with a new key")                                                  \
    X(ATTEMPT_EXPIRED, FAILED_PRECONDITION, NEW_KEY,                                          \
      "the attempt is over and its driver gone (not given yet)", "submit with a new key")     \
    X(GATES_UNSUPPORTED, FAILED_PRECONDITION, NO, "the Pod must be gated and names its node", \
      "remove nodeName, or submit with metadata.uid")                                         \
    X(APPLICATION_SUSPENDED, FAILED_PRECONDITION, NO, "spec.suspend is true",                 \
      "set it to false")                                                                      \
    X(POD_SECURITY_VIOLATION, FAILED_PRECONDITION, NO,                                        \
      "the namespace's Pod Security level forbids the Pod",                                   \
      "set the security context that the message asks for")                                   \
    X(SERVICE_ACCOUNT_MISSING, FAILED_PRECONDITION, NO,                                       \
      "the driver's service account does not exist", "create it, or name another")            \
    X(NAMESPACE_TERMINATING, FAILED_PRECONDITION, NO, "the namespace is being deleted",       \
      "use another, or wait and create it again")                                             \
    X(ADMISSION_DENIED, FAILED_PRECONDITION, NO,                                              \
      "an admission webhook or policy of the cluster said no", "follow its message")          \
    X(DRY_RUN_UNSUPPORTED, FAILED_PRECONDITION, NO,                                           \
      "a webhook of the cluster cannot do dry runs", "validate without the server's dry run") \
    X(KIND_UNKNOWN, FAILED_PRECONDITION, NO,                                                  \
      "the cluster does not serve a kind of the submission",                                  \
      "install what serves it, or leave the feature out")                                     \
    X(KUBE_QUOTA_EXCEEDED, RESOURCE_EXHAUSTED, SAME_KEY,                                      \
      "a quota of the namespace is used up",                                                  \
      "wait for others to end, ask for less, or raise it")                                    \
    X(SERVER_OVERLOADED, RESOURCE_EXHAUSTED, SAME_KEY,                                        \
      "too many calls are under way, or memory is short",                                     \
      "wait as advised; raise --max-inflight or --memory-budget")                             \
    X(TENANT_RATE_LIMITED, RESOURCE_EXHAUSTED, SAME_KEY, "the caller's share is used up",     \
      "wait as advised")                                                                      \
    X(REQUEST_TOO_LARGE, RESOURCE_EXHAUSTED, NO, "a limit of one request is reached",         \
      "make the named part smaller")                                                          \
    X(RESULT_TOO_LARGE, RESOURCE_EXHAUSTED, NO, "the answer would be larger than 3.5 MiB",    \
      "render one application or stage at a time")                                            \
    X(OBJECT_TOO_LARGE, RESOURCE_EXHAUSTED, NO, "an object would be larger than etcd stores", \
      "move files or values out of the configuration")                                        \
    X(SUBMISSION_BEING_DELETED, ABORTED, NEW_KEY,                                             \
      "the driver of this attempt is being deleted", "submit with a new key")                 \
    X(APPLICATION_DELETED, ABORTED, NO, "the SparkApplication is being deleted",              \
      "create it again")                                                                      \
    X(TRANSLATOR_CHANGED, ABORTED, NEW_KEY, "a gated driver was prepared by another version", \
      "submit with a new key; delete the gated Pod")                                          \
    X(KUBE_UNREACHABLE, UNAVAILABLE, SAME_KEY, "no answer of the API server",                 \
      "repeat with the same key; check address, network and certificate")                     \
    X(KUBE_ERROR, UNAVAILABLE, SAME_KEY,                                                      \
      "the API server, or something between, answered with an error",                         \
      "repeat with the same key; look at its log")                                            \
    X(KUBE_THROTTLED, UNAVAILABLE, SAME_KEY, "the API server asks to slow down",              \
      "repeat with the same key as advised")                                                  \
    X(KUBE_QUOTA_UNKNOWN, UNAVAILABLE, SAME_KEY,                                              \
      "the cluster does not know its quota's use yet", "repeat with the same key")            \
    X(KUBE_CREDENTIALS_REJECTED, UNAVAILABLE, SAME_KEY, "the API server answered 401",        \
      "renew the token or certificate; it is read again by itself")                           \
    X(PREVIOUS_RUN_TERMINATING, UNAVAILABLE, SAME_KEY,                                        \
      "objects of an earlier run are still being deleted",                                    \
      "repeat with the same key as advised")                                                  \
    X(SERVER_DRAINING, UNAVAILABLE, SAME_KEY, "this server is about to stop",                 \
      "repeat with the same key: another replica takes it")                                   \
    X(AUDIT_UNAVAILABLE, UNAVAILABLE, SAME_KEY, "the audit log cannot be written",            \
      "make room for it")                                                                     \
    X(DEADLINE_BEFORE_START, DEADLINE_EXCEEDED, SAME_KEY,                                     \
      "too little time was left for a first write", "allow 10 s or more")                     \
    X(DEADLINE_DURING_SUBMIT, DEADLINE_EXCEEDED, SAME_KEY, "the time ended half-way",         \
      "repeat with the same key, and allow more time")                                        \
    X(CALL_CANCELLED, CANCELLED, SAME_KEY, "the caller went away or cancelled",               \
      "repeat with the same key")                                                             \
    X(METHOD_UNKNOWN, UNIMPLEMENTED, NO, "no such method",                                    \
      "look at grpcurl list; client and server may differ in version")                        \
    X(METHOD_DISABLED, UNIMPLEMENTED, NO, "the method is switched off",                       \
      "switch it on: --reflection=on")                                                        \
    X(INTERNAL_ERROR, INTERNAL, SAME_KEY, "a defect, or an answer that makes no sense",       \
      "repeat with the same key; report it with the log line")

enum spk_reason {
    SPK_NO_REASON,
#define X(reason, code, retry, cause, cure) SPK_##reason,
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

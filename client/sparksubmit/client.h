/* SPDX-License-Identifier: Apache-2.0 */
/**
 * client.h: calls to a SubmitService (sparksubmitd). Remote only: it links gRPC and
 * protobuf-c, none of the translation.
 *
 * Rules. Handles are opaque. All functions on one client may be called from any thread; a
 * result belongs to one thread at a time. Inputs are borrowed until the call returns; every
 * returned text belongs to its result and lives until that is freed. No function aborts, logs,
 * or touches errno or global state. Do not fork after sparksubmit_client_open.
 *
 * Texts of results and errors are a server's: at most 4 MiB in all, and they may hold
 * anything, control characters too. Escape them before a terminal or a log sees them.
 *
 * Structs start with their size: set it to sizeof, zero the rest. New members are appended, so
 * older callers keep working.
 */
#ifndef SPARKSUBMIT_CLIENT_H
#define SPARKSUBMIT_CLIENT_H

#include <sparksubmit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sparksubmit_client; /* one channel; any number of threads */
struct sparksubmit_result; /* one reply; one owner */

struct sparksubmit_client_config {
    size_t size;
    const char *target; /* "unix:/run/spark-submit/grpc.sock", a path, "host:port", ... */
    int attempts; /* of one logical call while the server is UNAVAILABLE; 0: 4, 1: no retry */
};

/**
 * Open a client; config is copied. Nothing is sent yet.
 *
 * The target is unix:PATH, unix:///PATH, an absolute path, tcp://HOST:PORT, HOST:PORT or
 * dns:///HOST:PORT; PATH has at most 107 bytes, PORT is 1 to 65535, an IPv6 address stands in
 * brackets. Calls are plain text: TCP is for the own machine or a proxy's network.
 *
 * Errors: INVALID_ARGUMENT when target is missing or none of these, or size is not known.
 */
SPARKSUBMIT_API bool sparksubmit_client_open(struct sparksubmit_client **out,
                                             const struct sparksubmit_client_config *config,
                                             struct sparksubmit_error *error);

/** Wait for running calls and close; NULL is a no-op. No call may be started meanwhile. */
SPARKSUBMIT_API void sparksubmit_client_close(struct sparksubmit_client *client);

/** End running calls that carry token (not 0) with CANCELLED; from any thread. */
SPARKSUBMIT_API void sparksubmit_client_cancel(struct sparksubmit_client *client,
                                               uint64_t token);

/** How a part of the work is done: as the server is configured, not at all, or by the server.
 */
enum sparksubmit_choice {
    SPARKSUBMIT_CHOICE_DEFAULT,
    SPARKSUBMIT_CHOICE_NONE,
    SPARKSUBMIT_CHOICE_DO,
    SPARKSUBMIT_CHOICE_AUTO, /* pod_mutation: by the server if the application has no uid and
                        no operator is beside it; else as DEFAULT */
};

/** An entry of a map; both are texts. */
struct sparksubmit_pair {
    const char *key, *value;
};

/** A payload to submit or render: a manifest, or arguments. */
struct sparksubmit_job {
    const char *manifest; /* JSON or YAML as kubectl prints it; NULL: arguments */
    size_t manifest_length;
    const char *const *arguments; /* spark-submit's, without the program's name */
    size_t n_arguments;
    const char *driver_template; /* text of a pod template, for arguments; NULL: none */
    size_t driver_template_length;
    const char *executor_template;
    size_t executor_template_length;
    const struct sparksubmit_pair *environment; /* variables that spark-submit looks at */
    size_t n_environment;
    const struct sparksubmit_pair
        *conf_files; /* files of SPARK_CONF_DIR, for arguments: name, text */
    size_t n_conf_files;
    const size_t *conf_file_lengths; /* of their texts; NULL: each ends at its NUL */
    const struct sparksubmit_pair
        *properties; /* what a properties file would hold, for arguments */
    size_t n_properties;
    const void
        *reserved[5]; /* zero: room for members to come, so that the struct keeps its size */
};

/** A submission. */
struct sparksubmit_submit {
    size_t size;
    struct sparksubmit_job job;
    const char *idempotency_key; /* of the attempt, whatever the job says; NULL: none */
    const char *submission_id;   /* NULL: the server's choice */
    const char *spark_version;   /* NULL: the manifest's */
    bool require_submission_id;
    bool validate_only;
    bool skip_defaults;
    enum sparksubmit_choice pod_mutation;     /* DO: by the server itself */
    enum sparksubmit_choice controller_steps; /* DO: by the server itself */
    uint64_t token;                           /* for sparksubmit_client_cancel; 0: none */
    const char *default_idempotency_key; /* used by the server if nothing else in the request
                                            names the attempt; NULL: made by the library, one
                                            per call, unless idempotency_key is given */
};

/**
 * Submit. Retries UNAVAILABLE within the deadline, with the same bytes. A reply that is nested
 * deeper than 16 messages, has more than 200000 fields or a text above 1 MiB is none.
 *
 * Units: deadline_ms 1..120000, 0 is 30000.
 * Owner: *out is the caller's until sparksubmit_result_free.
 * Errors: the server's; UNAVAILABLE when it cannot be reached; DEADLINE_EXCEEDED; CANCELLED;
 *         INVALID_ARGUMENT for a request the library cannot send. To repeat the call, send
 *         the same request with error->idempotency_key and error->default_idempotency_key.
 */
SPARKSUBMIT_API bool sparksubmit_client_submit(struct sparksubmit_client *client,
                                               const struct sparksubmit_submit *request,
                                               int64_t deadline_ms,
                                               struct sparksubmit_result **out,
                                               struct sparksubmit_error *error);

/** How far a rendering goes: Kubernetes objects, the operator's command line, defaults. */
enum sparksubmit_render_stage {
    SPARKSUBMIT_RENDER_OBJECTS,
    SPARKSUBMIT_RENDER_SUBMISSION,
    SPARKSUBMIT_RENDER_APPLICATION
};

/** A rendering; the members that sparksubmit_submit has as well mean the same. */
struct sparksubmit_render_request {
    size_t size;
    struct sparksubmit_job job;
    const char *idempotency_key, *submission_id, *spark_version;
    bool plain; /* true for exactly what spark-submit would have sent */
    bool skip_defaults;
    enum sparksubmit_render_stage stage;
    enum sparksubmit_choice pod_mutation, controller_steps;
    uint64_t token;
};

/** Render: objects come back as JSON texts. Errors, units and owner as
 * sparksubmit_client_submit. */
SPARKSUBMIT_API bool sparksubmit_client_render(
    struct sparksubmit_client *client, const struct sparksubmit_render_request *request,
    int64_t deadline_ms, struct sparksubmit_result **out, struct sparksubmit_error *error);

/**
 * A driver that exists: exactly one of the five ids, which must not be "". The newest of
 * several drivers that carry the id is meant.
 */
struct sparksubmit_driver {
    const char *ns; /* NULL: the server's namespace */
    const char *pod_name, *app_name, *submission_id, *spark_application_id, *attempt;
    const char *pod_uid; /* only the Pod with this uid; NULL: any */
    const void *reserved[2];
};

/** A question where a driver stands. */
struct sparksubmit_get_request {
    size_t size;
    struct sparksubmit_driver driver;
    uint64_t token;
};

/** Ask it. Errors, units and owner as sparksubmit_client_submit; NOT_FOUND: there is none. */
SPARKSUBMIT_API bool sparksubmit_client_get(struct sparksubmit_client *client,
                                            const struct sparksubmit_get_request *request,
                                            int64_t deadline_ms,
                                            struct sparksubmit_result **out,
                                            struct sparksubmit_error *error);

/** A wish to hear of a driver until it has ended. */
struct sparksubmit_watch_request {
    size_t size;
    struct sparksubmit_driver driver; /* all zero: resume_token names it */
    const char *resume_token; /* RESUME_TOKEN of an earlier watch of it; NULL: from now on */
    bool until_deleted;       /* true: an ended driver is watched until its Pod is gone */
    uint64_t token;
};

/**
 * A driver's status, as of sparksubmit_client_get: at first the present one, then one for each
 * change, but only the newest of those that came while this function ran.
 *
 * Owner: result is the library's; it goes when the function returns. Errors: false ends the
 * watch.
 */
typedef bool sparksubmit_watch_fn(const struct sparksubmit_result *result, void *context);

/**
 * Watch a driver: call fn, on the caller's thread, until the driver has ended (its STATE is
 * SUCCEEDED, FAILED or DELETED) or fn does not want more. A server that stops, or is away for
 * a while, X comes twice because of it.
 *
 * Units: deadline_ms, 0 is none. Errors: as sparksubmit_client_submit; NOT_FOUND: there is no
 * such driver; CANCELLED: by sparksubmit_client_cancel.
 */
SPARKSUBMIT_API bool sparksubmit_client_watch(struct sparksubmit_client *client,
                                              const struct sparksubmit_watch_request *request,
                                              int64_t deadline_ms, sparksubmit_watch_fn *fn,
                                              void *context, struct sparksubmit_error *error);

/** A question for a page of the drivers of a namespace. */
struct sparksubmit_list_request {
    size_t size;
    const char *ns;         /* NULL: the server's namespace */
    int page_size;          /* 1..50; 0: as many as the server gives */
    const char *page_token; /* NEXT_PAGE_TOKEN of the page before; NULL: the first page */
    uint64_t token;
};

/** Ask it. Errors, units and owner as sparksubmit_client_submit. */
SPARKSUBMIT_API bool sparksubmit_client_list(struct sparksubmit_client *client,
                                             const struct sparksubmit_list_request *request,
                                             int64_t deadline_ms,
                                             struct sparksubmit_result **out,
                                             struct sparksubmit_error *error);

/** An order to delete a driver; objects that it owns go with it. */
struct sparksubmit_kill_request {
    size_t size;
    struct sparksubmit_driver driver;
    bool allow_glob; /* true if pod_name may end in '*': every driver that starts so */
    bool dry_run;    /* true to delete nothing: ask whether it would be done */
    bool has_grace_period;
    int64_t grace_period_s; /* for its containers to end; else the Pod's own */
    uint64_t token;
};

/**
 * Give it. It is not repeated by itself; with pod_uid it may be repeated at any time, and a
 * driver that is gone is no error then. Errors, units and owner as sparksubmit_client_submit;
 * NOT_FOUND: there is none.
 */
SPARKSUBMIT_API bool sparksubmit_client_kill(struct sparksubmit_client *client,
                                             const struct sparksubmit_kill_request *request,
                                             int64_t deadline_ms,
                                             struct sparksubmit_result **out,
                                             struct sparksubmit_error *error);

/** Ask what the server is and can do. */
SPARKSUBMIT_API bool sparksubmit_client_info(struct sparksubmit_client *client,
                                             int64_t deadline_ms,
                                             struct sparksubmit_result **out,
                                             struct sparksubmit_error *error);

/** Whether service ("" is the whole process) is SERVING; false in *serving is no error. */
SPARKSUBMIT_API bool sparksubmit_client_health(struct sparksubmit_client *client,
                                               const char *service, int64_t deadline_ms,
                                               bool *serving, struct sparksubmit_error *error);

/** Texts of a result. */
enum sparksubmit_field {
    SPARKSUBMIT_FIELD_NAMESPACE,
    SPARKSUBMIT_FIELD_DRIVER_POD_NAME,
    SPARKSUBMIT_FIELD_DRIVER_POD_UID,
    SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID,
    SPARKSUBMIT_FIELD_APP_NAME,
    SPARKSUBMIT_FIELD_SUBMISSION_ID, /* the one really on the driver: store this */
    SPARKSUBMIT_FIELD_POD_PHASE,
    SPARKSUBMIT_FIELD_ATTEMPT,
    SPARKSUBMIT_FIELD_IDEMPOTENCY_KEY,
    SPARKSUBMIT_FIELD_ADOPTED,     /* "true" or "false" */
    SPARKSUBMIT_FIELD_WOULD_ADOPT, /* likewise */
    SPARKSUBMIT_FIELD_SERVER_NAME,
    SPARKSUBMIT_FIELD_SERVER_VERSION,
    SPARKSUBMIT_FIELD_API_VERSION,
    SPARKSUBMIT_FIELD_RENDER_REVISION,
    SPARKSUBMIT_FIELD_MODE,
    SPARKSUBMIT_FIELD_KUBERNETES_VERSION,
    SPARKSUBMIT_FIELD_DEFAULT_SPARK_VERSION,
    SPARKSUBMIT_FIELD_POD_MUTATION,      /* info and render: "NONE", "NATIVE" or "AUTO" */
    SPARKSUBMIT_FIELD_APPLICATION,       /* render: JSON */
    SPARKSUBMIT_FIELD_DRIVER_TEMPLATE,   /* render: JSON */
    SPARKSUBMIT_FIELD_EXECUTOR_TEMPLATE, /* render: JSON */
    SPARKSUBMIT_FIELD_STATE,             /* get: "GATED", "PENDING", "RUNNING", "SUCCEEDED",
                                            "FAILED", "DELETING", "DELETED", "UNKNOWN" */
    SPARKSUBMIT_FIELD_REASON,            /* get, likewise below: why, in Kubernetes' words */
    SPARKSUBMIT_FIELD_MESSAGE,
    SPARKSUBMIT_FIELD_CREATED_AT, /* "2026-01-31T12:00:00Z", likewise below */
    SPARKSUBMIT_FIELD_CONTAINER_NAME,
    SPARKSUBMIT_FIELD_CONTAINER_STATE, /* "WAITING", "RUNNING", "TERMINATED" */
    SPARKSUBMIT_FIELD_CONTAINER_REASON,
    SPARKSUBMIT_FIELD_CONTAINER_MESSAGE,
    SPARKSUBMIT_FIELD_CONTAINER_STARTED_AT,
    SPARKSUBMIT_FIELD_CONTAINER_FINISHED_AT,
    SPARKSUBMIT_FIELD_EXIT_CODE,       /* "" until the container ended */
    SPARKSUBMIT_FIELD_AMBIGUOUS,       /* get and kill: "true" or "false" */
    SPARKSUBMIT_FIELD_NEXT_PAGE_TOKEN, /* list: "" at the end */
    SPARKSUBMIT_FIELD_RESUME_TOKEN,    /* watch, which has all of get */
};

/** Lists of a result. */
enum sparksubmit_list {
    SPARKSUBMIT_LIST_OBJECT_KINDS, /* submit and render */
    SPARKSUBMIT_LIST_OBJECT_NAMES,
    SPARKSUBMIT_LIST_OBJECT_UIDS,         /* submit */
    SPARKSUBMIT_LIST_OBJECT_DISPOSITIONS, /* submit: "CREATED", "ADOPTED", "DRY_RUN_OK", ... */
    SPARKSUBMIT_LIST_OBJECTS,             /* render: JSON */
    SPARKSUBMIT_LIST_EXTRA_OBJECTS,       /* render, stage submission: JSON */
    SPARKSUBMIT_LIST_ARGUMENTS,           /* render, stage submission */
    SPARKSUBMIT_LIST_WARNING_CODES,
    SPARKSUBMIT_LIST_WARNING_FIELDS,
    SPARKSUBMIT_LIST_WARNINGS,
    SPARKSUBMIT_LIST_SPARK_VERSIONS, /* info */
    SPARKSUBMIT_LIST_FEATURES,
    SPARKSUBMIT_LIST_PAYLOAD_FORMS,
    SPARKSUBMIT_LIST_DIAGNOSIS_CAUSES, /* get: "UNSCHEDULABLE", "IMAGE_PULL", ... */
    SPARKSUBMIT_LIST_DIAGNOSIS_REASONS,
    SPARKSUBMIT_LIST_DIAGNOSIS_TEXTS,
    SPARKSUBMIT_LIST_DRIVER_NAMESPACES, /* list and kill */
    SPARKSUBMIT_LIST_DRIVER_POD_NAMES,
    SPARKSUBMIT_LIST_DRIVER_POD_UIDS,
    SPARKSUBMIT_LIST_DRIVER_STATES, /* list: as FIELD_STATE */
    SPARKSUBMIT_LIST_DRIVER_APP_NAMES,
    SPARKSUBMIT_LIST_DRIVER_CREATED_AT,
    SPARKSUBMIT_LIST_KILL_DISPOSITIONS, /* kill: "DELETED", "ALREADY_GONE", "DRY_RUN_OK" */
};

/** A text of the reply; "" when it lacks it. Owner: result. */
SPARKSUBMIT_API const char *sparksubmit_result_text(const struct sparksubmit_result *result,
                                                    enum sparksubmit_field field);

/** How many items a list of the reply has, and one of them. Owner: result. */
SPARKSUBMIT_API size_t sparksubmit_result_count(const struct sparksubmit_result *result,
                                                enum sparksubmit_list list);
SPARKSUBMIT_API const char *sparksubmit_result_item(const struct sparksubmit_result *result,
                                                    enum sparksubmit_list list,
                                                    size_t index); /* "" beyond the end */
SPARKSUBMIT_API void
sparksubmit_result_free(struct sparksubmit_result *result); /* NULL is a no-op */

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * service.h: what all operations share, and what each of them takes and gives. It is immutable
 * once the server runs, but for the list of what is under way and the health.
 *
 * Adding an operation: its request and response here, its file beside this one, its mapping in
 * grpc/messages.c and its row in grpc/methods.c.
 */
#pragma once

#include "base/queue.h"
#include "driver/query.h"
#include "driver/state.h"
#include "driver/watch.h"
#include "service/health.h"
#include "service/operation.h"
#include "submit/submit.h"
#include "translate/translate.h"

struct spk_service {
    struct spk_settings settings;
    const char *mode; /* "sidecar", "standalone" */
    struct spk_api *api;
    bool verifies_uids; /* true if applications are looked up before anything is created for
                           them */
    bool reads_applications; /* true if those that commands name are read: their counters tell
                                the attempt */
    struct spk_queue *running; /* operations that wait for the API server */
    struct spk_health *health;
    /* The API server's gitVersion; "" until it is known. */
    const char *(*kubernetes_version)(const void *context);
    const void *version_context;
};

/** Tell all that wait for the API server to send no further request; each still answers. */
void spk_service_cancel_all(const struct spk_service *service);

/** For types that wait for the API server: the operation's place in that list. */
struct spk_running {
    struct spk_queue_item item; /* first */
    struct spk_operation *operation;
};

/** Enter it, before anything is sent; the list holds the operation. */
void spk_running_enter(struct spk_running *running, struct spk_operation *operation);
/** Leave it before the answer, unless it was taken out to be cancelled. */
void spk_running_leave(struct spk_running *running);

/* ---- input that Submit and Render share ---- */

struct spk_input {
    struct spk_request core; /* all but the environment, tenant, random and time */
    /* A command's own environment: each of these that has entries stands for the server's. */
    struct spk_conf variables;
    struct spk_files conf_files;
    struct spk_warnings warnings; /* of what was ignored when the request was read */
};

/** For the two: the core's request with the caller's tenant, in the operation's arena. */
struct spk_request *spk_input_request(const struct spk_operation *operation,
                                      const struct spk_input *input);

/* ---- Submit: create the driver, exactly once per attempt ---- */

extern const struct spk_operation_type spk_submit_type;

struct spk_submit_request {
    struct spk_input input;
    bool validate_only, server_dry_run, require_submission_id;
};

struct spk_submit_response {
    const struct spk_submit_result *result;
    const char *idempotency_key; /* given or drawn; NULL: none was needed */
    bool validate_only;
    const struct spk_warnings *warnings; /* besides those of result */
};

/* ---- Render: what Submit would create ---- */

extern const struct spk_operation_type spk_render_type;

enum spk_render_format {
    SPK_RENDER_TREE, /* trees, for transports that have a form of their own for them */
    SPK_RENDER_JSON,
    SPK_RENDER_YAML,
};

struct spk_render_request {
    struct spk_input input;
    struct spk_view view;
    enum spk_render_format format;
};

struct spk_rendered_object {
    const char *kind, *name;
    const cJSON *tree;
    const char *text; /* NULL: the tree was asked for */
};

struct spk_rendered_objects {
    struct spk_rendered_object *items;
    size_t n;
};

struct spk_render_response {
    enum spk_stage stage;
    struct spk_rendered_objects objects; /* OBJECTS: all, in the order of creation; SUBMISSION:
                                            what the controller creates first */
    struct spk_strings arguments;        /* of spark-submit; none with APPLICATION */
    const struct spk_conf *properties;   /* OBJECTS: the driver's */
    const struct spk_rendered_object *driver_template, *executor_template; /* SUBMISSION */
    const struct spk_rendered_object *application;                         /* APPLICATION */
    bool has_pod_mutation;
    enum spk_pod_mutation pod_mutation;
    const struct spk_warnings *request_warnings, *warnings; /* in this order */
};

/* ---- GetSubmission: where a driver stands, from the cluster ---- */

extern const struct spk_operation_type spk_get_type;

struct spk_get_request {
    struct spk_driver_target target; /* as the caller gave it; ns NULL: the default one */
};

struct spk_get_response {
    struct spk_driver_state driver;
    struct spk_diagnoses diagnoses;
    bool ambiguous;
};

/* ---- ListSubmissions: the drivers of a namespace ---- */

extern const struct spk_operation_type spk_list_type;

struct spk_list_request {
    const char *ns;         /* NULL: the default one */
    int page_size;          /* 0: the largest */
    const char *page_token; /* NULL: the first page */
};

struct spk_list_response {
    struct spk_driver_state *drivers;
    size_t n_drivers;
    const char *next_page; /* NULL: there is none */
};

/* ---- KillSubmission: delete drivers ---- */

extern const struct spk_operation_type spk_kill_type;

struct spk_kill_request {
    struct spk_driver_target target; /* as for GetSubmission */
    const int64_t *grace_s;          /* for its containers to end; NULL: the Pod's own */
    bool allow_glob, dry_run;
};

struct spk_killed_driver {
    const char *ns, *name, *uid;
    enum spk_killed killed;
};

struct spk_kill_response {
    struct spk_killed_driver *drivers;
    size_t n_drivers;
    bool ambiguous;
};

/* ---- WatchSubmission: one driver from now until it ends, a stream ---- */

extern const struct spk_operation_type spk_watch_type;

struct spk_watch_request {
    struct spk_driver_target target;
    const char *resume_token; /* NULL, "": none */
    bool until_terminal; /* true if it ends when the driver has; else when its Pod is gone */
};

/** The state that is, or has become; the newest one if the client is slow. */
struct spk_watch_response {
    struct spk_driver_watch_view view;
    bool ambiguous; /* true if other drivers carry the label: this is the newest */
};

/* ---- GetInfo: what the server is and can do; it takes no request ---- */

extern const struct spk_operation_type spk_info_type;

struct spk_info_limit {
    const char *name; /* "request_bytes" */
    int64_t value;
};

struct spk_info_response {
    const char *name, *version, *api_version, *mode, *kubernetes_version;
    int render_revision;
    struct spk_strings spark_versions, features, payload_forms;
    const char *default_spark_version;
    enum spk_pod_mutation pod_mutation;
    const struct spk_info_limit *limits;
    size_t n_limits;
};

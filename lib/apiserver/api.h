/* SPDX-License-Identifier: Apache-2.0 */
/**
 * api.h: one request to an API server, and the interface that the real one (over libcurl) and
 * the one in memory share. Nothing here blocks: a job is started and finished later, on the
 * API server's own loop.
 *
 * The layer knows verbs, resources, credentials and what was seen on the wire; what to do
 * about it is the protocol's business.
 */
#pragma once

#include "apiserver/impersonation.h"
#include "base/err.h"
#include "base/queue.h"
#include "json/json.h"

#include <stdatomic.h>

enum spk_api_verb {
    SPK_API_GET,
    SPK_API_LIST,
    SPK_API_WATCH, /* of what LIST would list */
    SPK_API_CREATE,
    SPK_API_UPDATE, /* PUT */
    SPK_API_JSON_PATCH,
    SPK_API_MERGE_PATCH,
    SPK_API_DELETE,
    SPK_API_VERSION, /* GET /version */
    SPK_API_WAIT,    /* no request: done after wait_ms */
};

/** Whether a request of the verb may change something. */
bool spk_api_is_write(enum spk_api_verb verb);

/** A kind the client may touch; the table in api.c is the whole surface. */
struct spk_resource {
    const char *kind, *api_version, *plural;
    bool cluster_scoped; /* true if it has no namespace */
    bool
        label_name; /* true if names are RFC 1035 labels (Service), else RFC 1123 subdomains */
    const char *remedy; /* what helps where the kind is not served; NULL: it always is */
};

/** NULL: not on the surface. Without an api_version the first row of the kind. */
const struct spk_resource *spk_resource_find(const char *api_version, const char *kind);

/** "Pod" of "pods"; what is not on the surface, or is a kind already, comes back as it is. */
const char *spk_resource_kind(const char *plural);

struct spk_api_request {
    enum spk_api_verb verb;
    const struct spk_resource *resource;
    const char *ns;             /* NULL: LIST of all namespaces, or no namespaces there */
    const char *name;           /* NULL for LIST, WATCH and CREATE */
    const char *label_selector; /* LIST, WATCH; built from checked keys and values */
    const char *field_selector; /* LIST, WATCH: "involvedObject.uid=..."; NULL: any */
    unsigned limit;             /* LIST: items of a page; 0: no pages */
    const char *continue_token; /* LIST: metadata.continue of the page before; NULL: none */
    const char *version;        /* WATCH: resourceVersion to start after; NULL: now */
    const char *body;           /* JSON; NULL: none */
    size_t body_length;
    int timeout_s;        /* ?timeout= of a write, timeoutSeconds of a WATCH; 0: none */
    bool dry_run, strict; /* true for dryRun=All; for fieldValidation=Strict instead of Warn */
    int64_t wait_ms;      /* SPK_API_WAIT */
    int64_t idle_ms;      /* WATCH ends if nothing comes for so long; 0: SPK_WATCH_IDLE_MS */
    const char *audit_id; /* UUID per request; NULL: none */
    bool metadata_only;   /* true if PartialObjectMetadata will do, in answers and events */
    bool cached; /* LIST: true if the API server's cache will do (resourceVersion=0) */
    /* Whom to act as; NULL: as the configuration says. Lives as long as the job. */
    const struct spk_impersonation *as;
    const char *traceparent; /* W3C trace context of the call; NULL: none */
    unsigned try;            /* of this step of a submission: 1, 2, ...; 0: not counted */
};

/** The fate of a request on the way; SPK_API_ANSWERED says nothing about the HTTP status. */
enum spk_api_transport {
    SPK_API_ANSWERED,
    SPK_API_NOT_SENT,    /* no byte of the request left: no effect */
    SPK_API_INTERRUPTED, /* sent, answer unknown */
    SPK_API_TRUNCATED,   /* answered; the body is cut or above the limit */
    SPK_API_REFUSED,     /* by the client, for what the request is: it is never sent */
    SPK_API_CANCELLED,   /* as asked; of a write: before a byte of it left */
};

struct spk_api_cause {
    const char *field, *message, *reason;
};

struct spk_api_reply {
    enum spk_api_transport transport;
    enum spk_reason refused;                 /* why, if it is SPK_API_REFUSED */
    int http;                                /* 0 unless answered */
    const cJSON *object;                     /* of a 2xx; NULL if it could not be read */
    const char *reason, *message;            /* of a Status; "" if none */
    const char *details_kind, *details_name; /* "" if none */
    const struct spk_api_cause *causes;
    size_t n_causes;
    size_t body_length;          /* bytes of the answer's body */
    int64_t retry_after_ms;      /* 0: none */
    int64_t date_s;              /* Date header, Unix seconds; 0: none */
    struct spk_strings warnings; /* texts of Warning headers */
    const char *trouble;  /* why there is no answer, or a page that is no Status; "" else */
    const char *location; /* where a redirect leads, without user and query; NULL: none */
    bool lasting; /* NOT_SENT: true if another try would end alike, as it is not the network */
};

enum spk_watch_type {
    SPK_WATCH_ADDED,
    SPK_WATCH_MODIFIED,
    SPK_WATCH_DELETED,
    SPK_WATCH_BOOKMARK, /* nothing but a newer version to go on from */
};

/** One event of a watch; all of it goes when on_event returns. */
struct spk_watch_event {
    enum spk_watch_type type;
    const cJSON *object;     /* of a bookmark: little more than metadata.resourceVersion */
    const char *version;     /* its metadata.resourceVersion; "" if it has none */
    struct spk_arena *arena; /* on_event may use it; it is freed as a whole */
};

/**
 * A request under way. Request bytes and reply live in arena, which must outlive the job.
 * done is called exactly once, on the loop's thread (or, for the API server in memory, inside
 * spk_api_start).
 *
 * A watch calls on_event, on the thread that calls done, for each event, and keeps nothing of
 * it; an owner that is slow keeps the newest state only. Its end: ANSWERED and 200 if the
 * server closed it in order; ANSWERED and the code of an ERROR event, 410 if version is too
 * old; TRUNCATED if the connection was cut, nothing came for idle_ms, or an event was too
 * large. Watches of a real API server have a thread of their own.
 */
struct spk_api_job {
    struct spk_queue_item item; /* first: the loop's hand-over list */
    struct spk_arena *arena;
    struct spk_api_request request;
    struct spk_api_reply reply;
    int64_t deadline_ms; /* monotonic: ends as NOT_SENT or INTERRUPTED then */
    void (*on_event)(struct spk_api_job *job, const struct spk_watch_event *event);
    void (*done)(struct spk_api_job *job);
    void *context; /* of the owner of on_event and done */
    void *loop;    /* private to the loop, like what follows */
    int64_t due_ms, started_ms;
    atomic_bool cancelled; /* false in a new job; cancelled before its start counts too */
};

struct spk_api;

struct spk_api_ops {
    void (*start)(struct spk_api *api, struct spk_api_job *job);
    void (*cancel)(struct spk_api *api, struct spk_api_job *job);
    int64_t (*now_ms)(struct spk_api *api); /* monotonic */
    void (*close)(struct spk_api *api);
};

/** An observer of a client's requests; NULL: not interested. */
struct spk_api_observer {
    /* A request is over; called before its owner hears of it, on the same thread. */
    void (*request)(struct spk_api_observer *observer, const struct spk_api_job *job,
                    int64_t ms);
    /* The token's file was read: others are in force now, or it cannot be read. */
    void (*credentials)(struct spk_api_observer *observer, bool renewed);
};

/** The head of every implementation. */
struct spk_api {
    const struct spk_api_ops *ops;
    const char *url;                   /* "https://10.96.0.1:443" or "memory" */
    const char *default_namespace;     /* of the context or the Pod; NULL: none is named */
    atomic_int_fast64_t ticked_ms;     /* monotonic: its loop's last turn; 0: it has no loop */
    struct spk_api_observer *observer; /* NULL: none; set before the first job */
};

void spk_api_start(struct spk_api *api, struct spk_api_job *job);

/**
 * Ask for an early end: done is still called, with SPK_API_CANCELLED unless it was over. A
 * write that waits for its turn or a connection is dropped; one whose first byte left goes on.
 */
void spk_api_cancel(struct spk_api *api, struct spk_api_job *job);

/** For implementations: job is over. */
void spk_api_finish(struct spk_api *api, struct spk_api_job *job);

/**
 * The path of request's object (of a LIST or CREATE: of its collection) below the API server's
 * address, without a query: "/api/v1/namespaces/ns/pods/name". Cut if it does not fit.
 */
void spk_api_path(const struct spk_api_request *request, char *out, size_t size);

/** "GET", "CREATE", ...: the verbs of Kubernetes' audit log in capitals. */
const char *spk_api_verb_name(enum spk_api_verb verb);

void spk_api_close(struct spk_api *api); /* waits for running jobs; NULL is a no-op */

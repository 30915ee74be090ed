/* SPDX-License-Identifier: Apache-2.0 */
/**
 * query.h: what an API server is asked to find, list and kill drivers, and what its answers
 * mean: a state machine without I/O. The cluster is all that is known of a driver; nothing is
 * remembered from one query to the next.
 */
#pragma once

#include "driver/diagnosis.h"
#include "driver/find.h"

/** A request to the API server; of Pods, unless it is EVENTS. */
enum spk_query_verb {
    SPK_QUERY_GET,
    SPK_QUERY_LIST,
    SPK_QUERY_EVENTS, /* a LIST of Events */
    SPK_QUERY_DELETE,
};

struct spk_query_request {
    enum spk_query_verb verb;
    const char *ns;   /* NULL: LIST of all namespaces */
    const char *name; /* GET and DELETE */
    const char *label_selector, *field_selector, *continue_token; /* LIST, EVENTS; or NULL */
    unsigned limit;                                               /* LIST and EVENTS */
    const char *body;                                             /* DELETE */
    bool metadata_only, dry_run;
};

/** An answer. Everything in it may go once the machine has seen it. */
struct spk_query_answer {
    int http;            /* 0: there is none */
    const char *reason;  /* of a Status; "" if none */
    const cJSON *object; /* of a 2xx */
    int64_t date_s;      /* of the API server's clock, Unix seconds; 0: none */
    const struct spk_err
        *refusal; /* why the query ends if this is the last word; NULL: a 2xx with an object */
};

enum spk_query_purpose {
    SPK_QUERY_FIND, /* one driver: the newest; with a prefix all */
    SPK_QUERY_PAGE, /* some of all drivers */
    SPK_QUERY_KILL, /* delete what FIND finds */
};

/** The fate of a driver that was to be killed. */
enum spk_killed {
    SPK_KILLED_DELETED, /* its deletion has begun, at the latest now */
    SPK_KILLED_GONE,    /* it was not there any more */
    SPK_KILLED_DRY_RUN, /* it would be deleted */
};

struct spk_found_driver {
    const cJSON *pod; /* KILL by prefix or label: only its metadata */
    enum spk_killed killed;
};

struct spk_driver_query {
    /* The caller's to fill in. */
    enum spk_query_purpose purpose;
    struct spk_driver_target target; /* checked */
    bool any_role; /* true if a Pod of the name is meant whether or not it is Spark's driver */
    bool
        explains; /* FIND: true if events about a driver that has been pending are asked for */
    unsigned page_size;     /* PAGE */
    const char *page_token; /* PAGE; NULL: the first */
    const int64_t *grace_s; /* KILL, for its containers to end; NULL: its own */
    bool dry_run;           /* KILL: true if nothing is to be deleted */
    bool blind; /* KILL: true if the Pod of the name is deleted without a look at it first */

    /* The answer, in the arena. */
    struct spk_found_driver *found;
    size_t n_found;
    bool ambiguous;                 /* FIND, KILL: true if others carry the label as well */
    const char *next_page;          /* PAGE; NULL: this was the last */
    struct spk_diagnoses diagnoses; /* FIND: of the first */
    bool is_no_driver;     /* true if the Pod of the name is no driver: nothing was found */
    const char *other_uid; /* nothing was found: the Pod of the name has this uid */

    /* Private. */
    struct spk_query_request request; /* the last one */
    size_t at;                        /* KILL: the one in hand */
    unsigned pages, conflicts;
    bool started;
};

enum spk_query_step {
    SPK_QUERY_ASK,  /* query->request is to be carried out */
    SPK_QUERY_DONE, /* the answer is there */
    SPK_QUERY_FAIL, /* err is filled in */
};

/**
 * The next step; answer is that to the last request, NULL at the start. Finding nothing is no
 * failure: n_found is 0.
 *
 * @owner  texts of the request and the answer live in arena
 * @errors those of refusals; KUBE_ERROR: an answer is not what was asked for;
 *         RESULT_TOO_LARGE: more drivers than one call can go through. The note "killed" says
 *         how many drivers were deleted before
 */
enum spk_query_step spk_driver_query_next(struct spk_driver_query *query,
                                          struct spk_arena *arena,
                                          const struct spk_query_answer *answer,
                                          struct spk_err *err);

/** No driver was found: SUBMISSION_NOT_FOUND, and why. Returns false. */
bool spk_driver_query_fail_absent(const struct spk_driver_query *query,
                                  struct spk_arena *arena, struct spk_err *err);

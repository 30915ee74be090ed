/* SPDX-License-Identifier: Apache-2.0 */
/**
 * janitor.h: deletes what no submission will ever finish: gated drivers that nobody opened,
 * and children that no driver uses. One round over one namespace, without I/O: an answer goes
 * in, the next request comes out. It lists and deletes, and does nothing else.
 *
 * The API server's answers decide, never memory: an object is read again, together with the
 * drivers of its application, right before it is deleted, and the DELETE names its uid and
 * resourceVersion. So any number of janitors may run at the same time.
 *
 * Memory: what a round remembers lives in the arena of spk_janitor_begin; an action's texts
 * live there, too. An answer is not looked at after the step it is given to.
 */
#pragma once

#include "base/limits.h"
#include "json/json.h"

/** How many kinds are looked through. */
#define SPK_JANITOR_KINDS 5

/** Why an object may go; rows of the table in README.md. */
enum spk_janitor_rule {
    SPK_JANITOR_KEEP,
    SPK_JANITOR_UNOWNED,    /* J1 */
    SPK_JANITOR_SUPERSEDED, /* J2 */
    SPK_JANITOR_UNOPENED,   /* J3 */
};

/** "J1", "J2", "J3"; "" of KEEP. */
const char *spk_janitor_rule_name(enum spk_janitor_rule rule);

/** The marks of one object; texts are NULL where it has none. */
struct spk_janitor_marks {
    const char *attempt, *key, *application_uid, *order;
};

/** Drivers as far as the rules need them. */
struct spk_janitor_drivers {
    struct spk_janitor_marks *items;
    size_t n, capacity;
};

/**
 * Judge one object: a driver by itself; a child by drivers, which holds every driver of its
 * namespace that has its attempt or its application. min_age_s is how old it must be.
 */
enum spk_janitor_rule spk_janitor_judge(bool is_driver, const cJSON *object,
                                        const struct spk_janitor_drivers *drivers,
                                        int64_t now_s, int64_t min_age_s);

/* Private: what a round is doing. */
enum spk_janitor_phase {
    SPK_JANITOR_LIST_WAITING, /* Pods that have not started */
    SPK_JANITOR_LIST_DRIVERS, /* the marks of all */
    SPK_JANITOR_LIST_CHILDREN,
    SPK_JANITOR_READ_AGAIN,   /* the candidate in hand */
    SPK_JANITOR_READ_DRIVERS, /* those that could use it */
    SPK_JANITOR_REMOVE,
    SPK_JANITOR_OVER,
};

enum spk_janitor_request {
    SPK_JANITOR_LIST,
    SPK_JANITOR_DELETE,
    SPK_JANITOR_DONE, /* the round is over */
};

/** The next request; texts are NULL where they do not apply. */
struct spk_janitor_action {
    enum spk_janitor_request request;
    const char *api_version, *kind;
    const char *label_selector, *field_selector, *continue_token; /* of a LIST */
    unsigned limit;                                               /* of a LIST; 0: none */
    bool metadata_only;
    const char *name, *uid, *resource_version; /* of a DELETE */
};

/** The answer to an action. */
struct spk_janitor_seen {
    int http; /* 0: none came */
    const cJSON *object;
    int64_t now_s; /* the API server's Date, else the clock here */
};

/** One object that a round chose. */
struct spk_janitor_candidate {
    size_t kind; /* row of the table of kinds */
    const char *name, *uid;
    const char *attempt, *application_uid;
};

/** A deletion that took effect. */
struct spk_janitor_deleted {
    const char *kind, *name;
    enum spk_janitor_rule rule;
};

/** Private but for the results. */
struct spk_janitor {
    struct spk_arena *arena;
    int64_t min_age_s;
    enum spk_janitor_phase phase;
    size_t kind; /* being listed */
    const char *continue_token;
    struct spk_janitor_drivers drivers;
    struct spk_janitor_candidate candidates[SPK_JANITOR_OBJECTS];
    size_t n_candidates, at;
    const char *resource_version; /* of the candidate in hand, as just read */
    cJSON *again;
    enum spk_janitor_rule rule;

    /* Results. */
    struct spk_janitor_deleted deleted[SPK_JANITOR_OBJECTS];
    size_t n_deleted;
    int trouble;              /* HTTP status, 0 without an answer, of what ended the round
                                 early; -1: nothing did */
    const char *trouble_kind; /* what was asked for then */
    const char *unlisted[SPK_JANITOR_KINDS]; /* kinds that may not be listed here */
    size_t n_unlisted;
};

/**
 * Begin a round.
 *
 * @units min_age_s: seconds since an object's creation; at least four times the longest
 *        deadline of a call, which may still be about to use it
 */
void spk_janitor_begin(struct spk_janitor *janitor, struct spk_arena *arena,
                       int64_t min_age_s);

/** One step. seen is NULL in the first. */
struct spk_janitor_action spk_janitor_next(struct spk_janitor *janitor,
                                           const struct spk_janitor_seen *seen);

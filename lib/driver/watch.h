/* SPDX-License-Identifier: Apache-2.0 */
/**
 * watch.h: one driver from now until it ends: a state machine without I/O. It says what the
 * API server is to be asked next and notices each change of the driver once, however often it
 * is told of it. Changes that nobody looked at in between
 * are gone but for the last one.
 *
 * @source
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
#pragma once

#include "base/err.h"
#include "driver/diagnosis.h"
#include "driver/state.h"

enum spk_driver_watch_step {
    SPK_DRIVER_WATCH_READ,    /* GET the Pod, then spk_driver_watch_read */
    SPK_DRIVER_WATCH_EVENTS,  /* watch the Pod after watch->version for watch->timeout_s:
                                 spk_driver_watch_event for each, then spk_driver_watch_closed
                               */
    SPK_DRIVER_WATCH_WAIT,    /* for watch->wait_ms, then spk_driver_watch_waited */
    SPK_DRIVER_WATCH_END,     /* the driver has ended: pod is the last of it */
    SPK_DRIVER_WATCH_FAIL,    /* err is filled in */
    SPK_DRIVER_WATCH_REFUSED, /* the answer is the last word: why, only its reader can tell */
};

/** An answer of the API server; its parts may go once the machine has seen it. */
struct spk_driver_watch_answer {
    int http;               /* 0: there is none */
    const char *reason;     /* of a Status; "" if none */
    const cJSON *object;    /* of a GET that succeeded */
    int64_t retry_after_ms; /* 0: none */
};

#define SPK_WATCH_TEXT_SIZE 128 /* of a uid, a resourceVersion; longer ones are refused */

struct spk_driver_watch {
    /* The caller's to fill in. */
    const char *ns, *name; /* of the Pod */
    bool until_terminal;   /* true if it ends when the driver has; else when its Pod is gone */
    uint64_t seed;         /* of what is waited, so that many do not come at once */

    /* The driver as it was seen last; for callers. */
    const cJSON *pod; /* without managedFields and annotations; NULL: never seen */
    bool is_deleted;  /* true if there is no such Pod any more: pod is what it was */
    bool changed;     /* true once something to show has changed; the caller resets it */
    bool polls;       /* true without the right to watch: it is read again and again */
    char uid[SPK_WATCH_TEXT_SIZE];     /* "": never seen */
    char version[SPK_WATCH_TEXT_SIZE]; /* resourceVersion to go on from */
    int64_t wait_ms;
    int timeout_s;

    /* Private. */
    char resumed[SPK_WATCH_TEXT_SIZE]; /* the resourceVersion that was shown before */
    struct spk_arena memory[2];        /* pod lives in one of them */
    unsigned at, failures;
    bool heard; /* true if something came since the last step */
    bool reads; /* true if it reads after the wait */
};

/**
 * Start from nothing.
 *
 * @owner  texts must outlive the machine; spk_driver_watch_done ends it
 */
void spk_driver_watch_init(struct spk_driver_watch *watch, const char *ns, const char *name);
void spk_driver_watch_done(struct spk_driver_watch *watch);

/* ---- going on where another watch ended ---- */

/** A text for a later watch: "1/ns/name/uid/resourceVersion". NULL: nothing was seen yet. */
const char *spk_driver_watch_token(const struct spk_driver_watch *watch,
                                   struct spk_arena *arena);

/** A token taken apart. */
struct spk_driver_token {
    const char *ns, *name, *uid, *version;
};

/** @owner *out lives in arena @errors false: it is no token */
bool spk_driver_token_read(struct spk_arena *arena, const char *text,
                           struct spk_driver_token *out) SPK_CHECK;

/**
 * Go on from token, which is one of this Pod: the state that it stands for is not shown again,
 * and a Pod that is gone is deleted rather than never seen.
 *
 * @errors false: its uid or version is none that Kubernetes could have given
 */
bool spk_driver_watch_resume(struct spk_driver_watch *watch,
                             const struct spk_driver_token *token) SPK_CHECK;

/* ---- steps ---- */

/** The first step. */
enum spk_driver_watch_step spk_driver_watch_start(struct spk_driver_watch *watch);

/**
 * The Pod was found already, or has been read.
 *
 * @errors SUBMISSION_NOT_FOUND  there is no such Pod, and never was as far as is known
 *         KUBE_ERROR            the Pod is too large
 */
enum spk_driver_watch_step spk_driver_watch_read(struct spk_driver_watch *watch,
                                                 const struct spk_driver_watch_answer *answer,
                                                 struct spk_err *err);

/** An event says that the object is so now, that it was so, or only how far the watch is. */
enum spk_driver_watch_event { SPK_DRIVER_HAS, SPK_DRIVER_HAD, SPK_DRIVER_BOOKMARK };

/** An event of the Pod's name. true: the driver has ended, the watch may be given up. */
bool spk_driver_watch_event(struct spk_driver_watch *watch, enum spk_driver_watch_event event,
                            const cJSON *object, const char *version);

/** The watch has ended, in order if http is 200 and is_cut is false. */
enum spk_driver_watch_step
spk_driver_watch_closed(struct spk_driver_watch *watch,
                        const struct spk_driver_watch_answer *answer, bool is_cut);

enum spk_driver_watch_step spk_driver_watch_waited(struct spk_driver_watch *watch);

/** A driver as it is to be shown. */
struct spk_driver_watch_view {
    struct spk_driver_state driver;
    struct spk_diagnoses diagnoses; /* of the Pod itself */
    const char *token;              /* NULL: there is none */
};

/** @owner everything lives in arena: the watch may go on */
struct spk_driver_watch_view spk_driver_watch_show(const struct spk_driver_watch *watch,
                                                   struct spk_arena *arena);

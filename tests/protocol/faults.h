/* SPDX-License-Identifier: Apache-2.0 */
/** faults.h: what can happen to one request on its way to the API server and back. */
#pragma once

#include "apiserver/api.h"

enum fault {
    FAULT_NONE,
    FAULT_NOT_SENT,     /* no connection */
    FAULT_LOST,         /* sent, never arrives */
    FAULT_ACK_LOST,     /* has its effect, the answer is lost */
    FAULT_ERROR,        /* 500 without effect */
    FAULT_ACK_ERROR,    /* 504 although it has its effect */
    FAULT_THROTTLED,    /* 429 */
    FAULT_CONFLICT,     /* 409 Conflict */
    FAULT_QUOTA,        /* 403 exceeded quota */
    FAULT_FORBIDDEN,    /* 403, a right is missing */
    FAULT_UNAUTHORIZED, /* 401 */
    FAULT_ODD,          /* 417, which nobody expects */
    FAULT_OTHER,        /* has its effect, answered with another object */
    FAULT_CUT,          /* has its effect, the answer cannot be read */
    FAULT_LATE,         /* the answer is lost, the effect comes later */
    FAULT_VERY_LATE,    /* the same, maybe only when the call has long been answered */
    /* It has its effect, and no answer to anything comes after this one: sent a second time by
     * the client library, the connection refused; ... */
    FAULT_CUT_OFF,
    FAULT_EXISTS_CUT_OFF,   /* ... answered AlreadyExists */
    FAULT_CONFLICT_CUT_OFF, /* ... answered Conflict */
    FAULT_QUOTA_CUT_OFF,    /* ... answered that the quota is used up: by the first sending */
    FAULT_INVALID_CUT_OFF,  /* ... answered that a test of the patch failed */
    FAULT_GONE_CUT_OFF,     /* ... answered NotFound: it was deleted in between */
    FAULT_CRASH_BEFORE,     /* the caller dies, the request never leaves */
    FAULT_CRASH_AFTER,      /* the caller dies when the request has had its effect */
    FAULT_COUNT
};

/** What a fault makes of a request. */
struct fault_rule {
    const char *name;
    bool effect; /* whether it is carried out at once */
    enum spk_api_transport transport;
    int http; /* 0: no answer, or the real one */
    const char *reason, *message;
    bool cuts_off;     /* nothing of the call gets through after it */
    bool leaves_doubt; /* nobody can know whether it had its effect */
};
extern const struct fault_rule fault_rules[FAULT_COUNT];

/** The faults that a request of a verb can meet, FAULT_NONE first, deaths of the caller last.
 */
struct fault_list {
    const enum fault *items;
    unsigned n, deaths;
};
struct fault_list fault_list(enum spk_api_verb verb);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * outcome.h: what happened to my request? Every observation is one of three things: the
 * request had no effect, it had its effect, or nobody knows yet. One table decides, and says
 * what to do next. Nothing is sent again before this has been asked.
 */
#pragma once

#include "base/err.h"
#include "json/json.h"

/** The fate of a request on its way to the API server and back. */
enum spk_seen_way {
    SPK_SEEN_ANSWER,
    SPK_SEEN_NOT_SENT,    /* no byte left, or the server says that it did nothing */
    SPK_SEEN_INTERRUPTED, /* sent, no answer; also a write that was cancelled */
    SPK_SEEN_CUT,         /* answered; the body is cut or above the limit */
    SPK_SEEN_REFUSED,     /* never sent, for what the request is: it will not get better */
};

/** The content of a 2xx's body. */
enum spk_seen_object {
    SPK_SEEN_NO_OBJECT, /* nothing that can be read */
    SPK_SEEN_OURS,      /* name, namespace and key are those of the request */
    SPK_SEEN_MISMATCH,  /* not of the API server: of a proxy or a cache */
};

/** One observation; the machine fills in what, whoever has the socket the rest. */
struct spk_seen {
    size_t part; /* index of the part that it is about */
    bool waited; /* true if it is the end of a wait; then nothing else is set */
    enum spk_seen_way way;
    int http;            /* 0 unless answered or cut */
    const char *reason;  /* of the Status; "" if none */
    const char *message; /* likewise */
    const cJSON *object; /* of a 2xx; NULL if it could not be read */
    int64_t retry_after_ms;
    int64_t date_s;                /* of the API server, Unix seconds; 0: unknown */
    const struct spk_err *refusal; /* what it means if it is the last word; NULL with a 2xx */
    enum spk_seen_object what;
    bool lasting; /* true if not sent for a reason that another try will meet as well */
};

enum spk_write { SPK_WRITE_CREATE, SPK_WRITE_PATCH, SPK_WRITE_DELETE };

enum spk_effect {
    SPK_EFFECT_NO,
    SPK_EFFECT_YES,
    SPK_EFFECT_MAYBE,
    /* None of its own; but a client library sends a request again by itself when its
     * connection dies, and a refusal of this kind may answer the second sending because the
     * first had its effect. So: MAYBE, until a GET says. */
    SPK_EFFECT_UNLESS_RESENT,
};

enum spk_follow_up {
    SPK_FOLLOW_NONE,       /* over */
    SPK_FOLLOW_RETRY,      /* wait, send it again */
    SPK_FOLLOW_READ,       /* GET, then decide */
    SPK_FOLLOW_WAIT_READ,  /* wait, GET, then decide */
    SPK_FOLLOW_READ_FINAL, /* GET: it may be there all the same; else this was the last word */
    SPK_FOLLOW_FINAL, /* the last word, unless an earlier request may have had an effect */
};

struct spk_outcome_rule {
    int row; /* of the table in README.md, for messages and tests */
    enum spk_effect effect;
    enum spk_follow_up next;
};

/**
 * Classify what a write led to.
 *
 * @source k8s.io/apimachinery pkg/api/errors; RFC 9113 8.7 for what counts as not sent
 */
const struct spk_outcome_rule *spk_outcome_of(enum spk_write write,
                                              const struct spk_seen *seen);

/** The result of a GET. */
enum spk_read_outcome {
    SPK_READ_FOUND,
    SPK_READ_ABSENT,
    SPK_READ_UNCLEAR,  /* wait, read again */
    SPK_READ_MISMATCH, /* another object than the one asked for */
    SPK_READ_REFUSED,
};
enum spk_read_outcome spk_outcome_of_read(const struct spk_seen *seen);

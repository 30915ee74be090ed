/* SPDX-License-Identifier: Apache-2.0 */
/**
 * transfer.h: one request under way on one easy handle: from a job to the wire, and what comes
 * back. Bytes of an answer go to the job's arena, events of a watch straight to its owner;
 * libcurl's frames are never jumped over.
 */
#pragma once

#include "apiserver/api.h"
#include "apiserver/http/connections.h"
#include "apiserver/http/credentials.h"
#include "apiserver/http/endpoint.h"
#include "apiserver/http/watch_events.h"

struct spk_transfer {
    CURL *easy;
    struct spk_connections *connections; /* of the loop */
    struct spk_api_job *job;             /* NULL: idle */
    struct spk_transfer *next_idle;
    struct curl_slist *headers;
    unsigned generation; /* of the credentials it carries */
    bool resent;         /* true if sent again after a 401 */
    bool fresh;          /* true if on a connection of its own: the last one may be frozen */
    bool watched;        /* true if libcurl says when it begins to send */
    bool sent;           /* true if it began, on this connection or one that it gave up */
    int64_t sent_ms;     /* monotonic: when it last began; its start, unless watched */
    int64_t due_ms;      /* monotonic: libcurl may wait for a connection without a limit */

    int64_t heard_ms; /* monotonic: when bytes of the body last came, or as sent_ms */
    bool *progress;   /* set when the owner was called */

    struct spk_watch_reader watch;
    size_t streamed; /* bytes that watch has read */
    struct spk_buf body;
    size_t header_bytes;
    char date[64], retry_after[64]; /* values of headers; "" if none or too long */
    char location[1024];            /* likewise */
    struct spk_strings warnings;
    char trouble[CURL_ERROR_SIZE];
};

/**
 * Prepare job on transfer->easy; the caller hands that to the multi handle.
 *
 * @errors what spk_request_build says; DEADLINE_BEFORE_START  too late;
 *         REQUEST_TOO_LARGE  the arena is exhausted
 */
bool spk_transfer_begin(struct spk_transfer *transfer, const struct spk_endpoint *endpoint,
                        struct spk_credentials *credentials, struct spk_api_job *job,
                        int64_t now_ms, struct spk_err *err) SPK_CHECK;

/** The HTTP status that was received, 0 if none. */
int spk_transfer_http(const struct spk_transfer *transfer);

/**
 * Whether a byte of the request may have left, over every connection that libcurl tried: it
 * sends a request again by itself when a connection that it used before ends without an
 * answer.
 */
bool spk_transfer_sent(const struct spk_transfer *transfer);

/** When to end the transfer, if nothing comes in the meantime. @units monotonic ms */
int64_t spk_transfer_due_ms(const struct spk_transfer *transfer);

/** Since when its connection owes an answer or, of a watch, events. @units monotonic ms */
int64_t spk_transfer_heard_ms(const struct spk_transfer *transfer);

/** Note, for its reply, that the transfer is due and libcurl has not said a word. */
void spk_transfer_overdue(struct spk_transfer *transfer);

/** Make the transfer idle without a reply; returns the job. */
struct spk_api_job *spk_transfer_drop(struct spk_transfer *transfer);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * transfer.h: one request under way on one easy handle: from a job to the wire, and from what
 * came back, or did not, to the job's reply.
 *
 * A reply's bytes live in the job's arena. When that is exhausted the transfer ends as
 * TRUNCATED; libcurl's frames are never jumped over.
 */
#pragma once

#include "apiserver/api.h"
#include "apiserver/http/connections.h"
#include "apiserver/http/credentials.h"
#include "apiserver/http/endpoint.h"

struct spk_transfer {
    CURL *easy;
    struct spk_connections *connections; /* of the loop */
    struct spk_api_job *job;             /* NULL: idle */
    struct spk_transfer *next_idle;
    struct curl_slist *headers;
    unsigned generation; /* of the credentials it carries */
    bool resent;         /* after a 401 */
    bool fresh;          /* on a connection of its own: the last one may be frozen */
    bool watched;        /* whether libcurl says when it begins to send */
    bool sent;           /* it began, on this connection or one that it gave up */
    int64_t sent_ms;     /* monotonic: when it last began; its start, unless watched */
    int64_t due_ms;      /* monotonic: libcurl may wait for a connection without a limit */

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

/** Note, for its reply, that the transfer is past due_ms and libcurl has not said a word. */
void spk_transfer_overdue(struct spk_transfer *transfer);

/** Fill in the job's reply and make the transfer idle; returns the job. */
struct spk_api_job *spk_transfer_end(struct spk_transfer *transfer, CURLcode code);

/** Make the transfer idle without a reply; returns the job. */
struct spk_api_job *spk_transfer_drop(struct spk_transfer *transfer);

/** A reply without an answer. */
void spk_reply_without_answer(struct spk_api_reply *reply, enum spk_api_transport transport,
                              const char *trouble);

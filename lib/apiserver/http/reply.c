/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/reply.h"

#include "apiserver/http/status.h"
#include "base/clock.h"
#include "json/read.h"

#include <string.h>

void spk_reply_without_answer(struct spk_api_reply *reply, enum spk_api_transport transport,
                              const char *trouble)
{
    *reply = (struct spk_api_reply){
        .transport = transport,
        .reason = "",
        .message = "",
        .details_kind = "",
        .details_name = "",
        .trouble = trouble,
    };
}

/* Ends for a reason that lies in the configuration or in what the peer is. */
static bool is_lasting(CURLcode code)
{
    static const CURLcode lasting[] = {
        CURLE_UNSUPPORTED_PROTOCOL,
        CURLE_URL_MALFORMAT,
        CURLE_NOT_BUILT_IN,
        CURLE_BAD_FUNCTION_ARGUMENT,
        CURLE_SSL_ENGINE_NOTFOUND,
        CURLE_SSL_ENGINE_SETFAILED,
        CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER,
        CURLE_PEER_FAILED_VERIFICATION,
        CURLE_SSL_ENGINE_INITFAILED,
        CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_CRL_BADFILE,
        CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_PINNEDPUBKEYNOTMATCH,
        CURLE_SSL_INVALIDCERTSTATUS,
    };

    for (size_t i = 0; i < SPK_LEN(lasting); i++)
        if (code == lasting[i])
            return true;
    return false;
}

/* True if what came is the stream of a watch, not an object or a refusal. */
static bool is_stream(const struct spk_transfer *transfer)
{
    return transfer->job->request.verb == SPK_API_WATCH && spk_transfer_http(transfer) == 200;
}

/* An end in order is one between two events, or an ERROR event. */
static enum spk_api_transport classify_watch(const struct spk_transfer *transfer,
                                             CURLcode code)
{
    const struct spk_watch_reader *watch = &transfer->watch;

    if (atomic_load(&transfer->job->cancelled))
        return SPK_API_CANCELLED;
    if (watch->trouble)
        return SPK_API_TRUNCATED;
    if (watch->code || (code == CURLE_OK && spk_watch_is_between(watch)))
        return SPK_API_ANSWERED;
    return SPK_API_TRUNCATED;
}

/* The code of libcurl speaks of its last try only. */
static enum spk_api_transport classify(const struct spk_transfer *transfer, CURLcode code)
{
    if (is_stream(transfer))
        return classify_watch(transfer, code);
    if (code == CURLE_OK)
        return SPK_API_ANSWERED;
    if (spk_transfer_http(transfer))
        return SPK_API_TRUNCATED;
    return spk_transfer_sent(transfer) ? SPK_API_INTERRUPTED : SPK_API_NOT_SENT;
}

struct incoming {
    struct spk_transfer *transfer;
    CURLcode code;
};

static int64_t parse_date(const char *date)
{
    time_t seconds = *date ? curl_getdate(date, NULL) : 0;

    return seconds > 0 ? (int64_t)seconds : 0;
}

static const char *trouble_of(const struct spk_transfer *transfer, CURLcode code)
{
    if (transfer->watch.trouble)
        return transfer->watch.trouble;
    if (transfer->trouble[0])
        return transfer->trouble;
    return code == CURLE_OK ? "the watch ended inside an event" : curl_easy_strerror(code);
}

static void read_reply(void *argument)
{
    struct incoming *in = argument;
    struct spk_transfer *transfer = in->transfer;
    struct spk_api_job *job = transfer->job;
    struct spk_api_reply *reply = &job->reply;
    cJSON *object = NULL;
    struct spk_err unread;

    if (reply->transport != SPK_API_ANSWERED)
        reply->trouble = spk_strdup(job->arena, trouble_of(transfer, in->code));
    if (!reply->http)
        return;
    reply->date_s = parse_date(transfer->date);
    reply->retry_after_ms = spk_status_retry_after_ms(
        transfer->retry_after, reply->date_s ? reply->date_s : spk_wall_ms() / 1000);
    reply->warnings = transfer->warnings;
    if (reply->http < 400 && transfer->location[0])
        reply->location = spk_status_location(job->arena, transfer->location);
    if (reply->transport != SPK_API_ANSWERED)
        return;
    const char *body = spk_buf_string(&transfer->body);
    if (transfer->watch.status)
        spk_status_decode(reply, job->arena, transfer->watch.status,
                          strlen(transfer->watch.status));
    else if (is_stream(transfer))
        return;
    else if (reply->http >= 300)
        spk_status_decode(reply, job->arena, body, transfer->body.length);
    else if (spk_json_read_stored(job->arena, body, transfer->body.length, &object, &unread))
        reply->object = object;
}

struct spk_api_job *spk_reply_read(struct spk_transfer *transfer, CURLcode code)
{
    struct spk_api_reply *reply = &transfer->job->reply;
    struct incoming in = {transfer, code};
    enum spk_api_transport transport = classify(transfer, code);

    spk_reply_without_answer(reply, transport, "");
    if (transport == SPK_API_ANSWERED || transport == SPK_API_TRUNCATED)
        reply->http = transfer->watch.code ? transfer->watch.code
                                           : spk_transfer_http(transfer);
    reply->lasting = transport == SPK_API_NOT_SENT && is_lasting(code);
    reply->body_length = transfer->body.length + transfer->streamed;
    if (!spk_arena_run(transfer->job->arena, read_reply, &in)) {
        int http = reply->http;

        spk_reply_without_answer(reply, http ? SPK_API_TRUNCATED : transport,
                                 "the call's memory is used up");
        reply->http = http;
    }
    return spk_transfer_drop(transfer);
}

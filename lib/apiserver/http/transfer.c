/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/transfer.h"

#include "apiserver/http/easy.h"
#include "apiserver/http/request.h"
#include "apiserver/http/status.h"
#include "base/clock.h"
#include "base/limits.h"
#include "json/read.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WRITE_EXTRA_MS 1000 /* beyond the ?timeout= that the API server keeps */

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

struct chunk {
    struct spk_buf *buf;
    const char *data;
    size_t length;
};

static void put_chunk(void *argument)
{
    struct chunk *chunk = argument;

    spk_buf_put(chunk->buf, chunk->data, chunk->length);
}

static size_t on_body(char *data, size_t size, size_t count, void *argument)
{
    struct spk_transfer *transfer = argument;
    struct chunk chunk = {&transfer->body, data, size * count};

    if (chunk.length > SPK_MAX_REPLY - transfer->body.length)
        return 0;
    return spk_arena_run(transfer->job->arena, put_chunk, &chunk) ? chunk.length : 0;
}

struct warning_line {
    struct spk_transfer *transfer;
    const char *value;
    size_t length;
};

static void put_warning(void *argument)
{
    struct warning_line *line = argument;
    struct spk_arena *arena = line->transfer->job->arena;

    spk_status_warning(&line->transfer->warnings, arena,
                       spk_strndup(arena, line->value, line->length));
}

/* value into a fixed array, nothing if it is too long. */
static void keep(char *out, size_t size, const char *value, size_t length)
{
    if (length >= size)
        length = 0;
    memcpy(out, value, length);
    out[length] = '\0';
}

/* The value of a header line if it is called name; NULL otherwise. */
static const char *header_value(const char *line, size_t length, const char *name,
                                size_t *value_length)
{
    size_t n = strlen(name);

    if (length <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
        return NULL;
    n++;
    while (n < length && (line[n] == ' ' || line[n] == '\t'))
        n++;
    while (length > n && strchr(" \t\r\n", line[length - 1]))
        length--;
    *value_length = length - n;
    return line + n;
}

static size_t on_header(char *line, size_t size, size_t count, void *argument)
{
    struct spk_transfer *transfer = argument;
    size_t length = size * count, n;
    const char *value;

    transfer->header_bytes += length;
    if (transfer->header_bytes > SPK_MAX_REPLY_HEADERS)
        return 0;
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0) { /* what came before was 1xx */
        transfer->date[0] = transfer->retry_after[0] = transfer->location[0] = '\0';
        transfer->warnings.n = 0;
        return length;
    }
    value = header_value(line, length, "Date", &n);
    if (value)
        keep(transfer->date, sizeof(transfer->date), value, n);
    value = header_value(line, length, "Retry-After", &n);
    if (value)
        keep(transfer->retry_after, sizeof(transfer->retry_after), value, n);
    value = header_value(line, length, "Location", &n);
    if (value)
        keep(transfer->location, sizeof(transfer->location), value, n);
    value = header_value(line, length, "Warning", &n);
    if (value) {
        struct warning_line warning = {transfer, value, n};

        if (!spk_arena_run(transfer->job->arena, put_warning, &warning))
            return 0;
    }
    return length;
}

/* libcurl has a connection and is about to send, be it for the first time or again. */
static int on_sending(void *argument, char *to, char *from, int to_port, int from_port)
{
    struct spk_transfer *transfer = argument;

    (void)to, (void)from, (void)to_port, (void)from_port;
    transfer->sent = true;
    transfer->sent_ms = spk_monotonic_ms();
    return CURL_PREREQFUNC_OK;
}

/* A library that knows no such callback counts the bytes of all tries together. */
static bool watch_sending(struct spk_transfer *transfer)
{
    CURLcode code = curl_easy_setopt(transfer->easy, SPK_CURLOPT_PREREQFUNCTION, on_sending);

    transfer->watched = code == CURLE_OK;
    if (code == CURLE_UNKNOWN_OPTION)
        return true;
    return transfer->watched &&
           curl_easy_setopt(transfer->easy, SPK_CURLOPT_PREREQDATA, transfer) == CURLE_OK;
}

/* The part of a request's start that needs the arena. */
struct outgoing {
    struct spk_transfer *transfer;
    const struct spk_endpoint *endpoint;
    const char *authorization;
    struct spk_http_request http;
    const char *url;
    bool ok;
    struct spk_err *err;
};

static void build(void *argument)
{
    struct outgoing *out = argument;
    struct spk_api_job *job = out->transfer->job;

    out->ok = spk_request_build(job->arena, &job->request, &out->http, out->err);
    if (out->ok)
        out->url = spk_printf(job->arena, "%s%s", out->endpoint->base, out->http.path);
}

static bool append(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = text ? curl_slist_append(*list, text) : *list;

    if (!longer)
        return false;
    *list = longer;
    return true;
}

static bool append_all(struct curl_slist **list, const struct spk_strings *headers)
{
    for (size_t i = 0; i < headers->n; i++)
        if (!append(list, headers->items[i]))
            return false;
    return true;
}

static bool put_headers(const struct outgoing *out, struct curl_slist **list)
{
    const struct spk_endpoint *endpoint = out->endpoint;
    bool named = out->transfer->job->request.as != NULL; /* then request.c wrote them */

    return append_all(list, &out->http.headers) && append(list, endpoint->host) &&
           (named || append_all(list, &endpoint->as)) && append(list, "Expect:") &&
           append(list, out->authorization);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long the exchange may take; asked_ms: what the configuration says, 0: nothing. */
static long limit_ms(const struct spk_api_job *job, int64_t now_ms, long asked_ms)
{
    int64_t limit = asked_ms ? asked_ms : SPK_KUBE_READ_MS;

    if (job->request.timeout_s) {
        int64_t write = (int64_t)job->request.timeout_s * 1000 + WRITE_EXTRA_MS;

        limit = asked_ms ? lesser(write, asked_ms) : write;
    }
    return (long)lesser(job->deadline_ms - now_ms, limit);
}

static bool set_request(struct spk_transfer *transfer, const struct outgoing *out,
                        long timeout)
{
    CURL *easy = transfer->easy;
    const struct spk_api_request *request = &transfer->job->request;
    curl_off_t length = (curl_off_t)request->body_length;
    bool has_body = request->body != NULL;

    if (has_body && (curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, length) != CURLE_OK ||
                     curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body) != CURLE_OK))
        return false;
    if (strcmp(out->http.method, has_body ? "POST" : "GET") != 0 &&
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, out->http.method) != CURLE_OK)
        return false;
    return curl_easy_setopt(easy, CURLOPT_URL, out->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, transfer->fresh ? 1L : 0L) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->trouble) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
}

/* Ready for bytes of an answer. */
static void clear(struct spk_transfer *transfer)
{
    transfer->body = (struct spk_buf){.arena = transfer->job->arena};
    transfer->header_bytes = 0;
    transfer->sent = false;
    transfer->date[0] = transfer->retry_after[0] = '\0';
    transfer->location[0] = transfer->trouble[0] = '\0';
    transfer->warnings = (struct spk_strings){0};
}

static bool prepare(struct spk_transfer *transfer, struct outgoing *out, int64_t now_ms)
{
    long timeout = limit_ms(transfer->job, now_ms, out->endpoint->config.request_timeout_ms);

    if (timeout <= 0)
        return spk_fail(out->err, SPK_DEADLINE_BEFORE_START,
                        "the deadline passed before the request was sent");
    if (!spk_arena_run(transfer->job->arena, build, out))
        return spk_fail(out->err, SPK_REQUEST_TOO_LARGE, "the call's memory is used up");
    if (!out->ok)
        return false;
    clear(transfer);
    transfer->sent_ms = now_ms;
    transfer->due_ms = now_ms + timeout;
    if (!spk_endpoint_apply(out->endpoint, transfer->easy, out->err))
        return false;
    if (!put_headers(out, &transfer->headers) ||
        !spk_connections_watch(transfer->connections, transfer->easy) ||
        !watch_sending(transfer) || !set_request(transfer, out, timeout))
        return spk_fail(out->err, SPK_INTERNAL_ERROR, "the request could not be set up");
    return true;
}

bool spk_transfer_begin(struct spk_transfer *transfer, const struct spk_endpoint *endpoint,
                        struct spk_credentials *credentials, struct spk_api_job *job,
                        int64_t now_ms, struct spk_err *err)
{
    struct outgoing out = {.transfer = transfer, .endpoint = endpoint, .err = err};

    transfer->job = job;
    out.authorization = spk_credentials_header(credentials, now_ms);
    transfer->generation = credentials->generation;
    if (prepare(transfer, &out, now_ms))
        return true;
    (void)spk_transfer_drop(transfer);
    return false;
}

int spk_transfer_http(const struct spk_transfer *transfer)
{
    long http = 0;

    if (curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http) != CURLE_OK)
        return 0;
    return http >= 200 && http <= 999 ? (int)http : 0;
}

bool spk_transfer_sent(const struct spk_transfer *transfer)
{
    long bytes = 0;

    if (transfer->watched)
        return transfer->sent;
    return curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes) != CURLE_OK ||
           bytes > 0;
}

void spk_transfer_overdue(struct spk_transfer *transfer)
{
    (void)snprintf(transfer->trouble, sizeof(transfer->trouble), "%s",
                   spk_transfer_sent(transfer) ? "the answer did not come in time"
                                               : "there was no connection in time");
}

/* The code of libcurl speaks of its last try only. */
static enum spk_api_transport classify(const struct spk_transfer *transfer, CURLcode code)
{
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

static void read_reply(void *argument)
{
    struct incoming *in = argument;
    struct spk_transfer *transfer = in->transfer;
    struct spk_api_job *job = transfer->job;
    struct spk_api_reply *reply = &job->reply;
    const char *trouble = transfer->trouble[0] ? transfer->trouble
                                               : curl_easy_strerror(in->code);
    cJSON *object = NULL;
    struct spk_err unread;

    if (reply->transport != SPK_API_ANSWERED)
        reply->trouble = spk_strdup(job->arena, trouble);
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
    if (reply->http >= 300)
        spk_status_decode(reply, job->arena, body, transfer->body.length);
    else if (spk_json_read_stored(job->arena, body, transfer->body.length, &object, &unread))
        reply->object = object;
}

struct spk_api_job *spk_transfer_drop(struct spk_transfer *transfer)
{
    struct spk_api_job *job = transfer->job;

    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->job = NULL;
    return job;
}

struct spk_api_job *spk_transfer_end(struct spk_transfer *transfer, CURLcode code)
{
    struct spk_api_reply *reply = &transfer->job->reply;
    struct incoming in = {transfer, code};
    enum spk_api_transport transport = classify(transfer, code);

    spk_reply_without_answer(reply, transport, "");
    reply->http = transport == SPK_API_ANSWERED || transport == SPK_API_TRUNCATED
                      ? spk_transfer_http(transfer)
                      : 0;
    reply->lasting = transport == SPK_API_NOT_SENT && is_lasting(code);
    reply->body_length = transfer->body.length;
    if (!spk_arena_run(transfer->job->arena, read_reply, &in)) {
        int http = reply->http;

        spk_reply_without_answer(reply, http ? SPK_API_TRUNCATED : transport,
                                 "the call's memory is used up");
        reply->http = http;
    }
    return spk_transfer_drop(transfer);
}

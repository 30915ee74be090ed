/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/transfer.h"

#include "apiserver/http/easy.h"
#include "apiserver/http/request.h"
#include "apiserver/http/status.h"
#include "base/clock.h"
#include "base/limits.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define WRITE_EXTRA_MS 1000 /* beyond the ?timeout= that the API server keeps */
#define WATCH_EXTRA_MS 5000 /* likewise: an end in order is worth waiting for */

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

static bool is_watch(const struct spk_transfer *transfer)
{
    return transfer->job->request.verb == SPK_API_WATCH;
}

static void tell_event(void *context, const struct spk_watch_event *event)
{
    struct spk_transfer *transfer = context;

    *transfer->progress = true;
    transfer->job->on_event(transfer->job, event);
}

static bool is_cancelled(void *context)
{
    const struct spk_transfer *transfer = context;

    return atomic_load(&transfer->job->cancelled);
}

static size_t on_body(char *data, size_t size, size_t count, void *argument)
{
    struct spk_transfer *transfer = argument;
    struct chunk chunk = {&transfer->body, data, size * count};

    transfer->heard_ms = spk_monotonic_ms();
    if (is_watch(transfer) && spk_transfer_http(transfer) == 200) {
        transfer->streamed += chunk.length;
        return spk_watch_read(&transfer->watch, data, chunk.length) ? chunk.length : 0;
    }

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
    transfer->sent_ms = transfer->heard_ms = spk_monotonic_ms();
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
    struct spk_credentials *credentials;
    int64_t now_ms;
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
           spk_credentials_append(out->credentials, out->now_ms, list,
                                  &out->transfer->generation);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long the exchange may take; asked_ms: what the configuration says, 0: nothing. */
static long limit_ms(const struct spk_api_job *job, int64_t now_ms, long asked_ms)
{
    int64_t limit = asked_ms ? asked_ms : SPK_KUBE_READ_MS;

    if (job->request.verb == SPK_API_WATCH)
        limit = job->request.timeout_s
                    ? (int64_t)job->request.timeout_s * 1000 + WATCH_EXTRA_MS
                    : INT_MAX;
    else if (job->request.timeout_s) {
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
    transfer->watch = (struct spk_watch_reader){.on_event = tell_event,
                                                .is_over = is_cancelled,
                                                .context = transfer,
                                                .kept = transfer->job->arena};
    transfer->streamed = 0;
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
    transfer->sent_ms = transfer->heard_ms = now_ms;
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
    out.credentials = credentials;
    out.now_ms = now_ms;
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

static int64_t silence_ms(const struct spk_transfer *transfer)
{
    const struct spk_api_request *request = &transfer->job->request;

    return transfer->heard_ms + (request->idle_ms ? request->idle_ms : SPK_WATCH_IDLE_MS);
}

int64_t spk_transfer_heard_ms(const struct spk_transfer *transfer)
{
    return is_watch(transfer) ? transfer->heard_ms : transfer->sent_ms;
}

int64_t spk_transfer_due_ms(const struct spk_transfer *transfer)
{
    return is_watch(transfer) ? lesser(transfer->due_ms, silence_ms(transfer))
                              : transfer->due_ms;
}

void spk_transfer_overdue(struct spk_transfer *transfer)
{
    const char *trouble = "the answer did not come in time";

    if (!spk_transfer_sent(transfer))
        trouble = "there was no connection in time";
    else if (is_watch(transfer) && spk_transfer_http(transfer))
        trouble = "nothing came on the watch any more";
    (void)snprintf(transfer->trouble, sizeof(transfer->trouble), "%s", trouble);
}

struct spk_api_job *spk_transfer_drop(struct spk_transfer *transfer)
{
    struct spk_api_job *job = transfer->job;

    spk_watch_done(&transfer->watch);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->job = NULL;
    return job;
}

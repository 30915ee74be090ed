/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/status.h"

#include "base/limits.h"
#include "json/read.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RETRY_AFTER_MS 30000
#define QUOTA_RETRY_MS     30000
#define MAX_PROXY_TEXT     200

/* A copy of at most limit bytes that does not end inside a UTF-8 character; NULL gives "". */
static const char *cut(struct spk_arena *arena, const char *text, size_t limit)
{
    size_t length = text ? strlen(text) : 0;

    if (length > limit)
        for (length = limit; length && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    return length ? spk_strndup(arena, text, length) : "";
}

static const char *member(struct spk_arena *arena, const cJSON *object, const char *key)
{
    return cut(arena, spk_json_get_text(object, key), SPK_MAX_STATUS_TEXT);
}

static void decode_causes(struct spk_api_reply *reply, struct spk_arena *arena,
                          const cJSON *causes)
{
    size_t n = spk_json_is_array(causes) ? spk_json_size(causes) : 0, i = 0;

    if (n > SPK_MAX_CAUSES)
        n = SPK_MAX_CAUSES;
    struct spk_api_cause *array = spk_alloc_array(arena, n, sizeof(*array));
    SPK_JSON_EACH (cause, causes) {
        if (i == n)
            break;
        array[i].field = member(arena, cause, "field");
        array[i].message = member(arena, cause, "message");
        array[i++].reason = member(arena, cause, "reason");
    }
    reply->causes = array;
    reply->n_causes = n;
}

static int64_t seconds_as_retry_ms(int64_t seconds)
{
    if (seconds <= 0)
        return 0;
    return seconds > MAX_RETRY_AFTER_MS / 1000 ? MAX_RETRY_AFTER_MS : seconds * 1000;
}

/* The printable start of a proxy's page. */
static const char *proxy_text(struct spk_arena *arena, const char *body, size_t length)
{
    struct spk_buf text = {.arena = arena};

    for (size_t i = 0; i < length && text.length < MAX_PROXY_TEXT; i++)
        if (body[i] >= ' ' && body[i] <= '~')
            spk_buf_char(&text, body[i]);
    return spk_buf_string(&text);
}

void spk_status_decode(struct spk_api_reply *reply, struct spk_arena *arena, const char *body,
                       size_t length)
{
    struct spk_err unread = {0};
    cJSON *status = NULL;
    int64_t seconds;

    reply->reason = reply->message = reply->details_kind = reply->details_name = "";
    if (!spk_json_read(arena, body, length, &status, &unread) ||
        !spk_text_equal(spk_json_get_text(status, "kind"), "Status")) {
        reply->trouble = proxy_text(arena, body, length);
        return;
    }
    reply->reason = member(arena, status, "reason");
    reply->message = member(arena, status, "message");
    const cJSON *details = spk_json_get(status, "details");
    reply->details_kind = member(arena, details, "kind");
    reply->details_name = member(arena, details, "name");
    decode_causes(reply, arena, spk_json_get(details, "causes"));
    if (spk_json_get_int(spk_json_get(details, "retryAfterSeconds"), &seconds) &&
        seconds_as_retry_ms(seconds) > reply->retry_after_ms)
        reply->retry_after_ms = seconds_as_retry_ms(seconds);
}

/*
 * The first row that matches decides. http 0: any refusal with a text that only admission
 * writes; NULL columns match anything. text is looked for after "is forbidden: " if the
 * message has that.
 */
static const struct rule {
    int http;
    const char *status, *cause, *details_kind, *text;
    enum spk_reason reason;
} rules[] = {
    {400, NULL, NULL, NULL, "does not support dry run", SPK_DRY_RUN_UNSUPPORTED},
    /* A webhook chooses its own HTTP code; the prefix decides. */
    {0, NULL, NULL, NULL, "admission webhook \"", SPK_ADMISSION_DENIED},
    {0, NULL, NULL, NULL, "ValidatingAdmissionPolicy '", SPK_ADMISSION_DENIED},
    {400, NULL, NULL, NULL, NULL, SPK_KUBE_REJECTED},
    {401, NULL, NULL, NULL, NULL, SPK_KUBE_CREDENTIALS_REJECTED},
    {403, NULL, "NamespaceTerminating", NULL, NULL, SPK_NAMESPACE_TERMINATING},
    {403, NULL, NULL, NULL, "^User \"", SPK_KUBE_FORBIDDEN},
    {403, NULL, NULL, NULL, "^exceeded quota: ", SPK_KUBE_QUOTA_EXCEEDED},
    {403, NULL, NULL, NULL, "^insufficient quota to consume: ", SPK_KUBE_QUOTA_EXCEEDED},
    {403, NULL, NULL, NULL, "^failed quota: ", SPK_KUBE_QUOTA_UNSPECIFIED},
    {403, NULL, NULL, NULL, "^status unknown for quota: ", SPK_KUBE_QUOTA_UNKNOWN},
    {403, NULL, NULL, NULL, "violates PodSecurity \"", SPK_POD_SECURITY_VIOLATION},
    {403, NULL, NULL, NULL, "error looking up service account ", SPK_SERVICE_ACCOUNT_MISSING},
    /* LimitRanger */
    {403, NULL, NULL, NULL, " usage per ", SPK_ADMISSION_DENIED},
    {403, NULL, NULL, NULL, " max limit to request ratio per ", SPK_ADMISSION_DENIED},
    /* Priority, PodNodeSelector, RuntimeClass, ImagePolicyWebhook */
    {403, NULL, NULL, NULL, "^no PriorityClass with name ", SPK_ADMISSION_DENIED},
    {403, NULL, NULL, NULL, "^the integer value of priority ", SPK_ADMISSION_DENIED},
    {403, NULL, NULL, NULL, "node label selector conflicts", SPK_ADMISSION_DENIED},
    {403, NULL, NULL, NULL, "^pod rejected: ", SPK_ADMISSION_DENIED},
    {403, NULL, NULL, NULL, "^image policy webhook backend denied", SPK_ADMISSION_DENIED},
    {403, NULL, NULL, NULL, NULL, SPK_KUBE_FORBIDDEN},
    {404, NULL, NULL, "namespaces", NULL, SPK_NAMESPACE_NOT_FOUND},
    /* A missing object is named in the Status; a kind that is not served is not. */
    {404, NULL, NULL, "", NULL, SPK_KIND_UNKNOWN},
    {404, NULL, NULL, NULL, NULL, SPK_INTERNAL_ERROR},
    {405, NULL, NULL, NULL, NULL, SPK_INTERNAL_ERROR},
    {406, NULL, NULL, NULL, NULL, SPK_INTERNAL_ERROR},
    {409, NULL, NULL, NULL, "object is being deleted: ", SPK_SUBMISSION_BEING_DELETED},
    {409, "AlreadyExists", NULL, NULL, NULL, SPK_DRIVER_POD_EXISTS},
    {413, NULL, NULL, NULL, NULL, SPK_OBJECT_TOO_LARGE},
    {415, NULL, NULL, NULL, NULL, SPK_INTERNAL_ERROR},
    {422, NULL, NULL, NULL, NULL, SPK_KUBE_REJECTED},
    {429, NULL, NULL, NULL, NULL, SPK_KUBE_THROTTLED},
    {500, NULL, NULL, NULL, "etcdserver: request is too large", SPK_OBJECT_TOO_LARGE},
};

static bool has_cause(const struct spk_api_reply *reply, const char *reason)
{
    for (size_t i = 0; i < reply->n_causes; i++)
        if (spk_text_equal(reply->causes[i].reason, reason))
            return true;
    return false;
}

/* The text behind "is forbidden: ", else the whole message. */
static const char *verdict(const char *message)
{
    static const char marker[] = "is forbidden: ";
    const char *found = strstr(message, marker);

    return found ? found + strlen(marker) : message;
}

static bool matches(const struct rule *rule, const struct spk_api_reply *reply,
                    const char *text)
{
    if (rule->http && rule->http != reply->http)
        return false;
    if (rule->status && !spk_text_equal(rule->status, reply->reason))
        return false;
    if (rule->details_kind && !spk_text_equal(rule->details_kind, reply->details_kind))
        return false;
    if (rule->cause && !has_cause(reply, rule->cause))
        return false;
    if (!rule->text)
        return true;
    return *rule->text == '^' ? spk_starts_with(text, rule->text + 1)
                              : strstr(text, rule->text) != NULL;
}

enum spk_reason spk_status_reason(const struct spk_api_reply *reply)
{
    const char *text = verdict(reply->message ? reply->message : "");

    if (reply->transport == SPK_API_CANCELLED)
        return SPK_CALL_CANCELLED;
    if (reply->transport == SPK_API_REFUSED)
        return reply->refused;
    if (reply->http == 0)
        return SPK_KUBE_UNREACHABLE;
    if (reply->http / 100 == 2)
        return SPK_NO_REASON;
    if (reply->http < 400)
        return SPK_KUBE_ERROR;
    for (size_t i = 0; i < SPK_LEN(rules); i++)
        if (matches(&rules[i], reply, text))
            return rules[i].reason;
    return SPK_KUBE_ERROR;
}

/* One line, whatever the message holds. */
static const char *one_line(struct spk_arena *arena, const char *text)
{
    char *line = spk_strdup(arena, text);

    for (char *c = line; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = ' ';
    return line;
}

const char *spk_status_location(struct spk_arena *arena, const char *value)
{
    const char *start = strstr(value, "://");
    const char *host = start ? start + strlen("://") : value;
    size_t scheme = (size_t)(host - value);
    size_t authority = strcspn(host, "/?#"), length = strcspn(host, "?#");

    for (size_t i = authority; start && i > 0; i--)
        if (host[i - 1] == '@') {
            host += i;
            length -= i;
            break;
        }
    return spk_printf(arena, "%.*s%s", (int)scheme, value,
                      one_line(arena, spk_strndup(arena, host, length)));
}

/*
 * "exceeded quota: NAME, requested: a=1,b=2, used: a=1, limited: a=1" into notes. The text
 * after a key goes to the next key.
 */
static void note_quota(const char *message, struct spk_arena *arena, struct spk_err *err)
{
    static const struct {
        const char *key, *start, *end;
    } parts[] = {
        {"quota", " quota: ", ", requested: "},
        {"requested", ", requested: ", ", used: "},
        {"used", ", used: ", ", limited: "},
        {"limited", ", limited: ", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(parts); i++) {
        const char *start = strstr(message, parts[i].start);

        if (!start)
            return;
        start += strlen(parts[i].start);
        const char *end = parts[i].end ? strstr(start, parts[i].end) : NULL;
        size_t length = end ? (size_t)(end - start) : strlen(start);
        spk_err_note(err, arena, parts[i].key, spk_strndup(arena, start, length));
    }
}

static void fail_unknown_kind(enum spk_reason reason, const struct spk_resource *resource,
                              struct spk_err *err)
{
    if (!resource)
        (void)spk_fail(err, reason, "the API server does not know the path (HTTP 404)");
    else if (resource->remedy)
        (void)spk_fail(err, reason, "the API server does not serve %s of %s (HTTP 404): %s",
                       resource->kind, resource->api_version, resource->remedy);
    else
        (void)spk_fail(err, reason,
                       "%s of %s is unknown there (HTTP 404), and every API server serves it: "
                       "something else answers at its address",
                       resource->kind, resource->api_version);
}

bool spk_status_fail(const struct spk_api_reply *reply, const struct spk_resource *resource,
                     struct spk_arena *arena, struct spk_err *err)
{
    enum spk_reason reason = spk_status_reason(reply);
    const char *message = reply->message ? reply->message : "";

    if (reason == SPK_KIND_UNKNOWN && resource && !resource->remedy)
        reason = SPK_KUBE_ERROR;
    if (reply->transport == SPK_API_REFUSED)
        (void)spk_fail(err, reason, "the request cannot be sent: %s",
                       reply->trouble ? reply->trouble : "");
    else if (reply->http == 0)
        (void)spk_fail(err, reason, "the API server gave no answer: %s",
                       reply->trouble ? reply->trouble : "");
    else if (spk_status_reason(reply) == SPK_KIND_UNKNOWN)
        fail_unknown_kind(reason, resource, err);
    else if (reply->location)
        (void)spk_fail(
            err, reason,
            "HTTP %d leads to '%.256s', and no API server redirects: something else "
            "answers at its address",
            reply->http, reply->location);
    else if (*message)
        (void)spk_fail(err, reason, "the API server refused (HTTP %d): %s", reply->http,
                       one_line(arena, message));
    else
        (void)spk_fail(err, reason, "the API server answered with HTTP %d", reply->http);
    err->retry_after_ms = reply->retry_after_ms;
    if (reason == SPK_KUBE_QUOTA_EXCEEDED && !err->retry_after_ms)
        err->retry_after_ms = QUOTA_RETRY_MS;
    for (size_t i = 0; i < reply->n_causes; i++)
        spk_err_violation(err, arena, reply->causes[i].field,
                          one_line(arena, reply->causes[i].message));
    if (reply->http)
        spk_err_note(err, arena, "kube_code", spk_printf(arena, "%d", reply->http));
    if (reply->reason && *reply->reason)
        spk_err_note(err, arena, "kube_reason", reply->reason);
    if (reason == SPK_KUBE_QUOTA_EXCEEDED)
        note_quota(message, arena, err);
    return false;
}

bool spk_status_is_doubled(const struct spk_api_reply *reply)
{
    static const struct {
        const char *list, *message;
    } twice[] = {
        {"volumes[", "Duplicate value"},
        {"volumeMounts[", "must be unique"},
        {"ports[", "Duplicate value"},
    };

    for (size_t i = 0; reply->http == 422 && i < reply->n_causes; i++)
        for (size_t k = 0; k < SPK_LEN(twice); k++)
            if (strstr(reply->causes[i].field, twice[k].list) &&
                strstr(reply->causes[i].message, twice[k].message))
                return true;
    return false;
}

static void add_warning(struct spk_strings *warnings, struct spk_arena *arena,
                        const char *text)
{
    const char *kept = cut(arena, one_line(arena, text), SPK_MAX_WARNING_TEXT);

    for (size_t i = 0; i < warnings->n; i++)
        if (spk_text_equal(warnings->items[i], kept))
            return;
    if (warnings->n < SPK_MAX_WARNINGS && *kept)
        spk_strings_add(arena, warnings, kept);
}

/* A quoted string at *at, unescaped; *at moves behind it. NULL if it is not closed. */
static const char *quoted(struct spk_arena *arena, const char **at)
{
    struct spk_buf text = {.arena = arena};
    const char *c = *at + 1;

    for (; *c && *c != '"'; c++) {
        if (*c == '\\' && c[1])
            c++;
        spk_buf_char(&text, *c);
    }
    if (!*c)
        return NULL;
    *at = c + 1;
    return spk_buf_string(&text);
}

void spk_status_warning(struct spk_strings *warnings, struct spk_arena *arena,
                        const char *value)
{
    while (*value) {
        bool persistent = spk_starts_with(value, "299 ");
        const char *quote = strchr(value, '"');
        const char *text = quote ? quoted(arena, &quote) : NULL;

        if (!text)
            return;
        if (persistent && spk_is_utf8(text, strlen(text)))
            add_warning(warnings, arena, text);
        value = strchr(quote, ',');
        if (!value)
            return;
        value += 1 + strspn(value + 1, " \t");
    }
}

int64_t spk_status_retry_after_ms(const char *value, int64_t now_s)
{
    int64_t seconds;

    if (spk_parse_int64(value, &seconds))
        return seconds_as_retry_ms(seconds);
    if (*value < 'A' || *value > 'Z')
        return 0;
    time_t date = curl_getdate(value, NULL);
    return date < 0 ? 0 : seconds_as_retry_ms((int64_t)date - now_s);
}

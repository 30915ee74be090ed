/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/request.h"

#include "apiserver/header.h"
#include "base/limits.h"

#include <string.h>

#define FIELD_MANAGER       "spark-submit" /* of every write */
#define METADATA_ONLY(kind) "application/json;as=" kind ";g=meta.k8s.io;v=v1,application/json"

/* How a verb looks on the wire. */
static const struct verb {
    const char *method, *content_type; /* content_type NULL: no body */
    bool named, write;                 /* the path ends in a name; the query of a write */
} verbs[] = {
    [SPK_API_GET] = {"GET", NULL, true, false},
    [SPK_API_LIST] = {"GET", NULL, false, false},
    [SPK_API_WATCH] = {"GET", NULL, false, false},
    [SPK_API_UPDATE] = {"PUT", "application/json", true, true},
    [SPK_API_CREATE] = {"POST", "application/json", false, true},
    [SPK_API_JSON_PATCH] = {"PATCH", "application/json-patch+json", true, true},
    [SPK_API_MERGE_PATCH] = {"PATCH", "application/merge-patch+json", true, true},
    [SPK_API_DELETE] = {"DELETE", "application/json", true, false},
    [SPK_API_VERSION] = {"GET", NULL, false, false},
};

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_lower_or_digit(char c)
{
    return is_lower(c) || (c >= '0' && c <= '9');
}

/* [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63 bytes; the bytes up to end. */
static bool is_label(const char *text, const char *end)
{
    if (end == text || end - text > 63 || *text == '-' || end[-1] == '-')
        return false;
    for (; text < end; text++)
        if (!is_lower_or_digit(*text) && *text != '-')
            return false;
    return true;
}

/* Labels joined by points; unlike DNS, one of them may be longer than 63 bytes. */
static bool is_subdomain(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > 253)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool edge = i == 0 || i + 1 == length || text[i - 1] == '.' || text[i + 1] == '.';

        if (!is_lower_or_digit(text[i]) && (edge || (text[i] != '-' && text[i] != '.')))
            return false;
    }
    return true;
}

static bool is_name(const struct spk_resource *resource, const char *name)
{
    if (!name)
        return false;
    return resource->label_name ? is_label(name, name + strlen(name)) && is_lower(*name)
                                : is_subdomain(name);
}

/* One part of the query: its value is encoded; NULL adds nothing. */
static void put_query(struct spk_buf *path, const char *key, const char *value)
{
    if (!value)
        return;
    spk_buf_char(path, strchr(path->data, '?') ? '&' : '?');
    spk_buf_printf(path, "%s=%s", key, spk_percent_encode(path->arena, value));
}

static bool is_of_many(enum spk_api_verb verb)
{
    return verb == SPK_API_LIST || verb == SPK_API_WATCH;
}

static bool put_resource(struct spk_buf *path, const struct spk_api_request *request,
                         struct spk_err *err)
{
    const struct spk_resource *resource = request->resource;

    if (!resource)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the request names no resource");
    spk_buf_printf(path, "/%s/%s", strchr(resource->api_version, '/') ? "apis" : "api",
                   resource->api_version);
    if (!resource->cluster_scoped && (request->ns || !is_of_many(request->verb))) {
        if (!request->ns || !is_label(request->ns, request->ns + strlen(request->ns)))
            return spk_fail(err, SPK_INTERNAL_ERROR, "'%.64s' is not a namespace's name",
                            request->ns ? request->ns : "");
        spk_buf_printf(path, "/namespaces/%s", request->ns);
    }
    spk_buf_printf(path, "/%s", resource->plural);
    if (!verbs[request->verb].named)
        return true;
    if (!is_name(resource, request->name))
        return spk_fail(err, SPK_INTERNAL_ERROR, "'%.64s' is not a %s's name",
                        request->name ? request->name : "", resource->kind);
    spk_buf_printf(path, "/%s", request->name);
    return true;
}

static void put_watch(struct spk_buf *path, const struct spk_api_request *request)
{
    put_query(path, "watch", "true");
    put_query(path, "allowWatchBookmarks", "true");
    put_query(path, "resourceVersion", request->version);
    if (request->timeout_s)
        put_query(path, "timeoutSeconds", spk_printf(path->arena, "%d", request->timeout_s));
}

static void put_queries(struct spk_buf *path, const struct spk_api_request *request)
{
    bool write = verbs[request->verb].write;
    bool list = request->verb == SPK_API_LIST, many = is_of_many(request->verb);

    put_query(path, "labelSelector", many ? request->label_selector : NULL);
    put_query(path, "fieldSelector", many ? request->field_selector : NULL);
    if (request->verb == SPK_API_WATCH)
        put_watch(path, request);
    if (list && request->limit)
        put_query(path, "limit", spk_printf(path->arena, "%u", request->limit));
    put_query(path, "continue", list ? request->continue_token : NULL);
    put_query(path, "resourceVersion", list && request->cached ? "0" : NULL);
    if (request->timeout_s && (write || request->verb == SPK_API_DELETE))
        put_query(path, "timeout", spk_printf(path->arena, "%ds", request->timeout_s));
    put_query(path, "fieldManager", write ? FIELD_MANAGER : NULL);
    if (write)
        put_query(path, "fieldValidation", request->strict ? "Strict" : "Warn");
    if (request->dry_run && (write || request->verb == SPK_API_DELETE))
        put_query(path, "dryRun", "All");
}

static const char *accepted(const struct spk_api_request *request)
{
    if (!request->metadata_only)
        return "application/json";
    return request->verb == SPK_API_LIST ? METADATA_ONLY("PartialObjectMetadataList")
                                         : METADATA_ONLY("PartialObjectMetadata");
}

static bool put_header(struct spk_arena *arena, struct spk_strings *headers, const char *name,
                       const char *value, struct spk_err *err)
{
    if (!value)
        return true;
    if (!spk_is_header_value(value, SPK_MAX_HEADER_VALUE))
        return spk_fail(err, SPK_INTERNAL_ERROR, "the value of %s is not fit for a header",
                        name);
    spk_strings_add(arena, headers, spk_printf(arena, "%s: %s", name, value));
    return true;
}

bool spk_request_build(struct spk_arena *arena, const struct spk_api_request *request,
                       struct spk_http_request *out, struct spk_err *err)
{
    struct spk_buf path = {.arena = arena};
    struct spk_strings headers = {0};

    if ((size_t)request->verb >= SPK_LEN(verbs))
        return spk_fail(err, SPK_INTERNAL_ERROR, "the request has no form on the wire");
    const struct verb *verb = &verbs[request->verb];
    if (request->body && request->body_length > SPK_MAX_KUBE_BODY)
        return spk_fail(err, SPK_OBJECT_TOO_LARGE, "the object has %zu bytes, at most %zu fit",
                        request->body_length, SPK_MAX_KUBE_BODY);
    if (request->label_selector &&
        !spk_is_header_value(request->label_selector, SPK_MAX_HEADER_VALUE))
        return spk_fail(err, SPK_INTERNAL_ERROR, "the label selector is not one");
    if (request->verb == SPK_API_VERSION)
        spk_buf_text(&path, "/version");
    else if (!put_resource(&path, request, err))
        return false;
    put_queries(&path, request);
    if (!put_header(arena, &headers, "Accept", accepted(request), err) ||
        !put_header(arena, &headers, "Content-Type", request->body ? verb->content_type : NULL,
                    err) ||
        !put_header(arena, &headers, "Audit-ID", request->audit_id, err) ||
        !put_header(arena, &headers, "traceparent", request->traceparent, err) ||
        (request->as && !spk_impersonation_headers(arena, request->as, &headers, err)))
        return false;
    out->method = verb->method;
    out->path = spk_buf_string(&path);
    out->headers = headers;
    return true;
}

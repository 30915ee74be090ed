/* SPDX-License-Identifier: Apache-2.0 */
/**
 * request.h: one API request as method, URL and headers. Every part of the URL is checked
 * against its grammar before it is used, and every header value: what does not fit is a
 * mistake of the program or an attack, and is never sent.
 *
 * @source https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
#pragma once

#include "apiserver/api.h"

struct spk_http_request {
    const char *method; /* "GET", "POST", "PUT", "PATCH", "DELETE" */
    const char *path;   /* absolute, with the query: "/api/v1/namespaces/ns/pods?..." */
    struct spk_strings headers; /* "Accept: application/json", ...; no credentials */
};

/**
 * Build what goes on the wire for request.
 *
 * @owner  *out lives in arena; the body stays in request
 * @errors INTERNAL_ERROR    a name, namespace, selector or header value breaks its grammar
 *         OBJECT_TOO_LARGE  the body
 *         INVALID_FIELD     whom to act as
 */
bool spk_request_build(struct spk_arena *arena, const struct spk_api_request *request,
                       struct spk_http_request *out, struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * endpoint.h: the API server as libcurl sees it: what all requests to it have in common. Each
 * option stands there for a reason; several of libcurl's defaults trust more than we do.
 *
 * @source https://curl.se/libcurl/c/curl_easy_setopt.html (7.88.1)
 */
#pragma once

#include "apiserver/config/config.h"

#include <curl/curl.h>

struct spk_endpoint {
    struct spk_kube_config config; /* a copy */
    const char *url;               /* "https://10.0.0.1:443": for people */
    const char *base;      /* as url, but with the name that the certificate must have */
    const char *host;      /* header "Host: ..." of every request; NULL: base says it */
    struct spk_strings as; /* headers of requests that name nobody to act as */
    const char *user_agent;
    struct curl_slist *connect_to; /* NULL: where base says */
};

/**
 * Derive an endpoint from config.
 *
 * @owner  *out keeps texts in arena, and is to be closed
 * @errors INVALID_FIELD  a name to act as is not fit for a header
 */
bool spk_endpoint_open(struct spk_arena *arena, const struct spk_kube_config *config,
                       struct spk_endpoint *out, struct spk_err *err) SPK_CHECK;

void spk_endpoint_close(struct spk_endpoint *endpoint);

/** Reset easy and set what every request needs. @errors INTERNAL_ERROR  libcurl lacks
 * something */
bool spk_endpoint_apply(const struct spk_endpoint *endpoint, CURL *easy,
                        struct spk_err *err) SPK_CHECK;

/** Set up a loop for at most so many connections. @errors INTERNAL_ERROR  libcurl lacks
 * something */
bool spk_endpoint_apply_multi(CURLM *multi, long connections, struct spk_err *err) SPK_CHECK;

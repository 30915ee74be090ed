/* SPDX-License-Identifier: Apache-2.0 */
/**
 * connections.h: the sockets under one loop. libcurl goes on using an HTTP/2 connection whose
 * peer has fallen silent, request after request; a second overdue answer within half a minute
 * ends it here, unless the peer sent anything in the meantime: then it is the answer that is
 * slow, as with a webhook in one namespace. Belongs to the loop's thread.
 *
 * @source RFC 9113 section 9.1: nothing in the protocol itself notices a silent peer
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct spk_connection {
    curl_socket_t fd;
    unsigned
        overdue; /* answers that did not come in time, nor anything else, since first_ms */
    int64_t first_ms;
};

struct spk_connections {
    struct spk_connection items[32]; /* more than a loop may open; the rest is not watched */
    size_t n;
};

/** Watch the sockets that easy opens. @errors false: libcurl lacks something */
bool spk_connections_watch(struct spk_connections *connections, CURL *easy);

/**
 * The answer to easy's request, sent at sent_ms, is overdue. Returns whether its connection is
 * not to be trusted again: nothing at all arrived on it since then.
 */
bool spk_connections_overdue(struct spk_connections *connections, CURL *easy, int64_t sent_ms,
                             int64_t now_ms);

/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/connections.h"

#include "base/compiler.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define USER_TIMEOUT_MS 30000
#define WINDOW_MS       30000
#define MAX_OVERDUE     2U
#define TICK_MS         20 /* the kernel counts in its own ticks */

static void forget(struct spk_connections *connections, curl_socket_t fd)
{
    for (size_t i = 0; i < connections->n; i++)
        if (connections->items[i].fd == fd)
            connections->items[i] = connections->items[--connections->n];
}

/* A peer that is gone without a word is noticed even while data waits to be acknowledged. */
static int opened(void *data, curl_socket_t fd, curlsocktype purpose)
{
    struct spk_connections *connections = data;
    unsigned timeout_ms = USER_TIMEOUT_MS;

    (void)purpose;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
    forget(connections, fd);
    if (connections->n < SPK_LEN(connections->items))
        connections->items[connections->n++] = (struct spk_connection){.fd = fd};
    return CURL_SOCKOPT_OK;
}

static int closed(void *data, curl_socket_t fd)
{
    forget(data, fd);
    return close(fd);
}

bool spk_connections_watch(struct spk_connections *connections, CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, opened) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, connections) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, closed) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, connections) == CURLE_OK;
}

static long local_port(curl_socket_t fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length = sizeof(address);

    if (getsockname(fd, &address.any, &length) < 0)
        return 0;
    return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port)
                                             : ntohs(address.v4.sin_port);
}

static struct spk_connection *find(struct spk_connections *connections, CURL *easy)
{
    long port = 0;

    /* The local port is what libcurl tells of a transfer's connection. */
    if (curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port) != CURLE_OK || port == 0)
        return NULL;
    for (size_t i = 0; i < connections->n; i++)
        if (local_port(connections->items[i].fd) == port)
            return &connections->items[i];
    return NULL;
}

/* Whether the peer sent anything since then: the kernel knows when data came last. */
static bool has_heard(curl_socket_t fd, int64_t since_ms, int64_t now_ms)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 &&
           now_ms - (int64_t)info.tcpi_last_data_recv > since_ms + TICK_MS;
}

bool spk_connections_overdue(struct spk_connections *connections, CURL *easy, int64_t sent_ms,
                             int64_t now_ms)
{
    struct spk_connection *connection = find(connections, easy);

    if (!connection)
        return true;
    if (has_heard(connection->fd, sent_ms, now_ms)) {
        connection->overdue = 0;
        return false;
    }
    if (!connection->overdue || now_ms - connection->first_ms > WINDOW_MS) {
        connection->overdue = 0;
        connection->first_ms = now_ms;
    }
    if (++connection->overdue >= MAX_OVERDUE) {
        /* libcurl sees the end of the connection and never uses it again. */
        (void)shutdown(connection->fd, SHUT_RDWR);
    }
    return true;
}

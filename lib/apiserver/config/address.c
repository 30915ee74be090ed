/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/config/address.h"

#include "apiserver/header.h"
#include "base/limits.h"

#include <string.h>
#include <strings.h>

static bool parse_port(const char *text, int64_t *out)
{
    return spk_parse_int64(text, out) && *out >= 1 && *out <= 65535;
}

/* Splits "host", "host:port", "[v6]" or "[v6]:port"; *port is NULL if there is none. */
static bool split_authority(struct spk_arena *arena, const char *text, const char **host,
                            const char **port)
{
    const char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":");

    if (!end)
        return false;
    *host = *text == '[' ? spk_strndup(arena, text + 1, (size_t)(end - text - 1))
                         : spk_strndup(arena, text, (size_t)(end - text));
    if (*text == '[')
        end++;
    if (*end && *end != ':')
        return false;
    *port = *end ? end + 1 : NULL;
    return **host != '\0';
}

/* Characters of hosts, ports and addresses; a zone of an IPv6 address (%eth0) is refused. */
static bool is_host(const char *host)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";

    return strlen(host) <= 253 && host[strspn(host, allowed)] == '\0';
}

/* RFC 3986 3.1: in capitals, too. */
static bool has_scheme(const char *url, const char *scheme)
{
    return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

bool spk_kube_address_parse(struct spk_arena *arena, const char *url,
                            struct spk_kube_address *out, struct spk_err *err)
{
    struct spk_kube_address address = {.tls = has_scheme(url, "https://")};
    int64_t number;

    if (!address.tls && !has_scheme(url, "http://"))
        return spk_fail(err, SPK_INVALID_FIELD, "must start with https://");
    if (!spk_is_header_value(url, SPK_MAX_HEADER_VALUE) || strpbrk(url, "?#@ \\\"<>"))
        return spk_fail(err, SPK_INVALID_FIELD,
                        "must be an address without user, query or fragment");
    const char *rest = strstr(url, "://") + 3;
    size_t length = strcspn(rest, "/");
    if (!split_authority(arena, spk_strndup(arena, rest, length), &address.host,
                         &address.port) ||
        !is_host(address.host))
        return spk_fail(err, SPK_INVALID_FIELD, "has no valid host");
    if (!address.port)
        address.port = address.tls ? "443" : "80";
    if (!parse_port(address.port, &number))
        return spk_fail(err, SPK_INVALID_FIELD, "has no valid port");
    char *prefix = spk_strdup(arena, rest + length);
    for (size_t n = strlen(prefix); n && prefix[n - 1] == '/'; n--)
        prefix[n - 1] = '\0';
    address.prefix = prefix;
    *out = address;
    return true;
}

const char *spk_kube_address_url(struct spk_arena *arena,
                                 const struct spk_kube_address *address)
{
    bool v6 = strchr(address->host, ':') != NULL;

    return spk_printf(arena, "%s://%s%s%s:%s%s", address->tls ? "https" : "http",
                      v6 ? "[" : "", address->host, v6 ? "]" : "", address->port,
                      address->prefix);
}

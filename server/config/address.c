/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include <string.h>

#define FORMS "unix:PATH, an absolute path, HOST:PORT or tcp://HOST:PORT"

static bool read_path(const char *text, struct spk_address *out, struct spk_err *err)
{
    const char *path = *text == '/' ? text : text + strlen("unix:");

    if (spk_starts_with(path, "//"))
        path += 2;
    if (*path != '/')
        return spk_fail(err, SPK_INVALID_FIELD,
                        "'%.64s' does not hold an absolute path: abstract and relative "
                        "sockets have no permissions",
                        text);
    if (strlen(path) > 107)
        return spk_fail(err, SPK_INVALID_FIELD, "the path has more than 107 bytes");
    *out = (struct spk_address){.is_unix = true, .text = path};
    return true;
}

static bool is_port(const char *text)
{
    int64_t port;

    return *text != '-' && spk_parse_int64(text, &port) && port <= 65535;
}

/* A name, an IPv4 address, or an IPv6 address in brackets. */
static bool is_host(const char *host, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    bool brackets = *host == '[';
    size_t good = brackets ? 1 + strspn(host + 1, "0123456789abcdefABCDEF:.") : 0;

    if (brackets)
        return good > 2 && host[good] == ']' && good + 1 == length;
    while (good < length &&
           (strchr("0123456789-._", host[good]) || strchr(letters, host[good])))
        good++;
    return length > 0 && good == length;
}

/* Names are looked up, so of names only localhost is known to stay on this machine. */
static bool is_loopback(const char *host, size_t length)
{
    static const char *const hosts[] = {"localhost", "[::1]"};

    for (size_t i = 0; i < SPK_LEN(hosts); i++)
        if (strlen(hosts[i]) == length && strncmp(host, hosts[i], length) == 0)
            return true;
    return spk_starts_with(host, "127.") && strspn(host, "0123456789.") == length;
}

static bool read_host(const char *text, struct spk_address *out, struct spk_err *err)
{
    static const char *const schemes[] = {"tcp://", "dns:///", "dns:"};
    const char *host = text;

    for (size_t i = 0; i < SPK_LEN(schemes) && host == text; i++)
        if (spk_starts_with(text, schemes[i]))
            host += strlen(schemes[i]);
    const char *colon = strrchr(host, ':');
    size_t length = colon ? (size_t)(colon - host) : 0;
    if (!colon || !is_port(colon + 1) || !is_host(host, length))
        return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is not " FORMS, text);
    *out = (struct spk_address){.text = host, .is_loopback = is_loopback(host, length)};
    return true;
}

bool spk_address_parse(const char *text, struct spk_address *out, struct spk_err *err)
{
    if (*text == '/' || spk_starts_with(text, "unix:"))
        return read_path(text, out, err);
    return read_host(text, out, err);
}

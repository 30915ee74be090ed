/* SPDX-License-Identifier: Apache-2.0 */
#include "library/target.h"

#include "library/call.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#define SPELLINGS "write unix:PATH, an absolute path, HOST:PORT or tcp://HOST:PORT"

static bool refuse(const char *address, const char *why, struct sparksubmit_error *error)
{
    char text[256];

    (void)snprintf(text, sizeof(text), "the address '%.80s' %s; " SPELLINGS, address, why);
    return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD", text);
}

/* The text behind prefix; NULL: it does not start with it. */
static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static const char *why_not_path(const char *path)
{
    if (behind(path, "//"))
        return "names a host between its slashes: a path takes one slash or three";
    if (!*path)
        return "has no path";
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return "has a path of more than 107 bytes, which no socket can have";
    return NULL;
}

static const char *why_not_port(const char *port)
{
    long number = 0;

    for (const char *at = port; *at; at++) {
        if (!isdigit((unsigned char)*at) || at - port >= 5)
            return "has no port from 1 to 65535";
        number = number * 10 + (*at - '0');
    }
    return number < 1 || number > 65535 ? "has no port from 1 to 65535" : NULL;
}

/* A name, an IPv4 address, or an IPv6 address in brackets. */
static const char *why_not_host(const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0;
    bool brackets = *text == '[';
    const char *allowed = brackets ? "0123456789abcdefABCDEF:.%[]" : "-._";

    if (!colon)
        return "has no port";
    if (length == 0 || length > 255)
        return "has no host";
    if (brackets && (text[length - 1] != ']' || length < 4))
        return "has a bracket that is not closed before the port";
    for (size_t i = 0; i < length; i++)
        if (!strchr(allowed, text[i]) && (brackets || !isalnum((unsigned char)text[i])))
            return text[i] == ':' ? "has an IPv6 address without brackets: [::1]:PORT"
                                  : "has a host that is no name";
    return why_not_port(colon + 1);
}

/* Schemes that mean a socket of TCP, with what gRPC calls them. */
static const char *host_of(const char *address)
{
    static const char *const schemes[] = {"tcp://", "dns:///", "dns:"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (behind(address, schemes[i]))
            return behind(address, schemes[i]);
    return address;
}

static bool is_foreign(const char *address)
{
    static const char *const schemes[] = {
        "unix-abstract:", "ipv4:", "ipv6:", "xds:", "vsock:"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (behind(address, schemes[i]))
            return true;
    return strstr(address, "://") && !behind(address, "tcp://") && !behind(address, "dns:///");
}

bool spk_target_read(const char *address, char target[SPK_TARGET_SIZE],
                     struct sparksubmit_error *error)
{
    const char *path = *address == '/' ? address : behind(address, "unix:"), *why;

    if (path) {
        path = behind(path, "///") ? path + 2 : path;
        why = why_not_path(path);
    } else {
        why = behind(address, "http://") || behind(address, "https://")
                  ? "is a URL: the server speaks gRPC without TLS"
              : is_foreign(address) ? "has a scheme that is not known"
                                    : why_not_host(host_of(address));
    }
    if (why)
        return refuse(address, why, error);
    (void)snprintf(target, SPK_TARGET_SIZE, "%s%s", path ? "unix:" : "dns:///",
                   path ? path : host_of(address));
    return true;
}

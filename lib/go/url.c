/* SPDX-License-Identifier: Apache-2.0 */
#include "go/url.h"

#include "base/text.h"
#include "go/quote.h"

#include <arpa/inet.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* Characters that a part may hold unescaped, beside bytes beyond ASCII. */
static const char host_characters[] = LETTERS DIGITS "-_.~!$&'()*+,;=:[]<>\"";
static const char user_characters[] = LETTERS DIGITS "-._:~!$&'()*+,;=%@";

struct parser {
    struct spk_arena *arena;
    const char *blamed; /* what the error shows: without the fragment unless that is bad */
    const char *why;    /* the error's text once there is one */
};

static bool refuse(struct parser *parser, const char *why)
{
    parser->why = why;
    return false;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    if (!at)
        return -1;
    return (int)(at - digits) - (at - digits > 15 ? 6 : 0);
}

/* allowed: what may stand for itself; NULL for a path or fragment, where anything may. */
static bool decode(struct parser *parser, const char *text, const char *allowed,
                   const char **out)
{
    struct spk_buf buf = {.arena = parser->arena};

    while (*text) {
        if (*text != '%') {
            if (allowed && (unsigned char)*text < 0x80 && !strchr(allowed, *text))
                return refuse(parser, spk_printf(parser->arena,
                                                 "invalid character \"%s%c\" in host name",
                                                 *text == '\\' ? "\\" : "", *text));
            spk_buf_char(&buf, *text++);
            continue;
        }
        int high = hex_value(text[1]), low = high < 0 ? -1 : hex_value(text[2]);
        /* In a host only bytes beyond ASCII and the percent sign may be escaped. */
        if (low < 0 || (allowed && high < 8 && strncmp(text, "%25", 3) != 0))
            return refuse(parser,
                          spk_printf(parser->arena, "invalid URL escape \"%.3s\"", text));
        spk_buf_char(&buf, (char)(high * 16 + low));
        text += 3;
    }
    *out = spk_buf_string(&buf);
    return true;
}

static bool is_port(const char *text)
{
    return !*text || (*text == ':' && strspn(text + 1, DIGITS) == strlen(text + 1));
}

static bool refuse_port(struct parser *parser, const char *port)
{
    return refuse(parser, spk_printf(parser->arena, "invalid port \"%s\" after host", port));
}

static bool check_address(struct parser *parser, const char *host)
{
    const char *end = strrchr(host, ']'), *address;
    unsigned char bytes[sizeof(struct in6_addr)];

    if (!end)
        return refuse(parser, "missing ']' in host");
    if (!is_port(end + 1))
        return refuse_port(parser, end + 1);
    address = spk_strndup(parser->arena, host + 1, (size_t)(end - host - 1));
    const char *zone = strstr(address, "%25");
    if (zone)
        address = spk_strndup(parser->arena, address, (size_t)(zone - address));
    if (inet_pton(AF_INET6, address, bytes) != 1)
        return refuse(parser, spk_printf(parser->arena,
                                         "invalid host: ParseAddr(\"%s\"): unable to parse IP",
                                         address));
    return true;
}

static bool check_host(struct parser *parser, const char *scheme, const char *host)
{
    const char *bracket = strrchr(host, '['), *port = strchr(host, ':'), *decoded;

    if (bracket && bracket > host)
        return refuse(parser, "invalid IP-literal");
    if (bracket)
        return check_address(parser, host);
    if (port && !spk_text_equal(scheme, "http") && !spk_text_equal(scheme, "https"))
        port = strrchr(host, ':');
    if (port && !is_port(port))
        return refuse_port(parser, port);
    return decode(parser, host, host_characters, &decoded);
}

static bool check_authority(struct parser *parser, const char *scheme, const char *authority)
{
    const char *at = strrchr(authority, '@'), *decoded;

    if (!check_host(parser, scheme, at ? at + 1 : authority))
        return false;
    if (!at)
        return true;
    const char *user = spk_strndup(parser->arena, authority, (size_t)(at - authority));
    if (strspn(user, user_characters) != strlen(user))
        return refuse(parser, "net/url: invalid userinfo");
    return decode(parser, user, NULL, &decoded);
}

/* Splits off "http:"; *rest is what follows. */
static bool take_scheme(struct parser *parser, const char *text, const char **scheme,
                        const char **rest)
{
    size_t length = strspn(text, LETTERS DIGITS "+-.");

    *scheme = "";
    *rest = text;
    if (text[length] != ':' || (length > 0 && !strchr(LETTERS, *text)))
        return true;
    if (length == 0)
        return refuse(parser, "missing protocol scheme");
    *scheme = spk_lower(parser->arena, spk_strndup(parser->arena, text, length));
    *rest = text + length + 1;
    return true;
}

static const char *cut(struct spk_arena *arena, const char *text, const char *at)
{
    return spk_strndup(arena, text, strcspn(text, at));
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

static bool parse(struct parser *parser, const char *text, struct spk_go_url *out)
{
    const char *scheme, *rest, *path, *decoded, *whole = text, *fragment = strchr(text, '#');

    text = cut(parser->arena, text, "#");
    parser->blamed = text;
    if (has_control(text))
        return refuse(parser, "net/url: invalid control character in URL");
    if (!take_scheme(parser, text, &scheme, &rest))
        return false;
    path = cut(parser->arena, rest, "?");
    if (*path != '/' && *scheme) {
        *out = (struct spk_go_url){scheme, ""};
        return true;
    }
    if (*path != '/' && strchr(cut(parser->arena, path, "/"), ':'))
        return refuse(parser, "first path segment in URL cannot contain colon");
    if (spk_starts_with(path, "//") && (*scheme || !spk_starts_with(path, "///"))) {
        const char *authority = cut(parser->arena, path + 2, "/");

        if (!check_authority(parser, scheme, authority))
            return false;
        path += 2 + strlen(authority);
    }
    if (!decode(parser, path, NULL, &decoded))
        return false;
    parser->blamed = whole;
    if (fragment && !decode(parser, fragment + 1, NULL, &path))
        return false;
    *out = (struct spk_go_url){scheme, decoded};
    return true;
}

bool spk_go_url_parse(struct spk_arena *arena, const char *text, struct spk_go_url *out,
                      struct spk_err *err)
{
    struct parser parser = {.arena = arena};

    if (parse(&parser, text, out))
        return true;
    return spk_fail(err, SPK_INVALID_FIELD, "parse %s: %s", spk_quote_go(arena, parser.blamed),
                    parser.why);
}

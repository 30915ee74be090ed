/* SPDX-License-Identifier: Apache-2.0 */
#include "java/uri.h"

#include <ctype.h>
#include <string.h>

/* The character classes of RFC 2396 with the square brackets of RFC 2732. */
#define UNRESERVED_MARKS "-_.!~*'()"
#define PATH_MARKS       UNRESERVED_MARKS ":@&=+$,;/"
#define REGISTRY_MARKS   UNRESERVED_MARKS "$,;:@&=+"
#define URI_MARKS        UNRESERVED_MARKS ";/?:@&=+$,[]"

#define REPLACEMENT "\xEF\xBF\xBD"

static bool is_alnum(char c)
{
    return (unsigned char)c < 0x80 && isalnum((unsigned char)c);
}

static bool is_hex(char c)
{
    return c && strchr("0123456789abcdefABCDEF", c);
}

/* The bytes of the character at text. */
static size_t character_length(const char *text)
{
    unsigned char lead = (unsigned char)*text;
    size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;

    return strnlen(text, length);
}

/* Blanks and controls beyond ASCII, which Java does not allow unescaped. */
static bool is_foreign_blank(const char *text)
{
    static const char *const blanks[] = {
        "\u00A0", "\u1680", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000",
    };
    const unsigned char *bytes = (const unsigned char *)text;

    if (bytes[0] == 0xC2 && bytes[1] < 0xA0) /* U+0080 to U+009F */
        return true;
    if (bytes[0] == 0xE2 && bytes[1] == 0x80 && bytes[2] <= 0x8A) /* U+2000 to U+200A */
        return true;
    for (size_t i = 0; i < SPK_LEN(blanks); i++)
        if (spk_starts_with(text, blanks[i]))
            return true;
    return false;
}

/* Whether length bytes are letters, digits, marks, escapes and characters beyond ASCII. */
static bool are_legal(const char *text, size_t length, const char *marks)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];

        if (c == '%') {
            if (length - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))
                return false;
            i += 2;
        } else if ((unsigned char)c >= 0x80) {
            if (((unsigned char)c & 0xC0) == 0xC0 && is_foreign_blank(text + i))
                return false;
        } else if (!is_alnum(c) && !strchr(marks, c)) {
            return false;
        }
    }
    return true;
}

static bool is_scheme(const char *text, size_t length)
{
    if (length == 0 || !isalpha((unsigned char)*text) || (unsigned char)*text >= 0x80)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_alnum(text[i]) && !strchr("+-.", text[i]))
            return false;
    return true;
}

/* "[::1]:8080" or what a registry may name. */
static bool is_authority(const char *text, size_t length)
{
    const char *open = memchr(text, '[', length), *close;

    if (!open)
        return are_legal(text, length, REGISTRY_MARKS);
    close = memchr(open, ']', (size_t)(text + length - open));
    if (!close || (open != text && open[-1] != '@'))
        return false;
    for (const char *c = open + 1; c < close; c++)
        if (!is_hex(*c) && !strchr(":.%", *c))
            return false;
    return close + 1 == text + length || close[1] == ':';
}

/* Authority, path and query, without the fragment. */
static bool parse_hierarchical(struct spk_arena *arena, const char *text, struct spk_uri *out)
{
    size_t length;

    if (spk_starts_with(text, "//")) {
        text += 2;
        length = strcspn(text, "/?");
        if (length ? !is_authority(text, length) : !*text)
            return false;
        text += length;
    }
    length = strcspn(text, "?");
    if (!are_legal(text, length, PATH_MARKS) ||
        !are_legal(text + length, strlen(text + length), URI_MARKS))
        return false;
    out->path = spk_strndup(arena, text, length);
    return true;
}

bool spk_uri_parse(struct spk_arena *arena, const char *text, struct spk_uri *out)
{
    size_t stop = strcspn(text, ":/?#");
    struct spk_uri uri = {0};
    const char *rest = text;

    if (text[stop] == ':') {
        if (!is_scheme(text, stop))
            return false;
        uri.scheme = spk_strndup(arena, text, stop);
        rest = text + stop + 1;
    }
    size_t length = strcspn(rest, "#");
    if (rest[length]) {
        uri.fragment = spk_strdup(arena, rest + length + 1);
        if (!are_legal(uri.fragment, strlen(uri.fragment), URI_MARKS))
            return false;
    }
    uri.specific = spk_strndup(arena, rest, length);
    if (uri.scheme && *rest != '/') {
        if (length == 0 || !are_legal(rest, length, URI_MARKS))
            return false;
    } else if (!parse_hierarchical(arena, uri.specific, &uri)) {
        return false;
    }
    *out = uri;
    return true;
}

/* ---- escapes ---- */

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void put_escaped(struct spk_buf *buf, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        spk_buf_printf(buf, "%%%02X", (unsigned)(unsigned char)bytes[i]);
}

/* Escape what is not a letter, digit, mark or a visible character beyond ASCII. */
static void put_quoted(struct spk_buf *buf, const char *text, const char *marks)
{
    for (size_t length; *text; text += length) {
        length = character_length(text);
        bool plain = length > 1 ? !is_foreign_blank(text)
                                : is_alnum(*text) || strchr(marks, *text) != NULL;

        if (plain)
            spk_buf_put(buf, text, length);
        else
            put_escaped(buf, text, length);
    }
}

/* Bytes that came from escapes: characters if they are UTF-8, else U+FFFD each. */
static void put_repaired(struct spk_buf *buf, const char *bytes, size_t length)
{
    for (size_t i = 0, step; i < length; i += step) {
        step = 1;
        while (step <= 4 && i + step <= length && !spk_is_utf8(bytes + i, step))
            step++;
        if (step <= 4 && i + step <= length && bytes[i]) {
            spk_buf_put(buf, bytes + i, step);
            continue;
        }
        spk_buf_text(buf, REPLACEMENT);
        step = 1;
    }
}

const char *spk_uri_decode(struct spk_arena *arena, const char *text)
{
    struct spk_buf buf = {.arena = arena}, run = {.arena = arena};

    while (*text) {
        if (*text != '%' || !is_hex(text[1]) || !is_hex(text[2])) {
            spk_buf_char(&buf, *text++);
            continue;
        }
        run.length = 0;
        for (; *text == '%' && is_hex(text[1]) && is_hex(text[2]); text += 3)
            spk_buf_char(&run, (char)(hex_value(text[1]) << 4 | hex_value(text[2])));
        put_repaired(&buf, run.data, run.length);
    }
    return spk_buf_string(&buf);
}

const char *spk_uri_requoted(struct spk_arena *arena, const struct spk_uri *uri)
{
    struct spk_buf buf = {.arena = arena};

    spk_buf_printf(&buf, "%s:", uri->scheme);
    put_quoted(&buf, spk_uri_decode(arena, uri->specific), URI_MARKS);
    return spk_buf_string(&buf);
}

/* ---- paths ---- */

const char *spk_path_absolute(struct spk_arena *arena, const char *path, const char *cwd)
{
    if (*path == '/')
        return path;
    return spk_printf(arena, "%s/%s", cwd ? cwd : "", path);
}

/* Without empty, "." and ".." parts. */
static const char *canonical(struct spk_arena *arena, const char *path)
{
    struct spk_strings parts = spk_split(arena, path, '/'), kept = {0};

    for (size_t i = 0; i < parts.n; i++) {
        const char *part = parts.items[i];

        if (!*part || !strcmp(part, "."))
            continue;
        if (strcmp(part, "..") != 0)
            spk_strings_add(arena, &kept, part);
        else if (kept.n)
            kept.items[--kept.n] = NULL;
    }
    return spk_printf(arena, "/%s", spk_join(arena, kept.items, kept.n, "/"));
}

static const char *file_uri(struct spk_arena *arena, const char *path, const char *cwd)
{
    struct spk_buf buf = {.arena = arena};

    spk_buf_text(&buf, "file:");
    put_quoted(&buf, canonical(arena, spk_path_absolute(arena, path, cwd)), PATH_MARKS);
    return spk_buf_string(&buf);
}

const char *spk_uri_resolve(struct spk_arena *arena, const char *text, const char *cwd)
{
    struct spk_uri uri;
    struct spk_buf buf = {.arena = arena};

    if (!spk_uri_parse(arena, text, &uri))
        return file_uri(arena, text, cwd);
    if (uri.scheme)
        return text;
    if (!uri.fragment)
        return file_uri(arena, text, cwd);
    spk_buf_printf(&buf, "%s#", file_uri(arena, spk_uri_decode(arena, uri.path), cwd));
    put_quoted(&buf, spk_uri_decode(arena, uri.fragment), URI_MARKS);
    return spk_buf_string(&buf);
}

const char *spk_uri_resolve_list(struct spk_arena *arena, const char *list, const char *cwd)
{
    struct spk_strings parts = spk_split(arena, list, ','), resolved = {0};

    for (size_t i = 0; i < parts.n; i++)
        if (*spk_trim(arena, parts.items[i]))
            spk_strings_add(arena, &resolved, spk_uri_resolve(arena, parts.items[i], cwd));
    return spk_join(arena, resolved.items, resolved.n, ",");
}

bool spk_uri_is_local(struct spk_arena *arena, const char *text)
{
    struct spk_uri uri;

    if (!spk_uri_parse(arena, text, &uri))
        return true;
    return !uri.scheme || !strcmp(uri.scheme, "file");
}

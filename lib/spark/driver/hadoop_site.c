/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/hadoop_site.h"

#include "base/text.h"

#include <string.h>

/* A part of the file. */
struct span {
    const char *at, *end;
};

enum token { TOKEN_END, TOKEN_TEXT, TOKEN_OPEN, TOKEN_CLOSE };

static bool starts(struct span span, const char *text)
{
    size_t length = strlen(text);

    return (size_t)(span.end - span.at) >= length && !memcmp(span.at, text, length);
}

/* Up to the next text, which is passed over; what is never closed ends with the file. */
static struct span take_until(struct span *rest, const char *text)
{
    struct span taken = *rest;

    while (rest->at < rest->end && !starts(*rest, text))
        rest->at++;
    taken.end = rest->at;
    if (rest->at < rest->end)
        rest->at += strlen(text);
    return taken;
}

/* Pass over one thing that means nothing here. */
static bool skip(struct span *rest)
{
    static const struct {
        const char *begin, *end;
    } skipped[] = {{"<!--", "-->"}, {"<?", "?>"}, {"<!DOCTYPE", ">"}};

    for (size_t i = 0; i < SPK_LEN(skipped); i++)
        if (starts(*rest, skipped[i].begin)) {
            (void)take_until(rest, skipped[i].end);
            return true;
        }
    return false;
}

/* The next tag or text; the insides of a tag, or the text, go to *out. */
static enum token next_token(struct span *rest, struct span *out)
{
    while (skip(rest))
        ;
    if (rest->at >= rest->end)
        return TOKEN_END;
    if (starts(*rest, "<![CDATA[")) {
        rest->at += strlen("<![CDATA[");
        *out = take_until(rest, "]]>");
        return TOKEN_TEXT;
    }
    if (*rest->at == '<') {
        bool close = starts(*rest, "</");

        rest->at += close ? 2 : 1;
        *out = take_until(rest, ">");
        return close ? TOKEN_CLOSE : TOKEN_OPEN;
    }
    *out = (struct span){rest->at, rest->at};
    while (rest->at < rest->end && *rest->at != '<')
        rest->at++;
    out->end = rest->at;
    return TOKEN_TEXT;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_tag(struct span tag, const char *name)
{
    size_t length = strlen(name);

    if (!starts(tag, name))
        return false;
    tag.at += length;
    return tag.at == tag.end || is_blank(*tag.at) || *tag.at == '/';
}

/* The value of an attribute; absent: an empty span. */
static struct span attribute(struct span tag, const char *name)
{
    size_t length = strlen(name);

    for (; tag.at < tag.end; tag.at++) {
        if (!is_blank(*tag.at))
            continue;
        struct span word = {tag.at + 1, tag.end};

        if (!starts(word, name) || word.end - word.at < (ptrdiff_t)length + 2 ||
            word.at[length] != '=')
            continue;
        word.at += length + 1;
        char quote[] = {*word.at++, '\0'};

        return take_until(&word, quote);
    }
    return (struct span){NULL, NULL};
}

static const char *trimmed(struct spk_arena *arena, struct span span)
{
    if (!span.at)
        return "";
    while (span.at < span.end && is_blank(*span.at))
        span.at++;
    while (span.end > span.at && is_blank(span.end[-1]))
        span.end--;
    return spk_strndup(arena, span.at, (size_t)(span.end - span.at));
}

/* A property as far as it was read. */
struct property {
    const char *name, *value;
    const char **field; /* whose text comes next; NULL: nobody's */
};

static void open_tag(struct spk_arena *arena, struct property *property, struct span tag)
{
    if (is_tag(tag, "property"))
        *property = (struct property){trimmed(arena, attribute(tag, "name")),
                                      trimmed(arena, attribute(tag, "value")), NULL};
    else
        property->field = is_tag(tag, "name")    ? &property->name
                          : is_tag(tag, "value") ? &property->value
                                                 : NULL;
}

const char *spk_hadoop_site_get(struct spk_arena *arena, const struct spk_bytes *file,
                                const char *name)
{
    struct span rest = {file->data, file->data + file->length}, part;
    struct property property = {"", "", NULL};
    const char *found = NULL;
    enum token token;

    while ((token = next_token(&rest, &part)) != TOKEN_END) {
        if (token == TOKEN_TEXT) {
            if (property.field)
                *property.field = trimmed(arena, part);
            continue;
        }
        property.field = NULL;
        if (token == TOKEN_OPEN)
            open_tag(arena, &property, part);
        if ((token == TOKEN_CLOSE || part.end[-1] == '/') && is_tag(part, "property") &&
            !strcmp(property.name, name))
            found = property.value;
    }
    return found;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "base/compiler.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const words[] = {"secret",      "password",   "passwd",       "token",
                                    "accesskey",   "access.key", "access-key",   "access_key",
                                    "credential",  "privatekey", "private.key",  "private-key",
                                    "private_key", "jaas",       "authorization"};

/* Whether length characters hold one of the words, in any case. */
static bool is_secret(const char *name, size_t length)
{
    for (size_t i = 0; i < SPK_LEN(words); i++) {
        size_t word = strlen(words[i]);

        for (size_t at = 0; at + word <= length; at++)
            if (strncasecmp(name + at, words[i], word) == 0)
                return true;
    }
    return false;
}

bool spk_is_secret_name(const char *name)
{
    return is_secret(name, strlen(name));
}

/* A secret inside a text; length 0: there is none. */
struct place {
    const char *start;
    size_t length;
};

/* "user:password@" between "://" and the next '/', as in any URL. */
static struct place in_url(const char *text)
{
    while ((text = strstr(text, "://")) != NULL) {
        text += strlen("://");
        size_t authority = strcspn(text, "/?# \t\r\n\"'");
        const char *colon = memchr(text, ':', authority), *at = NULL;

        for (size_t i = 0; i < authority; i++)
            at = text[i] == '@' ? text + i : at;
        if (colon && at && at > colon + 1)
            return (struct place){colon + 1, (size_t)(at - colon - 1)};
    }
    return (struct place){0};
}

/* "-Dname=value" with a name that says so, as Java takes its properties. */
static struct place in_property(const char *text)
{
    while ((text = strstr(text, "-D")) != NULL) {
        text += strlen("-D");
        size_t name = strcspn(text, "= \t\r\n\"'");
        bool secret = text[name] == '=' && is_secret(text, name);
        size_t value = secret ? strcspn(text + name + 1, " \t\r\n\"'") : 0;

        if (value > 0)
            return (struct place){text + name + 1, value};
        text += name;
    }
    return (struct place){0};
}

bool spk_holds_secret(const char *text)
{
    return in_url(text).length > 0 || in_property(text).length > 0;
}

static void hide(char *text, struct place (*find)(const char *text))
{
    struct place found;

    while ((found = find(text)).length > 0) {
        char *start = text + (found.start - text);
        size_t stars = found.length < 3 ? found.length : 3;

        memset(start, '*', stars);
        memmove(start + stars, start + found.length, strlen(start + found.length) + 1);
        text = start + stars;
    }
}

void spk_hide_secrets(char *text)
{
    hide(text, in_url);
    hide(text, in_property);
}

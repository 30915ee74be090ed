/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/names.h"

#include <stddef.h>
#include <string.h>

#define LOWER    "abcdefghijklmnopqrstuvwxyz"
#define LETTER   LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT    "0123456789"
#define MAX_PART 63
#define MAX_NAME 253

static bool has_char(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* True if the first of length characters is in first, the last in ends, every one in all. */
static bool is_word(const char *text, size_t length, const char *first, const char *ends,
                    const char *all)
{
    return length > 0 && has_char(first, text[0]) && has_char(ends, text[length - 1]) &&
           strspn(text, all) >= length;
}

static bool is_label(const char *text, size_t length)
{
    return is_word(text, length, LOWER DIGIT, LOWER DIGIT, LOWER DIGIT "-");
}

bool spk_is_dns1123_label(const char *text)
{
    size_t length = strlen(text);

    return length <= MAX_PART && is_label(text, length);
}

bool spk_is_dns1035_label(const char *text)
{
    size_t length = strlen(text);

    return length <= MAX_PART && is_word(text, length, LOWER, LOWER DIGIT, LOWER DIGIT "-");
}

/* length characters of text are labels of any length, joined by dots. */
static bool is_subdomain(const char *text, size_t length)
{
    const char *end = text + length;

    if (length > MAX_NAME)
        return false;
    for (;;) {
        size_t part = strcspn(text, "./");

        if (!is_label(text, part))
            return false;
        text += part;
        if (text == end)
            return true;
        text++;
    }
}

bool spk_is_dns1123_subdomain(const char *text)
{
    return strchr(text, '/') == NULL && is_subdomain(text, strlen(text));
}

static bool is_name_part(const char *text)
{
    size_t length = strlen(text);

    return length <= MAX_PART &&
           is_word(text, length, LETTER DIGIT, LETTER DIGIT, LETTER DIGIT "-_.");
}

bool spk_is_qualified_name(const char *text)
{
    const char *slash = strchr(text, '/');

    if (!slash)
        return is_name_part(text);
    return is_subdomain(text, (size_t)(slash - text)) && is_name_part(slash + 1);
}

bool spk_is_label_value(const char *text)
{
    return *text == '\0' || is_name_part(text);
}

/* Names of files must not lead out of their directory. */
static bool leads_out(const char *text)
{
    return strcmp(text, ".") == 0 || strncmp(text, "..", 2) == 0;
}

bool spk_is_configmap_key(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= MAX_NAME && strspn(text, LETTER DIGIT "-._") == length &&
           !leads_out(text);
}

bool spk_is_env_name(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && !has_char(DIGIT, *text) &&
           strspn(text, LETTER DIGIT "-._") == length && !leads_out(text);
}

bool spk_is_variable_name(const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~' || *c == '=')
            return false;
    return *text != '\0';
}

bool spk_is_scheduler_name(const char *text)
{
    size_t length = strlen(text);

    return length <= MAX_NAME &&
           is_word(text, length, LETTER DIGIT, LETTER DIGIT, LETTER DIGIT "-_.");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "go/semver.h"

#include <stddef.h>
#include <string.h>

/* A run of characters in the version's text. */
struct piece {
    const char *start;
    size_t length;
};

struct semver {
    struct piece number[3]; /* without leading zeros; "0" if missing */
    struct piece pre;       /* without the '-'; empty if none */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_identifier(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool is_number(const struct piece *piece)
{
    for (size_t i = 0; i < piece->length; i++)
        if (!is_digit(piece->start[i]))
            return false;
    return piece->length > 0;
}

static bool take_number(const char **at, struct piece *out)
{
    const char *start = *at, *end = start;

    while (is_digit(*end))
        end++;
    if (end == start || (*start == '0' && end - start > 1))
        return false;
    *out = (struct piece){start, (size_t)(end - start)};
    *at = end;
    return true;
}

/* The identifier that starts at text: up to a dot or to what cannot be part of one. */
static struct piece identifier_at(const char *text)
{
    struct piece piece = {text, 0};

    while (is_identifier(text[piece.length]))
        piece.length++;
    return piece;
}

/* Identifiers between dots; those of a pre-release have no leading zeros when numeric. */
static bool take_identifiers(const char **at, bool leading_zeros, struct piece *out)
{
    const char *start = *at, *text = start;

    for (;; text++) {
        struct piece piece = identifier_at(text);

        if (piece.length == 0)
            return false;
        if (!leading_zeros && piece.length > 1 && *piece.start == '0' && is_number(&piece))
            return false;
        text += piece.length;
        if (*text != '.')
            break;
    }
    *out = (struct piece){start, (size_t)(text - start)};
    *at = text;
    return true;
}

static bool parse(const char *text, struct semver *out)
{
    struct piece build;
    size_t n = 0;

    *out = (struct semver){.number = {{"0", 1}, {"0", 1}, {"0", 1}}, .pre = {"", 0}};
    if (*text == 'v')
        text++;
    for (;; text++) {
        if (!take_number(&text, &out->number[n++]))
            return false;
        if (*text != '.' || n == 3)
            break;
    }
    if (n < 3)
        return *text == '\0';
    if (*text == '-') {
        text++;
        if (!take_identifiers(&text, false, &out->pre))
            return false;
    }
    if (*text == '+') {
        text++;
        if (!take_identifiers(&text, true, &build))
            return false;
    }
    return *text == '\0';
}

static int compare_lengths(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_numbers(const struct piece *a, const struct piece *b)
{
    if (a->length != b->length)
        return compare_lengths(a->length, b->length);
    return memcmp(a->start, b->start, a->length);
}

/* Numbers come before words. */
static int compare_identifiers(const struct piece *a, const struct piece *b)
{
    bool a_number = is_number(a), b_number = is_number(b);
    size_t shorter = a->length < b->length ? a->length : b->length;

    if (a_number != b_number)
        return a_number ? -1 : 1;
    if (a_number)
        return compare_numbers(a, b);
    int order = memcmp(a->start, b->start, shorter);
    return order != 0 ? order : compare_lengths(a->length, b->length);
}

/* The next identifier of a list; empty at its end. */
static struct piece next_identifier(struct piece *list)
{
    struct piece piece = {list->start, 0};

    while (piece.length < list->length && list->start[piece.length] != '.')
        piece.length++;
    size_t step = piece.length < list->length ? piece.length + 1 : piece.length;
    *list = (struct piece){list->start + step, list->length - step};
    return piece;
}

static int compare_pre(struct piece a, struct piece b)
{
    /* A version without one is the release, which comes last. */
    if (a.length == 0 || b.length == 0)
        return (a.length == 0) - (b.length == 0);
    while (a.length > 0 && b.length > 0) {
        struct piece left = next_identifier(&a), right = next_identifier(&b);
        int order = compare_identifiers(&left, &right);

        if (order != 0)
            return order;
    }
    return compare_lengths(a.length, b.length);
}

int spk_semver_compare(const char *a, const char *b)
{
    struct semver left, right;
    bool a_valid = parse(a, &left), b_valid = parse(b, &right);

    if (!a_valid || !b_valid)
        return a_valid - b_valid;
    for (size_t i = 0; i < 3; i++) {
        int order = compare_numbers(&left.number[i], &right.number[i]);

        if (order != 0)
            return order;
    }
    return compare_pre(left.pre, right.pre);
}

bool spk_semver_before_3(const char *version)
{
    return spk_semver_compare(version ? version : "", "3.0.0") < 0;
}

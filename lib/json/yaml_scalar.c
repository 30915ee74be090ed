/* SPDX-License-Identifier: Apache-2.0 */
#include "json/yaml_scalar.h"

#include "java/java_number.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789";

/* The words of YAML 1.1 that are no strings. */
static const struct {
    const char *text;
    struct spk_scalar scalar;
} words[] = {
#define TRUE(word)                                                                            \
    {                                                                                         \
        word,                                                                                 \
        {                                                                                     \
            .kind = SPK_SCALAR_BOOL, .truth = true                                            \
        }                                                                                     \
    }
#define FALSE(word)                                                                           \
    {                                                                                         \
        word,                                                                                 \
        {                                                                                     \
            .kind = SPK_SCALAR_BOOL                                                           \
        }                                                                                     \
    }
#define EMPTY(word)                                                                           \
    {                                                                                         \
        word,                                                                                 \
        {                                                                                     \
            .kind = SPK_SCALAR_NULL                                                           \
        }                                                                                     \
    }
#define NUMBER(word, value)                                                                   \
    {                                                                                         \
        word,                                                                                 \
        {                                                                                     \
            .kind = SPK_SCALAR_FLOAT, .number = (value)                                       \
        }                                                                                     \
    }
    TRUE("y"),
    TRUE("Y"),
    TRUE("yes"),
    TRUE("Yes"),
    TRUE("YES"),
    TRUE("true"),
    TRUE("True"),
    TRUE("TRUE"),
    TRUE("on"),
    TRUE("On"),
    TRUE("ON"),
    FALSE("n"),
    FALSE("N"),
    FALSE("no"),
    FALSE("No"),
    FALSE("NO"),
    FALSE("false"),
    FALSE("False"),
    FALSE("FALSE"),
    FALSE("off"),
    FALSE("Off"),
    FALSE("OFF"),
    EMPTY(""),
    EMPTY("~"),
    EMPTY("null"),
    EMPTY("Null"),
    EMPTY("NULL"),
    NUMBER(".nan", (double)NAN),
    NUMBER(".NaN", (double)NAN),
    NUMBER(".NAN", (double)NAN),
    NUMBER(".inf", HUGE_VAL),
    NUMBER(".Inf", HUGE_VAL),
    NUMBER(".INF", HUGE_VAL),
    NUMBER("+.inf", HUGE_VAL),
    NUMBER("+.Inf", HUGE_VAL),
    NUMBER("+.INF", HUGE_VAL),
    NUMBER("-.inf", -HUGE_VAL),
    NUMBER("-.Inf", -HUGE_VAL),
    NUMBER("-.INF", -HUGE_VAL),
#undef TRUE
#undef FALSE
#undef EMPTY
#undef NUMBER
};

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? and nothing more */
static bool is_float(const char *text)
{
    text += *text == '+' || *text == '-';
    size_t whole = strspn(text, digits);
    text += whole;
    if (*text == '.') {
        size_t fraction = strspn(++text, digits);

        if (!whole && !fraction)
            return false;
        text += fraction;
    } else if (!whole) {
        return false;
    }
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        if (!strspn(text, digits))
            return false;
        text += strspn(text, digits);
    }
    return *text == '\0';
}

/* Digits of one base, all of text. */
static bool parse_magnitude(const char *text, int base, uint64_t *out)
{
    static const char all[] = "0123456789abcdef0123456789ABCDEF";
    char *end;

    /* strtoull takes blanks, signs and a 0x of its own; Go does not. */
    const char *first = *text ? strchr(all, *text) : NULL;
    if (!first || (first - all) % 16 >= base || (base == 16 && (text[1] | 32) == 'x'))
        return false;
    errno = 0;
    *out = strtoull(text, &end, base);
    return *end == '\0' && errno == 0;
}

/* After the sign: the base that Go's base 0 sees, and where the digits begin. */
static const char *find_base(const char *text, int *base)
{
    static const struct {
        char letter;
        int base;
    } prefixes[] = {{'b', 2}, {'o', 8}, {'x', 16}};

    *base = 10;
    if (text[0] != '0' || text[1] == '\0')
        return text;
    for (size_t i = 0; i < SPK_LEN(prefixes); i++)
        if ((text[1] | 32) == prefixes[i].letter) {
            *base = prefixes[i].base;
            return text + 2;
        }
    *base = 8;
    return text + 1;
}

static bool parse_integer(struct spk_arena *arena, const char *text, struct spk_scalar *out)
{
    bool has_sign = *text == '+' || *text == '-', negative = *text == '-', old_binary = false;
    uint64_t magnitude;
    int base;
    const char *number = find_base(text + has_sign, &base);

    /* go-yaml reads "0b" followed by a sign, too. */
    if (!has_sign && text[0] == '0' && text[1] == 'b' && (*number == '-' || *number == '+')) {
        old_binary = true;
        negative = *number++ == '-';
    }
    if (!parse_magnitude(number, base, &magnitude))
        return false;
    if (magnitude <= (uint64_t)INT64_MAX + negative) {
        const char *sign = negative && magnitude ? "-" : "";

        out->kind = SPK_SCALAR_INTEGER;
        out->text = spk_printf(arena, "%s%" PRIu64, sign, magnitude);
        return true;
    }
    if (has_sign || old_binary)
        return false;
    out->kind = SPK_SCALAR_UNSIGNED;
    out->text = NULL;
    out->number = (double)magnitude;
    return true;
}

/* One or two digits with a value in range; *text moves behind them. */
static bool take_pair(const char **text, int low, int high)
{
    size_t n = strspn(*text, digits);
    int value = 0;

    if (n < 1 || n > 2)
        return false;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (*(*text)++ - '0');
    return value >= low && value <= high;
}

static bool take_char(const char **text, const char *set)
{
    if (!**text || !strchr(set, **text))
        return false;
    (*text)++;
    return true;
}

/* Z or +hh:mm, and the end. */
static bool is_zone(const char *text)
{
    if (strcmp(text, "Z") == 0)
        return true;
    return (*text == '+' || *text == '-') && strlen(text) == 6 && text[3] == ':' &&
           strspn(text + 1, digits) == 2 && strspn(text + 4, digits) == 2;
}

static bool is_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return day <= days[month - 1] + (leap && month == 2);
}

/* 2006-1-2, then nothing, " 15:4:5.9" or "T15:4:5.9Z". */
static bool is_timestamp(const char *text)
{
    const char *month, *day;

    if (strspn(text, digits) != 4 || text[4] != '-')
        return false;
    int year = (int)strtol(text, NULL, 10);
    text += 5;
    month = text;
    if (!take_pair(&text, 1, 12) || !take_char(&text, "-"))
        return false;
    day = text;
    if (!take_pair(&text, 1, 31) ||
        !is_day(year, (int)strtol(month, NULL, 10), (int)strtol(day, NULL, 10)))
        return false;
    if (*text == '\0')
        return true;
    bool has_zone = *text != ' ';
    if (!take_char(&text, " tT") || !take_pair(&text, 0, 23) || !take_char(&text, ":") ||
        !take_pair(&text, 0, 59) || !take_char(&text, ":") || !take_pair(&text, 0, 59))
        return false;
    if (take_char(&text, ".,")) {
        size_t n = strspn(text, digits);

        if (n == 0)
            return false;
        text += n;
    }
    return has_zone ? is_zone(text) : *text == '\0';
}

static bool parse_float(const char *text, struct spk_scalar *out)
{
    if (!is_float(text))
        return false;
    out->number = strtod(text, NULL);
    if (!isfinite(out->number))
        return false;
    out->kind = SPK_SCALAR_FLOAT;
    out->text = NULL;
    return true;
}

static const char *without_underscores(struct spk_arena *arena, const char *text)
{
    char *copy = spk_strdup(arena, text), *end = copy;

    for (; *text; text++)
        if (*text != '_')
            *end++ = *text;
    *end = '\0';
    return copy;
}

/* After a leading point an underscore may only stand between digits. */
static bool has_stray_underscore(const char *text)
{
    for (const char *c = strchr(text, '_'); c; c = strchr(c + 1, '_'))
        if (c[-1] < '0' || c[-1] > '9' || c[1] < '0' || c[1] > '9')
            return true;
    return false;
}

struct spk_scalar spk_scalar_go(struct spk_arena *arena, const char *text)
{
    struct spk_scalar scalar = {.kind = SPK_SCALAR_TEXT, .text = text};

    for (size_t i = 0; i < SPK_LEN(words); i++)
        if (strcmp(text, words[i].text) == 0)
            return words[i].scalar;
    if (strcmp(text, "<<") == 0) {
        scalar.kind = SPK_SCALAR_MERGE;
        return scalar;
    }
    if (*text == '.' && !has_stray_underscore(text))
        (void)parse_float(without_underscores(arena, text), &scalar);
    if (!strchr("+-0123456789", *text))
        return scalar;
    if (is_timestamp(text)) {
        scalar.kind = SPK_SCALAR_TIMESTAMP;
        return scalar;
    }
    const char *plain = without_underscores(arena, text);
    if (!parse_integer(arena, plain, &scalar))
        (void)parse_float(plain, &scalar);
    return scalar;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?, and whether it is more than an integer */
static bool is_json_number(const char *text, bool *fraction)
{
    const char *number = text + (*text == '-');

    if (*number < '0' || *number > '9' || (number[0] == '0' && strspn(number, digits) > 1))
        return false;
    *fraction = strpbrk(number, ".eE") != NULL;
    return is_float(number);
}

struct spk_scalar spk_scalar_java(struct spk_arena *arena, const char *text)
{
    static const char *const infinite[] = {".inf",      "Infinity", "-.inf",
                                           "-Infinity", ".nan",     "NaN"};
    struct spk_scalar scalar = {.kind = SPK_SCALAR_TEXT, .text = text};
    bool fraction;

    for (size_t i = 0; i < SPK_LEN(infinite); i += 2)
        if (strcmp(text, infinite[i]) == 0)
            scalar.text = infinite[i + 1];
    if (*text == '\0' || strcmp(text, "null") == 0)
        scalar.kind = SPK_SCALAR_NULL;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        scalar.kind = SPK_SCALAR_BOOL;
        scalar.truth = *text == 't';
    }
    if (!is_json_number(text, &fraction))
        return scalar;
    scalar.kind = fraction ? SPK_SCALAR_FLOAT : SPK_SCALAR_INTEGER;
    scalar.number = strtod(text, NULL);
    if (fraction)
        scalar.text = spk_java_double(arena, scalar.number);
    if (strcmp(text, "-0") == 0)
        scalar.text = "0";
    if (!isfinite(scalar.number) && fraction)
        scalar.kind = SPK_SCALAR_TEXT;
    return scalar;
}

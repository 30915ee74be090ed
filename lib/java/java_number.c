/* SPDX-License-Identifier: Apache-2.0 */
#include "java/java_number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The longest text that is looked at as a number. */
#define MAX_NUMBER 1100

struct span {
    const char *start, *end;
};

static struct span trimmed(const char *text)
{
    struct span span = {text, text + strlen(text)};

    while (span.start < span.end && (unsigned char)*span.start <= ' ')
        span.start++;
    while (span.start < span.end && (unsigned char)span.end[-1] <= ' ')
        span.end--;
    return span;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_digits(struct span span, int64_t low, int64_t high, int64_t *out)
{
    const char *at = span.start;
    char *end;

    if (at < span.end && (*at == '+' || *at == '-'))
        at++;
    if (at == span.end)
        return false;
    for (const char *c = at; c < span.end; c++)
        if (!is_digit(*c))
            return false;
    errno = 0;
    long long value = strtoll(span.start, &end, 10);
    if (errno == ERANGE || end != span.end || value < low || value > high)
        return false;
    *out = value;
    return true;
}

bool spk_java_parse_int(const char *text, int32_t *out)
{
    int64_t value;

    if (!parse_digits(trimmed(text), INT32_MIN, INT32_MAX, &value))
        return false;
    *out = (int32_t)value;
    return true;
}

bool spk_java_parse_long(const char *text, int64_t *out)
{
    return parse_digits(trimmed(text), INT64_MIN, INT64_MAX, out);
}

static const char *skip_digits(const char *at, const char *end, bool hexadecimal, size_t *n)
{
    const char *start = at;

    while (at < end && (hexadecimal ? isxdigit((unsigned char)*at) != 0 : is_digit(*at)))
        at++;
    *n += (size_t)(at - start);
    return at;
}

/* Past a letter, a sign and digits; NULL when the letter is there without digits. */
static const char *skip_exponent(const char *at, const char *end, char letter)
{
    size_t n = 0;

    if (at == end || tolower((unsigned char)*at) != letter)
        return at;
    at++;
    if (at < end && (*at == '+' || *at == '-'))
        at++;
    at = skip_digits(at, end, false, &n);
    return n ? at : NULL;
}

/* The end of the number at start without a type suffix; NULL when there is none. */
static const char *double_end(const char *start, const char *end)
{
    const char *at = start < end && (*start == '+' || *start == '-') ? start + 1 : start;
    bool hexadecimal = end - at > 2 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    size_t n = 0;

    if (hexadecimal)
        at += 2;
    at = skip_digits(at, end, hexadecimal, &n);
    if (at < end && *at == '.')
        at = skip_digits(at + 1, end, hexadecimal, &n);
    if (n == 0)
        return NULL;
    if (!hexadecimal)
        return skip_exponent(at, end, 'e');
    const char *exponent = skip_exponent(at, end, 'p');
    return exponent == at ? NULL : exponent;
}

static bool parse_word(struct span span, double *out)
{
    bool negative = span.start < span.end && *span.start == '-';
    const char *word = span.start < span.end && (negative || *span.start == '+')
                           ? span.start + 1
                           : span.start;
    size_t length = (size_t)(span.end - word);

    if (length == 3 && !memcmp(word, "NaN", 3))
        *out = (double)NAN;
    else if (length == 8 && !memcmp(word, "Infinity", 8))
        *out = negative ? -(double)INFINITY : (double)INFINITY;
    else
        return false;
    return true;
}

bool spk_java_parse_double(const char *text, double *out)
{
    struct span span = trimmed(text);
    char copy[MAX_NUMBER + 1];

    if (parse_word(span, out))
        return true;
    const char *end = double_end(span.start, span.end);
    if (!end || end - span.start > MAX_NUMBER)
        return false;
    if (end < span.end && !(end + 1 == span.end && strchr("fFdD", *end)))
        return false;
    memcpy(copy, span.start, (size_t)(end - span.start));
    copy[end - span.start] = '\0';
    *out = strtod(copy, NULL);
    return true;
}

/* The shortest digits, but at least two, that read back as value: "d.dde[+-]xx". */
static void shortest(double value, char *out, size_t size)
{
    for (int digits = 1; digits < 17; digits++) {
        (void)snprintf(out, size, "%.*e", digits, value);
        if (strtod(out, NULL) == value)
            return;
    }
}

const char *spk_java_double(struct spk_arena *arena, double value)
{
    char text[40];

    if (isnan(value))
        return "NaN";
    if (isinf(value))
        return value < 0 ? "-Infinity" : "Infinity";
    shortest(fabs(value), text, sizeof(text));

    const char *sign = signbit(value) ? "-" : "";
    char *mark = strchr(text, 'e');
    int exponent = (int)strtol(mark + 1, NULL, 10);
    int digits = (int)(mark - text) - 1; /* the point is no digit */

    if (mark[-1] == '0' && digits == 2)
        digits = 1;

    if (value == 0 || (exponent >= -3 && exponent < 7)) {
        int decimals = digits - 1 - exponent;

        return spk_printf(arena, "%s%.*f", sign, decimals > 1 ? decimals : 1, fabs(value));
    }
    *mark = '\0';
    return spk_printf(arena, "%s%sE%d", sign, text, exponent);
}

bool spk_java_parse_bool(const char *text, bool *out)
{
    struct span span = trimmed(text);
    size_t length = (size_t)(span.end - span.start);

    if (length == 4 && !strncasecmp(span.start, "true", 4))
        *out = true;
    else if (length == 5 && !strncasecmp(span.start, "false", 5))
        *out = false;
    else
        return false;
    return true;
}

/* A number and the letters after it, in lower case. */
struct amount {
    int64_t value;
    char suffix[8]; /* "" if there is none */
};

static bool say(struct spk_why *why, const char *what, const char *text, const char *end)
{
    (void)snprintf(why->text, sizeof(why->text), "%s%.100s%s", what, text, end);
    return false;
}

static bool parse_amount(struct span span, bool sign, struct amount *out)
{
    const char *at = sign && span.start < span.end && *span.start == '-' ? span.start + 1
                                                                         : span.start;
    size_t n = 0, length;
    char *end;

    at = skip_digits(at, span.end, false, &n);
    length = (size_t)(span.end - at);
    if (n == 0 || length >= sizeof(out->suffix))
        return false;
    for (size_t i = 0; i <= length; i++) {
        out->suffix[i] = (char)(i < length ? tolower((unsigned char)at[i]) : '\0');
        if (i < length && !islower((unsigned char)out->suffix[i]))
            return false;
    }
    errno = 0;
    out->value = strtoll(span.start, &end, 10);
    return errno != ERANGE && end == at;
}

/* Sizes: the suffix, log2 of the unit in bytes, whether 4.2 brought it. */
static const struct size_suffix {
    const char *suffix;
    int shift;
    bool iec;
} size_suffixes[] = {
    {"b", 0, false},   {"k", 10, false}, {"kb", 10, false}, {"m", 20, false},
    {"mb", 20, false}, {"g", 30, false}, {"gb", 30, false}, {"t", 40, false},
    {"tb", 40, false}, {"p", 50, false}, {"pb", 50, false}, {"ki", 10, true},
    {"kib", 10, true}, {"mi", 20, true}, {"mib", 20, true}, {"gi", 30, true},
    {"gib", 30, true}, {"ti", 40, true}, {"tib", 40, true}, {"pi", 50, true},
    {"pib", 50, true},
};

static const struct size_suffix *find_suffix(const char *suffix, bool iec_units)
{
    for (size_t i = 0; i < SPK_LEN(size_suffixes); i++)
        if (!strcmp(size_suffixes[i].suffix, suffix) && (iec_units || !size_suffixes[i].iec))
            return &size_suffixes[i];
    return NULL;
}

static bool is_fraction(struct span span)
{
    size_t n = 0;
    const char *at = skip_digits(span.start, span.end, false, &n);

    return n && span.end - at >= 2 && *at == '.' && is_digit(at[1]);
}

bool spk_size_parse(const char *text, int64_t unit, bool iec_units, int64_t *out,
                    struct spk_why *why)
{
    bool negative = *text == '-';
    const char *input = negative ? text + 1 : text;
    struct span span = trimmed(input);
    int shift = unit == 1 ? 0 : 20, from = shift;
    struct amount amount;

    if (is_fraction(span))
        return say(why, "Fractional values are not supported. Input was: ", input, "");
    if (!parse_amount(span, false, &amount))
        return say(why, "Failed to parse byte string: ", input, "");
    if (*amount.suffix) {
        const struct size_suffix *suffix = find_suffix(amount.suffix, iec_units);

        if (!suffix)
            return say(why, "Invalid suffix: \"", amount.suffix, "\"");
        from = suffix->shift;
    }
    if (from >= shift && amount.value > INT64_MAX >> (from - shift))
        return say(why, "Conversion exceeds Long.MAX_VALUE: ", input, "");
    int64_t value = from >= shift ? amount.value << (from - shift)
                                  : amount.value >> (shift - from);
    *out = negative ? -value : value;
    return true;
}

/* Durations: the suffix and its length in microseconds. */
static const struct time_suffix {
    const char *suffix;
    int64_t us;
} time_suffixes[] = {
    {"us", 1},         {"ms", 1000},      {"s", 1000000},     {"m", 60000000},
    {"min", 60000000}, {"h", 3600000000}, {"d", 86400000000},
};

static int64_t microseconds(const char *suffix)
{
    for (size_t i = 0; i < SPK_LEN(time_suffixes); i++)
        if (!strcmp(time_suffixes[i].suffix, suffix))
            return time_suffixes[i].us;
    return 0;
}

bool spk_time_parse(const char *text, int64_t bare_ms, int64_t *out, struct spk_why *why)
{
    struct amount amount;

    if (!parse_amount(trimmed(text), true, &amount))
        return say(why, "Failed to parse time string: ", text, "");
    int64_t us = *amount.suffix ? microseconds(amount.suffix) : bare_ms * 1000;
    if (us == 0)
        return say(why, "Invalid suffix: \"", amount.suffix, "\"");
    if (us < 1000) {
        *out = amount.value / 1000;
        return true;
    }
    /* TimeUnit.convert saturates. */
    int64_t factor = us / 1000, limit = INT64_MAX / factor;
    if (amount.value > limit || amount.value < -limit)
        *out = amount.value > 0 ? INT64_MAX : INT64_MIN;
    else
        *out = amount.value * factor;
    return true;
}

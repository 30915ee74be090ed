/* SPDX-License-Identifier: Apache-2.0 */
#include "go/number.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A finite value is digits[0].digits[1...] * 10^exponent; digits has no zero at its end. */
struct decimal {
    bool negative;
    char digits[20];
    int n, exponent;
};

static bool reads_back(const char *text, double value, bool single)
{
    return single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

static struct decimal shortest(double value, bool single)
{
    struct decimal d = {.negative = signbit(value) != 0};
    char text[40];
    int precision = 0;

    do
        (void)snprintf(text, sizeof(text), "%.*e", precision, fabs(value));
    while (++precision < 17 && !reads_back(text, fabs(value), single));
    for (const char *c = text; *c != 'e'; c++)
        if (*c != '.')
            d.digits[d.n++] = *c;
    while (d.n > 1 && d.digits[d.n - 1] == '0')
        d.n--;
    d.digits[d.n] = '\0';
    d.exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    return d;
}

static char digit_at(const struct decimal *d, int i)
{
    if (i < 0 || i >= d->n)
        return '0';
    return d->digits[i];
}

/* Digits with the point where it belongs. */
static void put_plain(struct spk_buf *buf, const struct decimal *d)
{
    int whole = d->exponent + 1; /* digits before the point */
    int after = d->n - whole;

    if (whole <= 0)
        spk_buf_char(buf, '0');
    for (int i = 0; i < whole; i++)
        spk_buf_char(buf, digit_at(d, i));
    if (after > 0)
        spk_buf_char(buf, '.');
    for (int i = whole; i < whole + after; i++)
        spk_buf_char(buf, digit_at(d, i));
}

/* d.ddd and the exponent with at least width digits. */
static void put_scientific(struct spk_buf *buf, const struct decimal *d, int width)
{
    spk_buf_char(buf, d->digits[0]);
    if (d->n > 1)
        spk_buf_char(buf, '.');
    spk_buf_text(buf, d->digits + 1);
    spk_buf_printf(buf, "e%+0*d", width + 1, d->exponent);
}

char *spk_number_go_json(struct spk_arena *arena, double value)
{
    struct spk_buf buf = {.arena = arena};
    struct decimal d = shortest(value, false);

    if (d.negative)
        spk_buf_char(&buf, '-');
    if (value != 0 && (fabs(value) < 1e-6 || fabs(value) >= 1e21))
        put_scientific(&buf, &d, 1);
    else
        put_plain(&buf, &d);
    return buf.data;
}

/* Always with an exponent: "1e+20". */
static char *scientific(struct spk_arena *arena, double value)
{
    struct spk_buf buf = {.arena = arena};
    struct decimal d = shortest(value, false);

    if (d.negative)
        spk_buf_char(&buf, '-');
    put_scientific(&buf, &d, 1);
    return buf.data;
}

char *spk_number_kept(struct spk_arena *arena, double value)
{
    char *text = spk_number_go_json(arena, value == 0 ? 0 : value);

    if (fabs(value) >= 0x1p63 && !strchr(text, 'e'))
        text = scientific(arena, value);
    return text;
}

static char *go_text(struct spk_arena *arena, double value, bool single)
{
    struct spk_buf buf = {.arena = arena};

    /* A double beyond a float is infinite as a float. */
    if (!isfinite(single ? (double)(float)value : value))
        return spk_strdup(arena, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    struct decimal d = shortest(single ? (double)(float)value : value, single);
    if (d.negative)
        spk_buf_char(&buf, '-');
    if (value != 0 && (d.exponent < -4 || d.exponent >= 6))
        put_scientific(&buf, &d, 2);
    else
        put_plain(&buf, &d);
    return buf.data;
}

char *spk_number_go(struct spk_arena *arena, double value)
{
    return go_text(arena, value, false);
}

char *spk_number_go_single(struct spk_arena *arena, double value)
{
    return go_text(arena, value, true);
}

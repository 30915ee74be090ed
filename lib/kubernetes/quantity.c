/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/quantity.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS   256 /* nobody means a longer number */
#define MAX_EXPONENT 1000
#define LIMBS        40
#define LIMB         1000000000U
#define NANO         (-9)

static const char digits[] = "0123456789";

enum format { DECIMAL, EXPONENT, BINARY };

/* A suffix is a power of 10 or, in BINARY, of 2. */
static const struct suffix {
    const char *text;
    enum format format;
    int power;
} suffixes[] = {
    {"", DECIMAL, 0},   {"n", DECIMAL, -9}, {"u", DECIMAL, -6}, {"m", DECIMAL, -3},
    {"k", DECIMAL, 3},  {"M", DECIMAL, 6},  {"G", DECIMAL, 9},  {"T", DECIMAL, 12},
    {"P", DECIMAL, 15}, {"E", DECIMAL, 18}, {"Ki", BINARY, 10}, {"Mi", BINARY, 20},
    {"Gi", BINARY, 30}, {"Ti", BINARY, 40}, {"Pi", BINARY, 50}, {"Ei", BINARY, 60},
};

/* A whole number, least limb first. */
struct big {
    uint32_t limbs[LIMBS];
};

static void multiply(struct big *n, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;

    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)n->limbs[i] * factor;
        n->limbs[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
}

/* Returns the remainder. */
static uint32_t divide(struct big *n, uint32_t divisor)
{
    uint64_t rest = 0;

    for (int i = LIMBS; i-- > 0;) {
        rest = rest * LIMB + n->limbs[i];
        n->limbs[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    return (uint32_t)rest;
}

static bool is_zero(const struct big *n)
{
    static const struct big zero;

    return memcmp(n, &zero, sizeof(zero)) == 0;
}

static int compare(const struct big *a, const struct big *b)
{
    for (int i = LIMBS; i-- > 0;)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

static struct big big_of(uint64_t value, int power10)
{
    struct big n = {{(uint32_t)(value % LIMB), (uint32_t)(value / LIMB % LIMB),
                     (uint32_t)(value / LIMB / LIMB)}};

    while (power10-- > 0)
        multiply(&n, 10, 0);
    return n;
}

/* Take out the factor as often as it goes, at most limit times; returns how often. */
static int strip(struct big *n, uint32_t factor, int limit)
{
    int times = 0;

    while (times < limit) {
        struct big rest = *n;

        if (divide(&rest, factor) != 0)
            break;
        *n = rest;
        times++;
    }
    return times;
}

static void put_big(struct spk_buf *buf, const struct big *n)
{
    int i = LIMBS - 1;

    while (i > 0 && n->limbs[i] == 0)
        i--;
    spk_buf_printf(buf, "%u", n->limbs[i]);
    while (i-- > 0)
        spk_buf_printf(buf, "%09u", n->limbs[i]);
}

/* The parts of a text; the value is whole.fraction times the suffix. */
struct parts {
    bool negative;
    const char *whole, *fraction;
    size_t n_whole, n_fraction; /* whole without leading zeros */
    struct suffix suffix;
};

static bool find_suffix(const char *text, struct suffix *out)
{
    int64_t power;

    for (size_t i = 0; i < SPK_LEN(suffixes); i++)
        if (strcmp(text, suffixes[i].text) == 0) {
            *out = suffixes[i];
            return true;
        }
    if ((*text != 'e' && *text != 'E') || text[1] == '\0')
        return false;
    /* Go's ParseInt takes a plus, spk_parse_int64 does not. */
    text += text[1] == '+' && text[2] != '-' ? 2 : 1;
    if (!spk_parse_int64(text, &power) || power > MAX_EXPONENT || power < -MAX_EXPONENT)
        return false;
    *out = (struct suffix){.format = EXPONENT, .power = (int)power};
    return true;
}

static bool parse(const char *text, struct parts *out, struct spk_err *err)
{
    static const char form[] = "quantities must match the regular expression "
                               "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    struct parts parts = {.negative = *text == '-'};

    if (*text == '\0')
        return spk_fail(err, SPK_INVALID_FIELD, form);
    text += *text == '-' || *text == '+';
    text += strspn(text, "0");
    parts.whole = text;
    parts.n_whole = strspn(text, digits);
    text += parts.n_whole;
    if (*text == '.')
        text++;
    parts.fraction = text;
    parts.n_fraction = text[-1] == '.' ? strspn(text, digits) : 0;
    text += parts.n_fraction;
    const char *tail = text + strspn(text, "eEinumkKMGTP");
    tail += *tail == '-' || *tail == '+';
    if (tail[strspn(tail, digits)] != '\0')
        return spk_fail(err, SPK_INVALID_FIELD, form);
    if (!find_suffix(text, &parts.suffix))
        return spk_fail(err, SPK_INVALID_FIELD, "unable to parse quantity's suffix");
    if (parts.n_whole + parts.n_fraction > MAX_DIGITS)
        return spk_fail(err, SPK_INVALID_FIELD, "a quantity has more than %d digits",
                        MAX_DIGITS);
    *out = parts;
    return true;
}

/* The last of the digits before the point and after it; '0' if there are none. */
static char digit_from_end(const struct parts *parts, size_t i)
{
    if (i < parts->n_fraction)
        return parts->fraction[parts->n_fraction - 1 - i];
    i -= parts->n_fraction;
    if (i < parts->n_whole)
        return parts->whole[parts->n_whole - 1 - i];
    return '0';
}

/* Whether apimachinery keeps the user's spelling: a short number that looks canonical. */
static bool is_verbatim(const struct parts *parts)
{
    int whole = parts->n_whole ? (int)parts->n_whole : 1, fraction = (int)parts->n_fraction;
    int power = parts->suffix.power;

    if (parts->suffix.format == BINARY) {
        if (fraction > 0 || 15 - whole - power * 3 / 10 - 1 < 0)
            return false;
        return (strtoull(parts->n_whole ? parts->whole : "0", NULL, 10) & 7) != 0;
    }
    if (whole + fraction > 18 || power - fraction < NANO || (power - fraction) % 3 != 0)
        return false;
    bool thousands = whole + fraction >= 3 && digit_from_end(parts, 0) == '0' &&
                     digit_from_end(parts, 1) == '0' && digit_from_end(parts, 2) == '0';
    return parts->n_whole > 0 && !thousands;
}

/* The digits without the point, times 2 to the suffix's power if that is binary. */
static struct big magnitude(const struct parts *parts)
{
    struct big n = {{0}};

    for (size_t i = 0; i < parts->n_whole; i++)
        multiply(&n, 10, (uint32_t)(parts->whole[i] - '0'));
    for (size_t i = 0; i < parts->n_fraction; i++)
        multiply(&n, 10, (uint32_t)(parts->fraction[i] - '0'));
    if (parts->suffix.format == BINARY)
        for (int i = 0; i < parts->suffix.power; i += 10)
            multiply(&n, 1024, 0);
    return n;
}

/* Away from zero to whole nano units: who asks for little shall get something. */
static void round_to_nano(struct big *n, int *exponent)
{
    bool inexact = false;

    for (; *exponent < NANO && !is_zero(n); ++*exponent)
        inexact |= divide(n, 10) != 0;
    if (*exponent < NANO)
        *exponent = NANO;
    if (inexact)
        multiply(n, 1, 1);
}

static void put_decimal(struct spk_buf *buf, struct big n, int exponent, enum format format)
{
    exponent += strip(&n, 10, MAX_DIGITS + MAX_EXPONENT);
    for (; exponent % 3 != 0; exponent--)
        multiply(&n, 10, 0);
    put_big(buf, &n);
    if (format == EXPONENT && exponent != 0)
        spk_buf_printf(buf, "e%d", exponent);
    for (size_t i = 0; format == DECIMAL && i < SPK_LEN(suffixes); i++)
        if (suffixes[i].format == DECIMAL && suffixes[i].power == exponent)
            spk_buf_text(buf, suffixes[i].text);
}

static void put_binary(struct spk_buf *buf, struct big n, int exponent)
{
    static const char *const names[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    const struct big most = big_of(INT64_MAX, -exponent), least = big_of(1024, -exponent);

    if (compare(&n, &most) > 0) {
        n = big_of(INT64_MAX, 0);
        exponent = 0;
    }
    struct big whole = n;
    if (compare(&n, &least) < 0 || exponent + strip(&whole, 10, -exponent) < 0) {
        put_decimal(buf, n, exponent, DECIMAL);
        return;
    }
    int power = strip(&whole, 1024, (int)SPK_LEN(names) - 1);
    put_big(buf, &whole);
    spk_buf_text(buf, names[power]);
}

static char *canonical(struct spk_arena *arena, const struct parts *parts)
{
    struct spk_buf buf = {.arena = arena};
    struct big n = magnitude(parts);
    int exponent = -(int)parts->n_fraction;

    if (is_zero(&n))
        return spk_strdup(arena, "0");
    if (parts->suffix.format != BINARY)
        exponent += parts->suffix.power;
    round_to_nano(&n, &exponent);
    if (parts->negative)
        spk_buf_char(&buf, '-');
    if (parts->suffix.format == BINARY)
        put_binary(&buf, n, exponent);
    else
        put_decimal(&buf, n, exponent, parts->suffix.format);
    return buf.data;
}

bool spk_quantity_canonical(struct spk_arena *arena, const char *text, const char **out,
                            struct spk_err *err)
{
    struct parts parts;

    if (!parse(text, &parts, err))
        return false;
    *out = is_verbatim(&parts) ? spk_strdup(arena, text) : canonical(arena, &parts);
    return true;
}

/* Whether the byte may belong to a letter, of whatever script. */
static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static const char *unit_of(const char *text)
{
    return text + strcspn(text, "eEinumkKMGTP");
}

bool spk_quantity_has_odd_unit(const char *text)
{
    const char *unit = unit_of(text);

    return unit[strcspn(unit, "0123456789")] &&
           is_letter((unsigned char)unit[strlen(unit) - 1]);
}

bool spk_quantity_has_no_amount(const char *text, bool is_field)
{
    return *text == '\0' || (is_field && unit_of(text) == text);
}

const char *spk_quantity_flaw(const char *text, bool is_field)
{
    if (spk_quantity_has_odd_unit(text))
        return "Invalid quantity string format passed";
    if (spk_quantity_has_no_amount(text, is_field))
        return "Invalid quantity string format passed.";
    return NULL;
}

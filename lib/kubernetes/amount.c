/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/amount.h"

#include "base/text.h"
#include "kubernetes/quantity.h"

#include <inttypes.h>
#include <string.h>

#define NANOS_PER_UNIT 1000000000

static const char *const binary_suffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
/* From 10^-9 in steps of 10^3. */
static const char *const decimal_suffixes[] = {"n", "u", "m", "",  "k",
                                               "M", "G", "T", "P", "E"};

static spk_nanos limit_nanos(void)
{
    return (spk_nanos)INT64_MAX * NANOS_PER_UNIT;
}

static spk_nanos saturate(spk_nanos nanos)
{
    if (nanos > limit_nanos())
        return limit_nanos();
    return nanos < -limit_nanos() ? -limit_nanos() : nanos;
}

/* value times factor that often, kept within the limit. */
static spk_nanos scale(spk_nanos value, int factor, int times)
{
    for (int i = 0; i < times; i++)
        value = saturate(value * factor);
    return value;
}

/* The suffix: form, and power of 1024 or of 10. The text is a valid quantity. */
static enum spk_amount_form read_suffix(const char *suffix, int *power)
{
    int64_t exponent = 0;

    for (size_t i = 1; i < SPK_LEN(binary_suffixes); i++)
        if (spk_text_equal(suffix, binary_suffixes[i])) {
            *power = (int)i;
            return SPK_BINARY;
        }
    for (size_t i = 0; i < SPK_LEN(decimal_suffixes); i++)
        if (spk_text_equal(suffix, decimal_suffixes[i])) {
            *power = (int)i * 3 - 9;
            return SPK_DECIMAL;
        }
    suffix++;
    if (*suffix == '+')
        suffix++;
    if (!spk_parse_int64(suffix, &exponent))
        exponent = 0;
    *power = (int)(exponent > 40 ? 40 : exponent < -40 ? -40 : exponent);
    return SPK_EXPONENT;
}

/* Up to 21 digits and the point's place; what is smaller is below a nano unit. */
static const char *read_digits(const char *text, spk_nanos *mantissa, int *decimals)
{
    bool after_point = false;

    *mantissa = 0;
    *decimals = 0;
    for (; *text && strchr("0123456789.", *text); text++) {
        if (*text == '.') {
            after_point = true;
            continue;
        }
        if (*mantissa > limit_nanos())
            continue;
        *mantissa = *mantissa * 10 + (*text - '0');
        *decimals += after_point;
    }
    return text;
}

/* Towards zero: the API server's canonical text has no more digits than that. */
static spk_nanos to_nanos(spk_nanos mantissa, int decimals, enum spk_amount_form form,
                          int power)
{
    int tens = 9 - decimals;
    spk_nanos value = mantissa;

    if (form == SPK_BINARY)
        value = scale(saturate(value), 1024, power);
    else
        tens += power;
    value = scale(value, 10, tens > 0 ? tens : 0);
    for (; tens < 0; tens++)
        value /= 10;
    return saturate(value);
}

bool spk_amount_parse(struct spk_arena *arena, const char *text, struct spk_amount *out,
                      struct spk_err *err)
{
    const char *canonical;
    spk_nanos mantissa;
    int decimals, power = 0;

    if (!spk_quantity_canonical(arena, text, &canonical, err))
        return false;
    bool negative = *canonical == '-';
    if (*canonical == '-' || *canonical == '+')
        canonical++;
    const char *suffix = read_digits(canonical, &mantissa, &decimals);
    enum spk_amount_form form = read_suffix(suffix, &power);
    spk_nanos nanos = to_nanos(mantissa, decimals, form, power);
    *out = (struct spk_amount){negative ? -nanos : nanos, form};
    return true;
}

struct spk_amount spk_amount_of(int64_t units)
{
    return (struct spk_amount){(spk_nanos)units * NANOS_PER_UNIT, SPK_DECIMAL};
}

struct spk_amount spk_amount_add(struct spk_amount a, struct spk_amount b)
{
    return (struct spk_amount){saturate(a.nanos + b.nanos), a.nanos == 0 ? b.form : a.form};
}

struct spk_amount spk_amount_times(struct spk_amount a, int64_t n)
{
    a.nanos = n > INT32_MAX ? limit_nanos() : saturate(a.nanos * n);
    return a;
}

static const char *decimal_text(struct spk_arena *arena, spk_nanos nanos, bool exponent)
{
    size_t step = 0;

    while (step + 1 < SPK_LEN(decimal_suffixes) && nanos % 1000 == 0) {
        nanos /= 1000;
        step++;
    }
    spk_nanos magnitude = nanos < 0 ? -nanos : nanos;
    uint64_t high = (uint64_t)(magnitude / NANOS_PER_UNIT);
    uint64_t low = (uint64_t)(magnitude % NANOS_PER_UNIT);
    const char *sign = nanos < 0 ? "-" : "", *suffix = decimal_suffixes[step];

    if (exponent)
        suffix = step == 3 ? "" : spk_printf(arena, "e%d", (int)step * 3 - 9);
    if (high == 0)
        return spk_printf(arena, "%s%" PRIu64 "%s", sign, low, suffix);
    return spk_printf(arena, "%s%" PRIu64 "%09" PRIu64 "%s", sign, high, low, suffix);
}

static const char *binary_text(struct spk_arena *arena, int64_t units)
{
    size_t step = 0;

    while (step + 1 < SPK_LEN(binary_suffixes) && units % 1024 == 0) {
        units /= 1024;
        step++;
    }
    return spk_printf(arena, "%" PRId64 "%s", units, binary_suffixes[step]);
}

const char *spk_amount_text(struct spk_arena *arena, struct spk_amount amount)
{
    spk_nanos units = amount.nanos / NANOS_PER_UNIT;

    if (amount.nanos == 0)
        return "0";
    if (amount.form == SPK_BINARY && amount.nanos % NANOS_PER_UNIT == 0 &&
        (units >= 1024 || units <= -1024))
        return binary_text(arena, (int64_t)units);
    return decimal_text(arena, amount.nanos, amount.form == SPK_EXPONENT);
}

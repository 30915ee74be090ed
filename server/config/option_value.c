/* SPDX-License-Identifier: Apache-2.0 */
#include "config/option_value.h"

#include "base/limits.h"

#include <inttypes.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit durations[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
static const struct unit sizes[] = {
    {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"", 1}};

static void *field(const struct spk_option *option, struct spk_config *config)
{
    return (char *)config + option->offset;
}

static bool fail(const struct spk_option *option, const char *text, const char *expected,
                 struct spk_err *err)
{
    (void)spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is not %s", text, expected);
    return spk_fail_at(err, "--%s", option->flag);
}

/* Digits, then a unit of the table; the whole text. */
static bool read_scaled(struct spk_arena *arena, const char *text, const struct unit *units,
                        size_t n, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    int64_t value;

    if (digits == 0 || digits > 12 ||
        !spk_parse_int64(spk_strndup(arena, text, digits), &value))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text + digits, units[i].name) != 0 || value > INT64_MAX / units[i].factor)
            continue;
        *out = value * units[i].factor;
        return true;
    }
    return false;
}

static bool read_choice(struct spk_arena *arena, const struct spk_option *option,
                        const char *text, int *out)
{
    struct spk_strings choices = spk_split(arena, option->choices, '|');

    for (size_t i = 0; i < choices.n; i++) {
        if (strcmp(choices.items[i], text) != 0)
            continue;
        *out = (int)i;
        return true;
    }
    return false;
}

static bool add_uid(struct spk_arena *arena, const char *text, struct spk_uids *uids)
{
    int64_t value;

    if (!spk_parse_int64(text, &value) || value < 0 || value >= UINT32_MAX)
        return false;
    uids->items = spk_grow_array(arena, uids->items, uids->n, uids->n + 1, sizeof(uid_t));
    uids->items[uids->n++] = (uid_t)value;
    return true;
}

static bool read_list(struct spk_arena *arena, const struct spk_option *option,
                      const char *text, void *out)
{
    struct spk_strings parts = spk_split(arena, text, ',');

    for (size_t i = 0; i < parts.n; i++) {
        if (option->type == SPK_OPTION_LIST)
            spk_strings_add(arena, out, parts.items[i]);
        else if (!add_uid(arena, parts.items[i], out))
            return false;
    }
    return true;
}

static bool read_bool(const char *text, bool *out)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return false;
    *out = *text == 't';
    return true;
}

static bool read_number(struct spk_arena *arena, const struct spk_option *option,
                        const char *text, int64_t *out)
{
    bool may_be_auto = option->initial && strcmp(option->initial, "auto") == 0;

    if (may_be_auto && strcmp(text, "auto") == 0) {
        *out = option->type == SPK_OPTION_DURATION ? -1 : 0;
        return true;
    }
    if (option->type == SPK_OPTION_DURATION)
        return read_scaled(arena, text, durations, SPK_LEN(durations), out);
    if (option->type == SPK_OPTION_SIZE)
        return read_scaled(arena, text, sizes, SPK_LEN(sizes), out) &&
               *out >= (int64_t)SPK_MEMORY_BUDGET_MIN && *out <= SPK_MEMORY_BUDGET_MAX;
    return spk_parse_int64(text, out) && *out > 0 && *out <= 1000000;
}

bool spk_option_read(struct spk_arena *arena, const struct spk_option *option,
                     const char *text, struct spk_config *config, struct spk_err *err)
{
    void *out = field(option, config);

    switch (option->type) {
    case SPK_OPTION_TEXT:
        *(const char **)out = *text ? text : NULL;
        return true;
    case SPK_OPTION_LINES:
        spk_strings_add(arena, out, text);
        return true;
    case SPK_OPTION_BOOL:
        return read_bool(text, out) || fail(option, text, "true or false", err);
    case SPK_OPTION_CHOICE:
        return read_choice(arena, option, text, out) ||
               fail(option, text, spk_printf(arena, "one of %s", option->choices), err);
    case SPK_OPTION_COUNT:
        return read_number(arena, option, text, out) ||
               fail(option, text, "a number from 1 to 1000000", err);
    case SPK_OPTION_DURATION:
        return read_number(arena, option, text, out) ||
               fail(option, text, "a duration with its unit, such as 250ms, 10s or 5m", err);
    case SPK_OPTION_SIZE:
        return read_number(arena, option, text, out) ||
               fail(option, text, "a size from 256KiB to 1024GiB, such as 256MiB", err);
    case SPK_OPTION_LIST:
    case SPK_OPTION_UIDS:
    default:
        return read_list(arena, option, text, out) ||
               fail(option, text, "a list of user ids", err);
    }
}

void spk_option_clear(const struct spk_option *option, struct spk_config *config)
{
    if (option->type == SPK_OPTION_LIST || option->type == SPK_OPTION_LINES)
        *(struct spk_strings *)field(option, config) = (struct spk_strings){0};
    if (option->type == SPK_OPTION_UIDS)
        *(struct spk_uids *)field(option, config) = (struct spk_uids){0};
}

static const char *scaled_text(struct spk_arena *arena, int64_t value,
                               const struct unit *units, size_t n)
{
    for (size_t i = n; i > 0; i--) {
        const struct unit *unit = &units[i - 1];

        if (unit->factor > 1 && value && value % unit->factor == 0)
            return spk_printf(arena, "%" PRId64 "%s", value / unit->factor, unit->name);
    }
    return spk_printf(arena, "%" PRId64 "%s", value, units == durations ? "ms" : "");
}

static const char *uids_text(struct spk_arena *arena, const struct spk_uids *uids)
{
    struct spk_buf buf = {.arena = arena};

    for (size_t i = 0; i < uids->n; i++)
        spk_buf_printf(&buf, "%s%u", i ? "," : "", (unsigned)uids->items[i]);
    return spk_buf_string(&buf);
}

const char *spk_option_text(struct spk_arena *arena, const struct spk_option *option,
                            const struct spk_config *config)
{
    const void *at = (const char *)config + option->offset;
    const struct spk_strings *list = at;

    switch (option->type) {
    case SPK_OPTION_TEXT:
        return *(const char *const *)at ? *(const char *const *)at : "";
    case SPK_OPTION_BOOL:
        return *(const bool *)at ? "true" : "false";
    case SPK_OPTION_CHOICE:
        return spk_split(arena, option->choices, '|').items[*(const int *)at];
    case SPK_OPTION_COUNT:
        return spk_printf(arena, "%" PRId64, *(const int64_t *)at);
    case SPK_OPTION_DURATION:
        return scaled_text(arena, *(const int64_t *)at, durations, SPK_LEN(durations));
    case SPK_OPTION_SIZE:
        return scaled_text(arena, *(const int64_t *)at, sizes, SPK_LEN(sizes) - 1);
    case SPK_OPTION_UIDS:
        return uids_text(arena, at);
    case SPK_OPTION_LIST:
    case SPK_OPTION_LINES:
    default:
        return spk_join(arena, list->items, list->n, ",");
    }
}

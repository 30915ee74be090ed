/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/read_entry.h"

#include "java/java_number.h"
#include "spark/conf/entry_table.h"
#include "spark/conf/profile.h"
#include "spark/conf/substitution.h"

#include <string.h>

/* A value on its way: from where, and the entry that converts it (the end of a chain). */
struct found {
    const char *key; /* of the configuration; NULL: a default */
    const char *value;
    const struct spk_entry *entry;
};

/* Types of entries: the unit of a bare number of a duration, and Spark's name of the type. */
static const struct type {
    const char *name;
    int64_t bare_ms;
} types[] = {
    [SPK_ENTRY_TEXT] = {"string", 0},
    [SPK_ENTRY_BOOL] = {"boolean", 0},
    [SPK_ENTRY_INT] = {"int", 0},
    [SPK_ENTRY_LONG] = {"long", 0},
    [SPK_ENTRY_DOUBLE] = {"double", 0},
    [SPK_ENTRY_LIST] = {"string", 0},
    [SPK_ENTRY_MIB] = {"bytes in MiB", 0},
    [SPK_ENTRY_MS] = {"time in MILLISECONDS", 1},
    [SPK_ENTRY_SECONDS] = {"time in SECONDS", 1000},
    [SPK_ENTRY_MINUTES] = {"time in MINUTES", 60000},
};

static const char size_grammar[] =
    "Size must be specified as bytes (b), kibibytes (k), mebibytes (m), gibibytes (g), "
    "tebibytes (t), or pebibytes(p). E.g. 50b, 100k, or 250m.";
static const char time_grammar[] = "Time must be specified as seconds (s), milliseconds (ms), "
                                   "microseconds (us), minutes (m or "
                                   "min), hour (h), or day (d). E.g. 50s, 100ms, or 250us.";

static const char *find_set(const struct spk_conf *conf, const struct spk_entry *entry,
                            const char **key)
{
    const char *names[] = {entry->key, entry->alternative};

    for (size_t i = 0; i < SPK_LEN(names); i++) {
        const char *value = names[i] ? spk_conf_get(conf, names[i]) : NULL;

        if (value) {
            *key = names[i];
            return value;
        }
    }
    return NULL;
}

/* Follow fallbacks: the first value set, else the default of the last. */
static struct found find(const struct spk_reader *reader, const char *key)
{
    struct found found = {0};
    const struct spk_entry *entry = spk_entry_find(key, reader->version->profile->line);

    for (; entry; entry = entry->fallback
                              ? spk_entry_find(entry->fallback, reader->version->profile->line)
                              : NULL) {
        found.entry = entry;
        if (!found.value)
            found.value = find_set(reader->conf, entry, &found.key);
        if (!entry->fallback && !found.value)
            found.value = entry->defaults[reader->version->profile->line];
    }
    return found;
}

static bool blame(const struct spk_reader *reader, const struct found *found,
                  struct spk_err *err)
{
    return spk_conf_blame(err, reader->conf, found->key ? found->key : found->entry->key);
}

/* Not of the type; why is Java's reason where older lines show it, else NULL. */
static bool mismatch(const struct spk_reader *reader, const struct found *found,
                     const char *why, struct spk_err *err)
{
    const char *key = found->entry->key, *name = types[found->entry->type].name;
    bool time = types[found->entry->type].bare_ms != 0;

    if (reader->version->profile->error_conditions)
        (void)spk_fail(
            err, SPK_INVALID_FIELD,
            "[INVALID_CONF_VALUE.TYPE_MISMATCH] The value '%s' in the config \"%s\" is "
            "invalid. It should be a/an '%s' value. SQLSTATE: 22022",
            found->value, key, name);
    else if (why)
        (void)spk_fail(err, SPK_INVALID_FIELD, "%s %s", time ? time_grammar : size_grammar,
                       why);
    else
        (void)spk_fail(err, SPK_INVALID_FIELD, "%s should be %s, but was %s", key, name,
                       found->value);
    return blame(reader, found, err);
}

/* Refuse a value that has the type and breaks the entry's rule; shown: as Spark prints it. */
static bool out_of_range(const struct spk_reader *reader, const struct found *found,
                         const char *shown, struct spk_err *err)
{
    const char *key = found->entry->key, *rule = found->entry->rule->text;

    if (reader->version->profile->error_conditions)
        (void)spk_fail(
            err, SPK_INVALID_FIELD,
            "[INVALID_CONF_VALUE.REQUIREMENT] The value '%s' in the config \"%s\" is "
            "invalid. %s SQLSTATE: 22022",
            shown, key, rule);
    else
        (void)spk_fail(err, SPK_INVALID_FIELD, "'%s' in %s is invalid. %s", shown, key, rule);
    return blame(reader, found, err);
}

static bool keeps_rule(const struct spk_entry_rule *rule, double value)
{
    if (!rule)
        return true;
    return (rule->above_low ? value > rule->low : value >= rule->low) && value <= rule->high;
}

static bool is_choice(const struct spk_strings *choices, const char *value)
{
    for (size_t i = 0; i < choices->n; i++)
        if (spk_text_equal(choices->items[i], value))
            return true;
    return false;
}

static bool check_choice(const struct spk_reader *reader, const struct found *found,
                         struct spk_err *err)
{
    const struct spk_entry *entry = found->entry;

    if (!entry->choices)
        return true;
    struct spk_strings choices = spk_split(reader->arena, entry->choices, '|');
    if (is_choice(&choices, found->value))
        return true;
    const char *shown = spk_join(reader->arena, choices.items, choices.n, ", ");
    if (reader->version->profile->error_conditions)
        (void)spk_fail(
            err, SPK_INVALID_FIELD,
            "[INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS] The value '%s' in the config "
            "\"%s\" is invalid. It should be one of '%s'. SQLSTATE: 22022",
            found->value, entry->key, shown);
    else
        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "The value of %s should be one of %s, but was %s", entry->key, shown,
                       found->value);
    return blame(reader, found, err);
}

/* Find and substitute; found->value stays NULL when there is neither value nor default. */
static bool read_found(const struct spk_reader *reader, const char *key, struct found *out,
                       struct spk_err *err)
{
    struct found found = find(reader, key);

    if (found.value && !spk_substitute(reader, found.key ? found.key : found.entry->key,
                                       found.value, &found.value, err))
        return false;
    *out = found;
    return true;
}

bool spk_entry_text(const struct spk_reader *reader, const char *key, const char **out,
                    struct spk_err *err)
{
    struct found found;

    if (!read_found(reader, key, &found, err) ||
        (found.value && !check_choice(reader, &found, err)))
        return false;
    *out = found.value;
    return true;
}

bool spk_entry_bool(const struct spk_reader *reader, const char *key, bool *out,
                    struct spk_err *err)
{
    struct found found;

    if (!read_found(reader, key, &found, err))
        return false;
    if (found.value && !spk_java_parse_bool(found.value, out))
        return mismatch(reader, &found, NULL, err);
    return true;
}

static void tell(bool *is_set, const struct found *found)
{
    if (is_set)
        *is_set = found->key != NULL;
}

bool spk_entry_int(const struct spk_reader *reader, const char *key, int32_t *out,
                   bool *is_set, struct spk_err *err)
{
    struct found found;
    int32_t value = *out;

    if (!read_found(reader, key, &found, err))
        return false;
    if (found.value && !spk_java_parse_int(found.value, &value))
        return mismatch(reader, &found, NULL, err);
    if (found.value && !keeps_rule(found.entry->rule, value))
        return out_of_range(reader, &found, spk_printf(reader->arena, "%d", value), err);
    *out = value;
    tell(is_set, &found);
    return true;
}

/* The value in the entry's unit: a number, MiB or milliseconds. */
static bool parse_long(const struct spk_reader *reader, const struct found *found,
                       int64_t *out, struct spk_why *why)
{
    int64_t bare_ms = types[found->entry->type].bare_ms;

    if (bare_ms)
        return spk_time_parse(found->value, bare_ms, out, why);
    if (found->entry->type == SPK_ENTRY_MIB)
        return spk_size_parse(found->value, (int64_t)1 << 20,
                              reader->version->profile->iec_size_units, out, why);
    return spk_java_parse_long(found->value, out);
}

/* As Spark prints it: durations in milliseconds since 4.1, else in the entry's unit. */
static const char *show_long(const struct spk_reader *reader, const struct found *found,
                             int64_t value)
{
    int64_t bare_ms = types[found->entry->type].bare_ms;
    bool in_ms = bare_ms && reader->version->profile->error_conditions;

    return spk_printf(reader->arena, "%lld%s",
                      (long long)(bare_ms && !in_ms ? value / bare_ms : value),
                      in_ms ? "ms" : "");
}

bool spk_entry_long(const struct spk_reader *reader, const char *key, int64_t *out,
                    bool *is_set, struct spk_err *err)
{
    struct spk_why why = {""};
    struct found found;
    int64_t value = *out;

    if (!read_found(reader, key, &found, err))
        return false;
    if (found.value && !parse_long(reader, &found, &value, &why))
        return mismatch(reader, &found, *why.text ? why.text : NULL, err);
    if (found.value && !keeps_rule(found.entry->rule, (double)value))
        return out_of_range(reader, &found, show_long(reader, &found, value), err);
    *out = value;
    tell(is_set, &found);
    return true;
}

bool spk_entry_mib(const struct spk_reader *reader, const char *key, int64_t *out,
                   bool *is_set, struct spk_err *err)
{
    return spk_entry_long(reader, key, out, is_set, err);
}

bool spk_entry_double(const struct spk_reader *reader, const char *key, double *out,
                      bool *is_set, struct spk_err *err)
{
    struct found found;
    double value = *out;

    if (!read_found(reader, key, &found, err))
        return false;
    if (found.value && !spk_java_parse_double(found.value, &value))
        return mismatch(reader, &found, NULL, err);
    if (found.value && !keeps_rule(found.entry->rule, value))
        return out_of_range(reader, &found, spk_java_double(reader->arena, value), err);
    *out = value;
    tell(is_set, &found);
    return true;
}

/* The elements of text between commas: trimmed, without empty ones. */
static struct spk_strings comma_list(struct spk_arena *arena, const char *text)
{
    struct spk_strings parts = spk_split(arena, text, ','), list = {0};

    for (size_t i = 0; i < parts.n; i++) {
        const char *part = spk_trim(arena, parts.items[i]);

        if (*part)
            spk_strings_add(arena, &list, part);
    }
    return list;
}

bool spk_entry_list(const struct spk_reader *reader, const char *key, struct spk_strings *out,
                    struct spk_err *err)
{
    const char *text = NULL;

    if (!spk_entry_text(reader, key, &text, err))
        return false;
    *out = text ? comma_list(reader->arena, text) : (struct spk_strings){0};
    return true;
}

bool spk_entry_port(const struct spk_reader *reader, const char *key, int32_t fallback,
                    int32_t *out, struct spk_err *err)
{
    const char *value = spk_conf_get(reader->conf, key);

    if (!value) {
        *out = fallback;
        return true;
    }
    /* Java's parseInt does not trim, spk_java_parse_int does. */
    if (spk_text_equal(value, spk_trim(reader->arena, value)) &&
        spk_java_parse_int(value, out))
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD,
                   "Illegal value for config key %s: For input string: \"%s\"", key, value);
    return spk_conf_blame(err, reader->conf, key);
}

bool spk_size_bytes(const struct spk_version *version, const char *text, int64_t default_unit,
                    int64_t *out, struct spk_err *err)
{
    struct spk_why why;
    int64_t value;

    if (!spk_size_parse(text, default_unit, version->profile->iec_size_units, &value, &why))
        return spk_fail(err, SPK_INVALID_FIELD, "%s", why.text);
    if (value > INT64_MAX / default_unit || value < -(INT64_MAX / default_unit))
        return spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is beyond 8 EiB", text);
    *out = value * default_unit;
    return true;
}

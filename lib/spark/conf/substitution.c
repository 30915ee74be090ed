/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/substitution.h"

#include "base/limits.h"
#include "base/set.h"
#include "spark/conf/entry_table.h"
#include "spark/conf/profile.h"
#include "spark/conf/undeclared_defaults.h"

#include <ctype.h>
#include <string.h>

/* One "${prefix:name}". */
struct reference {
    const char *prefix; /* NULL: none */
    const char *name;
    const char *text; /* "prefix:name" */
    size_t length;    /* of the whole, with its brackets */
};

/*
 * A stretch of a value without a name's end: from it up to a blank or the end of the value
 * there is no '}'. A name that reaches it has no end either, so it is never read twice.
 */
struct barren {
    struct spk_arena *arena; /* whose steps reading spends */
    const char *from, *to;   /* NULL: none is known */
};

struct expansion {
    const struct spk_reader *reader;
    const char *key; /* whose value it is */
    const char *used[SPK_MAX_SUBSTITUTIONS];
    size_t n;
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool is_in(const struct barren *barren, const char *at)
{
    return barren->from && at >= barren->from && at <= barren->to;
}

/* The end of the name that starts at start: the first '}' behind at least one non-blank. */
static const char *name_end(struct barren *barren, const char *start)
{
    const char *at = start;

    while (!is_in(barren, at) && *at && !strchr(" \t\n\v\f\r", *at)) {
        at++;
        if (*at == '}')
            return at;
    }
    spk_spend(barren->arena, (size_t)(at - start));
    if (!is_in(barren, at))
        *barren = (struct barren){barren->arena, start, at};
    else if (start < barren->from)
        barren->from = start;
    return NULL;
}

/* Read the reference at text, which starts with "${"; false: it is none. */
static bool read_reference(struct spk_arena *arena, struct barren *barren, const char *text,
                           struct reference *out)
{
    const char *start = text + 2, *colon = start;

    while (is_word(*colon))
        colon++;
    if (colon > start && *colon == ':') {
        const char *end = name_end(barren, colon + 1);

        if (end) {
            out->prefix = spk_strndup(arena, start, (size_t)(colon - start));
            out->name = spk_strndup(arena, colon + 1, (size_t)(end - colon - 1));
            out->text = spk_strndup(arena, start, (size_t)(end - start));
            out->length = (size_t)(end + 1 - text);
            return true;
        }
    }
    const char *end = name_end(barren, start);
    if (!end)
        return false;
    out->prefix = NULL;
    out->name = out->text = spk_strndup(arena, start, (size_t)(end - start));
    out->length = (size_t)(end + 1 - text);
    return true;
}

/* The default that an entry of this name has, as text. */
static const char *default_of(const struct spk_reader *reader, const char *name)
{
    const struct spk_entry *entry = spk_entry_find(name, reader->version->profile->line);

    while (entry && entry->fallback) {
        const char *value = spk_conf_get(reader->conf, entry->fallback);

        if (value)
            return value;
        entry = spk_entry_find(entry->fallback, reader->version->profile->line);
    }
    return entry ? entry->defaults[reader->version->profile->line] : NULL;
}

/* The property of this name, or of its former name. */
static const char *property_of(const struct spk_reader *reader, const char *name)
{
    const struct spk_entry *entry = spk_entry_find(name, reader->version->profile->line);
    const char *value = spk_conf_get(reader->conf, name);

    if (!value && entry && entry->alternative)
        value = spk_conf_get(reader->conf, entry->alternative);
    if (!value && strcmp(name, SPK_SUBMIT_TIME_KEY) == 0)
        value = reader->submit_time_ms;
    return value;
}

static const char *look_up(const struct spk_reader *reader, const struct reference *reference)
{
    const char *value = NULL;

    if (!reference->prefix && spk_starts_with(reference->name, "spark."))
        value = property_of(reader, reference->name);
    else if (spk_text_equal(reference->prefix, "env"))
        value = spk_environment_get(reader->environment, reference->name);
    else if (reference->prefix)
        return NULL;
    return value ? value : default_of(reader, reference->name);
}

static bool check_reference(const struct expansion *expansion,
                            const struct reference *reference, const char *input,
                            struct spk_err *err)
{
    const struct spk_conf *conf = expansion->reader->conf;

    if (spk_text_equal(reference->prefix, "system")) {
        (void)spk_fail(
            err, SPK_UNSUPPORTED_FEATURE,
            "${%s} is a property of the submitting JVM, and there is none; write its "
            "value instead",
            reference->text);
        return spk_conf_blame(err, conf, expansion->key);
    }
    for (size_t i = 0; i < expansion->n; i++)
        if (spk_text_equal(expansion->used[i], reference->text) ||
            expansion->n == SPK_MAX_SUBSTITUTIONS) {
            (void)spk_fail(err, SPK_INVALID_FIELD,
                           "requirement failed: Circular reference in %s: %s", input,
                           reference->text);
            return spk_conf_blame(err, conf, expansion->key);
        }
    return true;
}

/* Refuse a reference that Spark would replace by a default of its own. */
static bool check_default(const struct expansion *expansion, const struct reference *reference,
                          struct spk_err *err)
{
    if (reference->prefix || !spk_is_foreign_key(reference->name))
        return true;
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                   "${%s} is not set, and its default is not known here; set it",
                   reference->text);
    return spk_conf_blame(err, expansion->reader->conf, expansion->key);
}

static bool expand(struct expansion *expansion, const char *input, const char **out,
                   struct spk_err *err)
{
    struct spk_arena *arena = expansion->reader->arena;
    struct spk_buf buf = {.arena = arena};
    const char *at = input, *start;
    struct barren barren = {.arena = arena};
    struct reference reference;

    for (; (start = strstr(at, "${")); at = start + reference.length) {
        spk_buf_put(&buf, at, (size_t)(start - at));
        if (!read_reference(arena, &barren, start, &reference)) {
            reference.length = 2;
            spk_buf_put(&buf, start, 2);
            continue;
        }
        if (!check_reference(expansion, &reference, input, err))
            return false;
        const char *value = look_up(expansion->reader, &reference);
        if (!value && !check_default(expansion, &reference, err))
            return false;
        if (!value) {
            spk_buf_put(&buf, start, reference.length);
            continue;
        }
        expansion->used[expansion->n++] = reference.text;
        if (!expand(expansion, value, &value, err))
            return false;
        expansion->n--;
        spk_buf_text(&buf, value);
    }
    spk_buf_text(&buf, at);
    *out = spk_buf_string(&buf);
    return true;
}

bool spk_substitute(const struct spk_reader *reader, const char *key, const char *value,
                    const char **out, struct spk_err *err)
{
    struct expansion expansion = {.reader = reader, .key = key};

    if (!strstr(value, "${")) {
        *out = value;
        return true;
    }
    return expand(&expansion, value, out, err);
}

/* The values of variables may refer to further ones. */
static void add_variables(const struct spk_conf *known, struct spk_strings *texts,
                          const char *text, struct spk_set *seen, struct spk_conf *out)
{
    struct barren barren = {.arena = out->arena};
    struct reference reference;

    for (const char *at = strstr(text, "${"); at; at = strstr(at + reference.length, "${")) {
        if (!read_reference(out->arena, &barren, at, &reference)) {
            reference.length = 2;
            continue;
        }
        const char *value = spk_text_equal(reference.prefix, "env")
                                ? spk_conf_get(known, reference.name)
                                : NULL;
        if (!value || !spk_set_add(seen, reference.name))
            continue;
        spk_conf_append(out, reference.name, value, "environment");
        spk_strings_add(out->arena, texts, value);
    }
}

struct spk_conf spk_substitution_variables(struct spk_arena *arena,
                                           const struct spk_conf *conf,
                                           const struct spk_environment *environment)
{
    struct spk_conf known = {.arena = arena}, used = {.arena = arena};
    struct spk_set seen = {.arena = arena};
    struct spk_strings texts = {0};

    for (size_t i = 0; i < conf->n; i++)
        if (strstr(conf->entries[i].value, "${env:"))
            spk_strings_add(arena, &texts, conf->entries[i].value);
    for (size_t i = 0; texts.n && i < environment->n; i++)
        spk_conf_set_missing(&known, environment->variables[i].key,
                             environment->variables[i].value, "environment");
    for (size_t i = 0; i < texts.n; i++)
        add_variables(&known, &texts, texts.items[i], &seen, &used);
    spk_conf_sort(&used);
    return used;
}

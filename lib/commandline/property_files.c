/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/property_files.h"

#include "java/uri.h"
#include "spark/conf/deprecation.h"
#include "spark/conf/properties.h"

#include <string.h>

#define DEFAULTS_FILE "spark-defaults.conf"

/* Everything <= U+0020 goes at both ends, but for line ends that an escape made. */
static const char *trimmed(struct spk_arena *arena, const char *text)
{
    size_t length = strlen(text);

    while (length && (unsigned char)text[length - 1] <= ' ' && text[length - 1] != '\n' &&
           text[length - 1] != '\r')
        length--;
    while (length && (unsigned char)*text <= ' ' && *text != '\n' && *text != '\r') {
        text++;
        length--;
    }
    return spk_strndup(arena, text, length);
}

static void merge_missing(struct spk_conf *conf, const struct spk_conf *more)
{
    struct spk_conf merged = {.arena = conf->arena};

    for (size_t i = 0; i < more->n; i++)
        spk_conf_append(&merged, more->entries[i].key,
                        trimmed(conf->arena, more->entries[i].value), more->entries[i].origin);
    for (size_t i = 0; i < conf->n; i++)
        spk_conf_append(&merged, conf->entries[i].key, conf->entries[i].value,
                        conf->entries[i].origin);
    spk_conf_sort(&merged);
    *conf = merged;
}

static bool read_named(struct spk_arena *arena, const struct spk_environment *environment,
                       const struct spk_setting *file, struct spk_conf *out,
                       struct spk_err *err)
{
    struct spk_conf conf = {.arena = arena};
    struct spk_bytes bytes;

    if (!environment->read_file) {
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "properties file '%.200s' is on the submitting machine, which is not "
                       "read here; give its keys with --conf or as properties",
                       file->value);
        return spk_fail_at(err, "%s", file->origin);
    }
    const char *path = spk_path_absolute(arena, file->value, environment->cwd);
    if (!environment->read_file(environment->context, arena, path, &bytes, err)) {
        const char *cause = spk_strdup(arena, err->text);

        (void)spk_launcher_fail(arena, err, file->origin, "Invalid properties file '%s'.",
                                file->value);
        spk_err_note(err, arena, "cause", cause);
        return false;
    }
    if (!spk_properties_read(&conf, bytes.data, bytes.length,
                             spk_printf(arena, "%s", file->value), err)) {
        spk_err_note(err, arena, "launcher", "1");
        return spk_fail_at(err, "%s", file->origin);
    }
    *out = conf;
    return true;
}

/* Files of a request are known by their field. */
static bool fail_in_directory(struct spk_err *err, const struct spk_environment *environment)
{
    const char *directory = environment->conf_dir;

    if (!directory)
        return false;
    if (strcmp(directory, "conf_files") == 0)
        return spk_fail_at(err, "%s[" DEFAULTS_FILE "]", directory);
    return spk_fail_at(err, "%s/" DEFAULTS_FILE, directory);
}

static bool merge_defaults(struct spk_conf *conf, const struct spk_environment *environment,
                           struct spk_err *err)
{
    for (size_t i = 0; i < environment->conf_files.n; i++) {
        const struct spk_named_bytes *file = &environment->conf_files.items[i];
        struct spk_conf defaults = {.arena = conf->arena};

        if (strcmp(file->name, DEFAULTS_FILE) != 0)
            continue;
        if (!spk_properties_read(&defaults, file->bytes.data, file->bytes.length,
                                 DEFAULTS_FILE, err)) {
            spk_err_note(err, conf->arena, "launcher", "1");
            return fail_in_directory(err, environment);
        }
        merge_missing(conf, &defaults);
    }
    return true;
}

/* The last extra file counts most. */
static bool merge_files(struct spk_conf *conf, const struct spk_invocation *invocation,
                        const struct spk_options *options, struct spk_err *err)
{
    const struct spk_environment *environment = &invocation->environment;
    bool has_main = options->properties_file.value || invocation->properties.n > 0;
    struct spk_conf file = {0};

    for (size_t i = options->n_extra_files; i-- > 0;) {
        if (!read_named(conf->arena, environment, &options->extra_files[i], &file, err))
            return false;
        merge_missing(conf, &file);
    }
    if (options->properties_file.value) {
        if (!read_named(conf->arena, environment, &options->properties_file, &file, err))
            return false;
        merge_missing(conf, &file);
    }
    merge_missing(conf, &invocation->properties);
    if (has_main && !options->load_defaults)
        return true;
    return merge_defaults(conf, environment, err);
}

/* Keep Spark's own keys, and texts that a properties file can hold. */
static bool keep_spark_keys(const struct spk_conf *all, struct spk_conf *kept,
                            struct spk_warnings *warnings, struct spk_err *err)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct spk_conf_entry *entry = &all->entries[i];

        if (!spk_starts_with(entry->key, "spark.")) {
            spk_warn(warnings, kept->arena, "CONF_KEY_IGNORED", entry->origin,
                     "Ignoring non-Spark config property: %s", entry->key);
            continue;
        }
        if (!spk_is_utf8(entry->key, strlen(entry->key)) ||
            !spk_is_utf8(entry->value, strlen(entry->value))) {
            (void)spk_fail(err, SPK_INVALID_FIELD, "key or value is not UTF-8");
            return spk_fail_at(err, "%s", entry->origin);
        }
        spk_conf_set(kept, entry->key, entry->value, entry->origin);
        spk_deprecation_warn(kept->arena, entry, warnings);
    }
    return true;
}

bool spk_property_files_merge(struct spk_arena *arena, const struct spk_invocation *invocation,
                              const struct spk_options *options, struct spk_conf *files,
                              struct spk_conf *out, struct spk_warnings *warnings,
                              struct spk_err *err)
{
    struct spk_conf all = spk_conf_copy(&options->conf), kept = {.arena = arena};
    struct spk_conf named = {.arena = arena};

    if (!merge_files(&named, invocation, options, err))
        return false;
    merge_missing(&all, &named);
    if (!keep_spark_keys(&all, &kept, warnings, err))
        return false;
    *files = named;
    *out = kept;
    return true;
}

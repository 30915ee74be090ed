/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/packages.h"

#include "java/uri.h"

#include <string.h>

/* As Java's split: without the empty parts at the end. */
static struct spk_strings split(struct spk_arena *arena, const char *text, char separator)
{
    struct spk_strings parts = spk_split(arena, text, separator);

    while (parts.n && !*parts.items[parts.n - 1])
        parts.n--;
    return parts;
}

static bool check_coordinate(struct spk_arena *arena, const char *coordinate,
                             const char *origin, struct spk_err *err)
{
    static const char *const names[] = {"groupId", "artifactId", "version"};
    char *copy = spk_strdup(arena, coordinate);

    for (char *c = copy; *c; c++)
        if (*c == '/')
            *c = ':';
    struct spk_strings parts = split(arena, copy, ':');
    if (parts.n != SPK_LEN(names))
        return spk_submit_fail(
            err, origin,
            "requirement failed: Provided Maven Coordinates must be in the "
            "form 'groupId:artifactId:version'. The coordinate provided is: "
            "%s",
            coordinate);
    for (size_t i = 0; i < parts.n; i++)
        if (!*spk_trim(arena, parts.items[i]))
            return spk_submit_fail(err, origin,
                                   "requirement failed: The %s cannot be null or be "
                                   "whitespace. The %s provided is: %s",
                                   names[i], names[i], parts.items[i]);
    return true;
}

static bool check_settings_file(struct spk_arena *arena, const struct spk_setting *file,
                                const struct spk_environment *environment, struct spk_err *err)
{
    struct spk_bytes bytes;
    struct spk_uri uri = {0};

    if (!spk_uri_parse(arena, file->value, &uri) || !uri.path ||
        (uri.scheme && strcmp(uri.scheme, "file") != 0))
        return spk_submit_fail(err, file->origin,
                               "Scheme %s not supported in spark.jars.ivySettings",
                               uri.scheme ? uri.scheme : "null");
    if (!environment->read_file) {
        (void)spk_fail(
            err, SPK_UNSUPPORTED_FEATURE,
            "spark.jars.ivySettings names a file of the submitting machine, which is "
            "not read here; use --repositories");
        return spk_fail_at(err, "%s", file->origin);
    }
    const char *path =
        spk_path_absolute(arena, spk_uri_decode(arena, uri.path), environment->cwd);
    if (!environment->read_file(environment->context, arena, path, &bytes, err))
        return spk_submit_fail(err, file->origin,
                               "requirement failed: Ivy settings file %s does not exist",
                               path);
    return true;
}

bool spk_packages_check(struct spk_arena *arena, const struct spk_options *options,
                        const struct spk_environment *environment, struct spk_err *err)
{
    const struct spk_setting *packages = &options->settings[SPK_SET_PACKAGES];
    const struct spk_setting *excludes = &options->settings[SPK_SET_EXCLUDES];
    const struct spk_setting *ivy = &options->settings[SPK_SET_IVY_SETTINGS];

    if (ivy->value && !check_settings_file(arena, ivy, environment, err))
        return false;
    if (!packages->value || !*spk_trim(arena, packages->value))
        return true;
    struct spk_strings list = split(arena, packages->value, ',');
    for (size_t i = 0; i < list.n; i++)
        if (!check_coordinate(arena, list.items[i], packages->origin, err))
            return false;
    if (!list.n || !excludes->value || !*spk_trim(arena, excludes->value))
        return true;
    list = split(arena, excludes->value, ',');
    for (size_t i = 0; i < list.n; i++)
        if (!check_coordinate(arena, spk_printf(arena, "%s:*", list.items[i]),
                              excludes->origin, err))
            return false;
    return true;
}

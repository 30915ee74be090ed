/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/resources.h"

#include "commandline/uri.h"

#include <fnmatch.h>
#include <string.h>

#define UPLOAD_PATH "spark.kubernetes.file.upload.path"

/* Schemes whose elements nobody looks at. */
static const char *const opaque_schemes[] = {"local", "http", "https", "ftp"};

bool spk_resources_refuse_local(struct spk_err *err, const struct spk_conf *properties,
                                const char *resource, const char *origin)
{
    if (!spk_conf_find(properties, UPLOAD_PATH))
        return spk_submit_fail(
            err, origin,
            "Please specify " UPLOAD_PATH " property. (or rather: '%.200s' is "
            "a file of the submitting machine, which is not uploaded; put it "
            "into the image and use local://, or use a remote URL)",
            resource);
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                   "'%.200s' would be uploaded from the submitting machine; upload is not "
                   "supported: put it into the image and use local://, or use a remote URL",
                   resource);
    return spk_fail_at(err, "%s", origin);
}

static bool is_opaque(const char *scheme)
{
    for (size_t i = 0; i < SPK_LEN(opaque_schemes); i++)
        if (!strcmp(opaque_schemes[i], scheme))
            return true;
    return false;
}

static bool is_pattern(const char *text)
{
    return strpbrk(text, "{}[]*?\\") != NULL;
}

/* Whether the pattern matches a file; only the last part of a path may hold wildcards. */
static bool matches_nothing(struct spk_arena *arena, const struct spk_environment *environment,
                            const char *path)
{
    const char *slash = strrchr(path, '/');
    struct spk_files files = {0};
    struct spk_err ignored = {0};

    if (!slash || !environment->read_directory || strpbrk(path, "{}"))
        return false;
    const char *directory = spk_strndup(arena, path, (size_t)(slash - path));
    if (is_pattern(directory))
        return false;
    if (!environment->read_directory(environment->context, arena, directory, &files, &ignored))
        return true;
    for (size_t i = 0; i < files.n; i++)
        if (fnmatch(slash + 1, files.items[i].name, 0) == 0)
            return false;
    return true;
}

/* Of one element; *out is NULL when a pattern matches nothing. */
static bool resolve_element(struct spk_arena *arena, const struct spk_environment *environment,
                            const char *element, const char **out)
{
    const char *resolved = spk_uri_resolve(arena, element, environment->cwd);
    struct spk_uri uri = {0};

    *out = resolved;
    if (!spk_uri_parse(arena, resolved, &uri) || !uri.scheme)
        return false;
    if (!strcmp(uri.scheme, "file")) {
        const char *path = spk_uri_decode(arena, uri.path ? uri.path : "");

        if (!is_pattern(path) || !matches_nothing(arena, environment, path))
            return false;
        *out = NULL;
        return true;
    }
    const char *base = spk_uri_requoted(arena, &uri);
    *out = uri.fragment ? spk_printf(arena, "%s#%s", base, spk_uri_decode(arena, uri.fragment))
                        : base;
    return is_opaque(uri.scheme) || !is_pattern(base);
}

bool spk_resources_resolve(struct spk_arena *arena, const struct spk_environment *environment,
                           struct spk_setting *list, const struct spk_conf *properties,
                           struct spk_err *err)
{
    struct spk_strings parts, resolved = {0};

    if (!list->value)
        return true;
    parts = spk_split(arena, list->value, ',');
    for (size_t i = 0; i < parts.n; i++) {
        const char *element = spk_trim(arena, parts.items[i]), *one;

        if (!*element)
            continue;
        if (resolve_element(arena, environment, element, &one)) {
            if (one)
                spk_strings_add(arena, &resolved, one);
            continue;
        }
        if (spk_uri_is_local(arena, one))
            return spk_resources_refuse_local(err, properties, element, list->origin);
        (void)spk_fail(
            err, SPK_UNSUPPORTED_FEATURE,
            "the pattern '%.200s' would be expanded on the submitting machine; name "
            "the files",
            element);
        return spk_fail_at(err, "%s", list->origin);
    }
    list->value = spk_join(arena, resolved.items, resolved.n, ",");
    return true;
}

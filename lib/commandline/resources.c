/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/resources.h"

#include "java/uri.h"

#include <fnmatch.h>
#include <string.h>

/* Schemes whose elements nobody looks at. */
static const char *const opaque_schemes[] = {"local", "http", "https", "ftp"};

bool spk_resources_refuse_local(struct spk_err *err, const struct spk_conf *properties,
                                const char *resource, const char *origin)
{
    if (!spk_conf_find(properties, SPK_UPLOAD_PATH_KEY))
        return spk_submit_fail(err, origin, SPK_NO_UPLOAD_PATH, resource);
    (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE, SPK_NOT_UPLOADED, resource);
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

/* A pattern without its braces: alternatives stand between commas, which separate elements. */
static const char *without_braces(struct spk_arena *arena, const char *pattern)
{
    struct spk_buf buf = {.arena = arena};

    for (const char *c = pattern; *c; c++)
        if (!strchr("{}", *c))
            spk_buf_char(&buf, *c);
    return spk_buf_string(&buf);
}

/* Whether the pattern matches no file; only the last part of a path may hold wildcards. */
static bool matches_nothing(struct spk_arena *arena, const struct spk_environment *environment,
                            const char *path)
{
    const char *slash = strrchr(path, '/');
    struct spk_files files = {0};
    struct spk_err ignored = {0};

    if (!slash || !environment->read_directory)
        return false;
    const char *directory = spk_strndup(arena, path, (size_t)(slash - path));
    const char *pattern = without_braces(arena, slash + 1);
    if (is_pattern(directory))
        return false;
    if (!environment->read_directory(environment->context, arena, directory, &files, &ignored))
        return true;
    for (size_t i = 0; i < files.n; i++)
        if (fnmatch(pattern, files.items[i].name, 0) == 0)
            return false;
    return true;
}

/* A name with a colon in a path is taken for a scheme by Hadoop's patterns. */
static bool has_colon(const char *path)
{
    return strchr(path, ':') != NULL;
}

static bool refuse_pattern(const struct spk_setting *list, const char *element,
                           struct spk_err *err)
{
    (void)spk_fail(
        err, SPK_UNSUPPORTED_FEATURE,
        "the pattern '%.200s' would be expanded on the submitting machine; name the "
        "files",
        element);
    return spk_fail_at(err, "%s", list->origin);
}

struct resolver {
    struct spk_arena *arena;
    const struct spk_environment *environment;
    const struct spk_setting *list;
};

/* A file: URI stays as it is, and a pattern goes when nothing matches. */
static bool resolve_file(const struct resolver *resolver, const char *element,
                         const char *resolved, const struct spk_uri *uri, const char **out,
                         struct spk_err *err)
{
    const char *path = spk_uri_decode(resolver->arena, uri->path ? uri->path : "");

    if (has_colon(path))
        return spk_submit_fail(err, resolver->list->origin, "'%.200s' is not a legal URI",
                               element);
    *out = is_pattern(path) ? NULL : resolved;
    return *out || matches_nothing(resolver->arena, resolver->environment, path) ||
           refuse_pattern(resolver->list, element, err);
}

/* Resolve one element; *out is NULL when a pattern matches nothing. */
static bool resolve_element(const struct resolver *resolver, const char *element,
                            const char **out, struct spk_err *err)
{
    struct spk_arena *arena = resolver->arena;
    const char *resolved = spk_uri_resolve(arena, element, resolver->environment->cwd);
    struct spk_uri uri = {0};

    if (!spk_uri_parse(arena, resolved, &uri) || !uri.scheme)
        return spk_submit_fail(err, resolver->list->origin, "'%.200s' is not a legal URI",
                               element);
    if (!strcmp(uri.scheme, "file"))
        return resolve_file(resolver, element, resolved, &uri, out, err);
    if (strcmp(spk_lower(arena, uri.scheme), uri.scheme) != 0)
        return spk_submit_fail(err, resolver->list->origin, "No FileSystem for scheme \"%s\"",
                               uri.scheme);
    const char *base = spk_uri_requoted(arena, &uri);
    *out = uri.fragment ? spk_printf(arena, "%s#%s", base, spk_uri_decode(arena, uri.fragment))
                        : base;
    return is_opaque(uri.scheme) || !is_pattern(base) ||
           refuse_pattern(resolver->list, element, err);
}

bool spk_resources_resolve(struct spk_arena *arena, const struct spk_environment *environment,
                           struct spk_setting *list, struct spk_err *err)
{
    struct resolver resolver = {arena, environment, list};
    struct spk_strings parts, resolved = {0};

    if (!list->value)
        return true;
    parts = spk_split(arena, list->value, ',');
    for (size_t i = 0; i < parts.n; i++) {
        const char *element = spk_trim(arena, parts.items[i]), *one = NULL;

        if (!*element)
            continue;
        if (!resolve_element(&resolver, element, &one, err))
            return false;
        if (one)
            spk_strings_add(arena, &resolved, one);
    }
    list->value = spk_join(arena, resolved.items, resolved.n, ",");
    return true;
}

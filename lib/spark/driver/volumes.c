/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/volumes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "spark/conf/profile.h"

#define MIN_SIZE 1024

/* Options of each type of volume, below the volume's keys; NULL: none. */
static const struct volume_type {
    const char *name;
    const char *required[2];
    bool is_sized;
} volume_types[] = {
    {"hostPath", {"options.path", NULL}, false},
    {"persistentVolumeClaim", {"options.claimName", NULL}, true},
    {"emptyDir", {NULL, NULL}, true},
    {"nfs", {"options.path", "options.server"}, false},
};

const char *spk_volume_option(const struct spk_reader *reader, const struct spk_volume *volume,
                              const char *option)
{
    return spk_conf_get(reader->conf,
                        spk_printf(reader->arena, "%s%s", volume->key_prefix, option));
}

/* Refuse an option of the volume. */
static bool refuse(const struct spk_reader *reader, const struct spk_volume *volume,
                   const char *option, const char *text, struct spk_err *err)
{
    (void)spk_fail(err, SPK_INVALID_FIELD, "%s", text);
    return spk_conf_blame(err, reader->conf,
                          spk_printf(reader->arena, "%s%s", volume->key_prefix, option));
}

static int by_name(const void *a, const void *b)
{
    const struct spk_volume *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    return order ? order : strcmp(left->type, right->type);
}

/* Type and name: the first two parts of a key; keys with fewer are ignored. */
static bool split_key(struct spk_arena *arena, const char *rest, struct spk_volume *out)
{
    struct spk_strings parts = spk_split(arena, rest, '.');

    while (parts.n > 0 && *parts.items[parts.n - 1] == '\0')
        parts.n--;
    if (parts.n < 2)
        return false;
    out->type = parts.items[0];
    out->name = parts.items[1];
    return true;
}

static void remove_twins(struct spk_volumes *sorted)
{
    size_t n = 0;

    for (size_t i = 0; i < sorted->n; i++)
        if (n == 0 || by_name(&sorted->items[n - 1], &sorted->items[i]) != 0)
            sorted->items[n++] = sorted->items[i];
    sorted->n = n;
}

static struct spk_volumes find_volumes(const struct spk_reader *reader, const char *prefix)
{
    size_t n = 0;
    const struct spk_conf_entry *entries = spk_conf_prefix(reader->conf, prefix, &n);
    struct spk_volumes found = {
        .items = spk_alloc_array(reader->arena, n + 1, sizeof(*found.items)),
    };

    for (size_t i = 0; i < n; i++) {
        struct spk_volume volume = {0};

        if (!split_key(reader->arena, entries[i].key + strlen(prefix), &volume))
            continue;
        /* Most keys of a volume are neighbours. */
        if (found.n > 0 && by_name(&found.items[found.n - 1], &volume) == 0)
            continue;
        volume.key_prefix =
            spk_printf(reader->arena, "%s%s.%s.", prefix, volume.type, volume.name);
        found.items[found.n++] = volume;
    }
    qsort(found.items, found.n, sizeof(*found.items), by_name);
    remove_twins(&found);
    return found;
}

static bool read_sub_paths(const struct spk_reader *reader, struct spk_volume *volume,
                           struct spk_err *err)
{
    const char *path = spk_volume_option(reader, volume, "mount.subPath");
    const char *expression = reader->version->profile->sub_path_expr
                                 ? spk_volume_option(reader, volume, "mount.subPathExpr")
                                 : NULL;

    if (path && expression)
        return refuse(reader, volume, "mount.subPathExpr",
                      spk_printf(reader->arena,
                                 "These config options are mutually exclusive: "
                                 "%s.%s.mount.subPath, %s.%s.mount.subPathExpr",
                                 volume->type, volume->name, volume->type, volume->name),
                      err);
    volume->sub_path = path ? path : "";
    volume->sub_path_expr = expression ? expression : "";
    return true;
}

static bool read_mount(const struct spk_reader *reader, struct spk_volume *volume,
                       struct spk_err *err)
{
    const char *read_only = spk_volume_option(reader, volume, "mount.readOnly");

    if (!read_sub_paths(reader, volume, err))
        return false;
    volume->mount_path = spk_volume_option(reader, volume, "mount.path");
    if (!volume->mount_path)
        return refuse(reader, volume, "mount.path",
                      spk_printf(reader->arena, "key not found: %s.%s.mount.path",
                                 volume->type, volume->name),
                      err);
    if (!read_only || strcasecmp(read_only, "false") == 0)
        return true;
    volume->is_read_only = strcasecmp(read_only, "true") == 0;
    if (volume->is_read_only)
        return true;
    return refuse(reader, volume, "mount.readOnly",
                  spk_printf(reader->arena, "For input string: \"%.64s\"", read_only), err);
}

/* A number without a unit is most likely a mistake (4.0); nothing else is checked. */
static bool check_size(const struct spk_reader *reader, const struct spk_volume *volume,
                       struct spk_err *err)
{
    static const char option[] = "options.sizeLimit";
    const char *size = spk_volume_option(reader, volume, option);
    int64_t bytes = 0;

    if (!size)
        return true;
    if (!reader->version->profile->checks_size_unit) {
        if (*size)
            return true;
        return refuse(reader, volume, option, "Invalid quantity string format passed.", err);
    }
    if (size[strspn(size, "0123456789")] != '\0')
        return true;
    if (!spk_parse_int64(size, &bytes))
        return refuse(reader, volume, option,
                      spk_printf(reader->arena, "For input string: \"%.64s\"", size), err);
    if (bytes >= MIN_SIZE)
        return true;
    return refuse(reader, volume, option,
                  spk_printf(reader->arena,
                             "Volume size `%s` is smaller than 1KiB. Missing units?", size),
                  err);
}

static bool check_options(const struct spk_reader *reader, const struct spk_volume *volume,
                          struct spk_err *err)
{
    const struct volume_type *type = NULL;

    for (size_t i = 0; i < SPK_LEN(volume_types); i++)
        if (strcmp(volume_types[i].name, volume->type) == 0)
            type = &volume_types[i];
    if (!type)
        return refuse(reader, volume, "mount.path",
                      spk_printf(reader->arena,
                                 "Kubernetes Volume type `%.64s` is not supported",
                                 volume->type),
                      err);
    for (size_t i = 0; i < SPK_LEN(type->required) && type->required[i]; i++)
        if (!spk_volume_option(reader, volume, type->required[i]))
            return refuse(reader, volume, type->required[i],
                          spk_printf(reader->arena, "%s.%s.%s is required for %s",
                                     volume->type, volume->name, type->required[i],
                                     volume->type),
                          err);
    return !type->is_sized || check_size(reader, volume, err);
}

bool spk_volumes_read(const struct spk_reader *reader, const char *prefix,
                      struct spk_volumes *out, struct spk_err *err)
{
    struct spk_volumes found = find_volumes(reader, prefix);

    for (size_t i = 0; i < found.n; i++)
        if (!read_mount(reader, &found.items[i], err) ||
            !check_options(reader, &found.items[i], err))
            return false;
    *out = found;
    return true;
}

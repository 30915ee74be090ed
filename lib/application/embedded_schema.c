/* SPDX-License-Identifier: Apache-2.0 */
#include "application/embedded.h"

#include "application/repeated.h"
#include "json/write.h"

#include <string.h>

void spk_embedded_drop_nulls(cJSON *tree)
{
    cJSON *next;

    for (cJSON *item = tree->child; item; item = next) {
        next = item->next;
        if (spk_json_is_object(tree) && spk_json_is_null(item))
            spk_json_unlink(tree, item);
        else
            spk_embedded_drop_nulls(item);
    }
}

/* Type, path of the parent ("[]": each element), field, value (NULL: false). */
static const struct preset {
    const char *type, *parent, *field, *value;
} presets[] = {
    {"Container", "ports[]", "protocol", "TCP"},
    {"Container", "env[].valueFrom.fileKeyRef", "optional", NULL},
    {"Container", "livenessProbe.grpc", "service", ""},
    {"Container", "readinessProbe.grpc", "service", ""},
    {"Container", "startupProbe.grpc", "service", ""},
    {"EnvVar", "valueFrom.fileKeyRef", "optional", NULL},
    {"Volume", "azureDisk", "fsType", "ext4"},
    {"Volume", "azureDisk", "readOnly", NULL},
    {"Volume", "iscsi", "iscsiInterface", "default"},
    {"Volume", "rbd", "keyring", "/etc/ceph/keyring"},
    {"Volume", "rbd", "pool", "rbd"},
    {"Volume", "rbd", "user", "admin"},
    {"Volume", "scaleIO", "fsType", "xfs"},
    {"Volume", "scaleIO", "storageMode", "ThinProvisioned"},
};

static void put_preset(cJSON *parent, const struct preset *preset)
{
    if (!spk_json_is_object(parent) || spk_json_get(parent, preset->field))
        return;
    if (preset->value)
        spk_json_text(parent, preset->field, preset->value);
    else
        spk_json_bool(parent, preset->field, false);
}

static void follow(cJSON *tree, const char *path, const struct preset *preset)
{
    size_t length = strcspn(path, ".[");
    const char *rest = path + length;
    char key[32] = "";

    if (*path == '\0') {
        put_preset(tree, preset);
        return;
    }
    memcpy(key, path, length);
    cJSON *child = spk_json_find(tree, key);
    if (*rest != '[') {
        follow(child, *rest == '.' ? rest + 1 : rest, preset);
        return;
    }
    rest += rest[2] == '.' ? 3 : 2;
    for (cJSON *item = spk_json_is_array(child) ? child->child : NULL; item; item = item->next)
        follow(item, rest, preset);
}

void spk_embedded_defaults(cJSON *tree, const char *type)
{
    for (size_t i = 0; i < SPK_LEN(presets); i++)
        if (strcmp(presets[i].type, type) == 0)
            follow(tree, presets[i].parent, &presets[i]);
}

/* Lists of a container whose elements differ in the given keys, sorted. */
static const struct list_map {
    const char *path, *keys[2];
} list_maps[] = {
    {"env", {"name"}},
    {"ports", {"containerPort", "protocol"}},
    {"resources.claims", {"name"}},
    {"volumeDevices", {"devicePath"}},
    {"volumeMounts", {"mountPath"}},
};

static const char *key_of(struct spk_arena *arena, const cJSON *item,
                          const struct list_map *map)
{
    cJSON *key = spk_json_new_object(arena);

    for (size_t i = 0; i < SPK_LEN(map->keys) && map->keys[i]; i++) {
        cJSON *part = spk_json_copy(arena, spk_json_get(item, map->keys[i]));

        if (part)
            (void)spk_json_set(key, map->keys[i], part);
    }
    return spk_json_write(arena, key);
}

static void find_duplicates(struct spk_findings *f, const cJSON *list,
                            const struct list_map *map)
{
    const char **keys = spk_alloc_array(f->arena, spk_json_size(list) + 1, sizeof(*keys));
    size_t n = 0;

    SPK_JSON_EACH (item, list) {
        keys[n++] = key_of(f->arena, item, map);
    }
    const bool *repeated = spk_repeated(f->arena, keys, n);
    for (size_t i = 0; i < n; i++) {
        if (!repeated[i])
            continue;
        size_t before = spk_enter(f, "%s[%zu]", map->path, i);
        spk_find(f, SPK_INVALID_FIELD, "Duplicate value: %s", keys[i]);
        spk_leave(f, before);
    }
}

void spk_embedded_duplicates(struct spk_findings *findings, const cJSON *container)
{
    for (size_t i = 0; i < SPK_LEN(list_maps); i++)
        find_duplicates(findings, spk_json_at(container, list_maps[i].path), &list_maps[i]);
}

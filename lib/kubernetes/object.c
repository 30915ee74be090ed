/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/object.h"

#include "base/limits.h"
#include "json/write.h"

#include <string.h>

cJSON *spk_object(struct spk_arena *arena, const char *api_version, const char *kind,
                  const char *name)
{
    cJSON *object = spk_json_new_object(arena);

    spk_json_text(object, "apiVersion", api_version);
    spk_json_text(object, "kind", kind);
    spk_json_text(spk_json_child(object, "metadata"), "name", name);
    return object;
}

static const char *text_or_empty(const cJSON *object, const char *key)
{
    const char *text = spk_json_get_text(object, key);

    return text ? text : "";
}

const char *spk_object_kind(const cJSON *object)
{
    return text_or_empty(object, "kind");
}

const char *spk_object_name(const cJSON *object)
{
    return text_or_empty(spk_json_get(object, "metadata"), "name");
}

const char *spk_object_namespace(const cJSON *object)
{
    return text_or_empty(spk_json_get(object, "metadata"), "namespace");
}

const char *spk_object_uid(const cJSON *object)
{
    return spk_json_string(spk_json_at(object, "metadata.uid"));
}

const char *spk_object_get_label(const cJSON *object, const char *key)
{
    return spk_json_get_text(spk_json_at(object, "metadata.labels"), key);
}

const char *spk_object_get_annotation(const cJSON *object, const char *key)
{
    return spk_json_get_text(spk_json_at(object, "metadata.annotations"), key);
}

bool spk_object_is_deleting(const cJSON *object)
{
    return spk_json_string(spk_json_at(object, "metadata.deletionTimestamp")) != NULL;
}

static void put_metadata(cJSON *object, const char *map, const char *key, const char *value)
{
    if (value)
        spk_json_text(spk_json_child(spk_json_child(object, "metadata"), map), key, value);
}

void spk_object_label(cJSON *object, const char *key, const char *value)
{
    put_metadata(object, "labels", key, value);
}

void spk_object_annotation(cJSON *object, const char *key, const char *value)
{
    put_metadata(object, "annotations", key, value);
}

static size_t data_size(const cJSON *object)
{
    size_t size = 0;

    SPK_JSON_EACH (item, spk_json_get(object, "data"))
        size += strlen(item->string) + strlen(spk_json_string(item));
    return size;
}

bool spk_object_fits(struct spk_arena *arena, const cJSON *object, struct spk_err *err)
{
    const char *kind = spk_object_kind(object), *name = spk_object_name(object);

    if (strcmp(kind, "ConfigMap") == 0 && data_size(object) > SPK_MAX_CONFIGMAP)
        return spk_fail(err, SPK_OBJECT_TOO_LARGE,
                        "the data of ConfigMap '%.100s' has %zu bytes, at most %zu fit", name,
                        data_size(object), SPK_MAX_CONFIGMAP);
    size_t size = strlen(spk_json_write(arena, object));
    if (size > SPK_MAX_OBJECT)
        return spk_fail(err, SPK_OBJECT_TOO_LARGE,
                        "the %s '%.100s' has %zu bytes, at most %zu fit", kind, name, size,
                        SPK_MAX_OBJECT);
    return true;
}

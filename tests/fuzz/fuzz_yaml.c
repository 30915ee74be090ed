/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The YAML reader takes any bytes; what it accepts is written, as YAML and JSON, and read back
 * equal. The same bytes as a pod template, and the types of Kubernetes over both.
 */
#include "base/limits.h"
#include "kubernetes/schema/schema.h"
#include "json/manifest.h"
#include "json/read.h"
#include "json/write.h"
#include "json/yaml.h"

#include "fuzz.h"

#include <string.h>

static void read_manifest(struct spk_arena *arena, const char *bytes, size_t size)
{
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    cJSON *tree = NULL, *again = NULL, *typed = NULL, *twice = NULL;

    if (!spk_manifest_read(arena, bytes, size, &warnings, &tree, &err))
        SPK_PROMISE(!tree && err.text[0]);
    tree = NULL;
    err = (struct spk_err){0};
    if (!spk_yaml_read(arena, bytes, size, &warnings, &tree, &err)) {
        SPK_PROMISE(!tree && err.reason == SPK_INVALID_MANIFEST && err.text[0]);
        return;
    }
    const char *yaml = spk_yaml_write(arena, tree), *json = spk_json_write(arena, tree);
    SPK_PROMISE(spk_yaml_read(arena, yaml, strlen(yaml), NULL, &again, &err));
    SPK_PROMISE(spk_json_equal(tree, again));
    SPK_PROMISE(spk_json_read(arena, json, strlen(json), &again, &err));
    SPK_PROMISE(spk_json_equal(tree, again));

    const struct spk_type *type = spk_type_find("PodTemplateSpec");
    if (!spk_schema_go(arena, type, tree, &typed, &err)) {
        SPK_PROMISE(!typed && err.reason == SPK_INVALID_FIELD && err.text[0]);
        return;
    }
    SPK_PROMISE(spk_schema_go(arena, type, typed, &twice, &err));
    SPK_PROMISE(spk_json_equal(typed, twice));
}

static void read_template(struct spk_arena *arena, const char *bytes, size_t size, bool old)
{
    struct spk_fabric8 how = {.octal_int32 = !old,
                              .strict_int32 = !old,
                              .owner_kinds = !old,
                              .model = old ? 26 : 35};
    struct spk_err err = {0};
    cJSON *tree = NULL, *typed = NULL;

    if (!spk_yaml_read_template(arena, bytes, size, &tree, &how.from_json, &err)) {
        SPK_PROMISE(!tree && err.reason == SPK_INVALID_POD_TEMPLATE && err.text[0]);
        return;
    }
    if (!spk_schema_fabric8(arena, spk_type_find("Pod"), &how, tree, &typed, &err)) {
        SPK_PROMISE(!typed && err.reason == SPK_INVALID_POD_TEMPLATE && err.text[0]);
        return;
    }
    SPK_PROMISE(spk_json_write(arena, typed));
}

struct input {
    struct spk_arena arena;
    const char *bytes;
    size_t size;
};

static void run(void *argument)
{
    struct input *input = argument;

    read_manifest(&input->arena, input->bytes, input->size);
    read_template(&input->arena, input->bytes, input->size, false);
    read_template(&input->arena, input->bytes, input->size, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {SPK_ARENA_LIMIT(SPK_MIB(64)), (const char *)data, size};

    if (!spk_arena_run(&input.arena, run, &input))
        SPK_PROMISE(input.arena.used <= input.arena.limit);
    spk_arena_free(&input.arena);
    return 0;
}

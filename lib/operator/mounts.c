/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/mounts.h"

#include "base/printable.h"

#include "kubernetes/schema/schema.h"

#include <string.h>

/* A kind of Secret whose file a variable names. */
static const struct secret_kind {
    const char *type, *variable, *file;
} secret_kinds[] = {
    {"GCPServiceAccount", "GOOGLE_APPLICATION_CREDENTIALS", "key.json"},
    {"HadoopDelegationToken", "HADOOP_TOKEN_FILE_LOCATION", "hadoop.token"},
};

/* One option of a local directory: where its value is in the volume or mount as Go writes it.
 */
struct option {
    const char *field;  /* "sizeLimit" */
    const char *option; /* "options.sizeLimit" */
    bool is_flag;       /* true is written, false is not */
};

static const struct option mount_options[] = {
    {"mountPath", "mount.path", false},
    {"subPath", "mount.subPath", false},
    {"readOnly", "mount.readOnly", true},
    {0},
};
static const struct option empty_dir_options[] = {
    {"sizeLimit", "options.sizeLimit", false},
    {"medium", "options.medium", false},
    {0},
};
static const struct option host_path_options[] = {
    {"path", "options.path", false},
    {"type", "options.type", false},
    {0},
};
static const struct option nfs_options[] = {
    {"path", "options.path", false},
    {"server", "options.server", false},
    {"readOnly", "options.readOnly", true},
    {0},
};
static const struct option claim_options[] = {
    {"claimName", "options.claimName", false},
    {"readOnly", "options.readOnly", true},
    {0},
};

/* The first present one counts. */
static const struct volume_kind {
    const char *type;
    const struct option *options;
} volume_kinds[] = {
    {"emptyDir", empty_dir_options},
    {"hostPath", host_path_options},
    {"nfs", nfs_options},
    {"persistentVolumeClaim", claim_options},
};

struct components {
    struct spk_strings kept;
    bool rooted;
};

static void add_component(struct spk_arena *arena, struct components *path, const char *part)
{
    bool up = spk_text_equal(part, "..");

    if (!*part || spk_text_equal(part, "."))
        return;
    if (up && path->kept.n > 0 && !spk_text_equal(path->kept.items[path->kept.n - 1], "..")) {
        path->kept.n--;
        return;
    }
    if (!up || !path->rooted)
        spk_strings_add(arena, &path->kept, part);
}

/* A directory and a file in it as Go's filepath.Join makes one clean path of them. */
static const char *join_path(struct spk_arena *arena, const char *directory, const char *file)
{
    struct components path = {.rooted = *directory == '/'};
    struct spk_strings parts = spk_split(arena, directory, '/');

    for (size_t i = 0; i < parts.n; i++)
        add_component(arena, &path, parts.items[i]);
    add_component(arena, &path, file);
    return spk_printf(arena, "%s%s", path.rooted ? "/" : "",
                      spk_join(arena, path.kept.items, path.kept.n, "/"));
}

static const char *env_prefix(const struct spk_role *role)
{
    return spk_text_equal(role->name, "driver") ? "spark.kubernetes.driverEnv."
                                                : "spark.executorEnv.";
}

void spk_mounts_secrets(const struct spk_role *role, struct spk_argument_list *out)
{
    struct spk_arena *arena = out->arena;

    for (size_t i = 0; i < role->n_secrets; i++) {
        const Spk__SecretInfo *secret = role->secrets[i];
        const char *path = spk_working_copy_text(secret->path);
        const char *origin = spk_printf(arena, "%s.secrets[%zu]", role->path, i);

        spk_argument_conf(out,
                          spk_printf(arena, "spark.kubernetes.%s.secrets.%s", role->name,
                                     spk_working_copy_text(secret->name)),
                          path, origin);
        for (size_t k = 0; k < SPK_LEN(secret_kinds); k++)
            if (spk_text_equal(secret->secret_type, secret_kinds[k].type))
                spk_argument_conf(
                    out, spk_printf(arena, "%s%s", env_prefix(role), secret_kinds[k].variable),
                    join_path(arena, path, secret_kinds[k].file), origin);
    }
}

/* Read a tree as Go's type; origin is the tree's path. */
static bool read_typed(struct spk_arena *arena, const char *type, const cJSON *in,
                       const char *origin, cJSON **out, struct spk_err *err)
{
    if (!spk_schema_go(arena, spk_type_find(type), in, out, err))
        return spk_fail_in(err, "%s", origin);
    return true;
}

static void put_options(struct spk_argument_list *out, const struct option *options,
                        const cJSON *from, const char *prefix, const char *origin)
{
    for (; options->field; options++) {
        const cJSON *value = spk_json_get(from, options->field);
        const char *text = options->is_flag ? spk_json_is_true(value) ? "true" : NULL
                                            : spk_json_string(value);

        if (text)
            spk_argument_conf(out, spk_printf(out->arena, "%s.%s", prefix, options->option),
                              text, spk_printf(out->arena, "%s.%s", origin, options->field));
    }
}

/* The mount's path and subPath are written when they are not empty. */
static void drop_empty(cJSON *mount)
{
    static const char *const fields[] = {"mountPath", "subPath"};

    for (size_t i = 0; i < SPK_LEN(fields); i++)
        if (!spk_text_or_null(spk_json_get_text(mount, fields[i])))
            spk_json_remove(mount, fields[i]);
}

static bool put_local_dir(const struct spk_role *role, cJSON *mount, const char *mount_origin,
                          const cJSON *volume, const char *volume_origin,
                          struct spk_argument_list *out)
{
    for (size_t i = 0; i < SPK_LEN(volume_kinds); i++) {
        const cJSON *source = spk_json_get(volume, volume_kinds[i].type);

        if (!source)
            continue;
        const char *prefix = spk_printf(out->arena, "spark.kubernetes.%s.volumes.%s.%s",
                                        role->name, volume_kinds[i].type,
                                        spk_json_get_text(volume, "name"));
        drop_empty(mount);
        put_options(out, mount_options, mount, prefix, mount_origin);
        put_options(out, volume_kinds[i].options, source, prefix,
                    spk_printf(out->arena, "%s.%s", volume_origin, volume_kinds[i].type));
        return true;
    }
    return false;
}

static bool put_mount(const struct spk_working_copy *draft, const struct spk_role *role,
                      size_t i, struct spk_argument_list *out, struct spk_err *err)
{
    static const char wrap[] =
        "failed to submit spark application: failed to build spark-submit arguments";
    const char *mount_origin = spk_printf(out->arena, "%s.volumeMounts[%zu]", role->path, i);
    cJSON *mount, *volume;
    size_t index = 0;

    if (!read_typed(out->arena, "VolumeMount", spk_working_copy_tree(&role->volume_mounts, i),
                    mount_origin, &mount, err))
        return false;
    const char *name = spk_json_get_text(mount, "name");
    if (!spk_working_copy_find_volume(draft, name, &index)) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "%s: volume %s not found", wrap, name);
        return spk_fail_at(err, "%s.name", mount_origin);
    }
    const char *volume_origin = spk_printf(out->arena, "spec.volumes[%zu]", index);
    if (!read_typed(out->arena, "Volume", spk_struct_tree(draft->spec->volumes[index]),
                    volume_origin, &volume, err))
        return false;
    if (put_local_dir(role, mount, mount_origin, volume, volume_origin, out))
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD, "%s: unsupported volume type", wrap);
    return spk_fail_at(err, "%s", volume_origin);
}

bool spk_mounts_local_dirs(const struct spk_working_copy *draft, const struct spk_role *role,
                           struct spk_argument_list *out, struct spk_err *err)
{
    for (size_t i = 0; i < role->volume_mounts.n; i++) {
        const char *name =
            spk_json_get_text(spk_working_copy_tree(&role->volume_mounts, i), "name");

        if (!spk_starts_with(spk_working_copy_text(name), SPK_LOCAL_DIR_PREFIX))
            continue;
        if (!put_mount(draft, role, i, out, err))
            return false;
    }
    return true;
}

void spk_mounts_warn(const struct spk_working_copy *draft, const struct spk_role *role,
                     struct spk_warnings *warnings)
{
    size_t index;

    for (size_t i = 0; i < role->volume_mounts.n; i++) {
        const char *name = spk_working_copy_text(
            spk_json_get_text(spk_working_copy_tree(&role->volume_mounts, i), "name"));

        if (!spk_starts_with(name, SPK_LOCAL_DIR_PREFIX) &&
            !spk_working_copy_find_volume(draft, name, &index))
            spk_warn(warnings, draft->arena, "MOUNT_WITHOUT_VOLUME",
                     spk_printf(draft->arena, "%s.volumeMounts[%zu].name", role->path, i),
                     "spec.volumes has no volume '%s', so the mount is dropped",
                     spk_printable(draft->arena, name, 63));
    }
}

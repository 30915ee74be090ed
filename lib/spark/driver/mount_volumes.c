/* SPDX-License-Identifier: Apache-2.0 */
/* @source org.apache.spark.deploy.k8s.features.MountVolumesFeatureStep */
#include <stdlib.h>
#include <string.h>

#include "kubernetes/marks.h"
#include "kubernetes/quantity.h"
#include "spark/driver/driver.h"
#include "spark/driver/volumes.h"

/* The volume being made; index counts all of the step. */
struct place {
    struct spk_driver *driver;
    const struct spk_volume *volume;
    size_t index;
};

typedef bool source_fn(const struct place *place, cJSON *source, struct spk_err *err);

static const char *option(const struct place *place, const char *name)
{
    return spk_volume_option(&place->driver->reader, place->volume, name);
}

static bool read_access_mode(const struct spk_driver *driver, const char **out,
                             struct spk_err *err)
{
    bool is_legacy = false;

    if (!spk_entry_bool(&driver->reader, SPK_K "legacy.useReadWriteOnceAccessMode", &is_legacy,
                        err))
        return false;
    *out = is_legacy ? "ReadWriteOnce" : "ReadWriteOncePod";
    return true;
}

static const char size_option[] = "options.sizeLimit";

/* The size, which may be absent, as the client reads a quantity. */
static bool read_size(const struct place *place, bool is_field, const char **out,
                      struct spk_err *err)
{
    const char *size = option(place, size_option);
    const char *flaw = size ? spk_quantity_flaw(size, is_field) : NULL;

    *out = size;
    return !flaw || spk_driver_refuse(err, place->driver,
                                      spk_printf(place->driver->arena, "%s%s",
                                                 place->volume->key_prefix, size_option),
                                      "%s", flaw);
}

bool spk_mount_volumes_check(struct spk_driver *driver, struct spk_err *err)
{
    const char *mode = NULL;

    return read_access_mode(driver, &mode, err);
}

static bool put_host_path(const struct place *place, cJSON *source, struct spk_err *err)
{
    const char *type = place->driver->profile->host_path_type ? option(place, "options.type")
                                                              : NULL;

    (void)err;
    spk_json_text(source, "path", option(place, "options.path"));
    spk_json_text(source, "type", type ? type : "");
    return true;
}

static bool put_empty_dir(const struct place *place, cJSON *source, struct spk_err *err)
{
    const char *medium = option(place, "options.medium"), *size = NULL;

    if (!read_size(place, true, &size, err))
        return false;
    spk_json_text(source, "medium", medium ? medium : "");
    spk_json_text(source, "sizeLimit", size);
    return true;
}

static bool put_nfs(const struct place *place, cJSON *source, struct spk_err *err)
{
    (void)err;
    spk_json_text(source, "path", option(place, "options.path"));
    spk_json_text(source, "server", option(place, "options.server"));
    return true;
}

static const char *claim_name(const struct place *place)
{
    struct spk_arena *arena = place->driver->arena;

    return spk_replace(
        arena, option(place, "options.claimName"), "OnDemand",
        spk_printf(arena, "%s-driver-pvc-%zu", place->driver->prefix, place->index));
}

/* Labels and annotations that the configuration gives a claim (4.0). */
static void put_claim_metadata(const struct place *place, cJSON *claim)
{
    const struct spk_driver *driver = place->driver;
    const char *labels = spk_printf(driver->arena, "%slabel.", place->volume->key_prefix);
    const char *annotations =
        spk_printf(driver->arena, "%sannotation.", place->volume->key_prefix);
    size_t n = 0;

    if (!driver->profile->claim_labels)
        return;
    const struct spk_conf_entry *entries =
        spk_conf_prefix(&driver->submission->conf, labels, &n);
    for (size_t i = 0; i < n; i++)
        spk_object_label(claim, entries[i].key + strlen(labels), entries[i].value);
    entries = spk_conf_prefix(&driver->submission->conf, annotations, &n);
    for (size_t i = 0; i < n; i++)
        spk_object_annotation(claim, entries[i].key + strlen(annotations), entries[i].value);
}

static bool put_claim(const struct place *place, cJSON *source, struct spk_err *err)
{
    struct spk_driver *driver = place->driver;
    const char *name = claim_name(place), *mode = NULL;
    const char *class_name = option(place, "options.storageClass");
    const char *size = NULL;

    if (!read_access_mode(driver, &mode, err))
        return false;
    spk_json_text(source, "claimName", name);
    spk_json_bool(source, "readOnly", place->volume->is_read_only);
    if (!class_name || !option(place, size_option))
        return true;
    if (!read_size(place, false, &size, err))
        return false;

    cJSON *claim = spk_object(driver->arena, "v1", "PersistentVolumeClaim", name);
    cJSON *spec = spk_json_child(claim, "spec");
    put_claim_metadata(place, claim);
    spk_object_label(claim, SPK_LABEL_SPARK_APP_ID, driver->ids->application_id);
    spk_json_push_text(spk_json_list(spec, "accessModes"), mode);
    spk_json_text(spk_json_child(spk_json_child(spec, "resources"), "requests"), "storage",
                  size);
    spk_json_text(spec, "storageClassName", class_name);
    spk_driver_add(driver, SPK_ROLE_CLAIM, claim);
    return true;
}

/* Type, and who fills in the source of that name. */
static const struct source {
    const char *type;
    source_fn *put;
} sources[] = {
    {"hostPath", put_host_path},
    {"persistentVolumeClaim", put_claim},
    {"emptyDir", put_empty_dir},
    {"nfs", put_nfs},
};

static bool add_volume(const struct place *place, struct spk_err *err)
{
    const struct spk_volume *volume = place->volume;
    struct spk_driver *driver = place->driver;
    cJSON *spec = spk_json_child(driver->pod, "spec");
    cJSON *object = spk_json_push_object(spk_json_list(spec, "volumes"));
    cJSON *mount = spk_driver_mount(driver, volume->name, volume->mount_path);

    spk_json_bool(mount, "readOnly", volume->is_read_only);
    spk_json_text(mount, "subPath", volume->sub_path);
    if (driver->profile->sub_path_expr)
        spk_json_text(mount, "subPathExpr", volume->sub_path_expr);
    spk_json_text(object, "name", volume->name);
    for (size_t i = 0; i < SPK_LEN(sources); i++)
        if (strcmp(sources[i].type, volume->type) == 0)
            return sources[i].put(place, spk_json_child(object, volume->type), err);
    return true;
}

/* By path, and volumes of one path in their order. */
static int by_path(const void *a, const void *b)
{
    const struct spk_volume *left = *(const struct spk_volume *const *)a;
    const struct spk_volume *right = *(const struct spk_volume *const *)b;
    int order = strcmp(left->mount_path, right->mount_path);

    return order ? order : (left > right) - (left < right);
}

/* The first volume whose path one before it has, too; NULL: none. */
static const struct spk_volume *find_twin(struct spk_arena *arena,
                                          const struct spk_volumes *volumes)
{
    const struct spk_volume *twin = NULL;
    const struct spk_volume **sorted = spk_alloc_array(arena, volumes->n, sizeof(*sorted));

    for (size_t i = 0; i < volumes->n; i++)
        sorted[i] = &volumes->items[i];
    qsort(sorted, volumes->n, sizeof(*sorted), by_path);
    for (size_t i = 1; i < volumes->n; i++)
        if (strcmp(sorted[i - 1]->mount_path, sorted[i]->mount_path) == 0 &&
            (!twin || sorted[i] < twin))
            twin = sorted[i];
    return twin;
}

static bool check_paths(const struct spk_driver *driver, const struct spk_volumes *volumes,
                        struct spk_err *err)
{
    const struct spk_volume *twin = find_twin(driver->arena, volumes);

    return !twin ||
           spk_driver_refuse(
               err, driver, spk_printf(driver->arena, "%smount.path", twin->key_prefix),
               "requirement failed: Found duplicated mountPath: '%.128s'", twin->mount_path);
}

bool spk_mount_volumes(struct spk_driver *driver, struct spk_err *err)
{
    struct spk_volumes volumes = {0};

    if (!spk_volumes_read(&driver->reader, SPK_DRIVER_VOLUMES, &volumes, err) ||
        !check_paths(driver, &volumes, err))
        return false;
    for (size_t i = 0; i < volumes.n; i++) {
        const struct place place = {driver, &volumes.items[i], i};

        if (!add_volume(&place, err))
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/webhook/mutate.h"

#include "base/sha256.h"
#include "kubernetes/amount.h"
#include "operator/controller/monitoring.h"
#include "operator/mounts.h"
#include "operator/webhook/memory_limit.h"
#include "operator/webhook/pod_changes.h"

#include <stddef.h>
#include <string.h>

#define LABEL_LENGTH 63
#define HASH_LENGTH  8

const char *const spk_driver_containers[] = {"spark-kubernetes-driver", NULL};
const char *const spk_executor_containers[] = {"executor", "spark-kubernetes-executor", NULL};

static const struct spk_place volumes = {false, "spec.volumes"};
static const struct spk_place mounts = {true, "volumeMounts"};
static const struct spk_place env = {true, "env"};
static const struct spk_place ports = {true, "ports"};
static const struct spk_place limits = {true, "resources.limits"};

const char *spk_config_map_volume(struct spk_arena *arena, const char *config_map)
{
    static const char suffix[] = "-vol";
    const size_t most = LABEL_LENGTH - HASH_LENGTH - sizeof(suffix);

    if (strlen(config_map) + strlen(suffix) <= LABEL_LENGTH && !strchr(config_map, '.'))
        return spk_printf(arena, "%s%s", config_map, suffix);
    char *name = spk_strndup(arena, config_map, strnlen(config_map, most));
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (name[i] == '.')
            name[i] = '-';
    while (n > 0 && name[n - 1] == '-')
        name[--n] = '\0';
    return spk_printf(arena, "%s-%.8s%s", name,
                      spk_sha256_hex(arena, config_map, strlen(config_map)), suffix);
}

static cJSON *text(const struct spk_changes *changes, const char *value)
{
    return spk_json_new_text(changes->draft->arena, value);
}

/* Building blocks of several steps. */

/* A volume made of a ConfigMap, and where it is mounted. */
static void mount_config_map(struct spk_changes *changes, const char *volume,
                             const char *config_map, const char *path, const char *origin)
{
    struct spk_arena *arena = changes->draft->arena;
    cJSON *source = spk_json_new_object(arena), *mount = spk_json_new_object(arena);
    cJSON *reference;

    spk_json_text(source, "name", volume);
    reference = spk_json_child(source, "configMap");
    if (*config_map)
        spk_json_text(reference, "name", config_map);
    spk_json_text(mount, "name", volume);
    spk_json_bool(mount, "readOnly", true);
    spk_json_text(mount, "mountPath", path);
    spk_change(changes, SPK_APPEND, volumes, source, origin);
    spk_change(changes, SPK_APPEND, mounts, mount, origin);
}

static void add_variable(struct spk_changes *changes, const char *name, const char *value,
                         const char *origin)
{
    cJSON *variable = spk_json_new_object(changes->draft->arena);

    spk_json_text(variable, "name", name);
    spk_json_text(variable, "value", value);
    spk_change(changes, SPK_APPEND, env, variable, origin);
}

/* A zero value of these is left out, as Go does; the number stays. */
static void add_port(struct spk_changes *changes, const char *name, int64_t number,
                     const char *protocol, const char *origin)
{
    cJSON *port = spk_json_new_object(changes->draft->arena);

    spk_json_text(port, "name", spk_text_or_null(name));
    spk_json_int(port, "containerPort", number);
    spk_json_text(port, "protocol", spk_text_or_null(protocol));
    spk_change(changes, SPK_APPEND, ports, port, origin);
}

/*
 * One step of the webhook. The members after add are of steps that copy a field of the role:
 * its JSON name, where it is in struct spk_role, where it goes, and Go's type of it.
 */
struct step {
    bool (*add)(struct spk_changes *changes, const struct step *step, struct spk_err *err);
    const char *field;
    size_t offset;
    struct spk_place place;
    const char *type;
};

/* Steps. Every step gets all arguments, also those that it does not need. */

static bool add_owner(struct spk_changes *changes, const struct step *step,
                      struct spk_err *err)
{
    cJSON *owner = spk_working_copy_owner(changes->draft, true);

    (void)step;
    (void)err;
    if (owner && changes->role == &changes->draft->driver)
        spk_change(changes, SPK_APPEND_OWNER,
                   (struct spk_place){false, "metadata.ownerReferences"}, owner,
                   "metadata.uid");
    return true;
}

static bool add_elements(struct spk_changes *changes, const struct step *step,
                         enum spk_mutation_kind kind, struct spk_err *err)
{
    struct spk_trees list;

    memcpy(&list, (const char *)changes->role + step->offset, sizeof(list));
    for (size_t i = 0; i < list.n; i++) {
        const char *origin = spk_printf(changes->draft->arena, "%s.%s[%zu]",
                                        changes->role->path, step->field, i);

        if (!spk_change_typed(changes, kind, step->place, step->type,
                              spk_working_copy_tree(&list, i), origin, err))
            return false;
    }
    return true;
}

static bool add_list(struct spk_changes *changes, const struct step *step, struct spk_err *err)
{
    return add_elements(changes, step, SPK_APPEND, err);
}

static bool add_containers(struct spk_changes *changes, const struct step *step,
                           struct spk_err *err)
{
    return add_elements(changes, step, SPK_APPEND_UNIQUE, err);
}

static bool replace_tree(struct spk_changes *changes, const struct step *step,
                         struct spk_err *err)
{
    const cJSON *tree;

    memcpy(&tree, (const char *)changes->role + step->offset, sizeof(tree));
    return !tree || spk_change_typed(changes, SPK_REPLACE, step->place, step->type, tree,
                                     spk_change_origin(changes, step->field), err);
}

static bool add_hadoop_config(struct spk_changes *changes, const struct step *step,
                              struct spk_err *err)
{
    static const char origin[] = "spec.hadoopConfigMap", path[] = "/etc/hadoop/conf";
    const char *name = changes->draft->spec->hadoop_config_map;

    (void)step;
    (void)err;
    if (!name)
        return true;
    mount_config_map(changes, "hadoop-configmap-volume", name, path, origin);
    add_variable(changes, "HADOOP_CONF_DIR", path, origin);
    return true;
}

static bool add_spark_config(struct spk_changes *changes, const struct step *step,
                             struct spk_err *err)
{
    static const char origin[] = "spec.sparkConfigMap", path[] = "/etc/spark/conf";
    const char *name = changes->draft->spec->spark_config_map;

    (void)step;
    (void)err;
    if (!name)
        return true;
    mount_config_map(changes, "spark-configmap-volume", name, path, origin);
    add_variable(changes, "SPARK_CONF_DIR", path, origin);
    return true;
}

static bool add_config_maps(struct spk_changes *changes, const struct step *step,
                            struct spk_err *err)
{
    struct spk_arena *arena = changes->draft->arena;

    (void)step;
    (void)err;
    for (size_t i = 0; i < changes->role->n_config_maps; i++) {
        const Spk__NamePath *map = changes->role->config_maps[i];
        const char *name = spk_working_copy_text(map->name);

        mount_config_map(changes, spk_config_map_volume(arena, name), name,
                         spk_working_copy_text(map->path),
                         spk_printf(arena, "%s.configMaps[%zu]", changes->role->path, i));
    }
    return true;
}

/* A volume comes with the first mount that names it. */
static bool add_volume(struct spk_changes *changes, size_t index, bool *added,
                       struct spk_err *err)
{
    const char *origin;

    if (added[index])
        return true;
    added[index] = true;
    origin = spk_printf(changes->draft->arena, "spec.volumes[%zu]", index);
    return spk_change_typed(changes, SPK_APPEND, volumes, "Volume",
                            spk_struct_tree(changes->draft->spec->volumes[index]), origin,
                            err);
}

static bool add_volumes(struct spk_changes *changes, const struct step *step,
                        struct spk_err *err)
{
    const struct spk_working_copy *draft = changes->draft;
    const struct spk_trees *list = &changes->role->volume_mounts;
    bool *added = spk_alloc_array(draft->arena, draft->spec->n_volumes + 1, sizeof(*added));

    (void)step;
    for (size_t i = 0; i < list->n; i++) {
        const cJSON *mount = spk_working_copy_tree(list, i);
        const char *name = spk_working_copy_text(spk_json_get_text(mount, "name"));
        const char *origin =
            spk_printf(draft->arena, "%s.volumeMounts[%zu]", changes->role->path, i);
        size_t index;

        if (spk_starts_with(name, SPK_LOCAL_DIR_PREFIX) ||
            !spk_working_copy_find_volume(draft, name, &index))
            continue;
        if (!add_volume(changes, index, added, err) ||
            !spk_change_typed(changes, SPK_APPEND, mounts, "VolumeMount", mount, origin, err))
            return false;
    }
    return true;
}

static bool add_ports(struct spk_changes *changes, const struct step *step,
                      struct spk_err *err)
{
    (void)step;
    (void)err;
    for (size_t i = 0; i < changes->role->n_ports; i++) {
        const Spk__Port *port = changes->role->ports[i];

        add_port(changes, port->name, port->container_port, port->protocol,
                 spk_printf(changes->draft->arena, "%s.ports[%zu]", changes->role->path, i));
    }
    return true;
}

static bool add_host_network(struct spk_changes *changes, const struct step *step,
                             struct spk_err *err)
{
    const char *origin = spk_change_origin(changes, "hostNetwork");

    (void)step;
    (void)err;
    if (!changes->role->host_network)
        return true;
    spk_change(changes, SPK_REPLACE, (struct spk_place){false, "spec.hostNetwork"},
               spk_json_new_bool(changes->draft->arena, true), origin);
    spk_change(changes, SPK_REPLACE, (struct spk_place){false, "spec.dnsPolicy"},
               text(changes, "ClusterFirstWithHostNet"), origin);
    return true;
}

static bool set_priority_class(struct spk_changes *changes, const struct step *step,
                               struct spk_err *err)
{
    const char *name = changes->role->priority_class_name;
    const char *origin = spk_change_origin(changes, "priorityClassName");

    (void)step;
    (void)err;
    if (!spk_text_or_null(name))
        return true;
    spk_change(changes, SPK_REPLACE, (struct spk_place){false, "spec.priorityClassName"},
               text(changes, name), origin);
    spk_change(changes, SPK_DELETE, (struct spk_place){false, "spec.priority"}, NULL, origin);
    spk_change(changes, SPK_DELETE, (struct spk_place){false, "spec.preemptionPolicy"}, NULL,
               origin);
    return true;
}

static bool set_scheduler(struct spk_changes *changes, const struct step *step,
                          struct spk_err *err)
{
    /* Set, even to "", the application's hides the role's. */
    const char *batch = changes->draft->spec->batch_scheduler;
    const char *name = batch ? batch : changes->role->scheduler_name;
    const char *field = batch ? "spec.batchScheduler" : "schedulerName";

    (void)step;
    (void)err;
    if (spk_text_or_null(name))
        spk_change(changes, SPK_REPLACE, (struct spk_place){false, "spec.schedulerName"},
                   text(changes, name), spk_change_origin(changes, field));
    return true;
}

static bool set_node_selector(struct spk_changes *changes, const struct step *step,
                              struct spk_err *err)
{
    const struct spk_conf *map = &changes->role->node_selector;

    (void)step;
    (void)err;
    for (size_t i = 0; i < map->n; i++)
        spk_change_entry(changes, (struct spk_place){false, "spec.nodeSelector"},
                         map->entries[i].key, text(changes, map->entries[i].value),
                         map->entries[i].origin);
    return true;
}

static bool set_memory_limit(struct spk_changes *changes, const struct step *step,
                             struct spk_err *err)
{
    const char *limit = changes->role->memory_limit, *quantity;
    const char *origin = spk_change_origin(changes, "memoryLimit");

    (void)step;
    if (!limit)
        return true;
    if (!spk_memory_limit(changes->draft->arena, limit, &quantity, err)) {
        const char *why = spk_strdup(changes->draft->arena, err->text);

        (void)spk_fail(err, SPK_INVALID_FIELD, "failed to mutate Spark pod: %s", why);
        return spk_fail_at(err, "%s", origin);
    }
    spk_change_entry(changes, limits, "memory", text(changes, quantity), origin);
    return true;
}

static bool set_gpu(struct spk_changes *changes, const struct step *step, struct spk_err *err)
{
    const Spk__GpuSpec *gpu = changes->role->gpu;

    (void)step;
    (void)err;
    if (gpu && spk_text_or_null(gpu->name) && gpu->quantity > 0)
        spk_change_entry(changes, limits, gpu->name,
                         text(changes, spk_amount_text(changes->draft->arena,
                                                       spk_amount_of(gpu->quantity))),
                         spk_change_origin(changes, "gpu"));
    return true;
}

static bool add_prometheus(struct spk_changes *changes, const struct step *step,
                           struct spk_err *err)
{
    const struct spk_working_copy *draft = changes->draft;
    const Spk__MonitoringSpec *monitoring = draft->spec->monitoring;
    const char *map = spk_monitoring_config_map(draft);

    (void)step;
    (void)err;
    if (!spk_monitoring_exposes(draft, changes->role) || spk_monitoring_in_image(monitoring))
        return true;
    const Spk__PrometheusSpec *prometheus = monitoring->prometheus;
    mount_config_map(changes, spk_printf(draft->arena, "%s-vol", map), map,
                     "/etc/metrics/conf", "spec.monitoring");
    add_port(changes, prometheus->port_name ? prometheus->port_name : "jmx-exporter",
             prometheus->has_port ? prometheus->port : SPK_PROMETHEUS_DEFAULT_PORT, "TCP",
             "spec.monitoring.prometheus");
    return true;
}

static bool set_grace_period(struct spk_changes *changes, const struct step *step,
                             struct spk_err *err)
{
    (void)step;
    (void)err;
    if (changes->role->has_grace_period)
        spk_change(changes, SPK_REPLACE,
                   (struct spk_place){false, "spec.terminationGracePeriodSeconds"},
                   spk_json_new_int(changes->draft->arena, changes->role->grace_period_s),
                   spk_change_origin(changes, "terminationGracePeriodSeconds"));
    return true;
}

static bool set_shared_processes(struct spk_changes *changes, const struct step *step,
                                 struct spk_err *err)
{
    (void)step;
    (void)err;
    if (changes->role->share_process_namespace)
        spk_change(changes, SPK_REPLACE,
                   (struct spk_place){false, "spec.shareProcessNamespace"},
                   spk_json_new_bool(changes->draft->arena, true),
                   spk_change_origin(changes, "shareProcessNamespace"));
    return true;
}

#define OF(member) offsetof(struct spk_role, member)

/* The order is the webhook's. */
static const struct step steps[] = {
    {add_owner, NULL, 0, {0}, NULL},
    {add_list, "env", OF(env), {true, "env"}, "EnvVar"},
    {add_list, "envFrom", OF(env_from), {true, "envFrom"}, "EnvFromSource"},
    {add_hadoop_config, NULL, 0, {0}, NULL},
    {add_spark_config, NULL, 0, {0}, NULL},
    {add_config_maps, NULL, 0, {0}, NULL},
    {add_volumes, NULL, 0, {0}, NULL},
    {add_ports, NULL, 0, {0}, NULL},
    {add_host_network, NULL, 0, {0}, NULL},
    {add_list, "hostAliases", OF(host_aliases), {false, "spec.hostAliases"}, "HostAlias"},
    {add_containers,
     "initContainers",
     OF(init_containers),
     {false, "spec.initContainers"},
     "Container"},
    {add_containers, "sidecars", OF(sidecars), {false, "spec.containers"}, "Container"},
    {replace_tree, "dnsConfig", OF(dns_config), {false, "spec.dnsConfig"}, "PodDNSConfig"},
    {set_priority_class, NULL, 0, {0}, NULL},
    {set_scheduler, NULL, 0, {0}, NULL},
    {set_node_selector, NULL, 0, {0}, NULL},
    {replace_tree, "affinity", OF(affinity), {false, "spec.affinity"}, "Affinity"},
    {add_list, "tolerations", OF(tolerations), {false, "spec.tolerations"}, "Toleration"},
    {set_memory_limit, NULL, 0, {0}, NULL},
    {set_gpu, NULL, 0, {0}, NULL},
    {add_prometheus, NULL, 0, {0}, NULL},
    {replace_tree,
     "securityContext",
     OF(security_context),
     {true, "securityContext"},
     "SecurityContext"},
    {replace_tree,
     "podSecurityContext",
     OF(pod_security_context),
     {false, "spec.securityContext"},
     "PodSecurityContext"},
    {set_grace_period, NULL, 0, {0}, NULL},
    {replace_tree, "lifecycle", OF(lifecycle), {true, "lifecycle"}, "Lifecycle"},
    {set_shared_processes, NULL, 0, {0}, NULL},
};

bool spk_pod_mutations(const struct spk_working_copy *stored, const struct spk_role *role,
                       struct spk_mutations *out, struct spk_err *err)
{
    struct spk_mutations list = {0};
    struct spk_changes changes = {stored, role, &list};

    for (size_t i = 0; i < SPK_LEN(steps); i++)
        if (!steps[i].add(&changes, &steps[i], err))
            return false;
    *out = list;
    return true;
}

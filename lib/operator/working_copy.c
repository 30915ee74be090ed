/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/working_copy.h"

#include "kubernetes/marks.h"

#include <inttypes.h>

const char *spk_working_copy_text(const char *text)
{
    return text ? text : "";
}

const cJSON *spk_working_copy_tree(const struct spk_trees *trees, size_t i)
{
    return i < trees->n ? spk_struct_tree(trees->items[i]) : NULL;
}

static const char *entry_path(struct spk_arena *arena, const char *path, const char *field,
                              const char *key)
{
    return spk_printf(arena, "%s.%s[%s]", path, field, key);
}

/* Fill the list at map with the entries of a map field of message; field is its JSON name. */
#define READ_MAP(map, message, member, path, field)                                           \
    do {                                                                                      \
        (map)->arena = arena;                                                                 \
        for (size_t i = 0; i < (message)->n_##member; i++) {                                  \
            const char *key = spk_working_copy_text((message)->member[i]->key);               \
                                                                                              \
            spk_conf_append(map, key, spk_working_copy_text((message)->member[i]->value),     \
                            entry_path(arena, path, field, key));                             \
        }                                                                                     \
        spk_conf_sort(map);                                                                   \
    } while (0)

#define READ_SECRET_KEYS(map, message, path)                                                  \
    do {                                                                                      \
        (map)->arena = arena;                                                                 \
        for (size_t i = 0; i < (message)->n_env_secret_key_refs; i++) {                       \
            const char *key = spk_working_copy_text((message)->env_secret_key_refs[i]->key);  \
                                                                                              \
            spk_conf_append(map, key,                                                         \
                            secret_key(arena, (message)->env_secret_key_refs[i]->value),      \
                            entry_path(arena, path, "envSecretKeyRefs", key));                \
        }                                                                                     \
        spk_conf_sort(map);                                                                   \
    } while (0)

#define TREES(message, member) ((struct spk_trees){(message)->member, (message)->n_##member})

/* Both roles have these fields; their messages are of different types. */
#define ROLE_OF(role_name, role_path, message)                                                \
    ((struct spk_role){                                                                       \
        .name = role_name,                                                                    \
        .path = role_path,                                                                    \
        .has_template = (message)->template_ != NULL,                                         \
        .template_ = spk_struct_tree((message)->template_),                                   \
        .has_cores = (message)->has_cores,                                                    \
        .cores = (message)->cores,                                                            \
        .core_limit = (message)->core_limit,                                                  \
        .core_request = (message)->core_request,                                              \
        .memory = (message)->memory,                                                          \
        .memory_limit = (message)->memory_limit,                                              \
        .memory_overhead = (message)->memory_overhead,                                        \
        .image = (message)->image,                                                            \
        .service_account = (message)->service_account,                                        \
        .java_options = (message)->java_options,                                              \
        .scheduler_name = (message)->scheduler_name,                                          \
        .priority_class_name = (message)->priority_class_name,                                \
        .gpu = (message)->gpu,                                                                \
        .config_maps = (message)->config_maps,                                                \
        .n_config_maps = (message)->n_config_maps,                                            \
        .secrets = (message)->secrets,                                                        \
        .n_secrets = (message)->n_secrets,                                                    \
        .ports = (message)->ports,                                                            \
        .n_ports = (message)->n_ports,                                                        \
        .env = TREES(message, env),                                                           \
        .env_from = TREES(message, env_from),                                                 \
        .volume_mounts = TREES(message, volume_mounts),                                       \
        .tolerations = TREES(message, tolerations),                                           \
        .sidecars = TREES(message, sidecars),                                                 \
        .init_containers = TREES(message, init_containers),                                   \
        .host_aliases = TREES(message, host_aliases),                                         \
        .affinity = spk_struct_tree((message)->affinity),                                     \
        .pod_security_context = spk_struct_tree((message)->pod_security_context),             \
        .security_context = spk_struct_tree((message)->security_context),                     \
        .dns_config = spk_struct_tree((message)->dns_config),                                 \
        .lifecycle = spk_struct_tree((message)->lifecycle),                                   \
        .host_network = (message)->host_network,                                              \
        .share_process_namespace = (message)->share_process_namespace,                        \
        .has_grace_period = (message)->has_termination_grace_period_seconds,                  \
        .grace_period_s = (message)->termination_grace_period_seconds,                        \
    })

#define READ_ROLE_MAPS(role, message)                                                         \
    do {                                                                                      \
        READ_MAP(&(role)->labels, message, labels, (role)->path, "labels");                   \
        READ_MAP(&(role)->annotations, message, annotations, (role)->path, "annotations");    \
        READ_MAP(&(role)->node_selector, message, node_selector, (role)->path,                \
                 "nodeSelector");                                                             \
        READ_MAP(&(role)->env_vars, message, env_vars, (role)->path, "envVars");              \
        READ_SECRET_KEYS(&(role)->secret_key_refs, message, (role)->path);                    \
    } while (0)

static const char *secret_key(struct spk_arena *arena, const Spk__NameKey *value)
{
    return spk_printf(arena, "%s:%s", value ? spk_working_copy_text(value->name) : "",
                      value ? spk_working_copy_text(value->key) : "");
}

static void finish_role(struct spk_arena *arena, const Spk__SparkApplicationSpec *spec,
                        struct spk_role *role)
{
    role->image_origin = spk_printf(arena, "%s.image", role->path);
    if (!spk_text_or_null(role->image)) {
        role->image = spk_text_or_null(spec->image) ? spec->image : NULL;
        role->image_origin = "spec.image";
    }
    if (role->has_cores)
        role->cores_text = spk_printf(arena, "%" PRId32, role->cores);
}

static void read_driver(struct spk_arena *arena, struct spk_working_copy *draft)
{
    static const Spk__DriverSpec empty = SPK__DRIVER_SPEC__INIT;
    const Spk__DriverSpec *driver = draft->spec->driver ? draft->spec->driver : &empty;

    draft->driver = ROLE_OF("driver", "spec.driver", driver);
    READ_ROLE_MAPS(&draft->driver, driver);
    finish_role(arena, draft->spec, &draft->driver);
    READ_MAP(&draft->service_labels, driver, service_labels, "spec.driver", "serviceLabels");
    READ_MAP(&draft->service_annotations, driver, service_annotations, "spec.driver",
             "serviceAnnotations");
}

static void read_executor(struct spk_arena *arena, struct spk_working_copy *draft)
{
    static const Spk__ExecutorSpec empty = SPK__EXECUTOR_SPEC__INIT;
    const Spk__ExecutorSpec *executor = draft->spec->executor ? draft->spec->executor : &empty;

    draft->executor = ROLE_OF("executor", "spec.executor", executor);
    READ_ROLE_MAPS(&draft->executor, executor);
    finish_role(arena, draft->spec, &draft->executor);
    if (executor->has_instances)
        draft->instances = spk_printf(arena, "%" PRId32, executor->instances);
    if (executor->has_delete_on_termination)
        draft->delete_on_termination = executor->delete_on_termination ? "true" : "false";
}

static void read_labels(struct spk_arena *arena, const cJSON *metadata,
                        struct spk_conf *labels)
{
    labels->arena = arena;
    SPK_JSON_EACH (item, spk_json_get(metadata, "labels"))
        if (!spk_starts_with(item->string, SPK_LABEL_PREFIX_KUEUE))
            spk_conf_append(labels, item->string, spk_working_copy_text(spk_json_string(item)),
                            entry_path(arena, "metadata", "labels", item->string));
    spk_conf_sort(labels);
}

static void read_volumes(struct spk_arena *arena, const Spk__SparkApplicationSpec *spec,
                         struct spk_conf *volumes)
{
    volumes->arena = arena;
    for (size_t i = 0; i < spec->n_volumes; i++)
        spk_conf_append(volumes,
                        spk_working_copy_text(
                            spk_json_get_text(spk_struct_tree(spec->volumes[i]), "name")),
                        spk_printf(arena, "%zu", i), "spec.volumes");
    spk_conf_sort(volumes);
}

/* Before any step changes sparkConf: the name is decided first. */
static void name_driver_pod(struct spk_working_copy *draft)
{
    static const char key[] = "spark.kubernetes.driver.pod.name";
    const Spk__DriverSpec *driver = draft->spec->driver;
    const char *configured = spk_conf_get(&draft->spark_conf, key);

    if (driver && spk_text_or_null(driver->pod_name)) {
        draft->driver_pod = driver->pod_name;
        draft->driver_pod_origin = "spec.driver.podName";
        return;
    }
    if (spk_text_or_null(configured)) {
        draft->driver_pod = configured;
        draft->driver_pod_origin = spk_conf_find(&draft->spark_conf, key)->origin;
        return;
    }
    draft->driver_pod = spk_printf(draft->arena, "%s-driver", draft->name);
    draft->driver_pod_origin = "metadata.name";
}

void spk_working_copy_open(struct spk_arena *arena, const Spk__SparkApplication *application,
                           const char *submission_id, struct spk_working_copy *draft)
{
    static const Spk__SparkApplicationSpec empty = SPK__SPARK_APPLICATION_SPEC__INIT;
    const Spk__SparkApplicationSpec *spec = application->spec ? application->spec : &empty;

    *draft = (struct spk_working_copy){
        .arena = arena,
        .spec = spec,
        .name = spk_working_copy_text(spk_application_name(application)),
        .namespace_ = spk_working_copy_text(spk_application_namespace(application)),
        .uid = spk_working_copy_text(spk_application_uid(application)),
        .submission_id = spk_working_copy_text(submission_id),
    };
    READ_MAP(&draft->spark_conf, spec, spark_conf, "spec", "sparkConf");
    READ_MAP(&draft->hadoop_conf, spec, hadoop_conf, "spec", "hadoopConf");
    READ_MAP(&draft->node_selector, spec, node_selector, "spec", "nodeSelector");
    read_labels(arena, spk_struct_tree(application->metadata), &draft->labels);
    read_volumes(arena, spec, &draft->volumes);
    read_driver(arena, draft);
    read_executor(arena, draft);
    name_driver_pod(draft);
}

bool spk_working_copy_find_volume(const struct spk_working_copy *draft, const char *name,
                                  size_t *index)
{
    const char *text = spk_conf_get(&draft->volumes, name);
    int64_t value = 0;

    if (!text || !spk_parse_int64(text, &value))
        return false;
    *index = (size_t)value;
    return true;
}

cJSON *spk_working_copy_owner(const struct spk_working_copy *draft, bool controller)
{
    if (!*draft->uid)
        return NULL;
    cJSON *owner = spk_json_new_object(draft->arena);

    spk_json_text(owner, "apiVersion", SPK_OPERATOR_API);
    spk_json_text(owner, "kind", "SparkApplication");
    spk_json_text(owner, "name", draft->name);
    spk_json_text(owner, "uid", draft->uid);
    if (controller) {
        spk_json_bool(owner, "controller", true);
        spk_json_bool(owner, "blockOwnerDeletion", true);
    }
    return owner;
}

int64_t spk_working_copy_executors(const struct spk_working_copy *draft)
{
    static const Spk__ExecutorSpec none = SPK__EXECUTOR_SPEC__INIT;
    const Spk__ExecutorSpec *executor = draft->spec->executor ? draft->spec->executor : &none;
    const Spk__DynamicAllocation *dynamic = draft->spec->dynamic_allocation;
    int64_t n = executor->has_instances ? executor->instances : 2;

    if (!dynamic || !dynamic->enabled)
        return n;
    /* Absent numbers are 0 in the messages. */
    n = executor->has_instances && executor->instances > 0 ? executor->instances : 0;
    if (dynamic->initial_executors > n)
        n = dynamic->initial_executors;
    return dynamic->min_executors > n ? dynamic->min_executors : n;
}

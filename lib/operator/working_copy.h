/* SPDX-License-Identifier: Apache-2.0 */
/**
 * working_copy.h: an application as the controller holds it in memory while it submits: both
 * roles in one shape, maps sorted, and the few fields that the steps before a submission
 * change. The message itself stays as it is: the draft points into it.
 *
 * Every entry of a map carries the path it came from, "spec.driver.labels[team]".
 */
#pragma once

#include "application/application.h"
#include "spark/conf/conf.h"

/** Repeated Struct fields; look at them with spk_working_copy_tree. */
struct spk_trees {
    Google__Protobuf__Struct *const *items;
    size_t n;
};

struct spk_role {
    const char *name; /* "driver", "executor" */
    const char *path; /* "spec.driver" */
    bool has_template;
    const cJSON *template_;
    bool has_cores;
    int32_t cores;
    const char *cores_text; /* NULL: absent, as every text here */
    const char *core_limit, *core_request;
    const char *memory, *memory_limit, *memory_overhead;
    const char *image; /* of the role or else of the application; NULL if empty */
    const char *image_origin;
    const char *service_account;
    const char *java_options;
    const char *scheduler_name, *priority_class_name;
    const Spk__GpuSpec *gpu;
    Spk__NamePath *const *config_maps;
    size_t n_config_maps;
    Spk__SecretInfo *const *secrets;
    size_t n_secrets;
    Spk__Port *const *ports;
    size_t n_ports;
    struct spk_trees env, env_from, volume_mounts, tolerations, sidecars, init_containers,
        host_aliases;
    const cJSON *affinity, *pod_security_context, *security_context, *dns_config, *lifecycle;
    bool host_network, share_process_namespace;
    bool has_grace_period;
    int64_t grace_period_s;
    struct spk_conf labels, annotations, node_selector, env_vars;
    struct spk_conf secret_key_refs; /* value "name:key" */
};

struct spk_working_copy {
    struct spk_arena *arena;
    const Spk__SparkApplicationSpec *spec;
    const char *name, *namespace_;
    const char *uid; /* "" if none */
    const char *submission_id;
    const char *driver_pod, *driver_pod_origin;
    const char *instances, *delete_on_termination; /* of executors; NULL: absent */
    struct spk_conf spark_conf, hadoop_conf, node_selector;
    struct spk_conf labels; /* of metadata, without Kueue's */
    struct spk_conf service_labels, service_annotations;
    struct spk_role driver, executor;
    struct spk_conf
        volumes; /* names of spec.volumes; value: the index of the last so called */
};

/** @owner *draft lives as long as arena and application */
void spk_working_copy_open(struct spk_arena *arena, const Spk__SparkApplication *application,
                           const char *submission_id, struct spk_working_copy *draft);

/** The i-th tree; NULL beyond the end. */
const cJSON *spk_working_copy_tree(const struct spk_trees *trees, size_t i);

/** The index of the last volume called name in spec.volumes; false if there is none. */
bool spk_working_copy_find_volume(const struct spk_working_copy *draft, const char *name,
                                  size_t *index);

/** A nullable text of a message as Go's string. */
const char *spk_working_copy_text(const char *text);

/**
 * The owner reference to the application; NULL without a uid.
 *
 * @source spark-operator pkg/util: GetOwnerReference
 */
cJSON *spk_working_copy_owner(const struct spk_working_copy *draft, bool controller);

/**
 * How many executors there are at first.
 *
 * @source spark-operator pkg/util: GetInitialExecutorNumber
 */
int64_t spk_working_copy_executors(const struct spk_working_copy *draft);

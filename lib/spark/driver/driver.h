/* SPDX-License-Identifier: Apache-2.0 */
/**
 * driver.h: the driver under construction. Feature steps, one file each and named after
 * Spark's classes, change it in Spark's order; a step sees what the earlier ones did.
 *
 * A step has two halves, as Spark's have: the constructor, which only checks, and the work.
 * Spark constructs all steps before the first one works, which decides what error is told.
 *
 * @source org.apache.spark.deploy.k8s.submit.KubernetesDriverBuilder
 */
#pragma once

#include "kubernetes/object.h"
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"
#include "spark/plan.h"

#define SPK_K "spark.kubernetes."

#define SPK_CONF_DIR_INTERNAL  "/opt/spark/conf"
#define SPK_CONF_FILE          "spark.properties"
#define SPK_DRIVER_CONTAINER   "spark-kubernetes-driver"
#define SPK_NAMESPACE_KEY      SPK_K "namespace"
#define SPK_POD_NAME_KEY       SPK_K "driver.pod.name"
#define SPK_REDACTED           "<present_but_redacted>"
#define SPK_DEFAULT_RPC_PORT   7078
#define SPK_DEFAULT_BLOCK_PORT 7079

struct spk_driver {
    struct spk_arena *arena;
    const struct spk_profile *profile; /* of the Spark line */
    const struct spk_submission *submission;
    const struct spk_ids *ids;
    struct spk_reader reader; /* of the submission's conf, which no step changes */
    const char *ns, *app_name;
    const char *prefix;          /* of the names of objects */
    cJSON *pod;                  /* from the template, without the Spark container */
    cJSON *container;            /* the Spark container */
    struct spk_conf properties;  /* what spark.properties will hold */
    struct spk_planned *objects; /* of the steps, in order */
    size_t n, capacity;
    struct spk_warnings warnings;
};

typedef bool spk_step_fn(struct spk_driver *driver, struct spk_err *err);

/* The steps: what Spark's constructor checks, and the work. */
spk_step_fn spk_basic_driver_check, spk_basic_driver;
spk_step_fn spk_driver_kubernetes_credentials;
spk_step_fn spk_driver_service_check, spk_driver_service;
spk_step_fn spk_mount_secrets;
spk_step_fn spk_env_secrets;
spk_step_fn spk_network_policy;
spk_step_fn spk_mount_volumes_check, spk_mount_volumes;
spk_step_fn spk_driver_command;
spk_step_fn spk_hadoop_conf_check, spk_hadoop_conf;
spk_step_fn spk_kerberos_conf_check, spk_kerberos_conf;
spk_step_fn spk_pod_template_configmap;
spk_step_fn spk_local_dirs_check, spk_local_dirs;
spk_step_fn spk_volcano;

/* Before and after the steps. */
spk_step_fn spk_submission_client_check; /* the options of Spark's own Kubernetes client */
spk_step_fn spk_driver_finish;           /* Client.run: ConfigMap, its volume, the container */

/** Run all steps of the version that are not excluded. @errors those of the steps */
bool spk_driver_steps_run(struct spk_driver *driver, struct spk_err *err) SPK_CHECK;

/** One value refused: the text is Spark's, the field where the value came from; false. */
bool spk_driver_refuse(struct spk_err *err, const struct spk_driver *driver, const char *key,
                       const char *fmt, ...) SPK_PRINTF(4, 5);

/* Building the pod. */
void spk_driver_env(struct spk_driver *driver, const char *name, const char *value);
/** A volume of the pod and its mount; gives the volume, which lacks its source. */
cJSON *spk_driver_volume(struct spk_driver *driver, const char *name, const char *path);
cJSON *spk_driver_mount(struct spk_driver *driver, const char *name, const char *path);
/** One more {key, path} of a volume's source; with is_mode also mode 0644. */
void spk_volume_item(cJSON *source, const char *key, const char *path, bool is_mode);

/** An object of the plan, after those that are there. */
void spk_driver_add(struct spk_driver *driver, enum spk_object_role role, cJSON *object);
/** An immutable ConfigMap or Secret; gives its data. */
cJSON *spk_driver_add_immutable(struct spk_driver *driver, enum spk_object_role role,
                                const char *name);

/** A line of spark.properties. */
void spk_driver_property(struct spk_driver *driver, const char *key, const char *value);

/** value with {{APP_ID}} replaced, and {{EXECUTOR_ID}} by nothing. */
const char *spk_driver_substitute(const struct spk_driver *driver, const char *value);

/** All labels that Spark gives the driver. @errors INVALID_FIELD  a reserved one is given */
bool spk_driver_labels(const struct spk_driver *driver, cJSON **out,
                       struct spk_err *err) SPK_CHECK;

/** Whether Spark would upload a resource: it has no scheme, or "file". */
bool spk_is_local_resource(struct spk_arena *arena, const char *resource);

/** Refuse an upload, with Spark's text when no upload path is set; false. */
bool spk_driver_refuse_upload(const struct spk_driver *driver, const char *key,
                              const char *resource, struct spk_err *err);

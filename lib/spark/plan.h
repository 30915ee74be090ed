/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plan.h: a submission becomes Kubernetes objects: the one entry function of the spark stage.
 */
#pragma once

#include "spark/submission.h"

/** Values that Spark draws at random or reads from the clock. */
struct spk_ids {
    const char *application_id; /* "spark-<32 hex>": spark.app.id */
    const char *unique_id;      /* 16 hex: the <id> of <prefix>-<id>-driver-svc and others */
    const char *conf_id;        /* 16 hex: spark-drv-<id>-conf-map */
    const char *service_id;     /* 16 hex: spark-<id>-driver-svc, when the name is too long */
    const char *pod_id;         /* 16 hex: <prefix>-<id>-driver, when nobody names the Pod */
    const char *local_dirs_id;  /* UUID: /var/data/spark-<id> */
    const char *submit_time_ms; /* spark.app.submitTime unless the user set it */
    bool is_time_of_call;       /* true if a repetition of the call would give another */
};

enum spk_object_role {
    SPK_ROLE_BEFORE, /* Spark makes it before the Pod (Volcano's PodGroup) */
    SPK_ROLE_POD,    /* the driver */
    SPK_ROLE_SECRET,
    SPK_ROLE_SERVICE,
    SPK_ROLE_POLICY, /* NetworkPolicy */
    SPK_ROLE_CLAIM,
    SPK_ROLE_CONFIGMAP,
};

struct spk_planned {
    cJSON *object; /* without owner references of Spark's, without marks */
    enum spk_object_role role;
};

struct spk_plan {
    struct spk_planned *objects; /* in the order of Spark's requests */
    size_t n;
    cJSON *pod; /* the object of SPK_ROLE_POD */
    const char *namespace_;
    const char *template_origin; /* of the driver's template; NULL: none */
    const char *application_id;
    const char *application_name;
    struct spk_conf properties; /* what spark.properties holds */
    struct spk_warnings warnings;
};

/**
 * Make the objects. Pure: equal input gives equal trees.
 *
 * @owner  *out lives in arena and may point into submission and ids
 * @errors INVALID_FIELD  a value of the configuration; err->field is its origin
 *         INVALID_POD_TEMPLATE  a template cannot be used
 *         UNSUPPORTED_FEATURE  only a JVM on the submitting machine could do it
 *         OBJECT_TOO_LARGE  an object is above limits.h
 * @source org.apache.spark.deploy.k8s.submit.KubernetesDriverBuilder, Client
 */
bool spk_plan_make(struct spk_arena *arena, const struct spk_submission *submission,
                   const struct spk_ids *ids, struct spk_plan *out,
                   struct spk_err *err) SPK_CHECK;

/**
 * Add the owner references that Spark writes: the driver Pod, with an empty uid, on every
 * object but the Pod itself. For views that show what spark-submit would have sent.
 */
void spk_plan_own(struct spk_arena *arena, struct spk_plan *plan);

/**
 * Check every name in the plan against the grammar of Kubernetes: before anything is sent, as
 * Spark does not. A plan that is only shown need not pass.
 *
 * @errors INVALID_FIELD  the name, blamed on the key that made it
 * @source k8s.io/apimachinery/pkg/util/validation
 */
bool spk_plan_check(struct spk_arena *arena, const struct spk_plan *plan,
                    struct spk_err *err) SPK_CHECK;

/**
 * Check what Spark reads first when the driver starts executors: if it is wrong, a driver
 * would end at once.
 *
 * @errors INVALID_FIELD  with Spark's text; field blamed by origin
 */
bool spk_executors_check(struct spk_arena *arena, const struct spk_submission *submission,
                         struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * marks.h: every label, annotation and gate that this program sets or reads on objects, or
 * that the Spark Operator, Spark or a batch scheduler gives a meaning to: each name once.
 */
#pragma once

/* ---- this program's own: only it may set them (translate/reserved_names.h) ---- */

#define SPK_MARK "spark-submit.internal/" /* the prefix of all of them */

#define SPK_MARK_ATTEMPT    SPK_MARK "attempt" /* label: the attempt, 16 hex digits */
#define SPK_MARK_APP_UID    SPK_MARK "app-uid" /* label: uid of the SparkApplication */
#define SPK_MARK_MUTATED    SPK_MARK "mutated" /* label: the pod has the webhook's changes */
#define SPK_MARK_KEY        SPK_MARK "key"     /* annotation: "<A>/<K>" */
#define SPK_MARK_INPUT      SPK_MARK "input-sha256" /* annotation of the driver: I */
#define SPK_MARK_TRANSLATOR SPK_MARK "translator"   /* annotation: who rendered it */
#define SPK_MARK_ORDER      SPK_MARK "order" /* annotation: counters of the application */

/** The scheduling gate that holds a driver of variant G until its children exist. */
#define SPK_GATE SPK_MARK "prepared"

/* ---- the Spark Operator's ---- */

#define SPK_OPERATOR_GROUP "sparkoperator.k8s.io/" /* also of its API */
#define SPK_OPERATOR_API   SPK_OPERATOR_GROUP "v1beta2"

#define SPK_LABEL_APP_NAME      SPK_OPERATOR_GROUP "app-name"
#define SPK_LABEL_LAUNCHED      SPK_OPERATOR_GROUP "launched-by-spark-operator"
#define SPK_LABEL_MUTATED       SPK_OPERATOR_GROUP "mutated-by-spark-operator"
#define SPK_LABEL_CREATED       SPK_OPERATOR_GROUP "created-by-spark-operator"
#define SPK_LABEL_SUBMISSION_ID SPK_OPERATOR_GROUP "submission-id"

/** The label with the submission id as a JSON pointer (RFC 6901). */
#define SPK_POINTER_SUBMISSION_ID "/metadata/labels/sparkoperator.k8s.io~1submission-id"

/* ---- Spark's ---- */

#define SPK_LABEL_SPARK_APP_ID   "spark-app-selector"
#define SPK_LABEL_SPARK_APP_NAME "spark-app-name"
#define SPK_LABEL_SPARK_ROLE     "spark-role"
#define SPK_LABEL_SPARK_VERSION  "spark-version"

/* Set by the driver on its executors. */
#define SPK_LABEL_SPARK_EXECUTOR_ID         "spark-exec-id"
#define SPK_LABEL_SPARK_RESOURCE_PROFILE_ID "spark-exec-resourceprofile-id"

/* Properties that set the labels with the submission id. */
#define SPK_CONF_DRIVER_SUBMISSION_ID "spark.kubernetes.driver.label." SPK_LABEL_SUBMISSION_ID
#define SPK_CONF_EXECUTOR_SUBMISSION_ID                                                       \
    "spark.kubernetes.executor.label." SPK_LABEL_SUBMISSION_ID

/* ---- of batch schedulers, kubectl and Prometheus ---- */

#define SPK_ANNOTATION_POD_GROUP         "scheduling.k8s.io/group-name" /* Volcano */
#define SPK_ANNOTATION_TASK_GROUP        "yunikorn.apache.org/task-group-name"
#define SPK_ANNOTATION_TASK_GROUPS       "yunikorn.apache.org/task-groups"
#define SPK_LABEL_PREFIX_KUEUE           "kueue.x-k8s.io/"
#define SPK_ANNOTATION_DEFAULT_CONTAINER "kubectl.kubernetes.io/default-container"
#define SPK_ANNOTATION_SCRAPE            "prometheus.io/scrape"
#define SPK_ANNOTATION_SCRAPE_PORT       "prometheus.io/port"
#define SPK_ANNOTATION_SCRAPE_PATH       "prometheus.io/path"

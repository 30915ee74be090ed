/* SPDX-License-Identifier: Apache-2.0 */
/**
 * pod_template.h: the pod that a driver starts from: nothing, or a template, whose containers
 * are split into the Spark container and the others.
 *
 * @source org.apache.spark.deploy.k8s.KubernetesUtils#loadPodFromTemplate,
 *         #selectSparkContainer
 */
#pragma once

#include "base/warning.h"
#include "kubernetes/schema/schema.h"
#include "spark/submission.h"

struct spk_pod_template {
    cJSON *pod; /* {apiVersion, kind, metadata, spec}; containers without the one below */
    cJSON *container; /* the Spark container: an empty object if there is none */
    bool is_named_container_missing; /* true if the name asked for fits none or several */
};

/** How the client of a Spark line reads a template; is_json: its text is JSON, not YAML. */
struct spk_fabric8 spk_client_reading(const struct spk_version *version, bool is_json);

/**
 * Load the driver's template. warnings (may be NULL) gets a UNKNOWN_FIELD_IGNORED for each
 * member that the table does not have; it stays in the pod, as Spark keeps it.
 *
 * @errors INVALID_POD_TEMPLATE  "Could not load pod from template file.", and why
 */
bool spk_pod_template_load(const struct spk_template *given, const struct spk_reader *reader,
                           struct spk_pod_template *out, struct spk_warnings *warnings,
                           struct spk_err *err) SPK_CHECK;

/**
 * The text of the executors' template; NULL if there is none. A text is given as it is,
 * a tree as canonical JSON. Unknown members are warned of if the text can be read.
 *
 * @errors INVALID_POD_TEMPLATE  not UTF-8, so no ConfigMap can hold it
 */
bool spk_executor_template_text(struct spk_arena *arena,
                                const struct spk_submission *submission, const char **out,
                                struct spk_warnings *warnings, struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * application.h: a SparkApplication (sparkoperator.k8s.io/v1beta2) from bytes of a stranger to
 * a message that later layers may trust: typed, defaulted, validated.
 */
#pragma once

#include "application/struct_field.h"
#include "base/err.h"
#include "base/warning.h"

struct spk_application_options {
    bool warn_unknown_fields; /* true if they are pruned with a warning instead of refused */
    bool apply_defaults;      /* true if what the operator's mutating webhook does is done */
};

/**
 * Read a manifest, JSON or YAML as kubectl reads it, exactly as kubectl prints it, status and
 * all.
 *
 * @owner  *out lives in arena
 * @errors INVALID_MANIFEST  JSON or YAML unusable, wrong kind or version
 *         UNKNOWN_FIELD     err->field is its path
 *         INVALID_FIELD     a value has the wrong type
 *         REQUEST_TOO_LARGE above SPK_MAX_REQUEST
 */
bool spk_application_read(struct spk_arena *arena, const char *bytes, size_t length,
                          const struct spk_application_options *options,
                          Spk__SparkApplication **out, struct spk_warnings *warnings,
                          struct spk_err *err) SPK_CHECK;

/**
 * Default (if asked to) and validate a message: what CRD schema, mutating and validating
 * webhook do, in their order. Typed messages of the wire and manifests alike come through
 * here. Afterwards the message is const, and:
 * - spec, driver, executor, deps and restartPolicy are there (empty if the input had none);
 * - maps are sorted by key and hold a key once; no key or text value is NULL;
 * - embedded objects are as Go writes them: quantities canonical, unknown fields gone.
 *
 * @errors UNKNOWN_FIELD  in an embedded object; every one hangs on err
 *         INVALID_FIELD  with the operator's text; every further violation hangs on err
 * @source spark-operator api/v1beta2/defaults.go, internal/webhook/sparkapplication_*.go, CRD
 */
bool spk_application_check(struct spk_arena *arena, Spk__SparkApplication *application,
                           const struct spk_application_options *options,
                           struct spk_warnings *warnings, struct spk_err *err) SPK_CHECK;

/**
 * Before anything is sent: names, labels, amounts, ports and variables of a checked
 * application by their grammars. The API server would refuse each later, in the driver's Pod
 * or in every executor's, or no object can ever have such a name.
 *
 * @errors INVALID_FIELD  every further violation hangs on err
 * @source k8s.io/kubernetes pkg/apis/core/validation
 */
bool spk_application_check_values(struct spk_arena *arena,
                                  const Spk__SparkApplication *application,
                                  struct spk_err *err) SPK_CHECK;

/** The application as JSON with the CRD's names, as Go would write it. */
cJSON *spk_application_tree(struct spk_arena *arena, const Spk__SparkApplication *application);

/* Parts of metadata and status that are read; NULL or the default if absent. */
const char *spk_application_name(const Spk__SparkApplication *application);
const char *
spk_application_namespace(const Spk__SparkApplication *application); /* "default" */
const char *spk_application_uid(const Spk__SparkApplication *application);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * checks.h: the steps of spk_application_check, in their order. Each takes a message that the
 * steps before have left in shape; what is wrong becomes findings.
 */
#pragma once

#include "application/struct_field.h"
#include "application/violations.h"
#include "base/warning.h"

/**
 * Sort maps by key, each key once (the last one), no key or value NULL: what is found does not
 * depend on the order in which a caller sent them.
 */
void spk_sort_maps(struct spk_arena *arena, Spk__SparkApplication *application);

/**
 * What the CRD requires. Unless strict, what the mutating webhook fills in as a zero value is
 * not asked for.
 *
 * @source CRD sparkapplications.sparkoperator.k8s.io, `required`
 */
void spk_check_required(struct spk_findings *findings, Spk__SparkApplication *application,
                        bool strict);

/**
 * Give the message the shape of the Go type: structs that are no pointers exist (driver,
 * executor, deps, restartPolicy).
 */
void spk_complete(struct spk_arena *arena, Spk__SparkApplication *application);

/**
 * Embedded Kubernetes objects as the API server and the operator's Go types leave them: nulls
 * go, the CRD's defaults come, types are checked, unknown fields go, quantities are canonical.
 *
 * @source CRD defaults; k8s.io/api core/v1, networking/v1
 */
void spk_settle_embedded(struct spk_findings *findings, Spk__SparkApplication *application);

/**
 * Fill in the operator's defaults; returns whether there was anything to fill in.
 *
 * @source spark-operator api/v1beta2/defaults.go: SetSparkApplicationDefaults
 */
bool spk_apply_defaults(Spk__SparkApplicationSpec *spec);

/** @source CRD: enum, minimum, maximum, pattern */
void spk_check_values(struct spk_findings *findings, Spk__SparkApplication *application);

/** Name, namespace, labels and annotations. @source k8s.io/apimachinery pkg/api/validation */
void spk_check_metadata(struct spk_findings *findings,
                        const Spk__SparkApplication *application);

/**
 * What the validating webhook refuses, in its order and with its texts.
 *
 * @source spark-operator internal/webhook/sparkapplication_validator.go,
 * sparkconf_validator.go
 */
void spk_check_webhook(struct spk_findings *findings,
                       const Spk__SparkApplication *application);

/** DEPRECATED_FIELD for what the API calls deprecated, or keeps and does not use. */
void spk_warn_deprecated(struct spk_arena *arena, Spk__SparkApplication *application,
                         struct spk_warnings *warnings);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * unknown.h: fields that nobody knows, in our own messages and in embedded Kubernetes objects:
 * refused, every one by name, or pruned with a warning.
 */
#pragma once

#include "application/struct_field.h"
#include "application/violations.h"
#include "base/nearest.h"
#include "base/warning.h"

/** How they are told; findings has the path of where we are. */
struct spk_unknowns {
    struct spk_findings *findings;
    struct spk_warnings *warnings;
    bool warn;     /* true if they are a warning instead of an error */
    size_t warned; /* of how many so far */
};

/** Whether one more is still told; beyond SPK_MAX_VIOLATIONS they are only counted. */
bool spk_unknowns_have_room(const struct spk_unknowns *unknowns);
void spk_unknown_count(struct spk_unknowns *unknowns);

/** There is no field called key at the findings' path, of which key is the last step. */
void spk_unknown_field(struct spk_unknowns *unknowns, const char *key,
                       const struct spk_nearest *nearest);

/**
 * Look through all embedded Kubernetes objects. Below a pod template unknown fields are always
 * warned of and pruned, as the CRD keeps them and the operator's Go types drop them. status
 * and metadata.managedFields are not looked at.
 *
 * @source Kubernetes: strict decoding of a custom resource
 */
void spk_check_unknown(struct spk_unknowns *unknowns, Spk__SparkApplication *application);

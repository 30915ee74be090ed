/* SPDX-License-Identifier: Apache-2.0 */
/**
 * embedded.h: what the CRD's schema does to an embedded Kubernetes object before Go's types
 * see it, and the keys of its list-maps.
 */
#pragma once

#include "application/violations.h"
#include "json/json.h"

#include <protobuf-c/protobuf-c.h>

/** The Kubernetes type of an embedded object that has one in the schema table: "EnvVar"; NULL
 * for other fields, and for maps of resources. */
const char *spk_embedded_type(const ProtobufCFieldDescriptor *field);

/** Remove members that are null, at every depth; null elements of lists stay. */
void spk_embedded_drop_nulls(cJSON *tree);

/**
 * Add the defaults that the CRD has for a type where their parent is present.
 *
 * @source CRD sparkapplications.sparkoperator.k8s.io, `default`; those of empty names are left
 *         out, as Go drops them again
 */
void spk_embedded_defaults(cJSON *tree, const char *type);

/**
 * Find the same key given twice in a list-map of a container (env, ports, volumeMounts, ...).
 *
 * @source CRD, x-kubernetes-list-map-keys
 */
void spk_embedded_duplicates(struct spk_findings *findings, const cJSON *container);

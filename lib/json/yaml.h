/* SPDX-License-Identifier: Apache-2.0 */
/**
 * yaml.h: YAML of strangers into a tree, and a tree as YAML. Two dialects, which type plain
 * scalars differently: that of kubectl for manifests, that of Spark's Kubernetes client for
 * pod template files. Both are bounded like JSON (read.h), where what an alias stands for
 * counts again, and take one document (empty ones around it do not count).
 */
#pragma once

#include "base/err.h"
#include "base/warning.h"
#include "json/json.h"

/**
 * Read a manifest that is YAML as kubectl does: YAML 1.1, so yes and off are booleans and 0644
 * is octal. Anchors, aliases and merge keys are expanded; a merge is a writing at its place,
 * of a list of maps the first wins; of keys given twice the last counts. Tags other than those
 * of JSON's types, directives and keys that are no scalars are refused. Integers beyond int64
 * become doubles, as in Kubernetes.
 *
 * @owner  *out lives in arena, no byte of input is kept; warnings (DUPLICATE_KEY) may be NULL
 * @errors INVALID_MANIFEST  err->text starts with "line L, column C: "; notes "line", "column"
 * @source sigs.k8s.io/yaml 1.6.0 YAMLToJSON, go.yaml.in/yaml/v2 2.4.2 decode.go, resolve.go
 */
bool spk_yaml_read(struct spk_arena *arena, const char *bytes, size_t length,
                   struct spk_warnings *warnings, cJSON **out, struct spk_err *err) SPK_CHECK;

/**
 * Read the text of a pod template as Spark's Kubernetes client does: JSON if the first
 * non-blank byte is '{', else YAML with the types of YAML 1.2's JSON schema.
 *
 * Numbers of YAML carry Java's text ("1000.0" for 1e3), those of JSON their own; what is not
 * one of JSON's scalars (yes, 010, 0x1F, ~) is a string. spk_schema_fabric8 makes fields of
 * it.
 *
 * @errors INVALID_POD_TEMPLATE  as spk_yaml_read
 * @source io.fabric8.kubernetes.client.utils.Serialization, org.snakeyaml.engine
 *         JsonScalarResolver
 */
bool spk_yaml_read_template(struct spk_arena *arena, const char *bytes, size_t length,
                            cJSON **out, bool *is_json, struct spk_err *err) SPK_CHECK;

/**
 * Block YAML with sorted keys and a final line feed, as sigs.k8s.io/yaml writes it;
 * spk_yaml_read reads an equal tree from it.
 *
 * @source go.yaml.in/yaml/v2 2.4.2 encode.go, sorter.go
 */
char *spk_yaml_write(struct spk_arena *arena, const cJSON *tree);

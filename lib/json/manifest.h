/* SPDX-License-Identifier: Apache-2.0 */
/**
 * manifest.h: the bytes of a manifest, JSON or YAML, into a tree, as kubectl reads a file.
 */
#pragma once

#include "base/err.h"
#include "base/warning.h"
#include "json/json.h"

/**
 * Read one document. One whose first non-blank byte is '{' is JSON, or else YAML in flow
 * style.
 *
 * @owner  *out lives in arena, no byte of input is kept; warnings may be NULL
 * @errors as spk_json_read_manifest and spk_yaml_read
 * @source k8s.io/apimachinery/pkg/util/yaml YAMLOrJSONDecoder
 */
bool spk_manifest_read(struct spk_arena *arena, const char *bytes, size_t length,
                       struct spk_warnings *warnings, cJSON **out,
                       struct spk_err *err) SPK_CHECK;

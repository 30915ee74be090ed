/* SPDX-License-Identifier: Apache-2.0 */
/**
 * read.h: JSON bytes of strangers into a tree. Strict RFC 8259: UTF-8 without NUL or lone
 * surrogates, no duplicate keys (but in manifests and templates), nothing after the value;
 * depth, nodes, keys and elements are bounded by limits.h. Numbers keep their text; an integer
 * must fit int64, an exponent stay within +-308. A manifest's numbers beyond that are read as
 * kubectl does.
 */
#pragma once

#include "base/err.h"
#include "base/warning.h"
#include "json/json.h"

/**
 * Read one value.
 *
 * @owner  *out lives in arena, no byte of input is kept
 * @errors INVALID_MANIFEST  err->text starts with "line L, column C: "; notes "line", "column"
 */
bool spk_json_read(struct spk_arena *arena, const char *bytes, size_t length, cJSON **out,
                   struct spk_err *err) SPK_CHECK;

/**
 * Read what an API server stores, which may be a text with U+0000 that we sent: it is held as
 * SPK_TEXT_NUL. A list of Pods may have more values than a manifest (SPK_MAX_REPLY_NODES).
 *
 * @owner  as spk_json_read
 * @errors INVALID_MANIFEST  as spk_json_read
 */
bool spk_json_read_stored(struct spk_arena *arena, const char *bytes, size_t length,
                          cJSON **out, struct spk_err *err) SPK_CHECK;

/**
 * Read a template that is JSON, as Jackson does: of keys given twice the last counts.
 *
 * @owner  as spk_json_read
 * @errors INVALID_MANIFEST  as spk_json_read
 */
bool spk_json_read_template(struct spk_arena *arena, const char *bytes, size_t length,
                            cJSON **out, struct spk_err *err) SPK_CHECK;

/**
 * Read a manifest that is JSON: an integer beyond int64 is the double next to it, as in YAML,
 * for whoever knows the field to refuse; of keys given twice the last counts.
 *
 * @owner  as spk_json_read; warnings (DUPLICATE_KEY) may be NULL
 * @errors INVALID_FIELD     a number is beyond a double; err->field is its path
 *         INVALID_MANIFEST  as spk_json_read
 * @source encoding/json and k8s.io/apimachinery/pkg/util/json: int64, else float64
 */
bool spk_json_read_manifest(struct spk_arena *arena, const char *bytes, size_t length,
                            struct spk_warnings *warnings, cJSON **out,
                            struct spk_err *err) SPK_CHECK;

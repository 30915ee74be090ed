/* SPDX-License-Identifier: Apache-2.0 */
/**
 * patch.h: the two patches that the API server in memory understands.
 *
 * @source RFC 6902 (test, add, replace, remove) and RFC 7386
 */
#pragma once

#include "base/err.h"
#include "json/json.h"

/**
 * Apply a JSON patch to tree, all of it or, on failure, up to the operation that failed.
 *
 * @errors KUBE_REJECTED  an operation that is unknown, has no target, or a test that fails
 */
bool spk_patch_apply(cJSON *tree, const cJSON *patch, struct spk_err *err) SPK_CHECK;

/** Merge patch into object: null removes, an object is merged, anything else replaces. */
void spk_patch_merge(cJSON *object, const cJSON *patch);

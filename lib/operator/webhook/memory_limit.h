/* SPDX-License-Identifier: Apache-2.0 */
/** memory_limit.h: a memoryLimit as the operator's webhook turns it into a quantity. */
#pragma once

#include "base/err.h"

/**
 * "512m" is "512Mi", "1.5g" is "1536Mi"; what has no such suffix is a quantity already.
 *
 * @errors INVALID_FIELD  "failed to parse memory limit <raw>: ..."
 * @source spark-operator internal/webhook/sparkpod_defaulter.go: addMemoryLimit;
 *         pkg/util: ConvertJavaMemoryStringToK8sMemoryString
 */
bool spk_memory_limit(struct spk_arena *arena, const char *text, const char **out,
                      struct spk_err *err) SPK_CHECK;

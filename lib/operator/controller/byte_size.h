/* SPDX-License-Identifier: Apache-2.0 */
/** byte_size.h: JVM memory as the operator's YuniKorn code reads and sums it. */
#pragma once

#include "operator/working_copy.h"

/**
 * Bytes of "512m" or "2gb"; a suffix is needed.
 *
 * @errors INVALID_FIELD  "unable to parse byte string: 512"
 * @source spark-operator internal/scheduler/yunikorn/resourceusage/java.go
 */
bool spk_byte_size(const char *text, int64_t *out, struct spk_err *err) SPK_CHECK;

/**
 * What a pod asks for, as "896Mi".
 *
 * @errors INVALID_FIELD  a size or the overhead factor cannot be read
 * @source spark-operator internal/scheduler/yunikorn/resourceusage/{memory,resource_usage}.go
 */
bool spk_pod_memory(const struct spk_working_copy *draft, const struct spk_role *role,
                    const char **out, struct spk_err *err) SPK_CHECK;

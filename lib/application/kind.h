/* SPDX-License-Identifier: Apache-2.0 */
/** kind.h: whether an object is a SparkApplication of the version we serve. */
#pragma once

#include "base/err.h"

/**
 * NULL as version or kind is taken for the right one.
 *
 * @errors INVALID_MANIFEST  says what to send instead
 */
bool spk_kind_check(const char *api_version, const char *kind, struct spk_err *err) SPK_CHECK;

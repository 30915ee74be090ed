/* SPDX-License-Identifier: Apache-2.0 */
/** semver.h: the order of Spark versions as the operator sees it. */
#pragma once

#include <stdbool.h>

/**
 * Negative, 0 or positive. A leading "v" may be missing; an invalid version comes before
 * every valid one and equals every invalid one.
 *
 * @source spark-operator pkg/util: CompareSemanticVersions; golang.org/x/mod/semver
 */
int spk_semver_compare(const char *a, const char *b);

/** Whether the version has no pod templates yet: below 3.0.0. NULL counts as "". */
bool spk_semver_before_3(const char *version);

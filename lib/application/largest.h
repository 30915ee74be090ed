/* SPDX-License-Identifier: Apache-2.0 */
/** largest.h: which part of an application has most in it. */
#pragma once

#include "application/application.h"

/**
 * The path of the field of spec, spec.driver or spec.executor with most text and most
 * elements, such as "spec.driver.labels": what to name when all of it is too much. "spec" if
 * there is none.
 */
const char *spk_application_largest(struct spk_arena *arena,
                                    const Spk__SparkApplication *application);

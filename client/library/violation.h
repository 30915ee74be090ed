/* SPDX-License-Identifier: Apache-2.0 */
/** violation.h: how the violations of a struct sparksubmit_error are written. For our
 * libraries. */
#pragma once

#include "sparksubmit/error.h"

/** Append one; without a field, or when it does not fit any more, it is left out. */
void spk_error_add_violation(struct sparksubmit_error *error, const char *field,
                             const char *description);

/* SPDX-License-Identifier: Apache-2.0 */
/** call_error.h: the error of a call to a server, for programs that have one kind of error. */
#pragma once

#include "base/err.h"
#include "sparksubmit/error.h"

/** error's text without the field that a server puts before it: "driver.memory: ...". */
const char *spk_error_clause(const struct sparksubmit_error *error);

/** The outcome of the call and the advice for repeating it, in the words of base/reason.h. */
enum spk_outcome spk_error_outcome(const struct sparksubmit_error *error);
enum spk_retry spk_error_retry(const struct sparksubmit_error *error);

/**
 * Take over error: reason, text, field, further violations, outcome, advice, and the notes
 * attempt, idempotency_key and default_idempotency_key. A server that gave no reason, or one
 * of a later time, has not answered: KUBE_UNREACHABLE. Returns false.
 *
 * @owner  violations and notes live in arena
 */
bool spk_err_from_error(struct spk_arena *arena, const struct sparksubmit_error *error,
                        struct spk_err *err);

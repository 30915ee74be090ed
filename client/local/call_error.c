/* SPDX-License-Identifier: Apache-2.0 */
#include "local/call_error.h"

#include "base/text.h"

enum spk_outcome spk_error_outcome(const struct sparksubmit_error *error)
{
    static const enum spk_outcome outcomes[] = {
        [SPARKSUBMIT_OUTCOME_NOT_CREATED] = SPK_NOT_CREATED,
        [SPARKSUBMIT_OUTCOME_PARTIAL] = SPK_PARTIAL,
        [SPARKSUBMIT_OUTCOME_CREATED] = SPK_CREATED,
        [SPARKSUBMIT_OUTCOME_UNSETTLED] = SPK_OUTCOME_UNKNOWN,
    };

    return outcomes[error->outcome];
}

enum spk_retry spk_error_retry(const struct sparksubmit_error *error)
{
    static const enum spk_retry retries[] = {
        [SPARKSUBMIT_ADVICE_NO] = SPK_RETRY_NO,
        [SPARKSUBMIT_ADVICE_SAME_KEY] = SPK_RETRY_SAME_KEY,
        [SPARKSUBMIT_ADVICE_NEW_KEY] = SPK_RETRY_NEW_KEY,
    };

    return retries[error->retry];
}

static enum spk_reason reason_of(const struct sparksubmit_error *error)
{
    enum spk_reason reason = SPK_REASON_COUNT;

    if (*error->reason)
        for (reason = SPK_NO_REASON; reason < SPK_REASON_COUNT; reason++)
            if (spk_text_equal(spk_reason_name(reason), error->reason))
                break;
    return reason;
}

const char *spk_error_clause(const struct sparksubmit_error *error)
{
    size_t length = strlen(error->field);
    bool is_named = length && spk_starts_with(error->text, error->field) &&
                    spk_starts_with(error->text + length, ": ");

    return is_named ? error->text + length + 2 : error->text;
}

static const char *given(struct spk_arena *arena, const char *text)
{
    return *text ? spk_strdup(arena, text) : NULL;
}

bool spk_err_from_error(struct spk_arena *arena, const struct sparksubmit_error *error,
                        struct spk_err *err)
{
    enum spk_reason reason = reason_of(error);
    const char *field, *text;

    if (reason == SPK_REASON_COUNT)
        (void)spk_fail(err, SPK_KUBE_UNREACHABLE, "the server did not answer: %s",
                       error->text);
    else
        (void)spk_fail(err, reason, "%s", spk_error_clause(error));
    (void)spk_fail_at(err, "%s", error->field);
    err->outcome = spk_error_outcome(error);
    err->retry_after_ms = error->retry_after_ms > 0 ? error->retry_after_ms : 0;
    /* The first is error->field, where there is one. */
    for (size_t i = *error->field ? 1 : 0;
         sparksubmit_error_violation(error, i, &field, &text); i++)
        spk_err_violation(err, arena, spk_strdup(arena, field), spk_strdup(arena, text));
    spk_err_note(err, arena, "attempt", given(arena, error->attempt));
    spk_err_note(err, arena, "idempotency_key", given(arena, error->idempotency_key));
    spk_err_note(err, arena, "default_idempotency_key",
                 given(arena, error->default_idempotency_key));
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "local/call_error.h"

#include "library/violation.h"
#include "test.h"

static void test_nothing_is_dropped(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
    struct sparksubmit_error error = {
        .code = 3,
        .outcome = SPARKSUBMIT_OUTCOME_PARTIAL,
        .retry_after_ms = 1500,
        .reason = "INVALID_FIELD",
        .field = "driver.memory",
        .text = "driver.memory: 'x' is no size",
        .attempt = "0123456789abcdef",
        .idempotency_key = "k",
        .default_idempotency_key = "d",
    };
    struct spk_err err = {0};

    spk_error_add_violation(&error, "driver.memory", "'x' is no size");
    spk_error_add_violation(&error, "driver.cores", "0 is too few");
    CU_ASSERT_FALSE(spk_err_from_error(&arena, &error, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    CU_ASSERT_EQUAL(err.outcome, SPK_PARTIAL);
    CU_ASSERT_EQUAL(err.retry_after_ms, 1500);
    SPK_ASSERT_TEXT(err.field, "driver.memory");
    SPK_ASSERT_TEXT(err.text, "'x' is no size");
    CU_ASSERT_PTR_NOT_NULL_FATAL(err.violations);
    SPK_ASSERT_TEXT(err.violations->field, "driver.cores");
    SPK_ASSERT_TEXT(err.violations->text, "0 is too few");
    CU_ASSERT_PTR_NULL(err.violations->next);
    CU_ASSERT_PTR_NOT_NULL_FATAL(err.notes);
    SPK_ASSERT_TEXT(err.notes->key, "attempt");
    SPK_ASSERT_TEXT(err.notes->value, "0123456789abcdef");
    CU_ASSERT_PTR_NOT_NULL_FATAL(err.notes->next);
    SPK_ASSERT_TEXT(err.notes->next->key, "idempotency_key");
    SPK_ASSERT_TEXT(err.notes->next->value, "k");
    CU_ASSERT_PTR_NOT_NULL_FATAL(err.notes->next->next);
    SPK_ASSERT_TEXT(err.notes->next->next->key, "default_idempotency_key");
    SPK_ASSERT_TEXT(err.notes->next->next->value, "d");
}

static void test_outcomes_are_mapped(void)
{
    static const enum spk_outcome outcomes[] = {
        [SPARKSUBMIT_OUTCOME_NOT_CREATED] = SPK_NOT_CREATED,
        [SPARKSUBMIT_OUTCOME_PARTIAL] = SPK_PARTIAL,
        [SPARKSUBMIT_OUTCOME_CREATED] = SPK_CREATED,
        [SPARKSUBMIT_OUTCOME_UNSETTLED] = SPK_OUTCOME_UNKNOWN,
    };

    for (size_t i = 0; i < SPK_LEN(outcomes); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
        struct sparksubmit_error error = {.outcome = (int)i, .retry_after_ms = -1};
        struct spk_err err = {0};

        (void)spk_err_from_error(&arena, &error, &err);
        CU_ASSERT_EQUAL(err.outcome, outcomes[i]);
        CU_ASSERT_EQUAL(err.retry_after_ms, 0);
        CU_ASSERT_PTR_NULL(err.notes);
    }
}

static void test_advice_is_mapped(void)
{
    static const enum spk_retry retries[] = {
        [SPARKSUBMIT_ADVICE_NO] = SPK_RETRY_NO,
        [SPARKSUBMIT_ADVICE_SAME_KEY] = SPK_RETRY_SAME_KEY,
        [SPARKSUBMIT_ADVICE_NEW_KEY] = SPK_RETRY_NEW_KEY,
    };

    for (size_t i = 0; i < SPK_LEN(retries); i++)
        CU_ASSERT_EQUAL(spk_error_retry(&(struct sparksubmit_error){.retry = (int)i}),
                        retries[i]);
}

static void test_without_a_known_reason_nobody_answered(void)
{
    static const char *const reasons[] = {"", "OF_A_LATER_SERVER"};

    for (size_t i = 0; i < SPK_LEN(reasons); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
        struct sparksubmit_error error = {.text = "cannot connect"};
        struct spk_err err = {0};

        (void)snprintf(error.reason, sizeof(error.reason), "%s", reasons[i]);
        (void)spk_err_from_error(&arena, &error, &err);
        CU_ASSERT_EQUAL(err.reason, SPK_KUBE_UNREACHABLE);
        SPK_ASSERT_TEXT(err.text, "the server did not answer: cannot connect");
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(nothing_is_dropped),
    SPK_TEST(outcomes_are_mapped),
    SPK_TEST(advice_is_mapped),
    SPK_TEST(without_a_known_reason_nobody_answered),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("call_error", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reason.h"

#include "test.h"

/* What was published: rows are added at the end of their code, none is ever changed. */
static const struct {
    const char *reason, *code, *retry;
} published[] = {
    {"INVALID_MESSAGE", "INVALID_ARGUMENT", "NO"},
    {"UNKNOWN_FIELD", "INVALID_ARGUMENT", "NO"},
    {"INVALID_FIELD", "INVALID_ARGUMENT", "NO"},
    {"INVALID_MANIFEST", "INVALID_ARGUMENT", "NO"},
    {"INVALID_SPARK_SUBMIT_ARGS", "INVALID_ARGUMENT", "NO"},
    {"INVALID_POD_TEMPLATE", "INVALID_ARGUMENT", "NO"},
    {"UNSUPPORTED_SPARK_VERSION", "INVALID_ARGUMENT", "NO"},
    {"UNSUPPORTED_FEATURE", "INVALID_ARGUMENT", "NO"},
    {"KUBE_REJECTED", "INVALID_ARGUMENT", "NO"},
    {"KUBE_QUOTA_UNSPECIFIED", "INVALID_ARGUMENT", "NO"},
    {"CREDENTIALS_MISSING", "UNAUTHENTICATED", "NO"},
    {"CREDENTIALS_INVALID", "UNAUTHENTICATED", "NO"},
    {"POLICY_DENIED", "PERMISSION_DENIED", "NO"},
    {"KUBE_FORBIDDEN", "PERMISSION_DENIED", "NO"},
    {"NAMESPACE_NOT_FOUND", "NOT_FOUND", "NO"},
    {"APPLICATION_NOT_FOUND", "NOT_FOUND", "NO"},
    {"SUBMISSION_NOT_FOUND", "NOT_FOUND", "NO"},
    {"HEALTH_SERVICE_UNKNOWN", "NOT_FOUND", "NO"},
    {"DRIVER_POD_EXISTS", "ALREADY_EXISTS", "NO"},
    {"REQUEST_ID_REUSED", "FAILED_PRECONDITION", "NEW_KEY"},
    {"OBJECT_FOREIGN", "FAILED_PRECONDITION", "NEW_KEY"},
    {"ATTEMPT_EXPIRED", "FAILED_PRECONDITION", "NEW_KEY"},
    {"GATES_UNSUPPORTED", "FAILED_PRECONDITION", "NO"},
    {"APPLICATION_SUSPENDED", "FAILED_PRECONDITION", "NO"},
    {"POD_SECURITY_VIOLATION", "FAILED_PRECONDITION", "NO"},
    {"SERVICE_ACCOUNT_MISSING", "FAILED_PRECONDITION", "NO"},
    {"NAMESPACE_TERMINATING", "FAILED_PRECONDITION", "NO"},
    {"ADMISSION_DENIED", "FAILED_PRECONDITION", "NO"},
    {"DRY_RUN_UNSUPPORTED", "FAILED_PRECONDITION", "NO"},
    {"KIND_UNKNOWN", "FAILED_PRECONDITION", "NO"},
    {"KUBE_QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED", "SAME_KEY"},
    {"SERVER_OVERLOADED", "RESOURCE_EXHAUSTED", "SAME_KEY"},
    {"TENANT_RATE_LIMITED", "RESOURCE_EXHAUSTED", "SAME_KEY"},
    {"REQUEST_TOO_LARGE", "RESOURCE_EXHAUSTED", "NO"},
    {"RESULT_TOO_LARGE", "RESOURCE_EXHAUSTED", "NO"},
    {"OBJECT_TOO_LARGE", "RESOURCE_EXHAUSTED", "NO"},
    {"SUBMISSION_BEING_DELETED", "ABORTED", "NEW_KEY"},
    {"APPLICATION_DELETED", "ABORTED", "NO"},
    {"TRANSLATOR_CHANGED", "ABORTED", "NEW_KEY"},
    {"KUBE_UNREACHABLE", "UNAVAILABLE", "SAME_KEY"},
    {"KUBE_ERROR", "UNAVAILABLE", "SAME_KEY"},
    {"KUBE_THROTTLED", "UNAVAILABLE", "SAME_KEY"},
    {"KUBE_QUOTA_UNKNOWN", "UNAVAILABLE", "SAME_KEY"},
    {"KUBE_CREDENTIALS_REJECTED", "UNAVAILABLE", "SAME_KEY"},
    {"PREVIOUS_RUN_TERMINATING", "UNAVAILABLE", "SAME_KEY"},
    {"SERVER_DRAINING", "UNAVAILABLE", "SAME_KEY"},
    {"AUDIT_UNAVAILABLE", "UNAVAILABLE", "SAME_KEY"},
    {"DEADLINE_BEFORE_START", "DEADLINE_EXCEEDED", "SAME_KEY"},
    {"DEADLINE_DURING_SUBMIT", "DEADLINE_EXCEEDED", "SAME_KEY"},
    {"CALL_CANCELLED", "CANCELLED", "SAME_KEY"},
    {"METHOD_UNKNOWN", "UNIMPLEMENTED", "NO"},
    {"METHOD_DISABLED", "UNIMPLEMENTED", "NO"},
    {"INTERNAL_ERROR", "INTERNAL", "SAME_KEY"},
};

static void test_reasons_are_as_they_were_published(void)
{
    size_t n = sizeof(published) / sizeof(published[0]);

    CU_ASSERT_EQUAL(n, SPK_REASON_COUNT - 1);
    for (size_t i = 0; i < n; i++) {
        size_t found = 0;

        for (int reason = 1; reason < SPK_REASON_COUNT; reason++) {
            if (strcmp(spk_reason_name((enum spk_reason)reason), published[i].reason) != 0)
                continue;
            found++;
            SPK_ASSERT_TEXT(spk_code_name(spk_reason_code((enum spk_reason)reason)),
                            published[i].code);
            SPK_ASSERT_TEXT(spk_retry_name(spk_reason_retry((enum spk_reason)reason)),
                            published[i].retry);
        }
        CU_ASSERT_EQUAL(found, 1);
    }
}

static void test_codes_and_outcomes_have_their_names(void)
{
    SPK_ASSERT_TEXT(spk_reason_name(SPK_NO_REASON), "");
    SPK_ASSERT_TEXT(spk_code_name(SPK_OK), "OK");
    SPK_ASSERT_TEXT(spk_code_name(SPK_UNAUTHENTICATED), "UNAUTHENTICATED");
    SPK_ASSERT_TEXT(spk_code_name((enum spk_code)17), "UNKNOWN");
    SPK_ASSERT_TEXT(spk_outcome_name(SPK_NOT_CREATED), "NOT_CREATED");
    SPK_ASSERT_TEXT(spk_outcome_name(SPK_PARTIAL), "PARTIAL");
    SPK_ASSERT_TEXT(spk_outcome_name(SPK_CREATED), "CREATED");
    SPK_ASSERT_TEXT(spk_outcome_name(SPK_OUTCOME_UNKNOWN), "UNKNOWN");
}

static CU_TestInfo tests[] = {
    SPK_TEST(reasons_are_as_they_were_published),
    SPK_TEST(codes_and_outcomes_have_their_names),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("reason", tests)

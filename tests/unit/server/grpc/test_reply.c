/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "grpc/reply.h"
#include "test.h"

/* A reply as a client sees it. */
struct seen {
    Google__Rpc__Status *status;
    Google__Rpc__ErrorInfo *info;
    Google__Rpc__BadRequest *bad;
    Google__Rpc__RetryInfo *retry;
    Google__Rpc__ResourceInfo *resource;
    Google__Rpc__QuotaFailure *quota;
    Google__Rpc__PreconditionFailure *precondition;
};

static void *find(const Google__Rpc__Status *status, const char *type,
                  const ProtobufCMessageDescriptor *descriptor)
{
    void *found = NULL;

    for (size_t i = 0; i < status->n_details; i++) {
        const Google__Protobuf__Any *any = status->details[i];

        if (strcmp(any->type_url + strlen("type.googleapis.com/google.rpc."), type) != 0)
            continue;
        CU_ASSERT_PTR_NULL(found);
        found = protobuf_c_message_unpack(descriptor, NULL, any->value.len, any->value.data);
        CU_ASSERT_PTR_NOT_NULL(found);
    }
    return found;
}

static struct seen look(const struct spk_reply *reply)
{
    struct seen seen = {
        .status = google__rpc__status__unpack(NULL, reply->details_length, reply->details)};

    CU_ASSERT_PTR_NOT_NULL_FATAL(seen.status);
    CU_ASSERT_EQUAL(seen.status->code, (int)reply->code);
    SPK_ASSERT_TEXT(seen.status->message, reply->message);
    SPK_ASSERT_TEXT(seen.status->details[0]->type_url,
                    "type.googleapis.com/google.rpc.ErrorInfo");
    seen.info = find(seen.status, "ErrorInfo", &google__rpc__error_info__descriptor);
    seen.bad = find(seen.status, "BadRequest", &google__rpc__bad_request__descriptor);
    seen.retry = find(seen.status, "RetryInfo", &google__rpc__retry_info__descriptor);
    seen.resource = find(seen.status, "ResourceInfo", &google__rpc__resource_info__descriptor);
    seen.quota = find(seen.status, "QuotaFailure", &google__rpc__quota_failure__descriptor);
    seen.precondition = find(seen.status, "PreconditionFailure",
                             &google__rpc__precondition_failure__descriptor);
    return seen;
}

static void forget(struct seen *seen)
{
    void *all[] = {seen->info,     seen->bad,   seen->retry,
                   seen->resource, seen->quota, seen->precondition};

    for (size_t i = 0; i < SPK_LEN(all); i++)
        protobuf_c_message_free_unpacked(all[i], NULL);
    google__rpc__status__free_unpacked(seen->status, NULL);
}

static const char *metadata(const struct seen *seen, const char *key)
{
    for (size_t i = 0; i < seen->info->n_metadata; i++)
        if (strcmp(seen->info->metadata[i]->key, key) == 0)
            return seen->info->metadata[i]->value;
    return NULL;
}

static void test_a_refused_field_is_a_bad_request(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_err err = {0};
    struct spk_reply reply;

    (void)spk_fail(&err, SPK_INVALID_FIELD, "'12x' is not a size");
    (void)spk_fail_at(&err, "spec.driver.memory");
    spk_err_violation(&err, &arena, "spec.type", "is missing");
    spk_err_note(&err, &arena, "line", "3");
    spk_reply_make(&arena, &err, "id-1", 7, &reply);
    CU_ASSERT_EQUAL(reply.code, SPK_INVALID_ARGUMENT);
    SPK_ASSERT_TEXT(reply.message, "spec.driver.memory: '12x' is not a size");
    SPK_ASSERT_TEXT(reply.pushback, "-1");
    struct seen seen = look(&reply);
    SPK_ASSERT_TEXT(seen.info->reason, "INVALID_FIELD");
    SPK_ASSERT_TEXT(seen.info->domain, "spark-submit.internal");
    SPK_ASSERT_TEXT(metadata(&seen, "outcome"), "NOT_CREATED");
    SPK_ASSERT_TEXT(metadata(&seen, "retry"), "NO");
    SPK_ASSERT_TEXT(metadata(&seen, "request_id"), "id-1");
    SPK_ASSERT_TEXT(metadata(&seen, "line"), "3");
    CU_ASSERT_FATAL(seen.bad && seen.bad->n_field_violations == 2);
    SPK_ASSERT_TEXT(seen.bad->field_violations[0]->field, "spec.driver.memory");
    SPK_ASSERT_TEXT(seen.bad->field_violations[1]->description, "is missing");
    CU_ASSERT_PTR_NULL(seen.retry);
    forget(&seen);
}

static void test_each_reason_has_its_details(void)
{
    static const struct {
        enum spk_reason reason;
        bool bad, retry, resource, quota, precondition;
        const char *pushback;
    } cases[] = {
        {SPK_SERVER_OVERLOADED, false, true, false, false, false, "1007"},
        {SPK_SERVER_DRAINING, false, true, false, false, false, "1007"},
        {SPK_KUBE_QUOTA_EXCEEDED, false, true, false, true, false, "30000"},
        {SPK_KUBE_QUOTA_UNSPECIFIED, false, false, false, true, false, "-1"},
        {SPK_DRIVER_POD_EXISTS, false, false, true, false, false, "-1"},
        {SPK_PREVIOUS_RUN_TERMINATING, false, true, true, false, false, "1000"},
        {SPK_POD_SECURITY_VIOLATION, false, false, false, false, true, "-1"},
        {SPK_REQUEST_ID_REUSED, false, false, false, false, false, "-1"},
        {SPK_KUBE_UNREACHABLE, false, true, false, false, false, "1000"},
        {SPK_INTERNAL_ERROR, false, false, false, false, false, NULL},
        {SPK_METHOD_UNKNOWN, false, false, false, false, false, "-1"},
        {SPK_UNKNOWN_FIELD, true, false, false, false, false, "-1"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        struct spk_reply reply;

        (void)spk_fail(&err, cases[i].reason, "text");
        spk_err_note(&err, &arena, "kind", "Pod");
        spk_err_note(&err, &arena, "name", "pi");
        spk_reply_make(&arena, &err, "id", 507, &reply);
        struct seen seen = look(&reply);
        SPK_ASSERT_TEXT(seen.info->reason, spk_reason_name(cases[i].reason));
        CU_ASSERT_EQUAL(seen.bad != NULL, cases[i].bad);
        CU_ASSERT_EQUAL(seen.retry != NULL, cases[i].retry);
        CU_ASSERT_EQUAL(seen.resource != NULL, cases[i].resource);
        CU_ASSERT_EQUAL(seen.quota != NULL, cases[i].quota);
        CU_ASSERT_EQUAL(seen.precondition != NULL, cases[i].precondition);
        SPK_ASSERT_TEXT(reply.pushback, cases[i].pushback);
        if (seen.resource) {
            SPK_ASSERT_TEXT(seen.resource->resource_type, "Pod");
            SPK_ASSERT_TEXT(seen.resource->resource_name, "pi");
        }
        if (seen.precondition)
            SPK_ASSERT_TEXT(seen.precondition->violations[0]->subject, "pi");
        forget(&seen);
    }
}

static void test_without_an_object_the_driver_is_what_must_change(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_err err = {0};
    struct spk_reply reply;

    (void)spk_fail(&err, SPK_GATES_UNSUPPORTED, "text");
    spk_err_note(&err, &arena, "pod", "pi-driver");
    spk_reply_make(&arena, &err, "id", 507, &reply);
    struct seen seen = look(&reply);
    SPK_ASSERT_TEXT(seen.precondition->violations[0]->subject, "pi-driver");
    forget(&seen);
}

static void test_details_stay_within_6_kib(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(8 << 20);
    struct spk_err err = {0};
    struct spk_reply reply;
    char text[700];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)spk_fail(&err, SPK_INVALID_FIELD, "%s", text);
    for (int i = 0; i < 200; i++)
        spk_err_violation(&err, &arena, "spec.a", text);
    spk_reply_make(&arena, &err, "id", 0, &reply);
    CU_ASSERT(reply.details_length <= SPK_MAX_STATUS_DETAILS);
    CU_ASSERT(strlen(reply.message) <= SPK_MAX_STATUS_MESSAGE);
    struct seen seen = look(&reply);
    size_t kept = seen.bad->n_field_violations;
    CU_ASSERT(kept > 1 && kept < 201);
    SPK_ASSERT_TEXT(metadata(&seen, "violations_omitted"),
                    spk_printf(&arena, "%zu", 201 - kept));
    forget(&seen);
}

static void test_notes_are_cut_last_first(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(8 << 20);
    struct spk_err err = {0};
    struct spk_reply reply;
    char text[500];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    (void)spk_fail(&err, SPK_KUBE_FORBIDDEN, "no");
    for (int i = 0; i < 30; i++)
        spk_err_note(&err, &arena, spk_printf(&arena, "key%d", i), text);
    spk_reply_make(&arena, &err, "id", 0, &reply);
    CU_ASSERT(reply.details_length <= SPK_MAX_STATUS_DETAILS);
    struct seen seen = look(&reply);
    SPK_ASSERT_TEXT(metadata(&seen, "key0"), text);
    CU_ASSERT_PTR_NULL(metadata(&seen, "key29"));
    SPK_ASSERT_TEXT(metadata(&seen, "outcome"), "NOT_CREATED");
    forget(&seen);
}

static void test_advice_to_wait_is_passed_on(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_err err = {0};
    struct spk_reply reply;

    (void)spk_fail(&err, SPK_KUBE_THROTTLED, "too many requests");
    err.retry_after_ms = 2500;
    spk_reply_make(&arena, &err, "", 0, &reply);
    SPK_ASSERT_TEXT(reply.pushback, "2500");
    struct seen seen = look(&reply);
    CU_ASSERT_EQUAL(seen.retry->retry_delay->seconds, 2);
    CU_ASSERT_EQUAL(seen.retry->retry_delay->nanos, 500000000);
    forget(&seen);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_refused_field_is_a_bad_request),
    SPK_TEST(each_reason_has_its_details),
    SPK_TEST(details_stay_within_6_kib),
    SPK_TEST(notes_are_cut_last_first),
    SPK_TEST(without_an_object_the_driver_is_what_must_change),
    SPK_TEST(advice_to_wait_is_passed_on),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("reply", tests)

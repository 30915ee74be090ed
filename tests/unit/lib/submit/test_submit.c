/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/memory_server.h"
#include "apiserver/wait.h"
#include "base/limits.h"
#include "deploy/adopt.h"
#include "kubernetes/object.h"
#include "submission_fixture.h"
#include "translate/translate.h"
#include "json/write.h"

#include "test.h"

/* An API server in memory that counts what it is asked, and may answer for it. */
struct counter {
    struct spk_api api; /* first */
    struct spk_api *memory;
    unsigned reads, writes, dry_runs, nameless; /* nameless: naming an owner without uid */
    /* A refusal for the requests of a verb, "" for any kind; http 0: none. */
    int http;
    enum spk_api_verb verb;
    const char *kind, *reason, *message;
    const cJSON *object;               /* of the answer; NULL: none */
    const struct spk_api_cause *cause; /* NULL: none */
    bool only_strict;
    int64_t now_ms;
};

static bool is_refused(const struct counter *counter, const struct spk_api_job *job)
{
    const struct spk_resource *resource = job->request.resource;

    return counter->http && resource && job->request.verb == counter->verb &&
           (!*counter->kind || strcmp(resource->kind, counter->kind) == 0) &&
           (!counter->only_strict || job->request.strict);
}

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct counter *counter = (struct counter *)api;
    bool read = job->request.verb == SPK_API_GET;

    if (job->request.verb == SPK_API_WAIT) {
        counter->now_ms += job->request.wait_ms;
    } else {
        counter->reads += read;
        counter->writes += !read && !job->request.dry_run;
        counter->dry_runs += job->request.dry_run;
        counter->nameless += job->request.body && strstr(job->request.body, "\"uid\":\"\"");
    }
    if (!is_refused(counter, job)) {
        spk_api_start(counter->memory, job);
        return;
    }
    job->reply = (struct spk_api_reply){.transport = SPK_API_ANSWERED,
                                        .http = counter->http,
                                        .reason = counter->reason,
                                        .message = counter->message,
                                        .object = counter->object,
                                        .causes = counter->cause,
                                        .n_causes = counter->cause != NULL,
                                        .details_kind = "",
                                        .details_name = "",
                                        .trouble = ""};
    job->done(job);
}

static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    (void)api;
    (void)job;
}

static int64_t now_ms(struct spk_api *api)
{
    return ((const struct counter *)api)->now_ms;
}

static void close_counter(struct spk_api *api)
{
    spk_api_close(((struct counter *)api)->memory);
}

static const struct spk_api_ops ops = {start, cancel, now_ms, close_counter};

static void counter_init(struct counter *counter)
{
    struct spk_err err;

    *counter = (struct counter){.api = {.ops = &ops, .url = "memory"}};
    CU_ASSERT_TRUE_FATAL(spk_memory_open(&counter->memory, &err));
}

static void bench_init(struct submission_fixture *bench, struct counter *counter,
                       enum spk_variant variant, const char *submission_id, int64_t attempts)
{
    submission_fixture_init(bench, &counter->api,
                            &(struct submission_choice){.variant = variant,
                                                        .ns = "ns1",
                                                        .name = "pi",
                                                        .submission_id = submission_id,
                                                        .attempts = attempts});
    bench->call.deadline_ms = counter->now_ms + 30000;
}

static void run(struct submission_fixture *bench)
{
    spk_submit_start(&bench->call);
    CU_ASSERT_EQUAL(bench->done, 1);
}

static const char *note(const struct spk_err *err, const char *key)
{
    for (const struct spk_note *at = err->notes; at; at = at->next)
        if (strcmp(at->key, key) == 0)
            return at->value;
    return NULL;
}

static const struct spk_warning *warning(const struct spk_submit_call *call, const char *code)
{
    for (size_t i = 0; i < call->result.warnings.n; i++)
        if (strcmp(call->result.warnings.items[i].code, code) == 0)
            return &call->result.warnings.items[i];
    return NULL;
}

/* The stored object of a part. */
static const cJSON *stored(struct counter *counter, struct submission_fixture *bench,
                           const char *kind, const char *name)
{
    const struct spk_api_request get = {.verb = SPK_API_GET,
                                        .resource = spk_resource_find(NULL, kind),
                                        .ns = "ns1",
                                        .name = name};

    return spk_api_wait(counter->memory, &bench->arena, &get, 1000).object;
}

static void test_p_takes_three_writes_and_no_read(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    run(&bench);
    CU_ASSERT_TRUE(bench.call.ok);
    SPK_ASSERT_TEXT(bench.call.err.text, "");
    CU_ASSERT_EQUAL(counter.writes, 3);
    CU_ASSERT_EQUAL(counter.reads, 0);
    CU_ASSERT_EQUAL(bench.call.kube_calls, 3);
    const struct spk_submit_result *result = &bench.call.result;
    CU_ASSERT_EQUAL(result->n_objects, 3);
    CU_ASSERT_FALSE(result->adopted);
    SPK_ASSERT_TEXT(result->objects[0].kind, "ConfigMap");
    SPK_ASSERT_TEXT(result->objects[2].kind, "Pod");
    SPK_ASSERT_TEXT(result->objects[2].uid, result->pod_uid);
    SPK_ASSERT_TEXT(result->submission_id, "sub-1");
    SPK_ASSERT_TEXT(result->pod_phase, "Pending");
    SPK_ASSERT_TEXT(result->attempt, bench.key.attempt);
    const cJSON *map = stored(&counter, &bench, "ConfigMap", result->objects[0].name);
    const cJSON *owners = spk_json_at(map, "metadata.ownerReferences");
    SPK_ASSERT_TEXT(spk_json_write(&bench.arena, owners),
                    "[{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":"
                    "\"SparkApplication\",\"name\":\"pi\",\"uid\":\"" FIXTURE_UID "\"}]");
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

static void test_g_takes_four_writes_and_no_read(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_GATED_POD_FIRST, "sub-1", 0);
    run(&bench);
    CU_ASSERT_TRUE(bench.call.ok);
    SPK_ASSERT_TEXT(bench.call.err.text, "");
    CU_ASSERT_EQUAL(counter.writes, 4);
    CU_ASSERT_EQUAL(counter.reads, 0);
    const struct spk_submit_result *result = &bench.call.result;
    SPK_ASSERT_TEXT(result->objects[0].kind, "Pod");
    const cJSON *pod = stored(&counter, &bench, "Pod", "pi-driver");
    CU_ASSERT_EQUAL(spk_json_size(spk_json_at(pod, "spec.schedulingGates")), 0);
    const cJSON *map = stored(&counter, &bench, "ConfigMap", result->objects[1].name);
    const cJSON *owners = spk_json_at(map, "metadata.ownerReferences");
    SPK_ASSERT_TEXT(spk_json_get_text(owners->child, "uid"), result->pod_uid);
    CU_ASSERT_TRUE(spk_json_is_true(spk_json_get(owners->child, "controller")));
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

static void test_a_repeated_call_adopts(void)
{
    static const enum spk_variant variants[] = {SPK_VARIANT_CHILDREN_FIRST,
                                                SPK_VARIANT_GATED_POD_FIRST};

    for (size_t i = 0; i < SPK_LEN(variants); i++)
        for (int retry = 0; retry < 2; retry++) {
            struct counter counter;
            struct submission_fixture first, again;

            counter_init(&counter);
            bench_init(&first, &counter, variants[i], "sub-1", 1);
            run(&first);
            bench_init(&again, &counter, variants[i], "sub-1", 1);
            again.call.retry = retry;
            run(&again);
            CU_ASSERT_TRUE(again.call.ok);
            SPK_ASSERT_TEXT(again.call.err.text, "");
            CU_ASSERT_TRUE(again.call.result.adopted);
            SPK_ASSERT_TEXT(again.call.result.pod_uid, first.call.result.pod_uid);
            spk_arena_free(&first.arena);
            spk_arena_free(&again.arena);
            spk_api_close(&counter.api);
        }
}

static void test_a_new_submission_id_is_put_on_the_adopted_driver(void)
{
    struct counter counter;
    struct submission_fixture first, again;

    counter_init(&counter);
    bench_init(&first, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    run(&first);
    bench_init(&again, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-2", 1);
    run(&again);
    CU_ASSERT_TRUE(again.call.ok);
    SPK_ASSERT_TEXT(again.call.result.submission_id, "sub-1");
    spk_arena_free(&again.arena);

    bench_init(&again, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-3", 1);
    again.call.require_submission_id = true;
    run(&again);
    CU_ASSERT_TRUE(again.call.ok);
    SPK_ASSERT_TEXT(again.call.result.submission_id, "sub-3");
    CU_ASSERT_PTR_NOT_NULL(warning(&again.call, "EXECUTORS_KEEP_OLD_SUBMISSION_ID"));
    SPK_ASSERT_TEXT(again.call.result.pod_uid, first.call.result.pod_uid);
    spk_arena_free(&again.arena);

    counter.http = 403;
    counter.verb = SPK_API_JSON_PATCH;
    counter.kind = "Pod";
    counter.reason = "Forbidden";
    counter.message = "pods \"pi-driver\" is forbidden: User \"u\" cannot patch resource";
    bench_init(&again, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-4", 1);
    again.call.require_submission_id = true;
    run(&again);
    CU_ASSERT_FALSE(again.call.ok);
    CU_ASSERT_EQUAL(again.call.err.reason, SPK_DRIVER_POD_EXISTS);
    CU_ASSERT_EQUAL(again.call.err.outcome, SPK_CREATED);
    SPK_ASSERT_TEXT(note(&again.call.err, "existing_submission_id"), "sub-3");
    CU_ASSERT_PTR_NOT_NULL(strstr(again.call.err.text, "sub-4"));
    spk_arena_free(&again.arena);
    spk_arena_free(&first.arena);
    spk_api_close(&counter.api);
}

/* Labels of an application may change without a new generation: the attempt is the same. */
static void test_another_input_of_one_attempt_adopts_with_a_warning(void)
{
    struct counter counter;
    struct submission_fixture first, other;

    counter_init(&counter);
    bench_init(&first, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    run(&first);
    CU_ASSERT_PTR_NULL(warning(&first.call, "INPUT_CHANGED"));
    bench_init(&other, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    other.key.input_sha256 = spk_strdup(
        &other.arena, "0000000000000000000000000000000000000000000000000000000000000000");
    run(&other);
    CU_ASSERT_TRUE(other.call.ok);
    SPK_ASSERT_TEXT(other.call.result.pod_uid, first.call.result.pod_uid);
    CU_ASSERT_PTR_NOT_NULL(warning(&other.call, "INPUT_CHANGED"));
    spk_arena_free(&other.arena);
    spk_arena_free(&first.arena);
    spk_api_close(&counter.api);
}

static void test_another_attempt_is_refused(void)
{
    struct counter counter;
    struct submission_fixture first, other;

    counter_init(&counter);
    bench_init(&first, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    run(&first);
    bench_init(&other, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-2", 2);
    run(&other);
    CU_ASSERT_FALSE(other.call.ok);
    CU_ASSERT_EQUAL(other.call.err.reason, SPK_DRIVER_POD_EXISTS);
    CU_ASSERT_EQUAL(other.call.err.outcome, SPK_PARTIAL);
    SPK_ASSERT_TEXT(note(&other.call.err, "existing_uid"), first.call.result.pod_uid);
    SPK_ASSERT_TEXT(note(&other.call.err, "same_application"), "true");
    SPK_ASSERT_TEXT(note(&other.call.err, "attempt"), other.key.attempt);
    SPK_ASSERT_TEXT(note(&other.call.err, "namespace"), "ns1");
    SPK_ASSERT_TEXT(note(&other.call.err, "pod"), "pi-driver");
    spk_arena_free(&first.arena);
    spk_arena_free(&other.arena);
    spk_api_close(&counter.api);
}

/* Who may not create is told that, and nothing about what has the name. */
static void test_without_permission_existence_is_not_told(void)
{
    struct counter counter;
    struct submission_fixture first, other;

    counter_init(&counter);
    bench_init(&first, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    run(&first);
    counter.http = 403;
    counter.verb = SPK_API_CREATE;
    counter.kind = "Pod";
    counter.reason = "Forbidden";
    counter.message = "pods is forbidden: User \"u\" cannot create resource \"pods\"";
    bench_init(&other, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-2", 2);
    run(&other);
    CU_ASSERT_FALSE(other.call.ok);
    CU_ASSERT_EQUAL(other.call.err.reason, SPK_KUBE_FORBIDDEN);
    CU_ASSERT_EQUAL(other.call.refused.verb, SPK_API_CREATE);
    SPK_ASSERT_TEXT(other.call.refused.resource->plural, "pods");
    SPK_ASSERT_TEXT(other.call.refused.ns, "ns1");
    CU_ASSERT_PTR_NULL(note(&other.call.err, "existing_uid"));
    spk_arena_free(&other.arena);
    spk_arena_free(&first.arena);
    spk_api_close(&counter.api);
}

static void test_refusals_end_with_their_outcome(void)
{
    static const struct {
        enum spk_variant variant;
        enum spk_api_verb verb;
        const char *kind;
        int http;
        const char *reason, *message;
        enum spk_reason expected;
        enum spk_outcome outcome;
    } cases[] = {
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "ConfigMap", 403, "Forbidden",
         "x is forbidden: User \"u\" cannot create resource \"configmaps\"",
         SPK_KUBE_FORBIDDEN, SPK_NOT_CREATED},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "Pod", 403, "Forbidden",
         "pods \"x\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, "
         "limited: pods=1",
         SPK_KUBE_QUOTA_EXCEEDED, SPK_PARTIAL},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "Pod", 422, "Invalid",
         "Pod \"x\" is invalid", SPK_KUBE_REJECTED, SPK_PARTIAL},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "ConfigMap", 401, "Unauthorized",
         "Unauthorized", SPK_KUBE_CREDENTIALS_REJECTED, SPK_NOT_CREATED},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "ConfigMap", 429, "TooManyRequests",
         "slow down", SPK_KUBE_THROTTLED, SPK_NOT_CREATED},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "ConfigMap", 503, "ServiceUnavailable",
         "down", SPK_KUBE_ERROR, SPK_PARTIAL},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_API_CREATE, "Pod", 503, "ServiceUnavailable", "down",
         SPK_KUBE_ERROR, SPK_OUTCOME_UNKNOWN},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_API_CREATE, "Pod", 503, "ServiceUnavailable", "down",
         SPK_KUBE_ERROR, SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_API_CREATE, "Service", 403, "Forbidden",
         "x is forbidden: User \"u\" cannot create resource \"services\"", SPK_KUBE_FORBIDDEN,
         SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_API_JSON_PATCH, "Pod", 503, "ServiceUnavailable",
         "down", SPK_KUBE_ERROR, SPK_OUTCOME_UNKNOWN},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_API_JSON_PATCH, "Pod", 403, "Forbidden",
         "x is forbidden: User \"u\" cannot patch resource \"pods\"", SPK_KUBE_FORBIDDEN,
         SPK_PARTIAL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        counter.http = cases[i].http;
        counter.verb = cases[i].verb;
        counter.kind = cases[i].kind;
        counter.reason = cases[i].reason;
        counter.message = cases[i].message;
        bench_init(&bench, &counter, cases[i].variant, "sub-1", 1);
        run(&bench);
        CU_ASSERT_FALSE(bench.call.ok);
        if (bench.call.err.reason != cases[i].expected ||
            bench.call.err.outcome != cases[i].outcome)
            fprintf(stderr, "\ncase %zu: %s %s: %s\n", i,
                    spk_reason_name(bench.call.err.reason),
                    spk_outcome_name(bench.call.err.outcome), bench.call.err.text);
        CU_ASSERT_EQUAL(bench.call.err.reason, cases[i].expected);
        CU_ASSERT_EQUAL(bench.call.err.outcome, cases[i].outcome);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

static void test_who_mutates_as_well_is_told(void)
{
    static const struct {
        bool native;
        struct spk_api_cause cause;
        bool told;
    } cases[] = {
        {true,
         {"spec.volumes[2].name", "Duplicate value: \"v\"", "FieldValueDuplicate"},
         true},
        {true,
         {"spec.containers[0].volumeMounts[1].mountPath",
          "Invalid value: \"/v\": must be unique", "FieldValueInvalid"},
         true},
        {true, {"spec.volumes[2].name", "Required value", "FieldValueRequired"}, false},
        {false,
         {"spec.volumes[2].name", "Duplicate value: \"v\"", "FieldValueDuplicate"},
         false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        counter.http = 422;
        counter.verb = SPK_API_CREATE;
        counter.kind = "Pod";
        counter.reason = "Invalid";
        counter.message = "Pod \"etl-driver\" is invalid";
        counter.cause = &cases[i].cause;
        bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "s-1", 0);
        bench.call.native_mutation = cases[i].native;
        run(&bench);
        CU_ASSERT_FALSE(bench.call.ok);
        CU_ASSERT_EQUAL(strstr(bench.call.err.text, "--pod-mutation=none") != NULL,
                        cases[i].told);
        CU_ASSERT_PTR_NOT_NULL(strstr(bench.call.err.text, "is invalid"));
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

static void test_no_write_starts_too_late(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    bench.call.deadline_ms = counter.now_ms + 2400;
    run(&bench);
    CU_ASSERT_FALSE(bench.call.ok);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_DEADLINE_BEFORE_START);
    CU_ASSERT_EQUAL(bench.call.err.outcome, SPK_NOT_CREATED);
    CU_ASSERT_EQUAL(counter.writes + counter.reads, 0);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

static void test_validation_creates_nothing(void)
{
    static const enum spk_variant variants[] = {SPK_VARIANT_CHILDREN_FIRST,
                                                SPK_VARIANT_GATED_POD_FIRST};

    for (size_t i = 0; i < SPK_LEN(variants); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        bench_init(&bench, &counter, variants[i], "sub-1", 1);
        bench.call.validate_only = true;
        run(&bench);
        CU_ASSERT_TRUE(bench.call.ok);
        SPK_ASSERT_TEXT(bench.call.err.text, "");
        CU_ASSERT_EQUAL(counter.writes, 0);
        CU_ASSERT_EQUAL(counter.reads, 1);
        CU_ASSERT_EQUAL(counter.dry_runs, 3);
        CU_ASSERT_FALSE(bench.call.result.would_adopt);
        SPK_ASSERT_TEXT(bench.call.result.pod_uid, "");
        CU_ASSERT_EQUAL(bench.call.result.objects[2].disposition, SPK_DISPOSITION_DRY_RUN_OK);
        CU_ASSERT_PTR_NULL(stored(&counter, &bench, "Pod", "pi-driver"));
        spk_arena_free(&bench.arena);

        bench_init(&bench, &counter, variants[i], "sub-1", 1);
        run(&bench);
        spk_arena_free(&bench.arena);
        bench_init(&bench, &counter, variants[i], "sub-1", 1);
        bench.call.validate_only = true;
        bench.call.server_dry_run = false;
        run(&bench);
        CU_ASSERT_TRUE(bench.call.ok);
        CU_ASSERT_TRUE(bench.call.result.would_adopt);
        CU_ASSERT_EQUAL(counter.dry_runs, 3);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

static void test_dry_runs_report_their_verdicts(void)
{
    static const struct {
        const char *kind;
        int http;
        const char *message;
        bool only_strict;
        enum spk_disposition disposition; /* of the Service */
        enum spk_reason reason;           /* of the call */
        const char *warning;
    } cases[] = {
        {"Service", 400, "strict decoding error: unknown field \"spec.x\"", true,
         SPK_DISPOSITION_DRY_RUN_OK, SPK_NO_REASON, "KUBE_WARNING"},
        {"Service", 400, "bad", false, SPK_DISPOSITION_DRY_RUN_REFUSED, SPK_NO_REASON,
         "DRY_RUN_REFUSED"},
        {"Service", 422, "bad", false, SPK_DISPOSITION_DRY_RUN_REFUSED, SPK_NO_REASON,
         "DRY_RUN_REFUSED"},
        {"Service", 400, "admission webhook \"w\" does not support dry run", false,
         SPK_DISPOSITION_DRY_RUN_OK, SPK_NO_REASON, "DRY_RUN_UNSUPPORTED"},
        {"", 400, "admission webhook \"w\" does not support dry run", false,
         SPK_DISPOSITION_DRY_RUN_OK, SPK_DRY_RUN_UNSUPPORTED, "DRY_RUN_UNSUPPORTED"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        counter.http = cases[i].http;
        counter.verb = SPK_API_CREATE;
        counter.kind = cases[i].kind;
        counter.reason = cases[i].http == 400 ? "BadRequest" : "Invalid";
        counter.message = cases[i].message;
        counter.only_strict = cases[i].only_strict;
        bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
        bench.call.validate_only = true;
        run(&bench);
        CU_ASSERT_EQUAL(bench.call.ok, cases[i].reason == SPK_NO_REASON);
        CU_ASSERT_EQUAL(bench.call.err.reason, cases[i].reason);
        CU_ASSERT_PTR_NOT_NULL(warning(&bench.call, cases[i].warning));
        if (bench.call.ok)
            CU_ASSERT_EQUAL(bench.call.result.objects[1].disposition, cases[i].disposition);
        CU_ASSERT_EQUAL(counter.writes, 0);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

/* Validation judges the input: who has the name now is worth a warning. */
static void test_a_taken_name_is_a_warning_of_validation(void)
{
    static const struct {
        enum spk_variant variant;
        int64_t attempts;
        const char *input; /* NULL: the same */
        bool deleting;
        const char *warning;
    } cases[] = {
        {SPK_VARIANT_CHILDREN_FIRST, 2, NULL, false, "DRIVER_POD_EXISTS"},
        {SPK_VARIANT_CHILDREN_FIRST, 2, NULL, true, "PREVIOUS_RUN_TERMINATING"},
        {SPK_VARIANT_CHILDREN_FIRST, 1, NULL, true, "SUBMISSION_BEING_DELETED"},
        {SPK_VARIANT_GATED_POD_FIRST, 0, "other", false, "REQUEST_ID_REUSED"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct counter counter;
        struct submission_fixture first, other;

        counter_init(&counter);
        bench_init(&first, &counter, cases[i].variant, "sub-1", 1);
        run(&first);
        CU_ASSERT_TRUE_FATAL(first.call.ok);
        if (cases[i].deleting) {
            cJSON *pod =
                spk_json_copy(&first.arena, stored(&counter, &first, "Pod", "pi-driver"));

            spk_json_text(spk_json_child(pod, "metadata"), "deletionTimestamp",
                          "2026-01-01T00:00:00Z");
            spk_memory_put(counter.memory, &first.arena, "ns1", pod);
        }
        bench_init(&other, &counter, cases[i].variant,
                   cases[i].attempts == 2 ? "s-2" : "sub-1", cases[i].attempts);
        if (cases[i].input)
            other.key.input_sha256 = cases[i].input;
        other.call.validate_only = true;
        counter.nameless = 0;
        run(&other);
        CU_ASSERT_TRUE(other.call.ok);
        SPK_ASSERT_TEXT(other.call.err.text, "");
        CU_ASSERT_FALSE(other.call.result.would_adopt);
        SPK_ASSERT_TEXT(other.call.result.pod_uid, "");
        CU_ASSERT_PTR_NOT_NULL(warning(&other.call, cases[i].warning));
        CU_ASSERT_EQUAL(other.call.result.warnings.n, 1);
        CU_ASSERT_EQUAL(other.call.result.n_objects, 3);
        for (size_t j = 0; j < other.call.result.n_objects; j++)
            CU_ASSERT_EQUAL(other.call.result.objects[j].disposition,
                            SPK_DISPOSITION_DRY_RUN_OK);
        CU_ASSERT_EQUAL(counter.nameless, 0);
        CU_ASSERT_EQUAL(counter.writes,
                        cases[i].variant == SPK_VARIANT_CHILDREN_FIRST ? 3 : 4);
        spk_arena_free(&other.arena);
        spk_arena_free(&first.arena);
        spk_api_close(&counter.api);
    }
}

/* Children are judged even where the Pod is refused: then they name no owner. */
static void test_dry_runs_name_an_owner_or_none(void)
{
    for (int http = 0; http <= 422; http += 422) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        counter.http = http;
        counter.verb = SPK_API_CREATE;
        counter.kind = "Pod";
        counter.reason = "Invalid";
        counter.message = "bad";
        bench_init(&bench, &counter, SPK_VARIANT_GATED_POD_FIRST, "sub-1", 1);
        bench.call.validate_only = true;
        run(&bench);
        CU_ASSERT_TRUE(bench.call.ok);
        CU_ASSERT_EQUAL(counter.dry_runs, 3);
        CU_ASSERT_EQUAL(counter.nameless, 0);
        const struct spk_object_result *objects = bench.call.result.objects;
        CU_ASSERT_EQUAL(objects[0].disposition,
                        http ? SPK_DISPOSITION_DRY_RUN_REFUSED : SPK_DISPOSITION_DRY_RUN_OK);
        CU_ASSERT_EQUAL(objects[1].disposition, SPK_DISPOSITION_DRY_RUN_OK);
        CU_ASSERT_EQUAL(objects[2].disposition, SPK_DISPOSITION_DRY_RUN_OK);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

/* Store the application of the fixtures; its uid. */
static const char *put_application(struct counter *counter, struct submission_fixture *bench,
                                   bool deleted)
{
    cJSON *application =
        spk_object(&bench->arena, "sparkoperator.k8s.io/v1beta2", "SparkApplication", "pi");

    if (deleted)
        spk_json_text(spk_json_child(application, "metadata"), "deletionTimestamp",
                      "2026-01-01T00:00:00Z");
    const struct spk_api_request create = {
        .verb = SPK_API_CREATE,
        .resource = spk_resource_find(NULL, "SparkApplication"),
        .ns = "ns1",
        .body = spk_json_write(&bench->arena, application),
    };
    const cJSON *object = spk_api_wait(counter->memory, &bench->arena, &create, 1000).object;

    CU_ASSERT_PTR_NOT_NULL_FATAL(object);
    return spk_object_uid(object);
}

/* Parts where what reads beyond them is seen. */
static struct spk_part *own_items(struct submission_fixture *bench)
{
    struct spk_part *items = calloc(bench->parts.n, sizeof(*items));

    CU_ASSERT_PTR_NOT_NULL_FATAL(items);
    memcpy(items, bench->parts.items, bench->parts.n * sizeof(*items));
    bench->parts.items = items;
    return items;
}

static void test_the_application_is_verified_before_anything_is_written(void)
{
    static const struct {
        bool stored, deleted, right_uid, validate_only;
        int http;
        enum spk_reason reason;
        const char *text;
        unsigned reads, writes;
    } cases[] = {
        {true, false, true, false, 0, SPK_NO_REASON, "", 1, 3},
        {true, false, true, true, 0, SPK_NO_REASON, "", 2,
         0}, /* and who has the driver's name */
        {false, false, false, false, 0, SPK_APPLICATION_NOT_FOUND, "there is no", 1, 0},
        {false, false, false, true, 0, SPK_APPLICATION_NOT_FOUND, "there is no", 1, 0},
        {true, false, false, false, 0, SPK_APPLICATION_NOT_FOUND, "has uid", 1, 0},
        {true, true, true, false, 0, SPK_APPLICATION_DELETED, "is being deleted", 1, 0},
        {true, false, true, false, 403, SPK_KUBE_FORBIDDEN, "no, thanks", 1, 0},
        {true, false, true, false, 401, SPK_KUBE_CREDENTIALS_REJECTED, "no, thanks", 1, 0},
        /* Asked again, and again, as long as there are reads left. */
        {true, false, true, false, 503, SPK_KUBE_ERROR, "no, thanks", 10, 0},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
        bench.call.deadline_ms += 100000;
        bench.call.verify = "pi";
        bench.call.uid_field = "x.uid";
        bench.call.validate_only = cases[i].validate_only;
        struct spk_part *items = own_items(&bench);
        if (cases[i].stored) {
            const char *uid = put_application(&counter, &bench, cases[i].deleted);

            if (cases[i].right_uid)
                bench.call.uid = uid;
        }
        counter.http = cases[i].http;
        counter.verb = SPK_API_GET;
        counter.kind = "SparkApplication";
        counter.reason = "";
        counter.message = "no, thanks";
        run(&bench);
        CU_ASSERT_EQUAL(bench.call.ok, cases[i].reason == SPK_NO_REASON);
        CU_ASSERT_EQUAL(bench.call.err.reason, cases[i].reason);
        CU_ASSERT_PTR_NOT_NULL(strstr(bench.call.err.text, cases[i].text));
        CU_ASSERT_EQUAL(counter.reads, cases[i].reads);
        CU_ASSERT_EQUAL(counter.writes, cases[i].writes);
        if (!bench.call.ok) {
            CU_ASSERT_EQUAL(bench.call.err.outcome, SPK_NOT_CREATED);
            CU_ASSERT_EQUAL(bench.call.refused.verb, SPK_API_GET);
            SPK_ASSERT_TEXT(bench.call.err.field, cases[i].http ? "" : "x.uid");
        }
        free(items);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

static void test_a_gated_driver_may_have_an_application_to_verify(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_GATED_POD_FIRST, "sub-1", 0);
    bench.call.verify = "pi";
    bench.call.uid = put_application(&counter, &bench, false);
    run(&bench);
    CU_ASSERT_TRUE(bench.call.ok);
    CU_ASSERT_EQUAL(counter.reads, 1);
    CU_ASSERT_EQUAL(counter.writes, 4);
    spk_arena_free(&bench.arena);

    bench_init(&bench, &counter, SPK_VARIANT_GATED_POD_FIRST, "sub-2", 0);
    bench.call.verify = "pi";
    bench.call.uid = FIXTURE_UID;
    bench.call.uid_field = "x.uid";
    run(&bench);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_APPLICATION_NOT_FOUND);
    CU_ASSERT_EQUAL(counter.writes, 4);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

static void test_a_driver_with_a_node_cannot_be_gated(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_GATED_POD_FIRST, "sub-1", 0);
    spk_json_text(spk_json_child(bench.parts.pod, "spec"), "nodeName", "here");
    run(&bench);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_GATES_UNSUPPORTED);
    SPK_ASSERT_TEXT(bench.call.err.field, "spec.nodeName");
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.call.err.text, "the node 'here'"));
    CU_ASSERT_EQUAL(counter.writes, 0);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

/* What is no SparkApplication says nothing about one. */
static void test_an_unreadable_answer_is_said_to_be_one(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    bench.call.verify = "pi";
    counter.http = 200; /* without an object */
    counter.verb = SPK_API_GET;
    counter.kind = "SparkApplication";
    counter.reason = counter.message = "";
    run(&bench);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_KUBE_ERROR);
    CU_ASSERT_EQUAL(bench.call.err.outcome, SPK_NOT_CREATED);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(bench.call.err.text, "about SparkApplication 'pi' cannot be read"));
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

static void test_nothing_is_read_when_no_write_can_follow(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    bench.call.verify = "pi";
    bench.call.deadline_ms = counter.now_ms + 2000;
    run(&bench);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_DEADLINE_BEFORE_START);
    CU_ASSERT_EQUAL(counter.reads, 0);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

/* However often it is asked, and however large objects are: a call's memory is for the call.
 */
static void test_exchanges_do_not_add_up(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    char *large = spk_alloc(&bench.arena, SPK_KIB(512));
    memset(large, 'x', SPK_KIB(512) - 1);
    spk_json_text(spk_json_child(bench.parts.items[0].object, "data"), "large", large);
    bench.call.deadline_ms += 100000;
    bench.arena.limit = bench.arena.used + SPK_KIB(128);
    counter.http = 429;
    counter.verb = SPK_API_CREATE;
    counter.kind = "Pod";
    counter.reason = counter.message = "";
    run(&bench);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_KUBE_THROTTLED);
    CU_ASSERT_EQUAL(counter.writes, 7);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

/* Only a driver that nobody can open any more is one to take back. */
static void test_what_is_left_behind_closed_is_told(void)
{
    static const struct {
        enum spk_variant variant;
        enum spk_key_source source;
        enum spk_api_verb verb;
        const char *kind;
        int http; /* 200: without an object */
        bool left;
        enum spk_outcome outcome;
    } cases[] = {
        {SPK_VARIANT_GATED_POD_FIRST, SPK_KEY_RANDOM, SPK_API_CREATE, "Service", 422, true,
         SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_KEY_SUBMISSION, SPK_API_CREATE, "Service", 422,
         false, SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_KEY_RANDOM, SPK_API_CREATE, "Pod", 422, false,
         SPK_NOT_CREATED},
        {SPK_VARIANT_CHILDREN_FIRST, SPK_KEY_RANDOM, SPK_API_CREATE, "Pod", 422, false,
         SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_KEY_RANDOM, SPK_API_JSON_PATCH, "Pod", 403, true,
         SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_KEY_RANDOM, SPK_API_JSON_PATCH, "Pod", 200, false,
         SPK_OUTCOME_UNKNOWN},
        {SPK_VARIANT_GATED_POD_FIRST, SPK_KEY_RANDOM, SPK_API_JSON_PATCH, "Pod", 504, false,
         SPK_OUTCOME_UNKNOWN},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        bench_init(&bench, &counter, cases[i].variant, "sub-1", 1);
        bench.key.source = cases[i].source;
        counter.verb = cases[i].verb;
        counter.kind = cases[i].kind;
        counter.http = cases[i].http;
        counter.reason = counter.message = "";
        run(&bench);
        CU_ASSERT_FALSE(bench.call.ok);
        CU_ASSERT_EQUAL(bench.call.left_uid != NULL, cases[i].left);
        CU_ASSERT_EQUAL(bench.call.err.outcome, cases[i].outcome);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

static void test_a_call_cancelled_before_its_start_sends_nothing(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    spk_submit_cancel(&bench.call);
    run(&bench);
    CU_ASSERT_FALSE(bench.call.ok);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_CALL_CANCELLED);
    CU_ASSERT_EQUAL(bench.call.err.outcome, SPK_NOT_CREATED);
    CU_ASSERT_EQUAL(counter.writes + counter.reads, 0);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

static void test_an_exhausted_arena_ends_the_call(void)
{
    struct counter counter;
    struct submission_fixture bench;

    counter_init(&counter);
    bench_init(&bench, &counter, SPK_VARIANT_CHILDREN_FIRST, "sub-1", 1);
    bench.arena.limit = bench.arena.used;
    run(&bench);
    CU_ASSERT_FALSE(bench.call.ok);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_REQUEST_TOO_LARGE);
    spk_arena_free(&bench.arena);
    spk_api_close(&counter.api);
}

/* A cache or a proxy in between may show something else, and does so again. */
static void test_another_object_is_said_to_be_one(void)
{
    static const enum spk_api_verb verbs[] = {SPK_API_CREATE, SPK_API_GET};

    for (size_t i = 0; i < SPK_LEN(verbs); i++) {
        struct counter counter;
        struct submission_fixture bench;

        counter_init(&counter);
        bench_init(&bench, &counter, SPK_VARIANT_GATED_POD_FIRST, "sub-1", 1);
        bench.call.retry = verbs[i] == SPK_API_GET;
        cJSON *other = spk_object(&bench.arena, "v1", "Pod", "somebody-else");
        spk_json_text(spk_json_child(other, "metadata"), "uid", "uid-7");
        counter.http = 200;
        counter.verb = verbs[i];
        counter.kind = "Pod";
        counter.object = other;
        counter.reason = counter.message = "";
        run(&bench);
        CU_ASSERT_FALSE(bench.call.ok);
        if (verbs[i] == SPK_API_GET) {
            SPK_ASSERT_TEXT(spk_reason_name(bench.call.err.reason), "KUBE_ERROR");
            SPK_ASSERT_TEXT(bench.call.err.text,
                            "what answers for the API server was asked about Pod 'pi-driver' "
                            "and showed Pod 'somebody-else' with uid 'uid-7', which is not of "
                            "this submission");
            SPK_ASSERT_TEXT(note(&bench.call.err, "name"), "pi-driver");
        }
        CU_ASSERT_NOT_EQUAL(bench.call.err.reason, SPK_INTERNAL_ERROR);
        spk_arena_free(&bench.arena);
        spk_api_close(&counter.api);
    }
}

static void test_a_preparation_decides_what_is_submitted(void)
{
    static const struct spk_prepared prepared = {
        .pod_mutation = SPK_MUTATION_NATIVE,
        .plan = {.namespace_ = "ns1", .application_id = "spark-1", .application_name = "Pi"},
        .owner = {.uid = "u", .uid_field = "manifest.metadata.uid"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
    struct spk_api api = {0};
    struct spk_submit_call call = {.retry = true, .jitter_seed = 7, .verify = "old"};

    spk_submit_call_init(&call, &arena, &api, &prepared);
    CU_ASSERT_PTR_EQUAL(call.arena, &arena);
    CU_ASSERT_PTR_EQUAL(call.api, &api);
    CU_ASSERT_PTR_EQUAL(call.parts, &prepared.parts);
    CU_ASSERT_PTR_EQUAL(call.key, &prepared.key);
    SPK_ASSERT_TEXT(call.ns, "ns1");
    SPK_ASSERT_TEXT(call.uid, "u");
    SPK_ASSERT_TEXT(call.uid_field, "manifest.metadata.uid");
    SPK_ASSERT_TEXT(call.application_id, "spark-1");
    SPK_ASSERT_TEXT(call.application_name, "Pi");
    CU_ASSERT_TRUE(call.native_mutation);
    CU_ASSERT_FALSE(call.retry || call.jitter_seed || call.verify);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_preparation_decides_what_is_submitted),
    SPK_TEST(p_takes_three_writes_and_no_read),
    SPK_TEST(g_takes_four_writes_and_no_read),
    SPK_TEST(a_repeated_call_adopts),
    SPK_TEST(a_new_submission_id_is_put_on_the_adopted_driver),
    SPK_TEST(another_input_of_one_attempt_adopts_with_a_warning),
    SPK_TEST(another_attempt_is_refused),
    SPK_TEST(without_permission_existence_is_not_told),
    SPK_TEST(refusals_end_with_their_outcome),
    SPK_TEST(who_mutates_as_well_is_told),
    SPK_TEST(no_write_starts_too_late),
    SPK_TEST(validation_creates_nothing),
    SPK_TEST(dry_runs_report_their_verdicts),
    SPK_TEST(a_taken_name_is_a_warning_of_validation),
    SPK_TEST(dry_runs_name_an_owner_or_none),
    SPK_TEST(the_application_is_verified_before_anything_is_written),
    SPK_TEST(a_gated_driver_may_have_an_application_to_verify),
    SPK_TEST(a_driver_with_a_node_cannot_be_gated),
    SPK_TEST(an_unreadable_answer_is_said_to_be_one),
    SPK_TEST(nothing_is_read_when_no_write_can_follow),
    SPK_TEST(exchanges_do_not_add_up),
    SPK_TEST(what_is_left_behind_closed_is_told),
    SPK_TEST(a_call_cancelled_before_its_start_sends_nothing),
    SPK_TEST(an_exhausted_arena_ends_the_call),
    SPK_TEST(another_object_is_said_to_be_one),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("submitter", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/state.h"

#include "test.h"
#include "json/read.h"

#include <string.h>

static const cJSON *read_json(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

static void test_a_pod_tells_its_state(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_driver_state driver = spk_driver_state_read(
        &arena,
        read_json(
            &arena,
            "{\"metadata\":{\"name\":\"pi-driver\",\"namespace\":\"ns\",\"uid\":\"u\","
            "\"creationTimestamp\":\"2026-01-01T00:00:00Z\",\"labels\":{\"a\":\"b\"}},"
            "\"spec\":{\"serviceAccountName\":\"spark\",\"nodeName\":\"node-1\","
            "\"volumes\":[{\"name\":\"v1\"},{\"name\":\"v2\"}]},"
            "\"status\":{\"phase\":\"Running\",\"startTime\":\"2026-01-01T00:00:01Z\"}}"));

    SPK_ASSERT_TEXT(driver.name, "pi-driver");
    SPK_ASSERT_TEXT(driver.ns, "ns");
    SPK_ASSERT_TEXT(driver.uid, "u");
    SPK_ASSERT_TEXT(driver.created_at, "2026-01-01T00:00:00Z");
    SPK_ASSERT_TEXT(driver.started_at, "2026-01-01T00:00:01Z");
    SPK_ASSERT_TEXT(driver.service_account, "spark");
    SPK_ASSERT_TEXT(driver.node, "node-1");
    SPK_ASSERT_TEXT(driver.phase, "Running");
    CU_ASSERT_EQUAL(spk_json_size(driver.labels), 1);
    CU_ASSERT_EQUAL_FATAL(driver.volumes.n, 2);
    SPK_ASSERT_TEXT(driver.volumes.items[1], "v2");
    CU_ASSERT_EQUAL(driver.n_containers, 0);
}

static void test_an_empty_pod_tells_nothing(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_driver_state driver =
        spk_driver_state_read(&arena, read_json(&arena, "{\"status\":{\"phase\":7}}"));

    CU_ASSERT_PTR_NULL(driver.name);
    CU_ASSERT_PTR_NULL(driver.phase);
    CU_ASSERT_PTR_NULL(driver.labels);
    CU_ASSERT_EQUAL(driver.volumes.n, 0);
    CU_ASSERT_EQUAL(driver.n_containers, 0);
}

static void test_each_container_has_one_phase(void)
{
    static const char pod[] =
        "{\"status\":{\"containerStatuses\":["
        "{\"name\":\"a\",\"image\":\"i\",\"state\":{\"running\":{\"startedAt\":\"1\"}}},"
        "{\"name\":\"b\",\"state\":{\"waiting\":{\"reason\":\"ImagePullBackOff\"}}},"
        "{\"name\":\"c\",\"state\":{\"terminated\":{\"startedAt\":\"2\",\"finishedAt\":\"3\","
        "\"exitCode\":137,\"reason\":\"OOMKilled\",\"message\":\"m\"}},\"restartCount\":3},"
        "{\"name\":\"d\",\"state\":{\"running\":null}},{}]}}";
    static const struct spk_container_state want[] = {
        {"a", "i", SPK_CONTAINER_RUNNING, "1", NULL, NULL, NULL, NULL, 0},
        {"b", NULL, SPK_CONTAINER_WAITING, NULL, NULL, NULL, "ImagePullBackOff", NULL, 0},
        {"c", NULL, SPK_CONTAINER_TERMINATED, "2", "3", "137", "OOMKilled", "m", 3},
        {"d", NULL, SPK_CONTAINER_UNKNOWN, NULL, NULL, NULL, NULL, NULL, 0},
        {NULL, NULL, SPK_CONTAINER_UNKNOWN, NULL, NULL, NULL, NULL, NULL, 0},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_driver_state driver = spk_driver_state_read(&arena, read_json(&arena, pod));

    CU_ASSERT_EQUAL_FATAL(driver.n_containers, SPK_LEN(want));
    for (size_t i = 0; i < SPK_LEN(want); i++) {
        const struct spk_container_state *is = &driver.containers[i];

        SPK_ASSERT_TEXT(is->name, want[i].name);
        SPK_ASSERT_TEXT(is->image, want[i].image);
        CU_ASSERT_EQUAL(is->phase, want[i].phase);
        SPK_ASSERT_TEXT(is->started_at, want[i].started_at);
        SPK_ASSERT_TEXT(is->finished_at, want[i].finished_at);
        SPK_ASSERT_TEXT(is->exit_code, want[i].exit_code);
        SPK_ASSERT_TEXT(is->reason, want[i].reason);
        SPK_ASSERT_TEXT(is->message, want[i].message);
        CU_ASSERT_EQUAL(is->restarts, want[i].restarts);
    }
}

static void test_the_end_is_success_failure_or_absence(void)
{
    static const struct {
        const char *pod;
        bool is_final;
    } cases[] = {
        {"{\"status\":{\"phase\":\"Succeeded\"}}", true},
        {"{\"status\":{\"phase\":\"Failed\"}}", true},
        {"{\"status\":{\"phase\":\"Running\"}}", false},
        {"{\"status\":{\"phase\":\"Unknown\"}}", false},
        {"{}", false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        CU_ASSERT_EQUAL(spk_driver_is_final(read_json(&arena, cases[i].pod)),
                        cases[i].is_final);
    }
    CU_ASSERT_TRUE(spk_driver_is_final(NULL));
    SPK_ASSERT_TEXT(spk_driver_phase(NULL), "");
}

static void test_a_stored_pod_is_told_from_others(void)
{
    static const struct {
        const char *object;
        bool is_pod, has_uid;
    } cases[] = {
        {"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"n\",\"uid\":\"u\"}}", true, true},
        {"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"n\",\"uid\":\"v\"}}", true, false},
        {"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"n\"}}", false, false},
        {"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"m\",\"uid\":\"u\"}}", false, true},
        {"{\"kind\":\"Status\",\"metadata\":{\"name\":\"n\",\"uid\":\"u\"}}", false, true},
        {"{}", false, false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        const cJSON *object = read_json(&arena, cases[i].object);

        CU_ASSERT_EQUAL(spk_driver_is_pod(object, "n"), cases[i].is_pod);
        CU_ASSERT_EQUAL(spk_driver_has_uid(object, "u"), cases[i].has_uid);
        CU_ASSERT_TRUE(spk_driver_has_uid(object, ""));
    }
}

#define PENDING "\"status\":{\"phase\":\"Pending\"}"
#define GATES   "\"spec\":{\"schedulingGates\":[{\"name\":\"spark-submit.internal/prepared\"}]}"
#define DYING   "\"metadata\":{\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"}"

static void test_a_driver_stands_at_one_stage(void)
{
    static const struct {
        const char *pod, *stage;
    } cases[] = {
        {"{" GATES "," PENDING "}", "GATED"},
        {"{" PENDING "}", "PENDING"},
        {"{}", "PENDING"}, /* an API server in memory, or an object that nobody completed */
        {"{\"status\":{\"phase\":\"Running\"}}", "RUNNING"},
        {"{\"status\":{\"phase\":\"Succeeded\"}}", "SUCCEEDED"},
        {"{\"status\":{\"phase\":\"Failed\"}}", "FAILED"},
        {"{\"status\":{\"phase\":\"Unknown\"}}", "UNKNOWN"},
        {"{\"status\":{\"phase\":\"New\"}}", "UNKNOWN"},
        {"{" DYING ",\"status\":{\"phase\":\"Running\"}}", "DELETING"},
        {"{" DYING "," GATES "," PENDING "}", "DELETING"},
        {"{" DYING ",\"status\":{\"phase\":\"Failed\"}}", "FAILED"},
        {"{" DYING ",\"status\":{\"phase\":\"Succeeded\"}}", "SUCCEEDED"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        SPK_ASSERT_TEXT(
            spk_driver_stage_name(spk_driver_stage(read_json(&arena, cases[i].pod))),
            cases[i].stage);
    }
    SPK_ASSERT_TEXT(spk_driver_stage_name(spk_driver_stage(NULL)), "DELETED");
}

static void test_the_ids_are_labels(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    const cJSON *pod = read_json(&arena,
                                 "{\"metadata\":{\"resourceVersion\":\"7\",\"labels\":{"
                                 "\"spark-role\":\"driver\",\"spark-app-name\":\"pi\","
                                 "\"spark-app-selector\":\"spark-1\","
                                 "\"sparkoperator.k8s.io/submission-id\":\"s\","
                                 "\"spark-submit.internal/attempt\":\"0123456789abcdef\"}}}");
    struct spk_driver_state driver = spk_driver_state_read(&arena, pod);

    CU_ASSERT_TRUE(spk_driver_is_driver(pod));
    CU_ASSERT_FALSE(spk_driver_is_driver(read_json(&arena, "{}")));
    SPK_ASSERT_TEXT(driver.resource_version, "7");
    SPK_ASSERT_TEXT(driver.app_name, "pi");
    SPK_ASSERT_TEXT(driver.application_id, "spark-1");
    SPK_ASSERT_TEXT(driver.submission_id, "s");
    SPK_ASSERT_TEXT(driver.attempt, "0123456789abcdef");
}

#define STATUSES                                                                              \
    "\"status\":{\"containerStatuses\":[{\"name\":\"a-sidecar\"},{\"name\":\"d\"},"           \
    "{\"name\":\"spark-kubernetes-driver\"}]}"

/* A kubelet sorts the statuses by name; a pod template may name the container. */
static void test_the_driver_has_a_container(void)
{
    static const struct {
        const char *pod, *name;
    } cases[] = {
        {"{\"spec\":{\"containers\":[{\"name\":\"a-sidecar\"},"
         "{\"name\":\"spark-kubernetes-driver\"}]}," STATUSES "}",
         "spark-kubernetes-driver"},
        {"{\"spec\":{\"containers\":[{\"name\":\"a-sidecar\"},{\"name\":\"d\","
         "\"env\":[{\"name\":\"SPARK_DRIVER_BIND_ADDRESS\"}]}]}," STATUSES "}",
         "d"},
        {"{\"spec\":{\"containers\":[{\"name\":\"d\"},{\"name\":\"e\"}]}," STATUSES "}", "d"},
        {"{\"spec\":{\"containers\":[{\"name\":\"z\"}]}," STATUSES "}", NULL},
        {"{}", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_driver_state driver =
            spk_driver_state_read(&arena, read_json(&arena, cases[i].pod));

        SPK_ASSERT_TEXT(driver.driver ? driver.driver->name : NULL, cases[i].name);
    }
}

#define CONTAINERS "\"spec\":{\"containers\":[{\"name\":\"d\"}]}"
#define CONDITION                                                                             \
    "\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\","                        \
    "\"reason\":\"SchedulingGated\","                                                         \
    "\"message\":\"Scheduling is blocked due to non-empty scheduling gates\"}]"
#define WAITS                                                                                 \
    "\"containerStatuses\":[{\"name\":\"d\",\"state\":{\"waiting\":"                          \
    "{\"reason\":\"PodInitializing\"}}}]"

static void test_the_nearest_reason_counts(void)
{
    static const struct {
        const char *pod, *reason, *message;
    } cases[] = {
        {"{}", NULL, NULL},
        {"{" CONTAINERS ",\"status\":{" CONDITION "}}", "SchedulingGated",
         "Scheduling is blocked due to non-empty scheduling gates"},
        {"{" CONTAINERS ",\"status\":{" WAITS "," CONDITION "}}", "PodInitializing", NULL},
        {"{" CONTAINERS ",\"status\":{\"initContainerStatuses\":[{\"name\":\"i\",\"state\":{"
         "\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\"}}},{\"name\":\"j\","
         "\"state\":{\"waiting\":{\"reason\":\"ErrImagePull\",\"message\":\"m\"}}}]," WAITS
         "}}",
         "ErrImagePull", "m"},
        {"{" CONTAINERS
         ",\"status\":{\"reason\":\"Evicted\",\"message\":\"low on memory\"," WAITS "}}",
         "Evicted", "low on memory"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_driver_state driver =
            spk_driver_state_read(&arena, read_json(&arena, cases[i].pod));

        SPK_ASSERT_TEXT(driver.reason, cases[i].reason);
        SPK_ASSERT_TEXT(driver.message, cases[i].message);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_driver_stands_at_one_stage),
    SPK_TEST(the_ids_are_labels),
    SPK_TEST(the_driver_has_a_container),
    SPK_TEST(the_nearest_reason_counts),
    SPK_TEST(a_pod_tells_its_state),
    SPK_TEST(an_empty_pod_tells_nothing),
    SPK_TEST(each_container_has_one_phase),
    SPK_TEST(the_end_is_success_failure_or_absence),
    SPK_TEST(a_stored_pod_is_told_from_others),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("driver_state", tests)

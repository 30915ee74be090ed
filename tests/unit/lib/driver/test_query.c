/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/query_call.h"

#include "apiserver/memory/memory_server.h"
#include "base/limits.h"
#include "kubernetes/object.h"
#include "test.h"
#include "json/read.h"

/* An API server in memory with some Pods, and one query of it. */
struct bench {
    struct spk_arena arena;
    struct spk_api *api;
    struct spk_driver_query query;
    struct spk_query_call call;
    struct spk_buf asked; /* "GET ns/pi|DELETE ns/pi" */
    int rounds;           /* conflicts that are still to be made */
    const char *twin; /* uid of the Pod that takes the name before the DELETE; NULL: none */
};

static int64_t clock_of_2026(void *context)
{
    (void)context;
    return INT64_C(1767225610000); /* 2026-01-01T00:00:10Z */
}

static struct bench *open_bench(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct spk_err err = {0};

    CU_ASSERT_PTR_NOT_NULL_FATAL(bench);
    bench->arena.limit = 64 << 20;
    bench->asked.arena = &bench->arena;
    CU_ASSERT_TRUE_FATAL(spk_memory_open(&bench->api, &err));
    spk_memory_set_clock(bench->api, clock_of_2026, NULL);
    return bench;
}

static void close_bench(struct bench *bench)
{
    spk_arena_free(&bench->arena);
    spk_api_close(bench->api);
    free(bench);
}

static cJSON *pod_of(struct bench *bench, const char *json)
{
    struct spk_err err = {0};
    cJSON *pod = NULL;

    CU_ASSERT_FATAL(spk_json_read(&bench->arena, json, strlen(json), &pod, &err));
    return pod;
}

/* A Pod with uid "u-<name>". */
static void put(struct bench *bench, const char *ns, const char *name, const char *labels,
                const char *created, const char *rest)
{
    spk_memory_put(
        bench->api, &bench->arena, ns,
        pod_of(
            bench,
            spk_printf(&bench->arena,
                       "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\","
                       "\"uid\":\"u-%s\",\"creationTimestamp\":\"%s\",\"labels\":{%s}}%s}",
                       name, name, created, labels, rest)));
}

#define DRIVER "\"spark-role\":\"driver\""
#define NOON   "2026-01-01T00:00:00Z"

static void change(struct bench *bench, const struct spk_query_request *request)
{
    if (request->verb != SPK_QUERY_DELETE)
        return;
    if (bench->twin)
        spk_memory_put(
            bench->api, &bench->arena, request->ns,
            pod_of(bench, spk_printf(&bench->arena,
                                     "{\"apiVersion\":\"v1\",\"kind\":\"Pod\","
                                     "\"metadata\":{\"name\":\"%s\",\"uid\":\"%s\"}}",
                                     request->name, bench->twin)));
    else if (bench->rounds-- > 0)
        put(bench, request->ns, request->name, DRIVER, NOON, "");
}

static void note(struct spk_query_call *call, const struct spk_query_request *request)
{
    static const char *const verbs[] = {"GET", "LIST", "EVENTS", "DELETE"};
    struct bench *bench =
        (struct bench *)(void *)((char *)call - offsetof(struct bench, call));

    spk_buf_printf(&bench->asked, "%s%s %s/%s", bench->asked.length ? "|" : "",
                   verbs[request->verb], request->ns ? request->ns : "*",
                   request->name             ? request->name
                   : request->field_selector ? request->field_selector
                                             : request->label_selector);
    change(bench, request);
}

static bool ask(struct bench *bench)
{
    bench->asked.length = 0;
    bench->query.started = false;
    bench->call = (struct spk_query_call){.arena = &bench->arena,
                                          .api = bench->api,
                                          .query = &bench->query,
                                          .deadline_ms = INT64_MAX / 2,
                                          .before = note};
    return spk_query_call_wait(&bench->call);
}

/* "a,b*" : names in the order in which they were found, with '*' if there are others. */
static const char *found(struct bench *bench)
{
    struct spk_buf out = {.arena = &bench->arena};

    for (size_t i = 0; i < bench->query.n_found; i++)
        spk_buf_printf(&out, "%s%s", i ? "," : "", spk_object_name(bench->query.found[i].pod));
    if (bench->query.ambiguous)
        spk_buf_char(&out, '*');
    return spk_buf_string(&out);
}

static void fill(struct bench *bench)
{
    put(bench, "ns", "pi-1", DRIVER ",\"spark-app-name\":\"pi\"", NOON, "");
    put(bench, "ns", "pi-2",
        DRIVER ",\"spark-app-name\":\"pi\",\"spark-app-selector\":\"spark-2\","
               "\"sparkoperator.k8s.io/submission-id\":\"s2\","
               "\"spark-submit.internal/attempt\":\"0123456789abcdef\"",
        "2026-01-01T00:00:01Z", "");
    put(bench, "ns", "pi-exec-1", "\"spark-role\":\"executor\",\"spark-app-name\":\"pi\"",
        NOON, "");
    put(bench, "other", "pi-3", DRIVER ",\"spark-app-name\":\"pi\"", NOON, "");
}

static void test_drivers_are_found(void)
{
    static const struct {
        struct spk_driver_target target;
        const char *found, *asked;
    } cases[] = {
        {{.ns = "ns", .name = "pi-1"}, "pi-1", "GET ns/pi-1"},
        {{.ns = "ns", .name = "pi-1", .uid = "u-pi-1"}, "pi-1", "GET ns/pi-1"},
        {{.ns = "ns", .name = "pi-1", .uid = "u"}, "", "GET ns/pi-1"},
        {{.ns = "ns", .name = "pi-9"}, "", "GET ns/pi-9"},
        {{.ns = "ns", .name = "pi-exec-1"}, "", "GET ns/pi-exec-1"},
        {{.ns = "ns", .name = "pi", .is_prefix = true},
         "pi-1,pi-2",
         "LIST ns/spark-role=driver"},
        {{.name = "pi", .is_prefix = true}, "pi-1,pi-2,pi-3", "LIST */spark-role=driver"},
        {{.ns = "ns", .app_name = "pi"},
         "pi-2*",
         "LIST ns/spark-role=driver,spark-app-name=pi"},
        {{.ns = "ns", .app_name = "pi", .uid = "u-pi-1"},
         "pi-1",
         "LIST ns/spark-role=driver,spark-app-name=pi"},
        {{.ns = "ns", .application_id = "spark-2"},
         "pi-2",
         "LIST ns/spark-role=driver,spark-app-selector=spark-2"},
        {{.ns = "ns", .submission_id = "s2"},
         "pi-2",
         "LIST ns/spark-role=driver,sparkoperator.k8s.io/submission-id=s2"},
        {{.ns = "ns", .submission_id = "s3"},
         "",
         "LIST ns/spark-role=driver,sparkoperator.k8s.io/submission-id=s3"},
        {{.ns = "ns", .attempt = "0123456789abcdef"},
         "pi-2",
         "LIST ns/spark-role=driver,spark-submit.internal/attempt=0123456789abcdef"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench *bench = open_bench();

        fill(bench);
        bench->query.target = cases[i].target;
        CU_ASSERT_TRUE(ask(bench));
        SPK_ASSERT_TEXT(found(bench), cases[i].found);
        SPK_ASSERT_TEXT(bench->asked.data, cases[i].asked);
        CU_ASSERT_EQUAL(bench->call.kube_calls, 1);
        close_bench(bench);
    }
}

static void test_nobody_is_told_why(void)
{
    static const struct {
        struct spk_driver_target target;
        const char *text;
    } cases[] = {
        {{.ns = "ns", .name = "pi-9"}, "there is no driver 'pi-9' in namespace 'ns'"},
        {{.ns = "ns", .name = "pi-exec-1"},
         "there is no driver 'pi-exec-1' in namespace 'ns': the Pod of that name has no label "
         "spark-role=driver"},
        {{.ns = "ns", .name = "pi-1", .uid = "u"},
         "there is no driver 'pi-1' in namespace 'ns' with uid 'u': the Pod of that name has "
         "uid 'u-pi-1'"},
        {{.ns = "ns", .submission_id = "s3"},
         "there is no driver with submission id 's3' in namespace 'ns'"},
        {{.name = "x", .is_prefix = true}, "there is no driver 'x*'"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench *bench = open_bench();
        struct spk_err err = {0};

        fill(bench);
        bench->query.target = cases[i].target;
        CU_ASSERT_TRUE(ask(bench));
        CU_ASSERT_EQUAL(bench->query.n_found, 0);
        CU_ASSERT_FALSE(spk_driver_query_fail_absent(&bench->query, &bench->arena, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_SUBMISSION_NOT_FOUND);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        close_bench(bench);
    }
}

static void test_names_that_cannot_be_are_refused(void)
{
    static const struct {
        struct spk_driver_target target;
        const char *field;
    } cases[] = {
        {{.ns = "ns", .name = "pi"}, ""},
        {{.name = "Pi*", .is_prefix = true}, ""},
        {{.ns = "N", .name = "pi"}, "namespace"},
        {{.ns = "ns", .name = "Pi"}, "driver_pod_name"},
        {{.ns = "ns", .app_name = ""}, "app_name"},
        {{.ns = "ns", .submission_id = "a,b"}, "submission_id"},
        {{.ns = "ns", .application_id = "a=b"}, "application_id"},
        {{.ns = "ns", .attempt = "a b"}, "attempt"},
        {{.ns = "ns", .name = "pi", .uid = "u,v"}, "driver_pod_uid"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_err err = {0};

        CU_ASSERT_EQUAL(spk_driver_target_check(&cases[i].target, &err),
                        *cases[i].field == '\0');
        SPK_ASSERT_TEXT(err.field, cases[i].field);
    }
}

static const char *killed(struct bench *bench)
{
    static const char *const words[] = {"deleted", "gone", "dry"};
    struct spk_buf out = {.arena = &bench->arena};

    for (size_t i = 0; i < bench->query.n_found; i++)
        spk_buf_printf(&out, "%s%s:%s", i ? "," : "",
                       spk_object_name(bench->query.found[i].pod),
                       words[bench->query.found[i].killed]);
    return spk_buf_string(&out);
}

static size_t left(struct bench *bench)
{
    bench->query = (struct spk_driver_query){.purpose = SPK_QUERY_FIND,
                                             .target = {.name = "", .is_prefix = true}};
    CU_ASSERT_TRUE(ask(bench));
    return bench->query.n_found;
}

static void test_drivers_are_killed_as_they_were_seen(void)
{
    static const struct {
        struct spk_driver_target target;
        bool dry_run, blind;
        int rounds;
        const char *twin, *killed, *asked;
        size_t left; /* drivers */
    } cases[] = {
        {{.ns = "ns", .name = "pi-1"},
         false,
         false,
         0,
         NULL,
         "pi-1:deleted",
         "GET ns/pi-1|DELETE ns/pi-1",
         2},
        {{.ns = "ns", .name = "pi-9"}, false, false, 0, NULL, "", "GET ns/pi-9", 3},
        {{.ns = "ns", .name = "pi-1"},
         true,
         false,
         0,
         NULL,
         "pi-1:dry",
         "GET ns/pi-1|DELETE ns/pi-1",
         3},
        {{.ns = "ns", .name = "pi-1"},
         false,
         false,
         1,
         NULL,
         "pi-1:deleted",
         "GET ns/pi-1|DELETE ns/pi-1|GET ns/pi-1|DELETE ns/pi-1",
         2},
        /* Another Pod of the name is not touched; it is no driver. */
        {{.ns = "ns", .name = "pi-1"},
         false,
         false,
         0,
         "new",
         "pi-1:gone",
         "GET ns/pi-1|DELETE ns/pi-1|GET ns/pi-1",
         2},
        {{.ns = "ns", .name = "pi-", .is_prefix = true},
         false,
         false,
         0,
         NULL,
         "pi-1:deleted,pi-2:deleted",
         "LIST ns/spark-role=driver|DELETE ns/pi-1|DELETE ns/pi-2",
         1},
        {{.ns = "ns", .app_name = "pi"},
         false,
         false,
         0,
         NULL,
         "pi-2:deleted",
         "LIST ns/spark-role=driver,spark-app-name=pi|DELETE ns/pi-2",
         2},
        {{.ns = "ns", .name = "pi-1"}, false, true, 0, NULL, "", "DELETE ns/pi-1", 2},
        {{.ns = "ns", .name = "pi-9"}, false, true, 0, NULL, "", "DELETE ns/pi-9", 3},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench *bench = open_bench();

        fill(bench);
        bench->rounds = cases[i].rounds;
        bench->twin = cases[i].twin;
        bench->query = (struct spk_driver_query){.purpose = SPK_QUERY_KILL,
                                                 .target = cases[i].target,
                                                 .dry_run = cases[i].dry_run,
                                                 .blind = cases[i].blind};
        CU_ASSERT_TRUE(ask(bench));
        SPK_ASSERT_TEXT(killed(bench), cases[i].killed);
        SPK_ASSERT_TEXT(bench->asked.data, cases[i].asked);
        CU_ASSERT_EQUAL(left(bench), cases[i].left);
        close_bench(bench);
    }
}

static void test_a_pod_that_never_stays_is_given_up(void)
{
    struct bench *bench = open_bench();

    fill(bench);
    bench->rounds = INT32_MAX;
    bench->query = (struct spk_driver_query){
        .purpose = SPK_QUERY_KILL, .target = {.ns = "ns", .name = "pi-", .is_prefix = true}};
    CU_ASSERT_FALSE(ask(bench));
    CU_ASSERT_EQUAL(spk_reason_code(bench->call.err.reason), SPK_UNAVAILABLE);
    CU_ASSERT_EQUAL(bench->call.kube_calls, 2 + 2 * SPK_KILL_CONFLICTS);
    close_bench(bench);
}

static void test_pages_end_where_the_list_ends(void)
{
    struct bench *bench = open_bench();
    static const char *const pages[] = {"pi-1,pi-2", "pi-3"};

    fill(bench);
    for (size_t i = 0; i < SPK_LEN(pages); i++) {
        bench->query = (struct spk_driver_query){
            .purpose = SPK_QUERY_PAGE, .page_size = 2, .page_token = bench->query.next_page};
        CU_ASSERT_TRUE(ask(bench));
        SPK_ASSERT_TEXT(found(bench), pages[i]);
        CU_ASSERT_EQUAL(bench->query.next_page != NULL, i == 0);
    }
    close_bench(bench);
}

/* A label or a prefix may have more Pods than one answer of the API server holds. */
static void test_all_pages_are_read_for_one_name(void)
{
    struct bench *bench = open_bench();

    for (int i = 0; i < 120; i++)
        put(bench, "ns", spk_printf(&bench->arena, "pi-%03d", i),
            DRIVER ",\"spark-app-name\":\"pi\"", NOON, "");
    bench->query.target = (struct spk_driver_target){.ns = "ns", .app_name = "pi"};
    CU_ASSERT_TRUE(ask(bench));
    SPK_ASSERT_TEXT(found(bench), "pi-119*");
    CU_ASSERT_EQUAL(bench->call.kube_calls, 3);
    close_bench(bench);
}

#define PENDING ",\"status\":{\"phase\":\"Pending\"}"
#define EVENT                                                                                 \
    "{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{\"name\":\"e\",\"uid\":\"e\"},"  \
    "\"involvedObject\":{\"uid\":\"u-pi\"},\"reason\":\"FailedMount\",\"message\":"           \
    "\"MountVolume.SetUp failed for volume \\\"v\\\" : configmap \\\"c\\\" not found\"}"

static void test_events_explain_a_driver_that_waits(void)
{
    static const struct {
        const char *created, *rest;
        bool explains, asked;
    } cases[] = {
        {NOON, PENDING, true, true},
        {NOON, PENDING, false, false},
        {"2026-01-01T00:00:05Z", PENDING, true, false}, /* 5 s ago */
        {NOON, ",\"status\":{\"phase\":\"Running\"}", true, false},
        {NOON, ",\"spec\":{\"schedulingGates\":[{\"name\":\"g\"}]}" PENDING, true, false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench *bench = open_bench();

        put(bench, "ns", "pi", DRIVER, cases[i].created, cases[i].rest);
        spk_memory_put(bench->api, &bench->arena, "ns", pod_of(bench, EVENT));
        bench->query = (struct spk_driver_query){.target = {.ns = "ns", .name = "pi"},
                                                 .explains = cases[i].explains};
        CU_ASSERT_TRUE(ask(bench));
        SPK_ASSERT_TEXT(bench->asked.data, cases[i].asked
                                               ? "GET ns/pi|EVENTS ns/involvedObject.uid=u-pi"
                                               : "GET ns/pi");
        CU_ASSERT_EQUAL(bench->query.diagnoses.n, cases[i].asked);
        if (cases[i].asked)
            CU_ASSERT_EQUAL(bench->query.diagnoses.items[0].cause, SPK_CAUSE_CONFIG_MISSING);
        close_bench(bench);
    }
}

static void test_a_cancelled_query_asks_nothing(void)
{
    struct bench *bench = open_bench();

    fill(bench);
    bench->query = (struct spk_driver_query){.target = {.ns = "ns", .name = "pi-1"}};
    bench->call = (struct spk_query_call){
        .arena = &bench->arena, .api = bench->api, .query = &bench->query, .deadline_ms = 1};
    spk_query_call_cancel(&bench->call);
    CU_ASSERT_FALSE(spk_query_call_wait(&bench->call));
    CU_ASSERT_EQUAL(bench->call.err.reason, SPK_CALL_CANCELLED);
    CU_ASSERT_EQUAL(bench->call.kube_calls, 0);
    close_bench(bench);
}

static CU_TestInfo tests[] = {
    SPK_TEST(drivers_are_found),
    SPK_TEST(nobody_is_told_why),
    SPK_TEST(names_that_cannot_be_are_refused),
    SPK_TEST(drivers_are_killed_as_they_were_seen),
    SPK_TEST(a_pod_that_never_stays_is_given_up),
    SPK_TEST(pages_end_where_the_list_ends),
    SPK_TEST(all_pages_are_read_for_one_name),
    SPK_TEST(events_explain_a_driver_that_waits),
    SPK_TEST(a_cancelled_query_asks_nothing),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("query", tests)

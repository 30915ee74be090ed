/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/memory_server.h"
#include "json/write.h"

#include "test.h"

#include <pthread.h>

/* What one test works with. */
struct bench {
    struct spk_arena *arena;
    struct spk_api *api;
    struct spk_api_reply reply;
    bool done;
};

static void keep_reply(struct spk_api_job *job)
{
    struct bench *bench = job->context;

    bench->reply = job->reply;
    bench->done = true;
}

static const struct spk_api_reply *ask(struct bench *bench, struct spk_api_request request)
{
    struct spk_api_job *job = spk_alloc(bench->arena, sizeof(*job));

    request.ns = request.ns ? request.ns : "ns1";
    if (request.body)
        request.body_length = strlen(request.body);
    *job = (struct spk_api_job){
        .arena = bench->arena, .request = request, .done = keep_reply, .context = bench};
    bench->done = false;
    spk_api_start(bench->api, job);
    CU_ASSERT_TRUE(bench->done);
    CU_ASSERT_EQUAL(bench->reply.transport, SPK_API_ANSWERED);
    return &bench->reply;
}

static const struct spk_resource *pods(void)
{
    return spk_resource_find("v1", "Pod");
}

static const struct spk_api_reply *create(struct bench *bench, const char *body)
{
    return ask(bench, (struct spk_api_request){
                          .verb = SPK_API_CREATE, .resource = pods(), .body = body});
}

static const struct spk_api_reply *act(struct bench *bench, enum spk_api_verb verb,
                                       const char *name, const char *body)
{
    return ask(bench, (struct spk_api_request){
                          .verb = verb, .resource = pods(), .name = name, .body = body});
}

static const char *field(const struct spk_api_reply *reply, const char *path)
{
    return spk_json_string(spk_json_at(reply->object, path));
}

static int64_t fixed_clock(void *context)
{
    return *(const int64_t *)context;
}

static struct spk_api *open_api(void)
{
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_TRUE_FATAL(spk_memory_open(&api, &err));
    return api;
}

#define POD_A                                                                                 \
    "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\",\"y\":\"2\"}}}"
#define POD_B "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\",\"labels\":{\"x\":\"1\"}}}"

static void test_what_is_created_can_be_read(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};
    int64_t now = 86400000;

    spk_memory_set_clock(bench.api, fixed_clock, &now);
    const struct spk_api_reply *reply = create(&bench, POD_A);
    CU_ASSERT_EQUAL(reply->http, 201);
    CU_ASSERT_EQUAL(reply->date_s, 86400);
    SPK_ASSERT_TEXT(field(reply, "metadata.uid"), "00000000-0000-4000-8000-000000000001");
    SPK_ASSERT_TEXT(field(reply, "metadata.creationTimestamp"), "1970-01-02T00:00:00Z");
    const char *stored = spk_json_write(&arena, reply->object);

    reply = act(&bench, SPK_API_GET, "a", NULL);
    CU_ASSERT_EQUAL(reply->http, 200);
    SPK_ASSERT_TEXT(spk_json_write(&arena, reply->object), stored);
    SPK_ASSERT_TEXT(field(reply, "metadata.namespace"), "ns1");
    SPK_ASSERT_TEXT(field(reply, "status.phase"), "Pending");

    reply =
        ask(&bench, (struct spk_api_request){
                        .verb = SPK_API_GET, .resource = pods(), .ns = "other", .name = "a"});
    CU_ASSERT_EQUAL(reply->http, 404);
    SPK_ASSERT_TEXT(reply->reason, "NotFound");
    SPK_ASSERT_TEXT(reply->message, "pods \"a\" not found");
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_a_name_is_taken_once(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};

    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    const struct spk_api_reply *reply = create(&bench, POD_A);
    CU_ASSERT_EQUAL(reply->http, 409);
    SPK_ASSERT_TEXT(reply->reason, "AlreadyExists");
    SPK_ASSERT_TEXT(reply->message, "pods \"a\" already exists");
    SPK_ASSERT_TEXT(reply->details_name, "a");

    cJSON *dying = spk_json_copy(&arena, act(&bench, SPK_API_GET, "a", NULL)->object);
    spk_json_text(spk_json_child(dying, "metadata"), "deletionTimestamp",
                  "2026-01-01T00:00:00Z");
    spk_json_text(dying, "apiVersion", "v1");
    spk_memory_put(bench.api, &arena, "ns1", dying);
    SPK_ASSERT_TEXT(create(&bench, POD_A)->message,
                    "object is being deleted: pods \"a\" already exists");
    CU_ASSERT_EQUAL(create(&bench, "{\"metadata\":{}}")->http, 422);
    CU_ASSERT_EQUAL(create(&bench, "{\"metadata\":")->http, 400);
    spk_memory_clear(bench.api);
    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_dry_run_stores_nothing(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};
    struct spk_api_request request = {
        .verb = SPK_API_CREATE, .resource = pods(), .body = POD_A, .dry_run = true};

    CU_ASSERT_EQUAL(ask(&bench, request)->http, 201);
    CU_ASSERT_EQUAL(act(&bench, SPK_API_GET, "a", NULL)->http, 404);
    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    CU_ASSERT_EQUAL(ask(&bench, request)->http, 409);
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_lists_select_by_labels(void)
{
    static const struct {
        const char *selector;
        size_t n;
        const char *first;
    } cases[] = {
        {NULL, 2, "a"}, {"x=1", 2, "a"}, {"x=1,y=2", 1, "a"}, {"y=3", 0, NULL}, {"x", 0, NULL},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};

    CU_ASSERT_EQUAL(create(&bench, POD_B)->http, 201);
    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        const struct spk_api_reply *reply =
            ask(&bench, (struct spk_api_request){.verb = SPK_API_LIST,
                                                 .resource = pods(),
                                                 .label_selector = cases[i].selector});
        const cJSON *items = spk_json_get(reply->object, "items");

        CU_ASSERT_EQUAL(spk_json_size(items), cases[i].n);
        if (cases[i].first)
            SPK_ASSERT_TEXT(spk_json_string(spk_json_at(items->child, "metadata.name")),
                            cases[i].first);
    }
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static size_t listed(const struct spk_api_reply *reply)
{
    return spk_json_size(spk_json_get(reply->object, "items"));
}

static void test_lists_select_by_a_field(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};
    struct spk_api_request request = {.verb = SPK_API_LIST, .resource = pods()};

    CU_ASSERT_EQUAL(create(&bench, POD_B)->http, 201);
    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    request.field_selector = "metadata.name=b";
    CU_ASSERT_EQUAL(listed(ask(&bench, request)), 1);
    request.field_selector = "metadata.name=c";
    CU_ASSERT_EQUAL(listed(ask(&bench, request)), 0);
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_lists_come_in_pages(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};
    struct spk_api_request request = {.verb = SPK_API_LIST, .resource = pods(), .limit = 1};

    CU_ASSERT_EQUAL(create(&bench, POD_B)->http, 201);
    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    CU_ASSERT_EQUAL(listed(ask(&bench, request)), 1);
    request.continue_token = field(&bench.reply, "metadata.continue");
    CU_ASSERT_PTR_NOT_NULL_FATAL(request.continue_token);
    CU_ASSERT_EQUAL(listed(ask(&bench, request)), 1);
    CU_ASSERT_PTR_NULL(field(&bench.reply, "metadata.continue"));
    request.continue_token = "x";
    CU_ASSERT_EQUAL(ask(&bench, request)->http, 400);
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_patches_change_or_refuse(void)
{
    static const struct {
        enum spk_api_verb verb;
        const char *patch;
        int http;
        const char *labels; /* afterwards */
    } cases[] = {
        {SPK_API_JSON_PATCH,
         "[{\"op\":\"test\",\"path\":\"/metadata/labels/x\",\"value\":\"1\"},"
         "{\"op\":\"replace\",\"path\":\"/metadata/labels/x\",\"value\":\"7\"}]",
         200, "{\"x\":\"7\",\"y\":\"2\"}"},
        {SPK_API_JSON_PATCH,
         "[{\"op\":\"remove\",\"path\":\"/metadata/labels/y\"},"
         "{\"op\":\"test\",\"path\":\"/metadata/labels/x\",\"value\":\"1\"}]",
         422, "{\"x\":\"7\",\"y\":\"2\"}"},
        {SPK_API_JSON_PATCH,
         "[{\"op\":\"add\",\"path\":\"/metadata/labels/a~1b\",\"value\":\"3\"}]", 200,
         "{\"a/b\":\"3\",\"x\":\"7\",\"y\":\"2\"}"},
        {SPK_API_JSON_PATCH, "[{\"op\":\"remove\",\"path\":\"/metadata/labels/q\"}]", 422,
         "{\"a/b\":\"3\",\"x\":\"7\",\"y\":\"2\"}"},
        {SPK_API_JSON_PATCH, "[{\"op\":\"remove\",\"path\":\"/metadata/labels/a~1b\"}]", 200,
         "{\"x\":\"7\",\"y\":\"2\"}"},
        {SPK_API_JSON_PATCH, "[{\"op\":\"leap\",\"path\":\"/metadata/labels/x\"}]", 422,
         "{\"x\":\"7\",\"y\":\"2\"}"},
        {SPK_API_MERGE_PATCH, "{\"metadata\":{\"labels\":{\"x\":null,\"z\":\"5\"}}}", 200,
         "{\"y\":\"2\",\"z\":\"5\"}"},
        {SPK_API_MERGE_PATCH,
         "{\"metadata\":{\"resourceVersion\":\"1\",\"labels\":{\"y\":null}}}", 409,
         "{\"y\":\"2\",\"z\":\"5\"}"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};

    CU_ASSERT_EQUAL(create(&bench, POD_A)->http, 201);
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        CU_ASSERT_EQUAL(act(&bench, cases[i].verb, "a", cases[i].patch)->http, cases[i].http);
        const cJSON *pod = act(&bench, SPK_API_GET, "a", NULL)->object;
        SPK_ASSERT_TEXT(spk_json_write(&arena, spk_json_at(pod, "metadata.labels")),
                        cases[i].labels);
    }
    CU_ASSERT_EQUAL(act(&bench, SPK_API_MERGE_PATCH, "q", "{}")->http, 404);
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_array_patches_keep_the_order(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};
    const char *patch = "[{\"op\":\"add\",\"path\":\"/l/1\",\"value\":8},"
                        "{\"op\":\"add\",\"path\":\"/l/-\",\"value\":9},"
                        "{\"op\":\"replace\",\"path\":\"/l/0\",\"value\":7},"
                        "{\"op\":\"remove\",\"path\":\"/l/2\"}]";

    CU_ASSERT_EQUAL(create(&bench, "{\"metadata\":{\"name\":\"a\"},\"l\":[1,2,3]}")->http,
                    201);
    const struct spk_api_reply *reply = act(&bench, SPK_API_JSON_PATCH, "a", patch);
    SPK_ASSERT_TEXT(spk_json_write(&arena, spk_json_get(reply->object, "l")), "[7,8,3,9]");
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

static void test_delete_checks_its_preconditions(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench = {.arena = &arena, .api = open_api()};
    const char *uid = field(create(&bench, POD_A), "metadata.uid");
    const char *right =
        spk_printf(&arena, "{\"preconditions\":{\"uid\":\"%s\"}}", uid ? uid : "");

    CU_ASSERT_EQUAL(
        act(&bench, SPK_API_DELETE, "a", "{\"preconditions\":{\"uid\":\"z\"}}")->http, 409);
    CU_ASSERT_EQUAL(act(&bench, SPK_API_DELETE, "a", right)->http, 200);
    CU_ASSERT_EQUAL(act(&bench, SPK_API_DELETE, "a", right)->http, 404);
    CU_ASSERT_EQUAL(ask(&bench, (struct spk_api_request){.verb = SPK_API_WAIT})->http, 200);
    SPK_ASSERT_TEXT(
        field(ask(&bench, (struct spk_api_request){.verb = SPK_API_VERSION}), "minor"), "34");
    spk_arena_free(&arena);
    spk_api_close(bench.api);
}

#define THREADS 4
#define ROUNDS  50

struct racer {
    struct spk_api *api;
    size_t wins;
};

static void *race(void *argument)
{
    struct racer *racer = argument;
    SPK_ARENA arena = SPK_ARENA_LIMIT(8 << 20);
    struct bench bench = {.arena = &arena, .api = racer->api};

    for (int i = 0; i < ROUNDS; i++) {
        const char *name = spk_printf(&arena, "p%d", i);

        racer->wins +=
            create(&bench, spk_printf(&arena, "{\"metadata\":{\"name\":\"%s\"}}", name))
                ->http == 201;
        (void)act(&bench, SPK_API_JSON_PATCH, name,
                  "[{\"op\":\"add\",\"path\":\"/n\",\"value\":1}]");
    }
    return NULL;
}

static void test_threads_share_it(void)
{
    struct racer racers[THREADS] = {0};
    struct spk_api *api = open_api();
    pthread_t threads[THREADS];
    size_t wins = 0;

    for (size_t i = 0; i < THREADS; i++) {
        racers[i].api = api;
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        CU_ASSERT_EQUAL(pthread_join(threads[i], NULL), 0);
        wins += racers[i].wins;
    }
    CU_ASSERT_EQUAL(wins, ROUNDS);
    spk_api_close(api);
}

static void test_the_surface_is_closed(void)
{
    SPK_ASSERT_TEXT(spk_resource_find(NULL, "PodGroup")->api_version,
                    "scheduling.volcano.sh/v1beta1");
    SPK_ASSERT_TEXT(spk_resource_find("scheduling.x-k8s.io/v1alpha1", "PodGroup")->api_version,
                    "scheduling.x-k8s.io/v1alpha1");
    CU_ASSERT_PTR_NULL(spk_resource_find("v1", "Node"));
    CU_ASSERT_PTR_NULL(spk_resource_find("v2", "Pod"));
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_is_created_can_be_read),     SPK_TEST(a_name_is_taken_once),
    SPK_TEST(dry_run_stores_nothing),          SPK_TEST(lists_select_by_labels),
    SPK_TEST(lists_select_by_a_field),         SPK_TEST(lists_come_in_pages),
    SPK_TEST(patches_change_or_refuse),        SPK_TEST(array_patches_keep_the_order),
    SPK_TEST(delete_checks_its_preconditions), SPK_TEST(threads_share_it),
    SPK_TEST(the_surface_is_closed),           CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("memory", tests)

/* SPDX-License-Identifier: Apache-2.0 */
/* Watches on the wire, against loop-server, which starts this program. */
#include "apiserver/http/kube.h"
#include "apiserver/http/status.h"
#include "base/limits.h"
#include "exchange.h"

#include "test.h"

#include <curl/curl.h>
#include <pthread.h>

#define MEMORY (16U << 20)

/* Set by main. */
static const char *directory, *port;

static struct spk_api *open_api(struct spk_arena *arena)
{
    struct spk_kube_config config = {
        .address = {.tls = true, .host = "127.0.0.1", .port = port, .prefix = ""},
        .mode = "test"};
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_file_read(arena, spk_printf(arena, "%s/ca.crt", directory), SPK_MAX_CA,
                                  &config.ca, &err));
    CU_ASSERT_FATAL(spk_kube_open(&api, &config, &err));
    return api;
}

/* A watch and what was heard: "ADDED 1; ". */
struct watch {
    struct exchange exchange; /* first */
    struct spk_arena arena;
    struct spk_buf heard;
    struct spk_api *api;
    const char *path; /* as the server saw it */
    size_t events;
    bool cancels; /* at the first event */
    sem_t began;  /* posted at the first event */
};

static void hear(struct spk_api_job *job, const struct spk_watch_event *event)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};
    struct watch *watch = job->context;
    const char *path = spk_json_string(spk_json_at(event->object, "seen.path"));

    if (path)
        watch->path = spk_strdup(&watch->arena, path);
    if (watch->events < 10)
        spk_buf_printf(&watch->heard, "%s %s; ", names[event->type], event->version);
    if (watch->events++ == 0)
        sem_post(&watch->began);
    if (watch->cancels)
        spk_api_cancel(watch->api, job);
}

static void start(struct watch *watch, struct spk_api *api, const char *how, int64_t idle_ms)
{
    *watch = (struct watch){.api = api, .arena.limit = MEMORY, .cancels = watch->cancels};
    watch->heard.arena = &watch->arena;
    watch->exchange.job.on_event = hear;
    sem_init(&watch->began, 0, 0);
    exchange_start(&watch->exchange, api, &watch->arena,
                   (struct spk_api_request){
                       .verb = SPK_API_WATCH,
                       .resource = spk_resource_find(NULL, "Pod"),
                       .ns = "ns",
                       .field_selector = spk_printf(&watch->arena, "metadata.name=%s", how),
                       .version = "17",
                       .timeout_s = 30,
                       .idle_ms = idle_ms},
                   60000);
}

static const struct spk_api_reply *finish(struct watch *watch)
{
    exchange_wait(&watch->exchange);
    sem_destroy(&watch->began);
    return &watch->exchange.job.reply;
}

static void test_each_end_is_told_apart(void)
{
    static const struct {
        const char *how, *heard, *trouble;
        enum spk_api_transport transport;
        int http;
        enum spk_reason reason;
    } cases[] = {
        {"events", "ADDED 1; MODIFIED 2; BOOKMARK 3; DELETED 4; ", "", SPK_API_ANSWERED, 200,
         SPK_NO_REASON},
        {"gone", "ADDED 1; ", "", SPK_API_ANSWERED, 410, SPK_KUBE_ERROR},
        {"refused", "", "", SPK_API_ANSWERED, 403, SPK_KUBE_FORBIDDEN},
        {"cut", "ADDED 1; ", NULL, SPK_API_TRUNCATED, 200, SPK_NO_REASON},
        {"inside", "ADDED 1; ", "the watch ended inside an event", SPK_API_TRUNCATED, 200,
         SPK_NO_REASON},
        {"large", "ADDED 1; ", "the API server sent an event that is too large",
         SPK_API_TRUNCATED, 200, SPK_NO_REASON},
        {"open", "ADDED 1; ", "nothing came on the watch any more", SPK_API_TRUNCATED, 200,
         SPK_NO_REASON},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(&arena);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct watch watch = {0};

        start(&watch, api, cases[i].how, strcmp(cases[i].how, "open") ? 20000 : 200);
        const struct spk_api_reply *reply = finish(&watch);
        SPK_ASSERT_TEXT(spk_buf_string(&watch.heard), cases[i].heard);
        CU_ASSERT_EQUAL(reply->transport, cases[i].transport);
        CU_ASSERT_EQUAL(reply->http, cases[i].http);
        CU_ASSERT_EQUAL(spk_status_reason(reply), cases[i].reason);
        CU_ASSERT_PTR_NULL(reply->object);
        if (cases[i].trouble)
            SPK_ASSERT_TEXT(reply->trouble, cases[i].trouble);
        if (reply->http == 410)
            SPK_ASSERT_TEXT(reply->message, "too old resource version: 1 (2)");
        spk_arena_free(&watch.arena);
    }
    spk_api_close(api);
}

static void test_its_request_arrives(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(&arena);
    struct watch watch = {0};

    start(&watch, api, "events", 0);
    (void)finish(&watch);
    SPK_ASSERT_TEXT(watch.path,
                    "/api/v1/namespaces/ns/pods?fieldSelector=metadata.name%3Devents&"
                    "watch=true&allowWatchBookmarks=true&resourceVersion=17&"
                    "timeoutSeconds=30");
    spk_arena_free(&watch.arena);
    spk_api_close(api);
}

/* 40 MB go by; what stays is the request and the reply. */
static void test_a_flood_leaves_nothing(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(&arena);
    struct watch watch = {0};

    start(&watch, api, "flood", 0);
    const struct spk_api_reply *reply = finish(&watch);
    CU_ASSERT_EQUAL(reply->http, 200);
    CU_ASSERT_EQUAL(watch.events, 2001);
    CU_ASSERT(reply->body_length > 40000000);
    CU_ASSERT(watch.arena.used < 64 * 1024);
    spk_arena_free(&watch.arena);
    spk_api_close(api);
}

/* From another thread, inside an event, and by closing the client. */
static void test_it_can_be_cancelled(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(&arena);
    struct watch watch = {0};

    start(&watch, api, "open", 0);
    while (sem_wait(&watch.began) < 0)
        ;
    spk_api_cancel(api, &watch.exchange.job);
    CU_ASSERT_EQUAL(finish(&watch)->transport, SPK_API_CANCELLED);
    CU_ASSERT_EQUAL(watch.events, 1);
    spk_arena_free(&watch.arena);

    watch.cancels = true;
    start(&watch, api, "flood", 0);
    CU_ASSERT_EQUAL(finish(&watch)->transport, SPK_API_CANCELLED);
    CU_ASSERT_EQUAL(watch.events, 1);
    spk_arena_free(&watch.arena);

    watch.cancels = false;
    start(&watch, api, "open", 0);
    while (sem_wait(&watch.began) < 0)
        ;
    spk_api_close(api);
    CU_ASSERT_EQUAL(finish(&watch)->transport, SPK_API_CANCELLED);
    spk_arena_free(&watch.arena);
}

static void test_watches_leave_requests_alone(void)
{
    enum { N = 8 };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(&arena);
    static struct watch watches[N];

    for (size_t i = 0; i < N; i++)
        start(&watches[i], api, "open", 0);
    struct spk_api_reply reply =
        exchange(api, &arena,
                 (struct spk_api_request){.verb = SPK_API_GET,
                                          .resource = spk_resource_find(NULL, "Pod"),
                                          .ns = "ns",
                                          .name = "echo"});
    CU_ASSERT_EQUAL(reply.http, 200);
    spk_api_close(api);
    for (size_t i = 0; i < N; i++) {
        CU_ASSERT_EQUAL(finish(&watches[i])->transport, SPK_API_CANCELLED);
        spk_arena_free(&watches[i].arena);
    }
}

/* The owner of a watch goes on with a request, as the one that lost its place does. */
struct follower {
    struct watch watch; /* first */
    struct spk_api_job next;
    struct spk_arena arena;
    sem_t ended;
};

static void end_next(struct spk_api_job *job)
{
    sem_post(&((struct follower *)job->context)->ended);
}

static void follow(struct spk_api_job *job)
{
    struct follower *follower = job->context;

    follower->next = (struct spk_api_job){
        .arena = &follower->arena,
        .request = {.verb = SPK_API_GET,
                    .resource = spk_resource_find(NULL, "Pod"),
                    .ns = "ns",
                    .name = "echo"},
        .deadline_ms = spk_monotonic_ms() + 20000,
        .done = end_next,
        .context = follower,
    };
    spk_api_start(follower->watch.api, &follower->next);
}

static void test_a_request_follows_a_watch(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(&arena);
    static struct follower follower;

    follower.arena.limit = MEMORY;
    follower.watch = (struct watch){.api = api, .arena.limit = MEMORY};
    follower.watch.heard.arena = &follower.watch.arena;
    sem_init(&follower.ended, 0, 0);
    sem_init(&follower.watch.began, 0, 0);
    follower.watch.exchange.job = (struct spk_api_job){
        .arena = &follower.watch.arena,
        .request = {.verb = SPK_API_WATCH,
                    .resource = spk_resource_find(NULL, "Pod"),
                    .ns = "ns",
                    .field_selector = "metadata.name=events"},
        .deadline_ms = spk_monotonic_ms() + 20000,
        .on_event = hear,
        .done = follow,
        .context = &follower,
    };
    spk_api_start(api, &follower.watch.exchange.job);
    while (sem_wait(&follower.ended) < 0)
        ;
    CU_ASSERT_EQUAL(follower.next.reply.http, 200);
    CU_ASSERT_EQUAL(follower.watch.events, 4);
    spk_api_close(api);
    spk_arena_free(&follower.arena);
    spk_arena_free(&follower.watch.arena);
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_end_is_told_apart),
    SPK_TEST(its_request_arrives),
    SPK_TEST(a_flood_leaves_nothing),
    SPK_TEST(it_can_be_cancelled),
    SPK_TEST(watches_leave_requests_alone),
    SPK_TEST(a_request_follows_a_watch),
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_FAILURE;
    directory = argv[1];
    port = argv[2];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = spk_test_run("watch", tests);
    curl_global_cleanup();
    return result;
}

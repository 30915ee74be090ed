/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the client says of requests whose connection dies, and what it sends of those that
 * nobody waits for any more; against fault-server, which starts this program.
 */
#include "apiserver/http/kube.h"
#include "base/limits.h"
#include "exchange.h"
#include "mute_names.h"
#include "older_curl.h"

#include "test.h"

#include <curl/curl.h>

#define MEMORY (16U << 20)

/* Set by main. */
static const char *directory;
static char **servers; /* NAME=PORT */
static size_t n_servers;

static const char *port_of(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < n_servers; i++)
        if (strncmp(servers[i], name, length) == 0 && servers[i][length] == '=')
            return servers[i] + length + 1;
    CU_FAIL_FATAL("there is no such server");
    return NULL;
}

static struct spk_kube_config config_of(struct spk_arena *arena, const char *server)
{
    struct spk_kube_config config = {.address = {.tls = strncmp(server, "plain", 5) != 0,
                                                 .host = "127.0.0.1",
                                                 .port = port_of(server),
                                                 .prefix = ""},
                                     .mode = "test"};
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_file_read(arena, spk_printf(arena, "%s/ca.crt", directory), SPK_MAX_CA,
                                  &config.ca, &err));
    return config;
}

static struct spk_api *open_api(const struct spk_kube_config *config)
{
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_kube_open(&api, config, &err));
    return api;
}

static struct spk_api_request get(const char *name)
{
    return (struct spk_api_request){.verb = SPK_API_GET,
                                    .resource = spk_resource_find(NULL, "Pod"),
                                    .ns = "ns",
                                    .name = name};
}

static struct spk_api_request create(void)
{
    return (struct spk_api_request){.verb = SPK_API_CREATE,
                                    .resource = spk_resource_find(NULL, "Pod"),
                                    .ns = "ns",
                                    .body = "{\"kind\":\"Pod\"}"};
}

static struct spk_api_request patch(const char *name)
{
    return (struct spk_api_request){.verb = SPK_API_MERGE_PATCH,
                                    .resource = spk_resource_find(NULL, "Pod"),
                                    .ns = "ns",
                                    .name = name,
                                    .body = "{}"};
}

/*
 * libcurl sends again by itself when a connection that it used before dies without a byte of
 * an answer; when that try cannot even connect, its code speaks of the second try alone.
 */
static void test_a_request_that_was_sent_again_in_vain_may_have_its_effect(void)
{
    size_t n = 0;

    for (size_t i = 0; i < n_servers; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
        const char *name = spk_strndup(&arena, servers[i], strcspn(servers[i], "="));

        if (!strstr(name, "-refused") && !strstr(name, "-broken"))
            continue;
        n++;
        struct spk_kube_config config = config_of(&arena, name);
        struct spk_api *api = open_api(&config);
        struct spk_api_reply reply = exchange(api, &arena, get("first"));

        CU_ASSERT_EQUAL(reply.http, 200);
        reply = exchange(api, &arena, create());
        if (reply.transport != SPK_API_INTERRUPTED)
            fprintf(stderr, "\n%s: transport %d, %s\n", name, (int)reply.transport,
                    reply.trouble);
        CU_ASSERT_EQUAL(reply.transport, SPK_API_INTERRUPTED);
        CU_ASSERT_EQUAL(reply.http, 0);
        spk_api_close(api);
    }
    CU_ASSERT_EQUAL(n, 10);
}

static void test_a_request_that_never_left_has_no_effect(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, "broken");
    struct spk_api *api = open_api(&config);
    struct spk_api_reply reply = exchange(api, &arena, create());

    CU_ASSERT_EQUAL(reply.transport, SPK_API_NOT_SENT);
    spk_api_close(api);
}

/* How many writes arrived at the healthy server; name: what to ask it. */
static int64_t writes_after(struct spk_api *api, const char *name)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = exchange(api, &arena, get(name));
    int64_t n = -1;

    CU_ASSERT_EQUAL(reply.http, 200);
    (void)spk_json_get_int(spk_json_get(reply.object, "writes"), &n);
    return n;
}

enum { QUEUE = 20, CONNECTIONS = 2 };

/*
 * Writes whose first byte left hold all slots, or all connections; QUEUE creates wait for one.
 */
struct crowd {
    struct spk_arena arena;      /* of api's loop */
    struct spk_api *api, *other; /* other: what the test itself asks the server with */
    int64_t before;
    size_t n_holders;
    struct exchange holders[CONNECTIONS], queued[QUEUE];
};

static void crowd_start(struct crowd *crowd, unsigned slots, int64_t timeout_ms)
{
    *crowd = (struct crowd){.arena = SPK_ARENA_LIMIT(MEMORY),
                            .n_holders = slots < CONNECTIONS ? slots : CONNECTIONS};
    struct spk_kube_config config = config_of(&crowd->arena, "healthy");
    crowd->other = open_api(&config);
    config.max_inflight = slots;
    crowd->api = open_api(&config);
    crowd->before = writes_after(crowd->other, "count");
    for (size_t i = 0; i < crowd->n_holders; i++)
        exchange_start(&crowd->holders[i], crowd->api, &crowd->arena, patch("held"), 20000);
    while (writes_after(crowd->other, "count") < crowd->before + (int64_t)crowd->n_holders)
        ; /* until they are there */
    for (size_t i = 0; i < QUEUE; i++)
        exchange_start(&crowd->queued[i], crowd->api, &crowd->arena, create(), timeout_ms);
}

static void crowd_end(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->n_holders; i++)
        (void)writes_after(crowd->other, "release");
    for (size_t i = 0; i < crowd->n_holders; i++) {
        exchange_wait(&crowd->holders[i]);
        CU_ASSERT_EQUAL(crowd->holders[i].job.reply.transport, SPK_API_ANSWERED);
        CU_ASSERT_EQUAL(crowd->holders[i].job.reply.http, 200);
    }
    spk_api_close(crowd->api);
    CU_ASSERT_EQUAL(writes_after(crowd->other, "count") - crowd->before,
                    (int64_t)crowd->n_holders);
    spk_api_close(crowd->other);
    spk_arena_free(&crowd->arena);
}

static void test_of_cancelled_writes_only_those_that_left_go_on(void)
{
    static const unsigned slots[] = {1, 64};

    for (size_t s = 0; s < SPK_LEN(slots); s++) {
        struct crowd crowd;

        crowd_start(&crowd, slots[s], 20000);
        for (size_t i = 0; i < crowd.n_holders; i++)
            spk_api_cancel(crowd.api, &crowd.holders[i].job);
        for (size_t i = 0; i < QUEUE; i++)
            spk_api_cancel(crowd.api, &crowd.queued[i].job);
        for (size_t i = 0; i < QUEUE; i++) {
            exchange_wait(&crowd.queued[i]);
            CU_ASSERT_EQUAL(crowd.queued[i].job.reply.transport, SPK_API_CANCELLED);
        }
        crowd_end(&crowd);
    }
}

static void test_writes_whose_time_is_up_before_they_left_are_dropped(void)
{
    static const unsigned slots[] = {1, 64};

    for (size_t s = 0; s < SPK_LEN(slots); s++) {
        struct crowd crowd;

        crowd_start(&crowd, slots[s], 200);
        for (size_t i = 0; i < QUEUE; i++) {
            exchange_wait(&crowd.queued[i]);
            CU_ASSERT_EQUAL(crowd.queued[i].job.reply.transport, SPK_API_NOT_SENT);
        }
        crowd_end(&crowd);
    }
}

/* All but the first wait for its connection, which libcurl does without looking at the time.
 */
static void test_nobody_waits_for_a_connection_longer_than_he_wants(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, "mute");
    struct spk_api *api = open_api(&config);
    struct exchange first = {0}, queued[QUEUE] = {0}, timer = {0};

    exchange_start(&first, api, &arena, create(), 20000);
    exchange_start(&timer, api, &arena,
                   (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = 4000}, 10000);
    for (size_t i = 0; i < QUEUE; i++)
        exchange_start(&queued[i], api, &arena, create(), 200);
    for (size_t i = 0; i < QUEUE; i++) {
        exchange_wait(&queued[i]);
        CU_ASSERT_EQUAL(queued[i].job.reply.transport, SPK_API_NOT_SENT);
        SPK_ASSERT_TEXT(queued[i].job.reply.trouble, "there was no connection in time");
    }
    CU_ASSERT_NOT_EQUAL(sem_trywait(&timer.ended), 0);
    spk_api_cancel(api, &first.job);
    exchange_wait(&first);
    CU_ASSERT_EQUAL(first.job.reply.transport, SPK_API_CANCELLED);
    spk_api_cancel(api, &timer.job);
    exchange_wait(&timer);
    spk_api_close(api);
}

static struct spk_api_request create_of(const char *body)
{
    struct spk_api_request request = create();

    request.body = body;
    request.body_length = strlen(body);
    return request;
}

/* The API server answers others all the while, so what is slow is not the connection. */
static void test_slow_answers_do_not_end_the_connection_that_others_use(void)
{
    enum { SLOW = 4 };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, "webhook");
    struct spk_api *api = open_api(&config);
    struct exchange held = {0}, slow[SLOW] = {0};
    int64_t connections = 0;

    exchange_start(&held, api, &arena, create_of("held"), 20000);
    for (size_t i = 0; i < SLOW; i++)
        exchange_start(&slow[i], api, &arena, create_of("slow"), 300 + 50 * (int64_t)i);
    for (size_t i = 0; i < SLOW; i++) {
        while (sem_trywait(&slow[i].ended) < 0) {
            SPK_ARENA other = SPK_ARENA_LIMIT(MEMORY);

            CU_ASSERT_EQUAL(exchange(api, &other, create_of("other")).http, 200);
        }
        CU_ASSERT_EQUAL(slow[i].job.reply.transport, SPK_API_INTERRUPTED);
    }
    struct spk_api_reply reply = exchange(api, &arena, create_of("release"));
    CU_ASSERT(spk_json_get_int(spk_json_get(reply.object, "connections"), &connections));
    CU_ASSERT_EQUAL(connections, 1);
    exchange_wait(&held);
    CU_ASSERT_EQUAL(held.job.reply.transport, SPK_API_ANSWERED);
    CU_ASSERT_EQUAL(held.job.reply.http, 200);
    spk_api_close(api);
}

static void test_a_redirect_is_told_and_not_followed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, "moved");
    struct spk_api *api = open_api(&config);
    struct spk_api_reply reply = exchange(api, &arena, create());

    CU_ASSERT_EQUAL(reply.transport, SPK_API_ANSWERED);
    CU_ASSERT_EQUAL(reply.http, 302);
    SPK_ASSERT_TEXT(reply.location, "https://login.example/sign-in");
    spk_api_close(api);
    config = config_of(&arena, "healthy");
    api = open_api(&config);
    reply = exchange(api, &arena, get("count"));
    CU_ASSERT_PTR_NULL(reply.location);
    spk_api_close(api);
}

/* A thread of libcurl waits for the name server; the loop must not wait for that thread. */
static void test_a_silent_name_server_stops_nobody(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, "healthy");

    if (older_curl_is_played()) /* an old library joins the thread, whatever it is told */
        return;
    config.address.host = MUTE_NAME;
    struct spk_api *api = open_api(&config);
    struct exchange one = {0}, timer = {0};
    exchange_start(&one, api, &arena, create(), 300);
    exchange_wait(&one);
    CU_ASSERT_EQUAL(one.job.reply.transport, SPK_API_NOT_SENT);
    CU_ASSERT_EQUAL(mute_names_waiting(), 1);
    int64_t ticked_ms = atomic_load(&api->ticked_ms);
    exchange_start(&timer, api, &arena,
                   (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = 10}, 10000);
    exchange_wait(&timer);
    CU_ASSERT(atomic_load(&api->ticked_ms) > ticked_ms);
    exchange_start(&one, api, &arena, create(), 20000);
    while (mute_names_waiting() < 2)
        ;
    spk_api_cancel(api, &one.job);
    exchange_wait(&one);
    CU_ASSERT_EQUAL(one.job.reply.transport, SPK_API_CANCELLED);
    spk_api_close(api);
    CU_ASSERT_EQUAL(mute_names_waiting(), 2);
    mute_names_end();
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_request_that_was_sent_again_in_vain_may_have_its_effect),
    SPK_TEST(a_request_that_never_left_has_no_effect),
    SPK_TEST(of_cancelled_writes_only_those_that_left_go_on),
    SPK_TEST(writes_whose_time_is_up_before_they_left_are_dropped),
    SPK_TEST(nobody_waits_for_a_connection_longer_than_he_wants),
    SPK_TEST(slow_answers_do_not_end_the_connection_that_others_use),
    SPK_TEST(a_redirect_is_told_and_not_followed),
    SPK_TEST(a_silent_name_server_stops_nobody),
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_FAILURE;
    directory = argv[1];
    servers = argv + 2;
    n_servers = (size_t)argc - 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = spk_test_run("faults", tests);
    curl_global_cleanup();
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the client says of requests whose connection dies; fault-server starts this program. */
#include "apiserver/loop.h"
#include "base/limits.h"
#include "exchange.h"

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

static CU_TestInfo tests[] = {
    SPK_TEST(a_request_that_was_sent_again_in_vain_may_have_its_effect),
    SPK_TEST(a_request_that_never_left_has_no_effect),
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

/* SPDX-License-Identifier: Apache-2.0 */
/* An HTTP/2 connection that falls silent, through frozen-relay, which starts this program. */
#include "apiserver/config/discover.h"
#include "apiserver/http/kube.h"
#include "exchange.h"

#include "test.h"

#include <curl/curl.h>
#include <signal.h>
#include <unistd.h>

#define MEMORY (4U << 20)

enum { IN_FLIGHT = 20 };

/* Set by main. */
static const char *kubeconfig, *port;
static int frozen;

static struct spk_api *open_api(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_source source = {.kubeconfig = kubeconfig};
    struct spk_kube_config config = {0};
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    config.address.port = port;
    CU_ASSERT_FATAL(spk_kube_open(&api, &config, &err));
    return api;
}

static const struct spk_api_request version = {.verb = SPK_API_VERSION};

static void test_a_frozen_connection_is_left(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_arena arenas[IN_FLIGHT] = {0};
    struct exchange burst[IN_FLIGHT] = {0};
    struct spk_api *api = open_api();
    int64_t start;
    char byte;

    CU_ASSERT_EQUAL(exchange(api, &arena, version).http, 200);
    CU_ASSERT_EQUAL(kill(getppid(), SIGUSR1), 0);
    CU_ASSERT_EQUAL_FATAL(read(frozen, &byte, 1), 1);
    start = spk_monotonic_ms();
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        arenas[i].limit = MEMORY;
        exchange_start(&burst[i], api, &arenas[i], version, 300);
    }
    for (size_t i = 0; i < IN_FLIGHT; i++) {
        exchange_wait(&burst[i]);
        CU_ASSERT_EQUAL(burst[i].job.reply.transport, SPK_API_INTERRUPTED);
        spk_arena_free(&arenas[i]);
    }
    CU_ASSERT(spk_monotonic_ms() - start < 2000);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(exchange(api, &arena, version).http, 200);
    /* Far from the 10 s that a request on the frozen connection would have taken. */
    CU_ASSERT(spk_monotonic_ms() - start < 5000);
    spk_api_close(api);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_frozen_connection_is_left),
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    if (argc != 4)
        return EXIT_FAILURE;
    kubeconfig = argv[1];
    port = argv[2];
    frozen = (int)strtol(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = spk_test_run("frozen", tests);
    curl_global_cleanup();
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the client does on the wire, against loop-server, which starts this program. */
#include "apiserver/config/discover.h"
#include "apiserver/http/kube.h"
#include "base/limits.h"
#include "exchange.h"
#include "older_curl.h"

#include "test.h"

#include <curl/curl.h>
#include <unistd.h>

#define MEMORY (16U << 20)

/* Set by main. */
static const char *directory;
static const char *ports[7];
enum { MAIN, STRANGER, NAMED, PROXY, REFUSER, DEAD, OLD };

static struct spk_bytes pem(struct spk_arena *arena, const char *name)
{
    struct spk_bytes bytes = {0};
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_file_read(arena, spk_printf(arena, "%s/%s", directory, name),
                                  SPK_MAX_CA, &bytes, &err));
    return bytes;
}

/* One of the servers, without credentials. */
static struct spk_kube_config config_of(struct spk_arena *arena, int server)
{
    return (struct spk_kube_config){
        .address = {.tls = true, .host = "127.0.0.1", .port = ports[server], .prefix = ""},
        .ca = pem(arena, "ca.crt"),
        .mode = "test"};
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

/* GET one name with a configuration of its own. */
static struct spk_api_reply ask(struct spk_arena *arena, const struct spk_kube_config *config,
                                const char *name)
{
    struct spk_api *api = open_api(config);
    struct spk_api_reply reply = exchange(api, arena, get(name));

    spk_api_close(api);
    return reply;
}

static const char *seen(const struct spk_api_reply *reply, const char *path)
{
    CU_ASSERT_EQUAL(reply->transport, SPK_API_ANSWERED);
    CU_ASSERT_EQUAL(reply->http, 200);
    SPK_ASSERT_TEXT(reply->trouble, "");
    return spk_json_string(spk_json_at(reply->object, path));
}

static int64_t counted(const struct spk_api_reply *reply, const char *what)
{
    int64_t n = -1;

    (void)spk_json_get_int(spk_json_get(spk_json_get(reply->object, "counts"), what), &n);
    return n;
}

static void write_token(const char *path, const char *token)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(token, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void test_each_credential_arrives(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    const char *token_file = spk_printf(&arena, "%s/token", directory);

    struct spk_api_reply reply = ask(&arena, &config, "echo");
    CU_ASSERT_PTR_NULL(seen(&reply, "headers.authorization"));
    SPK_ASSERT_TEXT(seen(&reply, "certificate"), "");
    SPK_ASSERT_TEXT(seen(&reply, "path"), "/api/v1/namespaces/ns/pods/echo");
    SPK_ASSERT_TEXT(older_curl_protocols(false), "https");
    SPK_ASSERT_TEXT(older_curl_protocols(true), "https");

    config.token = "inline";
    reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "headers.authorization"), "Bearer inline");

    write_token(token_file, "of-a-file\n");
    config.token_file = token_file;
    reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "headers.authorization"), "Bearer of-a-file");

    config.client_certificate = pem(&arena, "client.crt");
    config.client_key = pem(&arena, "client.key");
    reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "headers.authorization"), "Bearer of-a-file");
    SPK_ASSERT_TEXT(seen(&reply, "certificate"), "client");

    config.token = config.token_file = NULL;
    config.username = "n";
    config.password = "p";
    reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "headers.authorization"), "Basic bjpw");
}

static void test_in_cluster_credentials_arrive(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_source source = {.service_host = "127.0.0.1",
                                     .service_port = ports[MAIN],
                                     .service_account = directory};
    struct spk_kube_config config = {0};
    struct spk_err err = {0};

    write_token(spk_printf(&arena, "%s/token", directory), "of-the-pod");
    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    struct spk_api_reply reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "headers.authorization"), "Bearer of-the-pod");
}

static void test_impersonation_arrives(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    config.as.user = "jane";
    config.as.uid = "17";
    spk_strings_add(&arena, &config.as.groups, "one");
    spk_strings_add(&arena, &config.as.groups, "two");
    spk_strings_add(&arena, &config.as.extra_keys, "Acme/Scope");
    spk_strings_add(&arena, &config.as.extra_values, "all");
    struct spk_api_reply reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "headers.impersonate-user"), "jane");
    SPK_ASSERT_TEXT(seen(&reply, "headers.impersonate-uid"), "17");
    SPK_ASSERT_TEXT(seen(&reply, "headers.impersonate-group"), "one|two");
    SPK_ASSERT_TEXT(seen(&reply, "headers.impersonate-extra-acme%2fscope"), "all");
    config.as.user = "jane\r\nImpersonate-Group: system:masters";
    CU_ASSERT_FALSE(spk_kube_open(&api, &config, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    CU_ASSERT_PTR_NULL(api);
}

static void test_headers_and_bodies_arrive(void)
{
    static const char agent[] = "sparksubmit/" SPK_VERSION " (linux/";
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);

    config.address.prefix = "/prefix";
    struct spk_api *api = open_api(&config);
    struct spk_buf large = {.arena = &arena};
    spk_buf_text(&large, "{\"a\":\"");
    while (large.length < 200000)
        spk_buf_text(&large, "0123456789");
    spk_buf_text(&large, "\"}");
    struct spk_api_request request = get("echo");
    request.verb = SPK_API_MERGE_PATCH;
    request.body = spk_buf_string(&large);
    struct spk_api_reply reply = exchange(api, &arena, request);
    SPK_ASSERT_TEXT(seen(&reply, "method"), "PATCH");
    SPK_ASSERT_TEXT(seen(&reply, "path"),
                    "/prefix/api/v1/namespaces/ns/pods/echo?fieldManager="
                    "spark-submit&fieldValidation=Warn");
    SPK_ASSERT_TEXT(seen(&reply, "body"), request.body);
    SPK_ASSERT_TEXT(seen(&reply, "headers.content-type"), "application/merge-patch+json");
    SPK_ASSERT_TEXT(seen(&reply, "headers.accept"), "application/json");
    CU_ASSERT_PTR_NULL(seen(&reply, "headers.expect"));
    CU_ASSERT_PTR_NULL(seen(&reply, "headers.accept-encoding"));
    CU_ASSERT_PTR_NULL(seen(&reply, "headers.cookie"));
    const char *sent = seen(&reply, "headers.user-agent");
    CU_ASSERT(sent && spk_starts_with(sent, agent) && spk_ends_with(sent, ") test"));

    request = get("echo");
    request.verb = SPK_API_DELETE;
    reply = exchange(api, &arena, request);
    SPK_ASSERT_TEXT(seen(&reply, "method"), "DELETE");
    SPK_ASSERT_TEXT(seen(&reply, "body"), "");
    request.body = "{}";
    reply = exchange(api, &arena, request);
    SPK_ASSERT_TEXT(seen(&reply, "method"), "DELETE");
    SPK_ASSERT_TEXT(seen(&reply, "body"), "{}");
    spk_api_close(api);
}

/* How the TLS side of a configuration ends. */
static void expect_tls(const struct spk_kube_config *config, bool accepted)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api_reply reply = ask(&arena, config, "echo");

    CU_ASSERT_EQUAL(reply.transport, accepted ? SPK_API_ANSWERED : SPK_API_NOT_SENT);
    CU_ASSERT_EQUAL(reply.http, accepted ? 200 : 0);
    CU_ASSERT_EQUAL(*reply.trouble == '\0', accepted);
}

static void test_only_the_named_authority_is_trusted(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, STRANGER);

    /* The environment names the stranger's authority; that must not count. */
    expect_tls(&config, false);
    config.ca = (struct spk_bytes){0};
    expect_tls(&config, false);
    config.ca = pem(&arena, "other-ca.crt");
    expect_tls(&config, true);
    config = config_of(&arena, MAIN);
    expect_tls(&config, true);
    config.ca = pem(&arena, "other-ca.crt");
    expect_tls(&config, false);
    config.insecure = true;
    expect_tls(&config, true);
    config = config_of(&arena, MAIN);
    config.ca = (struct spk_bytes){"-----BEGIN CERTIFICATE-----\nMA==\n", 33};
    expect_tls(&config, false);
}

/* What lies in the configuration, or in what the peer is, will be met by the next try, too. */
static void test_only_what_lasts_is_said_to_last(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);

    CU_ASSERT_FALSE(ask(&arena, &config, "echo").lasting);
    config.ca = pem(&arena, "other-ca.crt");
    CU_ASSERT_TRUE(ask(&arena, &config, "echo").lasting);
    config.ca = (struct spk_bytes){"-----BEGIN CERTIFICATE-----\nMA==\n", 33};
    CU_ASSERT_TRUE(ask(&arena, &config, "echo").lasting);
    config = config_of(&arena, DEAD);
    CU_ASSERT_FALSE(ask(&arena, &config, "echo").lasting);
    config.address.host = "does-not-exist.invalid";
    CU_ASSERT_FALSE(ask(&arena, &config, "echo").lasting);
}

static void test_an_authority_that_was_replaced_is_gone(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config trusted = config_of(&arena, MAIN), replaced = trusted;

    replaced.ca = pem(&arena, "other-ca.crt");
    for (int round = 0; round < 3; round++) {
        expect_tls(&trusted, true);
        expect_tls(&replaced, false);
    }
}

static void test_old_tls_is_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, OLD);

    expect_tls(&config, false);
    config.insecure = true;
    expect_tls(&config, false);
}

static void test_no_session_is_resumed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);
    struct spk_api_reply reply = exchange(api, &arena, get("close"));
    int64_t before = counted(&reply, "connections");

    for (int round = 0; round < 3; round++)
        reply = exchange(api, &arena, get("close"));
    CU_ASSERT_EQUAL(counted(&reply, "connections"), before + 3);
    CU_ASSERT_EQUAL(counted(&reply, "resumed"), 0);
    SPK_ASSERT_TEXT(seen(&reply, "version"), "TLSv1.3");
    spk_api_close(api);
}

static void test_the_servers_name_can_be_given(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, NAMED);

    expect_tls(&config, false);
    config.tls_server_name = "other.internal";
    expect_tls(&config, false);
    config.tls_server_name = "api.internal";
    struct spk_api_reply reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "serverName"), "api.internal");
    SPK_ASSERT_TEXT(seen(&reply, "headers.host"),
                    spk_printf(&arena, "127.0.0.1:%s", ports[NAMED]));
    config = config_of(&arena, MAIN);
    config.address.host = "localhost";
    expect_tls(&config, false);
}

static void test_proxies_are_used_only_when_named(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);

    /* HTTPS_PROXY of the environment points to nowhere; all other tests would notice. */
    config.proxy_url = spk_printf(&arena, "http://127.0.0.1:%s", ports[PROXY]);
    struct spk_api_reply reply = ask(&arena, &config, "echo");
    SPK_ASSERT_TEXT(seen(&reply, "method"), "GET");
    CU_ASSERT_EQUAL(counted(&reply, "tunnels"), 1);
    CU_ASSERT_EQUAL(reply.warnings.n, 0);
    config.no_proxy = "127.0.0.1";
    reply = ask(&arena, &config, "echo");
    CU_ASSERT_EQUAL(counted(&reply, "tunnels"), 1);
    config.no_proxy = NULL;
    config.proxy_url = spk_printf(&arena, "http://user:SECRET@127.0.0.1:%s", ports[REFUSER]);
    reply = ask(&arena, &config, "echo");
    /* An old library counts the bytes that asked for the tunnel, too: then nobody knows. */
    CU_ASSERT_EQUAL(reply.transport,
                    older_curl_is_played() ? SPK_API_INTERRUPTED : SPK_API_NOT_SENT);
    CU_ASSERT_EQUAL(reply.http, 0);
    CU_ASSERT_PTR_NULL(strstr(reply.trouble, "SECRET"));
}

/* The path is what decides how the server answers; the rest is what we make of it. */
static void test_answers_are_classified(void)
{
    static const struct {
        const char *name;
        enum spk_api_transport transport;
        int http;
        bool object;
        int64_t retry_after_ms;
        const char *reason, *trouble; /* the trouble's part, NULL: any */
    } cases[] = {
        {"echo", SPK_API_ANSWERED, 200, true, 0, "", ""},
        {"garbage", SPK_API_ANSWERED, 200, false, 0, "", ""},
        {"gzip", SPK_API_ANSWERED, 200, false, 0, "", ""},
        {"big", SPK_API_TRUNCATED, 200, false, 0, "", NULL},
        {"headers", SPK_API_TRUNCATED, 200, false, 0, "", NULL},
        {"cut", SPK_API_TRUNCATED, 201, false, 0, "", NULL},
        {"empty", SPK_API_INTERRUPTED, 0, false, 0, "", NULL},
        {"moved", SPK_API_ANSWERED, 302, false, 0, "", ""},
        {"throttle", SPK_API_ANSWERED, 429, false, 3000, "TooManyRequests", ""},
        {"later", SPK_API_ANSWERED, 503, false, 7000, "", ""},
        {"gateway", SPK_API_ANSWERED, 502, false, 0, "", "<html>Bad gateway</html>"},
        {"refused", SPK_API_ANSWERED, 401, false, 0, "Unauthorized", ""},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(2 * MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_api_reply reply = exchange(api, &arena, get(cases[i].name));

        if (reply.transport != cases[i].transport || reply.http != cases[i].http)
            fprintf(stderr, "\n%s: transport %d, HTTP %d\n", cases[i].name,
                    (int)reply.transport, reply.http);
        CU_ASSERT_EQUAL(reply.transport, cases[i].transport);
        CU_ASSERT_EQUAL(reply.http, cases[i].http);
        CU_ASSERT_EQUAL(reply.object != NULL, cases[i].object);
        CU_ASSERT_EQUAL(reply.retry_after_ms, cases[i].retry_after_ms);
        SPK_ASSERT_TEXT(reply.reason, cases[i].reason);
        if (cases[i].trouble)
            SPK_ASSERT_TEXT(reply.trouble, cases[i].trouble);
        else
            CU_ASSERT_NOT_EQUAL(*reply.trouble, '\0');
    }
    struct spk_api_request write = get("moved");
    write.verb = SPK_API_MERGE_PATCH;
    write.body = "{}";
    struct spk_api_reply reply = exchange(api, &arena, write);
    CU_ASSERT_EQUAL(reply.http, 302);
    reply = exchange(api, &arena, get("echo"));
    CU_ASSERT_EQUAL(counted(&reply, "stolen"), 0);
    spk_api_close(api);
}

static void test_warnings_are_those_of_the_answer(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api_reply reply = ask(&arena, &config, "warn");

    CU_ASSERT_EQUAL_FATAL(reply.warnings.n, 3);
    SPK_ASSERT_TEXT(reply.warnings.items[0], "first, with \"quotes\"");
    SPK_ASSERT_TEXT(reply.warnings.items[1], "second");
    SPK_ASSERT_TEXT(reply.warnings.items[2], "third");
    CU_ASSERT(reply.date_s > 1700000000);
    reply = ask(&arena, &config, "early");
    CU_ASSERT_EQUAL(reply.http, 200);
    CU_ASSERT_EQUAL(reply.warnings.n, 0);
}

static void test_a_refused_token_is_read_again_and_sent_once_more(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    const char *token_file = spk_printf(&arena, "%s/token", directory);

    write_token(token_file, "first");
    config.token_file = token_file;
    struct spk_api *api = open_api(&config);
    struct spk_api_reply reply = exchange(api, &arena, get("fresh"));
    CU_ASSERT_EQUAL(reply.http, 401);
    write_token(token_file, "second");
    reply = exchange(api, &arena, get("fresh"));
    SPK_ASSERT_TEXT(seen(&reply, "headers.authorization"), "Bearer second");
    write_token(token_file, "third");
    reply = exchange(api, &arena, get("refused"));
    CU_ASSERT_EQUAL(reply.http, 401);
    spk_api_close(api);
}

static void test_a_refused_credential_that_did_not_change_is_sent_once(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    const char *token_file = spk_printf(&arena, "%s/token", directory);

    struct spk_api_reply reply = ask(&arena, &config, "echo");
    int64_t before = counted(&reply, "refused");
    config.token = "inline";
    CU_ASSERT_EQUAL(ask(&arena, &config, "refused").http, 401);
    write_token(token_file, "of-a-file");
    config.token_file = token_file;
    CU_ASSERT_EQUAL(ask(&arena, &config, "refused").http, 401);
    config.token = config.token_file = NULL;
    config.client_certificate = pem(&arena, "client.crt");
    config.client_key = pem(&arena, "client.key");
    CU_ASSERT_EQUAL(ask(&arena, &config, "refused").http, 401);
    reply = ask(&arena, &config, "echo");
    CU_ASSERT_EQUAL(counted(&reply, "refused") - before, 3);
}

static void test_an_answer_that_does_not_come(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);
    struct exchange one = {0}, two = {0};

    exchange_start(&one, api, &arena, get("silent"), 300);
    exchange_wait(&one);
    CU_ASSERT_EQUAL(one.job.reply.transport, SPK_API_INTERRUPTED);
    CU_ASSERT_EQUAL(one.job.reply.http, 0);
    exchange_start(&two, api, &arena, get("echo"), 0);
    exchange_wait(&two);
    CU_ASSERT_EQUAL(two.job.reply.transport, SPK_API_NOT_SENT);
    struct spk_api_reply reply = exchange(api, &arena, get("echo"));
    SPK_ASSERT_TEXT(seen(&reply, "method"), "GET");
    spk_api_close(api);

    config = config_of(&arena, DEAD);
    reply = ask(&arena, &config, "echo");
    CU_ASSERT_EQUAL(reply.transport, SPK_API_NOT_SENT);
    config.address.host = "does-not-exist.invalid";
    reply = ask(&arena, &config, "echo");
    CU_ASSERT_EQUAL(reply.transport, SPK_API_NOT_SENT);
}

static void test_what_may_not_be_sent_is_not(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api_reply reply = ask(&arena, &config, "../secrets/x");

    CU_ASSERT_EQUAL(reply.transport, SPK_API_REFUSED);
    CU_ASSERT_EQUAL(reply.refused, SPK_INTERNAL_ERROR);
    SPK_ASSERT_TEXT(reply.trouble, "'../secrets/x' is not a Pod's name");
}

static void test_jobs_can_be_cancelled(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);

    config.max_inflight = 1;
    struct spk_api *api = open_api(&config);
    struct exchange running = {0}, waiting = {0}, timer = {0}, early = {0};
    int64_t start = spk_monotonic_ms();

    exchange_start(&running, api, &arena, get("silent"), 10000);
    exchange_start(&waiting, api, &arena, get("echo"), 10000);
    exchange_start(&timer, api, &arena,
                   (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = 10000}, 10000);
    spk_api_cancel(api, &waiting.job);
    exchange_wait(&waiting);
    CU_ASSERT_EQUAL(waiting.job.reply.transport, SPK_API_CANCELLED);
    spk_api_cancel(api, &running.job);
    spk_api_cancel(api, &timer.job);
    exchange_wait(&running);
    exchange_wait(&timer);
    CU_ASSERT_EQUAL(running.job.reply.transport, SPK_API_CANCELLED);
    CU_ASSERT_EQUAL(timer.job.reply.transport, SPK_API_CANCELLED);
    spk_api_cancel(api, &early.job);
    exchange_start(&early, api, &arena, get("echo"), 10000);
    exchange_wait(&early);
    CU_ASSERT_EQUAL(early.job.reply.transport, SPK_API_CANCELLED);
    CU_ASSERT(spk_monotonic_ms() - start < 4000);
    struct spk_api_reply reply = exchange(api, &arena, get("echo"));
    SPK_ASSERT_TEXT(seen(&reply, "method"), "GET");
    spk_api_close(api);
}

static void test_waiting_takes_its_time(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, DEAD);
    struct spk_api *api = open_api(&config);
    int64_t start = spk_monotonic_ms();
    struct spk_api_reply reply =
        exchange(api, &arena, (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = 150});

    CU_ASSERT_EQUAL(reply.transport, SPK_API_ANSWERED);
    CU_ASSERT(spk_monotonic_ms() - start >= 150);
    CU_ASSERT(api->ops->now_ms(api) >= start);
    spk_api_close(api);
}

static void test_an_exhausted_arena_ends_only_its_job(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_arena small = SPK_ARENA_LIMIT(512U << 10), tiny = SPK_ARENA_LIMIT(100);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);

    struct spk_api_reply reply = exchange(api, &small, get("large"));
    CU_ASSERT_EQUAL(reply.transport, SPK_API_TRUNCATED);
    CU_ASSERT_EQUAL(reply.http, 200);
    CU_ASSERT_PTR_NULL(reply.object);
    reply = exchange(api, &tiny, get("echo"));
    CU_ASSERT_EQUAL(reply.transport, SPK_API_REFUSED);
    CU_ASSERT_EQUAL(reply.refused, SPK_REQUEST_TOO_LARGE);
    reply = exchange(api, &arena, get("large"));
    CU_ASSERT_EQUAL(reply.http, 200);
    CU_ASSERT_PTR_NOT_NULL(reply.object);
    spk_arena_free(&small);
    spk_arena_free(&tiny);
    spk_api_close(api);
}

static void test_a_burst_shares_two_connections(void)
{
    enum { N = 200 };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);
    struct exchange *burst = spk_alloc_array(&arena, N, sizeof(*burst));
    struct spk_arena *arenas = spk_alloc_array(&arena, N, sizeof(*arenas));
    struct spk_api_reply reply = ask(&arena, &config, "echo");
    int64_t before = counted(&reply, "connections");

    for (size_t i = 0; i < N; i++) {
        arenas[i].limit = MEMORY;
        exchange_start(&burst[i], api, &arenas[i], get("echo"), 20000);
    }
    for (size_t i = 0; i < N; i++) {
        exchange_wait(&burst[i]);
        CU_ASSERT_EQUAL(burst[i].job.reply.http, 200);
        spk_arena_free(&arenas[i]);
    }
    reply = exchange(api, &arena, get("echo"));
    CU_ASSERT(counted(&reply, "connections") - before <= 2);
    spk_api_close(api);
}

/* A request of one of many tenants. */
struct tenant {
    struct exchange exchange;
    struct spk_arena arena;
    struct spk_impersonation as;
};

static void start_as(struct tenant *tenant, struct spk_api *api, size_t number)
{
    struct spk_api_request request = get("echo");

    tenant->arena.limit = MEMORY;
    tenant->as.user = spk_printf(&tenant->arena, "tenant-%zu", number);
    if (number % 2)
        spk_strings_add(&tenant->arena, &tenant->as.groups, tenant->as.user);
    request.as = number % 3 ? &tenant->as : NULL;
    exchange_start(&tenant->exchange, api, &tenant->arena, request, 60000);
}

static void expect_as(struct tenant *tenant, size_t number)
{
    const struct spk_api_reply *reply = &tenant->exchange.job.reply;
    bool named = number % 3 != 0;

    exchange_wait(&tenant->exchange);
    SPK_ASSERT_TEXT(seen(reply, "headers.impersonate-user"),
                    named ? tenant->as.user : "everybody");
    const char *group = named && number % 2 ? tenant->as.user : NULL;
    SPK_ASSERT_TEXT(seen(reply, "headers.impersonate-group"), named ? group : "all");
    spk_arena_free(&tenant->arena);
}

/* Requests without a name to act as go out as the configuration says. */
static void test_tenants_share_connections(void)
{
    enum { N = 1000 };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);

    config.as.user = "everybody";
    spk_strings_add(&arena, &config.as.groups, "all");
    struct spk_api *api = open_api(&config);
    struct tenant *tenants = spk_alloc_array(&arena, N, sizeof(*tenants));
    struct spk_api_reply reply = ask(&arena, &config, "echo");
    int64_t before = counted(&reply, "connections");
    for (size_t i = 0; i < N; i++)
        start_as(&tenants[i], api, i);
    for (size_t i = 0; i < N; i++)
        expect_as(&tenants[i], i);
    reply = exchange(api, &arena, get("echo"));
    CU_ASSERT(counted(&reply, "connections") - before <= 2);
    spk_api_close(api);
}

/* The next request of a chain is started by the end of the one before, on the loop itself. */
static void follow(struct spk_api_job *job)
{
    struct exchange *chain = job->context;

    if (job->request.wait_ms-- > 1)
        spk_api_start(job->loop, job);
    else
        sem_post(&chain->ended);
}

/* A loop that is idle is woken: without that, each would wait for its next turn, a second. */
static void test_an_idle_loop_is_woken(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    const struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);
    int64_t start = spk_monotonic_ms();

    for (int i = 0; i < 30; i++) {
        struct spk_api_reply reply = exchange(api, &arena, get("echo"));

        CU_ASSERT_EQUAL(reply.http, 200);
    }
    CU_ASSERT(spk_monotonic_ms() - start < 15000);
    spk_api_close(api);
}

static void test_closing_waits_for_what_runs_and_what_follows(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_config config = config_of(&arena, MAIN);
    struct spk_api *api = open_api(&config);
    struct exchange chain = {.job = {.arena = &arena,
                                     .request = get("slow"),
                                     .done = follow,
                                     .context = &chain,
                                     .loop = api}};

    sem_init(&chain.ended, 0, 0);
    chain.job.request.wait_ms = 3; /* links left */
    chain.job.deadline_ms = spk_monotonic_ms() + 10000;
    spk_api_start(api, &chain.job);
    spk_api_close(api);
    CU_ASSERT_EQUAL(sem_trywait(&chain.ended), 0);
    CU_ASSERT_EQUAL(chain.job.reply.http, 200);
    sem_destroy(&chain.ended);
}

static void test_an_option_that_is_missing_is_named(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    const struct spk_kube_config config = config_of(&arena, MAIN);
    const char *version = curl_version_info(CURLVERSION_NOW)->version;
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    older_curl_forgets(CURLOPT_CAINFO_BLOB);
    CU_ASSERT_FALSE(spk_kube_open(&api, &config, &err));
    older_curl_forgets(0);
    SPK_ASSERT_TEXT(err.text,
                    spk_printf(&arena,
                               "libcurl %s does not know CURLOPT_CAINFO_BLOB, which is needed "
                               "here: install libcurl 7.77.0 or newer",
                               version));
    older_curl_forgets(CURLOPT_PIPEWAIT);
    CU_ASSERT_FALSE(spk_kube_open(&api, &config, &err));
    older_curl_forgets(0);
    SPK_ASSERT_TEXT(err.text,
                    spk_printf(&arena,
                               "libcurl %s does not take option 237, which is needed: "
                               "%s",
                               version, curl_easy_strerror(CURLE_UNKNOWN_OPTION)));
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_credential_arrives),
    SPK_TEST(in_cluster_credentials_arrive),
    SPK_TEST(impersonation_arrives),
    SPK_TEST(headers_and_bodies_arrive),
    SPK_TEST(only_the_named_authority_is_trusted),
    SPK_TEST(only_what_lasts_is_said_to_last),
    SPK_TEST(an_authority_that_was_replaced_is_gone),
    SPK_TEST(old_tls_is_refused),
    SPK_TEST(no_session_is_resumed),
    SPK_TEST(the_servers_name_can_be_given),
    SPK_TEST(proxies_are_used_only_when_named),
    SPK_TEST(answers_are_classified),
    SPK_TEST(warnings_are_those_of_the_answer),
    SPK_TEST(a_refused_token_is_read_again_and_sent_once_more),
    SPK_TEST(a_refused_credential_that_did_not_change_is_sent_once),
    SPK_TEST(an_answer_that_does_not_come),
    SPK_TEST(what_may_not_be_sent_is_not),
    SPK_TEST(jobs_can_be_cancelled),
    SPK_TEST(waiting_takes_its_time),
    SPK_TEST(an_exhausted_arena_ends_only_its_job),
    SPK_TEST(a_burst_shares_two_connections),
    SPK_TEST(tenants_share_connections),
    SPK_TEST(an_idle_loop_is_woken),
    SPK_TEST(closing_waits_for_what_runs_and_what_follows),
    SPK_TEST(an_option_that_is_missing_is_named),
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    if (argc != 2 + (int)SPK_LEN(ports))
        return EXIT_FAILURE;
    directory = argv[1];
    for (size_t i = 0; i < SPK_LEN(ports); i++)
        ports[i] = argv[2 + i];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = spk_test_run("loop", tests);
    curl_global_cleanup();
    return result;
}

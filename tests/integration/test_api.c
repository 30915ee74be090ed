/* SPDX-License-Identifier: Apache-2.0 */
/* The client against a real kube-apiserver. argv[1]: its kubeconfig. api-test prepares the
 * namespace "quota". */
#include "apiserver/config/discover.h"
#include "apiserver/http/kube.h"
#include "apiserver/http/request.h"
#include "apiserver/http/status.h"
#include "driver/kill.h"
#include "exchange.h"

#include "test.h"

#include <curl/curl.h>

#define MEMORY (8U << 20)
#define NS     "default"

static const char *kubeconfig; /* set by main */

static struct spk_api *open_api(const char *context)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_kube_source source = {.kubeconfig = kubeconfig, .context = context};
    struct spk_kube_config config = {0};
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    config.mode = "test";
    CU_ASSERT_FATAL(spk_kube_open(&api, &config, &err));
    return api;
}

static struct spk_api_request request(enum spk_api_verb verb, const char *kind,
                                      const char *name, const char *body)
{
    return (struct spk_api_request){.verb = verb,
                                    .resource = spk_resource_find(NULL, kind),
                                    .ns = NS,
                                    .name = name,
                                    .body = body};
}

static const char *at(const cJSON *object, const char *path)
{
    return spk_json_string(spk_json_at(object, path));
}

/* A kind, and an object of it with a placeholder for the name. */
static const struct {
    const char *kind, *body;
} kinds[] = {
    {"ConfigMap",
     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\","
     "\"labels\":{\"test\":\"%s\"}},\"data\":{\"k\":\"v\"}}"},
    {"Pod",
     "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"labels\":"
     "{\"test\":\"%s\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}"},
    {"Service", "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"%s\","
                "\"labels\":{\"test\":\"%s\"}},\"spec\":{\"clusterIP\":\"None\",\"ports\":"
                "[{\"name\":\"p\",\"port\":7078}]}}"},
};

static const char *body_of(struct spk_arena *arena, size_t kind, const char *name)
{
    const char *text = kinds[kind].body, *first = strstr(text, "%s"), *second;

    second = strstr(first + 2, "%s");
    return spk_printf(arena, "%.*s%s%.*s%s%s", (int)(first - text), text, name,
                      (int)(second - first - 2), first + 2, name, second + 2);
}

/* Create, see, list, patch twice and delete one object, each answer checked. */
static void live(struct spk_api *api, size_t kind, const char *name)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    const char *what = kinds[kind].kind;
    struct spk_api_request create =
        request(SPK_API_CREATE, what, NULL, body_of(&arena, kind, name));
    create.timeout_s = 9;
    create.audit_id = "6a7d2bd6-4a3e-4c1e-9d0f-0c8f3a1b2c3d";

    struct spk_api_reply reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.transport, SPK_API_ANSWERED);
    CU_ASSERT_EQUAL_FATAL(reply.http, 201);
    CU_ASSERT(reply.date_s > 1700000000);
    const char *uid = at(reply.object, "metadata.uid");
    CU_ASSERT_PTR_NOT_NULL_FATAL(uid);

    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 409);
    SPK_ASSERT_TEXT(reply.reason, "AlreadyExists");
    SPK_ASSERT_TEXT(reply.details_name, name);
    CU_ASSERT_PTR_NULL(reply.object);

    reply = exchange(api, &arena, request(SPK_API_GET, what, name, NULL));
    CU_ASSERT_EQUAL(reply.http, 200);
    SPK_ASSERT_TEXT(at(reply.object, "metadata.uid"), uid);
    const char *manager = spk_json_get_text(
        spk_json_at(reply.object, "metadata.managedFields")->child, "manager");
    SPK_ASSERT_TEXT(manager, "spark-submit");

    struct spk_api_request list = request(SPK_API_LIST, what, NULL, NULL);
    list.label_selector = spk_printf(&arena, "test=%s", name);
    reply = exchange(api, &arena, list);
    CU_ASSERT_EQUAL(reply.http, 200);
    CU_ASSERT_EQUAL(spk_json_size(spk_json_get(reply.object, "items")), 1);
    list.label_selector = "test in (nothing),test";
    reply = exchange(api, &arena, list);
    CU_ASSERT_EQUAL(spk_json_size(spk_json_get(reply.object, "items")), 0);

    reply = exchange(api, &arena,
                     request(SPK_API_MERGE_PATCH, what, name,
                             "{\"metadata\":{\"annotations\":{\"a\":\"1\"}}}"));
    CU_ASSERT_EQUAL(reply.http, 200);
    SPK_ASSERT_TEXT(at(reply.object, "metadata.annotations.a"), "1");
    const char *patch =
        "[{\"op\":\"test\",\"path\":\"/metadata/annotations/a\",\"value\":\"%s\"},"
        "{\"op\":\"replace\",\"path\":\"/metadata/annotations/a\",\"value\":\"2\"}]";
    const char *place = strstr(patch, "%s");
    for (int round = 0; round < 2; round++) {
        const char *value = round == 0 ? "1" : "not that";
        const char *body =
            spk_printf(&arena, "%.*s%s%s", (int)(place - patch), patch, value, place + 2);
        reply = exchange(api, &arena, request(SPK_API_JSON_PATCH, what, name, body));
        CU_ASSERT_EQUAL(reply.http, round == 0 ? 200 : 422);
    }

    const char *stranger = spk_delete_options(
        &arena, &(struct spk_delete){.uid = "00000000-0000-0000-0000-000000000000"});
    reply = exchange(api, &arena, request(SPK_API_DELETE, what, name, stranger));
    CU_ASSERT_EQUAL(reply.http, 409);
    SPK_ASSERT_TEXT(reply.reason, "Conflict");
    reply = exchange(api, &arena,
                     request(SPK_API_DELETE, what, name,
                             spk_delete_options(&arena, &(struct spk_delete){.uid = uid})));
    CU_ASSERT_EQUAL(reply.http, 200);
    reply = exchange(api, &arena, request(SPK_API_GET, what, name, NULL));
    CU_ASSERT_EQUAL(reply.http, 404);
    SPK_ASSERT_TEXT(reply.reason, "NotFound");
}

static void test_objects_live_and_die_with_every_identity(void)
{
    static const char *const contexts[] = {"token", "certificate"};

    for (size_t i = 0; i < SPK_LEN(contexts); i++) {
        struct spk_api *api = open_api(contexts[i]);

        for (size_t kind = 0; kind < SPK_LEN(kinds); kind++)
            live(api, kind, contexts[i]);
        spk_api_close(api);
    }
}

static void test_a_dry_run_stores_nothing(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(NULL);
    struct spk_api_request create =
        request(SPK_API_CREATE, "Pod", NULL, body_of(&arena, 1, "dry"));

    create.dry_run = true;
    struct spk_api_reply reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 201);
    reply = exchange(api, &arena, request(SPK_API_GET, "Pod", "dry", NULL));
    CU_ASSERT_EQUAL(reply.http, 404);
    spk_api_close(api);
}

static void test_strict_refuses_what_warn_tells(void)
{
    static const char body[] = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":"
                               "{\"name\":\"strict\"},\"data\":{},\"dta\":{},\"x\":1}";
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(NULL);
    struct spk_api_request create = request(SPK_API_CREATE, "ConfigMap", NULL, body);

    create.dry_run = true;
    struct spk_api_reply reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 201);
    CU_ASSERT_EQUAL_FATAL(reply.warnings.n, 2);
    SPK_ASSERT_TEXT(reply.warnings.items[0], "unknown field \"dta\"");
    SPK_ASSERT_TEXT(reply.warnings.items[1], "unknown field \"x\"");
    create.strict = true;
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 400);
    CU_ASSERT_PTR_NOT_NULL(strstr(reply.message, "strict decoding error: unknown field"));
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_KUBE_REJECTED);
    spk_api_close(api);
}

static void test_refusals_have_their_reasons(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(NULL), *nobody = open_api("nobody");
    struct spk_api_request create =
        request(SPK_API_CREATE, "Pod", NULL, body_of(&arena, 1, "refused"));
    /* Of a group that is not there, and of one that is. */
    static const struct spk_resource absent = {
        .kind = "PodGroup", .api_version = "absent.example/v1", .plural = "podgroups"};
    static const struct spk_resource older = {.kind = "NetworkPolicy",
                                              .api_version = "networking.k8s.io/v1beta9",
                                              .plural = "networkpolicies"};

    struct spk_api_reply reply = exchange(nobody, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 403);
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_KUBE_FORBIDDEN);
    create.ns = "not-there";
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 404);
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_NAMESPACE_NOT_FOUND);
    create.resource = &absent;
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 404);
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_KIND_UNKNOWN);
    create.resource = &older;
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 404);
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_KIND_UNKNOWN);
    create.resource = spk_resource_find(NULL, "Pod");
    create.ns = NS;
    create.body =
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"refused\"},"
        "\"spec\":{\"containers\":[{\"name\":\"c\"}]}}";
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 422);
    CU_ASSERT_EQUAL(spk_status_reason(&reply), SPK_KUBE_REJECTED);
    CU_ASSERT_EQUAL_FATAL(reply.n_causes, 1);
    SPK_ASSERT_TEXT(reply.causes[0].field, "spec.containers[0].image");
    reply = exchange(api, &arena, (struct spk_api_request){.verb = SPK_API_VERSION});
    CU_ASSERT_EQUAL(reply.http, 200);
    SPK_ASSERT_TEXT(spk_json_get_text(reply.object, "major"), "1");
    spk_api_close(nobody);
    spk_api_close(api);
}

#define QUOTA_NS "quota"

/* What admission refuses, in the API server's own words. */
static void test_a_full_quota_is_recognised(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(NULL);
    struct spk_api_request create =
        request(SPK_API_CREATE, "ConfigMap", NULL, body_of(&arena, 0, "one"));
    struct spk_err err = {0};

    create.ns = QUOTA_NS;
    struct spk_api_reply reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 403);
    CU_ASSERT_FALSE(spk_status_fail(&reply, NULL, &arena, &err));
    SPK_ASSERT_TEXT(spk_reason_name(err.reason), "KUBE_QUOTA_EXCEEDED");
    create.resource = spk_resource_find(NULL, "Pod");
    create.body =
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":"
        "{\"hostNetwork\":true,\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL(reply.http, 403);
    SPK_ASSERT_TEXT(spk_reason_name(spk_status_reason(&reply)), "POD_SECURITY_VIOLATION");
    spk_api_close(api);
}

static void test_a_burst_is_served(void)
{
    enum { N = 200 };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_arena arenas[N] = {0};
    struct exchange *burst = spk_alloc_array(&arena, N, sizeof(*burst));
    struct spk_api *api = open_api(NULL);

    for (size_t i = 0; i < N; i++) {
        arenas[i].limit = MEMORY;
        exchange_start(&burst[i], api, &arenas[i],
                       (struct spk_api_request){.verb = SPK_API_VERSION}, 20000);
    }
    for (size_t i = 0; i < N; i++) {
        exchange_wait(&burst[i]);
        CU_ASSERT_EQUAL(burst[i].job.reply.http, 200);
        spk_arena_free(&arenas[i]);
    }
    spk_api_close(api);
}

/* A watch and the types of what it heard: "ADDED MODIFIED ". */
struct watch {
    struct exchange exchange; /* first */
    struct spk_arena arena;
    struct spk_buf heard;
    const char *kind, *version; /* of the last event */
    sem_t deleted;
};

static void hear(struct spk_api_job *job, const struct spk_watch_event *event)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};
    struct watch *watch = job->context;

    if (event->type != SPK_WATCH_BOOKMARK)
        spk_buf_printf(&watch->heard, "%s ", names[event->type]);
    watch->kind = spk_strdup(&watch->arena, spk_json_get_text(event->object, "kind"));
    watch->version = spk_strdup(&watch->arena, event->version);
    if (event->type == SPK_WATCH_DELETED)
        sem_post(&watch->deleted);
}

static void start_watch(struct watch *watch, struct spk_api *api, const char *version,
                        int timeout_s)
{
    struct spk_api_request what = request(SPK_API_WATCH, "ConfigMap", NULL, NULL);

    *watch = (struct watch){.arena.limit = MEMORY};
    watch->heard.arena = &watch->arena;
    watch->exchange.job.on_event = hear;
    sem_init(&watch->deleted, 0, 0);
    what.field_selector = "metadata.name=watched";
    what.version = version;
    what.timeout_s = timeout_s;
    what.metadata_only = true;
    exchange_start(&watch->exchange, api, &watch->arena, what, 30000);
}

static void test_a_watch_hears_what_happens(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(NULL);
    struct watch watch, closed, old;
    struct spk_api_request create =
        request(SPK_API_CREATE, "ConfigMap", NULL, body_of(&arena, 0, "watched"));

    struct spk_api_reply reply =
        exchange(api, &arena, request(SPK_API_LIST, "ConfigMap", NULL, NULL));
    start_watch(&watch, api, at(reply.object, "metadata.resourceVersion"), 300);
    reply = exchange(api, &arena, create);
    CU_ASSERT_EQUAL_FATAL(reply.http, 201);
    const char *updated = spk_printf(
        &arena,
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"watched\","
        "\"resourceVersion\":\"%s\"},\"data\":{\"k\":\"other\"}}",
        at(reply.object, "metadata.resourceVersion"));
    reply = exchange(api, &arena, request(SPK_API_UPDATE, "ConfigMap", "watched", updated));
    CU_ASSERT_EQUAL(reply.http, 200);
    SPK_ASSERT_TEXT(at(reply.object, "data.k"), "other");
    reply = exchange(api, &arena, request(SPK_API_UPDATE, "ConfigMap", "watched", updated));
    CU_ASSERT_EQUAL(reply.http, 409);
    SPK_ASSERT_TEXT(reply.reason, "Conflict");
    reply = exchange(api, &arena, request(SPK_API_DELETE, "ConfigMap", "watched", NULL));
    CU_ASSERT_EQUAL(reply.http, 200);
    while (sem_wait(&watch.deleted) < 0)
        ;
    SPK_ASSERT_TEXT(spk_buf_string(&watch.heard), "ADDED MODIFIED DELETED ");
    SPK_ASSERT_TEXT(watch.kind, "PartialObjectMetadata");

    start_watch(&closed, api, watch.version, 1);
    exchange_wait(&closed.exchange);
    CU_ASSERT_EQUAL(closed.exchange.job.reply.transport, SPK_API_ANSWERED);
    CU_ASSERT_EQUAL(closed.exchange.job.reply.http, 200);
    start_watch(&old, api, "1", 1);
    exchange_wait(&old.exchange);
    CU_ASSERT(old.exchange.job.reply.http == 410 || old.exchange.job.reply.http == 200);
    spk_api_close(api);
    exchange_wait(&watch.exchange);
    CU_ASSERT_EQUAL(watch.exchange.job.reply.transport, SPK_API_CANCELLED);
    spk_arena_free(&watch.arena);
    spk_arena_free(&closed.arena);
    spk_arena_free(&old.arena);
}

static void test_a_request_acts_as_another(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api(NULL);
    struct spk_impersonation as = {.user = "jane"};
    struct spk_api_request list = request(SPK_API_LIST, "ConfigMap", NULL, NULL);

    list.as = &as;
    struct spk_api_reply reply = exchange(api, &arena, list);
    CU_ASSERT_EQUAL(reply.http, 403);
    CU_ASSERT_PTR_NOT_NULL(strstr(reply.message, "User \"jane\" cannot list"));
    spk_strings_add(&arena, &as.groups, "system:masters");
    CU_ASSERT_EQUAL(exchange(api, &arena, list).http, 200);
    spk_api_close(api);
}

static CU_TestInfo tests[] = {
    SPK_TEST(objects_live_and_die_with_every_identity),
    SPK_TEST(a_dry_run_stores_nothing),
    SPK_TEST(strict_refuses_what_warn_tells),
    SPK_TEST(refusals_have_their_reasons),
    SPK_TEST(a_full_quota_is_recognised),
    SPK_TEST(a_burst_is_served),
    SPK_TEST(a_watch_hears_what_happens),
    SPK_TEST(a_request_acts_as_another),
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    kubeconfig = argv[1];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = spk_test_run("api", tests);
    curl_global_cleanup();
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol against a real kube-apiserver. argv[1]: its kubeconfig; argv[2]: a suffix that
 * makes names new. submit-test prepares the namespace "quota". */
#include "apiserver/config/discover.h"
#include "apiserver/http/kube.h"
#include "deploy/adopt.h"
#include "exchange.h"
#include "kubernetes/object.h"
#include "submission_fixture.h"
#include "json/write.h"

#include "test.h"

#include <curl/curl.h>

#define NS      "default"
#define CALLERS 4
#define ROUNDS  10

static const char *kubeconfig; /* set by main, like suffix */
static char suffix[24];

static struct spk_api *open_api(const char *context)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(8 << 20);
    struct spk_kube_source source = {.kubeconfig = kubeconfig, .context = context};
    struct spk_kube_config config = {0};
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_kube_config_load(&arena, &source, &config, &err));
    config.mode = "test";
    CU_ASSERT_FATAL(spk_kube_open(&api, &config, &err));
    return api;
}

/* A submission and the end of it. */
struct bench {
    struct submission_fixture fixture;
    char name[64];
    sem_t ended;
};

static void post(struct spk_submit_call *call)
{
    sem_post(&((struct bench *)call->context)->ended);
}

static void bench_init(struct bench *bench, struct spk_api *api, const char *name,
                       struct submission_choice choice)
{
    (void)snprintf(bench->name, sizeof(bench->name), "%s-%s", name, suffix);
    choice.name = bench->name;
    choice.ns = choice.ns ? choice.ns : NS;
    choice.submission_id = choice.submission_id ? choice.submission_id : "sub-1";
    submission_fixture_init(&bench->fixture, api, &choice);
    sem_init(&bench->ended, 0, 0);
    bench->fixture.call.done = post;
    bench->fixture.call.context = bench;
    bench->fixture.call.deadline_ms = spk_monotonic_ms() + 30000;
}

static const struct spk_submit_call *end(struct bench *bench)
{
    while (sem_wait(&bench->ended) < 0)
        ;
    sem_destroy(&bench->ended);
    return &bench->fixture.call;
}

static const struct spk_submit_call *run(struct bench *bench)
{
    spk_submit_start(&bench->fixture.call);
    return end(bench);
}

static void bench_done(struct bench *bench)
{
    spk_arena_free(&bench->fixture.arena);
}

static const cJSON *stored(struct spk_api *api, struct bench *bench, const char *kind,
                           const char *name)
{
    return exchange(api, &bench->fixture.arena,
                    (struct spk_api_request){.verb = SPK_API_GET,
                                             .resource = spk_resource_find(NULL, kind),
                                             .ns = NS,
                                             .name = name})
        .object;
}

static void test_p_creates_adopts_and_relabels(void)
{
    struct spk_api *api = open_api("token");
    struct bench first, again;

    bench_init(&first, api, "p", (struct submission_choice){.attempts = 1});
    const struct spk_submit_call *call = run(&first);
    SPK_ASSERT_TEXT(call->err.text, "");
    CU_ASSERT_TRUE_FATAL(call->ok);
    CU_ASSERT_EQUAL(call->kube_calls, 3);
    CU_ASSERT_FALSE(call->result.adopted);
    SPK_ASSERT_TEXT(call->result.pod_phase, "Pending");

    for (int retry = 0; retry < 2; retry++) {
        bench_init(&again, api, "p", (struct submission_choice){.attempts = 1});
        again.fixture.call.retry = retry;
        const struct spk_submit_call *repeat = run(&again);
        SPK_ASSERT_TEXT(repeat->err.text, "");
        CU_ASSERT_TRUE(repeat->result.adopted);
        CU_ASSERT_EQUAL(repeat->result.n_objects, 3);
        SPK_ASSERT_TEXT(repeat->result.pod_uid, call->result.pod_uid);
        bench_done(&again);
    }

    bench_init(&again, api, "p",
               (struct submission_choice){.attempts = 1, .submission_id = "sub-2"});
    again.fixture.call.require_submission_id = true;
    const struct spk_submit_call *relabelled = run(&again);
    SPK_ASSERT_TEXT(relabelled->err.text, "");
    SPK_ASSERT_TEXT(relabelled->result.submission_id, "sub-2");
    SPK_ASSERT_TEXT(
        spk_submission_label(stored(api, &again, "Pod", relabelled->result.pod_name)),
        "sub-2");
    bench_done(&again);

    bench_init(&again, api, "p", (struct submission_choice){.attempts = 2});
    const struct spk_submit_call *later = run(&again);
    CU_ASSERT_FALSE(later->ok);
    CU_ASSERT_EQUAL(later->err.reason, SPK_DRIVER_POD_EXISTS);
    bench_done(&again);
    bench_done(&first);
    spk_api_close(api);
}

static void test_g_opens_its_gate_and_leaves_others(void)
{
    struct spk_api *api = open_api("token");
    struct bench first, again;

    bench_init(&first, api, "g",
               (struct submission_choice){.variant = SPK_VARIANT_GATED_POD_FIRST});
    cJSON *gates =
        spk_json_list(spk_json_child(first.fixture.parts.pod, "spec"), "schedulingGates");
    spk_json_text(spk_json_push_object(gates), "name", "example.com/quota");
    const struct spk_submit_call *call = run(&first);
    SPK_ASSERT_TEXT(call->err.text, "");
    CU_ASSERT_TRUE_FATAL(call->ok);
    CU_ASSERT_EQUAL(call->kube_calls, 4);
    const cJSON *pod = stored(api, &first, "Pod", call->result.pod_name);
    SPK_ASSERT_TEXT(
        spk_json_write(&first.fixture.arena, spk_json_at(pod, "spec.schedulingGates")),
        "[{\"name\":\"example.com/quota\"}]");
    const cJSON *map = stored(api, &first, "ConfigMap", call->result.objects[1].name);
    const cJSON *owners = spk_json_at(map, "metadata.ownerReferences");
    SPK_ASSERT_TEXT(spk_json_get_text(owners->child, "uid"), call->result.pod_uid);

    bench_init(&again, api, "g",
               (struct submission_choice){.variant = SPK_VARIANT_GATED_POD_FIRST});
    const struct spk_submit_call *repeat = run(&again);
    SPK_ASSERT_TEXT(repeat->err.text, "");
    CU_ASSERT_TRUE(repeat->result.adopted);
    SPK_ASSERT_TEXT(repeat->result.pod_uid, call->result.pod_uid);
    bench_done(&again);
    bench_done(&first);
    spk_api_close(api);
}

static void test_objects_of_the_controller_are_brought_up_to_date(void)
{
    struct spk_api *api = open_api("token");
    struct bench bench;

    bench_init(
        &bench, api, "shared",
        (struct submission_choice){.attempts = 1, .shared = true, .shared_data = "old"});
    CU_ASSERT_TRUE(run(&bench)->ok);
    bench_done(&bench);
    bench_init(
        &bench, api, "shared",
        (struct submission_choice){.attempts = 1, .shared = true, .shared_data = "new"});
    const struct spk_submit_call *call = run(&bench);
    SPK_ASSERT_TEXT(call->err.text, "");
    const cJSON *map = stored(api, &bench, "ConfigMap", call->result.objects[0].name);
    SPK_ASSERT_TEXT(spk_json_get_text(spk_json_get(map, "data"), "prometheus.yaml"), "new");
    bench_done(&bench);
    spk_api_close(api);
}

/* A client whose object of the controller becomes another owner's between reading it and the
 * patch. */
struct thief {
    struct spk_api api;           /* first */
    struct spk_api *real, *other; /* other: of the thief, for real's thread must not wait */
    bool done;
};

static void steal(struct thief *thief, const struct spk_api_request *patch)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(8 << 20);
    struct spk_api_request request = {.verb = SPK_API_DELETE,
                                      .resource = patch->resource,
                                      .ns = patch->ns,
                                      .name = patch->name};
    cJSON *map = spk_object(&arena, "v1", "ConfigMap", patch->name);

    thief->done = true;
    CU_ASSERT_EQUAL(exchange(thief->other, &arena, request).http, 200);
    spk_json_text(spk_json_child(map, "data"), "prometheus.yaml", "theirs");
    request.verb = SPK_API_CREATE;
    request.name = NULL;
    request.body = spk_json_write(&arena, map);
    request.body_length = strlen(request.body);
    CU_ASSERT_EQUAL(exchange(thief->other, &arena, request).http, 201);
}

static void start_with_thief(struct spk_api *api, struct spk_api_job *job)
{
    struct thief *thief = (struct thief *)api;

    if (job->request.verb == SPK_API_MERGE_PATCH && !thief->done)
        steal(thief, &job->request);
    spk_api_start(thief->real, job);
}

static void cancel_with_thief(struct spk_api *api, struct spk_api_job *job)
{
    spk_api_cancel(((struct thief *)api)->real, job);
}

static int64_t now_with_thief(struct spk_api *api)
{
    struct spk_api *real = ((struct thief *)api)->real;

    return real->ops->now_ms(real);
}

static void test_an_object_of_another_owner_is_not_patched(void)
{
    static const struct spk_api_ops ops = {
        .start = start_with_thief, .cancel = cancel_with_thief, .now_ms = now_with_thief};
    struct thief thief = {
        .api = {.ops = &ops}, .real = open_api("token"), .other = open_api("token")};
    struct submission_choice choice = {.attempts = 1, .shared = true, .shared_data = "old"};
    struct bench bench;

    bench_init(&bench, thief.real, "stolen", choice);
    CU_ASSERT_TRUE(run(&bench)->ok);
    bench_done(&bench);
    choice.shared_data = "new";
    bench_init(&bench, &thief.api, "stolen", choice);
    const struct spk_submit_call *call = run(&bench);
    CU_ASSERT_TRUE(thief.done);
    CU_ASSERT_FALSE(call->ok);
    CU_ASSERT_EQUAL(call->err.reason, SPK_OBJECT_FOREIGN);
    const cJSON *map = stored(thief.real, &bench, "ConfigMap",
                              spk_printf(&bench.fixture.arena, "%s-prom-conf", bench.name));
    SPK_ASSERT_TEXT(spk_json_get_text(spk_json_get(map, "data"), "prometheus.yaml"), "theirs");
    bench_done(&bench);
    spk_api_close(thief.other);
    spk_api_close(thief.real);
}

static void test_validation_stores_nothing_and_reports(void)
{
    static const enum spk_variant variants[] = {SPK_VARIANT_CHILDREN_FIRST,
                                                SPK_VARIANT_GATED_POD_FIRST};
    struct spk_api *api = open_api("token");

    for (size_t i = 0; i < SPK_LEN(variants); i++) {
        struct bench bench;

        bench_init(&bench, api, "v",
                   (struct submission_choice){.attempts = 1, .variant = variants[i]});
        bench.fixture.call.validate_only = true;
        cJSON *spec = spk_json_child(bench.fixture.parts.pod, "spec");
        spk_json_text(spec, "unheardOf", "x");
        const struct spk_submit_call *call = run(&bench);
        SPK_ASSERT_TEXT(call->err.text, "");
        CU_ASSERT_TRUE_FATAL(call->ok);
        size_t pod = variants[i] == SPK_VARIANT_CHILDREN_FIRST ? 2 : 0;
        CU_ASSERT_EQUAL(call->result.objects[pod].disposition, SPK_DISPOSITION_DRY_RUN_OK);
        CU_ASSERT_EQUAL(call->result.objects[1].disposition, SPK_DISPOSITION_DRY_RUN_OK);
        bool warned = false;
        for (size_t j = 0; j < call->result.warnings.n; j++)
            warned |= strstr(call->result.warnings.items[j].message, "unheardOf") != NULL;
        CU_ASSERT_TRUE(warned);
        CU_ASSERT_PTR_NULL(stored(api, &bench, "Pod", call->result.pod_name));
        bench_done(&bench);

        bench_init(&bench, api, "v",
                   (struct submission_choice){.attempts = 1, .variant = variants[i]});
        bench.fixture.call.validate_only = true;
        spk_json_text(spk_json_child(bench.fixture.parts.pod, "spec"), "restartPolicy",
                      "Sometimes");
        call = run(&bench);
        CU_ASSERT_TRUE_FATAL(call->ok);
        CU_ASSERT_EQUAL(call->result.objects[pod].disposition,
                        SPK_DISPOSITION_DRY_RUN_REFUSED);
        bench_done(&bench);
    }
    spk_api_close(api);
}

static void test_refusals_are_told_apart(void)
{
    static const struct {
        const char *context, *ns;
        enum spk_variant variant;
        const char *restart_policy;
        enum spk_reason reason;
        enum spk_outcome outcome;
    } cases[] = {
        {"token", "no-such-namespace", SPK_VARIANT_CHILDREN_FIRST, NULL,
         SPK_NAMESPACE_NOT_FOUND, SPK_NOT_CREATED},
        {"nobody", NS, SPK_VARIANT_CHILDREN_FIRST, NULL, SPK_KUBE_FORBIDDEN, SPK_NOT_CREATED},
        {"nobody", NS, SPK_VARIANT_GATED_POD_FIRST, NULL, SPK_KUBE_FORBIDDEN, SPK_NOT_CREATED},
        {"token", "quota", SPK_VARIANT_CHILDREN_FIRST, NULL, SPK_KUBE_QUOTA_EXCEEDED,
         SPK_NOT_CREATED},
        {"token", NS, SPK_VARIANT_CHILDREN_FIRST, "Sometimes", SPK_KUBE_REJECTED, SPK_PARTIAL},
        {"token", NS, SPK_VARIANT_GATED_POD_FIRST, "Sometimes", SPK_KUBE_REJECTED,
         SPK_NOT_CREATED},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_api *api = open_api(cases[i].context);
        struct bench bench;

        bench_init(&bench, api, "r",
                   (struct submission_choice){
                       .attempts = 1, .variant = cases[i].variant, .ns = cases[i].ns});
        spk_json_text(spk_json_child(bench.fixture.parts.pod, "spec"), "restartPolicy",
                      cases[i].restart_policy);
        const struct spk_submit_call *call = run(&bench);
        CU_ASSERT_FALSE(call->ok);
        if (call->err.reason != cases[i].reason || call->err.outcome != cases[i].outcome)
            fprintf(stderr, "\ncase %zu: %s, %s: %s\n", i, spk_reason_name(call->err.reason),
                    spk_outcome_name(call->err.outcome), call->err.text);
        CU_ASSERT_EQUAL(call->err.reason, cases[i].reason);
        CU_ASSERT_EQUAL(call->err.outcome, cases[i].outcome);
        bench_done(&bench);
        spk_api_close(api);
    }
}

static void test_concurrent_callers_get_one_driver(void)
{
    struct spk_api *api = open_api("token");

    for (int round = 0; round < ROUNDS; round++) {
        struct bench benches[CALLERS];
        const struct submission_choice choice = {
            .attempts = 1,
            .variant = round % 2 ? SPK_VARIANT_GATED_POD_FIRST : SPK_VARIANT_CHILDREN_FIRST};
        const char *uid = NULL;
        char name[16];

        (void)snprintf(name, sizeof(name), "c%d", round);
        for (size_t i = 0; i < CALLERS; i++)
            bench_init(&benches[i], api, name, choice);
        for (size_t i = 0; i < CALLERS; i++)
            spk_submit_start(&benches[i].fixture.call);
        for (size_t i = 0; i < CALLERS; i++) {
            const struct spk_submit_call *call = end(&benches[i]);

            SPK_ASSERT_TEXT(call->err.text, "");
            CU_ASSERT_TRUE_FATAL(call->ok);
            uid = uid ? uid : call->result.pod_uid;
            SPK_ASSERT_TEXT(call->result.pod_uid, uid);
        }
        for (size_t i = 0; i < CALLERS; i++)
            bench_done(&benches[i]);
    }
    spk_api_close(api);
}

/* The ConfigMap of the controller steps becomes a PodGroup, as the operator makes one. */
static void make_pod_group(struct bench *bench)
{
    const struct spk_parts *parts = &bench->fixture.parts;

    for (size_t i = 0; i < parts->n; i++) {
        cJSON *object = parts->items[i].object;

        if (parts->items[i].kind != SPK_PART_CONTROLLER)
            continue;
        spk_json_text(object, "apiVersion", "scheduling.x-k8s.io/v1alpha1");
        spk_json_text(object, "kind", "PodGroup");
        spk_json_remove(object, "data");
        spk_json_int(spk_json_child(object, "spec"), "minMember", 1);
    }
}

static void test_a_kind_that_is_not_served_is_named(void)
{
    struct spk_api *api = open_api("token");
    struct bench bench;

    bench_init(&bench, api, "group",
               (struct submission_choice){.attempts = 1, .shared = true, .shared_data = "x"});
    make_pod_group(&bench);
    const struct spk_submit_call *call = run(&bench);
    CU_ASSERT_FALSE(call->ok);
    SPK_ASSERT_TEXT(spk_reason_name(call->err.reason), "KIND_UNKNOWN");
    CU_ASSERT_PTR_NOT_NULL(strstr(call->err.text, "does not serve PodGroup of "
                                                  "scheduling.x-k8s.io/v1alpha1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(call->err.text, "scheduler plugins"));
    bench_done(&bench);

    bench_init(&bench, api, "nowhere", (struct submission_choice){.ns = "not-there"});
    CU_ASSERT_FALSE(run(&bench)->ok);
    SPK_ASSERT_TEXT(spk_reason_name(bench.fixture.call.err.reason), "NAMESPACE_NOT_FOUND");
    bench_done(&bench);
    spk_api_close(api);
}

static CU_TestInfo tests[] = {
    SPK_TEST(p_creates_adopts_and_relabels),
    SPK_TEST(g_opens_its_gate_and_leaves_others),
    SPK_TEST(objects_of_the_controller_are_brought_up_to_date),
    SPK_TEST(an_object_of_another_owner_is_not_patched),
    SPK_TEST(validation_stores_nothing_and_reports),
    SPK_TEST(refusals_are_told_apart),
    SPK_TEST(concurrent_callers_get_one_driver),
    SPK_TEST(a_kind_that_is_not_served_is_named),
    CU_TEST_INFO_NULL,
};

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    kubeconfig = argv[1];
    (void)snprintf(suffix, sizeof(suffix), "%llx", (unsigned long long)spk_wall_ms());
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = spk_test_run("submit", tests);
    curl_global_cleanup();
    return result;
}

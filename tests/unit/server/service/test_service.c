/* SPDX-License-Identifier: Apache-2.0 */
/* The operations, spoken to by a transport of a few lines: no gRPC, no protobuf, no HTTP. */
#include "service/service.h"

#include "apiserver/memory/memory_server.h"
#include "base/clock.h"
#include "base/limits.h"
#include "test.h"

#include <pthread.h>

#define PI                                                                                    \
    "apiVersion: sparkoperator.k8s.io/v1beta2\n"                                              \
    "kind: SparkApplication\n"                                                                \
    "metadata: {name: pi, namespace: jobs}\n"                                                 \
    "spec:\n"                                                                                 \
    "  type: Scala\n"                                                                         \
    "  mode: cluster\n"                                                                       \
    "  sparkVersion: 4.1.0\n"                                                                 \
    "  image: spark:4.1.0\n"                                                                  \
    "  mainClass: org.example.Pi\n"                                                           \
    "  mainApplicationFile: local:///pi.jar\n"                                                \
    "  driver: {cores: 1, serviceAccount: spark}\n"                                           \
    "  executor: {instances: 1}\n"

/* ---- the transport: a call, and what came of it ---- */

struct transport {
    struct spk_operation operation;
    struct spk_arena arena;
    unsigned done, released;
    bool released_before_done, ok;
    struct spk_err err;
};

static void on_done(struct spk_operation *operation, const struct spk_err *err)
{
    struct transport *transport = operation->context;

    transport->done++;
    transport->ok = !err;
    if (err)
        transport->err = *err;
}

static void on_release(struct spk_operation *operation)
{
    struct transport *transport = operation->context;

    transport->released++;
    transport->released_before_done = transport->done == 0;
}

static void call_init(struct transport *transport, const struct spk_service *service,
                      const struct spk_operation_type *type, const void *request)
{
    *transport = (struct transport){.arena = {.limit = SPK_MIB(16)}};
    transport->operation.type = type;
    transport->operation.service = service;
    transport->operation.arena = &transport->arena;
    transport->operation.caller.tenant = "";
    transport->operation.deadline_ms = spk_monotonic_ms() + 60000;
    transport->operation.request = request;
    transport->operation.done = on_done;
    transport->operation.release = on_release;
    transport->operation.context = transport;
}

static void assert_answered_once(const struct transport *transport)
{
    CU_ASSERT_EQUAL(transport->done, 1);
    CU_ASSERT_EQUAL(transport->released, 1);
    CU_ASSERT_FALSE(transport->released_before_done);
}

static void assert_refused(const struct transport *transport, enum spk_reason reason)
{
    assert_answered_once(transport);
    CU_ASSERT_FALSE(transport->ok);
    CU_ASSERT_EQUAL(transport->err.reason, reason);
    CU_ASSERT_EQUAL(transport->err.outcome, SPK_NOT_CREATED);
    CU_ASSERT_EQUAL(transport->operation.record.reason, reason);
    CU_ASSERT_EQUAL(transport->operation.record.code, spk_reason_code(reason));
    SPK_ASSERT_TEXT(transport->operation.record.field, transport->err.field);
}

/* ---- the service, over an API server in memory ---- */

struct bench {
    struct spk_service service;
    struct spk_queue running;
};

static const char *kubernetes_version(const void *context)
{
    return context;
}

static void bench_init(struct bench *bench)
{
    static const char version[] = "v1.33.0";
    struct spk_err err = {0};

    *bench = (struct bench){.service = {.settings = spk_settings_default(),
                                        .mode = "standalone",
                                        .kubernetes_version = kubernetes_version,
                                        .version_context = version}};
    spk_queue_init(&bench->running, 0);
    bench->service.running = &bench->running;
    CU_ASSERT_FATAL(spk_memory_open(&bench->service.api, &err));
}

static void bench_done(struct bench *bench)
{
    CU_ASSERT_PTR_NULL(spk_queue_take_all(&bench->running));
    spk_api_close(bench->service.api);
    spk_queue_done(&bench->running);
}

static struct spk_request manifest(const char *text, const char *key)
{
    return (struct spk_request){
        .payload = {.kind = SPK_PAYLOAD_MANIFEST, .manifest = {text, strlen(text)}},
        .idempotency_key = key,
    };
}

/* Submit the application under key; whether the driver was there already. */
static bool submit_adopts(const struct spk_service *service, const char *key)
{
    const struct spk_submit_request request = {.input = {.core = manifest(PI, key)}};
    struct transport transport;
    bool adopted;

    call_init(&transport, service, &spk_submit_type, &request);
    spk_operation_start(&transport.operation);
    assert_answered_once(&transport);
    CU_ASSERT_FATAL(transport.ok);
    adopted = transport.operation.record.adopted;
    spk_arena_free(&transport.arena);
    return adopted;
}

/* ---- Submit ---- */

static void test_submit_creates_a_driver_once_and_records_it(void)
{
    struct bench bench;
    struct transport transport;
    const struct spk_submit_request request = {.input = {.core = manifest(PI, "once")}};

    bench_init(&bench);
    call_init(&transport, &bench.service, &spk_submit_type, &request);
    spk_operation_start(&transport.operation);
    assert_answered_once(&transport);
    CU_ASSERT_FATAL(transport.ok);

    const struct spk_submit_response *response = transport.operation.response;
    const struct spk_record *record = &transport.operation.record;
    SPK_ASSERT_TEXT(response->result->ns, "jobs");
    SPK_ASSERT_TEXT(response->result->pod_name, "pi-driver");
    SPK_ASSERT_TEXT(response->idempotency_key, "once");
    CU_ASSERT_FALSE(response->validate_only);
    CU_ASSERT_FALSE(response->result->adopted);
    CU_ASSERT(response->result->n_objects >= 2);
    CU_ASSERT_EQUAL(record->code, SPK_OK);
    CU_ASSERT_EQUAL(record->outcome, SPK_CREATED);
    SPK_ASSERT_TEXT(record->ns, "jobs");
    SPK_ASSERT_TEXT(record->app, "pi");
    SPK_ASSERT_TEXT(record->pod, "pi-driver");
    SPK_ASSERT_TEXT(record->attempt, response->result->attempt);
    SPK_ASSERT_TEXT(record->submission_id, response->result->submission_id);
    CU_ASSERT(record->kube_calls > 0);
    spk_arena_free(&transport.arena);

    CU_ASSERT(submit_adopts(&bench.service, "once"));
    bench_done(&bench);
}

static void test_submit_refuses_what_is_no_application(void)
{
    static const struct {
        const char *manifest, *field;
        enum spk_reason reason;
    } cases[] = {
        {"kind: Pod\napiVersion: v1\n", "kind", SPK_INVALID_MANIFEST},
        {"}", "", SPK_INVALID_MANIFEST},
        {"apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\n"
         "metadata: {name: pi}\nspec: {sparkVerion: 4.1.0}\n",
         "spec.sparkVerion", SPK_UNKNOWN_FIELD},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench bench;
        struct transport transport;
        const struct spk_submit_request request = {
            .input = {.core = manifest(cases[i].manifest, NULL)}};

        bench_init(&bench);
        call_init(&transport, &bench.service, &spk_submit_type, &request);
        spk_operation_start(&transport.operation);
        assert_refused(&transport, cases[i].reason);
        SPK_ASSERT_TEXT(transport.err.field, cases[i].field);
        SPK_ASSERT_TEXT(transport.operation.record.err, ""); /* it may quote the request */
        CU_ASSERT_EQUAL(transport.operation.record.kube_calls, 0);
        spk_arena_free(&transport.arena);
        bench_done(&bench);
    }
}

static void test_a_validation_creates_nothing(void)
{
    struct bench bench;
    struct transport transport;
    const struct spk_submit_request request = {.input = {.core = manifest(PI, "judged")},
                                               .validate_only = true,
                                               .server_dry_run = true};

    bench_init(&bench);
    call_init(&transport, &bench.service, &spk_submit_type, &request);
    spk_operation_start(&transport.operation);
    assert_answered_once(&transport);
    CU_ASSERT_FATAL(transport.ok);
    const struct spk_submit_response *response = transport.operation.response;
    CU_ASSERT(response->validate_only);
    CU_ASSERT_FALSE(response->result->would_adopt);
    for (size_t i = 0; i < response->result->n_objects; i++)
        CU_ASSERT_EQUAL(response->result->objects[i].disposition, SPK_DISPOSITION_DRY_RUN_OK);
    CU_ASSERT_EQUAL(transport.operation.record.outcome, SPK_NOT_CREATED);
    spk_arena_free(&transport.arena);

    CU_ASSERT_FALSE(submit_adopts(&bench.service, "judged"));
    bench_done(&bench);
}

static void test_a_call_cancelled_before_its_start_does_nothing(void)
{
    const struct spk_submit_request submit = {.input = {.core = manifest(PI, "gone")}};
    const struct spk_render_request render = {.input = {.core = manifest(PI, NULL)}};
    const struct {
        const struct spk_operation_type *type;
        const void *request;
    } cases[] = {
        {&spk_submit_type, &submit}, {&spk_render_type, &render}, {&spk_info_type, NULL}};
    struct bench bench;

    bench_init(&bench);
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct transport transport;

        call_init(&transport, &bench.service, cases[i].type, cases[i].request);
        spk_operation_cancel(&transport.operation);
        spk_operation_start(&transport.operation);
        assert_refused(&transport, SPK_CALL_CANCELLED);
        SPK_ASSERT_TEXT(transport.operation.record.err, transport.err.text);
        CU_ASSERT_EQUAL(transport.operation.record.kube_calls, 0);
        spk_arena_free(&transport.arena);
    }
    CU_ASSERT_FALSE(submit_adopts(&bench.service, "gone"));
    bench_done(&bench);
}

static void test_a_request_that_needs_too_much_memory_is_refused(void)
{
    struct bench bench;
    struct transport transport;
    const struct spk_submit_request request = {.input = {.core = manifest(PI, "large")}};

    bench_init(&bench);
    call_init(&transport, &bench.service, &spk_submit_type, &request);
    transport.arena.limit = 2048;
    spk_operation_start(&transport.operation);
    assert_refused(&transport, SPK_REQUEST_TOO_LARGE);
    spk_arena_free(&transport.arena);
    bench_done(&bench);
}

/* ---- answers that come later, on another thread ---- */

/* An API server that holds one request back, until answer hands it on to the real one. */
struct slow_api {
    struct spk_api api; /* first */
    struct spk_api *memory;
    struct spk_api_job *held;
};

static void hold_back(struct spk_api *api, struct spk_api_job *job)
{
    struct slow_api *slow = (struct slow_api *)(void *)api;

    if (slow->held)
        spk_api_start(slow->memory, job);
    else
        slow->held = job;
}

static void ignore_cancel(struct spk_api *api, struct spk_api_job *job)
{
    (void)api;
    atomic_store(&job->cancelled, true);
}

static int64_t slow_now(struct spk_api *api)
{
    (void)api;
    return spk_monotonic_ms();
}

static const struct spk_api_ops slow_ops = {
    .start = hold_back, .cancel = ignore_cancel, .now_ms = slow_now};

static void *answer(void *argument)
{
    struct slow_api *slow = argument;

    spk_api_start(slow->memory, slow->held);
    return NULL;
}

static void answer_on_a_thread(struct slow_api *slow)
{
    pthread_t thread;

    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, answer, slow), 0);
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
}

/* Start a submission that waits for its first answer. */
static void start_slowly(struct bench *bench, struct slow_api *slow,
                         struct transport *transport, const struct spk_submit_request *request)
{
    *slow = (struct slow_api){.api = {.ops = &slow_ops}, .memory = bench->service.api};
    bench->service.api = &slow->api;
    call_init(transport, &bench->service, &spk_submit_type, request);
    spk_operation_start(&transport->operation);
    CU_ASSERT_EQUAL(transport->done, 0);
    CU_ASSERT_EQUAL(transport->released, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(slow->held);
}

static void test_an_answer_may_come_later_and_from_another_thread(void)
{
    struct bench bench;
    struct slow_api slow;
    struct transport transport;
    const struct spk_submit_request request = {.input = {.core = manifest(PI, "later")}};

    bench_init(&bench);
    start_slowly(&bench, &slow, &transport, &request);
    answer_on_a_thread(&slow);
    assert_answered_once(&transport);
    CU_ASSERT(transport.ok);
    spk_arena_free(&transport.arena);
    bench.service.api = slow.memory;
    CU_ASSERT(submit_adopts(&bench.service, "later"));
    bench_done(&bench);
}

static void test_a_service_that_stops_cancels_what_runs(void)
{
    struct bench bench;
    struct slow_api slow;
    struct transport transport;
    const struct spk_submit_request request = {.input = {.core = manifest(PI, "stopped")}};

    bench_init(&bench);
    start_slowly(&bench, &slow, &transport, &request);
    spk_service_cancel_all(&bench.service);
    CU_ASSERT_EQUAL(transport.done, 0);
    answer_on_a_thread(&slow);
    assert_answered_once(&transport);
    CU_ASSERT_FALSE(transport.ok);
    CU_ASSERT_EQUAL(transport.operation.record.reason, SPK_CALL_CANCELLED);
    spk_arena_free(&transport.arena);
    bench.service.api = slow.memory;
    bench_done(&bench);
}

/* ---- Render and GetInfo ---- */

static void test_render_shows_trees_or_text(void)
{
    struct bench bench;

    bench_init(&bench);
    for (int format = SPK_RENDER_TREE; format <= SPK_RENDER_YAML; format++) {
        struct transport transport;
        const struct spk_render_request request = {.input = {.core = manifest(PI, NULL)},
                                                   .format = (enum spk_render_format)format};

        call_init(&transport, &bench.service, &spk_render_type, &request);
        spk_operation_start(&transport.operation);
        assert_answered_once(&transport);
        CU_ASSERT_FATAL(transport.ok);
        const struct spk_render_response *response = transport.operation.response;
        CU_ASSERT_FATAL(response->objects.n >= 2);
        SPK_ASSERT_TEXT(response->objects.items[0].kind, "Pod");
        SPK_ASSERT_TEXT(response->objects.items[0].name, "pi-driver");
        CU_ASSERT_PTR_NOT_NULL(response->objects.items[0].tree);
        CU_ASSERT_EQUAL(response->objects.items[0].text != NULL, format != SPK_RENDER_TREE);
        CU_ASSERT(response->arguments.n > 0);
        SPK_ASSERT_TEXT(spk_conf_get(response->properties, "spark.app.name"), "pi");
        SPK_ASSERT_TEXT(transport.operation.record.pod, "");
        spk_arena_free(&transport.arena);
    }
    CU_ASSERT_FALSE(submit_adopts(&bench.service, "after")); /* nothing was created */
    bench_done(&bench);
}

/* Render a command with input's environment, which decides the driver's image and spark.a. */
static void assert_rendered(const struct spk_service *service, const struct spk_input *input,
                            const char *image, const char *a)
{
    const char *arguments[] = {
        "--master",       "k8s://https://k",
        "--deploy-mode",  "cluster",
        "--class",        "Pi",
        "--conf",         "spark.kubernetes.container.image=${env:IMAGE}",
        "local:///pi.jar"};
    struct spk_render_request request = {.input = *input};
    struct transport transport;

    request.input.core.payload.kind = SPK_PAYLOAD_COMMAND;
    request.input.core.payload.arguments = (struct spk_strings){arguments, SPK_LEN(arguments)};
    call_init(&transport, service, &spk_render_type, &request);
    request.input.core.payload.properties.arena = &transport.arena;
    spk_operation_start(&transport.operation);
    assert_answered_once(&transport);
    CU_ASSERT_FATAL(transport.ok);
    const struct spk_render_response *response = transport.operation.response;
    const cJSON *containers = spk_json_at(response->objects.items[0].tree, "spec.containers");
    SPK_ASSERT_TEXT(spk_conf_get(response->properties, "spark.a"), a);
    SPK_ASSERT_TEXT(spk_json_string(spk_json_get(containers->child, "image")), image);
    spk_arena_free(&transport.arena);
}

static void test_a_command_may_bring_its_own_environment(void)
{
    static const char server_file[] = "spark.a server\n", own_file[] = "spark.a own\n";
    const struct spk_named_bytes server_files[] = {{"spark-defaults.conf",
                                                    {server_file, sizeof(server_file) - 1}}},
                                 own_files[] = {{"spark-defaults.conf",
                                                 {own_file, sizeof(own_file) - 1}}};
    const struct spk_conf_entry server_variable = {"IMAGE", "server", "a flag"};
    struct spk_conf_entry own_variable = {"IMAGE", "own", "environment"};
    struct bench bench;
    struct spk_input input = {0};

    bench_init(&bench);
    bench.service.settings.environment.variables = &server_variable;
    bench.service.settings.environment.n = 1;
    bench.service.settings.environment.has_conf_dir = true;
    bench.service.settings.environment.conf_files = (struct spk_files){server_files, 1};
    assert_rendered(&bench.service, &input, "server", "server");
    input.conf_files = (struct spk_files){own_files, 1};
    assert_rendered(&bench.service, &input, "server", "own");
    input.variables = (struct spk_conf){.entries = &own_variable, .n = 1};
    assert_rendered(&bench.service, &input, "own", "own");
    bench_done(&bench);
}

static void test_an_error_in_a_file_of_the_request_names_it(void)
{
    static const char file[] = "a=\\u00g9\n";
    const struct spk_named_bytes files[] = {{"spark-defaults.conf", {file, sizeof(file) - 1}}};
    const char *arguments[] = {"--class", "Pi", "local:///pi.jar"};
    struct bench bench;
    struct transport transport;
    const struct spk_render_request request = {
        .input = {.core = {.payload = {.kind = SPK_PAYLOAD_COMMAND,
                                       .arguments = {arguments, SPK_LEN(arguments)}}},
                  .conf_files = {files, SPK_LEN(files)}},
    };

    bench_init(&bench);
    call_init(&transport, &bench.service, &spk_render_type, &request);
    spk_operation_start(&transport.operation);
    assert_refused(&transport, SPK_INVALID_SPARK_SUBMIT_ARGS);
    SPK_ASSERT_TEXT(transport.err.field, "conf_files[spark-defaults.conf]");
    spk_arena_free(&transport.arena);
    bench_done(&bench);
}

static void test_render_refuses_a_stage_that_a_command_has_not(void)
{
    const char *arguments[] = {"--class", "Pi", "local:///pi.jar"};
    struct bench bench;
    struct transport transport;
    const struct spk_render_request request = {
        .input = {.core = {.payload = {.kind = SPK_PAYLOAD_COMMAND,
                                       .arguments = {arguments, SPK_LEN(arguments)}}}},
        .view = {.stage = SPK_STAGE_APPLICATION},
    };

    bench_init(&bench);
    call_init(&transport, &bench.service, &spk_render_type, &request);
    spk_operation_start(&transport.operation);
    assert_refused(&transport, SPK_INVALID_FIELD);
    SPK_ASSERT_TEXT(transport.err.field, "stage");
    spk_arena_free(&transport.arena);
    bench_done(&bench);
}

static void test_info_says_what_the_service_is(void)
{
    struct bench bench;
    struct transport transport;

    bench_init(&bench);
    call_init(&transport, &bench.service, &spk_info_type, NULL);
    spk_operation_start(&transport.operation);
    assert_answered_once(&transport);
    CU_ASSERT_FATAL(transport.ok);
    const struct spk_info_response *response = transport.operation.response;
    SPK_ASSERT_TEXT(response->name, "sparksubmitd");
    SPK_ASSERT_TEXT(response->mode, "standalone");
    SPK_ASSERT_TEXT(response->kubernetes_version, "v1.33.0");
    CU_ASSERT_EQUAL(response->spark_versions.n, SPK_SPARK_LINES);
    SPK_ASSERT_TEXT(response->default_spark_version,
                    response->spark_versions.items[SPK_SPARK_LINES - 1]);
    SPK_ASSERT_TEXT(response->limits[0].name, "request_bytes");
    CU_ASSERT_EQUAL(response->limits[0].value, SPK_MAX_REQUEST);
    spk_arena_free(&transport.arena);
    bench_done(&bench);
}

static CU_TestInfo tests[] = {
    SPK_TEST(submit_creates_a_driver_once_and_records_it),
    SPK_TEST(submit_refuses_what_is_no_application),
    SPK_TEST(a_validation_creates_nothing),
    SPK_TEST(a_call_cancelled_before_its_start_does_nothing),
    SPK_TEST(a_request_that_needs_too_much_memory_is_refused),
    SPK_TEST(an_answer_may_come_later_and_from_another_thread),
    SPK_TEST(a_service_that_stops_cancels_what_runs),
    SPK_TEST(render_shows_trees_or_text),
    SPK_TEST(a_command_may_bring_its_own_environment),
    SPK_TEST(an_error_in_a_file_of_the_request_names_it),
    SPK_TEST(render_refuses_a_stage_that_a_command_has_not),
    SPK_TEST(info_says_what_the_service_is),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("service", tests)

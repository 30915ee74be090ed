/* SPDX-License-Identifier: Apache-2.0 */
/* Identity: derived submission ids, and commands whose application was read. */
#include "translate/translate.h"

#include "base/limits.h"
#include "kubernetes/marks.h"
#include "test.h"
#include "json/read.h"
#include "json/write.h"

#define HEAD                                                                                  \
    "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\n"                      \
    "metadata: {name: pi, namespace: ns1, labels: {team: a}}\n"                               \
    "spec:\n  type: Scala\n  mode: cluster\n  image: i\n  mainClass: M\n"                     \
    "  mainApplicationFile: local:///a.jar\n  sparkVersion: 4.0.3\n"                          \
    "  driver: {cores: 1, memory: 1g, serviceAccount: s, labels: {x: z}}\n"                   \
    "  executor: {cores: 1, memory: 1g, instances: 2, env: [{name: A, value: b}]}\n"
#define REFERENCE "${" SPK_CONF_DRIVER_SUBMISSION_ID "}"

static const char *const manifests[] = {
    HEAD,
    HEAD "  batchScheduler: yunikorn\n  batchSchedulerOptions: {queue: q}\n",
    HEAD "  batchScheduler: volcano\n",
    HEAD "  monitoring: {exposeDriverMetrics: true, prometheus: {jmxExporterJar: /j.jar}}\n",
    HEAD "  arguments: [sparkoperator.k8s.io/submission-id, '" REFERENCE "']\n",
    HEAD "  sparkConf: {spark.kubernetes.driver.annotation.a: '" REFERENCE "'}\n",
    HEAD "  sparkConf: {" SPK_CONF_DRIVER_SUBMISSION_ID ": mine}\n",
};

static const char *show(struct spk_arena *arena, const char *manifest, const char *id,
                        enum spk_pod_mutation mutation, enum spk_stage stage,
                        struct spk_prepared *prepared)
{
    const struct spk_settings settings = spk_settings_default();
    const struct spk_view view = {.stage = stage};
    const struct spk_request request = {
        .payload = {.kind = SPK_PAYLOAD_MANIFEST, .manifest = {manifest, strlen(manifest)}},
        .idempotency_key = "k",
        .submission_id = id,
        .pod_mutation = mutation,
        .tenant = "",
    };
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_TRUE(spk_render(arena, &settings, &request, &view, &tree, prepared, &err));
    SPK_ASSERT_TEXT(err.text, "");
    return spk_json_write(arena, tree);
}

/* Under a key of the caller's the attempt is the same with the id and without. */
static void test_a_derived_id_is_set_as_if_it_had_been_given(void)
{
    for (size_t i = 0; i < SPK_LEN(manifests) * 4; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        enum spk_pod_mutation mutation = i & 1 ? SPK_MUTATION_NATIVE : SPK_MUTATION_NONE;
        enum spk_stage stage = i & 2 ? SPK_STAGE_SUBMISSION : SPK_STAGE_OBJECTS;
        const char *manifest = manifests[i / 4];
        struct spk_prepared derived = {0}, given = {0};
        const char *first = show(&arena, manifest, NULL, mutation, stage, &derived);
        const char *second =
            show(&arena, manifest, derived.key.submission_id, mutation, stage, &given);

        SPK_ASSERT_TEXT(first, second);
        CU_ASSERT_PTR_NOT_NULL(strstr(first, derived.key.submission_id));
        CU_ASSERT_EQUAL(derived.warnings.n, given.warnings.n);
    }
}

/* ---- commands whose SparkApplication was read ---- */

#define OWNED                                                                                 \
    "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\","   \
    "\"kind\":\"SparkApplication\",\"name\":\"pi\",\"uid\":\"u-1\"}]},"                       \
    "\"spec\":{\"containers\":[{\"name\":\"c\"}]}}"

struct command {
    const char *stored;   /* the application; NULL: not read */
    const char *version;  /* of the request; NULL: none */
    const char *fallback; /* of the settings */
    const char *id;       /* among the arguments; NULL: none */
};

static struct spk_request request_of(struct spk_arena *arena, const struct command *command)
{
    struct spk_strings arguments = {0};
    const char *words[] = {
        "--master",      "k8s://https://h",
        "--deploy-mode", "cluster",
        "--class",       "M",
        "--name",        "pi",
        "--conf",        "spark.kubernetes.container.image=repo/spark:3.5.8",
        "--conf",        "spark.kubernetes.namespace=ns1"};

    for (size_t i = 0; i < SPK_LEN(words); i++)
        spk_strings_add(arena, &arguments, words[i]);
    if (command->id) {
        spk_strings_add(arena, &arguments, "--conf");
        spk_strings_add(arena, &arguments,
                        spk_printf(arena, SPK_CONF_DRIVER_SUBMISSION_ID "=%s", command->id));
    }
    spk_strings_add(arena, &arguments, "local:///a.jar");

    struct spk_request request = spk_request_of_command(arena, arguments, NULL);
    request.payload.driver_template = (struct spk_template){
        .text = {OWNED, strlen(OWNED)}, .origin = "driver_pod_template_text"};
    request.spark_version = command->version;
    if (command->stored) {
        cJSON *tree = NULL;
        struct spk_err err = {0};

        CU_ASSERT_TRUE_FATAL(
            spk_json_read(arena, command->stored, strlen(command->stored), &tree, &err));
        request.stored = tree;
    }
    return request;
}

static bool prepare(struct spk_arena *arena, const struct command *command,
                    struct spk_prepared *prepared, struct spk_err *err)
{
    struct spk_settings settings = spk_settings_default();
    const struct spk_request request = request_of(arena, command);

    settings.default_spark_version = command->fallback;
    return spk_prepare(arena, &settings, &request, prepared, err);
}

#define STORED(uid, version, status)                                                          \
    "{\"metadata\":{\"uid\":\"" uid "\",\"generation\":3},\"spec\":{" version                 \
    "},\"status\":{" status "}}"

static void test_a_command_has_the_counters_of_its_application(void)
{
    static const struct {
        struct command command;
        enum spk_key_source source;
        const char *order;
    } cases[] = {
        {{STORED("u-1", "", ""), NULL, NULL, "s-2"}, SPK_KEY_COUNTERS, "3.0.1"},
        {{STORED("u-1", "",
                 "\"submissionAttempts\":1,\"submissionID\":\"s-1\","
                 "\"executionAttempts\":2"),
          NULL, NULL, "s-2"},
         SPK_KEY_COUNTERS,
         "3.2.2"},
        {{STORED("u-1", "",
                 "\"submissionAttempts\":2,\"submissionID\":\"s-2\","
                 "\"executionAttempts\":2"),
          NULL, NULL, "s-2"},
         SPK_KEY_COUNTERS,
         "3.2.2"},
        {{STORED("u-1", "", "\"submissionID\":\"\""), NULL, NULL, NULL},
         SPK_KEY_COUNTERS,
         "3.0.1"},
        {{NULL, NULL, NULL, "s-2"}, SPK_KEY_SUBMISSION, NULL},
    };
    const char *attempts[SPK_LEN(cases)];
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_prepared prepared = {0};
        struct spk_err err = {0};

        CU_ASSERT_TRUE(prepare(&arena, &cases[i].command, &prepared, &err));
        SPK_ASSERT_TEXT(err.text, "");
        CU_ASSERT_EQUAL(prepared.key.source, cases[i].source);
        SPK_ASSERT_TEXT(prepared.key.order, cases[i].order);
        attempts[i] = prepared.key.attempt_sha256;
    }
    SPK_ASSERT_TEXT(attempts[1], attempts[2]); /* before and after the operator's write */
}

/* The operator's own gRPC call sends the application as it has it in memory. */
static void test_the_application_and_its_command_are_one_attempt(void)
{
    static const char manifest[] =
        "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","
        "\"metadata\":{\"name\":\"pi\",\"namespace\":\"ns1\",\"uid\":\"u-1\",\"generation\":3}"
        ","
        "\"spec\":{\"type\":\"Scala\",\"mode\":\"cluster\",\"image\":\"i\",\"mainClass\":"
        "\"M\","
        "\"mainApplicationFile\":\"local:///a.jar\",\"sparkVersion\":\"3.5.8\",\"driver\":{},"
        "\"executor\":{}},\"status\":{\"submissionAttempts\":2,\"executionAttempts\":1}}";
    const struct command command = {
        .stored = STORED("u-1", "", "\"submissionAttempts\":1,\"executionAttempts\":1"),
        .id = "s-2",
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    const struct spk_settings settings = spk_settings_default();
    const struct spk_request request =
        spk_request_of_manifest(&arena, (struct spk_bytes){manifest, strlen(manifest)});
    struct spk_prepared typed = {0}, commanded = {0};
    struct spk_err err = {0};

    CU_ASSERT_TRUE_FATAL(spk_prepare(&arena, &settings, &request, &typed, &err));
    CU_ASSERT_TRUE_FATAL(prepare(&arena, &command, &commanded, &err));
    SPK_ASSERT_TEXT(commanded.key.attempt_sha256, typed.key.attempt_sha256);
}

static void test_another_application_of_the_name_is_refused(void)
{
    const struct command command = {.stored = STORED("u-2", "", ""), .id = "s-1"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_prepared prepared = {0};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(prepare(&arena, &command, &prepared, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_APPLICATION_DELETED);
    SPK_ASSERT_TEXT(err.field, "driver_pod_template_text.metadata.ownerReferences[0].uid");
}

static void test_the_spark_version_of_a_command(void)
{
#define VERSION(text) "\"sparkVersion\":\"" text "\""
    static const struct {
        struct command command;
        const char *version, *warning;
    } cases[] = {
        {{STORED("u-1", VERSION("4.1.4"), ""), NULL, "4.0.1", NULL}, "4.1.4", NULL},
        {{STORED("u-1", VERSION("4.1.4"), ""), "4.1.2", NULL, NULL}, "4.1.2", NULL},
        {{STORED("u-1", VERSION("4.1.4"), ""), "4.0.3", NULL, NULL},
         "4.0.3",
         "SPARK_VERSION_DIFFERS"},
        {{STORED("u-1", "", ""), NULL, "4.0.3", NULL}, "4.0.3", NULL},
        {{STORED("u-1", "", ""), NULL, NULL, NULL}, "3.5.8", "SPARK_VERSION_APPROXIMATED"},
        {{NULL, NULL, NULL, NULL}, "3.5.8", "SPARK_VERSION_APPROXIMATED"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct spk_prepared prepared = {0};
        struct spk_err err = {0};

        CU_ASSERT_TRUE_FATAL(prepare(&arena, &cases[i].command, &prepared, &err));
        SPK_ASSERT_TEXT(prepared.submission.version.text, cases[i].version);
        CU_ASSERT_EQUAL(prepared.warnings.n, cases[i].warning ? 1 : 0);
        if (cases[i].warning && prepared.warnings.n)
            SPK_ASSERT_TEXT(prepared.warnings.items[0].code, cases[i].warning);
    }
}

static void test_the_owner_of_a_command_is_found_before_it_is_prepared(void)
{
    const struct command command = {.id = "s-1"};
    const struct spk_settings settings = spk_settings_default();
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_request request = request_of(&arena, &command);
    struct spk_owner owner = {0};
    struct spk_err err = {0};
    const char *ns = NULL;

    CU_ASSERT_TRUE_FATAL(spk_request_owner(&arena, &settings, &request, &owner, &ns, &err));
    SPK_ASSERT_TEXT(owner.name, "pi");
    SPK_ASSERT_TEXT(owner.uid, "u-1");
    SPK_ASSERT_TEXT(ns, "ns1");
    request.payload.driver_template = (struct spk_template){0};
    CU_ASSERT_TRUE_FATAL(spk_request_owner(&arena, &settings, &request, &owner, &ns, &err));
    CU_ASSERT_PTR_NULL(owner.name);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_derived_id_is_set_as_if_it_had_been_given),
    SPK_TEST(a_command_has_the_counters_of_its_application),
    SPK_TEST(the_application_and_its_command_are_one_attempt),
    SPK_TEST(another_application_of_the_name_is_refused),
    SPK_TEST(the_spark_version_of_a_command),
    SPK_TEST(the_owner_of_a_command_is_found_before_it_is_prepared),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("translate", tests)

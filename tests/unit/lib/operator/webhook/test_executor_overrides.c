/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/webhook/executor_overrides.h"

#include "base/limits.h"
#include "translate/translate.h"
#include "json/json.h"
#include "json/write.h"

#include "test.h"

#define HEAD                                                                                  \
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","         \
    "\"metadata\":{\"name\":\"pi\",\"namespace\":\"team\"},\"spec\":{\"type\":\"Scala\","     \
    "\"mode\":\"cluster\",\"sparkVersion\":\"%s\",\"image\":\"i\",\"mainClass\":\"M\","       \
    "\"mainApplicationFile\":\"local:///a.jar\",\"sparkConf\":{%s},\"driver\":{},"            \
    "\"executor\":{%s}}}"

#define ENV(name, value) "{\"name\":\"" name "\",\"value\":\"" value "\"}"
#define SECRET_ENV(name, secret)                                                              \
    "{\"name\":\"" name "\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"" secret              \
    "\",\"key\":\"k\"}}}"
#define CONF(key, value) "\"spark." key "\":\"" value "\""
#define NODE(value)      "\"nodeSelector\":{\"d\":\"" value "\"}"
#define GPU(quantity)    "\"gpu\":{\"name\":\"nvidia.com/gpu\",\"quantity\":" quantity "}"
#define GPU_CONF(amount)                                                                      \
    CONF("executor.resource.gpu.amount", amount)                                              \
    "," CONF("executor.resource.gpu.vendor", "nvidia.com")
#define HOOK         "\"lifecycle\":{\"preStop\":{\"exec\":{\"command\":[\"x\"]}}}"
#define CONTEXT(yes) "\"securityContext\":{\"allowPrivilegeEscalation\":" yes "}"
#define TEMPLATE(first, second)                                                               \
    "\"template\":{\"spec\":{\"containers\":[{\"name\":\"" first "\"},{\"name\":\"" second    \
    "\"}]}}"

/* Fields that executors lose, joined by blanks. */
static const char *lost(struct spk_arena *arena, const char *manifest, bool native,
                        enum spk_stage stage)
{
    struct spk_settings settings = spk_settings_default();
    struct spk_prepared prepared = {0};
    struct spk_strings fields = {0};
    struct spk_err err = {0};
    const struct spk_view view = {.stage = stage};
    const struct spk_request request = {
        .payload = {.kind = SPK_PAYLOAD_MANIFEST,
                    .properties = {.arena = arena},
                    .manifest = {manifest, strlen(manifest)}},
        .tenant = "",
        .submission_id = stage == SPK_STAGE_SUBMISSION ? "s-1" : NULL,
        .pod_mutation = native ? SPK_MUTATION_NATIVE : SPK_MUTATION_DEFAULT,
    };
    cJSON *shown = NULL;

    settings.operator_options.master = "k8s://https://h:443";
    CU_ASSERT_FATAL(spk_render(arena, &settings, &request, &view, &shown, &prepared, &err));
    for (size_t i = 0; i < prepared.warnings.n; i++)
        if (spk_text_equal(prepared.warnings.items[i].code, "EXECUTOR_FIELD_NOT_APPLIED"))
            spk_strings_add(arena, &fields, prepared.warnings.items[i].field);
    return spk_join(arena, fields.items, fields.n, " ");
}

struct loss {
    const char *version, *conf, *executor;
    const char *fields; /* without "spec.executor." */
};

static void check(const struct loss *losses, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        const char *version = losses[i].version ? losses[i].version : "4.1.4";
        const char *manifest =
            spk_printf(&arena, HEAD, version, losses[i].conf, losses[i].executor);
        const char *fields = lost(&arena, manifest, true, SPK_STAGE_OBJECTS);

        SPK_ASSERT_TEXT(spk_replace(&arena, fields, "spec.executor.", ""), losses[i].fields);
        SPK_ASSERT_TEXT(lost(&arena, manifest, true, SPK_STAGE_SUBMISSION), fields);
        SPK_ASSERT_TEXT(lost(&arena, manifest, false, SPK_STAGE_OBJECTS), "");
    }
}

static void test_variables_that_spark_sets_too_are_lost(void)
{
#define SET(variables) "\"env\":[" variables "]"
    static const struct loss losses[] = {
        {NULL, "", SET(ENV("A", "1")), ""},
        {NULL, "", SET(ENV("A", "1") "," ENV("SPARK_USER", "x")), "env[1]"},
        {NULL, "", SET(ENV("X", "1")) ",\"envVars\":{\"X\":\"2\"}", "env[0]"},
        {NULL, "", SET(ENV("X", "2")) ",\"envVars\":{\"X\":\"2\"}", ""},
        {NULL, CONF("executorEnv.X", "2"), SET(ENV("X", "1")), "env[0]"},
        {NULL, CONF("executorEnv.X", ""), SET(ENV("X", "1")), "env[0]"},
        {NULL, CONF("executorEnv.X", ""), SET("{\"name\":\"X\"}"), ""},
        {NULL, CONF("executorEnv.X", "2"), SET(SECRET_ENV("X", "2")), "env[0]"},
        {NULL, CONF("executorEnv.1X", "2"), SET(ENV("1X", "1")), ""},
        /* The first is hidden by the second anyway. */
        {NULL, CONF("executorEnv.X", "2"), SET(ENV("X", "1") "," ENV("X", "2")), ""},
        {NULL, "",
         SET(ENV("S", "1")) ",\"envSecretKeyRefs\":{\"S\":{\"name\":\"s\","
                            "\"key\":\"k\"}}",
         "env[0]"},
        {NULL, "",
         SET(SECRET_ENV("S", "s")) ",\"envSecretKeyRefs\":{\"S\":{\"name\":\"s\","
                                   "\"key\":\"k\"}}",
         ""},
        {NULL, "",
         SET(ENV("GOOGLE_APPLICATION_CREDENTIALS",
                 "/x")) ",\"secrets\":[{\"name\":"
                        "\"g\",\"path\":\"/p\",\"secretType\":\"GCPServiceAccount\"}]",
         "env[0]"},
        {NULL, CONF("executor.extraClassPath", "/c"), SET(ENV("SPARK_CLASSPATH", "/x")),
         "env[0]"},
        {NULL, "", SET(ENV("SPARK_CLASSPATH", "/x")), ""},
        {"3.5.8", "", SET(ENV("SPARK_JAVA_OPT_19", "-Da=1")), "env[0]"},
        {"3.5.8", "", SET(ENV("SPARK_JAVA_OPT_20", "-Da=1")), ""},
        {"4.1.4", "", SET(ENV("SPARK_JAVA_OPT_24", "-Da=1")), "env[0]"},
        {"4.1.4", "", SET(ENV("SPARK_JAVA_OPT_25", "-Da=1")), ""},
        {"4.1.4", "", SET(ENV("SPARK_JAVA_OPT_25", "-Da=1")) ",\"javaOptions\":\"-Db=2\"",
         "env[0]"},
        {NULL, CONF("kubernetes.hadoop.configMapName", "h"), SET(ENV("HADOOP_CONF_DIR", "/x")),
         "env[0]"},
        {NULL, "", SET(ENV("HADOOP_CONF_DIR", "/x")), ""},
        {"4.0.3", CONF("ui.custom.executor.log.url", "u"),
         SET(ENV("SPARK_EXECUTOR_ATTRIBUTE_APP_ID", "x")), "env[0]"},
        {"3.5.8", CONF("ui.custom.executor.log.url", "u"),
         SET(ENV("SPARK_EXECUTOR_ATTRIBUTE_APP_ID", "x")), ""},
    };
#undef SET

    check(losses, SPK_LEN(losses));
}

static void test_fields_that_spark_sets_too_are_lost(void)
{
    static const struct loss losses[] = {
        {NULL, "", "\"memoryLimit\":\"2g\"", "memoryLimit"},
        {NULL, CONF("decommission.enabled", " TRUE"), HOOK, "lifecycle"},
        {NULL, CONF("decommission.enabled", "false"), HOOK, ""},
        {NULL, CONF("kubernetes.scheduler.name", "a"), "\"schedulerName\":\"b\"",
         "schedulerName"},
        {NULL, CONF("kubernetes.scheduler.name", "b"), "\"schedulerName\":\"b\"", ""},
        {NULL,
         CONF("kubernetes.scheduler.name", "a") "," CONF("kubernetes.executor.scheduler.name",
                                                         "b"),
         "\"schedulerName\":\"b\"", ""},
        {NULL, CONF("kubernetes.node.selector.d", "hdd"), NODE("ssd"), "nodeSelector[d]"},
        {NULL, CONF("kubernetes.executor.node.selector.d", "hdd"), NODE("ssd"),
         "nodeSelector[d]"},
        {NULL, CONF("kubernetes.node.selector.e", "hdd"), NODE("ssd"), ""},
        {NULL, CONF("kubernetes.node.selector.d", "ssd"), NODE("ssd"), ""},
        {NULL, GPU_CONF("1"), GPU("2"), "gpu"},
        {NULL, GPU_CONF("2"), GPU("2"), ""},
        {NULL, GPU_CONF("1000"), GPU("1000"), ""},
        {NULL, GPU_CONF("0"), GPU("2"), ""},
        {NULL, "", "\"coreLimit\":\"3\",\"gpu\":{\"name\":\"cpu\",\"quantity\":2}", "gpu"},
        {"4.0.3", "", "\"terminationGracePeriodSeconds\":-1", ""},
        {"4.1.4", "", "\"terminationGracePeriodSeconds\":-1", "terminationGracePeriodSeconds"},
        {"4.1.4", "", "\"terminationGracePeriodSeconds\":0", ""},
        {"4.2.1", "", CONTEXT("true"), ""},
        {"4.3.0", "", CONTEXT("true"), "securityContext"},
        {"4.3.0", "", "\"securityContext\":{\"runAsUser\":1}", "securityContext"},
        {"4.3.0", "", CONTEXT("false"), ""},
        {"4.3.0", CONF("kubernetes.securityContext.allowPrivilegeEscalation", "true"),
         CONTEXT("true"), ""},
    };

    check(losses, SPK_LEN(losses));
}

static void test_every_variable_of_spark_is_lost(void)
{
    static const char *const names[] = {
        "SPARK_USER",        "SPARK_DRIVER_URL",      "SPARK_DRIVER_POD_IP",
        "SPARK_CONF_DIR",    "SPARK_EXECUTOR_CORES",  "SPARK_EXECUTOR_MEMORY",
        "SPARK_EXECUTOR_ID", "SPARK_APPLICATION_ID",  "SPARK_RESOURCE_PROFILE_ID",
        "SPARK_LOCAL_DIRS",  "SPARK_EXECUTOR_POD_IP", "SPARK_EXECUTOR_POD_NAME",
    };

    for (size_t i = 0; i < SPK_LEN(names); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        const char *variables =
            spk_printf(&arena, "\"env\":[{\"name\":\"%s\",\"value\":\"x\"}]", names[i]);

        check(&(struct loss){NULL, "", variables, "env[0]"}, 1);
    }
}

/* The executor ends early, so that members of the spec can follow. */
#define THEN(members) "}," members ",\"dynamicAllocation\":{"

static void test_fields_of_the_application_are_lost_too(void)
{
    static const struct loss losses[] = {
        {NULL, "", THEN("\"sparkConfigMap\":\"c\""), "spec.sparkConfigMap"},
        {NULL, "", THEN("\"hadoopConfigMap\":\"c\""), ""},
        {NULL, CONF("kubernetes.hadoop.configMapName", "h"), THEN("\"hadoopConfigMap\":\"c\""),
         "spec.hadoopConfigMap"},
        {NULL, CONF("kubernetes.scheduler.name", "a"),
         THEN("\"batchScheduler\":\"kube-scheduler\""), "spec.batchScheduler"},
    };

    check(losses, SPK_LEN(losses));
}

static void test_another_container_than_the_webhooks_is_told(void)
{
    static const struct loss losses[] = {
        {NULL, "", TEMPLATE("side", "executor") ",\"env\":[" ENV("A", "1") "]", "template"},
        {NULL, "", TEMPLATE("side", "other") ",\"env\":[" ENV("A", "1") "]", "template"},
        {NULL, "",
         TEMPLATE("executor", "spark-kubernetes-executor") ",\"env\":[" ENV("A", "1") "]",
         "template"},
        {NULL, "",
         TEMPLATE("side", "spark-kubernetes-executor") ",\"env\":[" ENV("A", "1") "]", ""},
        {NULL, "", TEMPLATE("executor", "side") ",\"env\":[" ENV("A", "1") "]", ""},
        /* Nothing is done to a container. */
        {NULL, "", TEMPLATE("side", "executor") ",\"hostNetwork\":true", ""},
    };

    check(losses, SPK_LEN(losses));
}

/* The executors' template of an application with uid, natively mutated. */
static const char *template_of(struct spk_arena *arena, const char *executor, bool owned)
{
    const char *manifest = spk_replace(arena, spk_printf(arena, HEAD, "4.1.4", "", executor),
                                       "\"name\":\"pi\",", "\"name\":\"pi\",\"uid\":\"u\",");
    struct spk_settings settings = spk_settings_default();
    struct spk_prepared prepared = {0};
    struct spk_err err = {0};
    const struct spk_request request = {
        .payload = {.kind = SPK_PAYLOAD_MANIFEST,
                    .properties = {.arena = arena},
                    .manifest = {manifest, strlen(manifest)}},
        .tenant = "",
        .pod_mutation = SPK_MUTATION_NATIVE,
    };

    settings.operator_options.master = "k8s://https://h:443";
    settings.operator_options.executor_owner_reference = owned;
    CU_ASSERT_FATAL(spk_prepare(arena, &settings, &request, &prepared, &err));
    return spk_json_write(arena, prepared.operator_output.executor_template);
}

#define SIDECAR "\"sidecars\":[{\"name\":\"log\",\"image\":\"i\"}]"
#define DEFAULT_CONTAINER(name)                                                               \
    "{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/default-container\":\"" name     \
    "\"}},"

static void test_tools_are_told_sparks_container_where_it_is_not_the_first(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    static const struct loss losses[] = {
        {NULL, "", SIDECAR, "sidecars"},
        {NULL, "", "\"sidecars\":[]", ""},
        {NULL, "", "\"initContainers\":[{\"name\":\"log\",\"image\":\"i\"}]", ""},
        {NULL, "", TEMPLATE("a", "spark-kubernetes-executor"), ""},
    };

    check(losses, SPK_LEN(losses));
    CU_ASSERT(spk_starts_with(template_of(&arena, SIDECAR, false),
                              DEFAULT_CONTAINER("spark-kubernetes-executor")));
    CU_ASSERT(spk_starts_with(template_of(&arena, TEMPLATE("a", "b") "," SIDECAR, false),
                              DEFAULT_CONTAINER("a")));
    CU_ASSERT(spk_starts_with(
        template_of(&arena,
                    "\"template\":{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/"
                    "default-container\":\"mine\"}},\"spec\":{\"containers\":[{\"name\":\"a\"}"
                    "]}}," SIDECAR,
                    false),
        DEFAULT_CONTAINER("mine")));
    CU_ASSERT(
        spk_starts_with(template_of(&arena, "\"memory\":\"1g\"", false), "{\"metadata\":{},"));
}

static void test_executors_are_owned_by_the_application_only_if_asked(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));

    CU_ASSERT_PTR_NULL(strstr(template_of(&arena, "", false), "ownerReferences"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(template_of(&arena, "", true),
               "\"ownerReferences\":[{\"apiVersion\":\"sparkoperator.k8s.io/"
               "v1beta2\",\"kind\":\"SparkApplication\",\"name\":\"pi\","));
}

static CU_TestInfo tests[] = {
    SPK_TEST(tools_are_told_sparks_container_where_it_is_not_the_first),
    SPK_TEST(executors_are_owned_by_the_application_only_if_asked),
    SPK_TEST(variables_that_spark_sets_too_are_lost),
    SPK_TEST(fields_that_spark_sets_too_are_lost),
    SPK_TEST(every_variable_of_spark_is_lost),
    SPK_TEST(fields_of_the_application_are_lost_too),
    SPK_TEST(another_container_than_the_webhooks_is_told),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("executor_overrides", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_fixture.h"

#include "base/limits.h"
#include "test.h"
#include "json/read.h"
#include "json/write.h"

#define APP_ID "spark-0123456789abcdef0123456789abcdef"
#define ID     "aaaaaaaaaaaaaaaa"
#define SPARK  "sparkoperator.k8s.io/"
#define K      "spark.kubernetes."

/* What the operator hands over for its example, as spark-submit has it after parsing. */
static const char *const spark_pi[] = {
    "spark.app.name=spark-pi",
    K "namespace=jobs",
    K "container.image=docker.io/apache/spark:4.0.4",
    K "container.image.pullPolicy=IfNotPresent",
    K "submission.waitAppCompletion=false",
    K "driver.pod.name=spark-pi-driver",
    K "driver.label." SPARK "app-name=spark-pi",
    K "driver.label." SPARK "submission-id=3f0c5a52-7b1e-4a55-9f6e-0a9f0b6f2c11",
    K "driver.container.image=docker.io/apache/spark:4.0.4",
    K "driver.label.version=4.0.0",
    "spark.driver.cores=1",
    "spark.driver.memory=512m",
    K "authenticate.driver.serviceAccountName=spark-operator-spark",
    "spark.executor.instances=1",
    K "driver.podTemplateContainerName=spark-kubernetes-driver",
};

static const char driver_template[] =
    "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\","
    "\"blockOwnerDeletion\":true,\"controller\":true,\"kind\":\"SparkApplication\","
    "\"name\":\"spark-pi\",\"uid\":\"6c1b\"}]},\"spec\":{\"containers\":[{\"name\":"
    "\"spark-kubernetes-driver\",\"resources\":{}}]}}";

static const char executor_template[] = "# kept\nspec: {}\n";

#define LABELS                                                                                \
    "{\"spark-app-name\":\"spark-pi\",\"spark-app-selector\":\"" APP_ID                       \
    "\",\"spark-role\":\"driver\",\"spark-version\":\"4.1.4\",\"sparkoperator.k8s.io/"        \
    "app-name\":\"spark-pi\",\"sparkoperator.k8s.io/submission-id\":\"3f0c5a52-7b1e-4a55-"    \
    "9f6e-0a9f0b6f2c11\",\"version\":\"4.0.0\"}"
#define DIR "/var/data/spark-11111111-2222-4333-8444-555555555555"

/* @source spark-submit 4.1.4, with the ids of the fixture */
static const struct {
    const char *place, *expected;
} spark_pi_plan[] = {
    {"Pod:metadata",
     "{\"labels\":" LABELS ",\"name\":\"spark-pi-driver\",\"ownerReferences\":[{"
     "\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"blockOwnerDeletion\":true,"
     "\"controller\":true,\"kind\":\"SparkApplication\",\"name\":\"spark-pi\",\"uid\":"
     "\"6c1b\"}]}"},
    {"container:args",
     "[\"driver\",\"--properties-file\",\"/opt/spark/conf/spark.properties\",\"--class\","
     "\"org.apache.spark.examples.SparkPi\",\"local:///opt/spark/examples/jars/"
     "spark-examples.jar\",\"5000\"]"},
    {"container:env",
     "[{\"name\":\"SPARK_USER\",\"value\":\"submitter\"},{\"name\":\"SPARK_APPLICATION_ID\","
     "\"value\":\"" APP_ID "\"},{\"name\":\"SPARK_DRIVER_BIND_ADDRESS\",\"valueFrom\":{"
     "\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"status.podIP\"}}},{\"name\":"
     "\"SPARK_LOCAL_DIRS\",\"value\":\"" DIR "\"},{\"name\":\"SPARK_CONF_DIR\",\"value\":"
     "\"/opt/spark/conf\"}]"},
    {"container:image", "\"docker.io/apache/spark:4.0.4\""},
    {"container:name", "\"spark-kubernetes-driver\""},
    {"container:ports",
     "[{\"containerPort\":7078,\"name\":\"driver-rpc-port\",\"protocol\":\"TCP\"},{"
     "\"containerPort\":7079,\"name\":\"blockmanager\",\"protocol\":\"TCP\"},{"
     "\"containerPort\":4040,\"name\":\"spark-ui\",\"protocol\":\"TCP\"},{\"containerPort\":"
     "15002,\"name\":\"spark-connect\",\"protocol\":\"TCP\"}]"},
    {"container:resources",
     "{\"limits\":{\"memory\":\"896Mi\"},\"requests\":{\"cpu\":\"1\",\"memory\":\"896Mi\"}}"},
    {"container:volumeMounts",
     "[{\"mountPath\":\"/opt/spark/pod-template\",\"name\":\"pod-template-volume\"},{"
     "\"mountPath\":\"" DIR "\",\"name\":\"spark-local-dir-1\"},{\"mountPath\":"
     "\"/opt/spark/conf\",\"name\":\"spark-conf-volume-driver\"}]"},
    {"Pod:spec.restartPolicy", "\"Never\""},
    {"Pod:spec.serviceAccount", "\"spark-operator-spark\""},
    {"Pod:spec.serviceAccountName", "\"spark-operator-spark\""},
    {"Pod:spec.volumes",
     "[{\"configMap\":{\"items\":[{\"key\":\"podspec-configmap-key\",\"path\":"
     "\"pod-spec-template.yml\"}],\"name\":\"spark-pi-" ID "-driver-podspec-conf-map\"},"
     "\"name\":\"pod-template-volume\"},{\"emptyDir\":{},\"name\":\"spark-local-dir-1\"},{"
     "\"configMap\":{\"items\":[{\"key\":\"spark.properties\",\"mode\":420,\"path\":"
     "\"spark.properties\"}],\"name\":\"spark-drv-cccccccccccccccc-conf-map\"},\"name\":"
     "\"spark-conf-volume-driver\"}]"},
    {"Service:metadata", "{\"labels\":{\"spark-app-selector\":\"" APP_ID
                         "\"},\"name\":\"spark-pi-" ID "-driver-svc\"}"},
    {"Service:spec",
     "{\"clusterIP\":\"None\",\"ipFamilies\":[\"IPv4\"],\"ipFamilyPolicy\":\"SingleStack\","
     "\"ports\":[{\"name\":\"driver-rpc-port\",\"port\":7078,\"targetPort\":7078},{\"name\":"
     "\"blockmanager\",\"port\":7079,\"targetPort\":7079},{\"name\":\"spark-ui\",\"port\":"
     "4040,\"targetPort\":4040},{\"name\":\"spark-connect\",\"port\":15002,\"targetPort\":"
     "15002}],\"selector\":" LABELS "}"},
    {"ConfigMap:",
     "{\"apiVersion\":\"v1\",\"data\":{\"podspec-configmap-key\":\"# kept\\nspec: {}\\n\"},"
     "\"immutable\":true,\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"spark-pi-" ID
     "-driver-podspec-conf-map\"}}"},
    {"properties:spark.app.id", APP_ID},
    {"properties:spark.driver.blockManager.port", "7079"},
    {"properties:spark.driver.host", "spark-pi-" ID "-driver-svc.jobs.svc"},
    {"properties:spark.driver.port", "7078"},
    {"properties:" K "executor.podTemplateFile",
     "/opt/spark/pod-template/pod-spec-template.yml"},
    {"properties:" K "memoryOverheadFactor", "0.1"},
    {"properties:" K "resource.type", "java"},
    {"properties:" K "submitInDriver", "true"},
};

static const cJSON *read_tree(struct plan_fixture *fixture, const char *text)
{
    cJSON *tree = NULL;

    CU_ASSERT_FATAL(spk_json_read(&fixture->arena, text, strlen(text), &tree, &fixture->err));
    return tree;
}

static void init_spark_pi(struct plan_fixture *fixture)
{
    static const char *arguments[] = {"5000"};
    struct spk_submission *submission = &fixture->submission;

    plan_fixture_init(fixture, SPK_SPARK_4_1);
    submission->main_class = "org.apache.spark.examples.SparkPi";
    submission->primary_resource = "local:///opt/spark/examples/jars/spark-examples.jar";
    submission->arguments = (struct spk_strings){arguments, SPK_LEN(arguments)};
    submission->driver_template = (struct spk_template){
        .tree = read_tree(fixture, driver_template), .origin = "spec.driver.template"};
    submission->executor_template = (struct spk_template){
        .text = {executor_template, strlen(executor_template)}, .origin = "a file"};
    for (size_t i = 0; i < SPK_LEN(spark_pi); i++)
        plan_fixture_set(fixture, spark_pi[i]);
}

static void test_the_operator_s_example_is_as_spark_makes_it(void)
{
    static const char *const order[] = {"Pod", "Service", "ConfigMap", "ConfigMap"};
    struct plan_fixture fixture;

    init_spark_pi(&fixture);
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    for (size_t i = 0; i < SPK_LEN(spark_pi_plan); i++)
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, spark_pi_plan[i].place),
                        spark_pi_plan[i].expected);
    CU_ASSERT_EQUAL_FATAL(fixture.plan.n, SPK_LEN(order));
    for (size_t i = 0; i < SPK_LEN(order); i++)
        SPK_ASSERT_TEXT(spk_object_kind(fixture.plan.objects[i].object), order[i]);
    CU_ASSERT_EQUAL(fixture.plan.warnings.n, 0);
    plan_fixture_done(&fixture);
}

static void test_equal_input_gives_equal_bytes(void)
{
    struct plan_fixture one, other;

    init_spark_pi(&one);
    init_spark_pi(&other);
    CU_ASSERT_FATAL(plan_fixture_make(&one) && plan_fixture_make(&other));
    for (size_t i = 0; i < one.plan.n; i++)
        SPK_ASSERT_TEXT(spk_json_write(&one.arena, one.plan.objects[i].object),
                        spk_json_write(&other.arena, other.plan.objects[i].object));
    plan_fixture_done(&one);
    plan_fixture_done(&other);
}

static void test_all_but_the_pod_are_owned_by_it(void)
{
    struct plan_fixture fixture;

    init_spark_pi(&fixture);
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    spk_plan_own(&fixture.arena, &fixture.plan);
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "Service:metadata.ownerReferences"),
                    "[{\"apiVersion\":\"v1\",\"controller\":true,\"kind\":\"Pod\",\"name\":"
                    "\"spark-pi-driver\",\"uid\":\"\"}]");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "Pod:metadata.ownerReferences.0.kind"),
                    "\"SparkApplication\"");
    plan_fixture_done(&fixture);
}

static void test_templates_that_spark_cannot_load_are_refused(void)
{
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"{\"spec\":{\"containers\":null}}", "spec.driver.template.spec.containers"},
        {"{\"spec\":{\"containers\":[null,{}]}}", "spec.driver.template.spec.containers[0]"},
        {"{\"spec\":{\"containers\":[{\"volumeMounts\":[null]}]}}", "spec.driver.template"},
        {"{\"metadata\":{}}", "spec.driver.template"},
        {"[]", "spec.driver.template"},
        {"{\"kind\":\"Deployment\",\"spec\":{}}", "spec.driver.template"},
        {"{\"spec\":{\"containers\":[{\"volumeMounts\":[{\"mountPath\":\"/x\"}]}]}}",
         "spec.driver.template"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        init_spark_pi(&fixture);
        fixture.submission.driver_template.tree = read_tree(&fixture, cases[i].text);
        CU_ASSERT_FALSE(plan_fixture_make(&fixture));
        CU_ASSERT_EQUAL(fixture.err.reason, SPK_INVALID_POD_TEMPLATE);
        SPK_ASSERT_TEXT(fixture.err.field, cases[i].field);
        CU_ASSERT_PTR_NULL(fixture.plan.pod);
        plan_fixture_done(&fixture);
    }
}

/* The client reads it twice, so a null is no value any more. */
static void test_unknown_fields_of_a_template_are_passed_on_and_warned_of(void)
{
    static const char executors[] = "spec: {containers: [{imagee: a}]}";
    static const char *const fields[] = {"driver.yaml.spec.zz",
                                         "driver.yaml.spec.containers[0].env[0].valeu",
                                         "executor.yaml.spec.containers[0].imagee"};
    struct plan_fixture fixture;

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    fixture.submission.driver_template.origin = "driver.yaml";
    fixture.submission.driver_template.tree = read_tree(
        &fixture, "{\"spec\":{\"zz\":{\"a\":1},\"containers\":[{\"name\":\"c\",\"env\":"
                  "[{\"name\":\"A\",\"valeu\":\"b\"}]}]}}");
    fixture.submission.executor_template = (struct spk_template){
        .text = {executors, strlen(executors)}, .origin = "executor.yaml"};
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "Pod:spec.zz"), "{\"a\":1}");
    CU_ASSERT_EQUAL_FATAL(fixture.plan.warnings.n, SPK_LEN(fields));
    for (size_t i = 0; i < SPK_LEN(fields); i++) {
        SPK_ASSERT_TEXT(fixture.plan.warnings.items[i].code, "UNKNOWN_FIELD_IGNORED");
        SPK_ASSERT_TEXT(fixture.plan.warnings.items[i].field, fields[i]);
    }
    CU_ASSERT(strstr(fixture.plan.warnings.items[2].message,
                     "unknown field 'imagee', passed on: ") != NULL);
    CU_ASSERT(
        spk_ends_with(fixture.plan.warnings.items[2].message, "; did you mean 'image'?"));
    plan_fixture_done(&fixture);
}

static void test_a_template_of_another_namespace_is_copied(void)
{
    static const struct {
        const char *ns, *kind;
    } cases[] = {{"x", "\"OwnerReference\""}, {"default", ""}, {"", ""}};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        fixture.submission.driver_template.tree = read_tree(
            &fixture, spk_printf(&fixture.arena,
                                 "{\"metadata\":{\"namespace\":\"%s\",\"ownerReferences\":"
                                 "[{\"kind\":null}]},\"spec\":{}}",
                                 cases[i].ns));
        CU_ASSERT(plan_fixture_make(&fixture));
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "Pod:metadata.ownerReferences.0.kind"),
                        cases[i].kind);
        plan_fixture_done(&fixture);
    }
}

static void make_at(struct plan_fixture *fixture, const char *setting, bool is_time_of_call)
{
    plan_fixture_init(fixture, SPK_SPARK_4_1);
    spk_conf_remove(&fixture->submission.conf, SPK_SUBMIT_TIME_KEY);
    plan_fixture_set(fixture, setting);
    fixture->ids.submit_time_ms = "1764000000000";
    fixture->ids.is_time_of_call = is_time_of_call;
}

static void test_the_submit_time_stands_where_it_is_referred_to(void)
{
#define T "${spark.app.submitTime}"
    static const struct {
        const char *setting, *place, *text;
        bool is_place_of_driver;
    } cases[] = {
        {K "driver.pod.name=p-" T, "Pod:metadata.name", "\"p-1764000000000\"", true},
        {K "namespace=n-" T, "properties:spark.driver.host",
         "app-aaaaaaaaaaaaaaaa-driver-svc.n-1764000000000.svc", true},
        {K "container.image=i:" T, "container:image", "\"i:1764000000000\"", false},
        {K "hadoop.configMapName=h-" T,
         "properties:spark.kubernetes.executor.hadoopConfigMapName", "h-1764000000000", false},
        {K "driver.label.a=" T, "Pod:metadata.labels.a", "\"" T "\"", false},
        {"spark.a=" T, "properties:spark.a", T, false},
        {"spark.a=" T, "properties:spark.app.submitTime", "1764000000000", false},
    };
#undef T

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        make_at(&fixture, cases[i].setting, false);
        CU_ASSERT(plan_fixture_make(&fixture));
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, cases[i].place), cases[i].text);
        plan_fixture_done(&fixture);

        make_at(&fixture, cases[i].setting, true);
        CU_ASSERT_EQUAL(plan_fixture_make(&fixture), !cases[i].is_place_of_driver);
        CU_ASSERT_EQUAL(fixture.err.reason,
                        cases[i].is_place_of_driver ? SPK_UNSUPPORTED_FEATURE : 0);
        plan_fixture_set(&fixture, SPK_SUBMIT_TIME_KEY "=5");
        CU_ASSERT(plan_fixture_make(&fixture));
        plan_fixture_done(&fixture);
    }
}

/* Spark asks each for its name, when it looks for one. */
static void test_a_null_container_has_no_name(void)
{
    static const char *const names[] = {NULL, "a"};

    for (size_t i = 0; i < SPK_LEN(names); i++) {
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        if (names[i])
            plan_fixture_set(&fixture, K "driver.podTemplateContainerName=a");
        fixture.submission.driver_template.origin = "a file";
        fixture.submission.driver_template.tree = read_tree(
            &fixture, "{\"spec\":{\"containers\":[{\"name\":\"a\",\"env\":[null]},null]}}");
        CU_ASSERT_EQUAL(plan_fixture_make(&fixture), !names[i]);
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "Pod:spec.containers.0"),
                        names[i] ? "" : "{}");
        SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "container:env.0"), names[i] ? "" : "{}");
        SPK_ASSERT_TEXT(fixture.err.field, names[i] ? "a file.spec.containers[1]" : "");
        plan_fixture_done(&fixture);
    }
}

static void test_without_the_basic_step_a_template_needs_metadata(void)
{
    static const struct {
        const char *template;
        bool passes;
    } cases[] = {
        {"{\"spec\":{\"containers\":[{\"name\":\"c\"}]}}", false},
        {"{\"metadata\":{\"name\":\"n\"},\"spec\":{\"containers\":[{\"name\":\"c\"}]}}", true},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        init_spark_pi(&fixture);
        plan_fixture_set(&fixture,
                         K "driver.pod.excludedFeatureSteps="
                           "org.apache.spark.deploy.k8s.features.BasicDriverFeatureStep");
        fixture.submission.driver_template.tree = read_tree(&fixture, cases[i].template);
        CU_ASSERT_EQUAL(plan_fixture_make(&fixture), cases[i].passes);
        SPK_ASSERT_TEXT(fixture.err.reason == SPK_INVALID_FIELD ? fixture.err.text : NULL,
                        cases[i].passes ? NULL
                                        : "without BasicDriverFeatureStep the driver's pod "
                                          "template must have metadata with a name");
        plan_fixture_done(&fixture);
    }
}

static void test_the_spark_container_goes_last(void)
{
    struct plan_fixture fixture;

    init_spark_pi(&fixture);
    plan_fixture_set(&fixture, K "driver.podTemplateContainerName=main");
    fixture.submission.driver_template.tree = read_tree(
        &fixture, "{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"x\"},{\"name\":"
                  "\"side\",\"image\":\"y\"}]}}");
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "Pod:spec.containers.0.name"), "\"side\"");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "container:name"), "\"main\"");
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "container:image"),
                    "\"docker.io/apache/spark:4.0.4\"");
    plan_fixture_done(&fixture);
}

static void test_mutations_are_applied_to_the_finished_pod(void)
{
    const char *path[] = {"env"};
    struct plan_fixture fixture;

    init_spark_pi(&fixture);
    const struct spk_mutation mutation = {
        .kind = SPK_APPEND,
        .in_container = true,
        .path = {path, SPK_LEN(path)},
        .value = read_tree(&fixture, "{\"name\":\"LAST\",\"value\":\"1\"}"),
        .origin = "spec.driver.env[0]",
    };
    spk_mutations_add(&fixture.arena, &fixture.submission.mutations, &mutation);
    CU_ASSERT_FATAL(plan_fixture_make(&fixture));
    SPK_ASSERT_TEXT(plan_fixture_at(&fixture, "container:env.5"),
                    "{\"name\":\"LAST\",\"value\":\"1\"}");
    plan_fixture_done(&fixture);
}

static void test_objects_that_are_too_large_are_refused(void)
{
    struct plan_fixture fixture;

    init_spark_pi(&fixture);
    char *large = spk_alloc(&fixture.arena, SPK_MAX_CONFIGMAP + 2);
    memset(large, 'x', SPK_MAX_CONFIGMAP + 1);
    spk_conf_set(&fixture.submission.conf, "spark.large", large, "conf:spark.large");
    CU_ASSERT_FALSE(plan_fixture_make(&fixture));
    CU_ASSERT_EQUAL(fixture.err.reason, SPK_OBJECT_TOO_LARGE);
    plan_fixture_done(&fixture);
}

static void test_there_are_limits_to_the_number_of_claims(void)
{
    static const char *const suffixes[] = {"mount.path=/%u", "options.claimName=c%u",
                                           "options.storageClass=fast%u",
                                           "options.sizeLimit=%uGi"};
    struct plan_fixture fixture;

    init_spark_pi(&fixture);
    for (unsigned i = 0; i <= SPK_MAX_CLAIMS; i++)
        for (size_t j = 0; j < SPK_LEN(suffixes); j++) {
            const char *number = spk_printf(&fixture.arena, "%u", i);
            struct spk_strings parts = spk_split(&fixture.arena, suffixes[j], '%');

            plan_fixture_set(&fixture,
                             spk_printf(&fixture.arena,
                                        K "driver.volumes.persistentVolumeClaim."
                                          "v%u.%s%s%s",
                                        i, parts.items[0], number, parts.items[1] + 1));
        }
    CU_ASSERT_FALSE(plan_fixture_make(&fixture));
    CU_ASSERT_EQUAL(fixture.err.reason, SPK_INVALID_FIELD);
    SPK_ASSERT_TEXT(fixture.err.text,
                    "there are 33 volume claims to create, at most 32 are allowed");
    plan_fixture_done(&fixture);
}

static void test_warnings_tell_what_the_caller_should_know(void)
{
    static const struct {
        const char *setting, *code, *field;
    } cases[] = {
        {K "driver.pod.name=p234567890123456789012345678901234567890123456789012345678901234",
         "NAME_TRUNCATED_HOSTNAME", ""},
        {"spark.app.name=a-name-that-is-one-too-long-for-that", "SERVICE_NAME_SHORTENED", ""},
        {"spark.hadoop.fs.s3a.secret.key=x", "SECRET_IN_CONFIGMAP",
         "conf:spark.hadoop.fs.s3a.secret.key"},
        {"spark.driver.extraJavaOptions=-Dpassword=x", "SECRET_IN_CONFIGMAP",
         "conf:spark.driver.extraJavaOptions"},
        {"spark.master=k8s://https://u:p@h", "SECRET_IN_CONFIGMAP", "conf:spark.master"},
        {K "driver.podTemplateContainerName=none", "TEMPLATE_CONTAINER_NOT_FOUND", ""},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        init_spark_pi(&fixture);
        plan_fixture_set(&fixture, cases[i].setting);
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        CU_ASSERT_EQUAL_FATAL(fixture.plan.warnings.n, 1);
        SPK_ASSERT_TEXT(fixture.plan.warnings.items[0].code, cases[i].code);
        SPK_ASSERT_TEXT(fixture.plan.warnings.items[0].field, cases[i].field);
        plan_fixture_done(&fixture);
    }
}

static void test_annotations_have_a_total(void)
{
    const struct {
        size_t length;
        bool fits;
    } cases[] = {{SPK_MAX_ANNOTATIONS - 1, true}, {SPK_MAX_ANNOTATIONS, false}};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        init_spark_pi(&fixture);
        char *value = spk_alloc(&fixture.arena, cases[i].length + 1);
        memset(value, 'v', cases[i].length);
        plan_fixture_set(&fixture,
                         spk_printf(&fixture.arena, K "driver.annotation.a=%s", value));
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        bool fits = spk_plan_check(&fixture.arena, &fixture.plan, &fixture.err);
        CU_ASSERT_EQUAL(fits, cases[i].fits);
        if (!fits)
            CU_ASSERT_PTR_NOT_NULL(strstr(fixture.err.text, "at most 262144 are allowed"));
        SPK_ASSERT_TEXT(fixture.err.field, fits ? "" : "conf:" K "driver.annotation.a");
        plan_fixture_done(&fixture);
    }
}

/* What no key of the configuration made is the template's. */
static void test_names_in_a_template_are_blamed_on_it(void)
{
    static const char *const specs[] = {
        "{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\",\"env\":[{\"name\":\"a=b\"}]}]}",
        "{\"containers\":[],\"volumes\":[{\"name\":\"A_B\"}]}",
        "{\"containers\":[],\"priorityClassName\":\"a b\"}",
        "{\"containers\":[],\"volumes\":[{\"name\":\"v\",\"configMap\":{\"name\":\"A\"}}]}",
    };

    for (size_t i = 0; i < SPK_LEN(specs); i++) {
        struct plan_fixture fixture;

        plan_fixture_init(&fixture, SPK_SPARK_4_1);
        fixture.submission.driver_template.origin = "driver.yaml";
        fixture.submission.driver_template.tree =
            read_tree(&fixture, spk_printf(&fixture.arena, "{\"spec\":%s}", specs[i]));
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        CU_ASSERT_FALSE(spk_plan_check(&fixture.arena, &fixture.plan, &fixture.err));
        SPK_ASSERT_TEXT(fixture.err.field, "driver.yaml");
        plan_fixture_done(&fixture);
    }
}

static void test_executors_overhead_is_a_size(void)
{
    struct plan_fixture fixture;

    plan_fixture_init(&fixture, SPK_SPARK_4_1);
    CU_ASSERT(spk_executors_check(&fixture.arena, &fixture.submission, &fixture.err));
    plan_fixture_set(&fixture, "spark.executor.memoryOverhead=-1");
    CU_ASSERT(spk_executors_check(&fixture.arena, &fixture.submission, &fixture.err));
    plan_fixture_set(&fixture, "spark.executor.memoryOverhead=x");
    CU_ASSERT_FALSE(spk_executors_check(&fixture.arena, &fixture.submission, &fixture.err));
    SPK_ASSERT_TEXT(fixture.err.field, "conf:spark.executor.memoryOverhead");
    plan_fixture_done(&fixture);
}

static void test_names_that_kubernetes_refuses_are_found(void)
{
    static const struct {
        const char *setting, *field;
    } cases[] = {
        {K "namespace=Jobs", "conf:" K "namespace"},
        {K "driver.pod.name=Driver", "conf:" K "driver.pod.name"},
        {K "driver.label.a b=c", "conf:" K "driver.label.a b"},
        {K "driver.label.a=b c", "conf:" K "driver.label.a"},
        {K "driver.annotation.-a=b", "conf:" K "driver.annotation.-a"},
        {K "driver.service.label.a=b c", "conf:" K "driver.service.label.a"},
        {K "driverEnv.\u00e9=x", "conf:" K "driverEnv.\u00e9"},
        {K "driver.limit.cores=x", "conf:" K "driver.limit.cores"},
        {K "driver.request.cores=-1", "conf:" K "driver.request.cores"},
        {K "authenticate.driver.serviceAccountName=a/b",
         "conf:" K "authenticate.driver.serviceAccountName"},
        {K "driver.scheduler.name=a?b", "conf:" K "driver.scheduler.name"},
        {K "scheduler.name=../x", "conf:" K "scheduler.name"},
        {K "hadoop.configMapName=A", "conf:" K "hadoop.configMapName"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;

        init_spark_pi(&fixture);
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        CU_ASSERT(spk_plan_check(&fixture.arena, &fixture.plan, &fixture.err));
        plan_fixture_set(&fixture, cases[i].setting);
        CU_ASSERT_FATAL(plan_fixture_make(&fixture));
        CU_ASSERT_FALSE(spk_plan_check(&fixture.arena, &fixture.plan, &fixture.err));
        CU_ASSERT_EQUAL(fixture.err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(fixture.err.field, cases[i].field);
        plan_fixture_done(&fixture);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(names_in_a_template_are_blamed_on_it),
    SPK_TEST(executors_overhead_is_a_size),
    SPK_TEST(the_operator_s_example_is_as_spark_makes_it),
    SPK_TEST(equal_input_gives_equal_bytes),
    SPK_TEST(all_but_the_pod_are_owned_by_it),
    SPK_TEST(templates_that_spark_cannot_load_are_refused),
    SPK_TEST(a_null_container_has_no_name),
    SPK_TEST(unknown_fields_of_a_template_are_passed_on_and_warned_of),
    SPK_TEST(a_template_of_another_namespace_is_copied),
    SPK_TEST(the_submit_time_stands_where_it_is_referred_to),
    SPK_TEST(without_the_basic_step_a_template_needs_metadata),
    SPK_TEST(the_spark_container_goes_last),
    SPK_TEST(mutations_are_applied_to_the_finished_pod),
    SPK_TEST(objects_that_are_too_large_are_refused),
    SPK_TEST(there_are_limits_to_the_number_of_claims),
    SPK_TEST(warnings_tell_what_the_caller_should_know),
    SPK_TEST(annotations_have_a_total),
    SPK_TEST(names_that_kubernetes_refuses_are_found),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("plan", tests)

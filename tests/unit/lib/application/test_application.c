/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"

#include "base/file.h"
#include "base/limits.h"
#include "json/read.h"
#include "json/write.h"

#include "test.h"

/* The smallest spec that is valid; %s takes further members. */
#define HEAD                                                                                  \
    "{\"metadata\":{\"name\":\"pi\"},\"spec\":{\"mainApplicationFile\":\"local:///a.jar\""
#define TAIL          "}}"
#define SPEC(members) HEAD "," members TAIL

static const struct spk_application_options strict = {.apply_defaults = true};
static const struct spk_application_options lenient = {.apply_defaults = true,
                                                       .warn_unknown_fields = true};
static const struct spk_application_options bare = {.apply_defaults = false};

static bool load(struct spk_arena *arena, const char *manifest,
                 const struct spk_application_options *options, Spk__SparkApplication **out,
                 struct spk_err *err)
{
    struct spk_warnings warnings = {0};

    return spk_application_read(arena, manifest, strlen(manifest), options, out, &warnings,
                                err) &&
           spk_application_check(arena, *out, options, &warnings, err);
}

/* Each is refused with reason, field and a part of the text; out stays as it was. */
struct refusal {
    const char *manifest;
    enum spk_reason reason;
    const char *field, *text;
};

static void assert_refused(const struct refusal *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        Spk__SparkApplication *out = NULL;
        struct spk_err err = {0};

        CU_ASSERT_FALSE(load(&arena, cases[i].manifest, &strict, &out, &err));
        SPK_ASSERT_TEXT(spk_reason_name(err.reason), spk_reason_name(cases[i].reason));
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        CU_ASSERT(strstr(err.text, cases[i].text) != NULL);
        if (!strstr(err.text, cases[i].text))
            fprintf(stderr, "\n'%s' lacks '%s'\n", err.text, cases[i].text);
    }
}

static void test_reading_names_what_was_found_and_what_is_expected(void)
{
    static const struct refusal cases[] = {
        {SPEC("\"image\":3.5"), SPK_INVALID_FIELD, "spec.image",
         "a string is expected, found the number 3.5: put it in quotes"},
        {SPEC("\"image\":true"), SPK_INVALID_FIELD, "spec.image",
         "found the boolean true: put the value in quotes"},
        {SPEC("\"sparkConf\":{\"a.b\":1}"), SPK_INVALID_FIELD, "spec.sparkConf[a.b]",
         "a string is expected"},
        {SPEC("\"sparkConf\":[\"a\"]"), SPK_INVALID_FIELD, "spec.sparkConf",
         "an object is expected, found a list"},
        {SPEC("\"arguments\":[\"a\",7]"), SPK_INVALID_FIELD, "spec.arguments[1]",
         "a string is expected, found the number 7"},
        {SPEC("\"arguments\":\"a\""), SPK_INVALID_FIELD, "spec.arguments",
         "a list is expected, found the string 'a'"},
        {SPEC("\"driver\":{\"cores\":\"1\"}"), SPK_INVALID_FIELD, "spec.driver.cores",
         "a whole number is expected, found the string '1': leave out the quotes"},
        {SPEC("\"driver\":{\"cores\":1.5}"), SPK_INVALID_FIELD, "spec.driver.cores",
         "a whole number is expected, found the number 1.5"},
        {SPEC("\"driver\":{\"cores\":2147483648}"), SPK_INVALID_FIELD, "spec.driver.cores",
         "2147483647"},
        {SPEC("\"timeToLiveSeconds\":9223372036854775808"), SPK_INVALID_FIELD,
         "spec.timeToLiveSeconds", "a whole number is expected"},
        {SPEC("\"executor\":{\"cores\":99999999999999999999}"), SPK_INVALID_FIELD,
         "spec.executor.cores", "a whole number is expected"},
        {SPEC("\"volumes\":[{\"name\":\"v\",\"configMap\":"
              "{\"defaultMode\":9223372036854775808}}]"),
         SPK_INVALID_FIELD, "spec.volumes[0].configMap.defaultMode",
         "expected 32-bit integer, found number '9.223372036854776e+18'"},
        {SPEC("\"timeToLiveSeconds\":1e309"), SPK_INVALID_FIELD, "spec.timeToLiveSeconds",
         "the number 1e309 does not fit 64 bits"},
        {SPEC("\"timeToLiveSeconds\":1e30"), SPK_INVALID_FIELD, "spec.timeToLiveSeconds",
         "a whole number is expected"},
        {SPEC("\"suspend\":\"no\""), SPK_INVALID_FIELD, "spec.suspend",
         "true or false is expected, found the string 'no': leave out the quotes"},
        {SPEC("\"driver\":{\"env\":[5]}"), SPK_INVALID_FIELD, "spec.driver.env[0]",
         "an object is expected"},
        {SPEC("\"driver\":{\"envSecretKeyRefs\":{\"A\":{\"key\":1}}}"), SPK_INVALID_FIELD,
         "spec.driver.envSecretKeyRefs[A].key", "a string is expected"},
        {SPEC("\"driver\":7"), SPK_INVALID_FIELD, "spec.driver", "an object is expected"},
    };

    assert_refused(cases, SPK_LEN(cases));
}

static void test_quotes_are_the_matter_only_where_leaving_them_out_helps(void)
{
    static const struct {
        const char *manifest, *text;
    } cases[] = {
        {SPEC("\"timeToLiveSeconds\":\"60\""),
         "a whole number is expected, found the string '60': leave out the quotes"},
        {SPEC("\"timeToLiveSeconds\":\"1h\""),
         "a whole number is expected, found the string '1h'"},
        {SPEC("\"timeToLiveSeconds\":\"9223372036854775808\""),
         "a whole number is expected, found the string '9223372036854775808'"},
        {SPEC("\"suspend\":\"True\""),
         "true or false is expected, found the string 'True': leave out the quotes"},
        {SPEC("\"suspend\":\"maybe\""), "true or false is expected, found the string 'maybe'"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        Spk__SparkApplication *out = NULL;
        struct spk_err err = {0};

        CU_ASSERT_FALSE(load(&arena, cases[i].manifest, &strict, &out, &err));
        SPK_ASSERT_TEXT(err.text, cases[i].text);
    }
}

static void test_reading_refuses_unknown_fields_by_path(void)
{
    static const struct refusal cases[] = {
        {SPEC("\"nope\":1"), SPK_UNKNOWN_FIELD, "spec.nope", "unknown field 'nope'"},
        {SPEC("\"sparkconf\":{}"), SPK_UNKNOWN_FIELD, "spec.sparkconf",
         "did you mean 'sparkConf'?"},
        {SPEC("\"spark_conf\":{}"), SPK_UNKNOWN_FIELD, "spec.spark_conf",
         "unknown field 'spark_conf'; did you mean 'sparkConf'?"},
        {SPEC("\"sparkUiOptions\":{}"), SPK_UNKNOWN_FIELD, "spec.sparkUiOptions",
         "did you mean 'sparkUIOptions'?"},
        {SPEC("\"driver\":{\"gpu\":{\"extra\":null}}"), SPK_UNKNOWN_FIELD,
         "spec.driver.gpu.extra", "unknown field"},
        {"{\"data\":{}}", SPK_UNKNOWN_FIELD, "data", "unknown field"},
    };

    assert_refused(cases, SPK_LEN(cases));
}

/* The fields of an error, its own first, joined by blanks. */
static const char *fields_of(struct spk_arena *arena, const struct spk_err *err)
{
    struct spk_buf fields = {.arena = arena};

    spk_buf_text(&fields, err->field);
    for (const struct spk_violation *each = err->violations; each; each = each->next)
        spk_buf_printf(&fields, " %s", each->field);
    return spk_buf_string(&fields);
}

static void test_every_unknown_field_is_named_at_any_depth(void)
{
    static const char manifest[] =
        "metadata: {name: pi, lables: {}, managedFields: [{x: 1}]}\n"
        "status: {x: 1}\n"
        "spec:\n"
        "  mainApplicationFile: local:///a.jar\n"
        "  imagee: a\n"
        "  volumes: [{name: v, emptyDirr: {}}, {name: w, configMap: {items: [{kye: a}]}}]\n"
        "  driver:\n"
        "    env: [{name: A, valeu: b}, {name: B, VALUE: c}]\n"
        "    affinity: {nodeAffinty: null}\n"
        "    template: {spec: {containers: [{name: a, imagee: b}]}}\n"
        "  executor: {sidecars: [{name: s, commands: [a]}]}\n";
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_warnings warnings = {0};
    Spk__SparkApplication *out = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_application_read(&arena, manifest, strlen(manifest), &strict, &out,
                                         &warnings, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_UNKNOWN_FIELD);
    SPK_ASSERT_TEXT(fields_of(&arena, &err),
                    "spec.imagee metadata.lables spec.volumes[0].emptyDirr "
                    "spec.volumes[1].configMap.items[0].kye spec.driver.env[0].valeu "
                    "spec.driver.env[1].VALUE spec.driver.affinity.nodeAffinty "
                    "spec.executor.sidecars[0].commands");
    CU_ASSERT_EQUAL_FATAL(warnings.n, 1);
    SPK_ASSERT_TEXT(warnings.items[0].field, "spec.driver.template.spec.containers[0].imagee");
    SPK_ASSERT_TEXT(warnings.items[0].message,
                    "unknown field 'imagee', ignored; did you mean 'image'?");
}

static void test_reading_warns_of_unknown_fields_when_asked_to(void)
{
    static const char manifest[] = SPEC("\"x\":1,\"driver\":{\"y\":{\"z\":2}}");
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_warnings warnings = {0};
    Spk__SparkApplication *out = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_application_read(&arena, manifest, strlen(manifest), &lenient, &out,
                                         &warnings, &err));
    CU_ASSERT_EQUAL_FATAL(warnings.n, 2);
    SPK_ASSERT_TEXT(warnings.items[0].code, "UNKNOWN_FIELD_IGNORED");
    SPK_ASSERT_TEXT(warnings.items[0].field, "spec.x");
    SPK_ASSERT_TEXT(warnings.items[1].field, "spec.driver.y");
}

static void test_reading_says_what_to_send_instead(void)
{
    static const struct refusal cases[] = {
        {"", SPK_INVALID_MANIFEST, "", ""},
        {"{\"kind\":\"List\",\"items\":[]}", SPK_INVALID_MANIFEST, "kind",
         "one SparkApplication at a time"},
        {"kind: ScheduledSparkApplication\nspec: {schedule: x}\n", SPK_INVALID_MANIFEST,
         "kind", "spec.template"},
        {"{\"kind\":\"\"}", SPK_INVALID_MANIFEST, "kind", "'' is not SparkApplication"},
        {"{\"kind\":\"Pod\"}", SPK_INVALID_MANIFEST, "kind", "'Pod' is not SparkApplication"},
        {"{\"apiVersion\":\"sparkoperator.k8s.io/v1beta1\"}", SPK_INVALID_MANIFEST,
         "apiVersion", "the only version that is served"},
        {"- a\n- b\n", SPK_INVALID_MANIFEST, "", "is an object, the document is a list"},
        {"{\"spec\":", SPK_INVALID_MANIFEST, "", "line 1, column"},
        {"a: 1\n---\nb: 2\n", SPK_INVALID_MANIFEST, "", "line"},
        {"{\"metadata\":{\"name\":\"a\"}}", SPK_INVALID_FIELD, "spec", "Required value"},
    };

    assert_refused(cases, SPK_LEN(cases));
}

static void test_reading_refuses_a_document_of_three_mebibytes(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    size_t length = SPK_MIB(3);
    char *manifest = spk_alloc(&arena, length + 1);
    Spk__SparkApplication *out = NULL;
    struct spk_err err = {0};

    memset(manifest, ' ', length);
    CU_ASSERT_FALSE(load(&arena, manifest, &strict, &out, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_REQUEST_TOO_LARGE);
    CU_ASSERT_PTR_NULL(out);
}

static void test_reading_tells_all_that_is_wrong(void)
{
    static const char manifest[] = SPEC("\"image\":1,\"driver\":{\"memory\":2,\"q\":3}");
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplication *out = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FALSE(load(&arena, manifest, &strict, &out, &err));
    CU_ASSERT_PTR_NULL(out);
    SPK_ASSERT_TEXT(err.field, "spec.image");
    CU_ASSERT_PTR_NOT_NULL_FATAL(err.violations);
    SPK_ASSERT_TEXT(err.violations->field, "spec.driver.memory");
    SPK_ASSERT_TEXT(err.violations->next->field, "spec.driver.q");
    CU_ASSERT_PTR_NULL(err.violations->next->next);
}

/* Manifest, and a path in the application with the JSON expected there (NULL: nothing). */
static void assert_at(const char *manifest, const struct spk_application_options *options,
                      const char *path, const char *expected)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplication *application = NULL;
    struct spk_err err = {0};

    bool loaded = load(&arena, manifest, options, &application, &err);
    CU_ASSERT(loaded);
    if (!loaded) {
        fprintf(stderr, "\n%s: %s: %s\n", manifest, err.field, err.text);
        return;
    }
    const cJSON *node = spk_json_at(spk_application_tree(&arena, application), path);
    SPK_ASSERT_TEXT(node ? spk_json_write(&arena, node) : NULL, expected);
}

static void test_nulls_are_absent_and_null_elements_zero(void)
{
    assert_at(SPEC("\"sparkConf\":{\"a\":null,\"b\":\"1\"}"), &strict, "spec.sparkConf",
              "{\"b\":\"1\"}");
    assert_at(SPEC("\"arguments\":[\"a\",null]"), &strict, "spec.arguments", "[\"a\",\"\"]");
    assert_at(SPEC("\"driver\":null"), &strict, "spec.driver",
              "{\"cores\":1,\"memory\":\"1g\"}");
    assert_at(
        SPEC("\"driver\":{\"cores\":null,\"configMaps\":[null]}"), &strict, "spec.driver",
        "{\"configMaps\":[{\"name\":\"\",\"path\":\"\"}],\"cores\":1,\"memory\":\"1g\"}");
    assert_at(SPEC("\"deps\":{\"jars\":[]}"), &strict, "spec.deps", "{}");
}

static void test_numbers_are_exact(void)
{
    assert_at(SPEC("\"timeToLiveSeconds\":9223372036854775807"), &strict,
              "spec.timeToLiveSeconds", "9223372036854775807");
    assert_at(SPEC("\"driver\":{\"cores\":2.0}"), &strict, "spec.driver.cores", "2");
    assert_at(SPEC("\"driver\":{\"cores\":1e1}"), &strict, "spec.driver.cores", "10");
}

static void test_defaults_are_the_webhooks(void)
{
    static const struct {
        const char *manifest, *path, *expected;
    } cases[] = {
        {HEAD TAIL, "spec",
         "{\"deps\":{},\"driver\":{\"cores\":1,\"memory\":\"1g\"},\"executor\":{\"cores\":1,"
         "\"instances\":1,\"memory\":\"1g\"},\"mainApplicationFile\":\"local:///a.jar\","
         "\"mode\":\"cluster\",\"restartPolicy\":{\"type\":\"Never\"},\"sparkVersion\":\"\","
         "\"type\":\"Scala\"}"},
        {SPEC("\"restartPolicy\":{\"type\":\"Always\",\"onFailureRetryInterval\":7}"),
         "spec.restartPolicy",
         "{\"onFailureRetryInterval\":7,\"onSubmissionFailureRetryInterval\":5,"
         "\"type\":\"Always\"}"},
        {SPEC("\"sparkConf\":{\"spark.driver.cores\":\"\",\"spark.driver.memory\":\"\"}"),
         "spec.driver", "{}"},
        {SPEC("\"sparkConf\":{\"spark.executor.instances\":\"\"}"), "spec.executor.instances",
         "1"},
        {SPEC("\"sparkConf\":{\"spark.executor.instances\":\"3\"}"), "spec.executor.instances",
         NULL},
        {SPEC("\"sparkConf\":{\"spark.dynamicAllocation.enabled\":\"true\"}"),
         "spec.executor.instances", "1"},
        {SPEC("\"sparkConf\":{\"spark.dynamicallocation.enabled\":\"T\"}"),
         "spec.executor.instances", NULL},
        {SPEC("\"dynamicAllocation\":{\"enabled\":true}"), "spec.dynamicAllocation",
         "{\"enabled\":true,\"shuffleTrackingEnabled\":true}"},
        {SPEC("\"dynamicAllocation\":{\"enabled\":true}"), "spec.executor.instances", NULL},
        {SPEC("\"dynamicAllocation\":{\"enabled\":false}"), "spec.dynamicAllocation", "{}"},
        {HEAD TAIL, "metadata.namespace", "\"default\""},
        {HEAD TAIL, "apiVersion", "\"sparkoperator.k8s.io/v1beta2\""},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        assert_at(cases[i].manifest, &strict, cases[i].path, cases[i].expected);
}

static void test_without_defaults_nothing_is_filled_in(void)
{
    static const char manifest[] =
        SPEC("\"type\":\"Java\",\"sparkVersion\":\"4.0.0\",\"driver\":{},\"executor\":{}");

    assert_at(manifest, &bare, "spec",
              "{\"deps\":{},\"driver\":{},\"executor\":{},\"mainApplicationFile\":"
              "\"local:///a.jar\",\"restartPolicy\":{},\"sparkVersion\":\"4.0.0\","
              "\"type\":\"Java\"}");

    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplication *out = NULL;
    struct spk_err err = {0};
    CU_ASSERT_FALSE(load(&arena, HEAD TAIL, &bare, &out, &err));
    SPK_ASSERT_TEXT(err.field, "spec.type");
    SPK_ASSERT_TEXT(err.text, "Required value");
}

static void test_where_nothing_is_filled_in_more_is_required(void)
{
    static const char spec[] =
        "\"type\":\"Java\",\"mode\":\"cluster\",\"restartPolicy\":{\"type\":\"Never\"},"
        "\"driver\":{\"cores\":1,\"memory\":\"1g\"},"
        "\"executor\":{\"memory\":\"1g\",\"instances\":1%s}";
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    const char *whole = spk_printf(&arena, spec, ",\"cores\":1");
    const struct refusal refusal = {spk_printf(&arena, "%s,%s%s", HEAD, whole, TAIL),
                                    SPK_INVALID_FIELD, "spec.sparkVersion", "Required value"};

    assert_refused(&refusal, 1);
    assert_at(spk_printf(&arena, "%s,%s%s", HEAD, spk_printf(&arena, spec, ""), TAIL), &strict,
              "spec.sparkVersion", "\"\"");
}

static void test_values_are_those_of_the_crd(void)
{
    static const struct refusal cases[] = {
        {SPEC("\"type\":\"Ruby\""), SPK_INVALID_FIELD, "spec.type",
         "Unsupported value: \"Ruby\": supported values: \"Java\", \"Python\", \"Scala\", "
         "\"R\""},
        {SPEC("\"mode\":\"in-cluster-client\""), SPK_INVALID_FIELD, "spec.mode",
         "supported values: \"cluster\", \"client\""},
        {SPEC("\"pythonVersion\":\"\""), SPK_INVALID_FIELD, "spec.pythonVersion",
         "supported values: \"2\", \"3\""},
        {SPEC("\"restartPolicy\":{\"type\":\"never\"}"), SPK_INVALID_FIELD,
         "spec.restartPolicy.type", "\"Never\", \"Always\", \"OnFailure\""},
        {SPEC("\"restartPolicy\":{\"onFailureRetries\":-1}"), SPK_INVALID_FIELD,
         "spec.restartPolicy.onFailureRetries",
         "Invalid value: -1: spec.restartPolicy.onFailureRetries in body should be greater "
         "than "
         "or equal to 0"},
        {SPEC("\"restartPolicy\":{\"onSubmissionFailureRetryInterval\":0}"), SPK_INVALID_FIELD,
         "spec.restartPolicy.onSubmissionFailureRetryInterval", "equal to 1"},
        {SPEC("\"monitoring\":{\"prometheus\":{\"port\":49152}}"), SPK_INVALID_FIELD,
         "spec.monitoring.prometheus.port", "should be less than or equal to 49151"},
        {SPEC("\"executor\":{\"instances\":0}"), SPK_INVALID_FIELD, "spec.executor.instances",
         "greater than or equal to 1"},
        {SPEC("\"driver\":{\"podName\":\"ABC\"}"), SPK_INVALID_FIELD, "spec.driver.podName",
         "spec.driver.podName in body should match "
         "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]"},
        {SPEC("\"driverIngressOptions\":[{\"servicePort\":1,\"ingressURLFormat\":\"x\"}]"),
         SPK_INVALID_FIELD, "spec.driverIngressOptions[0].servicePortName", "Required value"},
        {"{\"metadata\":{\"name\":\"a\"},\"spec\":{}}", SPK_INVALID_FIELD,
         "spec.mainApplicationFile", "Required value"},
        {"{\"metadata\":{\"name\":\"a\",\"labels\":{\"a b\":\"\"}},\"spec\":"
         "{\"mainApplicationFile\":\"a\"}}",
         SPK_INVALID_FIELD, "metadata.labels", "Invalid value: \"a b\": name part must"},
        {"{\"metadata\":{\"name\":\"a\",\"namespace\":\"A\"},\"spec\":"
         "{\"mainApplicationFile\":\"a\"}}",
         SPK_INVALID_FIELD, "metadata.namespace", "a lowercase RFC 1123 label"},
    };

    assert_refused(cases, SPK_LEN(cases));
}

static void test_keys_that_would_become_others_are_refused(void)
{
#define TOKEN "spark.kubernetes.authenticate.driver.oauthToken"
    static const struct refusal cases[] = {
        {SPEC("\"sparkConf\":{\"" TOKEN "=AAAA\":\"\"}"), SPK_INVALID_FIELD,
         "spec.sparkConf[" TOKEN "=AAAA]", "a key must not hold '='"},
        {SPEC("\"sparkConf\":{\"spark.master=k8s://https://evil/?\":\"x\"}"),
         SPK_INVALID_FIELD, "spec.sparkConf[spark.master=k8s://https://evil/?]", "'='"},
        {SPEC("\"sparkConf\":{\"spark.mas\\rter\":\"x\"}"), SPK_INVALID_FIELD,
         "spec.sparkConf[\"spark.mas\\rter\"]", "a key must not hold a control character"},
        {SPEC("\"sparkConf\":{\"spark.a\\u2028\":\"x\"}"), SPK_INVALID_FIELD,
         "spec.sparkConf[\"spark.a\\u2028\"]", "control character"},
        {SPEC("\"sparkConf\":{\"spark.a\\u0085\":\"x\"}"), SPK_INVALID_FIELD,
         "spec.sparkConf[\"spark.a\\u0085\"]", "control character"},
        {SPEC("\"sparkConf\":{\"" TOKEN "\":\"x\"}"), SPK_INVALID_FIELD,
         "spec.sparkConf[" TOKEN "]", "credentials are managed by the operator"},
        {SPEC("\"hadoopConf\":{\"a=b\":\"x\"}"), SPK_INVALID_FIELD, "spec.hadoopConf[a=b]",
         "a key must not hold '='"},
        {SPEC("\"hadoopConf\":{\"a\\nb\":\"x\"}"), SPK_INVALID_FIELD,
         "spec.hadoopConf[\"a\\nb\"]", "control character"},
    };

    assert_refused(cases, SPK_LEN(cases));

    /* What people write, and what Spark only warns of. */
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplication *out = NULL;
    struct spk_err err = {0};
    CU_ASSERT(
        load(&arena,
             SPEC("\"sparkConf\":{\"\":\"1\",\"*.sink.x\":\"1\",\"spark.k v\":\"1\","
                  "\"spark.\u00e9\":\"1\",\"spark.metrics.conf.*.sink.x:y/z[0]\":\"a=b\"}"),
             &strict, &out, &err));
    SPK_ASSERT_TEXT(err.text, "");
}

#define INGRESS(a, b) SPEC("\"driverIngressOptions\":[{" a "},{" b "}]")
#define NAMED         ",\"servicePortName\":\"n\""

static void test_the_webhooks_refusals_have_its_texts(void)
{
    static const struct refusal cases[] = {
        {"{\"metadata\":{\"name\":\"1a\"},\"spec\":{\"mainApplicationFile\":\"a\"}}",
         SPK_INVALID_FIELD, "metadata.name",
         "invalid SparkApplication name \"1a\": a DNS-1035 label must consist"},
        {"{\"spec\":{\"mainApplicationFile\":\"a\"}}", SPK_INVALID_FIELD, "metadata.name",
         "invalid SparkApplication name \"\": a DNS-1035 label must consist"},
        {"{\"metadata\":{\"name\":"
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaa\"},\"spec\":{\"mainApplicationFile\":\"a\"}}",
         SPK_INVALID_FIELD, "metadata.name", "\": must be no more than 63 characters"},
        {SPEC("\"sparkVersion\":\"2.4.8\",\"executor\":{\"template\":{\"spec\":{}}}"),
         SPK_INVALID_FIELD, "spec.executor.template",
         "pod template feature requires Spark version 3.0.0 or higher"},
        {SPEC("\"nodeSelector\":{\"a\":\"b\"},\"driver\":{\"nodeSelector\":{\"c\":\"d\"}}"),
         SPK_INVALID_FIELD, "spec.driver.nodeSelector",
         "node selector cannot be defined at both SparkApplication and Driver/Executor"},
        {INGRESS("\"servicePort\":1,\"ingressURLFormat\":\"x\"" NAMED,
                 "\"servicePort\":1,\"ingressURLFormat\":\"y\"" NAMED),
         SPK_INVALID_FIELD, "spec.driverIngressOptions[1].servicePort",
         "DriverIngressOptions has duplicate ServicePort: 1"},
        {INGRESS("\"servicePort\":1,\"ingressURLFormat\":\"x\"" NAMED,
                 "\"servicePort\":2,\"ingressURLFormat\":\"x\"" NAMED),
         SPK_INVALID_FIELD, "spec.driverIngressOptions[1].ingressURLFormat",
         "DriverIngressOptions has duplicate IngressURLFormat: x"},
        {INGRESS("\"servicePort\":1" NAMED,
                 "\"servicePort\":2,\"ingressURLFormat\":\"x\"" NAMED),
         SPK_INVALID_FIELD, "spec.driverIngressOptions[0].ingressURLFormat",
         "DriverIngressOptions has empty IngressURLFormat"},
        {SPEC("\"sparkConf\":{\"spark.master\":\"x\"}"), SPK_INVALID_FIELD,
         "spec.sparkConf[spark.master]",
         "sparkConf key \"spark.master\" is not allowed: this value is managed by the "
         "operator"},
        {SPEC("\"sparkConf\":{\"spark.kubernetes.namespace\":\"a\\\"\\n\"}"),
         SPK_INVALID_FIELD, "spec.sparkConf[spark.kubernetes.namespace]",
         "must equal the application namespace \"default\", got \"a\\\"\\n\""},
    };

    assert_refused(cases, SPK_LEN(cases));
}

static void test_suspended_and_client_mode_are_not_submitted(void)
{
    static const struct refusal cases[] = {
        {SPEC("\"suspend\":true"), SPK_APPLICATION_SUSPENDED, "spec.suspend", "suspended"},
        {SPEC("\"mode\":\"client\""), SPK_UNSUPPORTED_FEATURE, "spec.mode", "client mode"},
        /* What is invalid is told first. */
        {SPEC("\"suspend\":true,\"type\":\"x\""), SPK_INVALID_FIELD, "spec.type",
         "Unsupported"},
    };

    assert_refused(cases, SPK_LEN(cases));
}

/* Messages of the wire: entries out of order, twice, or without a part. */
static void test_maps_are_sorted_and_hold_a_key_once(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplicationSpec__SparkConfEntry entries[4], *list[4];
    Spk__SparkApplication application = SPK__SPARK_APPLICATION__INIT;
    Spk__SparkApplicationSpec spec = SPK__SPARK_APPLICATION_SPEC__INIT;
    static const char *const texts[4][2] = {{"b", "1"}, {"a", NULL}, {NULL, "2"}, {"b", "3"}};
    cJSON *metadata = spk_json_new_object(&arena);
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};

    for (size_t i = 0; i < SPK_LEN(entries); i++) {
        spk__spark_application_spec__spark_conf_entry__init(&entries[i]);
        entries[i].key = texts[i][0];
        entries[i].value = texts[i][1];
        list[i] = &entries[i];
    }
    spk_json_text(metadata, "name", "a");
    spec.main_application_file = "local:///a.jar";
    spec.spark_conf = list;
    spec.n_spark_conf = SPK_LEN(list);
    application.metadata = spk_struct_new(&arena, metadata);
    application.spec = &spec;
    CU_ASSERT_FATAL(spk_application_check(&arena, &application, &strict, &warnings, &err));
    CU_ASSERT_EQUAL_FATAL(spec.n_spark_conf, 3);
    SPK_ASSERT_TEXT(spec.spark_conf[0]->key, "");
    SPK_ASSERT_TEXT(spec.spark_conf[0]->value, "2");
    SPK_ASSERT_TEXT(spec.spark_conf[1]->key, "a");
    SPK_ASSERT_TEXT(spec.spark_conf[1]->value, "");
    SPK_ASSERT_TEXT(spec.spark_conf[2]->value, "3");
}

static void test_what_is_found_does_not_depend_on_the_order_of_maps(void)
{
    static const char *const refs[] = {"\"A\":{},\"B\":{}", "\"B\":{},\"A\":{}"};

    for (size_t i = 0; i < SPK_LEN(refs); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        const char *manifest = spk_printf(&arena,
                                          "%s,\"type\":\"Java\",\"sparkVersion\":\"4\","
                                          "\"executor\":{},\"driver\":"
                                          "{\"envSecretKeyRefs\":{%s}}%s",
                                          HEAD, refs[i], TAIL);
        Spk__SparkApplication *out = NULL;
        struct spk_err err = {0};

        CU_ASSERT_FALSE(load(&arena, manifest, &bare, &out, &err));
        SPK_ASSERT_TEXT(err.field, "spec.driver.envSecretKeyRefs[A].name");
    }
}

static void test_an_application_survives_writing_and_reading(void)
{
    static const char manifest[] =
        "apiVersion: sparkoperator.k8s.io/v1beta2\n"
        "kind: SparkApplication\n"
        "metadata: {name: pi, namespace: jobs, uid: u-1, labels: {a: b}}\n"
        "spec:\n"
        "  sparkVersion: 4.0.0\n"
        "  mainApplicationFile: local:///a.py\n"
        "  type: Python\n"
        "  arguments: ['1', 'x y']\n"
        "  sparkConf: {b: '1', a: '2'}\n"
        "  sparkUIOptions: {servicePort: 1}\n"
        "  executor: {instances: 2, gpu: {name: nvidia.com/gpu, quantity: 3}}\n"
        "status: {submissionID: s, executionAttempts: 1}\n";
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplication *first = NULL, *second = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(load(&arena, manifest, &strict, &first, &err));
    SPK_ASSERT_TEXT(spk_application_name(first), "pi");
    SPK_ASSERT_TEXT(spk_application_namespace(first), "jobs");
    SPK_ASSERT_TEXT(spk_application_uid(first), "u-1");
    const char *text = spk_json_write(&arena, spk_application_tree(&arena, first));
    CU_ASSERT(strstr(text, "\"status\":{\"executionAttempts\":1,\"submissionID\":\"s\"}") !=
              NULL);
    CU_ASSERT_FATAL(load(&arena, text, &strict, &second, &err));
    SPK_ASSERT_TEXT(spk_json_write(&arena, spk_application_tree(&arena, second)), text);
}

/* The manifest's other fields are in order. */
static const char *named(struct spk_arena *arena, const char *name)
{
    struct spk_buf text = {.arena = arena};

    spk_buf_text(&text, "{\"metadata\":{\"name\":");
    spk_json_write_string(&text, name);
    spk_buf_text(&text, "},\"spec\":{\"mainApplicationFile\":\"local:///a.jar\"}}");
    return spk_buf_string(&text);
}

static void test_names_are_refused_in_the_webhooks_words(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct spk_err err = {0};
    struct spk_bytes file;
    cJSON *rows = NULL;

    CU_ASSERT_FATAL(
        spk_file_read(&arena, SPK_VECTORS "/application-names.json", SPK_MIB(1), &file, &err));
    CU_ASSERT_FATAL(spk_json_read(&arena, file.data, file.length, &rows, &err));
    CU_ASSERT_EQUAL(spk_json_size(rows), 22);
    SPK_JSON_EACH (row, rows) {
        const char *manifest = named(&arena, spk_json_string(row->child));
        Spk__SparkApplication *out = NULL;
        struct spk_err refusal = {0};
        bool ok = load(&arena, manifest, &strict, &out, &refusal);

        SPK_ASSERT_TEXT(ok ? "" : spk_printf(&arena, "!%s", refusal.text),
                        spk_json_string(row->child->next));
        SPK_ASSERT_TEXT(refusal.field, ok ? "" : "metadata.name");
    }
}

static void test_a_generated_name_is_asked_for(void)
{
    static const struct refusal refusal = {
        "{\"metadata\":{\"generateName\":\"pi-\"},\"spec\":{\"mainApplicationFile\":"
        "\"local:///a.jar\"}}",
        SPK_INVALID_FIELD, "metadata.name",
        "'[a-z]([-a-z0-9]*[a-z0-9])?'); a name is needed: only an API server makes one from "
        "generateName"};

    assert_refused(&refusal, 1);
}

static CU_TestInfo tests[] = {
    SPK_TEST(reading_names_what_was_found_and_what_is_expected),
    SPK_TEST(quotes_are_the_matter_only_where_leaving_them_out_helps),
    SPK_TEST(reading_refuses_unknown_fields_by_path),
    SPK_TEST(every_unknown_field_is_named_at_any_depth),
    SPK_TEST(keys_that_would_become_others_are_refused),
    SPK_TEST(reading_warns_of_unknown_fields_when_asked_to),
    SPK_TEST(reading_says_what_to_send_instead),
    SPK_TEST(reading_refuses_a_document_of_three_mebibytes),
    SPK_TEST(reading_tells_all_that_is_wrong),
    SPK_TEST(nulls_are_absent_and_null_elements_zero),
    SPK_TEST(numbers_are_exact),
    SPK_TEST(defaults_are_the_webhooks),
    SPK_TEST(without_defaults_nothing_is_filled_in),
    SPK_TEST(where_nothing_is_filled_in_more_is_required),
    SPK_TEST(values_are_those_of_the_crd),
    SPK_TEST(the_webhooks_refusals_have_its_texts),
    SPK_TEST(suspended_and_client_mode_are_not_submitted),
    SPK_TEST(maps_are_sorted_and_hold_a_key_once),
    SPK_TEST(what_is_found_does_not_depend_on_the_order_of_maps),
    SPK_TEST(an_application_survives_writing_and_reading),
    SPK_TEST(names_are_refused_in_the_webhooks_words),
    SPK_TEST(a_generated_name_is_asked_for),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("application", tests)

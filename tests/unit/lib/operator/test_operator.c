/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/operator.h"

#include "base/limits.h"
#include "base/sha256.h"
#include "go/semver.h"
#include "operator/controller/monitoring.h"
#include "operator/webhook/memory_limit.h"
#include "operator/webhook/mutate.h"
#include "json/read.h"
#include "json/write.h"

#include "test.h"

#define HEAD                                                                                  \
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","         \
    "\"metadata\":{\"name\":\"pi\",\"namespace\":\"team\"%s},\"spec\":{"                      \
    "\"type\":\"Scala\",\"mode\":\"cluster\",\"sparkVersion\":\"4.0.4\",\"image\":\"i\","     \
    "\"mainApplicationFile\":\"local:///a.jar\",\"driver\":{%s},\"executor\":{%s}%s}}"
#define WITH_UID ",\"uid\":\"u-1\""

/* One run of the stage. */
struct run {
    struct spk_arena *arena;
    const char *metadata, *driver, *executor, *spec; /* members, as JSON; spec with a comma */
    struct spk_operator_options options;
    bool native;
    struct spk_operator_output out;
    struct spk_warnings warnings;
    struct spk_err err;
};

static struct run run_with(struct spk_arena *arena)
{
    return (struct run){
        .arena = arena,
        .metadata = "",
        .driver = "",
        .executor = "",
        .spec = "",
        .options = {.enable_ui_service = true,
                    .enable_batch_scheduler = true,
                    .kube_scheduler_names = "kube-scheduler,other",
                    .master = "k8s://https://10.96.0.1:443"},
    };
}

static Spk__SparkApplication *read_application(struct run *run)
{
    const struct spk_application_options options = {.apply_defaults = true};
    const char *text =
        spk_printf(run->arena, HEAD, run->metadata, run->driver, run->executor, run->spec);
    Spk__SparkApplication *application = NULL;
    struct spk_err err = {0};
    bool ok = spk_application_read(run->arena, text, strlen(text), &options, &application,
                                   &run->warnings, &err) &&
              spk_application_check(run->arena, application, &options, &run->warnings, &err);

    SPK_ASSERT_TEXT(err.text, "");
    CU_ASSERT_FATAL(ok);
    run->warnings = (struct spk_warnings){0};
    return application;
}

static bool do_run(struct run *run)
{
    const struct spk_operator_request request = {
        .application = read_application(run),
        .submission_id = "s-1",
        .options = &run->options,
        .controller_steps = true,
        .native_mutation = run->native,
        .webhook_follows = true,
    };

    return spk_operator_run(run->arena, &request, &run->out, &run->warnings, &run->err);
}

/* The value of a configuration key, the last one as in spark-submit; NULL: it is not there. */
static const struct spk_argument *find_conf(const struct run *run, const char *key)
{
    const char *start = spk_printf(run->arena, "%s=", key);
    const struct spk_argument *found = NULL;

    for (size_t i = 0; i < run->out.n; i++)
        if (spk_starts_with(run->out.arguments[i].text, start))
            found = &run->out.arguments[i];
    return found;
}

static const char *conf(const struct run *run, const char *key)
{
    const struct spk_argument *found = find_conf(run, key);

    return found ? found->text + strlen(key) + 1 : NULL;
}

static const char *origin(const struct run *run, const char *key)
{
    const struct spk_argument *found = find_conf(run, key);

    return found ? found->origin : NULL;
}

static cJSON *read_vectors(struct spk_arena *arena, const char *name)
{
    struct spk_err err = {0};
    struct spk_bytes file;
    cJSON *rows = NULL;

    CU_ASSERT_FATAL(spk_file_read(arena, spk_printf(arena, SPK_VECTORS "/%s", name),
                                  SPK_MIB(1), &file, &err));
    CU_ASSERT_FATAL(spk_json_read(arena, file.data, file.length, &rows, &err));
    CU_ASSERT_FATAL(spk_json_size(rows) > 0);
    return rows;
}

static const char *column(const cJSON *row, size_t i)
{
    const cJSON *cell = row->child;

    while (i-- > 0)
        cell = cell->next;
    return spk_json_string(cell);
}

static void test_versions_are_ordered_as_in_the_operator(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(4));

    SPK_JSON_EACH (row, read_vectors(&arena, "spark-versions.json")) {
        int order = spk_semver_compare(column(row, 0), "3.0.0");
        int64_t wanted = 0;

        CU_ASSERT(spk_json_get_int(row->child->next, &wanted));
        CU_ASSERT_EQUAL((order > 0) - (order < 0), wanted);
    }
}

static void test_memory_limits_are_the_webhooks(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(64));

    SPK_JSON_EACH (row, read_vectors(&arena, "memory-limits.json")) {
        struct spk_err err = {0};
        const char *out = NULL;
        bool ok = spk_memory_limit(&arena, column(row, 0), &out, &err);

        SPK_ASSERT_TEXT(ok ? out : spk_printf(&arena, "!%s", err.text), column(row, 1));
        CU_ASSERT(ok || (err.reason == SPK_INVALID_FIELD && !out));
    }
}

static void test_names_derive_from_the_application(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(4));

    SPK_JSON_EACH (row, read_vectors(&arena, "object-names.json")) {
        Spk__SparkApplication application = SPK__SPARK_APPLICATION__INIT;
        cJSON *metadata = spk_json_new_object(&arena);
        struct spk_working_copy draft;

        spk_json_text(metadata, "name", column(row, 0));
        application.metadata = spk_struct_new(&arena, metadata);
        spk_working_copy_open(&arena, &application, "s-1", &draft);
        SPK_ASSERT_TEXT(draft.driver_pod, column(row, 1));
        SPK_ASSERT_TEXT(spk_monitoring_config_map(&draft), column(row, 2));
    }
}

static void test_config_map_volumes_are_labels(void)
{
    static const struct {
        const char *map, *volume;
    } cases[] = {
        {"configmap1", "configmap1-vol"},
        {"spark.application.conf", "spark-application-conf-faf58873-vol"},
        {"app.conf", "app-conf-3a476fd9-vol"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        const char *volume = spk_config_map_volume(&arena, cases[i].map);

        CU_ASSERT(strlen(volume) <= 63);
        CU_ASSERT(spk_starts_with(volume, cases[i].volume));
    }
    SPK_ASSERT_TEXT(spk_config_map_volume(
                        &arena, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                "aaaa"),
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-11ee3912-vol");
}

static void test_default_metrics_files_are_the_operators(void)
{
    static const struct {
        const char *text, *digest;
        size_t length;
    } files[] = {
        {spk_default_metrics_properties,
         "6fec010c0faa8e82cd615ae7b154a485932a42bb7d89895b5404ad56a07ebe0d", 189},
        {spk_default_prometheus_yaml,
         "d253b265f0feaf9b855e126247f8d3ab41ea8e814b03e4b0cf92ff6921f27e01", 2763},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));

    for (size_t i = 0; i < SPK_LEN(files); i++) {
        CU_ASSERT_EQUAL(strlen(files[i].text), files[i].length);
        SPK_ASSERT_TEXT(spk_sha256_hex(&arena, files[i].text, strlen(files[i].text)),
                        files[i].digest);
    }
}

static void test_arguments_know_where_they_come_from(void)
{
    static const struct {
        const char *key, *value, *origin;
    } cases[] = {
        {"spark.driver.memory", "2g", "spec.driver.memory"},
        {"spark.executor.cores", "1", "spec.executor.cores"},
        {"spark.a", "b=c", "spec.sparkConf[spark.a]"},
        {"spark.kubernetes.driver.label.x", "1", "spec.driver.labels[x]"},
        {"spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id", "s-1",
         "submission_id"},
        {"spark.kubernetes.driver.container.image", "i", "spec.image"},
        {"spark.kubernetes.driver.pod.name", "pi-driver", "metadata.name"},
        {"spark.kubernetes.driver.secrets.s", "/x//", "spec.driver.secrets[0]"},
        {"spark.kubernetes.driverEnv.GOOGLE_APPLICATION_CREDENTIALS", "/x/key.json",
         "spec.driver.secrets[0]"},
        {"spark.kubernetes.driver.volumes.emptyDir.spark-local-dir-1.options.sizeLimit",
         "1500m", "spec.volumes[0].emptyDir.sizeLimit"},
        {"spark.kubernetes.driver.volumes.emptyDir.spark-local-dir-1.mount.path", "/s",
         "spec.driver.volumeMounts[0].mountPath"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena);

    run.driver = "\"memory\":\"2g\",\"labels\":{\"x\":\"1\"},\"secrets\":[{\"name\":\"s\","
                 "\"path\":\"/x//\",\"secretType\":\"GCPServiceAccount\"}],"
                 "\"volumeMounts\":[{\"name\":\"spark-local-dir-1\",\"mountPath\":\"/s\"}]";
    run.spec = ",\"sparkConf\":{\"spark.a\":\"b=c\"},\"volumes\":[{\"name\":"
               "\"spark-local-dir-1\",\"emptyDir\":{\"sizeLimit\":1.5}}]";
    CU_ASSERT_FATAL(do_run(&run));
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ASSERT_TEXT(conf(&run, cases[i].key), cases[i].value);
        SPK_ASSERT_TEXT(origin(&run, cases[i].key), cases[i].origin);
    }
}

static void test_templates_have_an_owner_only_with_a_uid(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena), owned = run_with(&arena);

    CU_ASSERT_FATAL(do_run(&run));
    SPK_ASSERT_TEXT(spk_json_write(&arena, run.out.driver_template),
                    "{\"metadata\":{},\"spec\":{\"containers\":[{\"name\":"
                    "\"spark-kubernetes-driver\",\"resources\":{}}]}}");
    owned.metadata = WITH_UID;
    CU_ASSERT_FATAL(do_run(&owned));
    SPK_ASSERT_TEXT(
        spk_json_write(&arena, owned.out.executor_template),
        "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\","
        "\"kind\":\"SparkApplication\",\"name\":\"pi\",\"uid\":\"u-1\"}]},\"spec\":"
        "{\"containers\":[{\"name\":\"spark-kubernetes-executor\",\"resources\":{}}]}}");
    CU_ASSERT_TRUE(spk_json_is_true(
        spk_json_at(spk_json_at(owned.out.driver_template, "metadata.ownerReferences")->child,
                    "controller")));
}

static void test_a_command_line_has_the_template_files(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena);

    run.spec = ",\"proxyUser\":\"p\",\"arguments\":[\"1\"]";
    CU_ASSERT_FATAL(do_run(&run));
    struct spk_strings line = spk_operator_command_line(&arena, &run.out, "s-1");
    CU_ASSERT_EQUAL(line.n, run.out.n + 4);
    SPK_ASSERT_TEXT(
        spk_join(&arena, line.items + line.n - 12, 12, " "),
        "--conf spark.kubernetes.driver.podTemplateFile=/tmp/spark/s-1/"
        "driver-pod-template.yaml "
        "--conf spark.kubernetes.driver.podTemplateContainerName=spark-kubernetes-driver "
        "--conf spark.kubernetes.executor.podTemplateFile=/tmp/spark/s-1/"
        "executor-pod-template.yaml "
        "--conf spark.kubernetes.executor.podTemplateContainerName=spark-kubernetes-executor "
        "--proxy-user p local:///a.jar 1");
}

static void test_rest_arguments_leave_out_the_rows_of_templates(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena);

    run.spec = ",\"proxyUser\":\"p\",\"arguments\":[\"1\"],\"sparkConf\":{"
               "\"spark.kubernetes.driver.podTemplateContainerName\":\"mine\"}";
    CU_ASSERT_FATAL(do_run(&run));
    struct spk_strings line = spk_operator_rest_arguments(&arena, &run.out);
    CU_ASSERT_EQUAL_FATAL(line.n, run.out.n - 4);
    SPK_ASSERT_TEXT(spk_join(&arena, line.items + line.n - 4, 4, " "),
                    "--proxy-user p local:///a.jar 1");
    const char *text = spk_join(&arena, line.items, line.n, " ");
    CU_ASSERT_PTR_NULL(strstr(text, "podTemplateFile"));
    CU_ASSERT_PTR_NULL(strstr(text, "=spark-kubernetes-"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "driver.podTemplateContainerName=mine"));
}

static void test_ingress_urls_are_parsed_as_in_go(void)
{
    static const struct {
        const char *format, *base, *error; /* the end of the error */
    } cases[] = {
        {"{{$appName}}.example.com", NULL, NULL},
        {"example.com/{{ $appNamespace }}/{{$appName}}", "/team/pi", NULL},
        {"example.com/{{$appId}}/", "//", NULL},
        {"https://u:p@example.com:8443/a%20b?q#f", "/a b", NULL},
        {"http://[::1]:80/x", "/x", NULL},
        {"example.com:8443/x", NULL, NULL},
        {"//example.com/x", "//example.com/x", NULL},
        {"{{$other}}.example.com", NULL,
         "parse \"http://{{$other}}.example.com\": invalid character \"{\" in host name"},
        {"1.2.3.4:80/x", NULL,
         "parse \"1.2.3.4:80/x\": first path segment in URL cannot contain colon"},
        {"http://h:x/", NULL, "parse \"http://h:x/\": invalid port \":x\" after host"},
        {"http://h/%zz", NULL, "parse \"http://h/%zz\": invalid URL escape \"%zz\""},
        {":x", NULL, "parse \":x\": missing protocol scheme"},
        {"http://[::1", NULL, "parse \"http://[::1\": missing ']' in host"},
        {"http://u\\@h/", NULL, "parse \"http://u\\\\@h/\": net/url: invalid userinfo"},
        {"a\nb", NULL, "parse \"a\\nb\": net/url: invalid control character in URL"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        struct run run = run_with(&arena);

        run.options.ingress_url_format = cases[i].format;
        CU_ASSERT_EQUAL(do_run(&run), !cases[i].error);
        if (cases[i].error) {
            SPK_ASSERT_TEXT(run.err.text,
                            spk_printf(&arena,
                                       "failed to configure web UI: failed to get ingress "
                                       "url: %s",
                                       cases[i].error));
            CU_ASSERT_PTR_NULL(run.out.arguments);
        }
        SPK_ASSERT_TEXT(conf(&run, "spark.ui.proxyBase"), cases[i].base);
        SPK_ASSERT_TEXT(conf(&run, "spark.ui.proxyRedirectUri"), cases[i].base ? "/" : NULL);
    }
}

static void test_schedulers_size_the_application(void)
{
    static const struct {
        const char *scheduler, *driver, *executor, *spec, *key, *value;
    } cases[] = {
        {"yunikorn", "\"memory\":\"512m\"", "\"memory\":\"512m\"", "",
         "spark.kubernetes.driver.annotation.yunikorn.apache.org/task-groups",
         "[{\"name\":\"spark-driver\",\"minMember\":1,\"minResource\":{\"cpu\":\"1\","
         "\"memory\":\"896Mi\"}},{\"name\":\"spark-executor\",\"minMember\":1,"
         "\"minResource\":{\"cpu\":\"1\",\"memory\":\"896Mi\"}}]"},
        {"yunikorn", "\"memory\":\"8G\"",
         "\"memory\":\"512m\",\"tolerations\":[{\"effect\":\"NoSchedule\",\"key\":\"<k>\","
         "\"tolerationSeconds\":3}]",
         ",\"memoryOverheadFactor\":\"0.3\",\"sparkConf\":{\"spark.memory.offHeap.enabled\":"
         "\"true\",\"spark.memory.offHeap.size\":\"1g\"}",
         "spark.kubernetes.driver.annotation.yunikorn.apache.org/task-groups",
         "[{\"name\":\"spark-driver\",\"minMember\":1,\"minResource\":{\"cpu\":\"1\","
         "\"memory\":\"10649Mi\"}},{\"name\":\"spark-executor\",\"minMember\":1,"
         "\"minResource\":{\"cpu\":\"1\",\"memory\":\"1920Mi\"},\"tolerations\":[{\"key\":"
         "\"\\u003ck\\u003e\",\"effect\":\"NoSchedule\",\"tolerationSeconds\":3}]}]"},
        {"yunikorn",
         "\"memory\":\"512m\",\"affinity\":{\"podAffinity\":{"
         "\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"t\","
         "\"labelSelector\":{\"matchLabels\":{\"value\":\"a\",\"effect\":\"b\"}}}]}}",
         "\"memory\":\"512m\",\"instances\":2", "",
         "spark.kubernetes.driver.annotation.yunikorn.apache.org/task-groups",
         "[{\"name\":\"spark-driver\",\"minMember\":1,\"minResource\":{\"cpu\":\"1\","
         "\"memory\":\"896Mi\"},\"affinity\":{\"podAffinity\":{"
         "\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"labelSelector\":{"
         "\"matchLabels\":{\"effect\":\"b\",\"value\":\"a\"}},\"topologyKey\":\"t\"}]}}},"
         "{\"name\":\"spark-executor\",\"minMember\":2,\"minResource\":{\"cpu\":\"1\","
         "\"memory\":\"896Mi\"}}]"},
        {"yunikorn", "\"memory\":\"512m\"", "", ",\"memoryOverheadFactor\":\"1e-400\"",
         "spark.kubernetes.driver.annotation.yunikorn.apache.org/task-groups",
         "[{\"name\":\"spark-driver\",\"minMember\":1,\"minResource\":{\"cpu\":\"1\","
         "\"memory\":\"896Mi\"}},{\"name\":\"spark-executor\",\"minMember\":1,"
         "\"minResource\":{\"cpu\":\"1\",\"memory\":\"1408Mi\"}}]"},
        {"yunikorn", "\"memory\":\"512m\"", "", ",\"memoryOverheadFactor\":\"NaN\"",
         "spark.kubernetes.driver.annotation.yunikorn.apache.org/task-group-name",
         "spark-driver"},
        {"yunikorn", "\"memory\":\"512m\"", "", ",\"memoryOverheadFactor\":\"+Infinity\"",
         "spark.kubernetes.driver.annotation.yunikorn.apache.org/task-group-name",
         "spark-driver"},
        {"volcano", "", "", "",
         "spark.kubernetes.executor.annotation.scheduling.k8s.io/group-name", "spark-pi-pg"},
        {"other", "", "", "", "spark.kubernetes.driver.label.scheduling.x-k8s.io/pod-group",
         "pi-pg"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        struct run run = run_with(&arena);

        run.driver = cases[i].driver;
        run.executor = cases[i].executor;
        run.spec = spk_printf(&arena, ",\"batchScheduler\":\"%s\"%s", cases[i].scheduler,
                              cases[i].spec);
        CU_ASSERT_FATAL(do_run(&run));
        SPK_ASSERT_TEXT(conf(&run, cases[i].key), cases[i].value);
    }
}

static void test_pod_groups_add_up_quantities(void)
{
    static const struct {
        const char *driver, *executor, *resources;
    } cases[] = {
        {"\"memory\":\"512m\"", "\"memory\":\"512m\"", "{\"cpu\":\"2\",\"memory\":\"1024m\"}"},
        {"\"memory\":\"1g\",\"coreRequest\":\"100m\"",
         "\"coreRequest\":\"500m\",\"instances\":3,\"memory\":\"2Gi\",\"memoryOverhead\":"
         "\"512Mi\"",
         "{\"cpu\":\"2500m\",\"memory\":\"7680Mi\"}"},
        {"\"memory\":\"512m\"", "\"instances\":4,\"memory\":\"1Gi\"",
         "{\"cpu\":\"5\",\"memory\":\"4294967296512m\"}"},
        {"\"memory\":\"512Mi\"", "\"instances\":1,\"memory\":\"1\"",
         "{\"cpu\":\"2\",\"memory\":\"536870913\"}"},
        {"\"memory\":\"1e3\"", "\"instances\":1,\"memory\":\"1e3\"",
         "{\"cpu\":\"2\",\"memory\":\"2e3\"}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        struct run run = run_with(&arena);

        run.driver = cases[i].driver;
        run.executor = cases[i].executor;
        run.spec = ",\"batchScheduler\":\"volcano\"";
        CU_ASSERT_FATAL(do_run(&run));
        CU_ASSERT_EQUAL_FATAL(run.out.n_extra_objects, 1);
        SPK_ASSERT_TEXT(
            spk_json_write(&arena, spk_json_at(run.out.extra_objects[0], "spec.minResources")),
            cases[i].resources);
    }
}

static void test_refusals_have_the_operators_text_and_our_field(void)
{
    static const struct {
        const char *driver, *spec, *text, *field;
    } cases[] = {
        {"", ",\"batchScheduler\":\"nope\"",
         "failed during batch scheduler setup or check: failed to get scheduler nope: <nil>",
         "spec.batchScheduler"},
        {"\"memory\":\"512\"", ",\"batchScheduler\":\"yunikorn\"",
         "failed to process batch scheduler: failed to calculate driver minResources: unable "
         "to parse byte string: 512",
         "spec.driver.memory"},
        {"",
         ",\"batchScheduler\":\"yunikorn\",\"sparkConf\":{\"spark.memory.offHeap.enabled\":"
         "\"1\",\"spark.memory.offHeap.size\":\"5\"}",
         "failed to process batch scheduler: failed to calculate executor minResources: "
         "unable "
         "to parse byte string: 5",
         "spec.sparkConf[spark.memory.offHeap.size]"},
        {"", ",\"batchScheduler\":\"yunikorn\",\"memoryOverheadFactor\":\"abc\"",
         "failed to process batch scheduler: failed to calculate driver minResources: failed "
         "to parse memory overhead factor as float: strconv.ParseFloat: parsing \"abc\": "
         "invalid syntax",
         "spec.memoryOverheadFactor"},
        {"", ",\"batchScheduler\":\"yunikorn\",\"memoryOverheadFactor\":\"1e400\"",
         "failed to process batch scheduler: failed to calculate driver minResources: failed "
         "to parse memory overhead factor as float: strconv.ParseFloat: parsing \"1e400\": "
         "value out of range",
         "spec.memoryOverheadFactor"},
        {"", ",\"batchScheduler\":\"yunikorn\",\"memoryOverheadFactor\":\"-nan\"",
         "failed to process batch scheduler: failed to calculate driver minResources: failed "
         "to parse memory overhead factor as float: strconv.ParseFloat: parsing \"-nan\": "
         "invalid syntax",
         "spec.memoryOverheadFactor"},
        {"\"volumeMounts\":[{\"name\":\"spark-local-dir-1\",\"mountPath\":\"/x\"}]", "",
         "failed to submit spark application: failed to build spark-submit arguments: volume "
         "spark-local-dir-1 not found",
         "spec.driver.volumeMounts[0].name"},
        {"\"volumeMounts\":[{\"name\":\"spark-local-dir-1\",\"mountPath\":\"/x\"}]",
         ",\"volumes\":[{\"name\":\"spark-local-dir-1\",\"configMap\":{\"name\":\"c\"}}]",
         "failed to submit spark application: failed to build spark-submit arguments: "
         "unsupported volume type",
         "spec.volumes[0]"},
        {"\"memoryLimit\":\"512b\"", "",
         "failed to mutate Spark pod: failed to parse memory limit 512b: quantities must "
         "match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
         "spec.driver.memoryLimit"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        struct run run = run_with(&arena);

        run.native = true;
        run.driver = cases[i].driver;
        run.spec = cases[i].spec;
        CU_ASSERT_FALSE(do_run(&run));
        CU_ASSERT_EQUAL(run.err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(run.err.text, cases[i].text);
        SPK_ASSERT_TEXT(run.err.field, cases[i].field);
        CU_ASSERT_PTR_NULL(run.out.arguments);
    }
}

static void test_an_agent_is_not_added_twice(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run first = run_with(&arena), second = run_with(&arena);

    first.spec = second.spec =
        ",\"monitoring\":{\"exposeDriverMetrics\":true,\"exposeExecutorMetrics\":false,"
        "\"prometheus\":{\"jmxExporterJar\":\"/j.jar\"}}";
    CU_ASSERT_FATAL(do_run(&first));
    CU_ASSERT_EQUAL(first.out.n_extra_objects, 1);
    CU_ASSERT_EQUAL(first.warnings.n, 0);
    const char *options = conf(&first, "spark.driver.extraJavaOptions");
    SPK_ASSERT_TEXT(options, "-javaagent:/j.jar=8090:/etc/metrics/conf/prometheus.yaml");
    second.driver = spk_printf(&arena, "\"javaOptions\":\"%s\"", options);
    CU_ASSERT_FATAL(do_run(&second));
    SPK_ASSERT_TEXT(conf(&second, "spark.driver.extraJavaOptions"), options);
    CU_ASSERT_EQUAL(second.out.n_extra_objects, 0);
    CU_ASSERT_EQUAL_FATAL(second.warnings.n, 1);
    SPK_ASSERT_TEXT(second.warnings.items[0].code, "CONTROLLER_STEPS_ALREADY_APPLIED");
}

static void test_a_mount_without_a_volume_is_warned_of(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena);

    run.spec = ",\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}]";
    run.driver = "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/a\"},"
                 "{\"name\":\"w\",\"mountPath\":\"/b\"}]";
    for (int native = 0; native < 2; native++) {
        run.native = native;
        CU_ASSERT_FATAL(do_run(&run));
        CU_ASSERT_EQUAL_FATAL(run.warnings.n, 1);
        SPK_ASSERT_TEXT(run.warnings.items[0].code, "MOUNT_WITHOUT_VOLUME");
        SPK_ASSERT_TEXT(run.warnings.items[0].field, "spec.driver.volumeMounts[1].name");
        SPK_ASSERT_TEXT(run.warnings.items[0].message,
                        "spec.volumes has no volume 'w', so the mount is dropped");
    }
}

static void test_native_mutation_reaches_driver_and_executors(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena);
    struct spk_err err = {0};

    run.native = true;
    run.driver =
        "\"env\":[{\"name\":\"A\",\"value\":\"1\"}],\"nodeSelector\":{\"k.x/y\":\"v\"}";
    run.executor = "\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"SPARK_USER\","
                   "\"value\":\"x\"}],\"memoryLimit\":\"1g\",\"gpu\":{\"name\":\"g\","
                   "\"quantity\":2},\"terminationGracePeriodSeconds\":0";
    CU_ASSERT_FATAL(do_run(&run));
    cJSON *pod = spk_json_copy(&arena, run.out.driver_template);
    CU_ASSERT(
        spk_mutations_apply(&run.out.driver_mutations, spk_driver_containers, pod, &err));
    SPK_ASSERT_TEXT(spk_json_write(&arena, pod),
                    "{\"metadata\":{\"labels\":{\"spark-submit.internal/mutated\":\"true\"}},"
                    "\"spec\":{\"containers\":[{\"env\":[{\"name\":\"A\",\"value\":\"1\"}],"
                    "\"name\":\"spark-kubernetes-driver\",\"resources\":{}}],"
                    "\"nodeSelector\":{\"k.x/y\":\"v\"}}}");
    SPK_ASSERT_TEXT(spk_json_write(&arena, run.out.executor_template),
                    "{\"metadata\":{},\"spec\":{\"containers\":[{\"env\":[{\"name\":\"A\","
                    "\"value\":\"1\"},{\"name\":\"SPARK_USER\",\"value\":\"x\"}],"
                    "\"name\":\"spark-kubernetes-executor\",\"resources\":{\"limits\":"
                    "{\"g\":\"2\",\"memory\":\"1Gi\"}}}],"
                    "\"terminationGracePeriodSeconds\":0}}");
    SPK_ASSERT_TEXT(conf(&run, "spark.kubernetes.executor.terminationGracePeriodSeconds"),
                    "0s");
    SPK_ASSERT_TEXT(
        conf(&run, "spark.kubernetes.executor.label.spark-submit.internal/mutated"), "true");
    CU_ASSERT_EQUAL(run.out.executor_mutations.n, 5);
    CU_ASSERT_EQUAL(run.warnings.n, 0);
}

static void test_without_native_mutation_pods_are_the_webhooks(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct run run = run_with(&arena);

    run.executor = "\"env\":[{\"name\":\"A\",\"value\":\"1\"}],\"memoryLimit\":\"x\"";
    CU_ASSERT_FATAL(do_run(&run));
    CU_ASSERT_EQUAL(run.out.driver_mutations.n, 0);
    CU_ASSERT_EQUAL(run.warnings.n, 0);
    CU_ASSERT_PTR_NULL(
        spk_json_get(spk_json_at(run.out.executor_template, "spec.containers")->child, "env"));
    CU_ASSERT_PTR_NULL(
        conf(&run, "spark.kubernetes.executor.label.spark-submit.internal/mutated"));
}

static CU_TestInfo tests[] = {
    SPK_TEST(versions_are_ordered_as_in_the_operator),
    SPK_TEST(memory_limits_are_the_webhooks),
    SPK_TEST(names_derive_from_the_application),
    SPK_TEST(config_map_volumes_are_labels),
    SPK_TEST(default_metrics_files_are_the_operators),
    SPK_TEST(arguments_know_where_they_come_from),
    SPK_TEST(templates_have_an_owner_only_with_a_uid),
    SPK_TEST(a_command_line_has_the_template_files),
    SPK_TEST(rest_arguments_leave_out_the_rows_of_templates),
    SPK_TEST(ingress_urls_are_parsed_as_in_go),
    SPK_TEST(schedulers_size_the_application),
    SPK_TEST(pod_groups_add_up_quantities),
    SPK_TEST(refusals_have_the_operators_text_and_our_field),
    SPK_TEST(an_agent_is_not_added_twice),
    SPK_TEST(a_mount_without_a_volume_is_warned_of),
    SPK_TEST(native_mutation_reaches_driver_and_executors),
    SPK_TEST(without_native_mutation_pods_are_the_webhooks),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("operator", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "maker.h"

#include "base/limits.h"
#include "spark/submit/v1/spark_application.pb-c.h"
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

struct maker {
    struct spk_arena *arena;
    struct dice *dice;
    struct tally *tally;
    size_t percent;      /* how likely a field is there */
    const char *message; /* the one whose fields are being made */
};

/* Values by field, or by message and field; the last ones of a row may break a rule. An
 * asterisk stands for a number that is new each time. */
static const struct sample {
    const char *field;
    const char *values[8];
} samples[] = {
    {"api_version", {"sparkoperator.k8s.io/v1beta2"}},
    {"kind", {"SparkApplication"}},
    {"RestartPolicy.type", {"Never", "Always", "OnFailure", "never"}},
    {"type", {"Scala", "Java", "Python", "R", "Scala", "Java", "Python", "Ruby"}},
    {"jars", {"local:///j*.jar", "https://x.org/k*.jar", "s3a://b/l*.jar"}},
    {"files", {"local:///f*", "s3a://b/g*"}},
    {"py_files", {"local:///p*.py", "https://x.org/q*.zip"}},
    {"archives", {"local:///a*.zip", "s3a://b/c*.tgz#d"}},
    {"packages", {"org.x:y*:1.0"}},
    {"exclude_packages", {"org.x:z*"}},
    {"repositories", {"https://repo.x.org/*"}},
    {"spark_version", {"3.5.1", "4.0.0", "4.1.0", "4.2", "3.5.8", "4.3.0", "4.0.1", "latest"}},
    {"mode", {"cluster", "cluster", "cluster", "cluster", "cluster", "cluster", "client"}},
    {"main_application_file",
     {"local:///a.jar", "local:///b.py", "local:///c.R", "https://x.org/d.jar",
      "s3a://b/e.py"}},
    {"main_class", {"org.example.Main"}},
    {"image",
     {"spark:4.0.0", "registry.example.com:5000/team/spark@sha256:0123", "x", "y", ""}},
    {"image_pull_policy", {"Always", "IfNotPresent", "Never"}},
    {"python_version", {"3", "2", "3", "3", "3", "3", "3", "3.11"}},
    {"memory_overhead_factor", {"0.1", "0.25", "0.4"}},
    {"memory", {"512m", "1g", "2G", "1024m", "700000k"}},
    {"memory_limit", {"2g", "1024m", "4Gi", "512M"}},
    {"memory_overhead", {"384m", "1g", "500m"}},
    {"core_limit", {"1", "1500m", "2"}},
    {"core_request", {"1", "500m", "0.1"}},
    {"batch_scheduler",
     {"volcano", "yunikorn", "kube-scheduler", "volcano", "yunikorn", "other"}},
    {"service_type", {"ClusterIP", "NodePort", "LoadBalancer"}},
    {"service_port_name", {"web*"}},
    {"ingress_url_format",
     {"{{$appName}}.x*.example.com", "example.com/{{$appNamespace}}/y*"}},
    {"pod_name", {"the-driver", "a.b", "c*", "d*", "e", "f", "g", "ABC"}},
    {"kubernetes_master", {"k8s://https://10.0.0.1:443"}},
    {"protocol", {"TCP", "UDP", "SCTP"}},
    {"secret_type", {"Generic", "GCPServiceAccount", "HadoopDelegationToken", ""}},
    {"path", {"/etc/a*", "/mnt/b*"}},
    {"jmx_exporter_jar", {"/prometheus/agent.jar"}},
    {"name", {"n*", "example.com-gpu"}},
    {"key", {"k*"}},
    {"java_options", {"-Dx=y", "-XX:+UseG1GC -Da=b*"}},
};

/* Embedded objects by field, as JSON. */
static const struct object_sample {
    const char *field;
    const char *values[5];
} object_samples[] = {
    {"affinity",
     {"{}", "{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":"
            "{\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"a\",\"operator\":"
            "\"In\",\"values\":[\"b\"]}]}]}}}"}},
    {"dns_config",
     {"{\"nameservers\":[\"1.2.3.4\"],\"options\":[{\"name\":\"ndots\","
      "\"value\":\"2\"}]}"}},
    {"env",
     {"{\"name\":\"E*\",\"value\":\"v\"}",
      "{\"name\":\"F*\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}",
      "{\"name\":\"G*\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\","
      "\"optional\":false}}}"}},
    {"env_from",
     {"{\"configMapRef\":{\"name\":\"c\"}}", "{\"prefix\":\"P_\",\"secretRef\":{}}"}},
    {"host_aliases", {"{\"ip\":\"10.0.0.*\",\"hostnames\":[\"a\",\"b\"]}"}},
    {"ingress_tls", {"{\"hosts\":[\"a.example.com\"],\"secretName\":\"t\"}", "{}"}},
    {"init_containers",
     {"{\"name\":\"i*\",\"image\":\"busybox\",\"command\":[\"sh\",\"-c\",\"true\"]}",
      "{\"name\":\"j*\",\"image\":\"x\",\"readinessProbe\":{\"grpc\":{\"port\":1}}}"}},
    {"lifecycle", {"{\"preStop\":{\"exec\":{\"command\":[\"sync\"]}}}", "{}"}},
    {"pod_security_context",
     {"{\"runAsUser\":185,\"fsGroup\":0,\"supplementalGroups\":[1,2]}", "{}"}},
    {"resources", {"{\"cpu\":\"2\",\"memory\":\"4096Mi\"}", "{\"nvidia.com/gpu\":1}"}},
    {"security_context", {"{\"runAsNonRoot\":true,\"capabilities\":{\"drop\":[\"ALL\"]}}"}},
    {"sidecars",
     {"{\"name\":\"s*\",\"image\":\"fluent-bit:2\",\"ports\":[{\"containerPort\":1}],"
      "\"resources\":{\"limits\":{\"cpu\":0.5,\"memory\":\"1.5Gi\"}}}",
      "{\"name\":\"t*\",\"image\":\"envoy\",\"env\":[{\"name\":\"A\"},{\"name\":"
      "\"B\",\"value\":\"1\"}]}"}},
    {"template",
     {"{\"spec\":{\"containers\":[{\"name\":\"spark-kubernetes-driver\",\"env\":[{\"name\":"
      "\"T\",\"value\":\"1\"}]}]}}",
      "{\"metadata\":{\"labels\":{\"t\":\"u\"}},\"spec\":{\"containers\":[{\"name\":"
      "\"spark-kubernetes-executor\"},{\"name\":\"side\",\"image\":\"x\"}],\"tolerations\":"
      "[{\"operator\":\"Exists\"}]}}",
      "{\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"cpu\":"
      "\"1500m\"}}}],\"nodeSelector\":{\"a\":\"b\"},\"priority\":0}}"}},
    {"tolerations",
     {"{\"key\":\"k*\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}",
      "{\"tolerationSeconds\":30}"}},
    {"volume_mounts",
     {"{\"name\":\"data\",\"mountPath\":\"/data*\"}",
      "{\"name\":\"spark-local-dir-1\",\"mountPath\":\"/scratch*\"}",
      "{\"name\":\"cfg\",\"mountPath\":\"/cfg*\",\"subPath\":\"x\","
      "\"readOnly\":true}"}},
    {"volumes",
     {"{\"name\":\"data\",\"persistentVolumeClaim\":{\"claimName\":\"p\"}}",
      "{\"name\":\"spark-local-dir-1\",\"emptyDir\":{\"sizeLimit\":\"1Gi\"}}",
      "{\"name\":\"cfg\",\"configMap\":{\"name\":\"c\",\"defaultMode\":420}}",
      "{\"name\":\"v*\",\"rbd\":{\"image\":\"i\",\"monitors\":[\"m\"]}}"}},
    {"status",
     {"{\"submissionID\":\"5eed5eed-0000-4000-8000-00000000000*\","
      "\"submissionAttempts\":2}",
      "{}"}},
};

/* Keys and values of maps; the last ones of sparkConf are refused. */
static const char *const conf[][2] = {
    {"spark.eventLog.enabled", "true"},
    {"spark.executor.instances", "2"},
    {"spark.driver.cores", "2"},
    {"spark.executor.memory", "600m"},
    {"spark.kubernetes.driver.pod.name", "from-conf"},
    {"spark.dynamicallocation.enabled", "true"},
    {"spark.ui.port", "4041"},
    {"spark.hadoop.fs.defaultFS", "hdfs://h"},
    {"a.b", "\xC3\xA9 =:#! \\ \t"},
    {"spark.driver.extraJavaOptions", "-Dq=\"r\""},
    {"spark.master", "local"},
    {"spark.kubernetes.namespace", "elsewhere"},
};

static const char *numbered(struct maker *m, const char *text)
{
    const char *star = strchr(text, '*');

    if (!star)
        return text;
    return spk_printf(m->arena, "%.*s%zu%s", (int)(star - text), text,
                      dice_below(m->dice, 90) + 10, star + 1);
}

/* Early values are likelier, so that those which break a rule are rare. */
static const char *pick(struct maker *m, const char *const *values, size_t room)
{
    size_t n = 0;

    while (n < room && values[n])
        n++;
    size_t i = dice_below(m->dice, n);
    return numbered(m,
                    values[i < dice_below(m->dice, n + 1) ? i : dice_below(m->dice, i + 1)]);
}

static const char *make_text(struct maker *m, const char *field)
{
    const char *full = spk_printf(m->arena, "%s.%s", m->message, field);

    for (size_t i = 0; i < SPK_LEN(samples); i++)
        if (strcmp(samples[i].field, field) == 0 || strcmp(samples[i].field, full) == 0)
            return pick(m, samples[i].values, SPK_LEN(samples[i].values));
    return spk_printf(m->arena, "x%zu", dice_below(m->dice, 1000));
}

static cJSON *make_object(struct maker *m, const char *field)
{
    struct spk_err err = {0};
    cJSON *object;

    for (size_t i = 0; i < SPK_LEN(object_samples); i++) {
        if (strcmp(object_samples[i].field, field) != 0)
            continue;
        const char *text =
            pick(m, object_samples[i].values, SPK_LEN(object_samples[i].values));
        if (!spk_json_read(m->arena, text, strlen(text), &object, &err))
            abort();
        return object;
    }
    abort(); /* an embedded object without a sample */
}

static int64_t make_number(struct maker *m, const char *field)
{
    if (strcmp(field, "port") == 0)
        return (int64_t)(1024 + dice_below(m->dice, 48000));
    if (strstr(field, "port"))
        return (int64_t)(1 + dice_below(m->dice, 60000));
    if (dice_percent(m->dice, 2))
        return 0; /* below some minimum */
    return (int64_t)(1 + dice_below(m->dice, 9));
}

static cJSON *make_message(struct maker *m, const ProtobufCMessageDescriptor *message);

static cJSON *make_value(struct maker *m, const ProtobufCFieldDescriptor *field)
{
    if (spk_field_is_struct(field))
        return make_object(m, field->name);
    if (spk_field_is_message(field))
        return make_message(m, field->descriptor);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return spk_json_new_bool(m->arena, strcmp(field->name, "suspend") != 0 &&
                                               dice_percent(m->dice, 60));
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return spk_json_new_text(m->arena, make_text(m, field->name));
    return spk_json_new_int(m->arena, make_number(m, field->name));
}

static cJSON *make_map(struct maker *m, const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *entry = field->descriptor;
    cJSON *map = spk_json_new_object(m->arena);
    size_t n = 1 + dice_below(m->dice, 3);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(field->name, "spark_conf") == 0) {
            size_t k = dice_below(m->dice, SPK_LEN(conf));
            const char *const *pair = conf[dice_percent(m->dice, 10) ? k : k % 10];

            spk_json_text(map, pair[0], pair[1]);
            continue;
        }
        (void)spk_json_set(map, spk_printf(m->arena, "K%zu", dice_below(m->dice, 20)),
                           make_value(m, &entry->fields[1]));
    }
    return map;
}

static cJSON *make_list(struct maker *m, const ProtobufCFieldDescriptor *field)
{
    cJSON *list = spk_json_new_array(m->arena);
    size_t n = 1 + dice_below(m->dice, 3);

    for (size_t i = 0; i < n; i++)
        (void)spk_json_push(list, make_value(m, field));
    return list;
}

static void count(struct tally *tally, const ProtobufCFieldDescriptor *field)
{
    for (size_t i = 0; i < tally->n; i++)
        if (tally->rows[i].field == field)
            tally->rows[i].n++;
}

/* Fields that most applications need to be valid. */
static bool is_needed(const char *field)
{
    static const char *const needed[] = {
        "main_application_file", "main_class",         "image",        "spec", "service_port",
        "service_port_name",     "ingress_url_format", "spark_version"};

    for (size_t i = 0; i < SPK_LEN(needed); i++)
        if (strcmp(field, needed[i]) == 0)
            return true;
    return false;
}

static cJSON *make_message(struct maker *m, const ProtobufCMessageDescriptor *message)
{
    cJSON *tree = spk_json_new_object(m->arena);

    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        size_t percent = is_needed(field->name) ? 98 : m->percent;

        if (strcmp(field->name, "metadata") == 0 || !dice_percent(m->dice, percent))
            continue;
        /* Two levels of node selectors exclude each other. */
        if (strcmp(field->name, "node_selector") == 0 && dice_percent(m->dice, 80))
            continue;
        count(m->tally, field);
        m->message = message->short_name;
        cJSON *value = spk_field_is_map(field)        ? make_map(m, field)
                       : spk_field_is_repeated(field) ? make_list(m, field)
                                                      : make_value(m, field);
        (void)spk_json_set(tree, spk_field_json_name(field).text, value);
    }
    return tree;
}

static cJSON *make_metadata(struct maker *m)
{
    cJSON *metadata = spk_json_new_object(m->arena);

    spk_json_text(metadata, "name",
                  dice_percent(m->dice, 98)
                      ? spk_printf(m->arena, "app-%zu", dice_below(m->dice, 1000))
                      : "Not A Name");
    if (dice_percent(m->dice, 50))
        spk_json_text(metadata, "namespace", "jobs");
    if (dice_percent(m->dice, 50))
        spk_json_text(metadata, "uid", "5a7b1c2d-0001-4000-8000-00000000a001");
    if (dice_percent(m->dice, 50))
        spk_json_text(spk_json_child(metadata, "labels"), "team", "a");
    if (dice_percent(m->dice, 20))
        spk_json_text(spk_json_child(metadata, "labels"), "kueue.x-k8s.io/queue-name", "q");
    return metadata;
}

void tally_fields(struct tally *tally, const ProtobufCMessageDescriptor *message)
{
    for (size_t i = 0; i < tally->n; i++)
        if (tally->rows[i].message == message)
            return;
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];

        if (tally->n == SPK_LEN(tally->rows))
            abort();
        tally->rows[tally->n].message = message;
        tally->rows[tally->n++].field = field;
    }
    for (unsigned i = 0; i < message->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->fields[i];
        const ProtobufCMessageDescriptor *below = field->descriptor;

        if (spk_field_is_map(field))
            below = spk_field_is_message(&below->fields[1]) ? below->fields[1].descriptor
                                                            : NULL;
        if (spk_field_is_message(field) && below && !spk_field_is_struct(field))
            tally_fields(tally, below);
    }
}

cJSON *make_application(struct spk_arena *arena, struct dice *dice, struct tally *tally)
{
    static const size_t percents[] = {4, 15, 40, 75};
    const ProtobufCMessageDescriptor *message = &spk__spark_application__descriptor;
    struct maker m = {
        .arena = arena,
        .dice = dice,
        .tally = tally,
        .percent = percents[dice_below(dice, SPK_LEN(percents))],
    };

    cJSON *tree = make_message(&m, message);
    count(tally, protobuf_c_message_descriptor_get_field_by_name(message, "metadata"));
    (void)spk_json_set(tree, "metadata", make_metadata(&m));
    return tree;
}

static const char *repeat(struct spk_arena *arena, const char *text, size_t n)
{
    struct spk_buf buf = {.arena = arena};

    while (n-- > 0)
        spk_buf_text(&buf, text);
    return spk_buf_string(&buf);
}

static cJSON *replacement(struct spk_arena *arena, struct dice *dice)
{
    size_t n;

    switch (dice_below(dice, 8)) {
    case 0:
        return spk_json_new_null(arena);
    case 1:
        return spk_json_new_bool(arena, true);
    case 2:
        return spk_json_new_number(arena, "1.5");
    case 3:
        return spk_json_new_int(arena, INT64_MAX);
    case 4:
        return spk_json_new_array(arena);
    case 5:
        return spk_json_new_number(arena, dice_percent(dice, 50) ? "9223372036854775808"
                                                                 : "100000000000000000000");
    case 6: /* however long it may be told, it is cut inside a character now and then */
        n = 20 + dice_below(dice, 400);
        return spk_json_new_text(arena,
                                 spk_printf(arena, "%s%s", dice_percent(dice, 50) ? "a" : "",
                                            repeat(arena, "\u00e9", n)));
    default:
        return spk_json_new_text(arena, "text");
    }
}

void damage(struct spk_arena *arena, struct dice *dice, cJSON *tree)
{
    while (spk_json_is_object(tree) && spk_json_size(tree) > 0) {
        cJSON *member = tree->child;

        for (size_t i = dice_below(dice, spk_json_size(tree)); i > 0; i--)
            member = member->next;
        if (dice_percent(dice, 5)) {
            (void)spk_json_set(tree, "unheardOf", spk_json_new_bool(arena, true));
            return;
        }
        if (!spk_json_is_object(member) || dice_percent(dice, 20)) {
            (void)spk_json_set(tree, member->string, replacement(arena, dice));
            return;
        }
        tree = member;
    }
}

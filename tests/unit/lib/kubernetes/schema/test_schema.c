/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/limits.h"
#include "kubernetes/schema/schema.h"
#include "json/read.h"
#include "json/write.h"
#include "json/yaml.h"

#include "test.h"

#define OWNER "\"apiVersion\":\"v1\",\"kind\":\"K\",\"name\":\"n\",\"uid\":\"u\""

static cJSON *read_json(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

/* k8s.io/api's types, decoded and encoded again by encoding/json. */
static void test_go_writes_what_it_read(void)
{
    static const struct {
        const char *type, *in, *out;
    } cases[] = {
        {"PodTemplateSpec", "{}", "{\"metadata\":{},\"spec\":{\"containers\":null}}"},
        {"PodTemplateSpec",
         "{\"metadata\":{\"creationTimestamp\":null,\"x\":1},\"spec\":{\"containers\":[]}}",
         "{\"metadata\":{},\"spec\":{\"containers\":[]}}"},
        {"Container", "{\"image\":\"\",\"tty\":false,\"args\":[],\"x\":{}}",
         "{\"name\":\"\",\"resources\":{}}"},
        {"Container",
         "{\"name\":\"a\",\"resources\":{\"limits\":{\"cpu\":0.5,\"memory\":\"1024Mi\","
         "\"x\":\" 1000m \"},\"requests\":{}}}",
         "{\"name\":\"a\",\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"1Gi\","
         "\"x\":\"1\"}}}"},
        {"PodSecurityContext", "{\"runAsUser\":0,\"privileged\":true,\"sysctls\":[]}",
         "{\"runAsUser\":0}"},
        {"EnvVar", "{\"value\":\"\",\"valueFrom\":{\"secretKeyRef\":{\"optional\":false}}}",
         "{\"name\":\"\",\"valueFrom\":{\"secretKeyRef\":{\"key\":\"\",\"optional\":false}}}"},
        {"EnvVarSource", "{\"resourceFieldRef\":{}}",
         "{\"resourceFieldRef\":{\"divisor\":\"0\",\"resource\":\"\"}}"},
        {"Volume", "{\"emptyDir\":{},\"hostPath\":{\"type\":\"\"},\"projected\":{}}",
         "{\"emptyDir\":{},\"hostPath\":{\"path\":\"\",\"type\":\"\"},\"name\":\"\","
         "\"projected\":{\"sources\":null}}"},
        {"Volume", "{\"emptyDir\":{\"sizeLimit\":\"1.5Gi\"},\"configMap\":null}",
         "{\"emptyDir\":{\"sizeLimit\":\"1536Mi\"},\"name\":\"\"}"},
        {"Volume", "{\"ephemeral\":{\"volumeClaimTemplate\":{\"spec\":{\"dataSource\":{}}}}}",
         "{\"ephemeral\":{\"volumeClaimTemplate\":{\"metadata\":{},\"spec\":{\"dataSource\":{"
         "\"apiGroup\":null,\"kind\":\"\",\"name\":\"\"},\"resources\":{}}}},\"name\":\"\"}"},
        {"Probe", "{\"grpc\":{},\"httpGet\":{},\"tcpSocket\":{\"port\":\"http\"}}",
         "{\"grpc\":{\"port\":0,\"service\":null},\"httpGet\":{\"port\":0},"
         "\"tcpSocket\":{\"port\":\"http\"}}"},
        {"Affinity",
         "{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{},"
         "\"preferredDuringSchedulingIgnoredDuringExecution\":[{}]}}",
         "{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{"
         "\"preference\":{},\"weight\":0}],\"requiredDuringSchedulingIgnoredDuringExecution\":"
         "{\"nodeSelectorTerms\":null}}}"},
        {"ObjectMeta", "{\"labels\":{\"a\":null},\"ownerReferences\":[{" OWNER "}]}",
         "{\"labels\":{\"a\":\"\"},\"ownerReferences\":[{" OWNER "}]}"},
        {"ObjectMeta", "{\"creationTimestamp\":\"2026-01-02T03:04:05.5+02:00\"}",
         "{\"creationTimestamp\":\"2026-01-02T01:04:05Z\"}"},
        {"PodSpec", "{\"priority\":1.0,\"containers\":[],\"tolerations\":[{}]}",
         "{\"containers\":[],\"priority\":1,\"tolerations\":[{}]}"},
        {"HostAlias", "{\"hostnames\":[null]}", "{\"hostnames\":[\"\"],\"ip\":\"\"}"},
        {"IngressTLS", "{\"hosts\":[\"a\"],\"secretName\":\"\"}", "{\"hosts\":[\"a\"]}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *out = NULL;

        CU_ASSERT(spk_schema_go(&arena, spk_type_find(cases[i].type),
                                read_json(&arena, cases[i].in), &out, &err));
        SPK_ASSERT_TEXT(err.text, "");
        if (out)
            SPK_ASSERT_TEXT(spk_json_write(&arena, out), cases[i].out);
    }
}

static void test_wrong_types_are_named(void)
{
    static const struct {
        const char *type, *in, *field, *text;
    } cases[] = {
        {"PodTemplateSpec", "{\"metadata\":{\"labels\":{\"a\":1}}}", "metadata.labels[a]",
         "expected string, found number; quote it"},
        {"PodTemplateSpec", "{\"spec\":{\"containers\":[{},{\"args\":[true]}]}}",
         "spec.containers[1].args[0]", "expected string, found bool; quote it"},
        {"ObjectMeta", "{\"creationTimestamp\":\"yesterday\"}", "creationTimestamp",
         "expected time such as 2026-01-31T12:00:00Z, found string 'yesterday'"},
        {"PodSpec", "{\"containers\":{}}", "containers", "expected list, found object"},
        {"PodSpec", "{\"nodeSelector\":[]}", "nodeSelector", "expected object, found list"},
        {"PodSpec", "{\"securityContext\":\"x\"}", "securityContext",
         "expected object, found string 'x'"},
        {"PodSpec", "{\"hostNetwork\":\"yes\"}", "hostNetwork",
         "expected boolean, found string 'yes'"},
        {"PodSpec", "{\"priority\":2147483648}", "priority",
         "expected 32-bit integer, found number '2147483648'"},
        {"PodSpec", "{\"priority\":1.5}", "priority",
         "expected 32-bit integer, found number '1.5'"},
        {"PodSpec", "{\"activeDeadlineSeconds\":\"5\"}", "activeDeadlineSeconds",
         "expected integer, found string '5'"},
        {"PodSpec", "{\"overhead\":{\"cpu\":\"1x\"}}", "overhead[cpu]",
         "quantities must match the regular expression "
         "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
        {"HTTPGetAction", "{\"port\":1.5}", "port",
         "expected integer or string, found number '1.5'"},
        {"Container", "[]", "", "expected object, found list"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *out = NULL;

        CU_ASSERT_FALSE(spk_schema_go(&arena, spk_type_find(cases[i].type),
                                      read_json(&arena, cases[i].in), &out, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        CU_ASSERT_PTR_NULL(out);
    }
}

/* Where a value of template-values.tsv stands: text around it, and the path to it. */
static const struct place {
    const char *form, *type, *before, *after, *path;
} places[] = {
#define YAML "spec:\n  containers: []\n  "
#define JSON "{\"spec\":{\"containers\":[],"
    {"yaml", "int32", YAML "priority: ", "\n", "spec.priority"},
    {"yaml", "int64", YAML "activeDeadlineSeconds: ", "\n", "spec.activeDeadlineSeconds"},
    {"yaml", "bool", YAML "hostNetwork: ", "\n", "spec.hostNetwork"},
    {"yaml", "string", YAML "nodeName: ", "\n", "spec.nodeName"},
    {"yaml", "quantity", YAML "overhead:\n    cpu: ", "\n", "spec.overhead.cpu"},
    {"yaml", "mode", YAML "volumes: [{secret: {defaultMode: ", "}}]\n",
     "spec.volumes.secret.defaultMode"},
    {"json", "int32", JSON "\"priority\":", "}}", "spec.priority"},
    {"json", "int64", JSON "\"activeDeadlineSeconds\":", "}}", "spec.activeDeadlineSeconds"},
    {"json", "bool", JSON "\"hostNetwork\":", "}}", "spec.hostNetwork"},
    {"json", "string", JSON "\"nodeName\":", "}}", "spec.nodeName"},
    {"json", "quantity", JSON "\"overhead\":{\"cpu\":", "}}}", "spec.overhead.cpu"},
    {"json", "mode", JSON "\"volumes\":[{\"secret\":{\"defaultMode\":", "}}]}}",
     "spec.volumes.secret.defaultMode"},
    {"json", "unknown", JSON "\"foo\":", "}}", "spec.foo"},
    {"json", "int-or-string",
     JSON "\"initContainers\":[{\"livenessProbe\":{\"httpGet\":{\"port\":", "}}}]}}",
     "spec.initContainers.livenessProbe.httpGet.port"},
#undef YAML
#undef JSON
};

static const struct place *find_place(const char *form, const char *type)
{
    for (size_t i = 0; i < SPK_LEN(places); i++)
        if (strcmp(places[i].form, form) == 0 && strcmp(places[i].type, type) == 0)
            return &places[i];
    return NULL;
}

/* Follow path, of a list its first element; "" is the tree itself. */
static const cJSON *follow(struct spk_arena *arena, const cJSON *tree, const char *path)
{
    struct spk_strings keys = spk_split(arena, path, '.');

    for (size_t i = 0; i < keys.n && *path; i++) {
        tree = spk_json_get(tree, keys.items[i]);
        if (spk_json_is_array(tree) && i + 1 < keys.n)
            tree = tree->child;
    }
    return tree;
}

/* The field's value as JSON, "-" if it is left out, "!" if the template is refused. */
static const char *made_of(struct spk_arena *arena, const struct place *place,
                           const char *value, bool is_new)
{
    const char *text = spk_printf(arena, "%s%s%s", place->before, value, place->after);
    struct spk_fabric8 how = {.octal_int32 = is_new,
                              .strict_int32 = is_new,
                              .owner_kinds = is_new,
                              .model = is_new ? 33 : 26};
    struct spk_err err = {0};
    cJSON *tree = NULL, *out = NULL;

    if (!spk_yaml_read_template(arena, text, strlen(text), &tree, &how.from_json, &err) ||
        !spk_schema_fabric8(arena, spk_type_find("Pod"), &how, tree, &out, &err)) {
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_POD_TEMPLATE);
        CU_ASSERT_PTR_NULL(out);
        return "!";
    }
    const cJSON *node = follow(arena, out, place->path);
    return node ? spk_json_write(arena, node) : "-";
}

static void test_values_are_coerced_as_in_spark(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(64));
    struct spk_err err = {0};
    struct spk_bytes file;
    size_t rows = 0;

    CU_ASSERT_FATAL(
        spk_file_read(&arena, SPK_VECTORS "/template-values.tsv", SPK_MIB(1), &file, &err));
    struct spk_strings lines = spk_split(&arena, file.data, '\n');
    for (size_t i = 0; i + 1 < lines.n; i++) {
        const char **columns = spk_split(&arena, lines.items[i], '\t').items;
        const struct place *place = find_place(columns[0], columns[1]);

        CU_ASSERT_PTR_NOT_NULL_FATAL(place);
        SPK_ASSERT_TEXT(made_of(&arena, place, columns[2], false), columns[3]);
        SPK_ASSERT_TEXT(made_of(&arena, place, columns[2], true), columns[4]);
        rows++;
    }
    CU_ASSERT_EQUAL(rows, 524);
}

/* In Spark 3.5.8 and, where it differs, 4.1.4. */
static void test_templates_are_read_as_in_spark(void)
{
    static const struct {
        const char *in, *old, *new;
    } cases[] = {
        {"spec: {containers: null}", NULL, NULL},
        {"spec: {containers: [null, {env: [null]}], tolerations: [null]}",
         "{\"spec\":{\"containers\":[{},{\"env\":[{}]}],\"tolerations\":[{}]}}", ""},
        {"spec: {x: [null], securityContext: {supplementalGroups: [null, 1]}}",
         "{\"spec\":{\"securityContext\":{\"supplementalGroups\":[null,1]},\"x\":[null]}}",
         ""},
        {"spec: {initContainers: [{resizePolicy: [null], restartPolicyRules: [null, 1]}]}",
         "{\"spec\":{\"initContainers\":[{\"resizePolicy\":[null],\"restartPolicyRules\":["
         "null,1]}]}}",
         "{\"spec\":{\"initContainers\":[{\"resizePolicy\":[{}],\"restartPolicyRules\":[null,"
         "1]}]}}"},
        {"metadata: {ownerReferences: [{name: a}, null, {kind: K, apiVersion: null}]}",
         "{\"metadata\":{\"ownerReferences\":[{\"name\":\"a\"},{},{\"kind\":\"K\"}]}}",
         "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":"
         "\"OwnerReference\",\"name\":\"a\"},{\"apiVersion\":\"v1\",\"kind\":"
         "\"OwnerReference\"},{\"kind\":\"K\"}]}}"},
        {"metadata: {ownerReferences: [{kind: '', apiVersion: ''}]}",
         "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"\",\"kind\":\"\"}]}}", ""},
        {"spec: {containers: [a]}", NULL, NULL},
        {"spec: {imagePullSecrets: [a, '']}",
         "{\"spec\":{\"imagePullSecrets\":[{\"name\":\"a\"},{\"name\":\"\"}]}}", ""},
        {"spec: {imagePullSecrets: [5]}", NULL, NULL},
        {"[]", NULL, NULL},
        {"spec: {tolerations: {}}", NULL, NULL},
        {"spec: {nodeSelector: []}", NULL, NULL},
        {"spec: {securityContext: ''}", NULL, NULL},
        {"status: {conditions: {}}", NULL, NULL},
        {"metadata: {labels: {<<: {a: b}}}", NULL, NULL},
        {"metadata: {<<: {a: b}}", "{\"metadata\":{\"<<\":{\"a\":\"b\"}}}", ""},
        {"spec: {tolerations: [], nodeSelector: {}, affinity: {}, nodeName: ''}",
         "{\"spec\":{\"affinity\":{},\"nodeName\":\"\"}}", ""},
        {"spec: {containers:, x: }", NULL, NULL},
        {"spec: {initContainers: null, priority: null, x: null}", "{\"spec\":{\"x\":null}}",
         ""},
        {"metadata: {labels: {a: null, b: 1e3}}",
         "{\"metadata\":{\"labels\":{\"a\":null,\"b\":\"1000.0\"}}}", ""},
        {"spec: {HostNetwork: true, x: [1e3, yes]}",
         "{\"spec\":{\"HostNetwork\":true,\"x\":[1000.0,\"yes\"]}}", ""},
        {"spec: {resources: {limits: {cpu: 1e3}}}",
         "{\"spec\":{\"resources\":{\"limits\":{\"cpu\":1000.0}}}}",
         "{\"spec\":{\"resources\":{\"limits\":{\"cpu\":\"1000.0\"}}}}"},
        {"spec: {volumes: [{emptyDir: {}}, {emptyDir: null}]}",
         "{\"spec\":{\"volumes\":[{\"emptyDir\":{}},{}]}}", ""},
        {"spec: {overhead: {cpu: {amount: '1', format: Gi}}}",
         "{\"spec\":{\"overhead\":{\"cpu\":\"1Gi\"}}}", ""},
        {"spec: {initContainers: [{args: [a, null, ~, 1]}]}",
         "{\"spec\":{\"initContainers\":[{\"args\":[\"a\",null,\"~\",\"1\"]}]}}", ""},
        {"apiVersion: 1\nkind: true\nmetadata: {finalizers: [1]}",
         "{\"apiVersion\":\"1\",\"kind\":\"true\",\"metadata\":{\"finalizers\":[\"1\"]}}", ""},
    };
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        const char *old = cases[i].old ? cases[i].old : "!";
        const char *new = cases[i].new &&*cases[i].new ? cases[i].new : old;
        const struct place whole = {"yaml", "", cases[i].in, "\n", ""};

        SPK_ASSERT_TEXT(made_of(&arena, &whole, "", false), old);
        SPK_ASSERT_TEXT(made_of(&arena, &whole, "", true), new);
    }
}

static void test_refusals_name_the_field(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    static const char text[] = "spec: {containers: [{}, {ports: [{containerPort: http}]}]}";
    struct spk_fabric8 how = {0};
    struct spk_err err = {0};
    cJSON *tree = NULL, *out = NULL;

    CU_ASSERT_FATAL(
        spk_yaml_read_template(&arena, text, strlen(text), &tree, &how.from_json, &err));
    CU_ASSERT_FALSE(spk_schema_fabric8(&arena, spk_type_find("Pod"), &how, tree, &out, &err));
    SPK_ASSERT_TEXT(err.field, "spec.containers[1].ports[0].containerPort");
    SPK_ASSERT_TEXT(err.text, "expected 32-bit integer, found string 'http'");
}

static void test_types_are_found(void)
{
    static const char *const names[] = {
        "PodTemplateSpec", "Pod",          "Volume",
        "Container",       "EnvVar",       "EnvFromSource",
        "Affinity",        "Toleration",   "PodSecurityContext",
        "SecurityContext", "PodDNSConfig", "HostAlias",
        "Lifecycle",       "VolumeMount",  "ObjectMeta",
        "OwnerReference",  "IngressTLS",   "ResourceRequirements",
    };

    for (size_t i = 0; i < SPK_LEN(names); i++)
        CU_ASSERT_PTR_NOT_NULL(spk_type_find(names[i]));
    CU_ASSERT_PTR_NULL(spk_type_find("Deployment"));
    CU_ASSERT_PTR_NULL(spk_type_find(""));
}

/* Here a value of another type is refused by its type, as in every other field. */
static const char *refusal_of_quantity(const char *value, const char *wanted)
{
    return strcmp(value, "true") == 0 ? "!expected quantity, found bool; quote it" : wanted;
}

static void test_quantities_are_read_as_in_go(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    struct spk_err err = {0};
    struct spk_bytes file;

    CU_ASSERT_FATAL(
        spk_file_read(&arena, SPK_VECTORS "/quantities-json.json", SPK_MIB(1), &file, &err));
    const cJSON *rows = read_json(&arena, file.data);
    CU_ASSERT_EQUAL(spk_json_size(rows), 20);
    SPK_JSON_EACH (row, rows) {
        const char *value = spk_json_string(row->child);
        const char *wanted = refusal_of_quantity(value, spk_json_string(row->child->next));
        const char *text = spk_printf(&arena, "{\"limits\":{\"cpu\":%s}}", value);
        struct spk_err refusal = {0};
        cJSON *out = NULL;
        bool ok = spk_schema_go(&arena, spk_type_find("ResourceRequirements"),
                                read_json(&arena, text), &out, &refusal);

        SPK_ASSERT_TEXT(ok ? spk_json_get_text(spk_json_get(out, "limits"), "cpu")
                           : spk_printf(&arena, "!%s", refusal.text),
                        wanted);
        SPK_ASSERT_TEXT(refusal.field, ok ? "" : "limits[cpu]");
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(go_writes_what_it_read),         SPK_TEST(wrong_types_are_named),
    SPK_TEST(values_are_coerced_as_in_spark), SPK_TEST(templates_are_read_as_in_spark),
    SPK_TEST(refusals_name_the_field),        SPK_TEST(types_are_found),
    SPK_TEST(quantities_are_read_as_in_go),   CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("schema", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"

#include "base/limits.h"
#include "json/write.h"

#include "test.h"

static const struct spk_application_options options = {.apply_defaults = true,
                                                       .warn_unknown_fields = true};

static bool load(struct spk_arena *arena, const char *spec, Spk__SparkApplication **out,
                 struct spk_err *err)
{
    const char *manifest = spk_printf(arena,
                                      "metadata: {name: pi, creationTimestamp: null}\n"
                                      "spec:\n"
                                      "  sparkVersion: 4.0.0\n"
                                      "  mainApplicationFile: local:///a.jar\n"
                                      "  %s\n",
                                      spec);
    struct spk_warnings warnings = {0};

    return spk_application_read(arena, manifest, strlen(manifest), &options, out, &warnings,
                                err) &&
           spk_application_check(arena, *out, &options, &warnings, err);
}

static void test_objects_are_as_the_api_server_and_go_leave_them(void)
{
    /* Spec, path in the application, what is there. */
    static const char *const cases[][3] = {
        {"driver: {env: [{name: A, value: '', nope: 1}, null]}", "spec.driver.env",
         "[{\"name\":\"A\"},{\"name\":\"\"}]"},
        {"driver: {template: {}}", "spec.driver.template",
         "{\"metadata\":{},\"spec\":{\"containers\":null}}"},
        {"driver: {template: {metadata: {creationTimestamp: null}, spec: {containers: [{name: "
         "a, "
         "x: 1, env: null}]}}}",
         "spec.driver.template",
         "{\"metadata\":{},\"spec\":{\"containers\":[{\"name\":\"a\",\"resources\":{}}]}}"},
        {"executor: {sidecars: [{name: s, ports: [{containerPort: 1}], env: null}]}",
         "spec.executor.sidecars",
         "[{\"name\":\"s\",\"ports\":[{\"containerPort\":1,\"protocol\":\"TCP\"}],"
         "\"resources\":{}}]"},
        {"executor: {sidecars: [{name: s, resources: {limits: {cpu: null, memory: 1024Mi}}}]}",
         "spec.executor.sidecars",
         "[{\"name\":\"s\",\"resources\":{\"limits\":{\"memory\":\"1Gi\"}}}]"},
        {"driver: {initContainers: [{name: i, livenessProbe: {grpc: {port: 1}}}]}",
         "spec.driver.initContainers",
         "[{\"livenessProbe\":{\"grpc\":{\"port\":1,\"service\":\"\"}},\"name\":\"i\","
         "\"resources\":{}}]"},
        {"driver: {env: [{name: A, valueFrom: {fileKeyRef: {key: k, path: p, volumeName: "
         "v}}}]}",
         "spec.driver.env",
         "[{\"name\":\"A\",\"valueFrom\":{\"fileKeyRef\":{\"key\":\"k\",\"optional\":false,"
         "\"path\":\"p\",\"volumeName\":\"v\"}}}]"},
        {"volumes: [{name: a, azureDisk: {diskName: d, diskURI: u}}, {name: r, rbd: {image: "
         "i, "
         "monitors: [m], pool: p}}]",
         "spec.volumes",
         "[{\"azureDisk\":{\"diskName\":\"d\",\"diskURI\":\"u\",\"fsType\":\"ext4\","
         "\"readOnly\":false},\"name\":\"a\"},{\"name\":\"r\",\"rbd\":{\"image\":\"i\","
         "\"keyring\":\"/etc/ceph/keyring\",\"monitors\":[\"m\"],\"pool\":\"p\","
         "\"user\":\"admin\"}}]"},
        {"volumes: [{name: e, emptyDir: {sizeLimit: 1.5}}]", "spec.volumes",
         "[{\"emptyDir\":{\"sizeLimit\":\"1500m\"},\"name\":\"e\"}]"},
        {"batchSchedulerOptions: {resources: {cpu: 1000m, memory: null, x/y: 2}}",
         "spec.batchSchedulerOptions.resources", "{\"cpu\":\"1\",\"x/y\":\"2\"}"},
        {"batchSchedulerOptions: {resources: {}}", "spec.batchSchedulerOptions", "{}"},
        {"sparkUIOptions: {ingressTLS: [{hosts: [a, null], secretName: s, x: 1}, {}]}",
         "spec.sparkUIOptions.ingressTLS",
         "[{\"hosts\":[\"a\",\"\"],\"secretName\":\"s\"},{}]"},
        {"driver: {}", "metadata", "{\"name\":\"pi\",\"namespace\":\"default\"}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        Spk__SparkApplication *application = NULL;
        struct spk_err err = {0};

        if (!load(&arena, cases[i][0], &application, &err)) {
            fprintf(stderr, "\n%s: %s: %s\n", cases[i][0], err.field, err.text);
            CU_FAIL("not accepted");
            continue;
        }
        cJSON *tree = spk_application_tree(&arena, application);
        SPK_ASSERT_TEXT(spk_json_write(&arena, spk_json_at(tree, cases[i][1])), cases[i][2]);
    }
}

static void test_objects_of_the_wrong_shape_are_refused_by_path(void)
{
    /* Spec, field, a part of the text. */
    static const char *const cases[][3] = {
        {"driver: {env: [{name: 1}]}", "spec.driver.env[0].name", ""},
        {"driver: {template: {spec: {containers: x}}}", "spec.driver.template.spec.containers",
         ""},
        {"executor: {sidecars: [{name: a, ports: [{containerPort: http}]}]}",
         "spec.executor.sidecars[0].ports[0].containerPort", ""},
        {"volumes: [{name: a, emptyDir: {sizeLimit: lots}}]",
         "spec.volumes[0].emptyDir.sizeLimit", "quantities must match"},
        {"batchSchedulerOptions: {resources: {cpu: x}}",
         "spec.batchSchedulerOptions.resources[cpu]", "quantities must match"},
        {"batchSchedulerOptions: {resources: {cpu: []}}",
         "spec.batchSchedulerOptions.resources[cpu]", "a quantity is expected"},
        {"sparkUIOptions: {ingressTLS: [{hosts: [1]}]}",
         "spec.sparkUIOptions.ingressTLS[0].hosts[0]",
         "a string is expected, found a value of type number: put it in quotes"},
        {"sparkUIOptions: {ingressTLS: [{hosts: a}]}",
         "spec.sparkUIOptions.ingressTLS[0].hosts", "a list is expected"},
        {"sparkUIOptions: {ingressTLS: [{secretName: true}]}",
         "spec.sparkUIOptions.ingressTLS[0].secretName",
         "a string is expected, found a value of type bool: put it in quotes"},
        {"driver: {sidecars: [{name: s, env: [{name: A}, {name: B}, {name: A}]}]}",
         "spec.driver.sidecars[0].env[2]", "Duplicate value: {\"name\":\"A\"}"},
        {"driver: {initContainers: [{name: s, ports: [{containerPort: 1}, {containerPort: 1, "
         "protocol: UDP}, {containerPort: 1, protocol: TCP}]}]}",
         "spec.driver.initContainers[0].ports[2]",
         "Duplicate value: {\"containerPort\":1,\"protocol\":\"TCP\"}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        Spk__SparkApplication *application = NULL;
        struct spk_err err = {0};

        CU_ASSERT_FALSE(load(&arena, cases[i][0], &application, &err));
        SPK_ASSERT_TEXT(spk_reason_name(err.reason), "INVALID_FIELD");
        SPK_ASSERT_TEXT(err.field, cases[i][1]);
        CU_ASSERT(strstr(err.text, cases[i][2]) != NULL);
    }
}

/* The role's own lists are not list-maps. */
static void test_the_roles_own_lists_may_repeat_keys(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    Spk__SparkApplication *application = NULL;
    struct spk_err err = {0};

    CU_ASSERT(load(&arena, "driver: {env: [{name: A}, {name: A}]}", &application, &err));
}

/* A manifest with the metadata given; what comes of them. */
static bool load_metadata(struct spk_arena *arena, const char *metadata, cJSON **out,
                          struct spk_err *err)
{
    const char *manifest = spk_printf(
        arena, "{\"metadata\":%s,\"spec\":{\"mainApplicationFile\":\"a\"}}", metadata);
    Spk__SparkApplication *application;
    struct spk_warnings warnings = {0};

    if (!spk_application_read(arena, manifest, strlen(manifest), &options, &application,
                              &warnings, err) ||
        !spk_application_check(arena, application, &options, &warnings, err))
        return false;
    *out = spk_struct_tree(application->metadata);
    return true;
}

static void test_metadata_are_typed_and_managed_fields_stay(void)
{
    static const char *const refused[][2] = {
        {"{\"name\":\"a\",\"namespace\":7}", "metadata.namespace"},
        {"{\"name\":\"a\",\"labels\":{\"b\":1}}", "metadata.labels[b]"},
        {"{\"name\":\"a\",\"labels\":[]}", "metadata.labels"},
        {"\"a\"", "metadata"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_err err = {0};
    cJSON *metadata = NULL;

    for (size_t i = 0; i < SPK_LEN(refused); i++) {
        CU_ASSERT_FALSE(load_metadata(&arena, refused[i][0], &metadata, &err));
        SPK_ASSERT_TEXT(spk_reason_name(err.reason), "INVALID_FIELD");
        SPK_ASSERT_TEXT(err.field, refused[i][1]);
        CU_ASSERT_PTR_NULL(metadata);
    }
    CU_ASSERT_FATAL(load_metadata(&arena,
                                  "{\"name\":\"a\",\"creationTimestamp\":null,\"nope\":1,"
                                  "\"managedFields\":[{\"fieldsV1\":{\"f:spec\":{}}}]}",
                                  &metadata, &err));
    SPK_ASSERT_TEXT(spk_json_write(&arena, metadata),
                    "{\"managedFields\":[{\"fieldsV1\":{\"f:spec\":{}}}],\"name\":\"a\"}");
}

static CU_TestInfo tests[] = {
    SPK_TEST(objects_are_as_the_api_server_and_go_leave_them),
    SPK_TEST(objects_of_the_wrong_shape_are_refused_by_path),
    SPK_TEST(metadata_are_typed_and_managed_fields_stay),
    SPK_TEST(the_roles_own_lists_may_repeat_keys),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("embedded", tests)

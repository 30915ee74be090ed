/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "kubernetes/schema/schema.h"
#include "json/write.h"
#include "json/yaml.h"

#include "test.h"

/* As the real spark-submit of 4.2.1 sent it; NULL: it refused. */
static const char *const groups[][2] = {
    {"spec: {minMember: \"1\"}", "{\"spec\":{\"minMember\":1}}"},
    {"spec: {minMember: 010}", "{\"spec\":{\"minMember\":10}}"},
    {"spec: {minMember: null}", "{\"spec\":{}}"},
    {"spec: {minMember: 1.0}", NULL},
    {"spec: {minMember: one}", NULL},
    {"spec: {minMember: \"\"}", NULL},
    {"spec: {minMember: ~}", NULL},
    {"spec: {minTaskMember: {driver: \"1\"}}",
     "{\"spec\":{\"minTaskMember\":{\"driver\":1}}}"},
    {"spec: {queue: 1}", "{\"spec\":{\"queue\":\"1\"}}"},
    {"spec: {queue: true}", "{\"spec\":{\"queue\":\"true\"}}"},
    {"spec: {queue: [1]}", NULL},
    {"spec: {minResources: {cpu: 1, x: one}}",
     "{\"spec\":{\"minResources\":{\"cpu\":\"1\",\"x\":\"one\"}}}"},
    {"spec: {minResources: {cpu: 1.5e3M}}", NULL},
    {"spec: {minResources: {cpu: \"\"}}", NULL},
    {"spec: {newer: 1.10}", "{\"spec\":{\"newer\":1.1}}"},
    {"metadata: {labels: {b: true, version: 1.10}}",
     "{\"metadata\":{\"labels\":{\"b\":\"true\",\"version\":\"1.1\"}}}"},
    {"metadata: {generation: \"3\"}", "{\"metadata\":{\"generation\":3}}"},
    {"status: {conditions: [{type: 1}], running: \"2\"}",
     "{\"status\":{\"conditions\":[{\"type\":\"1\"}],\"running\":2}}"},
};

/* A quantity in a map, and the same as a field of its own. */
static const struct {
    const char *quantity;
    bool in_map, as_field;
} quantities[] = {
    {"1.5e3M", false, false}, {"2e2m", false, false}, {"1e3Ki", false, false},
    {"M", true, false},       {"Ki", true, false},    {"e3", true, false},
    {"1e3", true, true},      {"1Mi5", true, true},   {"1.5Gi", true, true},
    {"5E", true, true},       {"one", true, true},
};

static bool reads(struct spk_arena *arena, const char *type, const char *text, cJSON **out)
{
    const struct spk_fabric8 how = {
        .octal_int32 = true, .strict_int32 = true, .owner_kinds = true, .model = 35};
    struct spk_err err = {0};
    cJSON *tree = NULL;
    bool is_json = false;

    CU_ASSERT_FATAL(spk_yaml_read_template(arena, text, strlen(text), &tree, &is_json, &err));
    return type ? spk_schema_fabric8(arena, spk_type_find(type), &how, tree, out, &err)
                : spk_schema_pod_group(arena, &how, tree, out, &err);
}

static void test_pod_groups_are_read_by_their_types(void)
{
    for (size_t i = 0; i < SPK_LEN(groups); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
        cJSON *out = NULL;

        CU_ASSERT_EQUAL(reads(&arena, NULL, groups[i][0], &out), groups[i][1] != NULL);
        if (out && groups[i][1])
            SPK_ASSERT_TEXT(spk_json_write(&arena, out), groups[i][1]);
    }
}

static void test_quantities_that_the_client_refuses_are_refused(void)
{
    for (size_t i = 0; i < SPK_LEN(quantities); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
        const char *map = spk_printf(&arena, "spec: {overhead: {cpu: '%s'}, containers: []}",
                                     quantities[i].quantity);
        const char *field = spk_printf(
            &arena, "spec: {volumes: [{emptyDir: {sizeLimit: '%s'}}], containers: []}",
            quantities[i].quantity);
        cJSON *out = NULL;

        CU_ASSERT_EQUAL(reads(&arena, "Pod", map, &out), quantities[i].in_map);
        CU_ASSERT_EQUAL(reads(&arena, "Pod", field, &out), quantities[i].as_field);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(pod_groups_are_read_by_their_types),
    SPK_TEST(quantities_that_the_client_refuses_are_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("pod_group", tests)

/* SPDX-License-Identifier: Apache-2.0 */
/* Submission ids that derive from the attempt: set as if they had been given. */
#include "translate/translate.h"

#include "base/limits.h"
#include "kubernetes/marks.h"
#include "test.h"
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

static CU_TestInfo tests[] = {
    SPK_TEST(a_derived_id_is_set_as_if_it_had_been_given),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("translate", tests)

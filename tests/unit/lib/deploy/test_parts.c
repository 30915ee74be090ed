/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/parts.h"
#include "kubernetes/object.h"
#include "json/write.h"

#include "test.h"

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_I "1111111111111111111111111111111111111111111111111111111111111111"
#define HASH_K "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static const struct spk_key key = {
    .source = SPK_KEY_COUNTERS,
    .attempt_sha256 = HASH_A,
    .input_sha256 = HASH_I,
    .object_sha256 = HASH_K,
    .attempt = "aaaaaaaaaaaaaaaa",
    .object = "cccccccccccccccc",
    .order = "1.0.2",
};

/* As a plan might give them: kind of part, kind, name, place in P. */
static const struct {
    enum spk_part_kind part;
    const char *kind, *name;
    size_t place;
} given[] = {
    {SPK_PART_POD, "Pod", "driver", 11},
    {SPK_PART_SERVICE, "Service", "x-driver-svc", 10},
    {SPK_PART_CONFIGMAP, "ConfigMap", "x-krb5-file", 8},
    {SPK_PART_CONFIGMAP, "ConfigMap", "x-driver-podspec-conf-map", 6},
    {SPK_PART_CONFIGMAP, "ConfigMap", "x-hadoop-config", 7},
    {SPK_PART_CONFIGMAP, "ConfigMap", "spark-drv-cc-conf-map", 5},
    {SPK_PART_POLICY, "NetworkPolicy", "x-policy", 9},
    {SPK_PART_SECRET, "Secret", "x-secret", 4},
    {SPK_PART_CLAIM, "PersistentVolumeClaim", "x-driver-pvc-9", 2},
    {SPK_PART_CLAIM, "PersistentVolumeClaim", "x-driver-pvc-10", 3},
    {SPK_PART_CONTROLLER, "ConfigMap", "app-prom-conf", 0},
    {SPK_PART_CONTROLLER, "PodGroup", "app-pg", 1},
};

static struct spk_parts prepare(struct spk_arena *arena, enum spk_variant variant,
                                const char *uid)
{
    struct spk_part parts[SPK_LEN(given)];

    for (size_t i = 0; i < SPK_LEN(given); i++)
        parts[i] = (struct spk_part){given[i].part,
                                     spk_object(arena, "v1", given[i].kind, given[i].name)};
    return spk_parts_prepare(arena,
                             &(struct spk_deployment){.variant = variant,
                                                      .key = &key,
                                                      .ns = "ns1",
                                                      .application = "app",
                                                      .uid = uid,
                                                      .submission_id = "sub"},
                             parts, SPK_LEN(parts));
}

static void test_p_makes_children_first_and_the_pod_last(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_parts parts = prepare(&arena, SPK_VARIANT_CHILDREN_FIRST, "uid");

    CU_ASSERT_EQUAL_FATAL(parts.n, SPK_LEN(given));
    for (size_t i = 0; i < SPK_LEN(given); i++)
        SPK_ASSERT_TEXT(spk_object_name(parts.items[given[i].place].object), given[i].name);
    SPK_ASSERT_TEXT(spk_object_name(parts.pod), "driver");
}

static void test_g_makes_the_pod_first(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_parts parts = prepare(&arena, SPK_VARIANT_GATED_POD_FIRST, NULL);

    CU_ASSERT_PTR_EQUAL(parts.items[0].object, parts.pod);
    for (size_t i = 1; i < SPK_LEN(given); i++)
        SPK_ASSERT_TEXT(spk_object_name(parts.items[given[i].place + 1].object),
                        given[i].name);
}

static const char *metadata(struct spk_arena *arena, const cJSON *object)
{
    return spk_json_write(arena, spk_json_get(object, "metadata"));
}

#define MARKED                                                                                \
    "\"annotations\":{\"spark-submit.internal/key\":\"" HASH_A "/" HASH_K                     \
    "\",\"spark-submit.internal/order\":\"1.0.2\","                                           \
    "\"spark-submit.internal/translator\":\"" SPK_VERSION "/2\"}"

static void test_p_marks_and_owns(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_parts parts = prepare(&arena, SPK_VARIANT_CHILDREN_FIRST, "uid");

    SPK_ASSERT_TEXT(metadata(&arena, parts.items[10].object),
                    "{" MARKED ",\"labels\":{\"spark-submit.internal/app-uid\":\"uid\","
                    "\"spark-submit.internal/attempt\":\"aaaaaaaaaaaaaaaa\","
                    "\"sparkoperator.k8s.io/submission-id\":\"sub\"},"
                    "\"name\":\"x-driver-svc\",\"namespace\":\"ns1\","
                    "\"ownerReferences\":[{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\","
                    "\"kind\":\"SparkApplication\",\"name\":\"app\",\"uid\":\"uid\"}]}");
    SPK_ASSERT_TEXT(metadata(&arena, parts.pod),
                    "{\"annotations\":{\"spark-submit.internal/input-sha256\":\"" HASH_I
                    "\",\"spark-submit.internal/key\":\"" HASH_A "/" HASH_K
                    "\",\"spark-submit.internal/order\":\"1.0.2\","
                    "\"spark-submit.internal/translator\":\"" SPK_VERSION "/2\"},"
                    "\"labels\":{\"spark-submit.internal/app-uid\":\"uid\","
                    "\"spark-submit.internal/attempt\":\"aaaaaaaaaaaaaaaa\"},"
                    "\"name\":\"driver\",\"namespace\":\"ns1\"}");
    CU_ASSERT_PTR_NULL(spk_json_at(parts.pod, "spec.schedulingGates"));
    /* A network policy carries no submission id; objects of the controller no marks. */
    CU_ASSERT_EQUAL(spk_json_size(spk_json_at(parts.items[9].object, "metadata.labels")), 2);
    SPK_ASSERT_TEXT(metadata(&arena, parts.items[0].object),
                    "{\"name\":\"app-prom-conf\",\"namespace\":\"ns1\",\"ownerReferences\":"
                    "[{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":"
                    "\"SparkApplication\",\"name\":\"app\",\"uid\":\"uid\"}]}");
}

static void test_g_gates_the_pod_and_makes_it_the_owner(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_parts parts = prepare(&arena, SPK_VARIANT_GATED_POD_FIRST, NULL);

    SPK_ASSERT_TEXT(spk_json_write(&arena, spk_json_at(parts.pod, "spec")),
                    "{\"schedulingGates\":[{\"name\":\"spark-submit.internal/prepared\"}]}");
    SPK_ASSERT_TEXT(
        metadata(&arena, parts.items[11].object),
        "{" MARKED ",\"labels\":{\"spark-submit.internal/attempt\":\"aaaaaaaaaaaaaaaa\","
        "\"sparkoperator.k8s.io/submission-id\":\"sub\"},"
        "\"name\":\"x-driver-svc\",\"namespace\":\"ns1\","
        "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"controller\":true,\"kind\":\"Pod\","
        "\"name\":\"driver\",\"uid\":\"\"}]}");
}

static void test_what_is_there_already_stays(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    cJSON *pod = spk_object(&arena, "v1", "Pod", "driver");
    cJSON *map = spk_object(&arena, "v1", "ConfigMap", "app-prom-conf");
    cJSON *owner = spk_json_push_object(
        spk_json_list(spk_json_child(map, "metadata"), "ownerReferences"));
    const struct spk_part given_parts[] = {{SPK_PART_POD, pod}, {SPK_PART_CONTROLLER, map}};

    spk_json_text(owner, "uid", "operator's");
    spk_json_text(
        spk_json_push_object(spk_json_list(spk_json_child(pod, "spec"), "schedulingGates")),
        "name", "kueue.x-k8s.io/admission");
    struct spk_parts parts = spk_parts_prepare(
        &arena,
        &(struct spk_deployment){
            .variant = SPK_VARIANT_GATED_POD_FIRST, .key = &key, .ns = "ns1"},
        given_parts, 2);
    SPK_ASSERT_TEXT(spk_json_write(&arena, spk_json_at(parts.pod, "spec.schedulingGates")),
                    "[{\"name\":\"kueue.x-k8s.io/admission\"},"
                    "{\"name\":\"spark-submit.internal/prepared\"}]");
    SPK_ASSERT_TEXT(spk_json_write(&arena, spk_json_at(map, "metadata.ownerReferences")),
                    "[{\"uid\":\"operator's\"}]");
}

static CU_TestInfo tests[] = {
    SPK_TEST(p_makes_children_first_and_the_pod_last),
    SPK_TEST(g_makes_the_pod_first),
    SPK_TEST(p_marks_and_owns),
    SPK_TEST(g_gates_the_pod_and_makes_it_the_owner),
    SPK_TEST(what_is_there_already_stays),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("order", tests)

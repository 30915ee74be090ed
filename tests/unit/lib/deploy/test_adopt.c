/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/patch.h"
#include "deploy/adopt.h"
#include "deploy/content.h"
#include "kubernetes/object.h"
#include "json/read.h"
#include "json/write.h"

#include "test.h"

#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HASH_I "1111111111111111111111111111111111111111111111111111111111111111"
#define HASH_K "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static struct spk_key test_key(enum spk_key_source source)
{
    return (struct spk_key){.source = source,
                            .attempt_sha256 = HASH_A,
                            .input_sha256 = HASH_I,
                            .object_sha256 = HASH_K,
                            .attempt = "aaaaaaaaaaaaaaaa",
                            .object = "cccccccccccccccc",
                            .submission_id = "sub"};
}

static cJSON *read_json(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_TRUE_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

#define OWNED                                                                                 \
    "\"ownerReferences\":[{\"kind\":\"SparkApplication\",\"name\":\"app\",\"uid\":\"uid\"}]"

/* What one test works with: our parts, and a claimant of them. */
struct bench {
    struct spk_key key;
    struct spk_parts parts;
    struct spk_claimant claimant;
};

static void bench_init(struct bench *bench, struct spk_arena *arena, enum spk_variant variant,
                       enum spk_key_source source, bool owned)
{
    const char *pod = owned ? "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":"
                              "\"d\",\"labels\":{\"sparkoperator.k8s.io/submission-id\":"
                              "\"sub\"}," OWNED "}}"
                            : "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":"
                              "\"d\",\"labels\":{\"sparkoperator.k8s.io/submission-id\":"
                              "\"sub\"}}}";
    const struct spk_part parts[] = {
        {SPK_PART_POD, read_json(arena, pod)},
        {SPK_PART_CONFIGMAP,
         read_json(arena, "{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"spark-drv-m\"},"
                          "\"immutable\":true,\"data\":{\"f\":\"x\",\"spark.properties\":"
                          "\"a=1\\nspark.app.submitTime=5\\nb=2\\n\"}}")},
        {SPK_PART_SERVICE,
         read_json(arena, "{\"kind\":\"Service\",\"metadata\":{\"name\":\"s\"},\"spec\":{"
                          "\"clusterIP\":\"None\",\"selector\":{\"a\":\"b\"},\"ports\":["
                          "{\"name\":\"p\",\"port\":1}]}}")},
        {SPK_PART_CLAIM,
         read_json(arena, "{\"kind\":\"PersistentVolumeClaim\",\"metadata\":{\"name\":\"c\"},"
                          "\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"storageClassName\":"
                          "\"fast\",\"resources\":{\"requests\":{\"storage\":\"1024Mi\"}}}}")},
        {SPK_PART_CONTROLLER,
         read_json(arena, "{\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"app-prom-conf\","
                          "\"labels\":{\"l\":\"1\"}},\"data\":{\"k\":\"new\"}}")},
        {SPK_PART_SECRET, read_json(arena, "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"x\"}"
                                           ",\"data\":{\"k\":\"djE=\"}}")},
    };

    bench->key = test_key(source);
    bench->parts = spk_parts_prepare(arena,
                                     &(struct spk_deployment){.variant = variant,
                                                              .key = &bench->key,
                                                              .ns = "ns1",
                                                              .application = "app",
                                                              .uid = owned ? "uid" : NULL,
                                                              .submission_id = "sub"},
                                     parts, SPK_LEN(parts));
    bench->claimant =
        (struct spk_claimant){.key = &bench->key,
                              .parts = &bench->parts,
                              .uid = owned ? "uid" : NULL,
                              .pod_uid = variant == SPK_VARIANT_GATED_POD_FIRST ? "pu" : NULL,
                              .date_s = 1767323045};
}

/* Our own object as it would be stored, changed by a merge patch. */
static cJSON *observe(struct spk_arena *arena, const cJSON *object, const char *change)
{
    cJSON *observed = spk_json_copy(arena, object);

    spk_patch_merge(observed, read_json(arena, "{\"metadata\":{\"uid\":\"pu\"},\"status\":{"
                                               "\"phase\":\"Pending\"}}"));
    spk_patch_merge(observed, read_json(arena, change));
    return observed;
}

#define META(text) "{\"metadata\":{" text "}}"
#define KEY(a, k)  "\"annotations\":{\"spark-submit.internal/key\":\"" a "/" k "\"}"
#define NO_KEY     "\"annotations\":{\"spark-submit.internal/key\":null}"
#define INPUT(i)   "\"annotations\":{\"spark-submit.internal/input-sha256\":\"" i "\"}"
#define DELETING   "\"deletionTimestamp\":\"2026-01-02T03:04:15Z\""
#define ID(id)     "\"labels\":{\"sparkoperator.k8s.io/submission-id\":\"" id "\"}"
#define OWNER(name, id)                                                                       \
    "\"ownerReferences\":[{\"kind\":\"SparkApplication\",\"name\":\"" name "\",\"uid\":\"" id \
    "\"}]"
#define OPEN         "\"spec\":{\"schedulingGates\":null}"
#define PHASE(phase) "\"status\":{\"phase\":\"" phase "\"}"

#define P        SPK_VARIANT_CHILDREN_FIRST
#define G        SPK_VARIANT_GATED_POD_FIRST
#define COUNTERS SPK_KEY_COUNTERS
#define CALLER   SPK_KEY_CALLER

static const struct pod_case {
    int row;
    enum spk_variant variant;
    enum spk_key_source source;
    bool owned;
    const char *change;
    enum spk_adoption verdict;
    enum spk_reason reason;
} pod_cases[] = {
    {1, P, COUNTERS, true, "{}", SPK_ADOPT, 0},
    {1, P, COUNTERS, true, "{" PHASE("Running") "}", SPK_ADOPT, 0},
    {1, P, COUNTERS, true, META(KEY(HASH_A, HASH_B)), SPK_ADOPT, 0},
    {1, G, CALLER, false, "{" OPEN "}", SPK_ADOPT, 0},
    {1, G, CALLER, false, "{}", SPK_CONTINUE, 0},
    {1, G, COUNTERS, true, "{}", SPK_CONTINUE, 0},
    {1, G, CALLER, false, META(KEY(HASH_A, HASH_B)), SPK_REFUSE, SPK_TRANSLATOR_CHANGED},
    {2, P, COUNTERS, true, "{" PHASE("Succeeded") "}", SPK_ADOPT, 0},
    {2, P, COUNTERS, true, "{" PHASE("Failed") "}", SPK_ADOPT, 0},
    {3, P, COUNTERS, true, META(DELETING), SPK_REFUSE, SPK_SUBMISSION_BEING_DELETED},
    {3, G, CALLER, false, META(DELETING), SPK_REFUSE, SPK_SUBMISSION_BEING_DELETED},
    {4, P, CALLER, true, META(INPUT(HASH_B)), SPK_REFUSE, SPK_REQUEST_ID_REUSED},
    {4, P, SPK_KEY_SUBMISSION, true, META(INPUT(HASH_B)), SPK_REFUSE, SPK_REQUEST_ID_REUSED},
    {4, P, SPK_KEY_RANDOM, true, META(INPUT(HASH_B)), SPK_REFUSE, SPK_REQUEST_ID_REUSED},
    {4, G, COUNTERS, true, META(INPUT(HASH_B)), SPK_REFUSE, SPK_REQUEST_ID_REUSED},
    {5, P, COUNTERS, true, META(INPUT(HASH_B)), SPK_ADOPT, 0},
    {3, P, COUNTERS, true, META(INPUT(HASH_B) "," DELETING), SPK_REFUSE,
     SPK_SUBMISSION_BEING_DELETED},
    {6, P, COUNTERS, true, META(KEY(HASH_B, HASH_K)), SPK_ADOPT, 0},
    {6, P, COUNTERS, true, META(KEY(HASH_B, HASH_K) "," DELETING), SPK_REFUSE,
     SPK_SUBMISSION_BEING_DELETED},
    {6, P, COUNTERS, true, "{\"metadata\":{" KEY(HASH_B, HASH_K) "}," PHASE("Running") "}",
     SPK_ADOPT, 0},
    {6, P, COUNTERS, true, "{\"metadata\":{" KEY(HASH_B, HASH_K) "}," PHASE("Unknown") "}",
     SPK_ADOPT, 0},
    {6, P, CALLER, true, META(KEY(HASH_B, HASH_K)), SPK_ADOPT, 0},
    {6, G, COUNTERS, true, "{\"metadata\":{" KEY(HASH_B, HASH_K) "}," OPEN "}", SPK_ADOPT, 0},
    {7, P, COUNTERS, true,
     "{\"metadata\":{" KEY(HASH_B, HASH_K) "," DELETING "}," PHASE("Failed") "}", SPK_REFUSE,
     SPK_PREVIOUS_RUN_TERMINATING},
    {9, P, COUNTERS, true, "{\"metadata\":{" KEY(HASH_B, HASH_K) "}," PHASE("Failed") "}",
     SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {9, P, COUNTERS, true, "{\"metadata\":{" KEY(HASH_B, HASH_K) "}," PHASE("Succeeded") "}",
     SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {9, G, COUNTERS, true,
     "{\"metadata\":{" KEY(HASH_B, HASH_K) "},\"spec\":{\"schedulingGates\":null}," PHASE(
         "Failed") "}",
     SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {8, G, COUNTERS, true, META(KEY(HASH_B, HASH_K)), SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {7, P, COUNTERS, true, META(KEY(HASH_B, HASH_K) "," ID("old") "," DELETING), SPK_REFUSE,
     SPK_PREVIOUS_RUN_TERMINATING},
    {7, P, COUNTERS, true, META(NO_KEY "," DELETING), SPK_REFUSE,
     SPK_PREVIOUS_RUN_TERMINATING},
    {8, P, COUNTERS, true, META(KEY(HASH_B, HASH_K) "," ID("old")), SPK_REFUSE,
     SPK_DRIVER_POD_EXISTS},
    {9, P, COUNTERS, true,
     "{\"metadata\":{" KEY(HASH_B, HASH_K) "," ID("old") "}," PHASE("Failed") "}", SPK_REFUSE,
     SPK_DRIVER_POD_EXISTS},
    {10, P, COUNTERS, true,
     META(KEY(HASH_B, HASH_K) "," ID("old") "," OWNER("app", "earlier")), SPK_REFUSE,
     SPK_PREVIOUS_RUN_TERMINATING},
    {11, P, COUNTERS, true, META(NO_KEY), SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {11, P, COUNTERS, true, META(KEY(HASH_B, HASH_K) "," ID("old") "," OWNER("other", "u2")),
     SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {11, G, CALLER, false, META(KEY(HASH_B, HASH_K)), SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {13, P, COUNTERS, true, META(OWNER("app", "u2")), SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
    {13, P, COUNTERS, true, META("\"ownerReferences\":null"), SPK_REFUSE,
     SPK_DRIVER_POD_EXISTS},
    {13, G, CALLER, false, META(OWNER("app", "u2")), SPK_REFUSE, SPK_DRIVER_POD_EXISTS},
};

static void test_each_row_about_the_drivers_name_holds(void)
{
    unsigned rows = 0;

    for (size_t i = 0; i < SPK_LEN(pod_cases); i++) {
        const struct pod_case *c = &pod_cases[i];
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        struct bench bench;

        bench_init(&bench, &arena, c->variant, c->source, c->owned);
        const cJSON *observed = observe(&arena, bench.parts.pod, c->change);
        struct spk_adopted adopted = spk_adopt_pod(&arena, &bench.claimant, observed, &err);
        if (adopted.row != c->row || err.reason != c->reason)
            fprintf(stderr, "\ncase %zu: row %d, %s\n", i, adopted.row,
                    spk_reason_name(err.reason));
        CU_ASSERT_EQUAL(adopted.row, c->row);
        CU_ASSERT_EQUAL(adopted.verdict, c->verdict);
        CU_ASSERT_EQUAL(adopted.input_changed, c->row == 5);
        CU_ASSERT_EQUAL(err.reason, c->reason);
        rows |= 1U << c->row;
    }
    /* All but 12, which is about the application and not about the Pod. */
    CU_ASSERT_EQUAL(rows, 0x2ffeU);
}

static const char *note(const struct spk_err *err, const char *key)
{
    for (const struct spk_note *at = err->notes; at; at = at->next)
        if (strcmp(at->key, key) == 0)
            return at->value;
    return NULL;
}

static void test_a_refusal_describes_what_is_there(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_err err;
    struct bench bench;

    bench_init(&bench, &arena, P, COUNTERS, true);
    const cJSON *observed =
        observe(&arena, bench.parts.pod, META(KEY(HASH_B, HASH_K) "," ID("old") "," DELETING));
    (void)spk_adopt_pod(&arena, &bench.claimant, observed, &err);
    CU_ASSERT_EQUAL(err.retry_after_ms, 10000);
    SPK_ASSERT_TEXT(note(&err, "existing_uid"), "pu");
    SPK_ASSERT_TEXT(note(&err, "existing_phase"), "Pending");
    SPK_ASSERT_TEXT(note(&err, "existing_submission_id"), "old");
    SPK_ASSERT_TEXT(note(&err, "same_application"), "true");
    SPK_ASSERT_TEXT(
        err.text, "driver 'd' (uid pu, phase Pending) is of an earlier run and being deleted");

    bench.claimant.date_s = 1767323045 + 3600;
    (void)spk_adopt_pod(&arena, &bench.claimant, observed, &err);
    CU_ASSERT_EQUAL(err.retry_after_ms, 1000);
    bench.claimant.date_s = 1767323045 - 3600;
    (void)spk_adopt_pod(&arena, &bench.claimant, observed, &err);
    CU_ASSERT_EQUAL(err.retry_after_ms, 30000);
}

/* Advice is given where it leads somewhere. */
static void test_a_taken_name_says_what_to_do(void)
{
    static const struct {
        enum spk_variant variant;
        bool owned;
        const char *change, *advice;
    } cases[] = {
        {G, false, META(KEY(HASH_B, HASH_K)), "pass the idempotency_key or submission_id of"},
        {G, false, "{\"metadata\":{" KEY(HASH_B, HASH_K) "}," OPEN "}",
         "pass the idempotency_key or submission_id of"},
        {G, false,
         META("\"annotations\":{\"spark-submit.internal/key\":\"" HASH_B "/" HASH_K
              "\",\"spark-submit.internal/input-sha256\":\"" HASH_B "\"}"),
         "delete it, or give this driver another name"},
        {G, false, META(NO_KEY), "delete it, or give this driver another name"},
        {P, true, META(KEY(HASH_B, HASH_K) "," ID("old")),
         "of another attempt of this application; delete it"},
        {P, true, "{\"metadata\":{" KEY(HASH_B, HASH_K) "," ID("old") "}," PHASE("Failed") "}",
         "and has ended; delete it"},
        {P, true, META(KEY(HASH_B, HASH_K) "," ID("old") "," OWNER("other", "u2")),
         "delete it, or give this driver another name"},
        {P, true, META(OWNER("app", "u2")), "delete it, or give this driver another name"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        struct bench bench;

        bench_init(&bench, &arena, cases[i].variant, COUNTERS, cases[i].owned);
        const cJSON *observed = observe(&arena, bench.parts.pod, cases[i].change);
        (void)spk_adopt_pod(&arena, &bench.claimant, observed, &err);
        CU_ASSERT_EQUAL(err.reason, SPK_DRIVER_POD_EXISTS);
        if (!strstr(err.text, cases[i].advice))
            fprintf(stderr, "\ncase %zu: %s\n", i, err.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].advice));
    }
}

static const struct child_case {
    enum spk_variant variant;
    enum spk_part_kind kind;
    const char *change;
    enum spk_adoption verdict;
    enum spk_reason reason;
} child_cases[] = {
    {P, SPK_PART_CONFIGMAP, "{}", SPK_ADOPT, 0},
    {P, SPK_PART_CONFIGMAP,
     "{\"data\":{\"spark.properties\":\"a=1\\nspark.app.submitTime=77777\\nb=2\\n\"}}",
     SPK_ADOPT, 0},
    {P, SPK_PART_CONFIGMAP,
     "{\"data\":{\"spark.properties\":\"a=1\\nspark.app.submitTime=77777\\nb=2\\n\",\"f\":"
     "\"y\"}}",
     SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP,
     "{\"data\":{\"spark.properties\":\"a=1\\nspark.app.submitTime=5\\nb=3\\n\"}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP,
     "{\"data\":{\"spark.properties\":\"a=2\\nspark.app.submitTime=5\\nb=2\\n\"}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, "{\"data\":{\"spark.properties\":\"a=1\\nb=2\\n\"}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, "{\"data\":{\"f\":\"y\"}}", SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, "{\"data\":{\"g\":\"x\"}}", SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, "{\"binaryData\":{\"g\":\"eA==\"}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, "{\"immutable\":null}", SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, META(KEY(HASH_A, HASH_B)), SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, META(NO_KEY), SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, META(OWNER("app", "u2")), SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, META("\"ownerReferences\":null"), SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONFIGMAP, META(DELETING), SPK_REFUSE, SPK_SUBMISSION_BEING_DELETED},
    {P, SPK_PART_SERVICE, "{}", SPK_ADOPT, 0},
    {P, SPK_PART_SERVICE,
     "{\"spec\":{\"clusterIPs\":[\"None\"],\"ports\":[{\"name\":\"p\",\"port\":1,\"protocol\":"
     "\"TCP\",\"targetPort\":1}]}}",
     SPK_ADOPT, 0},
    {P, SPK_PART_SERVICE, "{\"spec\":{\"clusterIP\":\"10.0.0.1\"}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_SERVICE, "{\"spec\":{\"selector\":{\"a\":\"c\"}}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_SERVICE, "{\"spec\":{\"ports\":[{\"name\":\"p\",\"port\":2}]}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_SERVICE, "{\"spec\":{\"ports\":null}}", SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CLAIM, "{}", SPK_ADOPT, 0},
    {P, SPK_PART_CLAIM,
     "{\"spec\":{\"volumeMode\":\"Filesystem\",\"resources\":{\"requests\":{\"storage\":"
     "\"1Gi\"}}}}",
     SPK_ADOPT, 0},
    {P, SPK_PART_CLAIM, "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"2Gi\"}}}}",
     SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CLAIM, "{\"spec\":{\"accessModes\":[\"ReadWriteMany\"]}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CLAIM, "{\"spec\":{\"storageClassName\":\"slow\"}}", SPK_REFUSE,
     SPK_OBJECT_FOREIGN},
    {P, SPK_PART_SECRET, "{}", SPK_ADOPT, 0},
    {P, SPK_PART_SECRET, "{\"data\":{\"k\":\"djI=\"}}", SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONTROLLER, "{\"data\":{\"k\":\"old\"}}", SPK_UPDATE, 0},
    {P, SPK_PART_CONTROLLER, META(OWNER("app", "u2")), SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {P, SPK_PART_CONTROLLER, META(DELETING), SPK_REFUSE, SPK_SUBMISSION_BEING_DELETED},
    {G, SPK_PART_CONFIGMAP, META("\"ownerReferences\":[{\"kind\":\"Pod\",\"uid\":\"pu\"}]"),
     SPK_ADOPT, 0},
    {G, SPK_PART_CONFIGMAP, META("\"ownerReferences\":[{\"kind\":\"Pod\",\"uid\":\"old\"}]"),
     SPK_REFUSE, SPK_PREVIOUS_RUN_TERMINATING},
    {G, SPK_PART_CONFIGMAP,
     META(DELETING ",\"ownerReferences\":[{\"kind\":\"Pod\",\"uid\":\"old\"}]"), SPK_REFUSE,
     SPK_PREVIOUS_RUN_TERMINATING},
    {G, SPK_PART_CONTROLLER,
     META("\"ownerReferences\":[{\"kind\":\"Pod\",\"name\":\"d\",\"uid\":\"old\"}]"),
     SPK_REFUSE, SPK_PREVIOUS_RUN_TERMINATING},
    {G, SPK_PART_CONTROLLER,
     META("\"ownerReferences\":[{\"kind\":\"Pod\",\"name\":\"e\",\"uid\":\"old\"}]"),
     SPK_REFUSE, SPK_OBJECT_FOREIGN},
    {G, SPK_PART_CONTROLLER,
     META("\"ownerReferences\":[{\"kind\":\"Pod\",\"name\":\"d\",\"uid\":\"pu\"}]"),
     SPK_UPDATE, 0},
    {G, SPK_PART_CONFIGMAP, META(NO_KEY), SPK_REFUSE, SPK_OBJECT_FOREIGN},
};

static const struct spk_part *part_of(const struct bench *bench, enum spk_part_kind kind)
{
    const struct spk_part *part = bench->parts.items;

    while (part->kind != kind)
        part++;
    return part;
}

static void test_each_part_about_children_holds(void)
{
    for (size_t i = 0; i < SPK_LEN(child_cases); i++) {
        const struct child_case *c = &child_cases[i];
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        struct bench bench;

        bench_init(&bench, &arena, c->variant, COUNTERS, c->variant == P);
        const struct spk_part *part = part_of(&bench, c->kind);
        const cJSON *observed = observe(&arena, part->object, c->change);
        struct spk_adopted adopted =
            spk_adopt_child(&arena, &bench.claimant, part, observed, &err);
        if (adopted.verdict != c->verdict || err.reason != c->reason)
            fprintf(stderr, "\ncase %zu: %d, %s\n", i, (int)adopted.verdict,
                    spk_reason_name(err.reason));
        CU_ASSERT_EQUAL(adopted.verdict, c->verdict);
        CU_ASSERT_EQUAL(err.reason, c->reason);
        if (c->verdict == SPK_REFUSE)
            SPK_ASSERT_TEXT(note(&err, "name"), spk_object_name(part->object));
    }
}

static void test_an_object_of_the_controller_is_brought_up_to_date(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct bench bench;

    bench_init(&bench, &arena, P, COUNTERS, true);
    const cJSON *object = part_of(&bench, SPK_PART_CONTROLLER)->object;
    const cJSON *observed = observe(&arena, object,
                                    "{\"metadata\":{\"labels\":{\"l\":\"0\",\"theirs\":\"1\"},"
                                    "\"resourceVersion\":\"7\"},"
                                    "\"data\":{\"k\":\"old\",\"gone\":\"1\"}}");
    SPK_ASSERT_TEXT(spk_json_write(&arena, spk_adopt_update(&arena, object, observed)),
                    "{\"data\":{\"gone\":null,\"k\":\"new\"},"
                    "\"metadata\":{\"labels\":{\"l\":\"1\"},"
                    "\"resourceVersion\":\"7\"}}");
    CU_ASSERT_PTR_NULL(spk_adopt_update(&arena, object, observe(&arena, object, "{}")));
}

static void test_the_submit_time_may_differ_wherever_it_stands(void)
{
#define T1 "1764000000000"
#define T2 "1764000000001"
    static const struct {
        const char *ours, *theirs;
        bool agrees;
    } cases[] = {
        {"a=1\nspark.app.submitTime=5\nb=2", "a=1\nspark.app.submitTime=77777\nb=2", true},
        {"a=" T1 "\nspark.app.submitTime=" T1 "\nb=x" T1,
         "a=" T2 "\nspark.app.submitTime=" T2 "\nb=x" T2, true},
        {"a=" T1 "\nspark.app.submitTime=" T1, "a=" T1 "\nspark.app.submitTime=" T2, true},
        {"a=" T1 "\nspark.app.submitTime=" T1, "a=" T2 "\nspark.app.submitTime=" T1, false},
        {"a=" T1 "\nspark.app.submitTime=" T1, "a=" T2 "0\nspark.app.submitTime=" T2, false},
        {"a=5\nspark.app.submitTime=5", "a=6\nspark.app.submitTime=6", false},
        {"a=" T1, "a=" T2, false},
        {"spark.app.submitTime=" T1, "spark.app.submitTime=" T2 "\nb=1", false},
        {"spark.app.submitTime=", "spark.app.submitTime=", true},
        {"spark.app.submitTime=x", "spark.app.submitTime=5", false},
    };
#undef T1
#undef T2

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_part part = {SPK_PART_CONFIGMAP, spk_json_new_object(&arena)};
        cJSON *observed = spk_json_new_object(&arena);

        spk_json_text(spk_json_child(part.object, "data"), "spark.properties", cases[i].ours);
        spk_json_text(spk_json_child(observed, "data"), "spark.properties", cases[i].theirs);
        CU_ASSERT_EQUAL(spk_content_agrees(&arena, &part, observed), cases[i].agrees);
    }
}

static void test_gates_are_found_wherever_they_stand(void)
{
    static const struct {
        const char *pod;
        int index;
    } cases[] = {
        {"{}", -1},
        {"{\"spec\":{\"schedulingGates\":[{\"name\":\"x\"}]}}", -1},
        {"{\"spec\":{\"schedulingGates\":[{\"name\":\"" SPK_GATE "\"}]}}", 0},
        {"{\"spec\":{\"schedulingGates\":[{\"name\":\"x\"},{\"name\":\"" SPK_GATE "\"}]}}", 1},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        CU_ASSERT_EQUAL(spk_gate_index(read_json(&arena, cases[i].pod)), cases[i].index);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_row_about_the_drivers_name_holds),
    SPK_TEST(a_refusal_describes_what_is_there),
    SPK_TEST(a_taken_name_says_what_to_do),
    SPK_TEST(each_part_about_children_holds),
    SPK_TEST(an_object_of_the_controller_is_brought_up_to_date),
    SPK_TEST(the_submit_time_may_differ_wherever_it_stands),
    SPK_TEST(gates_are_found_wherever_they_stand),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("adopt", tests)

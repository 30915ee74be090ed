/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "kubernetes/mutation.h"
#include "kubernetes/names.h"
#include "kubernetes/object.h"
#include "json/read.h"
#include "json/write.h"

#include "test.h"

#define X63  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X252 X63 X63 X63 X63

static void test_names_follow_kubernetes(void)
{
    static const struct {
        bool (*check)(const char *text);
        const char *text;
        bool good;
    } cases[] = {
        {spk_is_dns1123_label, "a", true},
        {spk_is_dns1123_label, "0-a", true},
        {spk_is_dns1123_label, "", false},
        {spk_is_dns1123_label, "a-", false},
        {spk_is_dns1123_label, "-a", false},
        {spk_is_dns1123_label, "A", false},
        {spk_is_dns1123_label, "a.b", false},
        {spk_is_dns1123_label, X63, true},
        {spk_is_dns1123_label, X63 "x", false},
        {spk_is_dns1035_label, "a0", true},
        {spk_is_dns1035_label, "0a", false},
        {spk_is_dns1123_subdomain, "a.0.b-c", true},
        {spk_is_dns1123_subdomain, "a..b", false},
        {spk_is_dns1123_subdomain, ".a", false},
        {spk_is_dns1123_subdomain, "a.", false},
        {spk_is_dns1123_subdomain, "a/b", false},
        {spk_is_dns1123_subdomain, X252 "x", true},
        {spk_is_dns1123_subdomain, X252 "xx", false},
        {spk_is_qualified_name, "A_b.c-d", true},
        {spk_is_qualified_name, "example.com/A", true},
        {spk_is_qualified_name, "/A", false},
        {spk_is_qualified_name, "example.com/", false},
        {spk_is_qualified_name, "example.com/a/b", false},
        {spk_is_qualified_name, "Example.com/a", false},
        {spk_is_qualified_name, "a_", false},
        {spk_is_label_value, "", true},
        {spk_is_label_value, "A_b.c-d", true},
        {spk_is_label_value, "a b", false},
        {spk_is_label_value, X63 "x", false},
        {spk_is_configmap_key, "-._aZ9", true},
        {spk_is_configmap_key, "", false},
        {spk_is_configmap_key, "..a", false},
        {spk_is_configmap_key, "a/b", false},
        {spk_is_env_name, "_A.b-9", true},
        {spk_is_env_name, "9A", false},
        {spk_is_env_name, "A=B", false},
        {spk_is_env_name, "", false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        bool good = cases[i].check(cases[i].text);

        if (good != cases[i].good)
            fprintf(stderr, "\nrow %zu: '%s'\n", i, cases[i].text);
        CU_ASSERT_EQUAL(good, cases[i].good);
    }
}

static void test_an_object_is_made_and_read(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    cJSON *object = spk_object(&arena, "v1", "Service", "s");

    spk_object_label(object, "a", "1");
    spk_object_label(object, "a", "2");
    spk_object_label(object, "b", NULL);
    spk_object_annotation(object, "c", "");
    SPK_ASSERT_TEXT(spk_json_write(&arena, object),
                    "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{"
                    "\"annotations\":{\"c\":\"\"},\"labels\":{\"a\":\"2\"},\"name\":\"s\"}}");
    SPK_ASSERT_TEXT(spk_object_kind(object), "Service");
    SPK_ASSERT_TEXT(spk_object_name(object), "s");
    SPK_ASSERT_TEXT(spk_object_namespace(object), "");
    SPK_ASSERT_TEXT(spk_object_name(NULL), "");
}

static cJSON *read_json(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

static const char pod_text[] =
    "{\"metadata\":{\"ownerReferences\":[{\"uid\":\"u\"}]},\"spec\":{\"priority\":1,"
    "\"containers\":[{\"name\":\"x\"},{\"name\":\"spark\",\"image\":\"i\"}]}}";

/* One more step; path is written with slashes, a NULL value is none. */
static void add(struct spk_arena *arena, struct spk_mutations *list,
                enum spk_mutation_kind kind, bool in_container, const char *path,
                const char *value)
{
    const struct spk_mutation step = {.kind = kind,
                                      .in_container = in_container,
                                      .path = spk_split(arena, path, '/'),
                                      .value = value ? read_json(arena, value) : NULL,
                                      .origin = "spec"};

    spk_mutations_add(arena, list, &step);
}

static void test_the_size_of_an_object_is_bounded(void)
{
    static const struct {
        const char *kind, *map;
        size_t most; /* bytes of one value that still fit, with room for the rest */
        bool is_more_refused;
    } cases[] = {
        {"ConfigMap", "data", SPK_MAX_CONFIGMAP - 1, true},
        {"Pod", "spec", SPK_MAX_CONFIGMAP, false},
        {"Pod", "spec", SPK_MAX_OBJECT - 100, true},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        for (size_t more = 0; more < 200; more += 199) {
            SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
            cJSON *object = spk_object(&arena, "v1", cases[i].kind, "a");
            char *value = spk_alloc(&arena, cases[i].most + more + 1);
            bool good = !more || !cases[i].is_more_refused;
            struct spk_err err = {0};

            memset(value, 'x', cases[i].most + more);
            spk_json_text(spk_json_child(object, cases[i].map), "k", value);
            CU_ASSERT_EQUAL(spk_object_fits(&arena, object, &err), good);
            CU_ASSERT_EQUAL(err.reason, good ? SPK_NO_REASON : SPK_OBJECT_TOO_LARGE);
        }
}

static void test_mutations_apply_in_order(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    static const char *const candidates[] = {"none", "spark", NULL};
    static const char owners[] = "metadata/ownerReferences", containers[] = "spec/containers";
    struct spk_mutations list = {0};
    struct spk_err err = {0};
    cJSON *pod = read_json(&arena, pod_text);

    add(&arena, &list, SPK_APPEND_OWNER, false, owners, "{\"uid\":\"u\"}");
    add(&arena, &list, SPK_APPEND_OWNER, false, owners, "{\"uid\":\"v\"}");
    add(&arena, &list, SPK_APPEND, true, "env", "{\"name\":\"A\"}");
    add(&arena, &list, SPK_APPEND, true, "env", "{\"name\":\"A\"}");
    add(&arena, &list, SPK_APPEND_UNIQUE, false, containers, "{\"name\":\"x\"}");
    add(&arena, &list, SPK_APPEND_UNIQUE, false, containers,
        "{\"name\":\"x\",\"image\":\"i\"}");
    add(&arena, &list, SPK_REPLACE, false, "spec/nodeSelector/disk", "\"ssd\"");
    add(&arena, &list, SPK_DELETE, false, "spec/priority", NULL);
    CU_ASSERT(spk_mutations_apply(&list, candidates, pod, &err));
    SPK_ASSERT_TEXT(
        spk_json_write(&arena, pod),
        "{\"metadata\":{\"ownerReferences\":[{\"uid\":\"u\"},{\"uid\":\"v\"}]},\"spec\":{"
        "\"containers\":[{\"name\":\"x\"},{\"env\":[{\"name\":\"A\"},{\"name\":\"A\"}],"
        "\"image\":\"i\",\"name\":\"spark\"},{\"image\":\"i\",\"name\":\"x\"}],"
        "\"nodeSelector\":{\"disk\":\"ssd\"}}}");
}

static void test_a_pod_without_container_is_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    static const char *const candidates[] = {"spark", NULL};
    struct spk_mutations list = {0};
    struct spk_err err = {0};
    cJSON *pod = read_json(&arena, "{\"spec\":{\"containers\":[]}}");

    add(&arena, &list, SPK_APPEND, true, "env", "{}");
    CU_ASSERT_FALSE(spk_mutations_apply(&list, candidates, pod, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_POD_TEMPLATE);
    SPK_ASSERT_TEXT(spk_json_write(&arena, pod), "{\"spec\":{\"containers\":[]}}");
}

static CU_TestInfo tests[] = {
    SPK_TEST(names_follow_kubernetes),
    SPK_TEST(an_object_is_made_and_read),
    SPK_TEST(the_size_of_an_object_is_bounded),
    SPK_TEST(mutations_apply_in_order),
    SPK_TEST(a_pod_without_container_is_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("kubernetes", tests)

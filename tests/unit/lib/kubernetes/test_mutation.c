/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/mutation.h"

#include "base/text.h"
#include "json/read.h"
#include "json/write.h"

#include "test.h"

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
    SPK_TEST(mutations_apply_in_order),
    SPK_TEST(a_pod_without_container_is_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("mutation", tests)

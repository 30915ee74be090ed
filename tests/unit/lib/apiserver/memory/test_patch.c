/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/memory/patch.h"

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

/* @source RFC 6902 appendix A, and Kubernetes' own use of "test" and "/metadata/labels/a~1b"
 */
static const struct {
    const char *tree, *patch, *after; /* after NULL: refused */
} patches[] = {
    {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/b\",\"value\":2}]", "{\"a\":1,\"b\":2}"},
    {"{\"a\":[1,3]}", "[{\"op\":\"add\",\"path\":\"/a/1\",\"value\":2}]", "{\"a\":[1,2,3]}"},
    {"{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":2}]", "{\"a\":[1,2]}"},
    {"{\"a\":[1]}", "[{\"op\":\"add\",\"path\":\"/a/7\",\"value\":2}]", NULL},
    {"{}", "[{\"op\":\"add\",\"path\":\"/b/c\",\"value\":2}]", NULL},
    {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}"},
    {"{\"a\":1,\"b\":2}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", "{\"b\":2}"},
    {"{\"a\":[1,2,3]}", "[{\"op\":\"remove\",\"path\":\"/a/1\"}]", "{\"a\":[1,3]}"},
    {"{}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", NULL},
    {"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":[]}]", "{\"a\":[]}"},
    {"{\"a\":[1,2,3]}", "[{\"op\":\"replace\",\"path\":\"/a/1\",\"value\":9}]",
     "{\"a\":[1,9,3]}"},
    {"{\"a\":[1,2]}", "[{\"op\":\"replace\",\"path\":\"/a/1\",\"value\":9}]", "{\"a\":[1,9]}"},
    {"{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]", NULL},
    {"{\"a\":{\"b\":[1]}}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":{\"b\":[1]}}]",
     "{\"a\":{\"b\":[1]}}"},
    {"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":\"1\"}]", NULL},
    {"{}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":null}]", NULL},
    {"{\"m/n\":1,\"~\":2}",
     "[{\"op\":\"test\",\"path\":\"/m~1n\",\"value\":1},{\"op\":\"remove\",\"path\":\"/~0\"}]",
     "{\"m/n\":1}"},
    {"{\"a\":1}", "[{\"op\":\"move\",\"path\":\"/a\",\"from\":\"/b\"}]", NULL},
    {"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":2}]", NULL},
    {"{\"a\":1}", "[{\"op\":\"add\",\"value\":2}]", NULL},
};

static void test_json_patches_follow_the_standard(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(patches); i++) {
        cJSON *tree = read_json(&arena, patches[i].tree);
        struct spk_err err = {0};
        bool good = spk_patch_apply(tree, read_json(&arena, patches[i].patch), &err);

        if (good != (patches[i].after != NULL))
            fprintf(stderr, "\nrow %zu: %s\n", i, patches[i].patch);
        CU_ASSERT_EQUAL(good, patches[i].after != NULL);
        CU_ASSERT_EQUAL(err.reason, good ? SPK_NO_REASON : SPK_KUBE_REJECTED);
        if (good)
            SPK_ASSERT_TEXT(spk_json_write(&arena, tree), patches[i].after);
    }
}

/* @source RFC 7386 appendix A, where target and patch are objects */
static void test_merge_patches_follow_the_standard(void)
{
    static const char *const cases[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"e\":null}", "{\"a\":1}", "{\"a\":1,\"e\":null}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
        {"{\"a\":1}", "{\"a\":{\"b\":2}}", "{\"a\":{\"b\":2}}"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        cJSON *object = read_json(&arena, cases[i][0]);

        spk_patch_merge(object, read_json(&arena, cases[i][1]));
        SPK_ASSERT_TEXT(spk_json_write(&arena, object), cases[i][2]);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(json_patches_follow_the_standard),
    SPK_TEST(merge_patches_follow_the_standard),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("patch", tests)

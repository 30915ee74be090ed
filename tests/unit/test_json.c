/* SPDX-License-Identifier: Apache-2.0 */
#include "json/read.h"
#include "json/write.h"

#include "test.h"

static void test_what_is_read_is_written_sorted(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"{\"b\":1,\"a\":[true,false,null]}", "{\"a\":[true,false,null],\"b\":1}"},
        {" [ 1.50 , -0 , 1e3, 9007199254740993 ] ", "[1.50,-0,1e3,9007199254740993]"},
        {"\"\\u00e9\\ud83d\\ude00\\n\\\\\"", "\"\u00e9\U0001F600\\n\\\\\""},
        {"{}", "{}"},
        {"[]", "[]"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT(spk_json_read(&arena, cases[i].in, strlen(cases[i].in), &tree, &err));
        SPK_ASSERT_TEXT(err.text, "");
        if (tree)
            SPK_ASSERT_TEXT(spk_json_write(&arena, tree), cases[i].out);
    }
}

static void test_bad_json_is_refused_with_its_place(void)
{
    static const struct {
        const char *in, *text;
    } cases[] = {
        {"", "line 1, column 1: this is not a JSON value"},
        {"{\"a\":1,\n\"a\":2}", "line 2, column 7: the key 'a' is given twice"},
        {"[1] x", "line 1, column 5: something follows the value"},
        {"\"\\u0000\"", "line 1, column 8: \\u0000 is not allowed in a string"},
        {"\"\\ud800\"", "line 1, column 8: a surrogate stands alone"},
        {"[9223372036854775808]", "line 1, column 21: a number does not fit 64 bits"},
        {"[1e309]", "line 1, column 7: a number does not fit 64 bits"},
        {"[01]", "line 1, column 3: ',' or ']' is expected"},
        {"{a:1}", "line 1, column 2: a key in double quotes is expected"},
        {"\"a\nb\"", "line 1, column 3: a control character in a string needs an escape"},
        {"\"\xff\"", "the document is not valid UTF-8"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT_FALSE(spk_json_read(&arena, cases[i].in, strlen(cases[i].in), &tree, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_MANIFEST);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        CU_ASSERT_PTR_NULL(tree);
    }
}

static void test_objects_are_built_in_place(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    cJSON *pod = spk_json_new_object(&arena);

    spk_json_text(pod, "kind", "Job");
    spk_json_text(pod, "kind", "Pod");
    spk_json_text(pod, "absent", NULL);
    spk_json_int(spk_json_child(pod, "spec"), "priority", 5);
    spk_json_push_text(spk_json_list(pod, "args"), "a");
    spk_json_push_text(spk_json_list(pod, "args"), "b");
    spk_json_bool(pod, "gone", true);
    spk_json_remove(pod, "gone");
    SPK_ASSERT_TEXT(spk_json_write(&arena, pod),
                    "{\"args\":[\"a\",\"b\"],\"kind\":\"Pod\",\"spec\":{\"priority\":5}}");
    CU_ASSERT(spk_json_equal(pod, spk_json_copy(&arena, pod)));
    CU_ASSERT_PTR_NULL(spk_json_at(pod, "spec.none.deeper"));
}

static void exhaust(void *arena)
{
    for (;;)
        (void)spk_json_new_object(arena);
}

static void test_an_exhausted_arena_ends_the_run_only(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(100000);

    CU_ASSERT_FALSE(spk_arena_run(&arena, exhaust, &arena));
    CU_ASSERT_PTR_NULL(arena.recovery);
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_is_read_is_written_sorted),
    SPK_TEST(bad_json_is_refused_with_its_place),
    SPK_TEST(objects_are_built_in_place),
    SPK_TEST(an_exhausted_arena_ends_the_run_only),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("json", tests)

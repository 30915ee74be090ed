/* SPDX-License-Identifier: Apache-2.0 */
#include "json/read.h"
#include "json/write.h"
#include "json/yaml.h"

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

/* A text with U+0000 as bytes, as what is stored, and in manifests. */
static void test_a_nul_is_held_and_written_as_an_escape(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *json, *yaml;
    } cases[] = {
        {"", 1, "[\"\\u0000\"]", "- \"\\0\"\n"},
        {"a\0b\n", 4, "[\"a\\u0000b\\n\"]", "- \"a\\0b\\n\"\n"},
        {"\u00c0\0\0\u00e9", 6, "[\"\u00c0\\u0000\\u0000\u00e9\"]",
         "- \"\u00c0\\0\\0\u00e9\"\n"},
        {"12345678\0", 9, "[\"12345678\\u0000\"]", "- \"12345678\\0\"\n"},
        {"plain", 5, "[\"plain\"]", "- plain\n"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_buf back = {.arena = &arena};
        struct spk_err err = {0};
        cJSON *list = spk_json_new_array(&arena), *again = NULL;
        const char *text = spk_text_hold_nul(&arena, cases[i].bytes, cases[i].length);

        spk_json_push_text(list, text);
        SPK_ASSERT_TEXT(spk_json_write(&arena, list), cases[i].json);
        SPK_ASSERT_TEXT(spk_yaml_write(&arena, list), cases[i].yaml);
        CU_ASSERT(
            spk_json_read_stored(&arena, cases[i].json, strlen(cases[i].json), &again, &err));
        CU_ASSERT(spk_json_equal(list, again));
        spk_text_put_nul(&back, text);
        CU_ASSERT_EQUAL_FATAL(back.length, cases[i].length);
        CU_ASSERT_EQUAL(memcmp(back.data, cases[i].bytes, back.length), 0);
    }
}

/* What strangers send cannot hold one: neither the escape nor the bytes. */
static void test_a_nul_of_strangers_is_refused(void)
{
    static const char *const documents[] = {"\"\\u0000\"", "\"\xC0\x80\""};

    for (size_t i = 0; i < SPK_LEN(documents); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;
        const char *text = documents[i];

        CU_ASSERT_FALSE(spk_json_read(&arena, text, strlen(text), &tree, &err));
        CU_ASSERT_FALSE(spk_json_read_manifest(&arena, text, strlen(text), NULL, &tree, &err));
        CU_ASSERT_EQUAL(spk_json_read_stored(&arena, text, strlen(text), &tree, &err), i == 0);
    }
}

/* A list of Pods has more values than a manifest may. */
static void test_answers_of_an_api_server_have_more_values(void)
{
    static const struct {
        int values;
        bool stranger, stored;
    } cases[] = {{19999, true, true},
                 {20000, false, true},
                 {99999, false, true},
                 {100000, false, false}};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(64 << 20);
        struct spk_buf text = {.arena = &arena};
        struct spk_err err;
        cJSON *tree = NULL;

        /* Lists of lists: one list has 10000 elements at most. */
        spk_buf_char(&text, '[');
        for (int values = cases[i].values; values > 0; values -= 1000) {
            int n = values < 1000 ? values : 1000;

            spk_buf_text(&text, values == cases[i].values ? "[" : ",[");
            for (int k = 1; k < n; k++)
                spk_buf_text(&text, k == 1 ? "1" : ",1");
            spk_buf_char(&text, ']');
        }
        spk_buf_char(&text, ']');
        CU_ASSERT_EQUAL(spk_json_read(&arena, text.data, text.length, &tree, &err),
                        cases[i].stranger);
        CU_ASSERT_EQUAL(spk_json_read_stored(&arena, text.data, text.length, &tree, &err),
                        cases[i].stored);
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

/* Whether a document whose string has that byte in that place, as it is, can be read. */
static bool is_read_raw(struct spk_arena *arena, size_t length, size_t place, char byte)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;
    char *document = spk_alloc(arena, length + 3);

    memset(document, 'a', length + 2);
    document[0] = document[length + 1] = '"';
    document[place + 1] = byte;
    return spk_json_read(arena, document, length + 2, &tree, &err);
}

/* Texts are looked at eight bytes at a time: the one that matters may be any of them. */
static void test_every_place_of_a_text_is_looked_at(void)
{
    static const char special[] = {'"', '\\', '\n', 0x01, 0x1F};
    SPK_ARENA arena = SPK_ARENA_LIMIT(4 << 20);

    for (size_t length = 1; length < 20; length++)
        for (size_t place = 0; place < length; place++) {
            for (size_t i = 0; i < SPK_LEN(special); i++) {
                char text[32] = {0};
                struct spk_err err = {0};
                cJSON *tree = NULL;

                memset(text, 'a', length);
                text[place] = special[i];
                const char *written = spk_json_write(&arena, spk_json_new_text(&arena, text));
                CU_ASSERT_EQUAL(strcspn(written, "\\"), place + 1);
                CU_ASSERT_FATAL(spk_json_read(&arena, written, strlen(written), &tree, &err));
                SPK_ASSERT_TEXT(spk_json_string(tree), text);
                CU_ASSERT_FALSE(is_read_raw(&arena, length, place, special[i]));
            }
            CU_ASSERT_FALSE(is_read_raw(&arena, length, place, (char)0xFF));
            CU_ASSERT(is_read_raw(&arena, length, place, ' '));
            CU_ASSERT(is_read_raw(&arena, length, place, 0x7F));
        }
}

static void test_numbers_of_manifests_are_kubectls(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"[9223372036854775807]", "[9223372036854775807]"},
        {"[9223372036854775808]", "[9.223372036854776e+18]"},
        {"[-9223372036854775809]", "[-9.223372036854776e+18]"},
        {"[99999999999999999999]", "[1e+20]"},
        {"[1e20]", "[1e20]"},
        {"[0.1e309]", "[1e+308]"},
        {"[1e-400]", "[0]"},
        {"[-1e-400]", "[0]"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;
        int64_t value = 7;

        CU_ASSERT_FATAL(spk_json_read_manifest(&arena, cases[i].in, strlen(cases[i].in), NULL,
                                               &tree, &err));
        SPK_ASSERT_TEXT(spk_json_write(&arena, tree), cases[i].out);
        if (strpbrk(cases[i].out, "e")) {
            CU_ASSERT_FALSE(spk_json_get_int(tree->child, &value));
            CU_ASSERT_EQUAL(value, 7);
        }
    }
}

static void test_numbers_beyond_a_double_are_refused_by_their_path(void)
{
    static const struct {
        const char *in, *field;
    } cases[] = {
        {"{\"a\":{\"b\":[1,{\"c\":1e309}]}}", "a.b[1].c"},
        {"{\"\":-1e309}", "[]"},
        {"[[1e99999999999999999999]]", "[0][0]"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_err err = {0};
        cJSON *tree = NULL;

        CU_ASSERT_FALSE(spk_json_read_manifest(&arena, cases[i].in, strlen(cases[i].in), NULL,
                                               &tree, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        CU_ASSERT(spk_ends_with(err.text, "does not fit 64 bits"));
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

static void set_numbered(cJSON *object, size_t i, size_t value)
{
    spk_json_int(object, spk_printf(spk_json_arena(object), "k%03zu", i), (int64_t)value);
}

static void test_large_objects_are_compared_in_any_order(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 23);
    cJSON *a = spk_json_new_object(&arena), *b = spk_json_new_object(&arena);

    for (size_t i = 0; i < 4000; i++) {
        set_numbered(a, i, i);
        set_numbered(b, 3999 - i, 3999 - i);
    }
    arena.steps = 0;
    CU_ASSERT(spk_json_equal(a, b));
    CU_ASSERT(arena.steps < 100000); /* 8 million when each is looked for */
    set_numbered(b, 7, 8);
    CU_ASSERT_FALSE(spk_json_equal(a, b));
    set_numbered(b, 7, 7);
    spk_json_remove(b, "k008");
    CU_ASSERT_FALSE(spk_json_equal(a, b));
    set_numbered(b, 4000, 8);
    CU_ASSERT_FALSE(spk_json_equal(a, b));
}

/* Large objects find their members by an index: whatever is done, it shows what is there. */
static void test_many_members_are_found_replaced_and_removed(void)
{
    enum { N = 300 };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    cJSON *object = spk_json_new_object(&arena), *last = NULL;

    for (size_t i = N; i-- > 0;)
        set_numbered(object, i, i);
    for (size_t i = 0; i < N; i += 3)
        set_numbered(object, i, i + 1000); /* the last member, k000, among them */
    for (size_t i = 1; i < N; i += 3)
        spk_json_remove(object, spk_printf(&arena, "k%03zu", i));
    last = spk_json_push(object, spk_json_new_int(&arena, 7));
    last->string = spk_strdup(&arena, "pushed");
    spk_json_remove(object, "k000");
    spk_json_remove(object, "k299");
    spk_json_text(object, "k299", "again");
    CU_ASSERT_PTR_EQUAL(spk_json_find(object, "pushed"), last);
    CU_ASSERT_EQUAL(spk_json_size(object), N - 100 - 1 + 1);
    for (size_t i = 1; i < N - 1; i++) {
        int64_t value = -1;
        const char *key = spk_printf(&arena, "k%03zu", i);

        CU_ASSERT_PTR_EQUAL(spk_json_find(object, key), spk_json_get(object, key));
        CU_ASSERT_EQUAL(spk_json_get_int(spk_json_find(object, key), &value), i % 3 != 1);
        CU_ASSERT_EQUAL(value, i % 3 == 1 ? -1 : (int64_t)(i % 3 == 0 ? i + 1000 : i));
    }
    CU_ASSERT_PTR_NULL(spk_json_find(object, "k000"));
    SPK_ASSERT_TEXT(spk_json_string(spk_json_find(object, "k299")), "again");
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
    SPK_TEST(a_nul_is_held_and_written_as_an_escape),
    SPK_TEST(a_nul_of_strangers_is_refused),
    SPK_TEST(answers_of_an_api_server_have_more_values),
    SPK_TEST(bad_json_is_refused_with_its_place),
    SPK_TEST(every_place_of_a_text_is_looked_at),
    SPK_TEST(numbers_of_manifests_are_kubectls),
    SPK_TEST(numbers_beyond_a_double_are_refused_by_their_path),
    SPK_TEST(objects_are_built_in_place),
    SPK_TEST(large_objects_are_compared_in_any_order),
    SPK_TEST(many_members_are_found_replaced_and_removed),
    SPK_TEST(an_exhausted_arena_ends_the_run_only),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("json", tests)

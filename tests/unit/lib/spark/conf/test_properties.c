/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/text.h"
#include "spark/conf/properties.h"

#include "test.h"

/* Each reads as one entry, or as none when key is NULL; what java.util.Properties.load gives.
 */
static void test_files_read_as_java_reads_them(void)
{
    static const struct {
        const char *text, *key, *value;
    } cases[] = {
        {"spark.a=b", "spark.a", "b"},
        {"spark.a b", "spark.a", "b"},
        {"spark.a:b", "spark.a", "b"},
        {"spark.a", "spark.a", ""},
        {"  spark.a  ", "spark.a", ""},
        {"spark.a\\ b=c", "spark.a b", "c"},
        {"spark.a = b = c ", "spark.a", "b = c "},
        {"spark.a==x", "spark.a", "=x"},
        {"spark.a= =x", "spark.a", "=x"},
        {"\fspark.a\f1", "spark.a", "1"},
        {"#spark.a=b\n!x\n", NULL, NULL},
        {"spark.a=b\\\n   c", "spark.a", "bc"},
        {"spark.a=x\\\r\n  y", "spark.a", "xy"},
        {"spark.a=b\\\\\n", "spark.a", "b\\"},
        {"spark.a=x\\", "spark.a", "x"},
        {"spark.a=x\\\n#no comment", "spark.a", "x#no comment"},
        {"\\\nspark.a=1", "spark.a", "1"},
        {"spark.a=\\u00e9\\uD83D\\uDE00", "spark.a", "\u00e9\U0001F600"},
        {"spark.a=\\uD83Dx", "spark.a", "?x"},
        {"\\u0073park.a=1", "spark.a", "1"},
        {"spark.a=\\t\\n\\r\\f\\x", "spark.a", "\t\n\r\fx"},
        {"spark.a=\\ b ", "spark.a", " b "},
        {"spark.a\\=b=c", "spark.a=b", "c"},
        {"\\#a=#b", "#a", "#b"},
        {"spark.a=1\nspark.a=2\r\n", "spark.a", "2"},
        {"spark.a=\xff\xc3\xa9", "spark.a", "\uFFFD\u00e9"},
        {"", NULL, NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_conf conf = {.arena = &arena};
        struct spk_err err = {0};

        CU_ASSERT(
            spk_properties_read(&conf, cases[i].text, strlen(cases[i].text), "a.conf", &err));
        CU_ASSERT_EQUAL(conf.n, cases[i].key ? 1 : 0);
        if (conf.n != 1)
            continue;
        SPK_ASSERT_TEXT(conf.entries[0].key, cases[i].key);
        SPK_ASSERT_TEXT(conf.entries[0].value, cases[i].value);
        SPK_ASSERT_TEXT(conf.entries[0].origin, "a.conf");
    }
}

static void test_several_lines_end_at_cr_and_lf(void)
{
    static const char text[] = "a=1\rb=2\r\nc=3\nd=4\\\n\ne=5";
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};
    struct spk_err err = {0};

    spk_conf_set(&conf, "a", "old", "before");
    spk_conf_set(&conf, "z", "kept", "before");
    CU_ASSERT(spk_properties_read(&conf, text, strlen(text), "a.conf", &err));
    CU_ASSERT_EQUAL(conf.n, 6);
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "a"), "1");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "d"), "4");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "e"), "5");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "z"), "kept");
}

static void test_bad_files_are_refused_and_leave_the_conf(void)
{
    static const struct {
        const char *text;
        size_t length;
    } cases[] = {
        {"a=\\u00g9", 8}, {"a=\\u123", 7}, {"\\uzzzz=1", 8}, {"a=\\u0000", 8}, {"a=b\0c", 5},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_conf conf = {.arena = &arena};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            spk_properties_read(&conf, cases[i].text, cases[i].length, "a.conf", &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_SPARK_SUBMIT_ARGS);
        SPK_ASSERT_TEXT(err.field, "a.conf");
        CU_ASSERT_EQUAL(conf.n, 0);
    }
}

static void test_the_number_of_properties_is_bounded(void)
{
    for (size_t extra = 0; extra < 2; extra++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct spk_buf text = {.arena = &arena};
        struct spk_conf conf = {.arena = &arena};
        struct spk_err err = {0};

        for (size_t i = 0; i < SPK_MAX_PROPERTIES + extra; i++)
            spk_buf_printf(&text, "k%zu\n", i);
        CU_ASSERT_EQUAL(
            spk_properties_read(&conf, spk_buf_string(&text), text.length, "a.conf", &err),
            !extra);
        SPK_ASSERT_TEXT(err.text, extra ? "more than 8192 properties" : "");
        CU_ASSERT_EQUAL(conf.n, extra ? 0 : SPK_MAX_PROPERTIES);
    }
}

static void test_entries_are_escaped_and_sorted_as_java_does(void)
{
    static const struct {
        const char *key, *value;
    } entries[] = {
        {"\uFF5E", "bmp"},         {"\U0001F600", "surrogates"}, {"spark.a b", " x y "},
        {"spark.c=:#!", "=:#!\\"}, {"spark.t", "\t\n\r\f"},      {"spark.empty", ""},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};
    struct spk_err err = {0};
    const char *text = NULL;

    for (size_t i = 0; i < SPK_LEN(entries); i++)
        spk_conf_set(&conf, entries[i].key, entries[i].value, "args");
    CU_ASSERT(spk_properties_write(&arena, &conf, "a comment", &text, &err));
    SPK_ASSERT_TEXT(text, "#a comment\n"
                          "spark.a\\ b=\\ x y \n"
                          "spark.c\\=\\:\\#\\!=\\=\\:\\#\\!\\\\\n"
                          "spark.empty=\n"
                          "spark.t=\\t\\n\\r\\f\n"
                          "\U0001F600=surrogates\n"
                          "\uFF5E=bmp\n");
}

static void test_what_cannot_be_read_back_is_not_written(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};
    struct spk_err err = {0};
    const char *text = "untouched";

    spk_conf_set(&conf, "spark.a", "\xff", "args");
    CU_ASSERT_FALSE(spk_properties_write(&arena, &conf, "c", &text, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INTERNAL_ERROR);
    SPK_ASSERT_TEXT(text, "untouched");
}

static CU_TestInfo tests[] = {
    SPK_TEST(files_read_as_java_reads_them),
    SPK_TEST(several_lines_end_at_cr_and_lf),
    SPK_TEST(bad_files_are_refused_and_leave_the_conf),
    SPK_TEST(the_number_of_properties_is_bounded),
    SPK_TEST(entries_are_escaped_and_sorted_as_java_does),
    SPK_TEST(what_cannot_be_read_back_is_not_written),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("properties", tests)

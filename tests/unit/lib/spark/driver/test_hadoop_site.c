/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/hadoop_site.h"
#include "test.h"

#include <string.h>

#define P(name, value) "<property><name>" name "</name><value>" value "</value></property>"

static void test_the_last_property_of_a_name_counts(void)
{
    static const struct {
        const char *file, *expected; /* of "a"; NULL: there is none */
    } cases[] = {
        {"", NULL},
        {"<configuration/>", NULL},
        {P("a", "1"), "1"},
        {P("b", "1"), NULL},
        {P("aa", "1"), NULL},
        {P("a", "1") P("a", "2") P("b", "3"), "2"},
        {P("a", ""), ""},
        {P("a", "\n 1 \t"), "1"},
        {"<?xml version=\"1.0\"?>\n<!DOCTYPE x>\n<!-- " P("a", "0") " -->" P(" a\n", "1"),
         "1"},
        {"<property>\n <value>1</value> <final>true</final>\n <name>a</name>\n</property>",
         "1"},
        {"<property name=\"a\" value='1'/>", "1"},
        {"<property value=\"1\"  name=\"a\" ></property>", "1"},
        {"<property name=\"a\" value=\"\"/>", ""},
        {"<property name='a", NULL},
        {P("a", "<![CDATA[1]]>"), "1"},
        {"<property><name>a</name><description>"
         "<value/>"
         "</description></property>",
         ""},
        {"<properties><name>a</name><value>1</value></properties>", NULL},
        {"<property><name>a</name></property><value>1</value>", ""},
        {"<property><name>a</name><value>1", NULL},
        {"<>a</><property/></property", NULL},
        {"<!-- " P("a", "1"), NULL},
        {"a=1", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
        const struct spk_bytes file = {cases[i].file, strlen(cases[i].file)};
        const char *found = spk_hadoop_site_get(&arena, &file, "a");

        if (cases[i].expected)
            SPK_ASSERT_TEXT(found, cases[i].expected);
        else
            CU_ASSERT_PTR_NULL(found);
        spk_arena_free(&arena);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_last_property_of_a_name_counts),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("hadoop_site", tests)

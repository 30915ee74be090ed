/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/resource_names.h"

#include "base/text.h"
#include "test.h"

#define ID   "1234567890abcdef"
#define G(n) "gggggggggg" n

static void test_prefixes_are_made_of_the_name(void)
{
    static const struct {
        const char *name, *prefix, *label;
    } cases[] = {
        {"My Spark App", "my-spark-app-" ID, "my-spark-app"},
        {"1st-job", "xst-job-" ID, "1st-job"},
        {"123", "x23-" ID, "123"},
        {"-x", "x-" ID, "x"},
        {"a--b__c..d", "a-b-c-d-" ID, "a-b-c-d"},
        {"___", "x234567890abcdef", ""},
        {"", "x234567890abcdef", ""},
        {"Gr\u00f6\u00dfe \u6570\u636e", "gr-e-" ID, "gr-e"},
        {"\u0130x\u212a", "i-xk-" ID, "i-xk"},
        {"\t a \n", "a-" ID, "a"},
        {G(G(G(G(G(G("")))))) "123-", G(G(G(G(G(G("")))))) "123-" ID,
         G(G(G(G(G(G("")))))) "123"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        SPK_ASSERT_TEXT(spk_resource_prefix(&arena, cases[i].name, ID), cases[i].prefix);
        SPK_ASSERT_TEXT(spk_app_name_label(&arena, cases[i].name), cases[i].label);
    }
}

static void test_labels_are_cut_before_their_ends_are_cleaned(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    /* 62 characters, then the dash that the cut leaves at the end. */
    SPK_ASSERT_TEXT(spk_app_name_label(&arena, G(G(G(G(G(G("")))))) "12-x"),
                    G(G(G(G(G(G("")))))) "12");
    SPK_ASSERT_TEXT(spk_app_name_label(&arena, G(G(G(G(G(G("")))))) "1234"),
                    G(G(G(G(G(G("")))))) "123");
}

static void test_long_service_names_fall_back(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    const char *fits = G(G(G(G(G("")))));

    SPK_ASSERT_TEXT(spk_service_name(&arena, fits, "5"),
                    spk_printf(&arena, "%s-driver-svc", fits));
    SPK_ASSERT_TEXT(spk_service_name(&arena, G(G(G(G(G(""))))) "12", "5"),
                    G(G(G(G(G(""))))) "12-driver-svc");
    SPK_ASSERT_TEXT(spk_service_name(&arena, G(G(G(G(G(""))))) "123", "5"),
                    "spark-5-driver-svc");
}

static CU_TestInfo tests[] = {
    SPK_TEST(prefixes_are_made_of_the_name),
    SPK_TEST(labels_are_cut_before_their_ends_are_cleaned),
    SPK_TEST(long_service_names_fall_back),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("names", tests)

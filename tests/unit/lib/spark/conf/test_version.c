/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/version.h"

#include "test.h"

static void test_the_nearest_line_is_chosen(void)
{
    static const struct {
        const char *requested, *fallback;
        enum spk_line line;
        const char *text;
        bool approximated;
    } cases[] = {
        {"3.5", NULL, SPK_SPARK_3_5, "3.5.8", false},
        {"4.1.0", NULL, SPK_SPARK_4_1, "4.1.0", false},
        {"4.1.4", "3.5", SPK_SPARK_4_1, "4.1.4", false},
        {"4.0.0-preview2", NULL, SPK_SPARK_4_0, "4.0.0-preview2", false},
        {"3.5.1-amzn-0", NULL, SPK_SPARK_3_5, "3.5.1-amzn-0", false},
        {"v3.5.1", NULL, SPK_SPARK_3_5, "3.5.1", false},
        {"V4.1", NULL, SPK_SPARK_4_1, "4.1.4", false},
        {"3.5.x", NULL, SPK_SPARK_3_5, "3.5.8", false},
        {"4.0.X", NULL, SPK_SPARK_4_0, "4.0.3", false},
        {"v4.2.*", NULL, SPK_SPARK_4_2, "4.2.1", false},
        {"3.4.x", NULL, SPK_SPARK_3_5, "3.5.8", true},
        {"vv3.5.1", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"4.1.", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"3.4.1", NULL, SPK_SPARK_3_5, "3.5.8", true},
        {"2.4", "4.0", SPK_SPARK_3_5, "3.5.8", true},
        {"3.6.0", NULL, SPK_SPARK_3_5, "3.5.8", true},
        {"4.4.0", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"4.10.0", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"5.0", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"", "4.1", SPK_SPARK_4_1, "4.1.4", true},
        {"latest", "4.0.2", SPK_SPARK_4_0, "4.0.2", true},
        {"4", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"4.1.4/x", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"4.1.4-", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {"99999.1", NULL, SPK_SPARK_4_3, "4.3.0", true},
        {NULL, "4.2", SPK_SPARK_4_2, "4.2.1", false},
        {NULL, NULL, SPK_SPARK_4_3, "4.3.0", false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_warnings warnings = {0};
        struct spk_version version = {0};
        struct spk_err err = {0};

        CU_ASSERT(spk_version_resolve(&arena, cases[i].requested, cases[i].fallback, false,
                                      &version, &warnings, &err));
        if (!version.profile)
            continue;
        CU_ASSERT_EQUAL(spk_version_line(&version), cases[i].line);
        SPK_ASSERT_TEXT(version.text, cases[i].text);
        CU_ASSERT_EQUAL(warnings.n, cases[i].approximated ? 1 : 0);
        if (warnings.n)
            SPK_ASSERT_TEXT(warnings.items[0].code, "SPARK_VERSION_APPROXIMATED");
    }
}

static void test_strict_refuses_what_it_does_not_know(void)
{
    static const char *const cases[] = {"", "3.4.1", "4.4", "latest"};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_warnings warnings = {0};
        struct spk_version version = {.text = "untouched"};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            spk_version_resolve(&arena, cases[i], NULL, true, &version, &warnings, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_UNSUPPORTED_SPARK_VERSION);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "nearest is"));
        SPK_ASSERT_TEXT(version.text, "untouched");
        CU_ASSERT_EQUAL(warnings.n, 0);
    }
}

static void test_tags_of_images_may_be_versions(void)
{
    static const struct {
        const char *image, *text; /* NULL: no version of a supported line */
    } cases[] = {
        {"spark:3.5.1", "3.5.1"},
        {"registry:5000/team/spark:4.1.4-scala2.13-java17-ubuntu", "4.1.4"},
        {"spark:v4.0.2", "4.0.2"},
        {"spark:4.1", "4.1.4"},
        {"spark:3.5.8-aws@sha256:0123", "3.5.8"},
        {"spark:3.4.4", NULL},
        {"spark:5.0.0", NULL},
        {"spark:latest", NULL},
        {"spark", NULL},
        {"registry:4.1/spark", NULL},
        {"spark@sha256:4.1", NULL},
        {"spark:", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_version version = {.text = "untouched"};

        CU_ASSERT_EQUAL(spk_version_of_image(&arena, cases[i].image, &version),
                        cases[i].text != NULL);
        SPK_ASSERT_TEXT(version.text, cases[i].text ? cases[i].text : "untouched");
    }
}

static void test_references_are_versions_of_their_lines(void)
{
    for (size_t i = 0; i < SPK_SPARK_LINES; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_warnings warnings = {0};
        struct spk_version version = {0};
        struct spk_err err = {0};

        CU_ASSERT(spk_version_resolve(&arena, spk_line_reference((enum spk_line)i), NULL, true,
                                      &version, &warnings, &err));
        CU_ASSERT_EQUAL(spk_version_line(&version), i);
        CU_ASSERT(spk_version_at_least(&version, SPK_SPARK_3_5));
        CU_ASSERT_EQUAL(spk_version_at_least(&version, SPK_SPARK_4_2), i >= SPK_SPARK_4_2);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_nearest_line_is_chosen),
    SPK_TEST(strict_refuses_what_it_does_not_know),
    SPK_TEST(tags_of_images_may_be_versions),
    SPK_TEST(references_are_versions_of_their_lines),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("version", tests)

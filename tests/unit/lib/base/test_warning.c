/* SPDX-License-Identifier: Apache-2.0 */
#include "base/warning.h"

#include "base/limits.h"
#include "test.h"

static void test_warnings_are_whole(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_warnings warnings = {0};

    spk_warn(&warnings, &arena, "CODE", "f\xC3", "'%.2s' is odd", "aé");
    spk_warn(&warnings, &arena, "CODE", "f\xC3", "'%.2s' is odd", "aé");
    CU_ASSERT_EQUAL_FATAL(warnings.n, 1);
    SPK_ASSERT_TEXT(warnings.items[0].field, "f");
    SPK_ASSERT_TEXT(warnings.items[0].message, "'a' is odd");
}

static void test_the_same_warning_is_kept_once_in_the_order_of_adding(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_warnings warnings = {0};
    static const char *const rows[][3] = {
        {"A", "f", "one"},
        {"B", "f", "one"},
        {"A", "g", "one"},
        {"A", "f", "two"},
    };

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < SPK_LEN(rows); i++)
            spk_warn(&warnings, &arena, rows[i][0], rows[i][1], "%s", rows[i][2]);
    CU_ASSERT_EQUAL_FATAL(warnings.n, SPK_LEN(rows));
    for (size_t i = 0; i < SPK_LEN(rows); i++) {
        SPK_ASSERT_TEXT(warnings.items[i].code, rows[i][0]);
        SPK_ASSERT_TEXT(warnings.items[i].field, rows[i][1]);
        SPK_ASSERT_TEXT(warnings.items[i].message, rows[i][2]);
    }
}

static void warn_of(struct spk_warnings *warnings, struct spk_arena *arena, const char *code,
                    size_t first, size_t n)
{
    for (size_t i = first; i < first + n; i++)
        spk_warn(warnings, arena, code, "f", "%zu", i);
}

static void test_of_many_warnings_the_first_are_told_and_the_rest_counted(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(8));
    struct spk_warnings warnings = {0}, others = {0};
    const size_t most = SPK_MAX_WARNINGS_OF_CODE;

    warn_of(&warnings, &arena, "MANY", 0, most);
    CU_ASSERT_EQUAL(warnings.n, most);
    for (int i = 0; i < 2; i++) /* each is counted once */
        warn_of(&warnings, &arena, "MANY", 0, 5000);
    warn_of(&warnings, &arena, "FEW", 0, 2);
    CU_ASSERT_EQUAL_FATAL(warnings.n, most + 1 + 2);
    SPK_ASSERT_TEXT(warnings.items[most - 1].message, "63");
    SPK_ASSERT_TEXT(warnings.items[most].code, "MANY");
    SPK_ASSERT_TEXT(warnings.items[most].message, "and 4936 more");
    SPK_ASSERT_TEXT(warnings.items[most].field, "");
    SPK_ASSERT_TEXT(warnings.items[most + 2].message, "1");

    warn_of(&others, &arena, "MANY", 4990, 110);
    spk_warnings_add(&others, &arena, &warnings);
    CU_ASSERT_EQUAL_FATAL(others.n, most + 1 + 2);
    SPK_ASSERT_TEXT(others.items[most].message, "and 5036 more"); /* of 0 to 5099 */
    spk_warnings_add(&others, &arena, &warnings);
    CU_ASSERT_EQUAL(others.n, most + 1 + 2);
    SPK_ASSERT_TEXT(others.items[most].message, "and 5036 more");
}

static CU_TestInfo tests[] = {
    SPK_TEST(warnings_are_whole),
    SPK_TEST(the_same_warning_is_kept_once_in_the_order_of_adding),
    SPK_TEST(of_many_warnings_the_first_are_told_and_the_rest_counted),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("warning", tests)

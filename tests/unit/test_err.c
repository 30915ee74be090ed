/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/text.h"
#include "base/warning.h"
#include "test.h"

#define E10 "éééééééééé"
#define E50 E10 E10 E10 E10 E10

static bool is_utf8(const char *text)
{
    return spk_is_utf8(text, strlen(text));
}

/* What is given, and what of it is UTF-8. */
static const struct {
    const char *given, *kept;
} repairs[] = {
    {"", ""},
    {"plain", "plain"},
    {"\u00e9\u20ac\U0001F600", "\u00e9\u20ac\U0001F600"},
    {"a\xC3", "a"},
    {"'a\xC3'", "'a'"},
    {"\xE2\x82'", "'"},
    {"x\xF0\x9F\x98", "x"},
    {"\xA9\xA9y", "y"},
    {"\xC3\xC3\xA9", "\u00e9"},
    {"\xED\xA0\x80z", "z"},
    {"\xC0\x80\xFF.", "."},
};

static void test_repair_takes_out_what_is_not_utf8(void)
{
    char text[32];

    for (size_t i = 0; i < SPK_LEN(repairs); i++) {
        (void)snprintf(text, sizeof(text), "%s", repairs[i].given);
        CU_ASSERT_EQUAL(spk_repair_utf8(text), strlen(repairs[i].kept));
        SPK_ASSERT_TEXT(text, repairs[i].kept);
    }
}

static void test_a_text_cut_by_its_format_is_whole(void)
{
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_fail(&err, SPK_INVALID_FIELD, "'%.4s' is no size", "aéé"));
    SPK_ASSERT_TEXT(err.text, "'aé' is no size");
    (void)spk_fail_at(&err, "spec[%.2s]", "aé");
    SPK_ASSERT_TEXT(err.field, "spec[a]");
    (void)spk_fail_in(&err, "x[%.1s]", "é");
    SPK_ASSERT_TEXT(err.field, "x[].spec[a]");
}

/* With and without a leading byte, so that one of the two is cut inside. */
static void test_a_text_cut_by_its_room_is_whole(void)
{
    static const char *const leads[] = {"", "a"};

    for (size_t i = 0; i < SPK_LEN(leads); i++) {
        struct spk_err err = {0};

        (void)spk_fail(&err, SPK_INVALID_FIELD, "%s%s", leads[i],
                       E50 E50 E50 E50 E50 E50 E50 E50);
        CU_ASSERT(is_utf8(err.text));
        CU_ASSERT(strlen(err.text) >= sizeof(err.text) - 2);
        (void)spk_fail_at(&err, "%s%s", leads[i], E50 E50 E50);
        CU_ASSERT(is_utf8(err.field));
        CU_ASSERT(strlen(err.field) >= sizeof(err.field) - 2);
        (void)spk_fail_in(&err, "%s", "b");
        CU_ASSERT(is_utf8(err.field));
        CU_ASSERT(strlen(err.field) >= sizeof(err.field) - 2);
    }
}

static void test_violations_and_notes_are_whole(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_err err = {0};

    spk_err_violation(&err, &arena, "a\xC3", "b\xC3");
    SPK_ASSERT_TEXT(err.violations->field, "a");
    SPK_ASSERT_TEXT(err.violations->text, "b");
    spk_err_note(&err, &arena, "key", "c\xE2\x82");
    SPK_ASSERT_TEXT(err.notes->value, "c");
}

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

static CU_TestInfo tests[] = {
    SPK_TEST(repair_takes_out_what_is_not_utf8),
    SPK_TEST(a_text_cut_by_its_format_is_whole),
    SPK_TEST(a_text_cut_by_its_room_is_whole),
    SPK_TEST(violations_and_notes_are_whole),
    SPK_TEST(warnings_are_whole),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("err", tests)

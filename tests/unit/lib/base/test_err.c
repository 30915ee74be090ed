/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/warning.h"
#include "test.h"

#define E10 "éééééééééé"
#define E50 E10 E10 E10 E10 E10

static bool is_utf8(const char *text)
{
    return spk_is_utf8(text, strlen(text));
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

/* Whoever prints a field, or logs it, is safe from what stands in a key. */
static void test_fields_hold_no_control_characters(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    const char *raw = "a[\r\n\x1b\xc2\x85\u2028\u00e9]",
               *plain = "a[\\r\\n\\x1b\\x85\\u2028\u00e9]";
    struct spk_warnings warnings = {0};
    char many[400];
    struct spk_err err;

    (void)spk_fail(&err, SPK_INVALID_FIELD, "no");
    (void)spk_fail_at(&err, "%s", raw);
    SPK_ASSERT_TEXT(err.field, plain);
    (void)spk_fail_in(&err, "x\ny");
    SPK_ASSERT_TEXT(err.field, spk_printf(&arena, "x\\ny.%s", plain));
    spk_err_violation(&err, &arena, raw, "no");
    SPK_ASSERT_TEXT(err.violations->field, plain);
    spk_warn(&warnings, &arena, "CODE", raw, "no");
    SPK_ASSERT_TEXT(warnings.items[0].field, plain);
    memset(many, '\n', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    (void)spk_fail_at(&err, "%s", many);
    CU_ASSERT_EQUAL(strlen(err.field) % 2, 0);
    CU_ASSERT(strlen(err.field) > 200);
}

static void test_texts_hide_secrets(void)
{
    struct spk_err err;

    (void)spk_fail(&err, SPK_INVALID_FIELD, "no URI: https://u:hunter2@h -Dpassword=hunter2");
    SPK_ASSERT_TEXT(err.text, "no URI: https://u:***@h -Dpassword=***");
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_text_cut_by_its_format_is_whole),
    SPK_TEST(a_text_cut_by_its_room_is_whole),
    SPK_TEST(violations_and_notes_are_whole),
    SPK_TEST(fields_hold_no_control_characters),
    SPK_TEST(texts_hide_secrets),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("err", tests)

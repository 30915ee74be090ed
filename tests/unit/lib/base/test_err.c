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

static void test_a_set_holds_what_was_added_whatever_the_order(void)
{
    static const size_t strides[] = {1, 9999, 7919}; /* rising, falling, neither */

    for (size_t s = 0; s < SPK_LEN(strides); s++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(8));
        struct spk_set set = {.arena = &arena};

        for (size_t i = 0; i < 10000; i += 2)
            CU_ASSERT(spk_set_add(&set, spk_printf(&arena, "%05zu", i * strides[s] % 10000)));
        for (size_t i = 0; i < 10000; i++) {
            const char *text = spk_printf(&arena, "%05zu", i * strides[s] % 10000);

            CU_ASSERT_EQUAL(spk_set_has(&set, text), i % 2 == 0);
            CU_ASSERT_EQUAL(spk_set_add(&set, text), i % 2 == 1);
        }
        CU_ASSERT(set.root->level <= 14);
    }
}

/* Whoever prints a field, or logs it, is safe from what stands in a key. */
static void test_fields_hold_no_control_characters(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    const char *raw = "a[\r\n\x1b\xc2\x85\u2028\u00e9]",
               *plain = "a[\\r\\n\\x1b\\x85\\u2028\u00e9]";
    struct spk_warnings warnings = {0};
    char many[400], small[8] = "abc\n\n\n";
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
    CU_ASSERT_EQUAL(spk_escape_controls(small, sizeof(small)), 7);
    SPK_ASSERT_TEXT(small, "abc\\n\\n");
}

static void test_texts_hide_secrets(void)
{
    struct spk_err err;

    (void)spk_fail(&err, SPK_INVALID_FIELD, "no URI: https://u:hunter2@h -Dpassword=hunter2");
    SPK_ASSERT_TEXT(err.text, "no URI: https://u:***@h -Dpassword=***");
}

static CU_TestInfo tests[] = {
    SPK_TEST(repair_takes_out_what_is_not_utf8),
    SPK_TEST(a_text_cut_by_its_format_is_whole),
    SPK_TEST(a_text_cut_by_its_room_is_whole),
    SPK_TEST(violations_and_notes_are_whole),
    SPK_TEST(warnings_are_whole),
    SPK_TEST(of_many_warnings_the_first_are_told_and_the_rest_counted),
    SPK_TEST(a_set_holds_what_was_added_whatever_the_order),
    SPK_TEST(fields_hold_no_control_characters),
    SPK_TEST(texts_hide_secrets),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("err", tests)

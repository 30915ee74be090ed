/* SPDX-License-Identifier: Apache-2.0 */
#include "base/printable.h"

#include "test.h"

static void test_what_moves_a_terminal_is_escaped(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"spec.driver: 'a\\b' \"c\"", "spec.driver: 'a\\b' \"c\""},
        {"Zürich 東京 🎉", "Zürich 東京 🎉"},
        {"a\nINFO Client: forged\r\n\tb", "a\\nINFO Client: forged\\r\\n\\tb"},
        {"\x1b]52;c;aGk=\a\x1b[31m", "\\x1b]52;c;aGk=\\x07\\x1b[31m"},
        {"del\x7f", "del\\x7f"},
        {"c1\xc2\x9b"
         "31m\xc2\x85",
         "c1\\x9b31m\\x85"},
        {"\u2028\u2029\u202e\u2066\u2069\u200f\u061c",
         "\\u2028\\u2029\\u202e\\u2066\\u2069\\u200f\\u061c"},
        {"\u202f\u2065\u206a\u00a0", "\u202f\u2065\u206a\u00a0"},
        {"bad \xff\xc3\x28 \xed\xa0\x80", "bad \\xff\\xc3( \\xed\\xa0\\x80"},
        {"cut \xe6\x9d", "cut \\xe6\\x9d"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        SPK_ASSERT_TEXT(spk_printable(&arena, cases[i].text, 4096), cases[i].want);
}

static void test_a_long_text_is_cut_between_characters(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    SPK_ASSERT_TEXT(spk_printable(&arena, "12345", 5), "12345");
    SPK_ASSERT_TEXT(spk_printable(&arena, "123456", 5), "12345...");
    SPK_ASSERT_TEXT(spk_printable(&arena, "東京都", 4), "東京...");
    SPK_ASSERT_TEXT(spk_printable(&arena, "\n\n\n", 3), "\\n\\n...");
}

static void test_json_keeps_its_meaning(void)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"{\n  \"a\": \"Zürich\\n\"\n}\n", "{\n  \"a\": \"Zürich\\n\"\n}\n"},
        {"\"\x7f\xc2\x9b\u202e\u2028\"", "\"\\u007f\\u009b\\u202e\\u2028\""},
        {"\"\xff\"", "\"\uFFFD\""},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        SPK_ASSERT_TEXT(spk_printable_json(&arena, cases[i].text), cases[i].want);
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_moves_a_terminal_is_escaped),
    SPK_TEST(a_long_text_is_cut_between_characters),
    SPK_TEST(json_keeps_its_meaning),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("printable", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "test.h"

static void test_a_buffer_grows_with_what_is_put(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_buf buf = {.arena = &arena};
    char all[5001] = "";

    SPK_ASSERT_TEXT(spk_buf_string(&buf), "");
    spk_buf_put(&buf, "", 0);
    SPK_ASSERT_TEXT(spk_buf_string(&buf), "");
    for (size_t i = 0; i < 5000; i++) {
        all[i] = (char)('a' + i % 26);
        if (i % 3 == 0)
            spk_buf_char(&buf, all[i]);
        else if (i % 3 == 1)
            spk_buf_put(&buf, all + i, 1);
        else
            spk_buf_printf(&buf, "%c", all[i]);
    }
    SPK_ASSERT_TEXT(spk_buf_string(&buf), all);
    CU_ASSERT_EQUAL(buf.length, 5000);
    spk_buf_text(&buf, all);
    CU_ASSERT_EQUAL(strlen(spk_buf_string(&buf)), 10000);
}

static void test_texts_are_compared(void)
{
    CU_ASSERT(spk_text_equal(NULL, NULL));
    CU_ASSERT(spk_text_equal("a", "a"));
    CU_ASSERT_FALSE(spk_text_equal(NULL, ""));
    CU_ASSERT_FALSE(spk_text_equal("", NULL));
    CU_ASSERT_FALSE(spk_text_equal("a", "ab"));
    CU_ASSERT(spk_starts_with("ab", "a") && spk_starts_with("ab", "") &&
              spk_starts_with("", ""));
    CU_ASSERT_FALSE(spk_starts_with("a", "ab"));
    CU_ASSERT(spk_ends_with("ab", "b") && spk_ends_with("ab", "") &&
              spk_ends_with("ab", "ab"));
    CU_ASSERT_FALSE(spk_ends_with("b", "ab"));
}

static void test_texts_are_changed_in_copies(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    SPK_ASSERT_TEXT(spk_trim(&arena, "\t a b\x1f\n"), "a b");
    SPK_ASSERT_TEXT(spk_trim(&arena, " \n "), "");
    SPK_ASSERT_TEXT(spk_trim(&arena, "\u00a0a"), "\u00a0a"); /* Java's trim leaves it, too */
    SPK_ASSERT_TEXT(spk_lower(&arena, "A\u00c4z[@"), "a\u00c4z[@");
    SPK_ASSERT_TEXT(spk_replace(&arena, "aaa", "aa", "b"), "ba");
    SPK_ASSERT_TEXT(spk_replace(&arena, "a.b.", ".", ""), "ab");
    SPK_ASSERT_TEXT(spk_replace(&arena, "ab", "b", "bb"), "abb");
}

static void test_a_cut_keeps_characters_whole(void)
{
    static const char text[] = "a\u00e9\U0001F600z"; /* 1, 2, 4 and 1 bytes */
    static const size_t lengths[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t limit = 0; limit < SPK_LEN(lengths); limit++) {
        const char *cut = spk_cut(&arena, text, limit);

        CU_ASSERT_EQUAL(strlen(cut), lengths[limit]);
        CU_ASSERT(spk_starts_with(text, cut));
    }
}

static void test_lists_are_split_and_joined(void)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {{"", 1}, {",", 2}, {"a", 1}, {"a,b", 2}, {",a,,b,", 5}};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_strings many = {0};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_strings parts = spk_split(&arena, cases[i].text, ',');

        CU_ASSERT_EQUAL(parts.n, cases[i].n);
        SPK_ASSERT_TEXT(spk_join(&arena, parts.items, parts.n, ","), cases[i].text);
    }
    SPK_ASSERT_TEXT(spk_join(&arena, NULL, 0, ","), "");
    for (size_t i = 0; i < 100; i++)
        spk_strings_add(&arena, &many, spk_printf(&arena, "%zu", i));
    CU_ASSERT_EQUAL_FATAL(many.n, 100);
    SPK_ASSERT_TEXT(many.items[0], "0");
    SPK_ASSERT_TEXT(many.items[99], "99");
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

/* The first and last characters of each length, and what is next to them but is none. */
static const struct {
    const char *bytes;
    size_t length; /* 0: no character */
    uint32_t code;
} characters[] = {
    {"\x7f", 1, 0x7f},
    {"\xC2\x80", 2, 0x80},
    {"\xDF\xBF", 2, 0x7ff},
    {"\xE0\xA0\x80", 3, 0x800},
    {"\xED\x9F\xBF", 3, 0xd7ff},
    {"\xEE\x80\x80", 3, 0xe000},
    {"\xEF\xBF\xBF", 3, 0xffff},
    {"\xF0\x90\x80\x80", 4, 0x10000},
    {"\xF4\x8F\xBF\xBF", 4, 0x10ffff},
    {"\x80", 0, 0},
    {"\xC1\xBF", 0, 0},
    {"\xC2", 0, 0},
    {"\xC2\xC0", 0, 0},
    {"\xE0\x9F\xBF", 0, 0},
    {"\xED\xA0\x80", 0, 0},
    {"\xED\xBF\xBF", 0, 0},
    {"\xEF\xBF", 0, 0},
    {"\xF0\x8F\xBF\xBF", 0, 0},
    {"\xF4\x90\x80\x80", 0, 0},
    {"\xF5\x80\x80\x80", 0, 0},
};

static void test_characters_are_read_at_their_borders(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    uint32_t code = 0;

    CU_ASSERT(spk_is_utf8("", 0));
    for (size_t i = 0; i < SPK_LEN(characters); i++) {
        const char *bytes = characters[i].bytes;
        bool good = characters[i].length > 0;

        CU_ASSERT_EQUAL(spk_utf8_read(bytes, strlen(bytes), &code), characters[i].length);
        if (good)
            CU_ASSERT_EQUAL(code, characters[i].code);
        for (size_t before = 0; before < 20; before++) { /* at any place of a longer text */
            const char *text =
                spk_printf(&arena, "%.*s%sz", (int)before, "xxxxxxxxxxxxxxxxxxxx", bytes);

            CU_ASSERT_EQUAL(spk_is_utf8(text, strlen(text)), good);
        }
    }
}

static void test_controls_are_escaped_within_the_room(void)
{
    static const struct {
        const char *in;
        size_t size; /* 0: enough */
        const char *out;
    } cases[] = {
        {"a\tb\r\n", 0, "a\\tb\\r\\n"},
        {"\x1b[0m\x7f", 0, "\\x1b[0m\\x7f"},
        {"\xC2\x85\u2028\u202e\u2066\u200f\u00e9", 0,
         "\\x85\\u2028\\u202e\\u2066\\u200f\u00e9"},
        {"abc\n\n\n", 8, "abc\\n\\n"},
        {"abc\x1b\x1b", 8, "abc\\x1b"},
        {"", 1, ""},
    };
    char text[64];

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        (void)snprintf(text, sizeof(text), "%s", cases[i].in);
        CU_ASSERT_EQUAL(
            spk_escape_controls(text, cases[i].size ? cases[i].size : sizeof(text)),
            strlen(cases[i].out));
        SPK_ASSERT_TEXT(text, cases[i].out);
    }
    CU_ASSERT_FALSE(spk_is_control(' ') || spk_is_control(0xa0) || spk_is_control(0x2027));
}

static void test_paths_are_plain(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    SPK_ASSERT_TEXT(spk_plain_path(&arena, "spec[\n\xC3]"), "spec[\\n]");
}

static void test_a_nul_is_held_and_put_back(void)
{
    static const char data[] = "a\0b\0", plain[] = "ab";
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_buf buf = {.arena = &arena};
    const char *held = spk_text_hold_nul(&arena, data, 4);

    SPK_ASSERT_TEXT(held, "a" SPK_TEXT_NUL "b" SPK_TEXT_NUL);
    CU_ASSERT_FALSE(spk_is_utf8(held, strlen(held)));
    CU_ASSERT_PTR_EQUAL(spk_text_hold_nul(&arena, plain, 2), plain);
    spk_text_put_nul(&buf, held);
    CU_ASSERT_EQUAL_FATAL(buf.length, 4);
    CU_ASSERT_EQUAL(memcmp(buf.data, data, 4), 0);
}

static void test_integers_are_whole_texts(void)
{
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
        {"1e3", false, 0},
        {"--1", false, 0},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        int64_t value = 0;

        CU_ASSERT_EQUAL(spk_parse_int64(cases[i].text, &value), cases[i].good);
        if (cases[i].good)
            CU_ASSERT_EQUAL(value, cases[i].value);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_buffer_grows_with_what_is_put),
    SPK_TEST(texts_are_compared),
    SPK_TEST(texts_are_changed_in_copies),
    SPK_TEST(a_cut_keeps_characters_whole),
    SPK_TEST(lists_are_split_and_joined),
    SPK_TEST(repair_takes_out_what_is_not_utf8),
    SPK_TEST(characters_are_read_at_their_borders),
    SPK_TEST(controls_are_escaped_within_the_room),
    SPK_TEST(paths_are_plain),
    SPK_TEST(a_nul_is_held_and_put_back),
    SPK_TEST(integers_are_whole_texts),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("text", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "go/quote.h"

#include "test.h"

/* What fmt.Sprintf("%q") gives. */
static void test_texts_are_quoted_as_in_go(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"\a\b\f\n\r\t\v\\\"'", "\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"'\""},
        {"\x01\x1F\x7F", "\"\\x01\\x1f\\x7f\""},
        {"\u00e9\u20ac\U0001F600", "\"\u00e9\u20ac\U0001F600\""},
        {"\xC2\x85\u00a0\u00ad", "\"\\u0085\\u00a0\\u00ad\""},
        {"\u200b\u2028\u3000\ufeff", "\"\\u200b\\u2028\\u3000\\ufeff\""},
        {"\xEE\x80\x80\xEF\xBF\xBE\uFFFD", "\"\\ue000\\ufffe\uFFFD\""},
        {"\U000E0001\U0010FFFF\U0001FFFE", "\"\\U000e0001\\U0010ffff\\U0001fffe\""},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);

        SPK_ASSERT_TEXT(spk_quote_go(&arena, cases[i].in), cases[i].out);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(texts_are_quoted_as_in_go),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("quote", tests)

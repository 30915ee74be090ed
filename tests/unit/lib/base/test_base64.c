/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "test.h"

/* @source RFC 4648 section 10 */
static const char *const vectors[][2] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xff\xef\xbe", "/+++"},
};

static void test_the_vectors_of_the_standard(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(vectors); i++) {
        struct spk_bytes bytes = {0};

        SPK_ASSERT_TEXT(spk_base64_encode(&arena, vectors[i][0], strlen(vectors[i][0])),
                        vectors[i][1]);
        CU_ASSERT_FATAL(spk_base64_decode(&arena, vectors[i][1], &bytes));
        CU_ASSERT_EQUAL(bytes.length, strlen(vectors[i][0]));
        SPK_ASSERT_TEXT(bytes.data, vectors[i][0]);
    }
}

static void test_line_feeds_are_skipped_and_nothing_besides(void)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"Zm\n9v\r\nYg==\n", true},
        {"Zm9vYg", false},
        {"Zm9vYg=", false},
        {"Zm9vYg===", false},
        {"Zg==Zg==", false},
        {"Zm9v Yg==", false},
        {"Zm9-", false},
        {"=", false},
        {"Z", false},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_bytes bytes = {0};
        bool good = spk_base64_decode(&arena, cases[i].text, &bytes);

        if (good != cases[i].good)
            fprintf(stderr, "\n'%s'\n", cases[i].text);
        CU_ASSERT_EQUAL(good, cases[i].good);
        if (cases[i].good)
            SPK_ASSERT_TEXT(bytes.data, "foob");
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_vectors_of_the_standard),
    SPK_TEST(line_feeds_are_skipped_and_nothing_besides),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("base64", tests)

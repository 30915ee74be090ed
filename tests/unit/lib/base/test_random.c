/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"
#include "test.h"

#include <string.h>

static void test_texts_are_hex_and_differ(void)
{
    char first[SPK_RANDOM_HEX_SIZE], second[SPK_RANDOM_HEX_SIZE];
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_random_hex(first, &err));
    CU_ASSERT_FATAL(spk_random_hex(second, &err));
    CU_ASSERT_EQUAL(strlen(first), SPK_RANDOM_HEX_SIZE - 1);
    CU_ASSERT_EQUAL(strspn(first, "0123456789abcdef"), SPK_RANDOM_HEX_SIZE - 1);
    CU_ASSERT_NOT_EQUAL(strcmp(first, second), 0);
}

static void test_bytes_are_filled_to_the_end(void)
{
    unsigned char bytes[257] = {0}, seen[256] = {0};
    struct spk_err err = {0};

    for (int round = 0; round < 32; round++) {
        CU_ASSERT_FATAL(spk_random(bytes, 256, &err));
        for (size_t i = 0; i < 256; i++)
            seen[i] |= bytes[i];
    }
    for (size_t i = 0; i < 256; i++)
        CU_ASSERT_NOT_EQUAL(seen[i], 0);
    CU_ASSERT_EQUAL(bytes[256], 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(texts_are_hex_and_differ),
    SPK_TEST(bytes_are_filled_to_the_end),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("random", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/controller/byte_size.h"

#include "test.h"

/* @source spark-operator internal/scheduler/yunikorn/resourceusage/java_test.go */
static void test_sizes_are_read_with_their_suffix(void)
{
    static const struct {
        const char *text;
        int64_t bytes; /* -1: refused */
    } cases[] = {
        {"1b", 1},
        {"100k", 102400},
        {"1kb", 1024},
        {"5Mb", 5 * 1048576},
        {"5mB", 5 * 1048576},
        {"2g", INT64_C(2) << 30},
        {"2GB", INT64_C(2) << 30},
        {"3t", INT64_C(3) << 40},
        {"1p", INT64_C(1) << 50},
        {"0m", 0},
        {"8191pb", INT64_C(8191) << 50},
        {"8192pb", -1},
        {"9223372036854775807b", INT64_MAX},
        {"9223372036854775808b", -1},
        {"512", -1},
        {"", -1},
        {"m", -1},
        {"1.5g", -1},
        {"-1g", -1},
        {" 1g", -1},
        {"1g ", -1},
        {"1 g", -1},
        {"1mm", -1},
        {"00000000000000000000000000000001g", -1},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_err err = {0};
        int64_t bytes = -1;

        CU_ASSERT_EQUAL(spk_byte_size(cases[i].text, &bytes, &err), cases[i].bytes >= 0);
        CU_ASSERT_EQUAL(bytes, cases[i].bytes);
        CU_ASSERT_EQUAL(err.reason, cases[i].bytes >= 0 ? SPK_NO_REASON : SPK_INVALID_FIELD);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(sizes_are_read_with_their_suffix),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("byte_size", tests)

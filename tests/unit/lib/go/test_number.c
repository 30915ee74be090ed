/* SPDX-License-Identifier: Apache-2.0 */
#include "go/number.h"

#include "test.h"

static void test_doubles_are_spelt_as_go_does(void)
{
    static const struct {
        double value;
        const char *json, *kept, *go, *single;
    } cases[] = {
        {0, "0", "0", "0", "0"},
        {-0.0, "-0", "0", "-0", "-0"},
        {100, "100", "100", "100", "100"},
        {0.1, "0.1", "0.1", "0.1", "0.1"},
        {1e6, "1000000", "1000000", "1e+06", "1e+06"},
        {1e7, "10000000", "10000000", "1e+07", "1e+07"},
        {1e-4, "0.0001", "0.0001", "0.0001", "0.0001"},
        {9e18, "9000000000000000000", "9000000000000000000", "9e+18", "9e+18"},
        {1e19, "10000000000000000000", "1e+19", "1e+19", "1e+19"},
        {1e21, "1e+21", "1e+21", "1e+21", "1e+21"},
        {4.9e-324, "5e-324", "5e-324", "5e-324", NULL},
        {-1.5e-10, "-1.5e-10", "-1.5e-10", "-1.5e-10", "-1.5e-10"},
        {123456789.123456789, "123456789.12345679", "123456789.12345679",
         "1.2345678912345679e+08", "1.2345679e+08"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        SPK_ASSERT_TEXT(spk_number_go_json(&arena, cases[i].value), cases[i].json);
        SPK_ASSERT_TEXT(spk_number_kept(&arena, cases[i].value), cases[i].kept);
        SPK_ASSERT_TEXT(spk_number_go(&arena, cases[i].value), cases[i].go);
        if (cases[i].single)
            SPK_ASSERT_TEXT(spk_number_go_single(&arena, cases[i].value), cases[i].single);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(doubles_are_spelt_as_go_does),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("number", tests)

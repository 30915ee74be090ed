/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include "test.h"

static void test_times_of_kubernetes_are_read(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},          {"1970-03-01T00:00:01Z", 5097601},
        {"2000-02-29T12:00:00Z", 951825600},  {"2026-11-25T03:32:48Z", 1795577568},
        {"2100-03-01T00:00:00Z", 4107542400},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        int64_t seconds = -1;

        CU_ASSERT(spk_timestamp_read(cases[i].text, &seconds));
        CU_ASSERT_EQUAL(seconds, cases[i].seconds);
    }
}

static void test_other_texts_leave_out_untouched(void)
{
    static const char *const cases[] = {"",
                                        "now",
                                        "2026-11-25",
                                        "2026-13-01T00:00:00Z",
                                        "2026-01-01T00:00:00+01:00",
                                        "1969-12-31T23:59:59Z",
                                        "2026-01-01T24:00:00Z"};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        int64_t seconds = -1;

        CU_ASSERT_FALSE(spk_timestamp_read(cases[i], &seconds));
        CU_ASSERT_EQUAL(seconds, -1);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(times_of_kubernetes_are_read),
    SPK_TEST(other_texts_leave_out_untouched),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("timestamp", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timestamp.h"

#include "test.h"

static void test_times_of_kubernetes_are_read_and_written(void)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},          {"1970-03-01T00:00:01Z", 5097601},
        {"2000-02-29T12:00:00Z", 951825600},  {"2026-11-25T03:32:48Z", 1795577568},
        {"2100-03-01T00:00:00Z", 4107542400}, {"2024-02-29T23:59:59Z", 1709251199},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        char text[SPK_TIMESTAMP_SIZE];
        int64_t seconds = -1;

        CU_ASSERT(spk_timestamp_read(cases[i].text, &seconds));
        CU_ASSERT_EQUAL(seconds, cases[i].seconds);
        CU_ASSERT(spk_timestamp_write(seconds, text));
        SPK_ASSERT_TEXT(text, cases[i].text);
    }
}

static void test_years_of_four_digits_are_written(void)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {-62167219200, "0000-01-01T00:00:00Z"}, {-62167219201, NULL}, {INT64_MIN, NULL},
        {253402300799, "9999-12-31T23:59:59Z"}, {253402300800, NULL}, {INT64_MAX, NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        char text[SPK_TIMESTAMP_SIZE] = "untouched";

        CU_ASSERT_EQUAL(spk_timestamp_write(cases[i].seconds, text), cases[i].text != NULL);
        SPK_ASSERT_TEXT(text, cases[i].text ? cases[i].text : "untouched");
    }
}

/* What Go's time.Parse(time.RFC3339) and UTC() make of them. */
static void test_times_of_people_become_utc(void)
{
    static const struct {
        const char *in, *out; /* NULL: refused */
    } cases[] = {
        {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"},
        {"2026-01-02T00:30:00+02:00", "2026-01-01T22:30:00Z"},
        {"2026-01-02T03:04:05.999Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
        {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
        {"2026-01-02T03:04:05+24:01", "2026-01-01T03:03:05Z"},
        {"2026-01-02T03:04:05+23:60", "2026-01-01T03:04:05Z"},
        {"2026-01-02T3:04:05Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05.", NULL},
        {"2026-01-02T03:04:05.Z", NULL},
        {"2026-01-02t03:04:05z", NULL},
        {"2026-01-02 03:04:05Z", NULL},
        {"2026-02-29T00:00:00Z", NULL},
        {"2026-01-02T24:00:00Z", NULL},
        {"2026-01-02T23:59:60Z", NULL},
        {"2026-01-02T03:04:05", NULL},
        {"2026-01-02T03:04:05+0200", NULL},
        {"2026-01-02T03:04:05Zz", NULL},
        {"0000-01-01T00:00:00+01:00", NULL},
        {"9999-12-31T23:59:59-01:00", NULL},
        {"2026-01-02", NULL},
        {"text", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        char utc[SPK_TIMESTAMP_SIZE] = "untouched";

        CU_ASSERT_EQUAL(spk_timestamp_utc(cases[i].in, utc), cases[i].out != NULL);
        SPK_ASSERT_TEXT(utc, cases[i].out ? cases[i].out : "untouched");
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
    SPK_TEST(times_of_kubernetes_are_read_and_written),
    SPK_TEST(years_of_four_digits_are_written),
    SPK_TEST(times_of_people_become_utc),
    SPK_TEST(other_texts_leave_out_untouched),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("timestamp", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "java/java_number.h"
#include "spark/conf/profile.h"
#include "spark/conf/read_entry.h"

#include "test.h"

static void test_doubles_have_an_exponent_where_java_writes_one(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0.0"},
        {100, "100.0"},
        {1e6, "1000000.0"},
        {1e-4, "1.0E-4"},
        {1e21, "1.0E21"},
        {4.9e-324, "4.9E-324"}, /* two digits at least */
        {-1.5e-10, "-1.5E-10"},
        {123456789.123456789, "1.2345678912345679E8"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        SPK_ASSERT_TEXT(spk_java_double(&arena, cases[i].value), cases[i].text);
    }
}

static void test_doubles_print_as_java_prints_them(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"0.10", "0.1"},
        {"1", "1.0"},
        {"1e-3", "0.001"},
        {"0.0005", "5.0E-4"},
        {"10000000", "1.0E7"},
        {"9999999", "9999999.0"},
        {"123456.789", "123456.789"},
        {"1d", "1.0"},
        {"0x1p3", "8.0"},
        {".5", "0.5"},
        {"5.", "5.0"},
        {"NaN", "NaN"},
        {"-Infinity", "-Infinity"},
        {"+Infinity", "Infinity"},
        {"-0", "-0.0"},
        {"4.9e-324", "4.9E-324"},
        {"1e400", "Infinity"},
        {" 0.2 ", "0.2"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"12345678", "1.2345678E7"},
        {"100", "100.0"},
        {"0.00099", "9.9E-4"},
        {"+.5e+2", "50.0"},
        {"1.7976931348623157e308", "1.7976931348623157E308"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        double value = 0;

        CU_ASSERT(spk_java_parse_double(cases[i].in, &value));
        SPK_ASSERT_TEXT(spk_java_double(&arena, value), cases[i].out);
    }
}

static void test_texts_that_are_no_doubles(void)
{
    static const char *const cases[] = {"",    "abc", "1_0",      "1L",    "1e",
                                        "0x1", "e5",  ".",        "1.2.3", "1 2",
                                        "nan", "inf", "infinity", "+-1",   "1ff"};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        double value = 7;

        CU_ASSERT_FALSE(spk_java_parse_double(cases[i], &value));
        CU_ASSERT_EQUAL(value, 7);
    }
}

static void test_integers_are_javas(void)
{
    static const struct {
        const char *text;
        bool is_int, is_long;
        int64_t value;
    } cases[] = {
        {" 7 ", true, true, 7},
        {"+7", true, true, 7},
        {"-2147483648", true, true, INT32_MIN},
        {"2147483648", false, true, 2147483648},
        {"9223372036854775807", false, true, INT64_MAX},
        {"9223372036854775808", false, false, 0},
        {"", false, false, 0},
        {"-", false, false, 0},
        {"1.0", false, false, 0},
        {"0x1", false, false, 0},
        {"1 1", false, false, 0},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        int32_t narrow = 99;
        int64_t wide = 99;

        CU_ASSERT_EQUAL(spk_java_parse_int(cases[i].text, &narrow), cases[i].is_int);
        CU_ASSERT_EQUAL(narrow, cases[i].is_int ? cases[i].value : 99);
        CU_ASSERT_EQUAL(spk_java_parse_long(cases[i].text, &wide), cases[i].is_long);
        CU_ASSERT_EQUAL(wide, cases[i].is_long ? cases[i].value : 99);
    }
}

static void test_sizes_in_mib(void)
{
    static const struct {
        const char *text;
        int64_t mib; /* -1: not a size */
        bool iec;
    } cases[] = {
        {"512", 512, false},
        {"1g", 1024, false},
        {" 1G ", 1024, false},
        {"1024k", 1, false},
        {"100k", 0, false},
        {"-0g", 0, false},
        {"2tb", 2097152, false},
        {"1p", 1073741824, false},
        {"2GiB", 2048, true},
        {"2GiB", -1, false},
        {"5gi", 5120, true},
        {"1ib", -1, true},
        {"1.5g", -1, false},
        {"1 g", -1, false},
        {"", -1, false},
        {"g", -1, false},
        {"+1g", -1, false},
        {"1eb", -1, true},
        {"9007199254740992p", -1, false},
        {"99999999999999999999", -1, false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_why why = {""};
        int64_t mib = -1;

        CU_ASSERT_EQUAL(spk_size_parse(cases[i].text, 1 << 20, cases[i].iec, &mib, &why),
                        cases[i].mib >= 0);
        CU_ASSERT_EQUAL(mib, cases[i].mib);
        CU_ASSERT_EQUAL(why.text[0] != '\0', cases[i].mib < 0);
    }
}

static void test_sizes_in_bytes_are_bounded(void)
{
    struct spk_version version = {spk_profile_of(SPK_SPARK_4_3), "4.3.0"};
    struct spk_err err = {0};
    int64_t bytes = 0;

    CU_ASSERT(spk_size_bytes(&version, "8191p", 1, &bytes, &err));
    CU_ASSERT_EQUAL(bytes, (int64_t)8191 << 50);
    CU_ASSERT(spk_size_bytes(&version, "3", 1 << 20, &bytes, &err));
    CU_ASSERT_EQUAL(bytes, 3 << 20);
    CU_ASSERT_FALSE(spk_size_bytes(&version, "8192p", 1, &bytes, &err));
    CU_ASSERT_FALSE(spk_size_bytes(&version, "9007199254740992g", 1 << 20, &bytes, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    CU_ASSERT_EQUAL(bytes, 3 << 20);
}

static void test_durations_in_milliseconds(void)
{
    static const struct {
        const char *text;
        int64_t bare_ms, ms;
        bool is_time;
    } cases[] = {
        {"1s", 1, 1000, true},
        {"30", 1000, 30000, true},
        {"30", 1, 30, true},
        {"2min", 1, 120000, true},
        {"1H", 1, 3600000, true},
        {"1d", 1, 86400000, true},
        {"1500us", 1, 1, true},
        {"-5s", 1, -5000, true},
        {"0s", 1, 0, true},
        {"1.5s", 1, 0, false},
        {"s", 1, 0, false},
        {"1y", 1, 0, false},
        {"9223372036854775807d", 1, INT64_MAX, true},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_why why = {""};
        int64_t ms = 0;

        CU_ASSERT_EQUAL(spk_time_parse(cases[i].text, cases[i].bare_ms, &ms, &why),
                        cases[i].is_time);
        CU_ASSERT_EQUAL(ms, cases[i].ms);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(doubles_have_an_exponent_where_java_writes_one),
    SPK_TEST(doubles_print_as_java_prints_them),
    SPK_TEST(texts_that_are_no_doubles),
    SPK_TEST(integers_are_javas),
    SPK_TEST(sizes_in_mib),
    SPK_TEST(sizes_in_bytes_are_bounded),
    SPK_TEST(durations_in_milliseconds),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("number", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "test.h"

#include <unistd.h>

static int64_t fixed_time(void)
{
    return 1700000000123;
}

static void check_line(bool json, const char *value, const char *expected)
{
    int ends[2];
    char text[8192] = {0};

    CU_ASSERT_FATAL(pipe(ends) == 0);
    struct spk_log log = {ends[1], SPK_LOG_INFO, json, fixed_time};
    struct spk_log_line line;
    spk_log_begin(&log, &line, SPK_LOG_INFO, "rpc");
    spk_log_text(&line, "pod", value);
    spk_log_text(&line, "absent", NULL);
    spk_log_int(&line, "ms", 34);
    spk_log_bool(&line, "adopted", true);
    spk_log_end(&line);
    spk_log_event(&log, SPK_LOG_DEBUG, "below the level", NULL, NULL);
    CU_ASSERT(close(ends[1]) == 0);
    CU_ASSERT(read(ends[0], text, sizeof(text) - 1) > 0);
    CU_ASSERT(close(ends[0]) == 0);
    SPK_ASSERT_TEXT(text, expected);
}

static void test_a_line_is_escaped_in_both_formats(void)
{
    check_line(true, "spark-pi",
               "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\","
               "\"msg\":\"rpc\",\"pod\":\"spark-pi\",\"ms\":34,"
               "\"adopted\":true}\n");
    check_line(true, "a\"\n\xc3\xa9",
               "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\","
               "\"msg\":\"rpc\",\"pod\":\"a\\\"\\u000a\\u00c3\\u00a9\","
               "\"ms\":34,\"adopted\":true}\n");
    check_line(false, "spark-pi",
               "22:13:20.123 INFO  rpc  pod=spark-pi  ms=34  adopted=true\n");
    check_line(false, "a b\n",
               "22:13:20.123 INFO  rpc  pod=\"a b\\x0a\"  ms=34  "
               "adopted=true\n");
}

static void test_long_values_and_lines_are_cut(void)
{
    int ends[2];
    char value[1000], text[8192] = {0};

    memset(value, '\n', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    CU_ASSERT_FATAL(pipe(ends) == 0);
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time};
    struct spk_log_line line;
    spk_log_begin(&log, &line, SPK_LOG_INFO, "rpc");
    for (int i = 0; i < 20; i++)
        spk_log_text(&line, "v", value);
    spk_log_end(&line);
    CU_ASSERT(close(ends[1]) == 0);
    ssize_t n = read(ends[0], text, sizeof(text) - 1);
    CU_ASSERT(close(ends[0]) == 0);
    CU_ASSERT_FATAL(n > 3 && n <= 4096);
    SPK_ASSERT_TEXT(text + n - 3, "\"}\n");
}

static void test_repeated_events_are_limited_per_minute(void)
{
    struct spk_log_limit limit = {0};
    unsigned allowed = 0;

    for (int i = 0; i < 100; i++)
        allowed += spk_log_allowed(&limit, 60000);
    CU_ASSERT_EQUAL(allowed, 5);
    CU_ASSERT(spk_log_allowed(&limit, 120000));
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_line_is_escaped_in_both_formats),
    SPK_TEST(long_values_and_lines_are_cut),
    SPK_TEST(repeated_events_are_limited_per_minute),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("log", tests)

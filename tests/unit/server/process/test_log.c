/* SPDX-License-Identifier: Apache-2.0 */
#include "process/log_writer.h"

#include "base/limits.h"

#include "test.h"

#include <unistd.h>

static int64_t fixed_time(void)
{
    return 1700000000123;
}

static int64_t a_minute_later(void)
{
    return fixed_time() + 60000;
}

static void check_line(bool json, const char *value, const char *expected)
{
    int ends[2];
    char text[8192] = {0};

    CU_ASSERT_FATAL(pipe(ends) == 0);
    struct spk_log log = {ends[1], SPK_LOG_INFO, json, fixed_time, NULL};
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
    check_line(true, "a\"\n",
               "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\","
               "\"msg\":\"rpc\",\"pod\":\"a\\\"\\u000a\","
               "\"ms\":34,\"adopted\":true}\n");
    check_line(false, "spark-pi",
               "22:13:20.123 INFO  rpc  pod=spark-pi  ms=34  adopted=true\n");
    check_line(false, "a b\n",
               "22:13:20.123 INFO  rpc  pod=\"a b\\x0a\"  ms=34  "
               "adopted=true\n");
}

static void check_value(const char *value, const char *json, const char *text)
{
    char line[512];

    (void)snprintf(line, sizeof(line),
                   "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\",\"msg\":\"rpc\","
                   "\"pod\":\"%s\",\"ms\":34,\"adopted\":true}\n",
                   json);
    check_line(true, value, line);
    (void)snprintf(line, sizeof(line),
                   "22:13:20.123 INFO  rpc  pod=\"%s\"  ms=34  adopted=true\n", text);
    check_line(false, value, line);
}

static void test_text_stays_and_what_controls_a_terminal_is_escaped(void)
{
    static const struct {
        const char *value, *json, *text;
    } cases[] = {
        {"Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80",
         "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80",
         "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"\x1b]52;\x7f", "\\u001b]52;\\u007f", "\\x1b]52;\\x7f"},
        {"\xc2\x85\xc2\x9b", "\\u0085\\u009b", "\\u0085\\u009b"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", "\\u2028\\u2029"},
        {"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c", "\\u202e\\u2066\\u200f\\u061c",
         "\\u202e\\u2066\\u200f\\u061c"},
        {"\xc3(\xff", "\xef\xbf\xbd(\xef\xbf\xbd", "\\xc3(\\xff"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\\xed\\xa0\\x80"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        check_value(cases[i].value, cases[i].json, cases[i].text);
}

static void test_a_long_value_ends_with_a_whole_character(void)
{
    char value[300], expected[300] = {0};

    for (size_t i = 0; i < 298; i += 2)
        memcpy(value + 1 + i, "\xc3\xa9", 3);
    value[0] = 'x';
    memcpy(expected, value, 255); /* 256 would cut the last one */
    check_value(value, expected, expected);
}

static void test_long_values_and_lines_are_cut(void)
{
    int ends[2];
    char value[1000], text[8192] = {0};

    memset(value, '\n', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    CU_ASSERT_FATAL(pipe(ends) == 0);
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time, NULL};
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
    struct spk_log log = {-1, SPK_LOG_INFO, true, fixed_time, NULL};
    struct spk_log_limit limit = {.event = "rpc", .most = 5};
    unsigned allowed = 0;

    for (int i = 0; i < 100; i++)
        allowed += spk_log_allowed(&log, &limit);
    CU_ASSERT_EQUAL(allowed, 5);
    CU_ASSERT_EQUAL(atomic_load(&limit.left_out), 95);
    log.wall_ms = a_minute_later;
    CU_ASSERT(spk_log_allowed(&log, &limit));
}

/* ---- the writer ---- */

static size_t count_lines(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, part)); at++)
        n++;
    return n;
}

/* Everything that is written to the other end until it is closed. */
struct reader {
    int fd;
    size_t length;
    char text[1 << 20];
};

static void *read_all(void *argument)
{
    struct reader *reader = argument;
    ssize_t n;

    while ((n = read(reader->fd, reader->text + reader->length,
                     sizeof(reader->text) - 1 - reader->length)) > 0)
        reader->length += (size_t)n;
    return NULL;
}

#define LINES 20000

static void test_a_pipe_that_nobody_reads_stops_nobody(void)
{
    static struct reader reader;
    struct spk_log_writer writer;
    struct spk_err err = {0};
    int ends[2];
    pthread_t thread;

    CU_ASSERT_FATAL(pipe(ends) == 0);
    reader.fd = ends[0];
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time, NULL};
    CU_ASSERT_FATAL(spk_log_writer_start(&writer, &log, &err));
    for (int i = 0; i < LINES; i++)
        spk_log_event(&log, SPK_LOG_INFO, "rpc", "pod", "spark-pi-driver");
    size_t lost = atomic_load(&writer.all_lost);
    CU_ASSERT(lost > 0 && lost < LINES);

    CU_ASSERT_FATAL(pthread_create(&thread, NULL, read_all, &reader) == 0);
    spk_log_writer_flush(&log);
    spk_log_event(&log, SPK_LOG_INFO, "afterwards", NULL, NULL);
    spk_log_writer_stop(&writer, &log);
    CU_ASSERT(close(ends[1]) == 0);
    CU_ASSERT(pthread_join(thread, NULL) == 0);
    CU_ASSERT(close(ends[0]) == 0);

    char told[96];
    (void)snprintf(told, sizeof(told),
                   "\"msg\":\"log lines were lost: nobody read them\",\"count\":%zu}\n", lost);
    CU_ASSERT_EQUAL(count_lines(reader.text, "\"msg\":\"rpc\""), LINES - lost);
    const char *where = strstr(reader.text, told);
    CU_ASSERT_PTR_NOT_NULL_FATAL(where);
    CU_ASSERT_EQUAL(count_lines(where, "\"msg\":\"rpc\""), 0);
    CU_ASSERT_EQUAL(count_lines(where, "\"msg\":\"afterwards\""), 1);
}

/* Several times around the ring: each flush empties it before it could be full. */
static void test_lines_go_around_the_ring_as_they_are(void)
{
    static struct reader reader;
    struct spk_log_writer writer;
    struct spk_err err = {0};
    pthread_t thread;
    int ends[2];
    char text[160];

    CU_ASSERT_FATAL(pipe(ends) == 0);
    reader.fd = ends[0];
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time, NULL};
    CU_ASSERT_FATAL(spk_log_writer_start(&writer, &log, &err));
    CU_ASSERT_FATAL(pthread_create(&thread, NULL, read_all, &reader) == 0);
    for (int i = 0; i < 8000; i++) {
        (void)snprintf(text, sizeof(text), "%d", i);
        spk_log_event(&log, SPK_LOG_INFO, "rpc", "pod", text);
        if (i % 1000 == 999)
            spk_log_writer_flush(&log);
    }
    spk_log_writer_stop(&writer, &log);
    CU_ASSERT(close(ends[1]) == 0);
    CU_ASSERT(pthread_join(thread, NULL) == 0);
    CU_ASSERT(close(ends[0]) == 0);
    CU_ASSERT(reader.length > 2 * SPK_LOG_RING);
    const char *at = reader.text;
    for (int i = 0; i < 8000; i++) {
        int length = snprintf(text, sizeof(text),
                              "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\","
                              "\"msg\":\"rpc\",\"pod\":\"%d\"}\n",
                              i);
        CU_ASSERT_FATAL(strncmp(at, text, (size_t)length) == 0);
        at += length;
    }
    SPK_ASSERT_TEXT(at, "");
}

/* Else a later line would stand before the one that says how many are missing. */
static void test_a_short_line_does_not_slip_in_behind_a_lost_one(void)
{
    static struct reader reader;
    struct spk_log_writer writer;
    struct spk_err err = {0};
    char longer[3000];
    int ends[2];

    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    CU_ASSERT_FATAL(pipe(ends) == 0);
    reader = (struct reader){.fd = ends[0]};
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time, NULL};
    CU_ASSERT_FATAL(spk_log_writer_start(&writer, &log, &err));
    for (int i = 0; i < LINES; i++)
        spk_log_event(&log, SPK_LOG_INFO, "long", "text", longer);
    size_t lost = atomic_load(&writer.all_lost);
    CU_ASSERT(lost > 0);
    spk_log_event(&log, SPK_LOG_INFO, "short", NULL, NULL);
    CU_ASSERT_EQUAL(atomic_load(&writer.all_lost), lost + 1);
    spk_log_writer_stop(&writer, &log);
    CU_ASSERT(close(ends[1]) == 0);
    (void)read_all(&reader);
    CU_ASSERT(close(ends[0]) == 0);
    CU_ASSERT_EQUAL(count_lines(reader.text, "short"), 0);
}

static void test_the_writer_ends_although_nobody_reads(void)
{
    struct spk_log_writer writer;
    struct spk_err err = {0};
    int ends[2];

    CU_ASSERT_FATAL(pipe(ends) == 0);
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time, NULL};
    CU_ASSERT_FATAL(spk_log_writer_start(&writer, &log, &err));
    for (int i = 0; i < LINES; i++)
        spk_log_event(&log, SPK_LOG_INFO, "rpc", NULL, NULL);
    spk_log_writer_stop(&writer, &log);
    CU_ASSERT_PTR_NULL(log.writer);
    CU_ASSERT(close(ends[0]) == 0);
    CU_ASSERT(close(ends[1]) == 0);
}

static void test_what_a_limit_left_out_is_told(void)
{
    static struct reader reader;
    struct spk_log_writer writer;
    struct spk_log_limit limit = {
        .event = "rpc", .most = 5, .labels = {{"method", "/a/B"}, {"code", "INTERNAL"}}};
    struct spk_err err = {0};
    int ends[2];

    CU_ASSERT_FATAL(pipe(ends) == 0);
    reader = (struct reader){.fd = ends[0]};
    struct spk_log log = {ends[1], SPK_LOG_INFO, true, fixed_time, NULL};
    CU_ASSERT_FATAL(spk_log_writer_start(&writer, &log, &err));
    for (int i = 0; i < 100; i++)
        (void)spk_log_allowed(&log, &limit);
    spk_log_writer_stop(&writer, &log);
    CU_ASSERT(close(ends[1]) == 0);
    (void)read_all(&reader);
    CU_ASSERT(close(ends[0]) == 0);
    SPK_ASSERT_TEXT(reader.text, "{\"ts\":\"2023-11-14T22:13:20.123Z\",\"level\":\"info\","
                                 "\"msg\":\"repeated lines were left out\",\"line\":\"rpc\","
                                 "\"method\":\"/a/B\",\"code\":\"INTERNAL\",\"count\":95}\n");
    CU_ASSERT_EQUAL(atomic_load(&limit.left_out), 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_line_is_escaped_in_both_formats),
    SPK_TEST(text_stays_and_what_controls_a_terminal_is_escaped),
    SPK_TEST(a_long_value_ends_with_a_whole_character),
    SPK_TEST(long_values_and_lines_are_cut),
    SPK_TEST(repeated_events_are_limited_per_minute),
    SPK_TEST(a_pipe_that_nobody_reads_stops_nobody),
    SPK_TEST(lines_go_around_the_ring_as_they_are),
    SPK_TEST(a_short_line_does_not_slip_in_behind_a_lost_one),
    SPK_TEST(the_writer_ends_although_nobody_reads),
    SPK_TEST(what_a_limit_left_out_is_told),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("log", tests)

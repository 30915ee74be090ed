/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/watch_events.h"
#include "base/limits.h"
#include "json/write.h"

#include "test.h"

#define MEMORY (4U << 20)

/* A reader and what it told: "ADDED 1 a; BOOKMARK 7 -; ". */
struct bench {
    struct spk_arena arena;
    struct spk_buf told;
    struct spk_watch_reader reader;
    size_t events, over_after; /* is_over says true after so many; 0: never */
    bool exhausts;             /* on_event uses up the event's memory */
    bool quiet;                /* nothing is told */
};

static void tell(void *context, const struct spk_watch_event *event)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};
    struct bench *bench = context;
    const char *name = spk_json_string(spk_json_at(event->object, "metadata.name"));

    bench->events++;
    if (!bench->quiet)
        spk_buf_printf(&bench->told, "%s %s %s; ", names[event->type], event->version,
                       name ? name : "-");
    if (bench->exhausts)
        (void)spk_alloc(event->arena, SPK_EXCHANGE_BYTES);
}

static bool is_over(void *context)
{
    const struct bench *bench = context;

    return bench->over_after && bench->events >= bench->over_after;
}

static void open_bench(struct bench *bench)
{
    *bench = (struct bench){.arena = SPK_ARENA_LIMIT(MEMORY)};
    bench->told.arena = &bench->arena;
    bench->reader = (struct spk_watch_reader){
        .on_event = tell, .is_over = is_over, .context = bench, .kept = &bench->arena};
}

static void close_bench(struct bench *bench)
{
    spk_watch_done(&bench->reader);
    CU_ASSERT_EQUAL(bench->reader.memory.used, 0);
    spk_arena_free(&bench->arena);
}

/* Hand text over in pieces of n bytes. */
static bool feed(struct bench *bench, const char *text, size_t n)
{
    size_t length = strlen(text);

    for (size_t at = 0; at < length; at += n)
        if (!spk_watch_read(&bench->reader, text + at, length - at < n ? length - at : n))
            return false;
    return true;
}

#define EVENT(type, version, name)                                                            \
    "{\"type\":\"" type "\",\"object\":{\"metadata\":{\"name\":\"" name                       \
    "\",\"resourceVersion\":\"" version "\"}}}"

static void test_events_are_found_across_any_border(void)
{
    static const char text[] = EVENT("ADDED", "1", "a") "\n" EVENT(
        "MODIFIED", "2",
        "\\u00e9\xC3\xA9") "\r\n\n \n" EVENT("DELETED", "3", "c") "\n"
                                                                  "{\"object\":{\"metadata\":{"
                                                                  "\"resourceVersion\":\"9\"}}"
                                                                  ",\"type\":\"BOOKMARK\"}\n";

    for (size_t n = 1; n <= sizeof(text); n++) {
        struct bench bench;

        open_bench(&bench);
        CU_ASSERT_TRUE(feed(&bench, text, n));
        SPK_ASSERT_TEXT(spk_buf_string(&bench.told),
                        "ADDED 1 a; MODIFIED 2 \xC3\xA9\xC3\xA9; DELETED 3 c; BOOKMARK 9 -; ");
        CU_ASSERT_TRUE(spk_watch_is_between(&bench.reader));
        CU_ASSERT_EQUAL(bench.reader.memory.used, 0);
        CU_ASSERT_PTR_NULL(bench.reader.trouble);
        close_bench(&bench);
    }
}

static void test_an_error_event_ends_it(void)
{
    static const struct {
        const char *text, *status;
        int code;
    } cases[] = {
        {"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}\n",
         "{\"code\":410,\"kind\":\"Status\"}", 410},
        {"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\"}}\n", "{\"kind\":\"Status\"}",
         500},
        {"{\"type\":\"ERROR\",\"object\":{\"code\":200}}\n", "{\"code\":200}", 500},
        {"{\"type\":\"ERROR\",\"object\":{\"code\":\"410\"}}\n", "{\"code\":\"410\"}", 500},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench bench;

        open_bench(&bench);
        CU_ASSERT_TRUE(feed(&bench, EVENT("ADDED", "1", "a") "\n", 7));
        CU_ASSERT_FALSE(feed(&bench, cases[i].text, 5));
        CU_ASSERT_PTR_NULL(bench.reader.trouble);
        CU_ASSERT_EQUAL(bench.reader.code, cases[i].code);
        SPK_ASSERT_TEXT(bench.reader.status, cases[i].status);
        CU_ASSERT_EQUAL(bench.events, 1);
        close_bench(&bench);
    }
}

static void test_nonsense_ends_it(void)
{
    static const struct {
        const char *text, *trouble;
    } cases[] = {
        {"<html>\n", "the API server sent an event that is not JSON"},
        {EVENT("ADDED", "1", "a") EVENT("ADDED", "1", "a") "\n",
         "the API server sent an event that is not JSON"},
        {"{\"type\":\"ADDED\",\"type\":\"ADDED\",\"object\":{}}\n",
         "the API server sent an event that is not JSON"},
        {"{\"type\":\"ADDED\"}\n", "the API server sent an event without an object"},
        {"[]\n", "the API server sent an event without an object"},
        {"{\"type\":\"ADDED\",\"object\":[]}\n",
         "the API server sent an event without an object"},
        {"{\"type\":\"LOST\",\"object\":{}}\n",
         "the API server sent an event of an unknown type"},
        {"{\"object\":{}}\n", "the API server sent an event of an unknown type"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench bench;

        open_bench(&bench);
        CU_ASSERT_FALSE(feed(&bench, cases[i].text, 3));
        SPK_ASSERT_TEXT(bench.reader.trouble, cases[i].trouble);
        CU_ASSERT_EQUAL(bench.reader.code, 0);
        CU_ASSERT_EQUAL(bench.events, 0);
        close_bench(&bench);
    }
}

static void test_a_line_is_bounded(void)
{
    static char piece[64 * 1024];
    struct bench bench;
    size_t most = 0, taken = 0;

    memset(piece, 'x', sizeof(piece));
    open_bench(&bench);
    while (spk_watch_read(&bench.reader, piece, sizeof(piece))) {
        taken += sizeof(piece);
        most = bench.reader.memory.used > most ? bench.reader.memory.used : most;
    }
    CU_ASSERT_EQUAL(taken, SPK_MAX_WATCH_EVENT);
    CU_ASSERT(most <= SPK_EXCHANGE_BYTES);
    SPK_ASSERT_TEXT(bench.reader.trouble, "the API server sent an event that is too large");
    CU_ASSERT_EQUAL(bench.reader.memory.used, 0);
    close_bench(&bench);
}

/* However many come, and whatever the listener does with an event's memory. */
static void test_events_leave_nothing(void)
{
    struct bench bench;

    open_bench(&bench);
    bench.quiet = true;
    for (int i = 0; i < 10000; i++)
        CU_ASSERT_TRUE(feed(&bench, EVENT("MODIFIED", "1", "a") "\n", 40));
    CU_ASSERT_EQUAL(bench.events, 10000);
    CU_ASSERT_EQUAL(bench.reader.memory.used, 0);
    CU_ASSERT_EQUAL(bench.arena.used, 0);
    bench.exhausts = true;
    CU_ASSERT_FALSE(feed(&bench, EVENT("MODIFIED", "1", "a") "\n", 40));
    SPK_ASSERT_TEXT(bench.reader.trouble, "an event needs more memory than there is for one");
    close_bench(&bench);
}

static void test_a_listener_can_have_enough(void)
{
    struct bench bench;

    open_bench(&bench);
    bench.over_after = 1;
    CU_ASSERT_FALSE(
        feed(&bench, EVENT("ADDED", "1", "a") "\n" EVENT("ADDED", "2", "b") "\n", 1000));
    CU_ASSERT_EQUAL(bench.events, 1);
    CU_ASSERT_PTR_NULL(bench.reader.trouble);
    close_bench(&bench);
}

static void test_a_cut_is_noticed(void)
{
    struct bench bench;

    open_bench(&bench);
    CU_ASSERT_TRUE(feed(&bench, EVENT("ADDED", "1", "a"), 1000));
    CU_ASSERT_EQUAL(bench.events, 0);
    CU_ASSERT_FALSE(spk_watch_is_between(&bench.reader));
    close_bench(&bench);
}

static CU_TestInfo tests[] = {
    SPK_TEST(events_are_found_across_any_border),
    SPK_TEST(an_error_event_ends_it),
    SPK_TEST(nonsense_ends_it),
    SPK_TEST(a_line_is_bounded),
    SPK_TEST(events_leave_nothing),
    SPK_TEST(a_listener_can_have_enough),
    SPK_TEST(a_cut_is_noticed),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("watch_events", tests)

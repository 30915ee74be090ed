/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/watch.h"

#include "base/limits.h"
#include "test.h"
#include "json/read.h"

#include <stdio.h>
#include <string.h>

/* ---- Pods and answers ---- */

static const cJSON *pod_of(struct spk_arena *arena, const char *uid, const char *phase,
                           int version)
{
    char text[512];
    struct spk_err err = {0};
    cJSON *tree = NULL;
    int length = snprintf(text, sizeof(text),
                          "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":"
                          "\"pi-driver\",\"namespace\":\"jobs\",\"uid\":\"%s\","
                          "\"resourceVersion\":\"%d\",\"managedFields\":[{\"a\":1}],"
                          "\"annotations\":{\"b\":\"2\"}},\"status\":{\"phase\":\"%s\"}}",
                          uid, version, phase);

    CU_ASSERT_FATAL(spk_json_read(arena, text, (size_t)length, &tree, &err));
    return tree;
}

struct bench {
    struct spk_arena arena;
    struct spk_driver_watch watch;
    struct spk_err err;
};

static void open_bench(struct bench *bench)
{
    *bench = (struct bench){.arena = {.limit = SPK_MIB(4)}};
    spk_driver_watch_init(&bench->watch, "jobs", "pi-driver");
    bench->watch.until_terminal = true;
    CU_ASSERT_EQUAL(spk_driver_watch_start(&bench->watch), SPK_DRIVER_WATCH_READ);
}

static void close_bench(struct bench *bench)
{
    spk_driver_watch_done(&bench->watch);
    spk_arena_free(&bench->arena);
}

/* The step after a read that finds the driver in a phase. */
static enum spk_driver_watch_step read_pod(struct bench *bench, const char *uid,
                                           const char *phase, int version)
{
    const struct spk_driver_watch_answer answer = {
        .http = 200, .reason = "", .object = pod_of(&bench->arena, uid, phase, version)};

    return spk_driver_watch_read(&bench->watch, &answer, &bench->err);
}

static enum spk_driver_watch_step read_http(struct bench *bench, int http, const char *reason)
{
    const struct spk_driver_watch_answer answer = {.http = http, .reason = reason};

    return spk_driver_watch_read(&bench->watch, &answer, &bench->err);
}

static enum spk_driver_watch_step closed(struct bench *bench, int http, bool is_cut)
{
    const struct spk_driver_watch_answer answer = {.http = http, .reason = ""};

    return spk_driver_watch_closed(&bench->watch, &answer, is_cut);
}

static bool see(struct bench *bench, enum spk_driver_watch_event event, const char *uid,
                const char *phase, int version)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", version);
    return spk_driver_watch_event(&bench->watch, event,
                                  pod_of(&bench->arena, uid, phase, version), text);
}

/* Whether something is to be shown since the last time, and how the driver stands then. */
static void assert_shown(struct bench *bench, bool changed, enum spk_driver_stage stage)
{
    struct spk_driver_watch_view view = spk_driver_watch_show(&bench->watch, &bench->arena);

    CU_ASSERT_EQUAL(bench->watch.changed, changed);
    CU_ASSERT_EQUAL(view.driver.stage, stage);
    SPK_ASSERT_TEXT(view.driver.name, "pi-driver");
    bench->watch.changed = false;
}

/* ---- tests ---- */

static void test_each_change_is_shown_once_until_the_driver_has_ended(void)
{
    struct bench bench;

    open_bench(&bench);
    CU_ASSERT_EQUAL(read_pod(&bench, "u", "Pending", 10), SPK_DRIVER_WATCH_EVENTS);
    assert_shown(&bench, true, SPK_DRIVER_PENDING);
    SPK_ASSERT_TEXT(bench.watch.version, "10");
    CU_ASSERT(bench.watch.timeout_s >= 300 && bench.watch.timeout_s <= 600);
    CU_ASSERT_PTR_NULL(spk_json_at(bench.watch.pod, "metadata.managedFields"));
    CU_ASSERT_PTR_NULL(spk_json_at(bench.watch.pod, "metadata.annotations"));
    CU_ASSERT_FALSE(see(&bench, SPK_DRIVER_HAS, "u", "Pending", 11)); /* nothing to be seen */
    assert_shown(&bench, false, SPK_DRIVER_PENDING);
    CU_ASSERT_FALSE(see(&bench, SPK_DRIVER_HAS, "u", "Running", 12));
    assert_shown(&bench, true, SPK_DRIVER_RUNNING);
    CU_ASSERT_FALSE(see(&bench, SPK_DRIVER_BOOKMARK, "u", "", 40));
    assert_shown(&bench, false, SPK_DRIVER_RUNNING);
    SPK_ASSERT_TEXT(bench.watch.version, "40");
    CU_ASSERT(see(&bench, SPK_DRIVER_HAS, "u", "Succeeded", 41));
    assert_shown(&bench, true, SPK_DRIVER_SUCCEEDED);
    CU_ASSERT_EQUAL(closed(&bench, 200, false), SPK_DRIVER_WATCH_END);
    close_bench(&bench);
}

static void test_a_deletion_is_a_state_and_so_is_another_pod_of_the_name(void)
{
    static const struct {
        enum spk_driver_watch_event event;
        const char *uid;
    } cases[] = {{SPK_DRIVER_HAD, "u"}, {SPK_DRIVER_HAS, "other"}};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench bench;

        open_bench(&bench);
        (void)read_pod(&bench, "u", "Running", 10);
        assert_shown(&bench, true, SPK_DRIVER_RUNNING);
        CU_ASSERT(see(&bench, cases[i].event, cases[i].uid, "Running", 11));
        assert_shown(&bench, true, SPK_DRIVER_DELETED);
        SPK_ASSERT_TEXT(bench.watch.uid, "u");
        close_bench(&bench);
    }
}

static void test_a_finished_driver_is_watched_until_it_is_gone_if_asked(void)
{
    struct bench bench;

    open_bench(&bench);
    bench.watch.until_terminal = false;
    CU_ASSERT_EQUAL(read_pod(&bench, "u", "Failed", 10), SPK_DRIVER_WATCH_EVENTS);
    assert_shown(&bench, true, SPK_DRIVER_FAILED);
    CU_ASSERT(see(&bench, SPK_DRIVER_HAD, "u", "Failed", 11));
    assert_shown(&bench, true, SPK_DRIVER_DELETED);
    close_bench(&bench);
}

static void test_a_driver_that_never_was_is_not_found(void)
{
    struct bench bench;

    open_bench(&bench);
    CU_ASSERT_EQUAL(read_http(&bench, 404, "NotFound"), SPK_DRIVER_WATCH_FAIL);
    CU_ASSERT_EQUAL(bench.err.reason, SPK_SUBMISSION_NOT_FOUND);
    CU_ASSERT_FALSE(bench.watch.changed);
    close_bench(&bench);
}

static void test_reads_that_fail_are_repeated_unless_that_is_pointless(void)
{
    static const struct {
        int http;
        const char *reason;
        enum spk_driver_watch_step step;
    } cases[] = {
        {0, "", SPK_DRIVER_WATCH_WAIT},
        {500, "", SPK_DRIVER_WATCH_WAIT},
        {429, "", SPK_DRIVER_WATCH_WAIT},
        {200, "", SPK_DRIVER_WATCH_WAIT}, /* no Pod */
        {403, "Forbidden", SPK_DRIVER_WATCH_REFUSED},
        {401, "", SPK_DRIVER_WATCH_REFUSED},
        {404, "", SPK_DRIVER_WATCH_REFUSED}, /* no such page */
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench bench;

        open_bench(&bench);
        CU_ASSERT_EQUAL(read_http(&bench, cases[i].http, cases[i].reason), cases[i].step);
        if (cases[i].step == SPK_DRIVER_WATCH_WAIT) {
            CU_ASSERT_EQUAL(spk_driver_watch_waited(&bench.watch), SPK_DRIVER_WATCH_READ);
        }
        close_bench(&bench);
    }
}

static void test_waits_grow_and_have_an_end(void)
{
    struct bench bench;
    int64_t most[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};

    open_bench(&bench);
    for (size_t i = 0; i < SPK_LEN(most); i++) {
        CU_ASSERT_EQUAL(read_http(&bench, 503, ""), SPK_DRIVER_WATCH_WAIT);
        CU_ASSERT(bench.watch.wait_ms >= most[i] / 2 && bench.watch.wait_ms <= most[i]);
    }
    (void)read_pod(&bench, "u", "Running", 10);
    CU_ASSERT_EQUAL(closed(&bench, 0, false), SPK_DRIVER_WATCH_WAIT);
    CU_ASSERT(bench.watch.wait_ms <= 1000);
    close_bench(&bench);
}

/* How a watch ends, and what then: from the newest version, or after a look. */
static void test_a_watch_that_ends_goes_on_where_it_was(void)
{
    static const struct {
        int http;
        bool heard, is_cut;
        enum spk_driver_watch_step step, then; /* then: after a wait */
    } cases[] = {
        {200, true, false, SPK_DRIVER_WATCH_EVENTS, 0},
        {200, false, false, SPK_DRIVER_WATCH_WAIT, SPK_DRIVER_WATCH_EVENTS},
        {200, true, true, SPK_DRIVER_WATCH_WAIT, SPK_DRIVER_WATCH_EVENTS},
        {0, true, false, SPK_DRIVER_WATCH_WAIT, SPK_DRIVER_WATCH_EVENTS},
        {500, false, false, SPK_DRIVER_WATCH_WAIT, SPK_DRIVER_WATCH_EVENTS},
        {410, true, false, SPK_DRIVER_WATCH_READ, 0},
        {410, false, false, SPK_DRIVER_WATCH_WAIT, SPK_DRIVER_WATCH_READ},
        {403, false, false, SPK_DRIVER_WATCH_WAIT, SPK_DRIVER_WATCH_READ},
        {400, false, false, SPK_DRIVER_WATCH_REFUSED, 0},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct bench bench;

        open_bench(&bench);
        (void)read_pod(&bench, "u", "Running", 10);
        if (cases[i].heard)
            (void)see(&bench, SPK_DRIVER_BOOKMARK, "u", "", 99);
        CU_ASSERT_EQUAL(closed(&bench, cases[i].http, cases[i].is_cut), cases[i].step);
        if (cases[i].step == SPK_DRIVER_WATCH_WAIT) {
            CU_ASSERT_EQUAL(spk_driver_watch_waited(&bench.watch), cases[i].then);
        }
        SPK_ASSERT_TEXT(bench.watch.version, cases[i].heard ? "99" : "10");
        CU_ASSERT_EQUAL(bench.watch.polls, cases[i].http == 403);
        close_bench(&bench);
    }
}

static void test_without_the_right_to_watch_it_is_read_every_few_seconds(void)
{
    struct bench bench;

    open_bench(&bench);
    (void)read_pod(&bench, "u", "Running", 10);
    bench.watch.changed = false;
    CU_ASSERT_EQUAL(closed(&bench, 403, false), SPK_DRIVER_WATCH_WAIT);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(bench.watch.wait_ms >= 5000 && bench.watch.wait_ms <= 7500);
        CU_ASSERT_EQUAL(spk_driver_watch_waited(&bench.watch), SPK_DRIVER_WATCH_READ);
        CU_ASSERT_EQUAL(read_pod(&bench, "u", "Running", 10 + i), SPK_DRIVER_WATCH_WAIT);
    }
    assert_shown(&bench, false, SPK_DRIVER_RUNNING);
    CU_ASSERT_EQUAL(read_pod(&bench, "u", "Succeeded", 20), SPK_DRIVER_WATCH_END);
    assert_shown(&bench, true, SPK_DRIVER_SUCCEEDED);
    close_bench(&bench);
}

/* ---- tokens ---- */

static void test_a_token_goes_on_where_another_watch_ended(void)
{
    struct bench first, second;

    open_bench(&first);
    CU_ASSERT_PTR_NULL(spk_driver_watch_token(&first.watch, &first.arena));
    (void)read_pod(&first, "u", "Running", 10);
    const char *token = spk_driver_watch_token(&first.watch, &first.arena);
    SPK_ASSERT_TEXT(token, "1/jobs/pi-driver/u/10");

    static const struct {
        const char *uid, *phase;
        int version;
        bool shown;
        enum spk_driver_watch_step step;
        enum spk_driver_stage stage;
    } cases[] = {
        {"u", "Running", 10, false, SPK_DRIVER_WATCH_EVENTS, SPK_DRIVER_RUNNING},
        {"u", "Succeeded", 11, true, SPK_DRIVER_WATCH_END, SPK_DRIVER_SUCCEEDED},
        {"other", "Running", 12, true, SPK_DRIVER_WATCH_END, SPK_DRIVER_DELETED},
        {NULL, "", 0, true, SPK_DRIVER_WATCH_END, SPK_DRIVER_DELETED},
    };
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_driver_token parts;

        open_bench(&second);
        CU_ASSERT_FATAL(spk_driver_token_read(&second.arena, token, &parts));
        SPK_ASSERT_TEXT(parts.ns, "jobs");
        SPK_ASSERT_TEXT(parts.name, "pi-driver");
        CU_ASSERT_FATAL(spk_driver_watch_resume(&second.watch, &parts));
        CU_ASSERT_EQUAL(cases[i].uid
                            ? read_pod(&second, cases[i].uid, cases[i].phase, cases[i].version)
                            : read_http(&second, 404, "NotFound"),
                        cases[i].step);
        assert_shown(&second, cases[i].shown, cases[i].stage);
        close_bench(&second);
    }
    close_bench(&first);
}

static void test_what_is_no_token_is_refused(void)
{
    static const char *const cases[] = {"",
                                        "1",
                                        "/",
                                        "2/jobs/pi-driver/u/10",
                                        "1//pi-driver/u/10",
                                        "1/jobs/pi-driver//10",
                                        "1/jobs/pi-driver/u",
                                        "1/jobs/pi-driver/u/",
                                        "1/jobs/pi-driver/u/1/2"};
    char uid[SPK_WATCH_TEXT_SIZE + 1];
    const struct spk_driver_token endless = {"jobs", "pi-driver", uid, "1"};
    struct bench bench;

    open_bench(&bench);
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_driver_token token = {NULL, NULL, NULL, NULL};

        CU_ASSERT_FALSE(spk_driver_token_read(&bench.arena, cases[i], &token));
    }
    memset(uid, 'u', sizeof(uid) - 1);
    uid[sizeof(uid) - 1] = '\0';
    CU_ASSERT_FALSE(spk_driver_watch_resume(&bench.watch, &endless));
    SPK_ASSERT_TEXT(bench.watch.uid, "");
    close_bench(&bench);
}

static void test_a_wait_is_as_long_as_the_server_says(void)
{
    const struct spk_driver_watch_answer answer = {
        .http = 429, .reason = "", .retry_after_ms = 90000};
    struct bench bench;

    open_bench(&bench);
    CU_ASSERT_EQUAL(spk_driver_watch_read(&bench.watch, &answer, &bench.err),
                    SPK_DRIVER_WATCH_WAIT);
    CU_ASSERT_EQUAL(bench.watch.wait_ms, 90000);
    close_bench(&bench);
}

/* Many that were opened together do not end together. */
static void test_watches_end_at_times_of_their_own(void)
{
    int first = 0, others = 0;

    for (uint64_t seed = 0; seed < 8; seed++) {
        struct bench bench;

        open_bench(&bench);
        bench.watch.seed = seed;
        CU_ASSERT_EQUAL(read_pod(&bench, "u", "Pending", 10), SPK_DRIVER_WATCH_EVENTS);
        first = seed ? first : bench.watch.timeout_s;
        others += bench.watch.timeout_s != first;
        close_bench(&bench);
    }
    CU_ASSERT(others > 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_wait_is_as_long_as_the_server_says),
    SPK_TEST(watches_end_at_times_of_their_own),
    SPK_TEST(each_change_is_shown_once_until_the_driver_has_ended),
    SPK_TEST(a_deletion_is_a_state_and_so_is_another_pod_of_the_name),
    SPK_TEST(a_finished_driver_is_watched_until_it_is_gone_if_asked),
    SPK_TEST(a_driver_that_never_was_is_not_found),
    SPK_TEST(reads_that_fail_are_repeated_unless_that_is_pointless),
    SPK_TEST(waits_grow_and_have_an_end),
    SPK_TEST(a_watch_that_ends_goes_on_where_it_was),
    SPK_TEST(without_the_right_to_watch_it_is_read_every_few_seconds),
    SPK_TEST(a_token_goes_on_where_another_watch_ended),
    SPK_TEST(what_is_no_token_is_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("watch", tests)

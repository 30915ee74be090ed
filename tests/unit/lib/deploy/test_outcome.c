/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/budget.h"
#include "deploy/outcome.h"

#include "test.h"

#define C SPK_WRITE_CREATE
#define P SPK_WRITE_PATCH
#define D SPK_WRITE_DELETE

#define NO     SPK_EFFECT_NO
#define YES    SPK_EFFECT_YES
#define MAYBE  SPK_EFFECT_MAYBE
#define UNLESS SPK_EFFECT_UNLESS_RESENT

/* One case per row of the protocol's table and kind of write: what was seen, what it means. */
static const struct {
    enum spk_write write;
    enum spk_seen_way way;
    int http;
    const char *reason;
    enum spk_reason refusal;
    enum spk_seen_object what;
    int row;
    enum spk_effect effect;
    enum spk_follow_up next;
} cases[] = {
    /* 1, 2: resolve, connect, TLS; REFUSED_STREAM, GOAWAY below ours */
    {C, SPK_SEEN_NOT_SENT, 0, "", SPK_KUBE_UNREACHABLE, 0, 1, NO, SPK_FOLLOW_RETRY},
    {P, SPK_SEEN_NOT_SENT, 0, "", SPK_KUBE_UNREACHABLE, 0, 1, NO, SPK_FOLLOW_RETRY},
    {D, SPK_SEEN_NOT_SENT, 0, "", SPK_KUBE_UNREACHABLE, 0, 1, NO, SPK_FOLLOW_RETRY},
    /* 3: reset, empty reply, timeout after the first byte */
    {C, SPK_SEEN_INTERRUPTED, 0, "", SPK_KUBE_UNREACHABLE, 0, 3, MAYBE, SPK_FOLLOW_WAIT_READ},
    {P, SPK_SEEN_INTERRUPTED, 0, "", SPK_KUBE_UNREACHABLE, 0, 3, MAYBE, SPK_FOLLOW_WAIT_READ},
    {D, SPK_SEEN_INTERRUPTED, 0, "", SPK_KUBE_UNREACHABLE, 0, 3, MAYBE, SPK_FOLLOW_WAIT_READ},
    /* 4 */
    {C, SPK_SEEN_ANSWER, 201, "", 0, SPK_SEEN_OURS, 4, YES, SPK_FOLLOW_NONE},
    {C, SPK_SEEN_ANSWER, 200, "", 0, SPK_SEEN_OURS, 4, YES, SPK_FOLLOW_NONE},
    {C, SPK_SEEN_ANSWER, 202, "", 0, SPK_SEEN_OURS, 4, YES, SPK_FOLLOW_NONE},
    {P, SPK_SEEN_ANSWER, 200, "", 0, SPK_SEEN_OURS, 4, YES, SPK_FOLLOW_NONE},
    {D, SPK_SEEN_ANSWER, 200, "", 0, SPK_SEEN_OURS, 4, YES, SPK_FOLLOW_NONE},
    /* 5 */
    {C, SPK_SEEN_ANSWER, 201, "", 0, SPK_SEEN_NO_OBJECT, 5, YES, SPK_FOLLOW_READ},
    {C, SPK_SEEN_ANSWER, 200, "", 0, SPK_SEEN_NO_OBJECT, 5, MAYBE, SPK_FOLLOW_READ},
    {P, SPK_SEEN_ANSWER, 200, "", 0, SPK_SEEN_NO_OBJECT, 5, MAYBE, SPK_FOLLOW_READ},
    /* 6 */
    {C, SPK_SEEN_ANSWER, 201, "", 0, SPK_SEEN_MISMATCH, 6, MAYBE, SPK_FOLLOW_READ},
    {P, SPK_SEEN_ANSWER, 200, "", 0, SPK_SEEN_MISMATCH, 6, MAYBE, SPK_FOLLOW_READ},
    {C, SPK_SEEN_ANSWER, 204, "", 0, SPK_SEEN_NO_OBJECT, 6, MAYBE, SPK_FOLLOW_WAIT_READ},
    /* 7 */
    {C, SPK_SEEN_ANSWER, 400, "BadRequest", SPK_KUBE_REJECTED, 0, 7, NO, SPK_FOLLOW_FINAL},
    {P, SPK_SEEN_ANSWER, 400, "BadRequest", SPK_KUBE_REJECTED, 0, 7, NO, SPK_FOLLOW_FINAL},
    {D, SPK_SEEN_ANSWER, 400, "BadRequest", SPK_KUBE_REJECTED, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_ANSWER, 405, "", SPK_INTERNAL_ERROR, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_ANSWER, 406, "", SPK_INTERNAL_ERROR, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_ANSWER, 413, "", SPK_OBJECT_TOO_LARGE, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_ANSWER, 415, "", SPK_INTERNAL_ERROR, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_ANSWER, 422, "Invalid", SPK_KUBE_REJECTED, 0, 7, NO, SPK_FOLLOW_FINAL},
    {D, SPK_SEEN_ANSWER, 422, "Invalid", SPK_KUBE_REJECTED, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_ANSWER, 500, "", SPK_OBJECT_TOO_LARGE, 0, 7, NO, SPK_FOLLOW_FINAL},
    {C, SPK_SEEN_REFUSED, 0, "", SPK_INTERNAL_ERROR, 0, 7, NO, SPK_FOLLOW_FINAL},
    {P, SPK_SEEN_REFUSED, 0, "", SPK_REQUEST_TOO_LARGE, 0, 7, NO, SPK_FOLLOW_FINAL},
    {D, SPK_SEEN_REFUSED, 0, "", SPK_OBJECT_TOO_LARGE, 0, 7, NO, SPK_FOLLOW_FINAL},
    /* 8 */
    {C, SPK_SEEN_ANSWER, 401, "", SPK_KUBE_CREDENTIALS_REJECTED, 0, 8, NO, SPK_FOLLOW_FINAL},
    {P, SPK_SEEN_ANSWER, 401, "", SPK_KUBE_CREDENTIALS_REJECTED, 0, 8, NO, SPK_FOLLOW_FINAL},
    {D, SPK_SEEN_ANSWER, 401, "", SPK_KUBE_CREDENTIALS_REJECTED, 0, 8, NO, SPK_FOLLOW_FINAL},
    /* 9, and what webhooks make of other codes */
    {C, SPK_SEEN_ANSWER, 403, "Forbidden", SPK_KUBE_FORBIDDEN, 0, 9, NO,
     SPK_FOLLOW_READ_FINAL},
    {P, SPK_SEEN_ANSWER, 403, "Forbidden", SPK_KUBE_FORBIDDEN, 0, 9, NO,
     SPK_FOLLOW_READ_FINAL},
    {D, SPK_SEEN_ANSWER, 403, "Forbidden", SPK_KUBE_FORBIDDEN, 0, 9, NO,
     SPK_FOLLOW_READ_FINAL},
    {C, SPK_SEEN_ANSWER, 403, "Forbidden", SPK_KUBE_QUOTA_EXCEEDED, 0, 9, UNLESS,
     SPK_FOLLOW_READ_FINAL},
    {C, SPK_SEEN_ANSWER, 400, "BadRequest", SPK_ADMISSION_DENIED, 0, 9, NO,
     SPK_FOLLOW_READ_FINAL},
    {C, SPK_SEEN_ANSWER, 409, "Conflict", SPK_ADMISSION_DENIED, 0, 9, NO,
     SPK_FOLLOW_READ_FINAL},
    {P, SPK_SEEN_ANSWER, 422, "Invalid", SPK_ADMISSION_DENIED, 0, 9, NO,
     SPK_FOLLOW_READ_FINAL},
    /* 10 */
    {C, SPK_SEEN_ANSWER, 404, "NotFound", SPK_NAMESPACE_NOT_FOUND, 0, 10, NO,
     SPK_FOLLOW_FINAL},
    /* 11 */
    {C, SPK_SEEN_ANSWER, 409, "AlreadyExists", SPK_DRIVER_POD_EXISTS, 0, 11, UNLESS,
     SPK_FOLLOW_READ},
    /* 12 */
    {C, SPK_SEEN_ANSWER, 409, "Conflict", SPK_KUBE_ERROR, 0, 12, UNLESS, SPK_FOLLOW_RETRY},
    /* 13 */
    {P, SPK_SEEN_ANSWER, 409, "Conflict", SPK_KUBE_ERROR, 0, 13, UNLESS, SPK_FOLLOW_WAIT_READ},
    {D, SPK_SEEN_ANSWER, 409, "Conflict", SPK_KUBE_ERROR, 0, 13, UNLESS, SPK_FOLLOW_WAIT_READ},
    /* 14 */
    {P, SPK_SEEN_ANSWER, 422, "Invalid", SPK_KUBE_REJECTED, 0, 14, UNLESS, SPK_FOLLOW_READ},
    /* 15 */
    {C, SPK_SEEN_ANSWER, 429, "", SPK_KUBE_THROTTLED, 0, 15, NO, SPK_FOLLOW_RETRY},
    {P, SPK_SEEN_ANSWER, 429, "", SPK_KUBE_THROTTLED, 0, 15, NO, SPK_FOLLOW_RETRY},
    {D, SPK_SEEN_ANSWER, 429, "", SPK_KUBE_THROTTLED, 0, 15, NO, SPK_FOLLOW_RETRY},
    /* 16 */
    {C, SPK_SEEN_ANSWER, 500, "", SPK_KUBE_ERROR, 0, 16, MAYBE, SPK_FOLLOW_WAIT_READ},
    {C, SPK_SEEN_ANSWER, 502, "", SPK_KUBE_ERROR, 0, 16, MAYBE, SPK_FOLLOW_WAIT_READ},
    {P, SPK_SEEN_ANSWER, 503, "", SPK_KUBE_ERROR, 0, 16, MAYBE, SPK_FOLLOW_WAIT_READ},
    {D, SPK_SEEN_ANSWER, 504, "Timeout", SPK_KUBE_ERROR, 0, 16, MAYBE, SPK_FOLLOW_WAIT_READ},
    /* 17 */
    {C, SPK_SEEN_ANSWER, 302, "", SPK_INTERNAL_ERROR, 0, 17, NO, SPK_FOLLOW_FINAL},
    {P, SPK_SEEN_ANSWER, 307, "", SPK_INTERNAL_ERROR, 0, 17, NO, SPK_FOLLOW_FINAL},
    /* 18 */
    {C, SPK_SEEN_ANSWER, 408, "", SPK_KUBE_ERROR, 0, 18, MAYBE, SPK_FOLLOW_READ_FINAL},
    {P, SPK_SEEN_ANSWER, 418, "", SPK_KUBE_ERROR, 0, 18, MAYBE, SPK_FOLLOW_READ_FINAL},
    {P, SPK_SEEN_ANSWER, 404, "NotFound", SPK_INTERNAL_ERROR, 0, 18, UNLESS, SPK_FOLLOW_READ},
    {D, SPK_SEEN_ANSWER, 404, "NotFound", SPK_INTERNAL_ERROR, 0, 18, UNLESS, SPK_FOLLOW_READ},
    {C, SPK_SEEN_ANSWER, 409, "Other", SPK_KUBE_ERROR, 0, 18, MAYBE, SPK_FOLLOW_READ_FINAL},
    /* 19 */
    {C, SPK_SEEN_CUT, 201, "", 0, SPK_SEEN_NO_OBJECT, 19, YES, SPK_FOLLOW_READ},
    {C, SPK_SEEN_CUT, 200, "", 0, SPK_SEEN_NO_OBJECT, 19, MAYBE, SPK_FOLLOW_READ},
    {P, SPK_SEEN_CUT, 200, "", 0, SPK_SEEN_NO_OBJECT, 19, MAYBE, SPK_FOLLOW_READ},
    {C, SPK_SEEN_CUT, 429, "", SPK_KUBE_THROTTLED, 0, 15, NO, SPK_FOLLOW_RETRY},
    {C, SPK_SEEN_CUT, 500, "", SPK_KUBE_ERROR, 0, 16, MAYBE, SPK_FOLLOW_WAIT_READ},
};

static void test_every_row_of_the_table_holds(void)
{
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_err refusal = {.reason = cases[i].refusal};
        struct spk_seen seen = {.way = cases[i].way,
                                .http = cases[i].http,
                                .reason = cases[i].reason,
                                .message = "",
                                .refusal = cases[i].refusal ? &refusal : NULL,
                                .what = cases[i].what};
        const struct spk_outcome_rule *rule = spk_outcome_of(cases[i].write, &seen);

        if (rule->row != cases[i].row)
            fprintf(stderr, "\ncase %zu: row %d instead of %d\n", i, rule->row, cases[i].row);
        CU_ASSERT_EQUAL(rule->row, cases[i].row);
        CU_ASSERT_EQUAL(rule->effect, cases[i].effect);
        CU_ASSERT_EQUAL(rule->next, cases[i].next);
    }
}

/* Whatever comes, there is an answer, and an unknown one never counts as "no effect". */
static void test_no_answer_falls_through(void)
{
    for (int http = 0; http < 1200; http++) {
        struct spk_seen seen = {.way = SPK_SEEN_ANSWER, .http = http, .reason = ""};
        const struct spk_outcome_rule *rule = spk_outcome_of(SPK_WRITE_CREATE, &seen);

        CU_ASSERT(rule->row >= 1 && rule->row <= 19);
        if (http < 200 || http > 499)
            CU_ASSERT_EQUAL(rule->effect, SPK_EFFECT_MAYBE);
    }
}

static void test_looks_are_sorted(void)
{
    static const struct {
        enum spk_seen_way way;
        int http;
        enum spk_seen_object what;
        enum spk_read_outcome look;
    } looks[] = {
        {SPK_SEEN_ANSWER, 200, SPK_SEEN_OURS, SPK_READ_FOUND},
        {SPK_SEEN_ANSWER, 200, SPK_SEEN_MISMATCH, SPK_READ_MISMATCH},
        {SPK_SEEN_ANSWER, 200, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
        {SPK_SEEN_CUT, 200, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
        {SPK_SEEN_ANSWER, 403, SPK_SEEN_NO_OBJECT, SPK_READ_REFUSED},
        {SPK_SEEN_ANSWER, 401, SPK_SEEN_NO_OBJECT, SPK_READ_REFUSED},
        {SPK_SEEN_ANSWER, 302, SPK_SEEN_NO_OBJECT, SPK_READ_REFUSED},
        {SPK_SEEN_ANSWER, 408, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
        {SPK_SEEN_ANSWER, 429, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
        {SPK_SEEN_ANSWER, 500, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
        {SPK_SEEN_NOT_SENT, 0, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
        {SPK_SEEN_REFUSED, 0, SPK_SEEN_NO_OBJECT, SPK_READ_REFUSED},
        {SPK_SEEN_INTERRUPTED, 0, SPK_SEEN_NO_OBJECT, SPK_READ_UNCLEAR},
    };

    for (size_t i = 0; i < SPK_LEN(looks); i++) {
        struct spk_seen seen = {
            .way = looks[i].way, .http = looks[i].http, .reason = "", .what = looks[i].what};

        CU_ASSERT_EQUAL(spk_outcome_of_read(&seen), looks[i].look);
    }
}

/* A page without a Status is that of a proxy, or of an API server without the kind. */
static void test_only_a_status_says_that_an_object_is_absent(void)
{
    const struct spk_err elsewhere = {.reason = SPK_KUBE_ERROR};
    const struct spk_err unknown = {.reason = SPK_KIND_UNKNOWN};
    struct spk_seen seen = {.way = SPK_SEEN_ANSWER, .http = 404, .reason = "NotFound"};

    CU_ASSERT_EQUAL(spk_outcome_of_read(&seen), SPK_READ_ABSENT);
    seen.way = SPK_SEEN_CUT;
    CU_ASSERT_EQUAL(spk_outcome_of_read(&seen), SPK_READ_ABSENT);
    seen = (struct spk_seen){.http = 404, .reason = "", .refusal = &elsewhere};
    CU_ASSERT_EQUAL(spk_outcome_of_read(&seen), SPK_READ_UNCLEAR);
    CU_ASSERT_EQUAL(spk_outcome_of(SPK_WRITE_CREATE, &seen)->next, SPK_FOLLOW_RETRY);
    seen.refusal = &unknown;
    CU_ASSERT_EQUAL(spk_outcome_of_read(&seen), SPK_READ_REFUSED);
    CU_ASSERT_EQUAL(spk_outcome_of(SPK_WRITE_CREATE, &seen)->next, SPK_FOLLOW_FINAL);
}

static void test_writes_keep_a_margin_to_the_deadline(void)
{
    static const struct {
        int64_t remaining_ms;
        int timeout_s;
    } times[] = {{2499, 0}, {0, 0},    {-5, 0},    {2500, 1},  {3000, 1},
                 {5000, 3}, {9500, 8}, {30000, 9}, {300000, 9}};

    for (size_t i = 0; i < SPK_LEN(times); i++)
        CU_ASSERT_EQUAL(spk_write_timeout_s(times[i].remaining_ms), times[i].timeout_s);
    CU_ASSERT_EQUAL(spk_read_limit_ms(300000), 10000);
    CU_ASSERT_EQUAL(spk_read_limit_ms(700), 200);
    CU_ASSERT_EQUAL(spk_read_limit_ms(501), 1);
    CU_ASSERT_EQUAL(spk_read_limit_ms(500), 0);
    CU_ASSERT_EQUAL(spk_read_limit_ms(-1), 0);
    CU_ASSERT_EQUAL(spk_longest_wait_ms(30000, true), 27500);
    CU_ASSERT_EQUAL(spk_longest_wait_ms(2500, true), 0);
    CU_ASSERT_EQUAL(spk_longest_wait_ms(30000, false), 28500);
    CU_ASSERT_EQUAL(spk_longest_wait_ms(900, false), 0);
    /* A write, and the second that its answer has beyond it, end before the margin. */
    for (int64_t remaining_ms = 2500; remaining_ms < 20000; remaining_ms++)
        CU_ASSERT((spk_write_timeout_s(remaining_ms) + 1) * 1000 + 300 <= remaining_ms);
}

static void test_waits_grow_and_obey_the_server(void)
{
    static const int64_t most[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
    uint64_t jitter = 7, same = 7;

    for (unsigned tries = 0; tries < SPK_LEN(most); tries++) {
        int64_t largest = 0;

        for (int i = 0; i < 200; i++) {
            int64_t wait = spk_backoff_ms(tries, 0, &jitter);

            CU_ASSERT_EQUAL(wait, spk_backoff_ms(tries, 0, &same));
            CU_ASSERT(wait >= 0 && wait <= most[tries]);
            largest = wait > largest ? wait : largest;
        }
        CU_ASSERT(largest > most[tries] / 2);
    }
    CU_ASSERT(spk_backoff_ms(4000000000U, 0, &jitter) <= 5000);
}

/* Whom a server turned away together does not come back together. */
static void test_a_retry_after_is_drawn_out_by_up_to_a_fifth(void)
{
    static const int64_t asked[][2] = {
        {1000, 1000}, {7000, 7000}, {30000, 30000}, {99000, 30000}};

    for (size_t i = 0; i < SPK_LEN(asked); i++) {
        int64_t least = INT64_MAX, largest = 0;

        for (uint64_t seed = 0; seed < 1000; seed++) {
            uint64_t jitter = seed;
            int64_t wait = spk_backoff_ms(0, asked[i][0], &jitter);

            least = wait < least ? wait : least;
            largest = wait > largest ? wait : largest;
        }
        CU_ASSERT(least >= asked[i][1] && least < asked[i][1] + asked[i][1] / 50);
        CU_ASSERT(largest <= asked[i][1] * 6 / 5 && largest > asked[i][1] * 59 / 50);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(every_row_of_the_table_holds),
    SPK_TEST(no_answer_falls_through),
    SPK_TEST(looks_are_sorted),
    SPK_TEST(only_a_status_says_that_an_object_is_absent),
    SPK_TEST(writes_keep_a_margin_to_the_deadline),
    SPK_TEST(waits_grow_and_obey_the_server),
    SPK_TEST(a_retry_after_is_drawn_out_by_up_to_a_fifth),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("outcome", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/budget.h"

#include "base/compiler.h"
#include "base/limits.h"
#include "test.h"

static void test_a_write_ends_before_the_caller_does(void)
{
    static const struct {
        int64_t remaining_ms;
        int timeout_s;
    } cases[] = {
        {INT64_MIN, 0}, {0, 0},    {2499, 0},  {2500, 1},  {3499, 1},
        {3500, 2},      {4500, 3}, {10499, 8}, {10500, 9}, {60000, 9},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        CU_ASSERT_EQUAL(spk_write_timeout_s(cases[i].remaining_ms), cases[i].timeout_s);
    for (int64_t ms = 2500; ms < 20000; ms++) /* and leaves time to tell how it ended */
        CU_ASSERT(spk_write_timeout_s(ms) * 1000 + 1500 <= ms);
}

static void test_a_read_leaves_time_for_the_answer(void)
{
    CU_ASSERT_EQUAL(spk_read_limit_ms(SPK_ANSWER_MARGIN_MS), 0);
    CU_ASSERT_EQUAL(spk_read_limit_ms(-1), 0);
    CU_ASSERT_EQUAL(spk_read_limit_ms(SPK_ANSWER_MARGIN_MS + 1), 1);
    CU_ASSERT_EQUAL(spk_read_limit_ms(SPK_ANSWER_MARGIN_MS + SPK_KUBE_READ_MS),
                    SPK_KUBE_READ_MS);
    CU_ASSERT_EQUAL(spk_read_limit_ms(INT64_MAX), SPK_KUBE_READ_MS);
}

/* After the longest wait there is still time for what it waits for. */
static void test_a_wait_leaves_time_for_what_follows(void)
{
    for (int64_t ms = -10; ms < 20000; ms++) {
        int64_t write = spk_longest_wait_ms(ms, true), read = spk_longest_wait_ms(ms, false);

        CU_ASSERT(write >= 0 && read >= 0);
        if (write > 0)
            CU_ASSERT(spk_write_timeout_s(ms - write) > 0);
        if (read > 0)
            CU_ASSERT(spk_read_limit_ms(ms - read) > 0);
    }
}

static void test_waits_double_up_to_five_seconds(void)
{
    static const int64_t most[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
    uint64_t jitter = 1;

    for (unsigned tries = 0; tries < SPK_LEN(most); tries++) {
        int64_t longest = 0, shortest = INT64_MAX;

        for (int i = 0; i < 2000; i++) {
            int64_t wait = spk_backoff_ms(tries, 0, &jitter);

            longest = wait > longest ? wait : longest;
            shortest = wait < shortest ? wait : shortest;
        }
        CU_ASSERT(shortest >= 0 && longest <= most[tries]);
        /* Full jitter: all of the range is used. */
        CU_ASSERT(shortest <= most[tries] / 20 && longest >= most[tries] - most[tries] / 20);
    }
    CU_ASSERT(spk_backoff_ms(UINT32_MAX, 0, &jitter) <= 5000);
}

static void test_retry_after_is_kept_drawn_out_and_bounded(void)
{
    uint64_t jitter = 2, same = 2;
    bool differs = false;

    for (int i = 0; i < 1000; i++) {
        int64_t wait = spk_backoff_ms(0, 10000, &jitter);

        CU_ASSERT(wait >= 10000 && wait <= 12000);
        differs |= wait != 10000;
        CU_ASSERT_EQUAL(spk_backoff_ms(0, 10000, &same), wait); /* the state decides */
        CU_ASSERT(spk_backoff_ms(0, INT64_MAX, &jitter) <=
                  SPK_MAX_WAIT_MS + SPK_MAX_WAIT_MS / 5);
        same = jitter;
    }
    CU_ASSERT(differs);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_write_ends_before_the_caller_does),
    SPK_TEST(a_read_leaves_time_for_the_answer),
    SPK_TEST(a_wait_leaves_time_for_what_follows),
    SPK_TEST(waits_double_up_to_five_seconds),
    SPK_TEST(retry_after_is_kept_drawn_out_and_bounded),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("budget", tests)

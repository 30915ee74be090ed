/* SPDX-License-Identifier: Apache-2.0 */
#include "process/watchdog.h"

#include "base/limits.h"
#include "test.h"

#include <unistd.h>

static int64_t no_time(void)
{
    return 0;
}

/* A loop that turned last at ticked_ms, looked at at now_ms. */
static void test_a_loop_is_stuck_after_five_seconds_and_not_before(void)
{
    static const struct {
        int64_t ticked_ms, now_ms, next_ms;
        bool is_stuck;
    } cases[] = {
        {0, 9000, 14001, false}, /* it has not turned yet, or there is none */
        {1000, 1000, 6001, false},    {1000, 6000, 6001, false},      {1000, 6001, 6251, true},
        {1000, 100000, 100250, true}, {99999, 100250, 105000, false},
    };
    atomic_int_fast64_t ticked_ms;
    struct spk_health health;
    struct spk_log log = {-1, SPK_LOG_ERROR, true, no_time, NULL};
    struct spk_watchdog watchdog = {&ticked_ms, &health, &log};
    int ends[2];
    char text[1024] = {0};

    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    log.fd = ends[1];
    spk_health_init(&health);
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        atomic_store(&ticked_ms, cases[i].ticked_ms);
        CU_ASSERT_EQUAL(spk_watchdog_look(&watchdog, cases[i].now_ms), cases[i].next_ms);
        CU_ASSERT_EQUAL(atomic_load(&health.stuck), cases[i].is_stuck);
    }
    spk_health_done(&health);
    CU_ASSERT_EQUAL(close(ends[1]), 0);
    CU_ASSERT(read(ends[0], text, sizeof(text) - 1) > 0);
    CU_ASSERT_EQUAL(close(ends[0]), 0);
    /* It is told once, however often it is seen. */
    SPK_ASSERT_TEXT(text, "{\"ts\":\"1970-01-01T00:00:00.000Z\",\"level\":\"error\",\"msg\":"
                          "\"the API server's loop is stuck\"}\n");
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_loop_is_stuck_after_five_seconds_and_not_before),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("watchdog", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/latch.h"

#include "test.h"

struct opener {
    struct spk_latch latch;
    int written; /* before the latch is opened, read after it */
};

static void *write_and_open(void *argument)
{
    struct opener *opener = argument;

    opener->written = 7;
    spk_latch_open(&opener->latch);
    return NULL;
}

static void test_the_waiter_sees_what_came_before_the_opening(void)
{
    for (int round = 0; round < 100; round++) {
        struct opener opener = {SPK_LATCH_INIT, 0};
        pthread_t thread;

        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, write_and_open, &opener), 0);
        spk_latch_wait(&opener.latch);
        CU_ASSERT_EQUAL(opener.written, 7);
        (void)pthread_join(thread, NULL);
    }
}

static void test_an_open_latch_stays_open(void)
{
    struct spk_latch latch = SPK_LATCH_INIT;

    spk_latch_open(&latch);
    spk_latch_open(&latch);
    spk_latch_wait(&latch);
    spk_latch_wait(&latch);
    CU_ASSERT(latch.open);
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_waiter_sees_what_came_before_the_opening),
    SPK_TEST(an_open_latch_stays_open),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("latch", tests)

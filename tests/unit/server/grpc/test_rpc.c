/* SPDX-License-Identifier: Apache-2.0 */
/* Work and moments for the completion queue's thread, without a server. */
#include "grpc/rpc.h"

#include "base/clock.h"
#include "base/latch.h"
#include "base/limits.h"
#include "test.h"

#include <stdlib.h>

#define THREADS 8
#define POSTS   20000

struct bench {
    struct spk_rpc rpc;
};

static void open_bench(struct bench *bench)
{
    struct spk_err err = {0};

    grpc_init();
    CU_ASSERT_FATAL(spk_rpc_open(&bench->rpc, &err));
}

static void start_bench(struct bench *bench)
{
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_rpc_start(&bench->rpc, &err));
}

static void close_bench(struct bench *bench)
{
    spk_rpc_stop(&bench->rpc);
    spk_rpc_close(&bench->rpc);
    grpc_shutdown_blocking();
}

/* ---- items ---- */

/* The posts of one thread, each with an item of its own. */
struct poster {
    struct spk_rpc *rpc;
    struct work {
        struct spk_rpc_item item; /* first */
        struct poster *poster;
        int number;
    } works[POSTS];
    int next; /* the rpc thread's: the number that must come next */
    bool in_order;
    struct spk_latch all;
};

static void take_work(void *owner)
{
    struct work *work = owner;
    struct poster *poster = work->poster;

    poster->in_order = poster->in_order && work->number == poster->next;
    if (++poster->next == POSTS)
        spk_latch_open(&poster->all);
}

static void *post_all(void *argument)
{
    struct poster *poster = argument;

    for (int i = 0; i < POSTS; i++)
        spk_rpc_post(poster->rpc, &poster->works[i].item);
    return NULL;
}

static void test_what_any_thread_posts_is_run_once_and_in_its_order(void)
{
    struct bench bench;
    struct poster *posters = calloc(THREADS, sizeof(*posters));
    pthread_t threads[THREADS];

    CU_ASSERT_PTR_NOT_NULL_FATAL(posters);
    open_bench(&bench);
    start_bench(&bench);
    for (int i = 0; i < THREADS; i++) {
        posters[i].rpc = &bench.rpc;
        posters[i].in_order = true;
        posters[i].all = (struct spk_latch)SPK_LATCH_INIT;
        for (int j = 0; j < POSTS; j++)
            posters[i].works[j] = (struct work){
                {.fn = take_work, .owner = &posters[i].works[j]}, &posters[i], j};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, post_all, &posters[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        spk_latch_wait(&posters[i].all);
        CU_ASSERT_EQUAL(pthread_join(threads[i], NULL), 0);
    }
    close_bench(&bench);
    for (int i = 0; i < THREADS; i++) {
        CU_ASSERT_EQUAL(posters[i].next, POSTS);
        CU_ASSERT_TRUE(posters[i].in_order);
    }
    free(posters);
}

/* An item that posts itself again until it has run so many times. */
struct again {
    struct spk_rpc_item item; /* first */
    struct spk_rpc *rpc;
    int left;
    struct spk_latch over;
};

static void post_again(void *owner)
{
    struct again *again = owner;

    if (again->left-- > 0)
        spk_rpc_post(again->rpc, &again->item);
    else
        spk_latch_open(&again->over);
}

static void test_an_item_may_be_posted_again_while_it_runs(void)
{
    struct bench bench;
    struct again again = {.item = {.fn = post_again, .owner = &again},
                          .rpc = &bench.rpc,
                          .left = 1000,
                          .over = SPK_LATCH_INIT};

    open_bench(&bench);
    spk_rpc_post(&bench.rpc, &again.item); /* the thread finds it when it starts */
    start_bench(&bench);
    spk_latch_wait(&again.over);
    close_bench(&bench);
    CU_ASSERT_EQUAL(again.left, -1);
}

/* ---- timers ---- */

struct moment {
    struct spk_rpc_timer timer;
    struct spk_latch *last;
    int runs, most;
    int64_t every_ms;
    bool too_early;
};

static int64_t on_time(void *owner, int64_t now_ms)
{
    struct moment *moment = owner;

    moment->too_early = moment->too_early || now_ms < moment->timer.due_ms;
    if (++moment->runs < moment->most)
        return now_ms + moment->every_ms;
    if (moment->last)
        spk_latch_open(moment->last);
    return SPK_RPC_NEVER;
}

static void test_timers_run_when_they_are_due_and_as_often_as_they_ask(void)
{
    struct bench bench;
    struct spk_latch last = SPK_LATCH_INIT;
    struct moment moments[] = {
        {.most = 3, .every_ms = 1},
        {.most = 1}, /* never due */
        {.most = 2, .every_ms = 30, .last = &last},
    };

    open_bench(&bench);
    for (size_t i = 0; i < SPK_LEN(moments); i++) {
        moments[i].timer = (struct spk_rpc_timer){
            .fn = on_time,
            .owner = &moments[i],
            .due_ms = i == 1 ? SPK_RPC_NEVER : spk_monotonic_ms() + moments[i].every_ms};
        spk_rpc_add_timer(&bench.rpc, &moments[i].timer);
    }
    start_bench(&bench);
    spk_latch_wait(&last);
    close_bench(&bench);
    CU_ASSERT_EQUAL(moments[0].runs, 3);
    CU_ASSERT_EQUAL(moments[1].runs, 0);
    CU_ASSERT_EQUAL(moments[2].runs, 2);
    CU_ASSERT_FALSE(moments[0].too_early || moments[2].too_early);
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_any_thread_posts_is_run_once_and_in_its_order),
    SPK_TEST(an_item_may_be_posted_again_while_it_runs),
    SPK_TEST(timers_run_when_they_are_due_and_as_often_as_they_ask),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("rpc", tests)

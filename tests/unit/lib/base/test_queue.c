/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

#include "test.h"

#include <sched.h>

#define WRITERS 4
#define ITEMS   1000 /* of each writer */

static void check_order(struct spk_queue *queue, const struct spk_queue_item *const *items,
                        size_t n)
{
    const struct spk_queue_item *at = spk_queue_take_all(queue);

    for (size_t i = 0; i < n; i++, at = at->next)
        CU_ASSERT_PTR_EQUAL_FATAL(at, items[i]);
    CU_ASSERT_PTR_NULL(at);
    CU_ASSERT_EQUAL(queue->length, 0);
}

static void test_items_come_out_in_order(void)
{
    struct spk_queue_item a, b;
    struct spk_queue queue;
    bool was_empty = false;

    spk_queue_init(&queue, 0);
    check_order(&queue, NULL, 0);
    for (int round = 0; round < 2; round++) {
        CU_ASSERT(spk_queue_put(&queue, &a, &was_empty));
        CU_ASSERT(was_empty);
        CU_ASSERT(spk_queue_put(&queue, &b, &was_empty));
        CU_ASSERT_FALSE(was_empty);
        check_order(&queue, (const struct spk_queue_item *[]){&a, &b}, 2);
    }
    spk_queue_done(&queue);
}

static void test_a_full_queue_refuses_and_changes_nothing(void)
{
    struct spk_queue_item a, b, c = {.next = &c};
    struct spk_queue queue;
    bool was_empty = true;

    spk_queue_init(&queue, 2);
    CU_ASSERT(spk_queue_put(&queue, &a, &was_empty) && spk_queue_put(&queue, &b, &was_empty));
    CU_ASSERT_FALSE(spk_queue_put(&queue, &c, &was_empty));
    CU_ASSERT_PTR_EQUAL(c.next, &c);
    check_order(&queue, (const struct spk_queue_item *[]){&a, &b}, 2);
    CU_ASSERT(spk_queue_put(&queue, &c, &was_empty));
    check_order(&queue, (const struct spk_queue_item *[]){&c}, 1);
    spk_queue_done(&queue);
}

/* First, middle and last; what is put afterwards is the end again. */
static void test_an_item_is_taken_out_of_any_place(void)
{
    struct spk_queue_item items[3], more;

    for (size_t out = 0; out < 3; out++) {
        struct spk_queue queue;
        bool was_empty;

        spk_queue_init(&queue, 3);
        for (size_t i = 0; i < 3; i++)
            CU_ASSERT(spk_queue_put(&queue, &items[i], &was_empty));
        CU_ASSERT(spk_queue_remove(&queue, &items[out]));
        CU_ASSERT_FALSE(spk_queue_remove(&queue, &items[out]));
        CU_ASSERT(spk_queue_put(&queue, &more, &was_empty)); /* there is room again */
        check_order(&queue,
                    (const struct spk_queue_item *[]){&items[out == 0],
                                                      &items[out == 2 ? 1 : 2], &more},
                    3);
        CU_ASSERT_FALSE(spk_queue_remove(&queue, &more));
        spk_queue_done(&queue);
    }
}

struct numbered {
    struct spk_queue_item item; /* first */
    int writer, number;
};

struct writer {
    struct spk_queue *queue;
    struct numbered *items;
};

static void *write_all(void *argument)
{
    const struct writer *writer = argument;
    bool was_empty;

    for (int i = 0; i < ITEMS; i++)
        while (!spk_queue_put(writer->queue, &writer->items[i].item, &was_empty))
            (void)sched_yield();
    return NULL;
}

static void test_each_writers_items_arrive_once_and_in_order(void)
{
    static struct numbered items[WRITERS][ITEMS];
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    struct spk_queue queue;
    int next[WRITERS] = {0};

    spk_queue_init(&queue, 16);
    for (int w = 0; w < WRITERS; w++) {
        for (int i = 0; i < ITEMS; i++)
            items[w][i] = (struct numbered){.writer = w, .number = i};
        writers[w] = (struct writer){&queue, items[w]};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[w], NULL, write_all, &writers[w]), 0);
    }
    for (int left = WRITERS * ITEMS; left > 0;)
        for (struct spk_queue_item *at = spk_queue_take_all(&queue), *after; at; at = after) {
            const struct numbered *item = (const struct numbered *)at;

            after = at->next;
            CU_ASSERT_EQUAL_FATAL(item->number, next[item->writer]);
            next[item->writer]++;
            left--;
        }
    for (int w = 0; w < WRITERS; w++)
        (void)pthread_join(threads[w], NULL);
    check_order(&queue, NULL, 0);
    spk_queue_done(&queue);
}

static CU_TestInfo tests[] = {
    SPK_TEST(items_come_out_in_order),
    SPK_TEST(a_full_queue_refuses_and_changes_nothing),
    SPK_TEST(an_item_is_taken_out_of_any_place),
    SPK_TEST(each_writers_items_arrive_once_and_in_order),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("queue", tests)

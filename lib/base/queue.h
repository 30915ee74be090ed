/* SPDX-License-Identifier: Apache-2.0 */
/**
 * queue.h: a hand-over between two threads: an intrusive first-in-first-out list under a mutex
 * that is held for a few instructions. An item belongs to the thread that took it.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct spk_queue_item {
    struct spk_queue_item *next;
};

struct spk_queue {
    pthread_mutex_t lock;
    struct spk_queue_item *first, **last;
    size_t length, limit;
};

void spk_queue_init(struct spk_queue *queue, size_t limit); /* limit 0: no limit */
void spk_queue_done(struct spk_queue *queue);

/** Append item. @errors false: full, item is still the caller's */
bool spk_queue_put(struct spk_queue *queue, struct spk_queue_item *item, bool *was_empty);

/** Take all items at once, in order; NULL if there are none. */
struct spk_queue_item *spk_queue_take_all(struct spk_queue *queue);

/** Take item out again. @errors false: it was not there */
bool spk_queue_remove(struct spk_queue *queue, struct spk_queue_item *item);

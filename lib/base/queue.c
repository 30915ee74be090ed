/* SPDX-License-Identifier: Apache-2.0 */
#include "base/queue.h"

void spk_queue_init(struct spk_queue *queue, size_t limit)
{
    *queue = (struct spk_queue){.limit = limit};
    queue->last = &queue->first;
    (void)pthread_mutex_init(&queue->lock, NULL);
}

void spk_queue_done(struct spk_queue *queue)
{
    (void)pthread_mutex_destroy(&queue->lock);
}

bool spk_queue_put(struct spk_queue *queue, struct spk_queue_item *item, bool *was_empty)
{
    (void)pthread_mutex_lock(&queue->lock);
    bool room = !queue->limit || queue->length < queue->limit;
    if (room) {
        *was_empty = queue->length++ == 0;
        item->next = NULL;
        *queue->last = item;
        queue->last = &item->next;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return room;
}

struct spk_queue_item *spk_queue_take_all(struct spk_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    struct spk_queue_item *all = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    queue->length = 0;
    (void)pthread_mutex_unlock(&queue->lock);
    return all;
}

bool spk_queue_remove(struct spk_queue *queue, struct spk_queue_item *item)
{
    bool found = false;

    (void)pthread_mutex_lock(&queue->lock);
    for (struct spk_queue_item **at = &queue->first; *at && !found; at = &(*at)->next) {
        if (*at != item)
            continue;
        found = true;
        *at = item->next;
        if (!*at)
            queue->last = at;
        queue->length--;
        break;
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return found;
}

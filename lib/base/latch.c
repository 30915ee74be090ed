/* SPDX-License-Identifier: Apache-2.0 */
#include "base/latch.h"

/* Signals while it holds the lock: the waiter may destroy the latch right after. */
void spk_latch_open(struct spk_latch *latch)
{
    (void)pthread_mutex_lock(&latch->lock);
    latch->open = true;
    (void)pthread_cond_broadcast(&latch->opened);
    (void)pthread_mutex_unlock(&latch->lock);
}

void spk_latch_wait(struct spk_latch *latch)
{
    (void)pthread_mutex_lock(&latch->lock);
    while (!latch->open)
        (void)pthread_cond_wait(&latch->opened, &latch->lock);
    (void)pthread_mutex_unlock(&latch->lock);
}

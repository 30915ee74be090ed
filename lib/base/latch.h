/* SPDX-License-Identifier: Apache-2.0 */
/** latch.h: one thread waits until another opens it; for programs that block on one call. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

struct spk_latch {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool open;
};

#define SPK_LATCH_INIT                                                                        \
    {                                                                                         \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false                            \
    }

void spk_latch_open(struct spk_latch *latch);
void spk_latch_wait(struct spk_latch *latch); /* returns at once when it is open already */

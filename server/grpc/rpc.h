/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rpc.h: the core's completion queue, the one thread that serves it, and how others reach that
 * thread: an item by a queue and a wake-up, a moment by a timer. The thread never blocks and
 * is never asked to look again and again: it sleeps until something is there for it.
 */
#pragma once

#include "base/err.h"
#include "base/queue.h"

#include <grpc/grpc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/** The purpose of a completion of the core, which carries a pointer to it; fn runs on the
 * thread. */
struct spk_tag {
    void (*fn)(void *owner, bool ok);
    void *owner;
};

/** Work that another thread hands over; fn runs on the thread, once for each post. */
struct spk_rpc_item {
    struct spk_queue_item item; /* first */
    void (*fn)(void *owner);
    void *owner;
};

#define SPK_RPC_NEVER INT64_MAX

/** A moment at which the thread has something to do. */
struct spk_rpc_timer {
    /* Called at due_ms or later; returns when it is due next. */
    int64_t (*fn)(void *owner, int64_t now_ms);
    void *owner;
    int64_t due_ms; /* monotonic, or SPK_RPC_NEVER; the thread's own once it runs */
    struct spk_rpc_timer *next;
};

struct spk_rpc {
    grpc_completion_queue *queue;
    pthread_t thread;
    struct spk_queue posted;
    struct spk_tag woken; /* of the wake-ups: items are there */
    grpc_channel *nowhere;
    grpc_call *waker; /* a call on that channel; its empty batches are the wake-ups */
    struct spk_rpc_timer *timers;
};

/** Create the queue. @owner rpc is the caller's until spk_rpc_close @errors INTERNAL_ERROR */
bool spk_rpc_open(struct spk_rpc *rpc, struct spk_err *err) SPK_CHECK;

/** Before spk_rpc_start; timer must outlive the thread. */
void spk_rpc_add_timer(struct spk_rpc *rpc, struct spk_rpc_timer *timer);

/** Start the thread. @errors INTERNAL_ERROR */
bool spk_rpc_start(struct spk_rpc *rpc, struct spk_err *err) SPK_CHECK;

/**
 * Have item's fn called on the thread, after those that were posted before. From any thread;
 * it takes one lock for a few instructions. The item is the thread's until fn is called.
 */
void spk_rpc_post(struct spk_rpc *rpc, struct spk_rpc_item *item);

/** End the thread once its queue is empty. No completion is owed any more, nobody posts. */
void spk_rpc_stop(struct spk_rpc *rpc);

/** Free the queue; servers that use it are destroyed already. */
void spk_rpc_close(struct spk_rpc *rpc);

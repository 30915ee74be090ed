/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/rpc.h"

#include "base/clock.h"

#include <grpc/support/time.h>
#include <sys/prctl.h>

/* ---- items of other threads ---- */

static void run_posted(void *owner, bool ok)
{
    struct spk_rpc *rpc = owner;
    struct spk_queue_item *at = spk_queue_take_all(&rpc->posted);

    (void)ok;
    while (at) {
        struct spk_rpc_item *item = (struct spk_rpc_item *)(void *)at;

        at = at->next; /* fn may post the item again */
        item->fn(item->owner);
    }
}

/*
 * Whoever finds the queue empty wakes the thread: one wake-up for all items that come until it
 * has taken them. C has no alarms of the core; an empty batch does as well: its "tag is put in
 * the completion queue immediately" (the core's header), and nothing of the call is touched,
 * so that any number of threads may do it at once.
 * https://grpc.github.io/grpc/core/grpc_8h.html
 */
void spk_rpc_post(struct spk_rpc *rpc, struct spk_rpc_item *item)
{
    bool was_empty;

    (void)spk_queue_put(&rpc->posted, &item->item, &was_empty);
    if (was_empty)
        (void)grpc_call_start_batch(rpc->waker, NULL, 0, &rpc->woken, NULL);
}

/* ---- timers ---- */

void spk_rpc_add_timer(struct spk_rpc *rpc, struct spk_rpc_timer *timer)
{
    timer->next = rpc->timers;
    rpc->timers = timer;
}

static int64_t next_due(const struct spk_rpc *rpc)
{
    int64_t due_ms = SPK_RPC_NEVER;

    for (const struct spk_rpc_timer *timer = rpc->timers; timer; timer = timer->next)
        if (timer->due_ms < due_ms)
            due_ms = timer->due_ms;
    return due_ms;
}

static void run_timers(const struct spk_rpc *rpc, int64_t now_ms)
{
    for (struct spk_rpc_timer *timer = rpc->timers; timer; timer = timer->next)
        if (timer->due_ms <= now_ms)
            timer->due_ms = timer->fn(timer->owner, now_ms);
}

/* ---- the thread ---- */

static gpr_timespec in_core_time(int64_t due_ms)
{
    if (due_ms == SPK_RPC_NEVER)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis(due_ms - spk_monotonic_ms(), GPR_TIMESPAN));
}

static void *serve(void *argument)
{
    struct spk_rpc *rpc = argument;

    (void)prctl(PR_SET_NAME, "grpc");
    for (;;) {
        grpc_event event =
            grpc_completion_queue_next(rpc->queue, in_core_time(next_due(rpc)), NULL);

        if (event.type == GRPC_QUEUE_SHUTDOWN)
            return NULL;
        if (event.type == GRPC_OP_COMPLETE) {
            struct spk_tag *tag = event.tag;

            tag->fn(tag->owner, event.success != 0);
        }
        if (next_due(rpc) != SPK_RPC_NEVER)
            run_timers(rpc, spk_monotonic_ms());
    }
}

/* ---- start and end ---- */

bool spk_rpc_open(struct spk_rpc *rpc, struct spk_err *err)
{
    *rpc = (struct spk_rpc){.woken = {run_posted, rpc}};
    spk_queue_init(&rpc->posted, 0);
    rpc->queue = grpc_completion_queue_create_for_next(NULL);
    rpc->nowhere = grpc_lame_client_channel_create("nowhere", GRPC_STATUS_UNAVAILABLE,
                                                   "no call is made on this channel");
    if (rpc->queue && rpc->nowhere)
        rpc->waker = grpc_channel_create_call(rpc->nowhere, NULL, 0, rpc->queue,
                                              grpc_slice_from_static_string("/wake"), NULL,
                                              gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    return rpc->waker || spk_fail(err, SPK_INTERNAL_ERROR, "the gRPC queue cannot be created");
}

bool spk_rpc_start(struct spk_rpc *rpc, struct spk_err *err)
{
    if (pthread_create(&rpc->thread, NULL, serve, rpc) != 0)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the gRPC thread cannot be started");
    return true;
}

void spk_rpc_stop(struct spk_rpc *rpc)
{
    grpc_call_unref(rpc->waker);
    grpc_completion_queue_shutdown(rpc->queue);
    (void)pthread_join(rpc->thread, NULL);
}

void spk_rpc_close(struct spk_rpc *rpc)
{
    grpc_channel_destroy(rpc->nowhere);
    grpc_completion_queue_destroy(rpc->queue);
    spk_queue_done(&rpc->posted);
}

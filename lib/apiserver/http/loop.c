/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/loop.h"

#include "apiserver/http/connections.h"
#include "apiserver/http/reply.h"
#include "base/clock.h"
#include "base/limits.h"

#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define MAX_POLL_MS 1000 /* an idle loop shows that it is alive, too */
#define GRACE_MS    50   /* for libcurl, which knows better why a request came to nothing */

/* Jobs in order; they hang together by their queue item. */
struct list {
    struct spk_queue_item *first, **last;
};

/* Everything but queue, closing and cancels belongs to the loop's thread. */
struct spk_loop {
    struct spk_loop_plan plan;
    struct spk_connections connections;
    CURLM *multi;
    pthread_t thread;
    sem_t last_wakeup;      /* posted when nobody uses multi any more but the loop */
    struct spk_queue queue; /* jobs that were started and not yet seen by the loop */
    atomic_bool closing, cancels;
    struct spk_transfer *transfers, *idle; /* all that were made, and those without a job */
    size_t n_transfers, running;
    struct list waiting; /* requests without a transfer */
    struct list timers;  /* SPK_API_WAIT */
    bool progress;       /* a job's owner was called: it may have started another */
    bool fresh;          /* a connection fell silent: the next request takes another */
};

static void append(struct list *list, struct spk_queue_item *item)
{
    item->next = NULL;
    *list->last = item;
    list->last = &item->next;
}

static void unlink_at(struct list *list, struct spk_queue_item **at)
{
    *at = (*at)->next;
    if (!*at)
        list->last = at;
}

static void finish(struct spk_loop *loop, struct spk_api_job *job)
{
    loop->progress = true;
    spk_api_finish(loop->plan.api, job);
}

static void take_new(struct spk_loop *loop)
{
    struct spk_queue_item *item = spk_queue_take_all(&loop->queue), *next;

    for (; item; item = next) {
        struct spk_api_job *job = (struct spk_api_job *)item;

        next = item->next;
        append(job->request.verb == SPK_API_WAIT ? &loop->timers : &loop->waiting, item);
    }
}

/* A watch has no end of its own that closing could wait for. */
static bool is_cancelled(const struct spk_loop *loop, const struct spk_api_job *job)
{
    return atomic_load(&job->cancelled) ||
           (job->request.verb == SPK_API_WATCH && atomic_load(&loop->closing));
}

/* End what is due or cancelled; the earliest of the rest goes to *next_ms. */
static void expire(struct spk_loop *loop, struct list *list, int64_t now_ms, int64_t *next_ms)
{
    struct spk_queue_item **at = &list->first;

    while (*at) {
        struct spk_api_job *job = (struct spk_api_job *)*at;
        bool cancelled = is_cancelled(loop, job);

        if (!cancelled && job->due_ms > now_ms) {
            if (job->due_ms < *next_ms)
                *next_ms = job->due_ms;
            at = &(*at)->next;
            continue;
        }
        unlink_at(list, at);
        if (cancelled)
            spk_reply_without_answer(&job->reply, SPK_API_CANCELLED, "cancelled");
        else if (list == &loop->timers)
            spk_reply_without_answer(&job->reply, SPK_API_ANSWERED, "");
        else
            spk_reply_without_answer(&job->reply, SPK_API_NOT_SENT,
                                     "the deadline passed while the request waited");
        finish(loop, job);
    }
}

/* Take a transfer off the wire; its job is still there. */
static void detach(struct spk_loop *loop, struct spk_transfer *transfer)
{
    (void)curl_multi_remove_handle(loop->multi, transfer->easy);
    transfer->next_idle = loop->idle;
    loop->idle = transfer;
    loop->running--;
}

/* A write that left is waited for: dropping it would only hide how it ended. */
static bool is_dropped(const struct spk_loop *loop, const struct spk_transfer *transfer)
{
    const struct spk_api_job *job = transfer->job;

    return job && is_cancelled(loop, job) &&
           !(spk_api_is_write(job->request.verb) && spk_transfer_sent(transfer));
}

static void drop_cancelled(struct spk_loop *loop)
{
    if (!atomic_exchange(&loop->cancels, false))
        return;
    for (size_t i = 0; i < loop->n_transfers; i++) {
        struct spk_transfer *transfer = &loop->transfers[i];

        if (!is_dropped(loop, transfer))
            continue;
        detach(loop, transfer);
        struct spk_api_job *job = spk_transfer_drop(transfer);
        spk_reply_without_answer(&job->reply, SPK_API_CANCELLED, "cancelled");
        finish(loop, job);
    }
}

struct explanation {
    struct spk_api_job *job;
    const char *text;
};

static void explain(void *argument)
{
    const struct explanation *explanation = argument;
    struct spk_api_job *job = explanation->job;

    job->reply.trouble = spk_strdup(job->arena, explanation->text);
}

/* The request never left. */
static void refuse(struct spk_loop *loop, struct spk_api_job *job, const struct spk_err *err)
{
    struct explanation explanation = {job, err->text};
    bool late = err->reason == SPK_DEADLINE_BEFORE_START;

    spk_reply_without_answer(&job->reply, late ? SPK_API_NOT_SENT : SPK_API_REFUSED, "");
    if (!late)
        job->reply.refused = err->reason;
    if (!spk_arena_run(job->arena, explain, &explanation))
        job->reply.trouble = "the call's memory is used up";
    finish(loop, job);
}

/* Put job on the wire with an idle transfer, which is taken from the list only then. */
static void launch(struct spk_loop *loop, struct spk_transfer *transfer,
                   struct spk_api_job *job, bool resent)
{
    struct spk_err err = {0};

    transfer->resent = resent;
    transfer->fresh = loop->fresh;
    if (!spk_transfer_begin(transfer, loop->plan.endpoint, loop->plan.credentials, job,
                            spk_monotonic_ms(), &err)) {
        refuse(loop, job, &err);
        return;
    }
    if (curl_multi_add_handle(loop->multi, transfer->easy) != CURLM_OK) {
        (void)spk_transfer_drop(transfer);
        (void)spk_fail(&err, SPK_INTERNAL_ERROR, "the request could not be started");
        refuse(loop, job, &err);
        return;
    }
    loop->fresh = false;
    loop->idle = transfer->next_idle;
    loop->running++;
}

/* Handles are made when they are needed first: most programs never need many. */
static bool add_transfer(struct spk_loop *loop)
{
    struct spk_transfer *transfer = &loop->transfers[loop->n_transfers];

    if (loop->n_transfers == loop->plan.max_transfers)
        return false;
    transfer->easy = curl_easy_init();
    if (!transfer->easy) {
        loop->plan.max_transfers = loop->n_transfers; /* no memory for more: these must do */
        return false;
    }
    transfer->connections = &loop->connections;
    transfer->progress = &loop->progress;
    transfer->next_idle = loop->idle;
    loop->idle = transfer;
    loop->n_transfers++;
    return true;
}

static bool has_place(struct spk_loop *loop)
{
    return loop->idle || add_transfer(loop);
}

static void launch_waiting(struct spk_loop *loop)
{
    while (loop->waiting.first && has_place(loop)) {
        struct spk_queue_item *item = loop->waiting.first;

        unlink_at(&loop->waiting, &loop->waiting.first);
        launch(loop, loop->idle, (struct spk_api_job *)item, false);
    }
}

static void complete(struct spk_loop *loop, struct spk_transfer *transfer, CURLcode code)
{
    bool refused = code == CURLE_OK && spk_transfer_http(transfer) == 401;
    bool resent = transfer->resent;
    unsigned generation = transfer->generation;

    detach(loop, transfer);
    if (refused && !resent && !atomic_load(&transfer->job->cancelled) &&
        spk_credentials_refused(loop->plan.credentials, generation, spk_monotonic_ms())) {
        launch(loop, transfer, spk_transfer_drop(transfer), true);
        return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT && spk_transfer_sent(transfer))
        loop->fresh |= spk_connections_overdue(&loop->connections, transfer->easy,
                                               spk_transfer_heard_ms(transfer),
                                               spk_monotonic_ms());
    finish(loop, spk_reply_read(transfer, code));
}

static void complete_all(struct spk_loop *loop)
{
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(loop->multi, &left))) {
        CURLcode code = message->data.result;
        char *private = NULL;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK)
            continue;
        complete(loop, (struct spk_transfer *)(void *)private, code);
    }
}

/* End what libcurl lets wait for ever; the earliest of the rest goes to *next_ms. */
static void expire_transfers(struct spk_loop *loop, int64_t now_ms, int64_t *next_ms)
{
    for (size_t i = 0; i < loop->n_transfers; i++) {
        struct spk_transfer *transfer = &loop->transfers[i];

        if (!transfer->job)
            continue;
        int64_t due_ms = spk_transfer_due_ms(transfer) + GRACE_MS;
        if (due_ms <= now_ms) {
            spk_transfer_overdue(transfer);
            complete(loop, transfer, CURLE_OPERATION_TIMEDOUT);
        } else if (due_ms < *next_ms)
            *next_ms = due_ms;
    }
}

static bool is_idle(const struct spk_loop *loop)
{
    return !loop->running && !loop->waiting.first && !loop->timers.first;
}

static void serve(struct spk_loop *loop)
{
    for (;;) {
        /* Read before the queue: whoever closes has started his last job by then. */
        bool closing = atomic_load(&loop->closing);
        int64_t now_ms = spk_monotonic_ms(), next_ms = now_ms + MAX_POLL_MS;
        int still_running;

        if (loop->plan.turn)
            loop->plan.turn(loop->plan.api, now_ms);
        loop->progress = false;
        take_new(loop);
        drop_cancelled(loop);
        expire(loop, &loop->timers, now_ms, &next_ms);
        expire(loop, &loop->waiting, now_ms, &next_ms);
        launch_waiting(loop);
        (void)curl_multi_perform(loop->multi, &still_running);
        complete_all(loop);
        expire_transfers(loop, now_ms, &next_ms);
        if (loop->progress)
            continue;
        if (closing && is_idle(loop))
            return;
        if (loop->waiting.first && has_place(loop))
            continue;
        (void)curl_multi_poll(loop->multi, NULL, 0, (int)(next_ms - now_ms), NULL);
    }
}

static void release_handles(struct spk_loop *loop)
{
    for (; loop->n_transfers; loop->n_transfers--)
        curl_easy_cleanup(loop->transfers[loop->n_transfers - 1].easy);
    if (loop->multi)
        (void)curl_multi_cleanup(loop->multi);
    loop->multi = NULL;
}

/* Saying goodbye on a broken connection raises SIGPIPE, which is blocked on this thread only.
 */
static void *run(void *argument)
{
    struct spk_loop *loop = argument;

    (void)prctl(PR_SET_NAME, loop->plan.name);
    serve(loop);
    while (sem_wait(&loop->last_wakeup) < 0)
        ;
    release_handles(loop);
    return NULL;
}

void spk_loop_start(struct spk_loop *loop, struct spk_api_job *job)
{
    bool was_empty = false;

    job->due_ms = job->request.verb == SPK_API_WAIT ? spk_monotonic_ms() + job->request.wait_ms
                                                    : job->deadline_ms;
    (void)spk_queue_put(&loop->queue, &job->item, &was_empty);
    /* On the loop's own thread a job's owner was just called: it goes round once more. */
    if (was_empty && !pthread_equal(pthread_self(), loop->thread))
        (void)curl_multi_wakeup(loop->multi);
}

void spk_loop_cancel(struct spk_loop *loop)
{
    atomic_store(&loop->cancels, true);
    (void)curl_multi_wakeup(loop->multi);
}

/* Give back whatever there is; the thread has ended or never ran. */
static void release(struct spk_loop *loop)
{
    release_handles(loop);
    spk_queue_done(&loop->queue);
    (void)sem_destroy(&loop->last_wakeup);
    free(loop->transfers);
    free(loop);
}

void spk_loop_close(struct spk_loop *loop)
{
    if (!loop)
        return;
    atomic_store(&loop->closing, true);
    spk_loop_cancel(loop);
    (void)sem_post(&loop->last_wakeup);
    (void)pthread_join(loop->thread, NULL);
    release(loop);
}

/* The first handle shows whether this libcurl knows all that is needed. */
static bool set_up(struct spk_loop *loop, struct spk_err *err)
{
    loop->transfers = calloc(loop->plan.max_transfers, sizeof(*loop->transfers));
    loop->multi = curl_multi_init();
    if (!loop->transfers || !loop->multi || !add_transfer(loop))
        return spk_fail(err, SPK_INTERNAL_ERROR, "libcurl cannot be set up");
    return spk_endpoint_apply(loop->plan.endpoint, loop->transfers[0].easy, err) &&
           spk_endpoint_apply_multi(loop->multi, loop->plan.max_connections, err);
}

/* Signals are the business of main. */
static bool start_thread(struct spk_loop *loop, struct spk_err *err)
{
    sigset_t all, before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&loop->thread, NULL, run, loop) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok || spk_fail(err, SPK_INTERNAL_ERROR, "no thread can be started");
}

bool spk_loop_open(struct spk_loop **out, const struct spk_loop_plan *plan,
                   struct spk_err *err)
{
    struct spk_loop *loop = calloc(1, sizeof(*loop));

    if (!loop)
        return spk_fail(err, SPK_INTERNAL_ERROR, "out of memory");
    loop->plan = *plan;
    loop->waiting.last = &loop->waiting.first;
    loop->timers.last = &loop->timers.first;
    spk_queue_init(&loop->queue, 0);
    (void)sem_init(&loop->last_wakeup, 0, 0);
    if (!set_up(loop, err) || !start_thread(loop, err)) {
        release(loop);
        return false;
    }
    *out = loop;
    return true;
}

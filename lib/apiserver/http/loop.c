/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/loop.h"

#include "apiserver/http/connections.h"
#include "apiserver/http/credentials.h"
#include "apiserver/http/endpoint.h"
#include "apiserver/http/transfer.h"
#include "base/clock.h"
#include "base/limits.h"

#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>

#define MAX_POLL_MS 1000 /* an idle loop shows that it is alive, too */
#define GRACE_MS    50   /* for libcurl, which knows better why a request came to nothing */

/* Jobs in order; they hang together by their queue item. */
struct list {
    struct spk_queue_item *first, **last;
};

/* Everything but queue, closing and cancels belongs to the loop's thread. */
struct kube {
    struct spk_api api;     /* first */
    struct spk_arena arena; /* of the client itself */
    struct spk_endpoint endpoint;
    struct spk_credentials credentials;
    unsigned generation, reload_errors; /* of credentials, as the observer knows them */
    struct spk_connections connections;
    CURLM *multi;
    pthread_t thread;
    sem_t last_wakeup;      /* posted when nobody uses multi any more but the loop */
    struct spk_queue queue; /* jobs that were started and not yet seen by the loop */
    atomic_bool closing, cancels;
    struct spk_transfer *transfers, *idle;
    size_t n_transfers, running;
    struct list waiting; /* requests without a transfer */
    struct list timers;  /* SPK_API_WAIT */
    bool progress;       /* a job was finished: its owner may have started another */
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

static void finish(struct kube *kube, struct spk_api_job *job)
{
    kube->progress = true;
    spk_api_finish(&kube->api, job);
}

static void take_new(struct kube *kube)
{
    struct spk_queue_item *item = spk_queue_take_all(&kube->queue), *next;

    for (; item; item = next) {
        struct spk_api_job *job = (struct spk_api_job *)item;

        next = item->next;
        append(job->request.verb == SPK_API_WAIT ? &kube->timers : &kube->waiting, item);
    }
}

/* End what is due or cancelled; the earliest of the rest goes to *next_ms. */
static void expire(struct kube *kube, struct list *list, int64_t now_ms, int64_t *next_ms)
{
    struct spk_queue_item **at = &list->first;

    while (*at) {
        struct spk_api_job *job = (struct spk_api_job *)*at;
        bool cancelled = atomic_load(&job->cancelled);

        if (!cancelled && job->due_ms > now_ms) {
            if (job->due_ms < *next_ms)
                *next_ms = job->due_ms;
            at = &(*at)->next;
            continue;
        }
        unlink_at(list, at);
        if (cancelled)
            spk_reply_without_answer(&job->reply, SPK_API_CANCELLED, "cancelled");
        else if (list == &kube->timers)
            spk_reply_without_answer(&job->reply, SPK_API_ANSWERED, "");
        else
            spk_reply_without_answer(&job->reply, SPK_API_NOT_SENT,
                                     "the deadline passed while the request waited");
        finish(kube, job);
    }
}

/* Take a transfer off the wire; its job is still there. */
static void detach(struct kube *kube, struct spk_transfer *transfer)
{
    (void)curl_multi_remove_handle(kube->multi, transfer->easy);
    transfer->next_idle = kube->idle;
    kube->idle = transfer;
    kube->running--;
}

/* A write that left is waited for: dropping it would only hide how it ended. */
static bool is_dropped(const struct spk_transfer *transfer)
{
    const struct spk_api_job *job = transfer->job;

    return job && atomic_load(&job->cancelled) &&
           !(spk_api_is_write(job->request.verb) && spk_transfer_sent(transfer));
}

static void drop_cancelled(struct kube *kube)
{
    if (!atomic_exchange(&kube->cancels, false))
        return;
    for (size_t i = 0; i < kube->n_transfers; i++) {
        struct spk_transfer *transfer = &kube->transfers[i];

        if (!is_dropped(transfer))
            continue;
        detach(kube, transfer);
        struct spk_api_job *job = spk_transfer_drop(transfer);
        spk_reply_without_answer(&job->reply, SPK_API_CANCELLED, "cancelled");
        finish(kube, job);
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
static void refuse(struct kube *kube, struct spk_api_job *job, const struct spk_err *err)
{
    struct explanation explanation = {job, err->text};
    bool late = err->reason == SPK_DEADLINE_BEFORE_START;

    spk_reply_without_answer(&job->reply, late ? SPK_API_NOT_SENT : SPK_API_REFUSED, "");
    if (!late)
        job->reply.refused = err->reason;
    if (!spk_arena_run(job->arena, explain, &explanation))
        job->reply.trouble = "the call's memory is used up";
    finish(kube, job);
}

static void tell_credentials(struct kube *kube)
{
    struct spk_api_observer *observer = kube->api.observer;
    bool renewed = kube->credentials.generation != kube->generation;

    if (!renewed && kube->credentials.reload_errors == kube->reload_errors)
        return;
    kube->generation = kube->credentials.generation;
    kube->reload_errors = kube->credentials.reload_errors;
    if (observer && observer->credentials)
        observer->credentials(observer, renewed);
}

/* Put job on the wire with an idle transfer, which is taken from the list only then. */
static void launch(struct kube *kube, struct spk_transfer *transfer, struct spk_api_job *job,
                   bool resent)
{
    struct spk_err err = {0};

    transfer->resent = resent;
    transfer->fresh = kube->fresh;
    if (!spk_transfer_begin(transfer, &kube->endpoint, &kube->credentials, job,
                            spk_monotonic_ms(), &err)) {
        refuse(kube, job, &err);
        return;
    }
    if (curl_multi_add_handle(kube->multi, transfer->easy) != CURLM_OK) {
        (void)spk_transfer_drop(transfer);
        (void)spk_fail(&err, SPK_INTERNAL_ERROR, "the request could not be started");
        refuse(kube, job, &err);
        return;
    }
    kube->fresh = false;
    kube->idle = transfer->next_idle;
    kube->running++;
}

static void launch_waiting(struct kube *kube)
{
    while (kube->waiting.first && kube->idle) {
        struct spk_queue_item *item = kube->waiting.first;

        unlink_at(&kube->waiting, &kube->waiting.first);
        launch(kube, kube->idle, (struct spk_api_job *)item, false);
    }
}

static void complete(struct kube *kube, struct spk_transfer *transfer, CURLcode code)
{
    bool refused = code == CURLE_OK && spk_transfer_http(transfer) == 401;
    bool resent = transfer->resent;
    unsigned generation = transfer->generation;

    detach(kube, transfer);
    if (refused && !resent && !atomic_load(&transfer->job->cancelled) &&
        spk_credentials_refused(&kube->credentials, generation, spk_monotonic_ms())) {
        launch(kube, transfer, spk_transfer_drop(transfer), true);
        return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT && spk_transfer_sent(transfer))
        kube->fresh |= spk_connections_overdue(&kube->connections, transfer->easy,
                                               transfer->sent_ms, spk_monotonic_ms());
    finish(kube, spk_transfer_end(transfer, code));
}

static void complete_all(struct kube *kube)
{
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(kube->multi, &left))) {
        CURLcode code = message->data.result;
        char *private = NULL;

        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK)
            continue;
        complete(kube, (struct spk_transfer *)(void *)private, code);
    }
}

/* End what libcurl lets wait for ever; the earliest of the rest goes to *next_ms. */
static void expire_transfers(struct kube *kube, int64_t now_ms, int64_t *next_ms)
{
    for (size_t i = 0; i < kube->n_transfers; i++) {
        struct spk_transfer *transfer = &kube->transfers[i];
        int64_t due_ms = transfer->due_ms + GRACE_MS;

        if (!transfer->job)
            continue;
        if (due_ms <= now_ms) {
            spk_transfer_overdue(transfer);
            complete(kube, transfer, CURLE_OPERATION_TIMEDOUT);
        } else if (due_ms < *next_ms)
            *next_ms = due_ms;
    }
}

static bool is_idle(const struct kube *kube)
{
    return !kube->running && !kube->waiting.first && !kube->timers.first;
}

static void serve(struct kube *kube)
{
    for (;;) {
        /* Read before the queue: whoever closes has started his last job by then. */
        bool closing = atomic_load(&kube->closing);
        int64_t now_ms = spk_monotonic_ms(), next_ms = now_ms + MAX_POLL_MS;
        int still_running;

        atomic_store(&kube->api.ticked_ms, now_ms);
        kube->progress = false;
        take_new(kube);
        drop_cancelled(kube);
        expire(kube, &kube->timers, now_ms, &next_ms);
        expire(kube, &kube->waiting, now_ms, &next_ms);
        launch_waiting(kube);
        (void)curl_multi_perform(kube->multi, &still_running);
        complete_all(kube);
        tell_credentials(kube);
        expire_transfers(kube, now_ms, &next_ms);
        if (kube->progress)
            continue;
        if (closing && is_idle(kube))
            return;
        if (kube->waiting.first && kube->idle)
            continue;
        (void)curl_multi_poll(kube->multi, NULL, 0, (int)(next_ms - now_ms), NULL);
    }
}

static void release_handles(struct kube *kube)
{
    for (; kube->n_transfers; kube->n_transfers--)
        curl_easy_cleanup(kube->transfers[kube->n_transfers - 1].easy);
    if (kube->multi)
        (void)curl_multi_cleanup(kube->multi);
    kube->multi = NULL;
}

/* Saying goodbye on a broken connection raises SIGPIPE, which is blocked on this thread only.
 */
static void *run(void *argument)
{
    struct kube *kube = argument;

    (void)prctl(PR_SET_NAME, "api-server");
    serve(kube);
    while (sem_wait(&kube->last_wakeup) < 0)
        ;
    release_handles(kube);
    return NULL;
}

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct kube *kube = (struct kube *)api;
    bool was_empty = false;

    job->due_ms = job->request.verb == SPK_API_WAIT ? spk_monotonic_ms() + job->request.wait_ms
                                                    : job->deadline_ms;
    (void)spk_queue_put(&kube->queue, &job->item, &was_empty);
    /* On the loop's own thread another job was just finished: it goes round once more. */
    if (was_empty && !pthread_equal(pthread_self(), kube->thread))
        (void)curl_multi_wakeup(kube->multi);
}

static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    struct kube *kube = (struct kube *)api;

    atomic_store(&job->cancelled, true);
    atomic_store(&kube->cancels, true);
    (void)curl_multi_wakeup(kube->multi);
}

static int64_t now_ms(struct spk_api *api)
{
    (void)api;
    return spk_monotonic_ms();
}

/* Give back whatever there is; the thread has ended or never ran. */
static void release(struct kube *kube)
{
    release_handles(kube);
    spk_endpoint_close(&kube->endpoint);
    spk_credentials_done(&kube->credentials);
    spk_queue_done(&kube->queue);
    (void)sem_destroy(&kube->last_wakeup);
    spk_arena_free(&kube->arena);
    free(kube);
}

static void close_loop(struct spk_api *api)
{
    struct kube *kube = (struct kube *)api;

    atomic_store(&kube->closing, true);
    (void)curl_multi_wakeup(kube->multi);
    (void)sem_post(&kube->last_wakeup);
    (void)pthread_join(kube->thread, NULL);
    release(kube);
}

static const struct spk_api_ops ops = {
    .start = start,
    .cancel = cancel,
    .now_ms = now_ms,
    .close = close_loop,
};

struct opening {
    struct kube *kube;
    const struct spk_kube_config *config;
    bool ok;
    struct spk_err *err;
};

static bool make_transfers(struct kube *kube, size_t n)
{
    kube->transfers = spk_alloc_array(&kube->arena, n, sizeof(*kube->transfers));
    for (; kube->n_transfers < n; kube->n_transfers++) {
        struct spk_transfer *transfer = &kube->transfers[kube->n_transfers];

        transfer->easy = curl_easy_init();
        if (!transfer->easy)
            return false;
        transfer->connections = &kube->connections;
        transfer->next_idle = kube->idle;
        kube->idle = transfer;
    }
    return true;
}

static void build(void *argument)
{
    struct opening *opening = argument;
    struct kube *kube = opening->kube;
    const struct spk_kube_config *config = opening->config;
    size_t inflight = config->max_inflight ? config->max_inflight : SPK_KUBE_INFLIGHT;

    if (!spk_endpoint_open(&kube->arena, config, &kube->endpoint, opening->err) ||
        !spk_credentials_init(&kube->credentials, &kube->endpoint.config, spk_monotonic_ms(),
                              opening->err))
        return;
    kube->generation = kube->credentials.generation;
    kube->api.url = kube->endpoint.url;
    kube->api.default_namespace = kube->endpoint.config.ns;
    kube->multi = curl_multi_init();
    if (!kube->multi || !make_transfers(kube, inflight))
        (void)spk_fail(opening->err, SPK_INTERNAL_ERROR, "libcurl cannot be set up");
    else
        opening->ok =
            spk_endpoint_apply(&kube->endpoint, kube->transfers[0].easy, opening->err) &&
            spk_endpoint_apply_multi(&kube->endpoint, kube->multi, opening->err);
}

/* Signals are the business of main. */
static bool start_thread(struct kube *kube)
{
    sigset_t all, before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = pthread_create(&kube->thread, NULL, run, kube) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

bool spk_kube_open(struct spk_api **out, const struct spk_kube_config *config,
                   struct spk_err *err)
{
    struct kube *kube = calloc(1, sizeof(*kube));
    struct opening opening = {.kube = kube, .config = config, .err = err};

    if (!kube)
        return spk_fail(err, SPK_INTERNAL_ERROR, "out of memory");
    kube->api.ops = &ops;
    atomic_init(&kube->api.ticked_ms, spk_monotonic_ms());
    kube->arena.limit = 2 * SPK_MAX_CA + SPK_ARENA_BYTES;
    kube->waiting.last = &kube->waiting.first;
    kube->timers.last = &kube->timers.first;
    spk_queue_init(&kube->queue, 0);
    (void)sem_init(&kube->last_wakeup, 0, 0);
    if (!spk_arena_run(&kube->arena, build, &opening))
        (void)spk_fail(err, SPK_INTERNAL_ERROR, "out of memory");
    if (opening.ok && !start_thread(kube))
        opening.ok = spk_fail(err, SPK_INTERNAL_ERROR, "no thread can be started");
    if (!opening.ok) {
        release(kube);
        return false;
    }
    *out = &kube->api;
    return true;
}

bool spk_kube_init(struct spk_err *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        return true;
    return spk_fail(err, SPK_INTERNAL_ERROR, "libcurl cannot be initialised");
}

void spk_kube_done(void)
{
    curl_global_cleanup();
}

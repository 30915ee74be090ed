/* SPDX-License-Identifier: Apache-2.0 */
/** exchange.h: requests of tests to an API server: several under way, or one waited for. */
#pragma once

#include "apiserver/wait.h"
#include "base/clock.h"

#include <semaphore.h>
#include <string.h>

struct exchange {
    struct spk_api_job job;
    sem_t ended;
};

static inline void exchange_done(struct spk_api_job *job)
{
    sem_post(&((struct exchange *)job->context)->ended);
}

/** Start a request with a deadline in so many ms. */
static inline void exchange_start(struct exchange *exchange, struct spk_api *api,
                                  struct spk_arena *arena, struct spk_api_request request,
                                  int64_t timeout_ms)
{
    sem_init(&exchange->ended, 0, 0);
    exchange->job.arena = arena;
    exchange->job.request = request;
    if (request.body)
        exchange->job.request.body_length = strlen(request.body);
    exchange->job.deadline_ms = spk_monotonic_ms() + timeout_ms;
    exchange->job.done = exchange_done;
    exchange->job.context = exchange;
    spk_api_start(api, &exchange->job);
}

static inline void exchange_wait(struct exchange *exchange)
{
    while (sem_wait(&exchange->ended) < 0)
        ;
    sem_destroy(&exchange->ended);
}

/** Send a request and wait for its end; the reply lives in arena. */
static inline struct spk_api_reply exchange(struct spk_api *api, struct spk_arena *arena,
                                            struct spk_api_request request)
{
    return spk_api_wait(api, arena, &request, 10000);
}

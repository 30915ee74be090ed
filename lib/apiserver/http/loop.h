/* SPDX-License-Identifier: Apache-2.0 */
/**
 * loop.h: one thread that carries out jobs over a few shared connections of its own. Any
 * thread starts and cancels jobs; their owners are called on the loop's thread and must not
 * block.
 */
#pragma once

#include "apiserver/api.h"
#include "apiserver/http/credentials.h"
#include "apiserver/http/endpoint.h"

struct spk_loop;

struct spk_loop_plan {
    struct spk_api *api; /* whose jobs these are */
    const struct spk_endpoint *endpoint;
    struct spk_credentials *credentials; /* all three outlive the loop */
    size_t max_transfers;                /* more jobs wait for their turn */
    long max_connections;
    const char *name; /* of the thread: at most 15 bytes */
    void (*turn)(struct spk_api *api,
                 int64_t now_ms); /* each turn, once a second; NULL: none */
};

/**
 * @owner  *out is the caller's until spk_loop_close
 * @errors INTERNAL_ERROR  no thread or no memory, or libcurl lacks something
 */
bool spk_loop_open(struct spk_loop **out, const struct spk_loop_plan *plan,
                   struct spk_err *err) SPK_CHECK;

void spk_loop_start(struct spk_loop *loop, struct spk_api_job *job);

/** Have the loop look for jobs that are marked as cancelled. */
void spk_loop_cancel(struct spk_loop *loop);

/** Cancel watches, wait for all other jobs, and end the thread; NULL is a no-op. */
void spk_loop_close(struct spk_loop *loop);

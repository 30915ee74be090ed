/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/kube.h"

#include "apiserver/http/loop.h"
#include "base/clock.h"
#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>

struct kube {
    struct spk_api api;     /* first */
    struct spk_arena arena; /* of the client itself */
    struct spk_endpoint endpoint;
    struct spk_credentials credentials;
    unsigned generation, reload_errors; /* of credentials, as the observer knows them */
    struct spk_loop *requests;
    pthread_mutex_t lock;     /* of what follows */
    struct spk_loop *watches; /* NULL before the first watch */
    bool closing;
};

static void tell_credentials(struct spk_api *api, int64_t now_ms)
{
    struct kube *kube = (struct kube *)api;
    struct spk_api_observer *observer = api->observer;
    unsigned generation, reload_errors;

    atomic_store(&api->ticked_ms, now_ms);
    spk_credentials_count(&kube->credentials, &generation, &reload_errors);
    bool renewed = generation != kube->generation;
    if (!renewed && reload_errors == kube->reload_errors)
        return;
    kube->generation = generation;
    kube->reload_errors = reload_errors;
    if (observer && observer->credentials)
        observer->credentials(observer, renewed);
}

static struct spk_loop_plan plan_of(struct kube *kube)
{
    const struct spk_kube_config *config = &kube->endpoint.config;

    return (struct spk_loop_plan){
        .api = &kube->api,
        .endpoint = &kube->endpoint,
        .credentials = &kube->credentials,
        .max_transfers = config->max_inflight ? config->max_inflight : SPK_KUBE_INFLIGHT,
        .max_connections = config->http1 ? SPK_KUBE_CONNECTIONS1 : SPK_KUBE_CONNECTIONS,
        .name = "api-server",
        .turn = tell_credentials,
    };
}

static struct spk_loop *open_watches(struct kube *kube)
{
    struct spk_loop_plan plan = plan_of(kube);
    struct spk_loop *loop = NULL;
    struct spk_err ignored;

    plan.max_transfers = SPK_MAX_WATCHES;
    plan.max_connections = kube->endpoint.config.http1 ? (long)SPK_MAX_WATCHES
                                                       : SPK_WATCH_CONNECTIONS;
    plan.name = "api-watches";
    plan.turn = NULL;
    return spk_loop_open(&loop, &plan, &ignored) ? loop : NULL;
}

/* Watches would take places and time of requests; where no second thread can be had, or the
 * client closes, they go with the requests. */
static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct kube *kube = (struct kube *)api;

    if (job->request.verb != SPK_API_WATCH) {
        spk_loop_start(kube->requests, job);
        return;
    }
    (void)pthread_mutex_lock(&kube->lock);
    if (!kube->watches && !kube->closing)
        kube->watches = open_watches(kube);
    bool watched = kube->watches && !kube->closing;
    spk_loop_start(watched ? kube->watches : kube->requests, job);
    (void)pthread_mutex_unlock(&kube->lock);
}

static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    struct kube *kube = (struct kube *)api;

    atomic_store(&job->cancelled, true);
    spk_loop_cancel(kube->requests);
    (void)pthread_mutex_lock(&kube->lock);
    if (kube->watches && !kube->closing)
        spk_loop_cancel(kube->watches);
    (void)pthread_mutex_unlock(&kube->lock);
}

static int64_t now_ms(struct spk_api *api)
{
    (void)api;
    return spk_monotonic_ms();
}

static void release(struct kube *kube)
{
    spk_endpoint_close(&kube->endpoint);
    spk_credentials_done(&kube->credentials);
    (void)pthread_mutex_destroy(&kube->lock);
    spk_arena_free(&kube->arena);
    free(kube);
}

/* Watches first: their owners may still start requests when they hear of the end. */
static void close_kube(struct spk_api *api)
{
    struct kube *kube = (struct kube *)api;

    (void)pthread_mutex_lock(&kube->lock);
    kube->closing = true;
    (void)pthread_mutex_unlock(&kube->lock);
    spk_loop_close(kube->watches);
    spk_loop_close(kube->requests);
    release(kube);
}

static const struct spk_api_ops ops = {
    .start = start,
    .cancel = cancel,
    .now_ms = now_ms,
    .close = close_kube,
};

struct opening {
    struct kube *kube;
    const struct spk_kube_config *config;
    bool ok;
    struct spk_err *err;
};

static void build(void *argument)
{
    struct opening *opening = argument;
    struct kube *kube = opening->kube;

    opening->ok =
        spk_endpoint_open(&kube->arena, opening->config, &kube->endpoint, opening->err) &&
        spk_credentials_init(&kube->credentials, &kube->endpoint.config, spk_monotonic_ms(),
                             opening->err);
    kube->api.url = kube->endpoint.url;
    kube->api.default_namespace = kube->endpoint.config.ns;
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
    (void)pthread_mutex_init(&kube->lock, NULL);
    if (!spk_arena_run(&kube->arena, build, &opening))
        (void)spk_fail(err, SPK_INTERNAL_ERROR, "out of memory");
    const struct spk_loop_plan plan = plan_of(kube);
    if (!opening.ok || !spk_loop_open(&kube->requests, &plan, err)) {
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "service/health.h"

#include "base/limits.h"
#include "service/service.h"

#include <string.h>

static const struct {
    const char *name;
    bool needs_api_server;
} services[] = {
    {"", false},
    {"readiness", true},
    {"spark.submit.v1.SubmitService", true},
};

/* SPK_LEN(services): there is no such service. */
static size_t find(const char *name)
{
    size_t i = 0;

    while (i < SPK_LEN(services) && strcmp(services[i].name, name) != 0)
        i++;
    return i;
}

static enum spk_serving status_of(const struct spk_health *health, size_t service)
{
    if (service == SPK_LEN(services))
        return SPK_SERVICE_UNKNOWN;
    if (atomic_load(&health->leaving) || atomic_load(&health->stuck) ||
        (services[service].needs_api_server && !atomic_load(&health->ready)))
        return SPK_NOT_SERVING;
    return SPK_SERVING;
}

/* ---- Check and List ---- */

static bool check(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_health_request *request = operation->request;
    struct spk_health_response *response;
    size_t service = find(request->service);

    if (service == SPK_LEN(services))
        return spk_fail(err, SPK_HEALTH_SERVICE_UNKNOWN,
                        "health is known of \"\", \"readiness\" and "
                        "\"spark.submit.v1.SubmitService\"");
    response = spk_alloc(operation->arena, sizeof(*response));
    response->status = status_of(operation->service->health, service);
    operation->response = response;
    return true;
}

const struct spk_operation_type spk_health_check_type = {.name = "Check", .prepare = check};

static bool list(struct spk_operation *operation, struct spk_err *err)
{
    struct spk_health_list_response *response = spk_alloc(operation->arena, sizeof(*response));
    struct spk_health_service *all =
        spk_alloc_array(operation->arena, SPK_LEN(services), sizeof(*all));

    (void)err;
    for (size_t i = 0; i < SPK_LEN(services); i++)
        all[i] = (struct spk_health_service){services[i].name,
                                             status_of(operation->service->health, i)};
    *response = (struct spk_health_list_response){all, SPK_LEN(services)};
    operation->response = response;
    return true;
}

const struct spk_operation_type spk_health_list_type = {.name = "List", .prepare = list};

/* ---- Watch ---- */

#define ANSWER_BYTES SPK_KIB(64)

struct spk_health_watcher {
    struct spk_queue_item item; /* first: of those that join */
    struct spk_health_watcher *next;
    struct spk_operation *operation;
    size_t service;
    bool told;
    enum spk_serving status; /* told last */
};

static bool send_status(struct spk_health_watcher *watcher, enum spk_serving status)
{
    static const struct spk_health_response responses[] = {
        [SPK_SERVING] = {SPK_SERVING},
        [SPK_NOT_SERVING] = {SPK_NOT_SERVING},
        [SPK_SERVICE_UNKNOWN] = {SPK_SERVICE_UNKNOWN},
    };
    struct spk_answer *answer = spk_answer_new(ANSWER_BYTES);

    if (!answer)
        return false;
    answer->response = &responses[status];
    watcher->told = true;
    watcher->status = status;
    spk_operation_send(watcher->operation, answer);
    return true;
}

/* Whether the watcher goes on; else *err says why not, or nothing if its client left. */
static bool tell(const struct spk_health *health, struct spk_health_watcher *watcher,
                 struct spk_err *err)
{
    enum spk_serving status = status_of(health, watcher->service);

    if (atomic_load(&watcher->operation->cancelled))
        return false;
    if ((!watcher->told || watcher->status != status) && !send_status(watcher, status))
        return spk_fail(err, SPK_SERVER_OVERLOADED, "there is no memory left");
    if (atomic_load(&watcher->operation->draining))
        return spk_fail(err, SPK_SERVER_DRAINING, "the server is stopping");
    return true;
}

static void let_join(struct spk_health *health)
{
    struct spk_queue_item *at = spk_queue_take_all(&health->joining);

    while (at) {
        struct spk_health_watcher *watcher = (struct spk_health_watcher *)(void *)at;

        at = at->next;
        watcher->next = health->watchers;
        health->watchers = watcher;
    }
}

static void tell_each(struct spk_health *health)
{
    struct spk_health_watcher **at = &health->watchers;

    while (*at) {
        struct spk_operation *operation = (*at)->operation;
        struct spk_err err = {.reason = SPK_NO_REASON};

        if (tell(health, *at, &err)) {
            at = &(*at)->next;
            continue;
        }
        *at = (*at)->next;
        spk_operation_finish(operation, err.reason == SPK_NO_REASON ? NULL : &err);
    }
}

/*
 * One thread at a time tells: the one that finds nobody telling. Others leave their change to
 * it, and it goes round until there has been none meanwhile. So nobody waits, and no watcher
 * hears of an older state after a newer one.
 */
static void note_change(struct spk_health *health)
{
    unsigned seen = 1;

    if (atomic_fetch_add(&health->changes, 1) != 0)
        return;
    do {
        seen = atomic_load(&health->changes);
        let_join(health);
        tell_each(health);
    } while (!atomic_compare_exchange_strong(&health->changes, &seen, 0));
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_health_request *request = operation->request;
    struct spk_health_watcher *watcher = spk_alloc(operation->arena, sizeof(*watcher));

    (void)err;
    *watcher =
        (struct spk_health_watcher){.operation = operation, .service = find(request->service)};
    atomic_store(&operation->state, watcher);
    return true;
}

static void proceed(struct spk_operation *operation)
{
    struct spk_health_watcher *watcher = atomic_load(&operation->state);
    struct spk_health *health = operation->service->health;
    bool was_empty;

    (void)spk_queue_put(&health->joining, &watcher->item, &was_empty);
    note_change(health);
}

static void look_again(struct spk_operation *operation)
{
    note_change(operation->service->health);
}

const struct spk_operation_type spk_health_watch_type = {
    .name = "Watch",
    .prepare = prepare,
    .proceed = proceed,
    .cancel = look_again,
    .drain = look_again,
};

/* ---- the facts ---- */

void spk_health_init(struct spk_health *health)
{
    *health = (struct spk_health){0};
    spk_queue_init(&health->joining, 0);
}

void spk_health_done(struct spk_health *health)
{
    spk_queue_done(&health->joining);
}

static bool set(struct spk_health *health, atomic_bool *fact, bool value)
{
    bool before = atomic_exchange(fact, value);

    if (before != value)
        note_change(health);
    return before;
}

bool spk_health_set_ready(struct spk_health *health, bool ready)
{
    return set(health, &health->ready, ready);
}

bool spk_health_set_stuck(struct spk_health *health, bool stuck)
{
    return set(health, &health->stuck, stuck);
}

void spk_health_leave(struct spk_health *health)
{
    (void)set(health, &health->leaving, true);
}

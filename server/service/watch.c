/* SPDX-License-Identifier: Apache-2.0 */
/* WatchSubmission: find the driver, then tell each change of it until it ends. */
#include "service/inquiry.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "submit/watch_call.h"

#include <stdio.h>
#include <string.h>

struct watching {
    struct spk_operation *operation;
    struct spk_driver_query query;
    struct spk_query_call find;
    struct spk_driver_watch watch;
    struct spk_watch_call call;
    bool is_resumed;
};

/* ---- answers ---- */

/* The making of one, within a recovery point of its memory. */
struct showing {
    const struct watching *watching;
    struct spk_answer *answer;
};

static void show(void *argument)
{
    const struct showing *showing = argument;
    const struct watching *watching = showing->watching;
    struct spk_arena *arena = &showing->answer->arena;
    struct spk_watch_response *response = spk_alloc(arena, sizeof(*response));

    response->view = spk_driver_watch_show(&watching->watch, arena);
    response->ambiguous = watching->query.ambiguous;
    showing->answer->response = response;
}

/* Without memory for it the change is left out; the next one comes in its place. */
static void send_state(const struct watching *watching)
{
    struct showing showing = {watching, spk_answer_new(SPK_EXCHANGE_BYTES)};

    if (!showing.answer)
        return;
    if (spk_arena_run(&showing.answer->arena, show, &showing))
        spk_operation_send(watching->operation, showing.answer);
    else
        spk_answer_free(showing.answer);
}

static void on_change(struct spk_watch_call *call)
{
    send_state(call->context);
}

/* ---- the end ---- */

static void finish(struct watching *watching, const struct spk_err *err)
{
    struct spk_operation *operation = watching->operation;

    operation->record.kube_calls = watching->find.kube_calls + watching->call.kube_calls;
    spk_driver_watch_done(&watching->watch);
    spk_operation_finish(operation, err);
}

/* A client that left hears nothing; one that is to go on elsewhere gets the newest token. */
static void on_watched(struct spk_watch_call *call)
{
    struct watching *watching = call->context;

    if (call->ok && call->was_stopped && watching->watch.pod &&
        !atomic_load(&watching->operation->cancelled))
        send_state(watching);
    finish(watching, call->ok ? NULL : &call->err);
}

/* ---- the driver ---- */

static void start_watch(struct watching *watching, const cJSON *pod)
{
    const struct spk_operation *operation = watching->operation;
    struct spk_watch_call *call = &watching->call;

    call->arena = operation->arena;
    call->api = operation->service->api;
    call->watch = &watching->watch;
    call->end_ms = call->api->ops->now_ms(call->api) + SPK_WATCH_AGE_MS;
    call->traceparent = operation->traceparent;
    call->on_change = on_change;
    call->done = on_watched;
    call->context = watching;
    spk_watch_call_start(call, pod);
}

/* Prepare the watch of the driver that was found, within a recovery point. */
struct finding {
    struct watching *watching;
    struct spk_err err;
    bool ok;
};

static void take_found(void *argument)
{
    struct finding *finding = argument;
    struct watching *watching = finding->watching;
    struct spk_operation *operation = watching->operation;
    struct spk_driver_watch *watch = &watching->watch;
    struct spk_driver_state driver;

    if (!watching->query.n_found) {
        (void)spk_driver_query_fail_absent(&watching->query, operation->arena, &finding->err);
        return;
    }
    driver = spk_driver_state_read(operation->arena, watching->query.found[0].pod);
    watch->ns = driver.ns;
    watch->name = driver.name;
    spk_record_driver(&operation->record, &driver);
    finding->ok = true;
}

static void on_found(struct spk_query_call *call)
{
    struct watching *watching = call->context;
    struct finding finding = {.watching = watching, .err = call->err};

    if (call->ok && !spk_arena_run(watching->operation->arena, take_found, &finding))
        (void)spk_fail_exhausted(&finding.err, watching->operation->arena);
    if (finding.ok)
        start_watch(watching, watching->query.found[0].pod);
    else if (atomic_load(&watching->operation->cancelled))
        finish(watching, NULL);
    else if (atomic_load(&watching->operation->draining)) {
        (void)spk_fail(&finding.err, SPK_SERVER_DRAINING, "the server is stopping");
        finish(watching, &finding.err);
    } else
        finish(watching, &finding.err);
}

/* ---- start ---- */

static bool agrees(const char *given, const char *of_token)
{
    return !given || !*given || strcmp(given, of_token) == 0;
}

/* A token names the driver; words of the request that do so as well must agree. */
static bool resume(struct watching *watching, const char *text, struct spk_err *err)
{
    const struct spk_operation *operation = watching->operation;
    const struct spk_watch_request *request = operation->request;
    const struct spk_driver_target *given = &request->target;
    struct spk_driver_watch *watch = &watching->watch;
    struct spk_driver_token token;
    bool is_token = spk_driver_token_read(operation->arena, text, &token);

    if (is_token) {
        const struct spk_driver_target target = {.ns = token.ns, .name = token.name};

        is_token = spk_driver_target_check(&target, err);
    }
    if (!is_token || !spk_driver_watch_resume(watch, &token)) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "'%.64s' is no token of a watch", text);
        return spk_fail_at(err, "resume_token");
    }
    watch->ns = token.ns;
    watch->name = token.name;
    if (agrees(given->ns, token.ns) && agrees(given->name, token.name) &&
        agrees(given->uid, token.uid))
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD,
                   "it belongs to the driver '%.63s/%.253s', uid %.36s: watch that one, or "
                   "leave the token out",
                   token.ns, token.name, token.uid);
    return spk_fail_at(err, "resume_token");
}

static void prepare_find(struct watching *watching, const struct spk_driver_target *target)
{
    struct spk_operation *operation = watching->operation;
    int64_t most_ms = spk_monotonic_ms() + SPK_DEFAULT_DEADLINE_MS;

    watching->query.purpose = SPK_QUERY_FIND;
    watching->query.target = *target;
    watching->find = (struct spk_query_call){
        .arena = operation->arena,
        .api = operation->service->api,
        .query = &watching->query,
        .deadline_ms = (operation->deadline_ms < most_ms ? operation->deadline_ms : most_ms) -
                       SPK_ANSWER_MARGIN_MS,
        .traceparent = operation->traceparent,
        .done = on_found,
        .context = watching,
    };
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_watch_request *request = operation->request;
    struct spk_driver_target target = request->target;
    struct watching *watching = spk_alloc(operation->arena, sizeof(*watching));
    const char *token = request->resume_token;

    watching->operation = operation;
    watching->is_resumed = token && *token;
    spk_driver_watch_init(&watching->watch, NULL, NULL);
    watching->watch.until_terminal = request->until_terminal;
    if (!spk_random(&watching->watch.seed, sizeof(watching->watch.seed), err))
        return false;
    if (watching->is_resumed) {
        if (!resume(watching, token, err))
            return false;
    } else if (!spk_inquiry_target(operation, false, &target, err) ||
               !spk_driver_target_check(&target, err)) {
        return false;
    }
    prepare_find(watching, &target);
    (void)snprintf(operation->record.ns, sizeof(operation->record.ns), "%s",
                   watching->is_resumed ? watching->watch.ns : target.ns);
    (void)snprintf(operation->record.pod, sizeof(operation->record.pod), "%s",
                   watching->is_resumed ? watching->watch.name
                   : target.name        ? target.name
                                        : "");
    atomic_store(&operation->state, watching);
    return true;
}

/* The same for a client that left and a server that stops: the end tells them apart. */
static void stop(struct spk_operation *operation)
{
    struct watching *watching = atomic_load(&operation->state);

    if (!watching)
        return;
    if (!watching->is_resumed)
        spk_query_call_cancel(&watching->find);
    spk_watch_call_stop(&watching->call);
}

static void proceed(struct spk_operation *operation)
{
    struct watching *watching = atomic_load(&operation->state);

    if (atomic_load(&operation->cancelled))
        stop(operation);
    if (watching->is_resumed)
        start_watch(watching, NULL);
    else
        spk_query_call_start(&watching->find);
}

const struct spk_operation_type spk_watch_type = {
    .name = "WatchSubmission",
    .prepare = prepare,
    .proceed = proceed,
    .cancel = stop,
    .drain = stop,
};

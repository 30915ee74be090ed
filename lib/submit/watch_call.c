/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/watch_call.h"

#include "apiserver/http/status.h"
#include "base/limits.h"

#define LATE_MS 10000 /* for a watch that its server does not end in time */

/* The starter and the end of a job race; the second to exchange turn goes on. */
enum turn { STARTING, STARTED, ANSWERED };

static int64_t now_ms(const struct spk_watch_call *call)
{
    return call->api->ops->now_ms(call->api);
}

/* ---- requests ---- */

static void fill_request(const struct spk_watch_call *call, struct spk_api_job *job)
{
    const struct spk_driver_watch *watch = call->watch;
    struct spk_api_request *request = &job->request;
    int64_t most_ms = SPK_DEFAULT_DEADLINE_MS;

    *request = (struct spk_api_request){.resource = spk_resource_find("v1", "Pod"),
                                        .ns = watch->ns,
                                        .traceparent = call->traceparent};
    switch (call->step) {
    case SPK_DRIVER_WATCH_EVENTS:
        request->verb = SPK_API_WATCH;
        request->field_selector = call->selector;
        request->version = watch->version;
        request->timeout_s = watch->timeout_s;
        most_ms = (int64_t)watch->timeout_s * 1000 + LATE_MS;
        break;
    case SPK_DRIVER_WATCH_WAIT:
        *request = (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = watch->wait_ms};
        most_ms = watch->wait_ms;
        break;
    case SPK_DRIVER_WATCH_READ:
    case SPK_DRIVER_WATCH_END:
    case SPK_DRIVER_WATCH_FAIL:
    case SPK_DRIVER_WATCH_REFUSED:
    default:
        request->verb = SPK_API_GET;
        request->name = watch->name;
    }
    job->deadline_ms = now_ms(call) + most_ms;
    if (job->deadline_ms > call->end_ms)
        job->deadline_ms = call->end_ms;
}

/* ---- answers ---- */

/* A request that the client itself will not send is refused for good. */
static int http_of(const struct spk_api_reply *reply)
{
    if (reply->transport == SPK_API_REFUSED || reply->lasting)
        return 400;
    return reply->transport == SPK_API_ANSWERED || reply->transport == SPK_API_TRUNCATED
               ? reply->http
               : 0;
}

/* One look at what a job brought, within a recovery point. */
struct look {
    struct spk_watch_call *call;
    const struct spk_api_job *job;
};

static void take_answer(void *argument)
{
    const struct look *look = argument;
    struct spk_watch_call *call = look->call;
    const struct spk_api_reply *reply = &look->job->reply;
    struct spk_driver_watch_answer answer = {.http = http_of(reply),
                                             .reason = reply->reason ? reply->reason : "",
                                             .retry_after_ms = reply->retry_after_ms};

    switch (look->job->request.verb) {
    case SPK_API_WAIT:
        call->step = spk_driver_watch_waited(call->watch);
        return;
    case SPK_API_WATCH:
        call->step = spk_driver_watch_closed(call->watch, &answer,
                                             reply->transport == SPK_API_TRUNCATED);
        break;
    case SPK_API_GET:
    case SPK_API_LIST:
    case SPK_API_CREATE:
    case SPK_API_UPDATE:
    case SPK_API_JSON_PATCH:
    case SPK_API_MERGE_PATCH:
    case SPK_API_DELETE:
    case SPK_API_VERSION:
    default:
        if (reply->transport == SPK_API_ANSWERED && reply->http == 200)
            answer.object = reply->object;
        call->step = spk_driver_watch_read(call->watch, &answer, &call->err);
    }
    if (call->step == SPK_DRIVER_WATCH_REFUSED)
        (void)spk_status_fail(reply, look->job->request.resource, call->arena, &call->err);
}

static void show_change(struct spk_watch_call *call)
{
    if (call->watch->changed)
        call->on_change(call);
    call->watch->changed = false;
}

static void look_at(struct spk_watch_call *call, const struct spk_api_job *job)
{
    struct look look = {call, job};

    if (!spk_arena_run(call->arena, take_answer, &look)) {
        (void)spk_fail_exhausted(&call->err, call->arena);
        call->step = SPK_DRIVER_WATCH_FAIL;
    }
    spk_arena_free(job->arena);
    show_change(call);
}

static void on_event(struct spk_api_job *job, const struct spk_watch_event *event)
{
    static const enum spk_driver_watch_event events[] = {
        [SPK_WATCH_ADDED] = SPK_DRIVER_HAS,
        [SPK_WATCH_MODIFIED] = SPK_DRIVER_HAS,
        [SPK_WATCH_DELETED] = SPK_DRIVER_HAD,
        [SPK_WATCH_BOOKMARK] = SPK_DRIVER_BOOKMARK,
    };
    struct spk_watch_call *call = job->context;
    bool is_over = spk_driver_watch_event(call->watch, events[event->type], event->object,
                                          event->version);

    show_change(call);
    if (is_over)
        spk_api_cancel(call->api, job);
}

/* ---- going on ---- */

static void end(struct spk_watch_call *call)
{
    for (int i = 0; i < 2; i++)
        spk_arena_free(&call->exchanges[i]);
    call->was_stopped = call->step != SPK_DRIVER_WATCH_END;
    call->done(call);
}

/* Whether there is something to start. */
static bool goes_on(struct spk_watch_call *call)
{
    switch (call->step) {
    case SPK_DRIVER_WATCH_END:
        call->ok = true;
        return false;
    case SPK_DRIVER_WATCH_FAIL:
    case SPK_DRIVER_WATCH_REFUSED:
        return false;
    case SPK_DRIVER_WATCH_READ:
    case SPK_DRIVER_WATCH_EVENTS:
    case SPK_DRIVER_WATCH_WAIT:
    default:
        call->ok = atomic_load(&call->stopped) || now_ms(call) >= call->end_ms;
        return !call->ok;
    }
}

static void on_answer(struct spk_api_job *job);

/* The job that is not under way. Its flag of cancellation is left alone: who stops the watch
 * may set it at any time, and it counts for every later request as well. */
static struct spk_api_job *prepare_job(struct spk_watch_call *call)
{
    struct spk_api_job *job = &call->jobs[call->at];

    job->arena = &call->exchanges[call->at];
    job->reply = (struct spk_api_reply){0};
    job->on_event = on_event;
    job->done = on_answer;
    job->context = call;
    fill_request(call, job);
    call->at = !call->at;
    call->kube_calls += job->request.verb != SPK_API_WAIT;
    return job;
}

/* Go on until an answer has to be waited for. */
static void drive(struct spk_watch_call *call)
{
    while (goes_on(call)) {
        struct spk_api_job *job = prepare_job(call);

        atomic_store(&call->turn, STARTING);
        atomic_store(&call->job, job);
        if (atomic_load(&call->stopped)) /* since it was looked at */
            atomic_store(&job->cancelled, true);
        spk_api_start(call->api, job);
        if (atomic_exchange(&call->turn, STARTED) != ANSWERED)
            return;
        look_at(call, job);
    }
    end(call);
}

static void on_answer(struct spk_api_job *job)
{
    struct spk_watch_call *call = job->context;

    if (atomic_exchange(&call->turn, ANSWERED) != STARTED)
        return; /* it came inside spk_api_start: drive goes on */
    look_at(call, job);
    drive(call);
}

/* ---- start and end ---- */

struct beginning {
    struct spk_watch_call *call;
    const cJSON *pod;
};

static void begin(void *argument)
{
    const struct beginning *beginning = argument;
    struct spk_watch_call *call = beginning->call;
    const struct spk_driver_watch_answer answer = {
        .http = 200, .reason = "", .object = beginning->pod};

    call->selector = spk_printf(call->arena, "metadata.name=%s", call->watch->name);
    call->step = spk_driver_watch_start(call->watch);
    if (beginning->pod)
        call->step = spk_driver_watch_read(call->watch, &answer, &call->err);
}

void spk_watch_call_start(struct spk_watch_call *call, const cJSON *pod)
{
    struct beginning beginning = {call, pod};

    for (int i = 0; i < 2; i++)
        call->exchanges[i] = (struct spk_arena)SPK_ARENA_LIMIT(SPK_EXCHANGE_BYTES);
    if (!spk_arena_run(call->arena, begin, &beginning)) {
        (void)spk_fail_exhausted(&call->err, call->arena);
        call->step = SPK_DRIVER_WATCH_FAIL;
    }
    show_change(call);
    drive(call);
}

void spk_watch_call_stop(struct spk_watch_call *call)
{
    struct spk_api_job *job;

    atomic_store(&call->stopped, true);
    job = atomic_load(&call->job);
    if (job)
        spk_api_cancel(call->api, job);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* WatchSubmission over a transport of a few lines and an API server that a test plays. */
#include "service/service.h"

#include "base/clock.h"
#include "base/limits.h"
#include "test.h"
#include "json/read.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the API server: holds the one request that is under way ---- */

struct player {
    struct spk_api api; /* first */
    _Atomic(struct spk_api_job *) job;
    atomic_int started; /* requests that were sent, waits left out */
    int64_t now_ms;
};

static void finish(struct player *player, enum spk_api_transport transport, int http,
                   const char *reason, const cJSON *object)
{
    struct spk_api_job *job = atomic_exchange(&player->job, NULL);

    CU_ASSERT_PTR_NOT_NULL_FATAL(job);
    job->reply = (struct spk_api_reply){.transport = transport,
                                        .http = http,
                                        .object = object,
                                        .reason = reason,
                                        .message = "",
                                        .details_kind = "",
                                        .details_name = "",
                                        .trouble = ""};
    job->done(job);
}

static void start_job(struct spk_api *api, struct spk_api_job *job)
{
    struct player *player = (struct player *)(void *)api;

    atomic_fetch_add(&player->started, job->request.verb != SPK_API_WAIT);
    atomic_store(&player->job, job);
    if (atomic_load(&job->cancelled))
        finish(player, SPK_API_CANCELLED, 0, "", NULL);
}

/* Marks the job only, as the real client does; the test ends it on the thread of its own. */
static void cancel_job(struct spk_api *api, struct spk_api_job *job)
{
    (void)api;
    atomic_store(&job->cancelled, true);
}

static int64_t now_ms(struct spk_api *api)
{
    return ((struct player *)(void *)api)->now_ms;
}

static const struct spk_api_ops ops = {
    .start = start_job, .cancel = cancel_job, .now_ms = now_ms};

/* The verb under way; SPK_API_VERSION: none. */
static enum spk_api_verb asked(struct player *player)
{
    const struct spk_api_job *job = atomic_load(&player->job);

    return job ? job->request.verb : SPK_API_VERSION;
}

/* ---- the transport ---- */

struct transport {
    struct player player;
    struct spk_queue running;
    struct spk_service service;
    struct spk_operation operation;
    struct spk_arena arena;
    struct spk_arena pods; /* of the player */
    struct spk_watch_request request;
    atomic_int changes, done, released;
    struct spk_err err;
};

static void on_changed(struct spk_operation *operation)
{
    atomic_fetch_add(&((struct transport *)operation->context)->changes, 1);
}

static void on_done(struct spk_operation *operation, const struct spk_err *err)
{
    struct transport *transport = operation->context;

    transport->err = err ? *err : (struct spk_err){.reason = SPK_NO_REASON};
    atomic_fetch_add(&transport->done, 1);
}

static void on_release(struct spk_operation *operation)
{
    atomic_fetch_add(&((struct transport *)operation->context)->released, 1);
}

static void open_transport(struct transport *transport, const char *token)
{
    *transport = (struct transport){.player = {.api = {.ops = &ops, .url = "player"}},
                                    .arena = {.limit = SPK_MIB(16)},
                                    .pods = {.limit = SPK_MIB(64)},
                                    .request = {.target = {.ns = "jobs", .name = "pi-driver"},
                                                .resume_token = token,
                                                .until_terminal = true}};
    transport->player.now_ms = spk_monotonic_ms();
    transport->service = (struct spk_service){.settings = spk_settings_default(),
                                              .api = &transport->player.api,
                                              .running = &transport->running};
    spk_queue_init(&transport->running, 0);
    transport->operation = (struct spk_operation){.type = &spk_watch_type,
                                                  .service = &transport->service,
                                                  .arena = &transport->arena,
                                                  .deadline_ms = INT64_MAX,
                                                  .request = &transport->request,
                                                  .done = on_done,
                                                  .changed = on_changed,
                                                  .release = on_release,
                                                  .context = transport};
    spk_operation_start(&transport->operation);
}

static void close_transport(struct transport *transport, enum spk_reason reason)
{
    CU_ASSERT_EQUAL(atomic_load(&transport->done), 1);
    CU_ASSERT_EQUAL(atomic_load(&transport->released), 1);
    CU_ASSERT_EQUAL(transport->err.reason, reason);
    CU_ASSERT_PTR_NULL(atomic_load(&transport->player.job));
    spk_answer_free(spk_operation_take(&transport->operation));
    spk_arena_free(&transport->arena);
    spk_arena_free(&transport->pods);
    spk_queue_done(&transport->running);
}

/* The stage of the newest answer, -1: there is none; its token goes to *token. */
static int take(struct transport *transport, char token[128])
{
    struct spk_answer *answer = spk_operation_take(&transport->operation);
    const struct spk_watch_response *response = answer ? answer->response : NULL;
    int stage = response ? (int)response->view.driver.stage : -1;

    if (response && token)
        (void)snprintf(token, 128, "%s", response->view.token);
    spk_answer_free(answer);
    return stage;
}

/* ---- what the API server says ---- */

static const cJSON *pod_of(struct transport *transport, const char *phase, int version)
{
    char text[512];
    struct spk_err err = {0};
    cJSON *pod = NULL;
    int length = snprintf(
        text, sizeof(text),
        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"pi-driver\","
        "\"namespace\":\"jobs\",\"uid\":\"u-1\",\"resourceVersion\":\"%d\",\"labels\":{"
        "\"spark-role\":\"driver\"}},\"status\":{\"phase\":\"%s\"}}",
        version, phase);

    if (!spk_json_read(&transport->pods, text, (size_t)length, &pod, &err))
        abort();
    return pod;
}

static void answer_pod(struct transport *transport, const char *phase, int version)
{
    CU_ASSERT_EQUAL_FATAL(asked(&transport->player), SPK_API_GET);
    finish(&transport->player, SPK_API_ANSWERED, 200, "", pod_of(transport, phase, version));
}

static void answer_http(struct transport *transport, int http, const char *reason)
{
    finish(&transport->player, SPK_API_ANSWERED, http, reason, NULL);
}

/* An event; the watch ends when it was cancelled for it. */
static void tell(struct transport *transport, enum spk_watch_type type, const char *phase,
                 int version)
{
    struct spk_api_job *job = atomic_load(&transport->player.job);
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    char text[16];
    const struct spk_watch_event event = {.type = type,
                                          .object = pod_of(transport, phase, version),
                                          .version = text,
                                          .arena = &arena};

    (void)snprintf(text, sizeof(text), "%d", version);
    job->on_event(job, &event);
    if (atomic_load(&job->cancelled))
        finish(&transport->player, SPK_API_CANCELLED, 0, "", NULL);
}

static void open_at(struct transport *transport, const char *phase)
{
    open_transport(transport, NULL);
    answer_pod(transport, phase, 10);
}

/* ---- tests ---- */

static void test_a_driver_is_told_from_its_present_state_to_its_end(void)
{
    struct transport transport;

    open_at(&transport, "Pending");
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_PENDING);
    CU_ASSERT_EQUAL_FATAL(asked(&transport.player), SPK_API_WATCH);
    const struct spk_api_request *request = &atomic_load(&transport.player.job)->request;
    SPK_ASSERT_TEXT(request->field_selector, "metadata.name=pi-driver");
    SPK_ASSERT_TEXT(request->version, "10");
    CU_ASSERT(request->timeout_s >= 300);
    tell(&transport, SPK_WATCH_MODIFIED, "Running", 11);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_RUNNING);
    tell(&transport, SPK_WATCH_BOOKMARK, "", 20);
    CU_ASSERT_EQUAL(take(&transport, NULL), -1);
    CU_ASSERT_EQUAL(atomic_load(&transport.done), 0);
    tell(&transport, SPK_WATCH_MODIFIED, "Succeeded", 21);
    CU_ASSERT_EQUAL(atomic_load(&transport.done), 1);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_SUCCEEDED);
    SPK_ASSERT_TEXT(transport.operation.record.pod, "pi-driver");
    CU_ASSERT_EQUAL(transport.operation.record.kube_calls, 2);
    close_transport(&transport, SPK_NO_REASON);
}

static void test_a_slow_client_gets_the_newest_state(void)
{
    struct transport transport;

    open_at(&transport, "Pending");
    tell(&transport, SPK_WATCH_MODIFIED, "Running", 11);
    tell(&transport, SPK_WATCH_MODIFIED, "Failed", 12);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_FAILED);
    CU_ASSERT_EQUAL(take(&transport, NULL), -1);
    close_transport(&transport, SPK_NO_REASON);
}

static void test_a_driver_that_has_ended_is_told_at_once(void)
{
    struct transport transport;

    open_at(&transport, "Succeeded");
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_SUCCEEDED);
    close_transport(&transport, SPK_NO_REASON);
}

static void test_a_driver_that_is_not_there_is_an_error(void)
{
    struct transport transport;

    open_transport(&transport, NULL);
    answer_http(&transport, 404, "NotFound");
    CU_ASSERT_EQUAL(atomic_load(&transport.changes), 0);
    close_transport(&transport, SPK_SUBMISSION_NOT_FOUND);
}

static void test_a_deletion_is_a_state(void)
{
    struct transport transport;

    open_at(&transport, "Running");
    tell(&transport, SPK_WATCH_DELETED, "Running", 11);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_DELETED);
    close_transport(&transport, SPK_NO_REASON);
}

static void test_a_lost_history_is_read_again_and_shown_once(void)
{
    struct transport transport;

    open_at(&transport, "Running");
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_RUNNING);
    tell(&transport, SPK_WATCH_BOOKMARK, "", 30);
    answer_http(&transport, 410, "Expired");
    answer_pod(&transport, "Running", 40);
    CU_ASSERT_EQUAL(take(&transport, NULL), -1);
    SPK_ASSERT_TEXT(atomic_load(&transport.player.job)->request.version, "40");
    finish(&transport.player, SPK_API_INTERRUPTED, 0, "", NULL);
    CU_ASSERT_EQUAL_FATAL(asked(&transport.player), SPK_API_WAIT);
    finish(&transport.player, SPK_API_ANSWERED, 0, "", NULL);
    CU_ASSERT_EQUAL_FATAL(asked(&transport.player), SPK_API_WATCH);
    tell(&transport, SPK_WATCH_MODIFIED, "Succeeded", 41);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_SUCCEEDED);
    close_transport(&transport, SPK_NO_REASON);
}

static void test_a_refusal_is_the_end_and_says_why(void)
{
    struct transport transport;

    open_at(&transport, "Running");
    answer_http(&transport, 400, "BadRequest");
    CU_ASSERT_EQUAL(atomic_load(&transport.done), 1);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_RUNNING);
    close_transport(&transport, SPK_KUBE_REJECTED);
}

/* A server that stops hands over: the newest state once more, and OK. */
static void test_a_drain_hands_over_by_a_token(void)
{
    static const struct {
        const char *phase;
        int version, stage; /* -1: it was shown before */
    } cases[] = {{"Running", 11, -1}, {"Failed", 12, SPK_DRIVER_FAILED}};
    struct transport transport;
    char token[128] = "";

    open_at(&transport, "Pending");
    tell(&transport, SPK_WATCH_MODIFIED, "Running", 11);
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_RUNNING);
    spk_operation_drain(&transport.operation);
    finish(&transport.player, SPK_API_CANCELLED, 0, "", NULL);
    CU_ASSERT_EQUAL(take(&transport, token), SPK_DRIVER_RUNNING);
    SPK_ASSERT_TEXT(token, "1/jobs/pi-driver/u-1/11");
    close_transport(&transport, SPK_NO_REASON);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        open_transport(&transport, token);
        answer_pod(&transport, cases[i].phase, cases[i].version);
        CU_ASSERT_EQUAL(take(&transport, NULL), cases[i].stage);
        if (cases[i].stage == -1)
            tell(&transport, SPK_WATCH_DELETED, "Running", 20);
        close_transport(&transport, SPK_NO_REASON);
    }
    open_transport(&transport, token);
    answer_http(&transport, 404, "NotFound");
    CU_ASSERT_EQUAL(take(&transport, NULL), SPK_DRIVER_DELETED);
    close_transport(&transport, SPK_NO_REASON);
}

static void test_a_token_of_another_driver_is_refused(void)
{
    static const char *const cases[] = {"x", "1/jobs/other/u-1/11", "1/else/pi-driver/u-1/11",
                                        "1/jobs/PI/u/1"};
    struct transport transport;

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        open_transport(&transport, cases[i]);
        SPK_ASSERT_TEXT(transport.err.field, "resume_token");
        CU_ASSERT_EQUAL(atomic_load(&transport.player.started), 0);
        close_transport(&transport, SPK_INVALID_FIELD);
    }
}

/* An hour of one call is enough: the client goes on with another. */
static void test_a_watch_grows_no_older_than_an_hour(void)
{
    struct transport transport;
    char token[128] = "";

    open_at(&transport, "Running");
    (void)take(&transport, NULL);
    tell(&transport, SPK_WATCH_BOOKMARK, "", 12);
    transport.player.now_ms += SPK_WATCH_AGE_MS;
    finish(&transport.player, SPK_API_ANSWERED, 200, "", NULL);
    CU_ASSERT_EQUAL(take(&transport, token), SPK_DRIVER_RUNNING);
    SPK_ASSERT_TEXT(token, "1/jobs/pi-driver/u-1/10");
    close_transport(&transport, SPK_NO_REASON);
}

/* In each of its phases; a server that stops ends it there as well. */
static void test_a_client_that_leaves_ends_it(void)
{
    for (int i = 0; i < 6; i++) {
        struct transport transport;
        bool drains = i >= 3;

        open_transport(&transport, NULL);
        if (i % 3 >= 1)
            answer_pod(&transport, "Running", 10);
        if (i % 3 == 2)
            finish(&transport.player, SPK_API_INTERRUPTED, 0, "", NULL);
        (void)take(&transport, NULL);
        int started = atomic_load(&transport.player.started);
        if (drains)
            spk_operation_drain(&transport.operation);
        else
            spk_operation_cancel(&transport.operation);
        CU_ASSERT_EQUAL(atomic_load(&transport.done), 0);
        finish(&transport.player, SPK_API_CANCELLED, 0, "", NULL);
        CU_ASSERT_EQUAL(atomic_load(&transport.player.started), started);
        CU_ASSERT_EQUAL(take(&transport, NULL), drains && i % 3 ? SPK_DRIVER_RUNNING : -1);
        close_transport(&transport, i == 3 ? SPK_SERVER_DRAINING : SPK_NO_REASON);
    }
}

/* ---- events on a thread of their own ---- */

#define EVENTS 500

static void *tell_all(void *argument)
{
    struct transport *transport = argument;

    for (int i = 0; i < EVENTS; i++)
        tell(transport, SPK_WATCH_MODIFIED, i % 2 ? "Running" : "Pending", 11 + i);
    tell(transport, SPK_WATCH_MODIFIED, "Succeeded", 11 + EVENTS);
    return NULL;
}

/* Ends the watch when it is told to, as the thread of the watches does. */
static void *tell_until_stopped(void *argument)
{
    struct transport *transport = argument;
    struct spk_api_job *job = atomic_load(&transport->player.job);

    for (int i = 0; !atomic_load(&job->cancelled); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
        const struct spk_watch_event event = {
            .type = SPK_WATCH_BOOKMARK, .version = "12", .arena = &arena};

        job->on_event(job, &event);
        (void)sched_yield();
    }
    finish(&transport->player, SPK_API_CANCELLED, 0, "", NULL);
    return NULL;
}

static void test_events_come_on_a_thread_and_are_read_on_another(void)
{
    struct transport transport;
    pthread_t thread;
    int stage = -1;

    open_at(&transport, "Pending");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, tell_all, &transport), 0);
    while (stage != SPK_DRIVER_SUCCEEDED) {
        int next = take(&transport, NULL);

        stage = next < 0 ? stage : next;
    }
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    close_transport(&transport, SPK_NO_REASON);

    for (int i = 0; i < 2; i++) {
        open_at(&transport, "Pending");
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, tell_until_stopped, &transport),
                              0);
        if (i)
            spk_operation_cancel(&transport.operation);
        else
            spk_operation_drain(&transport.operation);
        CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
        close_transport(&transport, SPK_NO_REASON);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_driver_is_told_from_its_present_state_to_its_end),
    SPK_TEST(a_slow_client_gets_the_newest_state),
    SPK_TEST(a_driver_that_has_ended_is_told_at_once),
    SPK_TEST(a_driver_that_is_not_there_is_an_error),
    SPK_TEST(a_deletion_is_a_state),
    SPK_TEST(a_lost_history_is_read_again_and_shown_once),
    SPK_TEST(a_refusal_is_the_end_and_says_why),
    SPK_TEST(a_drain_hands_over_by_a_token),
    SPK_TEST(a_token_of_another_driver_is_refused),
    SPK_TEST(a_watch_grows_no_older_than_an_hour),
    SPK_TEST(a_client_that_leaves_ends_it),
    SPK_TEST(events_come_on_a_thread_and_are_read_on_another),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("watch", tests)

/* SPDX-License-Identifier: Apache-2.0 */
/* Health as operations, over a transport of a few lines: no gRPC. */
#include "service/service.h"

#include "base/limits.h"
#include "test.h"

#include <pthread.h>
#include <stdlib.h>

#define WATCHERS 1000
#define CHANGES  2000

/* ---- the transport: an answer is taken when a test asks for it ---- */

struct transport {
    struct spk_operation operation;
    struct spk_arena arena;
    atomic_uint changes, done, released;
    enum spk_reason reason;
};

static void on_changed(struct spk_operation *operation)
{
    atomic_fetch_add(&((struct transport *)operation->context)->changes, 1);
}

static void on_done(struct spk_operation *operation, const struct spk_err *err)
{
    struct transport *transport = operation->context;

    transport->reason = err ? err->reason : SPK_NO_REASON;
    atomic_fetch_add(&transport->done, 1);
}

static void on_release(struct spk_operation *operation)
{
    atomic_fetch_add(&((struct transport *)operation->context)->released, 1);
}

static void start(struct transport *transport, const struct spk_service *service,
                  const struct spk_operation_type *type,
                  const struct spk_health_request *request)
{
    *transport = (struct transport){.arena = {.limit = SPK_KIB(64)}};
    transport->operation = (struct spk_operation){.type = type,
                                                  .service = service,
                                                  .arena = &transport->arena,
                                                  .deadline_ms = INT64_MAX,
                                                  .request = request,
                                                  .done = on_done,
                                                  .changed = on_changed,
                                                  .release = on_release,
                                                  .context = transport};
    spk_operation_start(&transport->operation);
}

/* The status of the newest answer; -1: there is none. */
static int take(struct transport *transport)
{
    struct spk_answer *answer = spk_operation_take(&transport->operation);
    int status = answer ? (int)((const struct spk_health_response *)answer->response)->status
                        : -1;

    spk_answer_free(answer);
    return status;
}

static void assert_ended(struct transport *transport, enum spk_reason reason)
{
    CU_ASSERT_EQUAL(transport->done, 1);
    CU_ASSERT_EQUAL(transport->released, 1);
    CU_ASSERT_EQUAL(transport->reason, reason);
    CU_ASSERT_EQUAL(take(transport), -1);
    spk_arena_free(&transport->arena);
}

static void leave(struct transport *transport)
{
    spk_operation_cancel(&transport->operation);
    assert_ended(transport, SPK_NO_REASON); /* nobody is left to be told why */
}

/* ---- Check and List ---- */

static int checked(const struct spk_service *service, const char *name)
{
    const struct spk_health_request request = {name};
    struct transport transport;
    int status = -1;

    start(&transport, service, &spk_health_check_type, &request);
    if (transport.reason == SPK_NO_REASON) {
        const struct spk_health_response *response = transport.operation.response;

        status = (int)response->status;
    }
    assert_ended(&transport, status < 0 ? SPK_HEALTH_SERVICE_UNKNOWN : SPK_NO_REASON);
    return status;
}

static void test_each_service_has_the_health_of_what_it_needs(void)
{
    static const struct {
        bool ready, stuck, leaving;
        enum spk_serving process, readiness;
    } cases[] = {
        {false, false, false, SPK_SERVING, SPK_NOT_SERVING},
        {true, false, false, SPK_SERVING, SPK_SERVING},
        {true, true, false, SPK_NOT_SERVING, SPK_NOT_SERVING},
        {true, false, true, SPK_NOT_SERVING, SPK_NOT_SERVING},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_health health;
        const struct spk_service service = {.health = &health};
        struct transport transport;

        spk_health_init(&health);
        CU_ASSERT_FALSE(spk_health_set_ready(&health, cases[i].ready));
        CU_ASSERT_FALSE(spk_health_set_stuck(&health, cases[i].stuck));
        if (cases[i].leaving)
            spk_health_leave(&health);
        CU_ASSERT_EQUAL(checked(&service, ""), (int)cases[i].process);
        CU_ASSERT_EQUAL(checked(&service, "readiness"), (int)cases[i].readiness);
        CU_ASSERT_EQUAL(checked(&service, "spark.submit.v1.SubmitService"),
                        (int)cases[i].readiness);
        CU_ASSERT_EQUAL(checked(&service, "spark.submit.v1"), -1);

        start(&transport, &service, &spk_health_list_type, NULL);
        const struct spk_health_list_response *response = transport.operation.response;
        CU_ASSERT_EQUAL_FATAL(response->n, 3);
        CU_ASSERT_EQUAL(response->services[0].status, cases[i].process);
        SPK_ASSERT_TEXT(response->services[1].name, "readiness");
        CU_ASSERT_EQUAL(response->services[1].status, cases[i].readiness);
        assert_ended(&transport, SPK_NO_REASON);
        spk_health_done(&health);
    }
}

/* ---- Watch ---- */

static void test_a_watcher_hears_of_changes_and_of_nothing_else(void)
{
    const struct spk_health_request request = {"readiness"};
    struct spk_health health;
    const struct spk_service service = {.health = &health};
    struct transport transport;

    spk_health_init(&health);
    start(&transport, &service, &spk_health_watch_type, &request);
    CU_ASSERT_EQUAL(take(&transport), SPK_NOT_SERVING);
    (void)spk_health_set_ready(&health, true);
    CU_ASSERT_EQUAL(take(&transport), SPK_SERVING);
    CU_ASSERT_TRUE(spk_health_set_ready(&health, true));
    CU_ASSERT_EQUAL(take(&transport), -1);
    (void)spk_health_set_ready(&health, false); /* this one is never read */
    (void)spk_health_set_ready(&health, true);
    CU_ASSERT_EQUAL(take(&transport), SPK_SERVING);
    CU_ASSERT_EQUAL(transport.changes, 4);
    CU_ASSERT_EQUAL(transport.done, 0);
    leave(&transport);
    spk_health_done(&health);
}

static void test_an_unknown_service_stays_unknown(void)
{
    const struct spk_health_request request = {"nope"};
    struct spk_health health;
    const struct spk_service service = {.health = &health};
    struct transport transport;

    spk_health_init(&health);
    start(&transport, &service, &spk_health_watch_type, &request);
    (void)spk_health_set_ready(&health, true);
    CU_ASSERT_EQUAL(take(&transport), SPK_SERVICE_UNKNOWN);
    CU_ASSERT_EQUAL(transport.changes, 1);
    leave(&transport);
    spk_health_done(&health);
}

static void test_a_server_that_stops_says_so_before_it_ends_the_watch(void)
{
    const struct spk_health_request request = {""};
    struct spk_health health;
    const struct spk_service service = {.health = &health};
    struct transport transport;

    spk_health_init(&health);
    start(&transport, &service, &spk_health_watch_type, &request);
    spk_health_leave(&health);
    CU_ASSERT_EQUAL(transport.done, 0);
    spk_operation_drain(&transport.operation);
    CU_ASSERT_EQUAL(transport.done, 1);
    CU_ASSERT_EQUAL(take(&transport), SPK_NOT_SERVING);
    assert_ended(&transport, SPK_SERVER_DRAINING);
    spk_health_done(&health);
}

/* ---- many watchers and several threads ---- */

struct crowd {
    struct spk_health health;
    struct spk_service service;
    struct transport *transports;
};

static const struct spk_health_request of_readiness = {"readiness"};

static void *change_ready(void *argument)
{
    struct crowd *crowd = argument;

    for (int i = 0; i < CHANGES; i++)
        (void)spk_health_set_ready(&crowd->health, i % 2 == 0);
    return NULL;
}

static void *change_stuck(void *argument)
{
    struct crowd *crowd = argument;

    for (int i = 0; i < CHANGES; i++)
        (void)spk_health_set_stuck(&crowd->health, i % 3 == 0);
    return NULL;
}

/* The first tenth leaves again. */
static void *join(void *argument)
{
    struct crowd *crowd = argument;

    for (size_t i = 0; i < WATCHERS; i++)
        start(&crowd->transports[i], &crowd->service, &spk_health_watch_type, &of_readiness);
    for (size_t i = 0; i < WATCHERS / 10; i++)
        spk_operation_cancel(&crowd->transports[i].operation);
    return NULL;
}

static void test_watchers_that_do_not_read_have_the_last_state_in_the_end(void)
{
    void *(*const works[])(void *) = {change_ready, change_stuck, join};
    struct crowd crowd = {.service = {.health = &crowd.health}};
    pthread_t threads[SPK_LEN(works)];

    crowd.transports = calloc(WATCHERS, sizeof(*crowd.transports));
    CU_ASSERT_PTR_NOT_NULL_FATAL(crowd.transports);
    spk_health_init(&crowd.health);
    for (size_t i = 0; i < SPK_LEN(works); i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, works[i], &crowd), 0);
    for (size_t i = 0; i < SPK_LEN(works); i++)
        CU_ASSERT_EQUAL(pthread_join(threads[i], NULL), 0);

    (void)spk_health_set_stuck(&crowd.health, false);
    (void)spk_health_set_ready(&crowd.health, true);
    for (size_t i = WATCHERS / 10; i < WATCHERS; i++) {
        CU_ASSERT_EQUAL(take(&crowd.transports[i]), SPK_SERVING);
        leave(&crowd.transports[i]);
    }
    for (size_t i = 0; i < WATCHERS / 10; i++) {
        (void)take(&crowd.transports[i]);
        assert_ended(&crowd.transports[i], SPK_NO_REASON);
    }
    spk_health_done(&crowd.health);
    free(crowd.transports);
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_service_has_the_health_of_what_it_needs),
    SPK_TEST(a_watcher_hears_of_changes_and_of_nothing_else),
    SPK_TEST(an_unknown_service_stays_unknown),
    SPK_TEST(a_server_that_stops_says_so_before_it_ends_the_watch),
    SPK_TEST(watchers_that_do_not_read_have_the_last_state_in_the_end),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("health", tests)

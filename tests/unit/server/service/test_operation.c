/* SPDX-License-Identifier: Apache-2.0 */
/* Operations with several answers, over a transport of a few lines: no gRPC. */
#include "service/operation.h"

#include "base/limits.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>

#define STREAMS 1000
#define CHANGES 200

/* ---- the transport: it takes an answer when it is told to ---- */

struct transport {
    struct spk_operation operation;
    struct spk_arena arena;
    atomic_uint changes;
    unsigned done, released;
    enum spk_reason reason;
};

static void on_changed(struct spk_operation *operation)
{
    struct transport *transport = operation->context;

    atomic_fetch_add(&transport->changes, 1);
}

static void on_done(struct spk_operation *operation, const struct spk_err *err)
{
    struct transport *transport = operation->context;

    transport->done++;
    transport->reason = err ? err->reason : SPK_NO_REASON;
}

static void on_release(struct spk_operation *operation)
{
    ((struct transport *)operation->context)->released++;
}

static void transport_init(struct transport *transport, const struct spk_operation_type *type)
{
    *transport = (struct transport){.arena = {.limit = SPK_MIB(1)}};
    transport->operation = (struct spk_operation){.type = type,
                                                  .arena = &transport->arena,
                                                  .deadline_ms = INT64_MAX,
                                                  .done = on_done,
                                                  .changed = on_changed,
                                                  .release = on_release,
                                                  .context = transport};
}

static void transport_done(struct transport *transport)
{
    CU_ASSERT_EQUAL(transport->done, 1);
    CU_ASSERT_EQUAL(transport->released, 1);
    spk_answer_free(spk_operation_take(&transport->operation));
    spk_arena_free(&transport->arena);
}

/* The number that the newest answer holds; -1: there is none. */
static int take(struct transport *transport)
{
    struct spk_answer *answer = spk_operation_take(&transport->operation);
    int number = answer ? *(const int *)answer->response : -1;

    spk_answer_free(answer);
    return number;
}

/* ---- the operation: counts on demand, and says 99 before it ends for a server that stops
 * ----
 */

static atomic_uint cancelled;

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    if (operation->request)
        return spk_fail(err, SPK_INVALID_FIELD, "it takes no request");
    return true;
}

static void send_number(struct spk_operation *operation, int number)
{
    struct spk_answer *answer = spk_answer_new(SPK_KIB(64));

    if (!answer)
        abort(); /* no assertion: CUnit counts on one thread only */
    int *response = spk_alloc(&answer->arena, sizeof(*response));
    *response = number;
    answer->response = response;
    spk_operation_send(operation, answer);
}

static void proceed(struct spk_operation *operation)
{
    send_number(operation, 0);
}

static void cancel(struct spk_operation *operation)
{
    (void)operation;
    atomic_fetch_add(&cancelled, 1);
}

static void drain(struct spk_operation *operation)
{
    send_number(operation, 99);
    spk_operation_finish(operation, NULL);
}

static const struct spk_operation_type counting = {
    .name = "Count", .prepare = prepare, .proceed = proceed, .cancel = cancel, .drain = drain};

/* One that makes the next answer only when the last one has been taken. */
static void next(struct spk_operation *operation)
{
    intptr_t number = (intptr_t)atomic_load(&operation->state) + 1;

    atomic_store(&operation->state, (void *)number);
    if (number == 3)
        spk_operation_finish(operation, NULL);
    else
        send_number(operation, (int)number);
}

static const struct spk_operation_type patient = {
    .name = "Patient", .prepare = prepare, .proceed = proceed, .ready = next};

/* ---- tests ---- */

static void test_answers_come_one_by_one_and_then_the_end(void)
{
    struct transport transport;

    transport_init(&transport, &counting);
    spk_operation_start(&transport.operation);
    CU_ASSERT_EQUAL(take(&transport), 0);
    CU_ASSERT_EQUAL(take(&transport), -1);
    send_number(&transport.operation, 1);
    CU_ASSERT_EQUAL(transport.changes, 2);
    CU_ASSERT_EQUAL(take(&transport), 1);
    CU_ASSERT_EQUAL(transport.done, 0);
    spk_operation_finish(&transport.operation, NULL);
    CU_ASSERT_EQUAL(transport.reason, SPK_NO_REASON);
    transport_done(&transport);
}

static void test_a_slow_reader_gets_the_newest(void)
{
    struct transport transport;

    transport_init(&transport, &counting);
    spk_operation_start(&transport.operation);
    for (int i = 1; i <= CHANGES; i++)
        send_number(&transport.operation, i);
    CU_ASSERT_EQUAL(take(&transport), CHANGES);
    CU_ASSERT_EQUAL(take(&transport), -1);
    spk_operation_finish(&transport.operation, NULL);
    transport_done(&transport);
}

static void test_the_last_answer_outlives_the_end(void)
{
    struct transport transport;

    transport_init(&transport, &counting);
    spk_operation_start(&transport.operation);
    spk_operation_drain(&transport.operation);
    CU_ASSERT_EQUAL(transport.done, 1);
    CU_ASSERT_EQUAL(transport.released, 1);
    CU_ASSERT_EQUAL(take(&transport), 99);
    transport_done(&transport);
}

static void test_a_server_stops_once(void)
{
    struct transport transport;

    transport_init(&transport, &counting);
    spk_operation_start(&transport.operation);
    spk_operation_hold(&transport.operation); /* as a transport that looks at all its calls */
    spk_operation_drain(&transport.operation);
    spk_operation_drain(&transport.operation);
    CU_ASSERT_EQUAL(transport.done, 1);
    spk_operation_drop(&transport.operation);
    transport_done(&transport);
}

static void test_a_client_that_leaves_is_told_to_the_operation(void)
{
    struct transport transport;
    struct spk_err err = {0};

    transport_init(&transport, &counting);
    atomic_store(&cancelled, 0);
    spk_operation_start(&transport.operation);
    spk_operation_cancel(&transport.operation);
    CU_ASSERT_EQUAL(cancelled, 1);
    CU_ASSERT_EQUAL(transport.done, 0); /* it still owes its end, once */
    (void)spk_fail(&err, SPK_CALL_CANCELLED, "the call was cancelled");
    spk_operation_finish(&transport.operation, &err);
    CU_ASSERT_EQUAL(transport.reason, SPK_CALL_CANCELLED);
    CU_ASSERT_EQUAL(transport.operation.record.reason, SPK_CALL_CANCELLED);
    transport_done(&transport); /* with an answer that nobody took */
}

static void test_a_stream_that_is_refused_sends_nothing(void)
{
    struct transport transport;

    transport_init(&transport, &counting);
    transport.operation.request = "some";
    spk_operation_start(&transport.operation);
    CU_ASSERT_EQUAL(transport.reason, SPK_INVALID_FIELD);
    CU_ASSERT_EQUAL(transport.changes, 0);
    CU_ASSERT_EQUAL(take(&transport), -1);
    transport_done(&transport);
}

static void test_an_operation_hears_when_there_is_room_for_the_next(void)
{
    struct transport transport;

    transport_init(&transport, &patient);
    spk_operation_start(&transport.operation);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(take(&transport), i);
        spk_operation_ready(&transport.operation);
    }
    CU_ASSERT_EQUAL(take(&transport), -1);
    transport_done(&transport);
}

/* ---- many streams that nobody reads, and changes from another thread ---- */

static struct transport *streams;

static void *change_all(void *argument)
{
    (void)argument;
    for (int i = 1; i <= CHANGES; i++)
        for (size_t j = 0; j < STREAMS; j++)
            send_number(&streams[j].operation, i);
    for (size_t j = 0; j < STREAMS; j++)
        spk_operation_finish(&streams[j].operation, NULL);
    return NULL;
}

static void test_readers_on_another_thread_see_no_older_state_after_a_newer_one(void)
{
    static int seen[STREAMS];
    pthread_t thread;
    size_t ended = 0;

    streams = calloc(STREAMS, sizeof(*streams));
    CU_ASSERT_PTR_NOT_NULL_FATAL(streams);
    for (size_t i = 0; i < STREAMS; i++) {
        transport_init(&streams[i], &counting);
        spk_operation_start(&streams[i].operation);
    }
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, change_all, NULL), 0);
    /* Every other stream is read, until it has heard of the last change. */
    while (ended < STREAMS / 2)
        for (size_t i = 0; i < STREAMS; i += 2) {
            int number = take(&streams[i]);

            if (number == -1)
                continue;
            CU_ASSERT(number > seen[i] || number == 0);
            seen[i] = number;
            ended += number == CHANGES;
        }
    CU_ASSERT_EQUAL(pthread_join(thread, NULL), 0);
    for (size_t i = 1; i < STREAMS; i += 2)
        CU_ASSERT_EQUAL(take(&streams[i]), CHANGES);
    for (size_t i = 0; i < STREAMS; i++)
        transport_done(&streams[i]);
    free(streams);
}

static CU_TestInfo tests[] = {
    SPK_TEST(answers_come_one_by_one_and_then_the_end),
    SPK_TEST(a_slow_reader_gets_the_newest),
    SPK_TEST(the_last_answer_outlives_the_end),
    SPK_TEST(a_server_stops_once),
    SPK_TEST(a_client_that_leaves_is_told_to_the_operation),
    SPK_TEST(a_stream_that_is_refused_sends_nothing),
    SPK_TEST(an_operation_hears_when_there_is_room_for_the_next),
    SPK_TEST(readers_on_another_thread_see_no_older_state_after_a_newer_one),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("operation", tests)

/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a submission's requests that never leave: cancelled ones, impossible ones.
 */
#include "apiserver/memory/memory_server.h"
#include "submission_fixture.h"

#include "test.h"

/* An API server in memory whose requests wait for their turn, as in a queue. */
struct queue {
    struct spk_api api; /* first */
    struct spk_api *memory;
    struct spk_api_job *waiting; /* at most one at a time */
    unsigned taken;              /* by the API server */
};

static void drop(struct spk_api_job *job)
{
    job->reply = (struct spk_api_reply){.transport = SPK_API_CANCELLED,
                                        .reason = "",
                                        .message = "",
                                        .details_kind = "",
                                        .details_name = "",
                                        .trouble = "cancelled"};
    job->done(job);
}

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct queue *queue = (struct queue *)api;

    if (atomic_load(&job->cancelled))
        drop(job);
    else if (job->request.verb == SPK_API_WAIT)
        spk_api_start(queue->memory, job);
    else
        queue->waiting = job;
}

static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    struct queue *queue = (struct queue *)api;

    atomic_store(&job->cancelled, true);
    if (queue->waiting != job)
        return;
    queue->waiting = NULL;
    drop(job);
}

static int64_t now_ms(struct spk_api *api)
{
    (void)api;
    return 1000;
}

static void close_queue(struct spk_api *api)
{
    spk_api_close(((struct queue *)api)->memory);
}

static const struct spk_api_ops ops = {start, cancel, now_ms, close_queue};

static void take_turn(struct queue *queue)
{
    struct spk_api_job *job = queue->waiting;

    CU_ASSERT_PTR_NOT_NULL_FATAL(job);
    queue->waiting = NULL;
    queue->taken++;
    spk_api_start(queue->memory, job);
}

static void open_bench(struct queue *queue, struct submission_fixture *bench,
                       enum spk_variant variant)
{
    struct spk_err err;

    *queue = (struct queue){.api = {.ops = &ops, .url = "memory"}};
    CU_ASSERT_TRUE_FATAL(spk_memory_open(&queue->memory, &err));
    submission_fixture_init(bench, &queue->api,
                            &(struct submission_choice){.variant = variant,
                                                        .ns = "ns1",
                                                        .name = "pi",
                                                        .submission_id = "sub-1",
                                                        .attempts = 1});
    bench->call.deadline_ms = 31000;
}

static void close_bench(struct queue *queue, struct submission_fixture *bench)
{
    spk_arena_free(&bench->arena);
    spk_api_close(&queue->api);
}

/* Cancelled after so many requests, while the next one waits. */
static void test_a_request_that_waits_is_dropped(void)
{
    static const struct {
        enum spk_variant variant;
        unsigned before;
        enum spk_outcome outcome;
    } cases[] = {
        {SPK_VARIANT_CHILDREN_FIRST, 0, SPK_NOT_CREATED},
        {SPK_VARIANT_CHILDREN_FIRST, 1, SPK_PARTIAL},
        {SPK_VARIANT_CHILDREN_FIRST, 2, SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, 0, SPK_NOT_CREATED},
        {SPK_VARIANT_GATED_POD_FIRST, 1, SPK_PARTIAL},
        {SPK_VARIANT_GATED_POD_FIRST, 3, SPK_PARTIAL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct queue queue;
        struct submission_fixture bench;

        open_bench(&queue, &bench, cases[i].variant);
        spk_submit_start(&bench.call);
        while (queue.taken < cases[i].before)
            take_turn(&queue);
        CU_ASSERT_PTR_NOT_NULL(queue.waiting);
        CU_ASSERT_EQUAL(bench.done, 0);
        spk_submit_cancel(&bench.call);
        CU_ASSERT_EQUAL(bench.done, 1);
        CU_ASSERT_PTR_NULL(queue.waiting);
        CU_ASSERT_EQUAL(queue.taken, cases[i].before);
        CU_ASSERT_FALSE(bench.call.ok);
        CU_ASSERT_EQUAL(bench.call.err.reason, SPK_CALL_CANCELLED);
        CU_ASSERT_EQUAL(bench.call.err.outcome, cases[i].outcome);
        close_bench(&queue, &bench);
    }
}

/* The caller may leave between a step and the start of what it asks for. */
static void test_a_request_is_not_started_for_a_caller_who_left(void)
{
    struct queue queue;
    struct submission_fixture bench;

    open_bench(&queue, &bench, SPK_VARIANT_GATED_POD_FIRST);
    spk_submit_cancel(&bench.call);
    spk_submit_start(&bench.call);
    CU_ASSERT_EQUAL(bench.done, 1);
    CU_ASSERT_EQUAL(queue.taken, 0);
    CU_ASSERT_EQUAL(bench.call.err.reason, SPK_CALL_CANCELLED);
    CU_ASSERT_EQUAL(bench.call.err.outcome, SPK_NOT_CREATED);
    close_bench(&queue, &bench);
}

/* It would be refused again and again, and does not say that the API server is away. */
static void test_a_request_that_cannot_be_sent_is_final(void)
{
    static const struct {
        unsigned before;
        bool validate_only;
        enum spk_outcome outcome;
    } cases[] = {
        {0, false, SPK_NOT_CREATED}, {1, false, SPK_PARTIAL},    {3, false, SPK_PARTIAL},
        {0, true, SPK_NOT_CREATED},  {1, true, SPK_NOT_CREATED},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct queue queue;
        struct submission_fixture bench;

        open_bench(&queue, &bench, SPK_VARIANT_GATED_POD_FIRST);
        bench.call.validate_only = bench.call.server_dry_run = cases[i].validate_only;
        spk_submit_start(&bench.call);
        while (queue.taken < cases[i].before)
            take_turn(&queue);
        struct spk_api_job *job = queue.waiting;
        queue.waiting = NULL;
        job->reply = (struct spk_api_reply){.transport = SPK_API_REFUSED,
                                            .refused = SPK_REQUEST_TOO_LARGE,
                                            .reason = "",
                                            .message = "",
                                            .details_kind = "",
                                            .details_name = "",
                                            .trouble = "the call's memory is used up"};
        job->done(job);
        CU_ASSERT_PTR_NULL(queue.waiting);
        CU_ASSERT_EQUAL(bench.done, 1);
        CU_ASSERT_EQUAL(bench.call.err.reason, SPK_REQUEST_TOO_LARGE);
        CU_ASSERT_EQUAL(bench.call.err.outcome, cases[i].outcome);
        SPK_ASSERT_TEXT(bench.call.err.text,
                        "the request cannot be sent: the call's memory is used up");
        close_bench(&queue, &bench);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_request_that_waits_is_dropped),
    SPK_TEST(a_request_is_not_started_for_a_caller_who_left),
    SPK_TEST(a_request_that_cannot_be_sent_is_final),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("cancellation", tests)

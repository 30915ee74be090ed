/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/wait.h"
#include "test.h"

#include <pthread.h>

/* An API server whose thread answers later, and keeps what it was asked. */
struct late {
    struct spk_api api; /* first */
    pthread_t thread;
    struct spk_api_request asked;
    int64_t deadline_ms;
};

static void *answer(void *argument)
{
    struct spk_api_job *job = argument;

    job->reply.http = 204;
    spk_api_finish(job->loop, job);
    return NULL;
}

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct late *late = (struct late *)api;

    late->asked = job->request;
    late->deadline_ms = job->deadline_ms;
    job->loop = api;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&late->thread, NULL, answer, job), 0);
}

static int64_t now(struct spk_api *api)
{
    (void)api;
    return 5000;
}

static void test_the_answer_of_another_thread_is_waited_for(void)
{
    static const struct spk_api_ops ops = {.start = start, .now_ms = now};
    static const struct spk_api_request request = {.verb = SPK_API_CREATE, .body = "{}"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
    struct late late = {.api = {.ops = &ops}};

    CU_ASSERT_EQUAL(spk_api_wait(&late.api, &arena, &request, 1000).http, 204);
    (void)pthread_join(late.thread, NULL);
    CU_ASSERT_EQUAL(late.asked.body_length, 2);
    CU_ASSERT_EQUAL(late.deadline_ms, 6000);
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_answer_of_another_thread_is_waited_for),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("wait", tests)

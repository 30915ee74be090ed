/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/application_read.h"

#include "base/limits.h"
#include "test.h"
#include "json/read.h"

#define APPLICATION "{\"kind\":\"SparkApplication\",\"metadata\":{\"name\":\"pi\"}}"

/* One answer to a GET. */
struct answer {
    enum spk_api_transport transport;
    int http;
    const char *body;
    bool lasting;
};

/* An API server that answers as told, the last answer again and again, with its own clock. */
struct script {
    struct spk_api api; /* first */
    const struct answer *answers;
    size_t n, gets;
    int64_t now_ms;
    struct spk_application_read *cancel_at_wait; /* NULL: nobody cancels */
};

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct script *script = (struct script *)(void *)api;
    struct spk_err err = {0};

    job->reply = (struct spk_api_reply){.reason = "", .message = "", .trouble = ""};
    if (job->request.verb == SPK_API_WAIT) {
        script->now_ms += job->request.wait_ms;
        if (script->cancel_at_wait)
            spk_application_read_cancel(script->cancel_at_wait);
    } else {
        const struct answer *answer =
            &script->answers[script->gets < script->n ? script->gets : script->n - 1];
        cJSON *tree = NULL;

        SPK_ASSERT_TEXT(job->request.resource->kind, "SparkApplication");
        SPK_ASSERT_TEXT(job->request.ns, "ns1");
        SPK_ASSERT_TEXT(job->request.name, "pi");
        script->gets++;
        script->now_ms += 10;
        job->reply.transport = answer->transport;
        job->reply.http = answer->http;
        job->reply.lasting = answer->lasting;
        if (answer->body)
            CU_ASSERT_TRUE(
                spk_json_read(job->arena, answer->body, strlen(answer->body), &tree, &err));
        job->reply.object = tree;
    }
    job->done(job);
}

static void cancel(struct spk_api *api, struct spk_api_job *job)
{
    (void)api;
    (void)job;
}

static int64_t now_ms(struct spk_api *api)
{
    return ((struct script *)(void *)api)->now_ms;
}

static const struct spk_api_ops ops = {.start = start, .cancel = cancel, .now_ms = now_ms};

static void count(struct spk_application_read *read)
{
    ++*(size_t *)read->context;
}

static struct spk_application_read run(struct spk_arena *arena, struct script *script,
                                       int64_t first_answer_ms, bool cancels)
{
    size_t ends = 0;
    struct spk_application_read read = {
        .arena = arena,
        .api = &script->api,
        .ns = "ns1",
        .name = "pi",
        .deadline_ms = 30000,
        .first_answer_ms = first_answer_ms,
        .jitter_seed = 7,
        .done = count,
        .context = &ends,
    };

    script->api.ops = &ops;
    if (cancels)
        script->cancel_at_wait = &read;
    spk_application_read_start(&read);
    CU_ASSERT_EQUAL(ends, 1);
    CU_ASSERT_EQUAL(read.kube_calls, script->gets);
    return read;
}

static void test_what_answers_mean(void)
{
#define FAILED                                                                                \
    {                                                                                         \
        SPK_API_ANSWERED, 503, NULL, false                                                    \
    }
#define CUT                                                                                   \
    {                                                                                         \
        SPK_API_INTERRUPTED, 0, NULL, false                                                   \
    }
#define FOUND                                                                                 \
    {                                                                                         \
        SPK_API_ANSWERED, 200, APPLICATION, false                                             \
    }
    static const struct {
        struct answer answers[3];
        size_t n, gets;
        bool ok, found, warns;
    } cases[] = {
        {{FOUND}, 1, 1, true, true, false},
        {{{SPK_API_ANSWERED, 404, NULL, false}}, 1, 1, true, false, true},
        {{{SPK_API_ANSWERED, 403, NULL, false}}, 1, 1, true, false, true},
        {{FAILED, CUT, FOUND}, 3, 3, true, true, false},
        {{{SPK_API_ANSWERED, 401, NULL, false}, FOUND}, 2, 2, true, true, false},
        {{{SPK_API_ANSWERED, 200, NULL, false}, FOUND}, 2, 2, true, true, false},
        {{{SPK_API_ANSWERED, 200, "{\"kind\":\"Pod\"}", false}, FOUND},
         2,
         2,
         true,
         true,
         false},
        {{{SPK_API_ANSWERED, 429, NULL, false}, {SPK_API_ANSWERED, 404, NULL, false}},
         2,
         2,
         true,
         false,
         true},
        {{{SPK_API_NOT_SENT, 0, NULL, true}}, 1, 2, false, false, false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct script script = {.answers = cases[i].answers, .n = cases[i].n};
        struct spk_application_read read = run(&arena, &script, 0, false);

        CU_ASSERT_EQUAL(read.ok, cases[i].ok);
        CU_ASSERT_EQUAL(read.application != NULL, cases[i].found);
        CU_ASSERT_EQUAL(script.gets, cases[i].gets);
        CU_ASSERT_EQUAL(read.warnings.n, cases[i].warns ? 1 : 0);
        if (cases[i].warns && read.warnings.n)
            SPK_ASSERT_TEXT(read.warnings.items[0].code, "APPLICATION_NOT_READ");
        if (!cases[i].ok)
            CU_ASSERT_EQUAL(spk_reason_code(read.err.reason), SPK_UNAVAILABLE);
    }
}

static void test_failures_are_repeated_until_shortly_before_the_deadline(void)
{
    static const struct answer answers[] = {
        {SPK_API_ANSWERED, 503, NULL, false},
        {SPK_API_ANSWERED, 400, NULL, false},
        {SPK_API_ANSWERED, 200, "{}", false},
    };

    for (size_t i = 0; i < SPK_LEN(answers); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct script script = {.answers = &answers[i], .n = 1};
        struct spk_application_read read = run(&arena, &script, 1000, false);

        CU_ASSERT_FALSE(read.ok);
        CU_ASSERT_EQUAL(spk_reason_code(read.err.reason), SPK_UNAVAILABLE);
        CU_ASSERT_EQUAL(read.err.outcome, SPK_NOT_CREATED);
        CU_ASSERT(script.gets > 5);
        CU_ASSERT(script.now_ms > 20000);
        CU_ASSERT(script.now_ms <= 30000 - SPK_ANSWER_MARGIN_MS);
    }
}

static void test_a_server_that_never_answers_is_given_up_early_if_told_so(void)
{
    static const struct answer silent = {SPK_API_INTERRUPTED, 0, NULL, false};
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct script script = {.answers = &silent, .n = 1};
    struct spk_application_read read = run(&arena, &script, 5000, false);

    CU_ASSERT_FALSE(read.ok);
    CU_ASSERT(script.now_ms <= 5100);
}

static void test_a_caller_that_is_gone_ends_it(void)
{
    static const struct answer silent = {SPK_API_INTERRUPTED, 0, NULL, false};
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct script script = {.answers = &silent, .n = 1};
    struct spk_application_read read = run(&arena, &script, 0, true);

    CU_ASSERT_FALSE(read.ok);
    CU_ASSERT_EQUAL(read.err.reason, SPK_CALL_CANCELLED);
    CU_ASSERT_EQUAL(script.gets, 1);
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_answers_mean),
    SPK_TEST(failures_are_repeated_until_shortly_before_the_deadline),
    SPK_TEST(a_server_that_never_answers_is_given_up_early_if_told_so),
    SPK_TEST(a_caller_that_is_gone_ends_it),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("application_read", tests)

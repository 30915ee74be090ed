/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsparksubmit as its callers see it, run by test_client.py: against a service that answers
 * as the request's spark_version says (SPK_TOLD), and against a server in memory (SPK_REAL).
 */
#include "test.h"

#include <pthread.h>
#include <sparksubmit/client.h>
#include <stdatomic.h>
#include <time.h>

#define THREADS 16
#define CALLS   200

static const char manifest[] =
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","
    "\"metadata\":{\"name\":\"pi-%d-%d\",\"namespace\":\"default\"},\"spec\":{\"type\":"
    "\"Scala\",\"mode\":\"cluster\",\"image\":\"spark:4.0.1\",\"sparkVersion\":\"4.0.1\","
    "\"mainClass\":\"a.B\",\"mainApplicationFile\":\"local:///x.jar\",\"driver\":{},"
    "\"executor\":{}}}";

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_ms(int ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static struct sparksubmit_client *open_client(const char *variable, int attempts)
{
    struct sparksubmit_client_config config = {
        .size = sizeof(config), .target = getenv(variable), .attempts = attempts};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_error error;

    CU_ASSERT_TRUE_FATAL(sparksubmit_client_open(&client, &config, &error));
    return client;
}

/* The error of a submission that is told how to end. */
static struct sparksubmit_error fail_as(const char *what, int attempts, int64_t deadline_ms)
{
    struct sparksubmit_submit request = {.size = sizeof(request),
                                         .job = {.manifest = "{}", .manifest_length = 2},
                                         .spark_version = what};
    struct sparksubmit_client *client = open_client("SPK_TOLD", attempts);
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error = {0};

    CU_ASSERT_FALSE(sparksubmit_client_submit(client, &request, deadline_ms, &result, &error));
    CU_ASSERT_PTR_NULL(result);
    sparksubmit_client_close(client);
    return error;
}

static void test_errors_arrive_whole(void)
{
    const struct {
        const char *what;
        int64_t deadline_ms;
        struct sparksubmit_error want;
    } cases[] = {
        {"bare",
         5000,
         {14, SPARKSUBMIT_OUTCOME_UNSETTLED, SPARKSUBMIT_ADVICE_SAME_KEY, -1, "", "",
          "told to", "", "", "", ""}},
        {"details",
         5000,
         {9, SPARKSUBMIT_OUTCOME_PARTIAL, SPARKSUBMIT_ADVICE_NEW_KEY, 2500, "OBJECT_FOREIGN",
          "spec.a", "told to", "", "", "", ""}},
        {"later",
         5000,
         {14, SPARKSUBMIT_OUTCOME_NOT_CREATED, SPARKSUBMIT_ADVICE_SAME_KEY, 60000,
          "KUBE_THROTTLED", "", "told to", "", "", "", ""}},
        {"future",
         5000,
         {10, SPARKSUBMIT_OUTCOME_UNSETTLED, SPARKSUBMIT_ADVICE_SAME_KEY, -1, "NEW_REASON", "",
          "told to", "", "", "", ""}},
        {"garbage",
         5000,
         {13, SPARKSUBMIT_OUTCOME_UNSETTLED, SPARKSUBMIT_ADVICE_SAME_KEY, -1, "", "",
          "the server's reply is not a message of this interface", "", "", "", ""}},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sparksubmit_error *want = &cases[i].want;
        int64_t start = now_ms();
        struct sparksubmit_error error = fail_as(cases[i].what, 1, cases[i].deadline_ms);

        CU_ASSERT_EQUAL(error.code, want->code);
        CU_ASSERT_EQUAL(error.outcome, want->outcome);
        CU_ASSERT_EQUAL(error.retry, want->retry);
        CU_ASSERT_EQUAL(error.retry_after_ms, want->retry_after_ms);
        SPK_ASSERT_TEXT(error.reason, want->reason);
        SPK_ASSERT_TEXT(error.field, want->field);
        SPK_ASSERT_TEXT(error.text, want->text);
        CU_ASSERT(now_ms() - start < 4000);
    }
}

static void test_all_violations_arrive(void)
{
    const struct sparksubmit_error error = fail_as("details", 1, 5000),
                                   none = fail_as("bare", 1, 5000);
    const char *field = NULL, *text = NULL;

    CU_ASSERT_TRUE_FATAL(sparksubmit_error_violation(&error, 0, &field, &text));
    SPK_ASSERT_TEXT(field, "spec.a");
    SPK_ASSERT_TEXT(text, "spec.a is wrong");
    CU_ASSERT_TRUE_FATAL(sparksubmit_error_violation(&error, 1, &field, &text));
    SPK_ASSERT_TEXT(field, "spec.b");
    SPK_ASSERT_TEXT(text, "");
    CU_ASSERT_FALSE(sparksubmit_error_violation(&error, 2, &field, &text));
    SPK_ASSERT_TEXT(field, "spec.b");
    CU_ASSERT_FALSE(sparksubmit_error_violation(&none, 0, &field, &text));
}

static void test_a_deadline_leaves_the_outcome_open(void)
{
    struct sparksubmit_error error = fail_as("slow", 4, 200);

    CU_ASSERT_EQUAL(error.code, 4);
    CU_ASSERT_EQUAL(error.outcome, SPARKSUBMIT_OUTCOME_UNSETTLED);
    SPK_ASSERT_TEXT(error.idempotency_key, "");
    CU_ASSERT_EQUAL(strlen(error.default_idempotency_key), 32); /* the one that was drawn */
    CU_ASSERT_EQUAL(error.retry, SPARKSUBMIT_ADVICE_SAME_KEY);
}

/* The server's advice is longer than the deadline: no attempt comes before it. */
static void test_no_retry_comes_before_its_time(void)
{
    int64_t start = now_ms();
    struct sparksubmit_error error = fail_as("later", 4, 20000);

    CU_ASSERT_EQUAL(error.retry_after_ms, 60000);
    CU_ASSERT(now_ms() - start < 4000);
}

static void test_outcomes_of_all_tries_add_up(void)
{
    const struct {
        const char *tries;
        int outcome, retry;
    } cases[] = {
        {"tries UNKNOWN/SAME_KEY PARTIAL/NO", SPARKSUBMIT_OUTCOME_UNSETTLED,
         SPARKSUBMIT_ADVICE_SAME_KEY},
        {"tries UNKNOWN/SAME_KEY NOT_CREATED/NO", SPARKSUBMIT_OUTCOME_UNSETTLED,
         SPARKSUBMIT_ADVICE_SAME_KEY},
        {"tries UNKNOWN/SAME_KEY PARTIAL/SAME_KEY NOT_CREATED/NEW_KEY",
         SPARKSUBMIT_OUTCOME_UNSETTLED, SPARKSUBMIT_ADVICE_SAME_KEY},
        {"tries PARTIAL/SAME_KEY NOT_CREATED/NO", SPARKSUBMIT_OUTCOME_PARTIAL,
         SPARKSUBMIT_ADVICE_NO},
        {"tries PARTIAL/SAME_KEY UNKNOWN/SAME_KEY", SPARKSUBMIT_OUTCOME_UNSETTLED,
         SPARKSUBMIT_ADVICE_SAME_KEY},
        {"tries UNKNOWN/SAME_KEY CREATED/NO", SPARKSUBMIT_OUTCOME_CREATED,
         SPARKSUBMIT_ADVICE_NO},
        {"tries CREATED/SAME_KEY UNKNOWN/SAME_KEY NOT_CREATED/NO", SPARKSUBMIT_OUTCOME_CREATED,
         SPARKSUBMIT_ADVICE_NO},
        {"tries NOT_CREATED/SAME_KEY NOT_CREATED/NO", SPARKSUBMIT_OUTCOME_NOT_CREATED,
         SPARKSUBMIT_ADVICE_NO},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sparksubmit_error error = fail_as(cases[i].tries, 4, 20000);

        CU_ASSERT_EQUAL(error.code, 7);
        CU_ASSERT_EQUAL(error.outcome, cases[i].outcome);
        CU_ASSERT_EQUAL(error.retry, cases[i].retry);
    }
}

static void *render_nested(void *argument)
{
    struct sparksubmit_render_request request = {
        .size = sizeof(request), .job = {.manifest = "{}", .manifest_length = 2}};
    struct sparksubmit_client *client = open_client("SPK_TOLD", 1);
    struct sparksubmit_result *result = NULL;

    CU_ASSERT_FALSE(sparksubmit_client_render(client, &request, 20000, &result, argument));
    sparksubmit_client_close(client);
    return NULL;
}

static void test_a_nested_reply_is_an_error_on_a_small_stack(void)
{
    struct sparksubmit_error error = {0};
    pthread_attr_t attributes;
    pthread_t thread;

    (void)pthread_attr_init(&attributes);
    CU_ASSERT_EQUAL_FATAL(pthread_attr_setstacksize(&attributes, 256 * 1024), 0);
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, &attributes, render_nested, &error), 0);
    (void)pthread_join(thread, NULL);
    (void)pthread_attr_destroy(&attributes);
    CU_ASSERT_EQUAL(error.code, 13);
    SPK_ASSERT_TEXT(error.text, "the server's reply is not a message of this interface");
}

static void test_a_retry_is_the_same_request_and_says_so(void)
{
    struct sparksubmit_submit request = {.size = sizeof(request),
                                         .job = {.manifest = "{}", .manifest_length = 2},
                                         .spark_version = "twice"};
    struct sparksubmit_client *client = open_client("SPK_TOLD", 0);
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error = {0};

    CU_ASSERT_TRUE_FATAL(sparksubmit_client_submit(client, &request, 10000, &result, &error));
    SPK_ASSERT_TEXT(sparksubmit_result_text(result, SPARKSUBMIT_FIELD_APP_NAME), "same");
    SPK_ASSERT_TEXT(sparksubmit_result_text(result, SPARKSUBMIT_FIELD_ATTEMPT), "1");
    sparksubmit_result_free(result);
    sparksubmit_client_close(client);
}

/* Submit; the server answers at the second try, with the two keys: "key|default". */
static void check_keys(struct sparksubmit_client *client, struct sparksubmit_submit *request,
                       const char *key, const char *default_key)
{
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error = {0};
    size_t length = strlen(key);

    request->size = sizeof(*request);
    request->spark_version = "twice";
    CU_ASSERT_TRUE_FATAL(sparksubmit_client_submit(client, request, 10000, &result, &error));
    SPK_ASSERT_TEXT(sparksubmit_result_text(result, SPARKSUBMIT_FIELD_ATTEMPT), "1");
    SPK_ASSERT_TEXT(sparksubmit_result_text(result, SPARKSUBMIT_FIELD_APP_NAME), "same");
    const char *sent = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_IDEMPOTENCY_KEY);
    CU_ASSERT_EQUAL_FATAL(strncmp(sent, key, length), 0);
    CU_ASSERT_EQUAL_FATAL(sent[length], '|');
    if (default_key)
        SPK_ASSERT_TEXT(sent + length + 1, default_key);
    else
        CU_ASSERT_EQUAL(strspn(sent + length + 1, "0123456789abcdef"), 32);
    sparksubmit_result_free(result);
}

static void test_a_default_key_is_drawn_whatever_the_job_says(void)
{
    static const char *const manifests[] = {"{\"metadata\":{\"name\":\"druid\"}}",
                                            "{\"metadata\":{\"uid\":\"u-1\"}}",
                                            "not a manifest"};
    static const char *const arguments[] = {
        "--conf", "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id=1",
        "x.jar"};
    struct sparksubmit_client *client = open_client("SPK_TOLD", 0);
    struct sparksubmit_submit command = {.job = {.arguments = arguments, .n_arguments = 3}};
    struct sparksubmit_submit named = command;

    for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
        struct sparksubmit_submit request = {
            .job = {.manifest = manifests[i], .manifest_length = strlen(manifests[i])}};

        check_keys(client, &request, "", NULL);
    }
    check_keys(client, &command, "", NULL);
    named.submission_id = "s";
    check_keys(client, &named, "", NULL);
    sparksubmit_client_close(client);
}

static void test_given_keys_are_sent_as_they_are(void)
{
    struct sparksubmit_client *client = open_client("SPK_TOLD", 0);
    struct sparksubmit_submit request = {.job = {.manifest = "{}", .manifest_length = 2}};

    request.default_idempotency_key = "d";
    check_keys(client, &request, "", "d");
    request.idempotency_key = "k";
    check_keys(client, &request, "k", "d");
    request.default_idempotency_key = NULL;
    check_keys(client, &request, "k", "");
    request.idempotency_key = "";
    check_keys(client, &request, "", NULL);
    sparksubmit_client_close(client);
}

/* A call under way in a thread of its own. */
struct background {
    struct sparksubmit_client *client;
    const char *what;
    pthread_t thread;
    struct sparksubmit_error error;
    atomic_bool over;
    bool ok;
};

static void *run(void *argument)
{
    struct background *background = argument;
    struct sparksubmit_submit request = {.size = sizeof(request),
                                         .job = {.manifest = "{}", .manifest_length = 2},
                                         .spark_version = background->what,
                                         .token = 7};
    struct sparksubmit_result *result = NULL;

    background->ok = sparksubmit_client_submit(background->client, &request, 20000, &result,
                                               &background->error);
    sparksubmit_result_free(result);
    atomic_store(&background->over, true);
    return NULL;
}

static void begin(struct background *background, const char *what)
{
    *background = (struct background){.client = open_client("SPK_TOLD", 0), .what = what};
    CU_ASSERT_EQUAL_FATAL(pthread_create(&background->thread, NULL, run, background), 0);
    sleep_ms(500);
}

static void cancel_during(const char *what)
{
    struct background background;
    int64_t start = now_ms();

    begin(&background, what);
    sparksubmit_client_cancel(background.client, 8);
    sparksubmit_client_cancel(background.client, 0);
    sleep_ms(50);
    CU_ASSERT_FALSE(atomic_load(&background.over));
    sparksubmit_client_cancel(background.client, 7);
    (void)pthread_join(background.thread, NULL);
    CU_ASSERT_FALSE(background.ok);
    CU_ASSERT_EQUAL(background.error.code, 1);
    CU_ASSERT_EQUAL(background.error.retry, SPARKSUBMIT_ADVICE_SAME_KEY);
    CU_ASSERT(now_ms() - start < 2500);
    sparksubmit_client_cancel(background.client, 7); /* it is over: nothing happens */
    sparksubmit_client_close(background.client);
}

static void test_cancel_ends_an_attempt(void)
{
    cancel_during("slow");
}

static void test_cancel_ends_the_pause_between_two(void)
{
    cancel_during("busy");
}

static void test_close_waits_for_a_call_that_pauses(void)
{
    struct background background;

    begin(&background, "busy");
    sparksubmit_client_close(background.client);
    (void)pthread_join(background.thread, NULL);
    CU_ASSERT_FALSE(background.ok);
    SPK_ASSERT_TEXT(background.error.text, "told to");
    SPK_ASSERT_TEXT(background.error.reason, "SERVER_DRAINING");
}

static void test_struct_sizes(void)
{
    struct sparksubmit_client *client = open_client("SPK_REAL", 1);
    struct sparksubmit_submit request = {.size = offsetof(struct sparksubmit_submit, token),
                                         .token = 1};
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error = {0};
    char text[1024];

    (void)snprintf(text, sizeof(text), manifest, 0, 0);
    request.job = (struct sparksubmit_job){.manifest = text, .manifest_length = strlen(text)};
    CU_ASSERT_TRUE(sparksubmit_client_submit(client, &request, 0, &result, &error));
    sparksubmit_result_free(result);
    result = NULL;
    request.size = sizeof(request) + 1;
    CU_ASSERT_FALSE(sparksubmit_client_submit(client, &request, 0, &result, &error));
    SPK_ASSERT_TEXT(error.reason, "INVALID_FIELD");
    request.size = 0;
    CU_ASSERT_FALSE(sparksubmit_client_submit(client, &request, 0, &result, &error));
    request.size = sizeof(request);
    CU_ASSERT_FALSE(sparksubmit_client_submit(client, &request, -1, &result, &error));
    CU_ASSERT_FALSE(sparksubmit_client_submit(client, &request, 120001, &result, &error));
    CU_ASSERT_PTR_NULL(result);
    sparksubmit_client_close(client);
}

/* ---- many at once ---- */

struct crowd {
    struct sparksubmit_client *client;
    int number;
    int created, cancelled, wrong;
};

static void *submit_many(void *argument)
{
    struct crowd *crowd = argument;
    struct sparksubmit_submit request = {.size = sizeof(request)};
    char text[1024];

    request.token = (uint64_t)crowd->number + 1;
    request.job.manifest = text;
    for (int i = 0; i < CALLS; i++) {
        struct sparksubmit_result *result = NULL;
        struct sparksubmit_error error = {0};

        request.job.manifest_length =
            (size_t)snprintf(text, sizeof(text), manifest, crowd->number, i);
        if (sparksubmit_client_submit(crowd->client, &request, 60000, &result, &error))
            crowd->created++;
        else if (error.code == 1)
            crowd->cancelled++;
        else
            crowd->wrong++;
        sparksubmit_result_free(result);
    }
    return NULL;
}

static void test_sixteen_threads_share_a_client(void)
{
    struct sparksubmit_client *client = open_client("SPK_REAL", 1);
    struct crowd crowds[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){.client = client, .number = i};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, submit_many, &crowds[i]), 0);
    }
    /* One thread's calls are cancelled while they run; the others must not notice. */
    for (int i = 0; i < 200; i++) {
        sparksubmit_client_cancel(client, 1);
        sleep_ms(2);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        CU_ASSERT_EQUAL(crowds[i].wrong, 0);
        CU_ASSERT_EQUAL(crowds[i].created + crowds[i].cancelled, CALLS);
        CU_ASSERT(i == 0 || crowds[i].cancelled == 0);
    }
    sparksubmit_client_close(client);
}

int main(void)
{
    CU_TestInfo tests[] = {
        SPK_TEST(errors_arrive_whole),
        SPK_TEST(all_violations_arrive),
        SPK_TEST(a_deadline_leaves_the_outcome_open),
        SPK_TEST(no_retry_comes_before_its_time),
        SPK_TEST(outcomes_of_all_tries_add_up),
        SPK_TEST(a_nested_reply_is_an_error_on_a_small_stack),
        SPK_TEST(a_retry_is_the_same_request_and_says_so),
        SPK_TEST(a_default_key_is_drawn_whatever_the_job_says),
        SPK_TEST(given_keys_are_sent_as_they_are),
        SPK_TEST(cancel_ends_an_attempt),
        SPK_TEST(cancel_ends_the_pause_between_two),
        SPK_TEST(close_waits_for_a_call_that_pauses),
        SPK_TEST(struct_sizes),
        SPK_TEST(sixteen_threads_share_a_client),
        CU_TEST_INFO_NULL,
    };

    return spk_test_run("client", tests);
}

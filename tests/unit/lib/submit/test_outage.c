/* SPDX-License-Identifier: Apache-2.0 */
/* What a submission does, and tells, while answers stay away: time is virtual here. */
#include "apiserver/memory/memory_server.h"
#include "apiserver/wait.h"
#include "base/limits.h"
#include "kubernetes/object.h"
#include "submission_fixture.h"

#include "test.h"

#define P         SPK_VARIANT_CHILDREN_FIRST
#define G         SPK_VARIANT_GATED_POD_FIRST
#define POST      SPK_API_CREATE
#define PATCH     SPK_API_JSON_PATCH
#define FOREVER   INT64_MAX
#define MARGIN_MS SPK_ANSWER_MARGIN_MS

/* What a request meets. */
struct fate {
    enum spk_api_transport transport;
    int http;           /* 0: no answer */
    const char *reason; /* of the Status */
    bool effect;        /* it is carried out all the same */
    bool lasting;
};

static const struct fate unreachable = {SPK_API_NOT_SENT, 0, "", false, false};
static const struct fate silent = {SPK_API_INTERRUPTED, 0, "", false, false};
static const struct fate lost = {SPK_API_INTERRUPTED, 0, "", true, false};

/* A way to an API server in memory that breaks at a request and stays broken for a time. */
struct network {
    struct spk_api api; /* first */
    struct spk_api *memory;
    int64_t now_ms;
    enum spk_api_verb verb; /* of the request that breaks it */
    const char *kind;       /* likewise; NULL: it never breaks */
    struct fate first;      /* what that request meets */
    struct fate others;     /* and what those do that come until it is well again */
    int64_t away_ms;
    int64_t broken_ms;   /* 0: not yet */
    unsigned requests;   /* while it was broken */
    const char *warning; /* of every write; NULL: none */
};

static void ignore(struct spk_api_job *job)
{
    (void)job;
}

static void carry_out(struct network *network, struct spk_api_job *job)
{
    void (*done)(struct spk_api_job *) = job->done;

    job->done = ignore;
    spk_api_start(network->memory, job);
    job->done = done;
    if (network->warning && job->request.verb != SPK_API_GET)
        spk_strings_add(job->arena, &job->reply.warnings, network->warning);
}

static void meet(struct network *network, struct spk_api_job *job, const struct fate *fate)
{
    network->requests++;
    if (fate->effect)
        carry_out(network, job);
    job->reply = (struct spk_api_reply){.transport = fate->transport,
                                        .http = fate->http,
                                        .reason = fate->reason,
                                        .message = "",
                                        .details_kind = "",
                                        .details_name = "",
                                        .trouble = "nobody there",
                                        .lasting = fate->lasting};
    /* Silence is noticed when the time of the request is over. */
    if (fate->transport == SPK_API_INTERRUPTED)
        network->now_ms = job->deadline_ms;
}

static bool is_broken(const struct network *network)
{
    return network->broken_ms && (network->away_ms == FOREVER ||
                                  network->now_ms < network->broken_ms + network->away_ms);
}

static void start(struct spk_api *api, struct spk_api_job *job)
{
    struct network *network = (struct network *)api;
    const struct spk_api_request *request = &job->request;

    if (request->verb == SPK_API_WAIT) {
        network->now_ms += request->wait_ms;
        job->reply.transport = SPK_API_ANSWERED;
    } else if (is_broken(network)) {
        meet(network, job, &network->others);
    } else if (!network->broken_ms && network->kind && request->verb == network->verb &&
               strcmp(request->resource->kind, network->kind) == 0) {
        network->broken_ms = network->now_ms;
        meet(network, job, &network->first);
    } else {
        carry_out(network, job);
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
    return ((const struct network *)api)->now_ms;
}

static void close_network(struct spk_api *api)
{
    spk_api_close(((struct network *)api)->memory);
}

static const struct spk_api_ops ops = {start, cancel, now_ms, close_network};

/* One submission over one network. */
struct bench {
    struct network network;
    struct submission_fixture fixture;
};

static void bench_init(struct bench *bench, enum spk_variant variant, int64_t deadline_ms)
{
    struct spk_err err;

    bench->network = (struct network){.api = {.ops = &ops, .url = "memory"}, .now_ms = 1000};
    CU_ASSERT_TRUE_FATAL(spk_memory_open(&bench->network.memory, &err));
    submission_fixture_init(&bench->fixture, &bench->network.api,
                            &(struct submission_choice){.variant = variant,
                                                        .ns = "ns1",
                                                        .name = "pi",
                                                        .submission_id = "sub-1",
                                                        .attempts = 1});
    bench->fixture.call.deadline_ms = bench->network.now_ms + deadline_ms;
}

static void bench_break(struct bench *bench, enum spk_api_verb verb, const char *kind,
                        struct fate first, struct fate others, int64_t away_ms)
{
    bench->network.verb = verb;
    bench->network.kind = kind;
    bench->network.first = first;
    bench->network.others = others;
    bench->network.away_ms = away_ms;
}

static void bench_run(struct bench *bench)
{
    spk_submit_start(&bench->fixture.call);
    CU_ASSERT_EQUAL(bench->fixture.done, 1);
}

static void bench_end(struct bench *bench)
{
    spk_arena_free(&bench->fixture.arena);
    spk_api_close(&bench->network.api);
}

/* Whether the driver is there, and nothing holds it. */
static bool is_committed(struct bench *bench)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    const struct spk_api_request get = {.verb = SPK_API_GET,
                                        .resource = spk_resource_find("v1", "Pod"),
                                        .ns = "ns1",
                                        .name = "pi-driver"};
    const cJSON *pod = spk_api_wait(bench->network.memory, &arena, &get, 1000).object;

    return pod && spk_json_size(spk_json_at(pod, "spec.schedulingGates")) == 0;
}

static void expect(const struct bench *bench, enum spk_reason reason, enum spk_outcome outcome)
{
    const struct spk_submit_call *call = &bench->fixture.call;

    if (call->ok || call->err.reason != reason || call->err.outcome != outcome)
        fprintf(stderr, "\n%s after %lld ms: %s %s: %s\n", bench->network.kind,
                (long long)bench->network.now_ms, spk_reason_name(call->err.reason),
                spk_outcome_name(call->err.outcome), call->err.text);
    CU_ASSERT_FALSE(call->ok);
    CU_ASSERT_EQUAL(call->err.reason, reason);
    CU_ASSERT_EQUAL(call->err.outcome, outcome);
}

/* An API server that takes requests and never answers, however long the caller has. */
static void test_silence_is_told_before_the_deadline(void)
{
    static const struct {
        enum spk_variant variant;
        enum spk_api_verb verb;
        const char *kind;
        enum spk_outcome outcome;
    } cases[] = {
        {P, POST, "ConfigMap", SPK_PARTIAL},    {P, POST, "Pod", SPK_OUTCOME_UNKNOWN},
        {G, POST, "Pod", SPK_PARTIAL},          {G, POST, "Service", SPK_PARTIAL},
        {G, PATCH, "Pod", SPK_OUTCOME_UNKNOWN},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        for (int64_t deadline_ms = 2500; deadline_ms <= 120000; deadline_ms += 977) {
            struct bench bench;

            bench_init(&bench, cases[i].variant, deadline_ms);
            bench_break(&bench, cases[i].verb, cases[i].kind, silent, silent, FOREVER);
            bench_run(&bench);
            expect(&bench, SPK_KUBE_UNREACHABLE, cases[i].outcome);
            CU_ASSERT(bench.network.now_ms <= bench.fixture.call.deadline_ms - MARGIN_MS);
            /* and not long before it: a look may always come too late by a second */
            CU_ASSERT(bench.network.now_ms >=
                      bench.fixture.call.deadline_ms - MARGIN_MS - 1000);
            bench_end(&bench);
        }
}

/* What looks may meet while nobody knows how a write ended. */
static const struct fate outages[] = {
    {SPK_API_NOT_SENT, 0, "", false, false},
    {SPK_API_NOT_SENT, 0, "", false, true},
    {SPK_API_INTERRUPTED, 0, "", false, false},
    {SPK_API_ANSWERED, 503, "ServiceUnavailable", false, false},
    {SPK_API_ANSWERED, 429, "TooManyRequests", false, false},
    {SPK_API_ANSWERED, 403, "Forbidden", false, false},
    {SPK_API_ANSWERED, 401, "Unauthorized", false, false},
    {SPK_API_ANSWERED, 302, "", false, false},
    {SPK_API_ANSWERED, 200, "", false, false}, /* of nothing that can be read */
};

static void test_an_unsettled_write_is_looked_for_until_the_end(void)
{
    static const struct {
        enum spk_variant variant;
        enum spk_api_verb verb;
        const char *kind;
    } cases[] = {{P, POST, "Pod"}, {P, POST, "Service"}, {G, POST, "Pod"}, {G, PATCH, "Pod"}};

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        for (size_t j = 0; j < SPK_LEN(outages); j++) {
            struct bench bench;

            bench_init(&bench, cases[i].variant, SPK_MAX_DEADLINE_MS);
            bench_break(&bench, cases[i].verb, cases[i].kind, lost, outages[j], 60000);
            bench_run(&bench);
            SPK_ASSERT_TEXT(bench.fixture.call.err.text, "");
            CU_ASSERT_TRUE(bench.fixture.call.ok);
            CU_ASSERT_FALSE(bench.fixture.call.result.adopted);
            CU_ASSERT_TRUE(is_committed(&bench));
            bench_end(&bench);

            bench_init(&bench, cases[i].variant, SPK_MAX_DEADLINE_MS);
            bench_break(&bench, cases[i].verb, cases[i].kind, lost, outages[j], FOREVER);
            bench_run(&bench);
            CU_ASSERT_FALSE(bench.fixture.call.ok);
            CU_ASSERT_EQUAL(bench.fixture.call.err.outcome,
                            is_committed(&bench) ? SPK_OUTCOME_UNKNOWN : SPK_PARTIAL);
            CU_ASSERT(bench.network.now_ms <= bench.fixture.call.deadline_ms - MARGIN_MS);
            CU_ASSERT(bench.network.now_ms >= bench.fixture.call.deadline_ms - 2500);
            bench_end(&bench);
        }
}

/* An outage before the first request: tries that never left cost nothing but time. */
static void test_what_was_not_sent_takes_time_only(void)
{
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;

        bench_init(&bench, i ? G : P, SPK_MAX_DEADLINE_MS);
        bench_break(&bench, POST, i ? "Pod" : "ConfigMap", unreachable, unreachable, 100000);
        bench_run(&bench);
        CU_ASSERT_TRUE(bench.fixture.call.ok);
        SPK_ASSERT_TEXT(bench.fixture.call.err.text, "");
        CU_ASSERT(bench.network.requests > 20); /* more than a submission may send */
        CU_ASSERT_TRUE(is_committed(&bench));
        bench_end(&bench);

        bench_init(&bench, i ? G : P, 30000);
        bench_break(&bench, POST, i ? "Pod" : "ConfigMap", unreachable, unreachable, FOREVER);
        bench_run(&bench);
        expect(&bench, SPK_KUBE_UNREACHABLE, SPK_NOT_CREATED);
        /* The last try is as late as a write may start. */
        CU_ASSERT_EQUAL(bench.network.now_ms, bench.fixture.call.deadline_ms - 2500);
        bench_end(&bench);
    }
}

static void test_who_was_never_heard_of_is_given_up_sooner(void)
{
    struct bench bench;

    bench_init(&bench, G, SPK_MAX_DEADLINE_MS);
    bench.fixture.call.first_answer_ms = SPK_FIRST_ANSWER_MS;
    bench_break(&bench, POST, "Pod", unreachable, unreachable, FOREVER);
    bench_run(&bench);
    expect(&bench, SPK_KUBE_UNREACHABLE, SPK_NOT_CREATED);
    CU_ASSERT_EQUAL(bench.network.now_ms, 1000 + SPK_FIRST_ANSWER_MS);
    bench_end(&bench);

    /* It has answered once; or something was sent, and nobody knows what came of it. */
    bench_init(&bench, G, SPK_MAX_DEADLINE_MS);
    bench.fixture.call.first_answer_ms = SPK_FIRST_ANSWER_MS;
    bench_break(&bench, POST, "Service", unreachable, unreachable, FOREVER);
    bench_run(&bench);
    expect(&bench, SPK_KUBE_UNREACHABLE, SPK_PARTIAL);
    CU_ASSERT_EQUAL(bench.network.now_ms, bench.fixture.call.deadline_ms - 2500);
    bench_end(&bench);
    bench_init(&bench, P, SPK_MAX_DEADLINE_MS);
    bench.fixture.call.first_answer_ms = SPK_FIRST_ANSWER_MS;
    bench_break(&bench, POST, "ConfigMap", lost, unreachable, 60000);
    bench_run(&bench);
    CU_ASSERT_TRUE(bench.fixture.call.ok);
    bench_end(&bench);
}

/* A certificate that nobody signed will not be signed in a minute. */
static void test_what_lasts_is_tried_twice(void)
{
    static const struct fate untrusted = {SPK_API_NOT_SENT, 0, "", false, true};
    struct bench bench;

    bench_init(&bench, P, SPK_MAX_DEADLINE_MS);
    bench_break(&bench, POST, "ConfigMap", untrusted, untrusted, FOREVER);
    bench_run(&bench);
    expect(&bench, SPK_KUBE_UNREACHABLE, SPK_NOT_CREATED);
    CU_ASSERT_EQUAL(bench.network.requests, 2);
    bench_end(&bench);
}

/* libcurl sends a request again when its connection dies: the answer may be the second's. */
static void test_a_refusal_of_what_was_sent_twice_settles_nothing(void)
{
    static const struct {
        enum spk_variant variant;
        enum spk_api_verb verb;
        const char *kind;
        int http;
        const char *reason;
        enum spk_outcome outcome;
    } cases[] = {
        {P, POST, "Pod", 409, "AlreadyExists", SPK_OUTCOME_UNKNOWN},
        {P, POST, "Pod", 409, "Conflict", SPK_OUTCOME_UNKNOWN},
        {P, POST, "Service", 409, "AlreadyExists", SPK_PARTIAL},
        {P, POST, "ConfigMap", 409, "AlreadyExists", SPK_PARTIAL}, /* the first */
        {G, POST, "Pod", 409, "AlreadyExists", SPK_PARTIAL},
        {G, PATCH, "Pod", 409, "Conflict", SPK_OUTCOME_UNKNOWN},
        {G, PATCH, "Pod", 422, "Invalid", SPK_OUTCOME_UNKNOWN},
        {G, PATCH, "Pod", 404, "NotFound", SPK_OUTCOME_UNKNOWN},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        for (int64_t away_ms = 1; away_ms < FOREVER;
             away_ms = away_ms == 1 ? 20000 : FOREVER) {
            const struct fate refused = {SPK_API_ANSWERED, cases[i].http, cases[i].reason,
                                         true, false};
            struct bench bench;

            bench_init(&bench, cases[i].variant, 30000);
            bench_break(&bench, cases[i].verb, cases[i].kind, refused, unreachable, away_ms);
            bench_run(&bench);
            CU_ASSERT_TRUE(bench.fixture.call.ok);
            CU_ASSERT_TRUE(is_committed(&bench));
            bench_end(&bench);

            bench_init(&bench, cases[i].variant, 30000);
            bench_break(&bench, cases[i].verb, cases[i].kind, refused, unreachable, FOREVER);
            bench_run(&bench);
            CU_ASSERT_FALSE(bench.fixture.call.ok);
            CU_ASSERT_EQUAL(bench.fixture.call.err.outcome, cases[i].outcome);
            CU_ASSERT_PTR_NULL(bench.fixture.call.left_uid);
            bench_end(&bench);
        }
}

/* Running out of memory in the middle of an answer must not hide what was answered. */
static void test_the_outcome_survives_a_lack_of_memory(void)
{
    char warning[SPK_MAX_WARNING_TEXT + 1];
    unsigned short_of = 0;

    memset(warning, 'w', sizeof(warning) - 1);
    warning[sizeof(warning) - 1] = '\0';
    for (size_t i = 0; i < 2; i++)
        for (size_t extra = 0, ok = 0; !ok; extra += 48) {
            struct bench bench;

            bench_init(&bench, i ? G : P, 30000);
            bench.network.warning = warning;
            bench.fixture.arena.limit = bench.fixture.arena.used + extra;
            bench_run(&bench);
            ok = bench.fixture.call.ok;
            if (!ok && is_committed(&bench))
                CU_ASSERT(bench.fixture.call.err.outcome == SPK_OUTCOME_UNKNOWN ||
                          bench.fixture.call.err.outcome == SPK_CREATED);
            short_of += !ok && is_committed(&bench);
            bench_end(&bench);
        }
    CU_ASSERT(short_of > 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(silence_is_told_before_the_deadline),
    SPK_TEST(an_unsettled_write_is_looked_for_until_the_end),
    SPK_TEST(what_was_not_sent_takes_time_only),
    SPK_TEST(who_was_never_heard_of_is_given_up_sooner),
    SPK_TEST(what_lasts_is_tried_twice),
    SPK_TEST(a_refusal_of_what_was_sent_twice_settles_nothing),
    SPK_TEST(the_outcome_survives_a_lack_of_memory),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("outage", tests)

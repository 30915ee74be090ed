/* SPDX-License-Identifier: Apache-2.0 */
/* Watches of the API server in memory, and the verbs whose effects they show. */
#include "apiserver/memory/memory_server.h"
#include "apiserver/wait.h"

#include "test.h"

#include <pthread.h>

#define MEMORY (16U << 20)

/* A watch and what it heard: "ADDED a 1; ". */
struct watch {
    struct spk_api_job job;
    struct spk_arena arena;
    struct spk_buf heard;
    struct spk_api *api;
    size_t events, ends;
    const char *creates; /* body of a Pod to make at the first event */
    bool cancels, quiet;
    uint64_t last; /* version */
    bool out_of_order;
};

static struct spk_api_reply act(struct spk_api *api, struct spk_arena *arena,
                                enum spk_api_verb verb, const char *name, const char *body)
{
    struct spk_api_request request = {.verb = verb,
                                      .resource = spk_resource_find("v1", "Pod"),
                                      .ns = "ns1",
                                      .name = name,
                                      .body = body};

    return spk_api_wait(api, arena, &request, 1000);
}

static void hear(struct spk_api_job *job, const struct spk_watch_event *event)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};
    struct watch *watch = job->context;
    const char *name = spk_json_string(spk_json_at(event->object, "metadata.name"));
    int64_t version = 0;

    CU_ASSERT(spk_parse_int64(event->version, &version));
    watch->out_of_order |= (uint64_t)version <= watch->last &&
                           event->type != SPK_WATCH_BOOKMARK;
    watch->last = (uint64_t)version;
    if (!watch->quiet)
        spk_buf_printf(&watch->heard, "%s %s %s; ", names[event->type], name ? name : "-",
                       event->version);
    if (watch->events++ == 0 && watch->creates)
        CU_ASSERT_EQUAL(
            act(watch->api, event->arena, SPK_API_CREATE, NULL, watch->creates).http, 201);
    if (watch->cancels)
        spk_api_cancel(watch->api, job);
}

static void note_end(struct spk_api_job *job)
{
    ((struct watch *)job->context)->ends++;
}

static void start(struct watch *watch, struct spk_api *api, const char *version,
                  const char *field, const char *label)
{
    watch->api = api;
    watch->arena.limit = MEMORY;
    watch->heard.arena = &watch->arena;
    watch->job = (struct spk_api_job){.arena = &watch->arena,
                                      .request = {.verb = SPK_API_WATCH,
                                                  .resource = spk_resource_find("v1", "Pod"),
                                                  .ns = "ns1",
                                                  .version = version,
                                                  .field_selector = field,
                                                  .label_selector = label},
                                      .on_event = hear,
                                      .done = note_end,
                                      .context = watch};
    spk_api_start(api, &watch->job);
}

static const char *heard(struct watch *watch)
{
    const char *text = spk_strdup(&watch->arena, spk_buf_string(&watch->heard));

    watch->heard = (struct spk_buf){.arena = &watch->arena};
    return text;
}

static struct spk_api *open_api(void)
{
    struct spk_api *api = NULL;
    struct spk_err err = {0};

    CU_ASSERT_TRUE_FATAL(spk_memory_open(&api, &err));
    return api;
}

static void finish(struct watch *watch, struct spk_api *api)
{
    if (!watch->ends)
        spk_api_cancel(api, &watch->job);
    CU_ASSERT_EQUAL(watch->ends, 1);
    CU_ASSERT_FALSE(watch->out_of_order);
    spk_arena_free(&watch->arena);
}

#define POD(name, more) "{\"metadata\":{\"name\":\"" name "\"" more "}}"

static void test_changes_are_told_once_and_in_order(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch all = {0}, one = {0}, labelled = {0}, late = {0};

    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).http, 201);
    start(&all, api, NULL, NULL, NULL);
    start(&one, api, "1", "metadata.name=b", NULL);
    start(&labelled, api, "1", NULL, "x=1");
    CU_ASSERT_EQUAL(
        act(api, &arena, SPK_API_CREATE, NULL, POD("b", ",\"labels\":{\"x\":\"1\"}")).http,
        201);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_MERGE_PATCH, "a", "{\"n\":1}").http, 200);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_UPDATE, "b", POD("b", "")).http, 200);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_DELETE, "b", NULL).http, 200);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_DELETE, "b", NULL).http, 404);
    spk_memory_bookmark(api);
    SPK_ASSERT_TEXT(heard(&all), "ADDED a 1; ADDED b 2; MODIFIED a 3; MODIFIED b 4; "
                                 "DELETED b 5; BOOKMARK - 5; ");
    SPK_ASSERT_TEXT(heard(&one), "ADDED b 2; MODIFIED b 4; DELETED b 5; BOOKMARK - 5; ");
    SPK_ASSERT_TEXT(heard(&labelled), "ADDED b 2; BOOKMARK - 5; ");
    start(&late, api, "2", NULL, NULL);
    SPK_ASSERT_TEXT(heard(&late), "MODIFIED a 3; MODIFIED b 4; DELETED b 5; ");
    struct spk_api_reply list = act(api, &arena, SPK_API_LIST, NULL, NULL);
    SPK_ASSERT_TEXT(spk_json_string(spk_json_at(list.object, "metadata.resourceVersion")),
                    "5");
    finish(&all, api);
    finish(&one, api);
    finish(&labelled, api);
    finish(&late, api);
    spk_api_close(api);
}

static void test_a_forgotten_version_is_gone(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch old = {0}, current = {0};

    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).http, 201);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("b", "")).http, 201);
    spk_memory_compact(api);
    start(&old, api, "1", NULL, NULL);
    CU_ASSERT_EQUAL(old.ends, 1);
    CU_ASSERT_EQUAL(old.job.reply.http, 410);
    SPK_ASSERT_TEXT(old.job.reply.reason, "Expired");
    start(&current, api, "2", NULL, NULL);
    CU_ASSERT_EQUAL(current.ends, 0);
    spk_memory_clear(api);
    CU_ASSERT_EQUAL(current.ends, 1);
    CU_ASSERT_EQUAL(current.job.reply.http, 410);
    finish(&old, api);
    finish(&current, api);
    spk_api_close(api);
}

/* By the history's limits alone: it neither grows nor ends a watch that keeps up. */
static void test_the_history_is_bounded(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch watch = {.quiet = true}, late = {0};

    start(&watch, api, "0", NULL, NULL);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).http, 201);
    for (int i = 0; i < 3000; i++) {
        SPK_ARENA round = SPK_ARENA_LIMIT(MEMORY);

        CU_ASSERT_EQUAL(act(api, &round, SPK_API_MERGE_PATCH, "a", "{\"n\":1}").http, 200);
    }
    CU_ASSERT_EQUAL(watch.events, 3001);
    CU_ASSERT(watch.arena.used < 64 * 1024);
    start(&late, api, "100", NULL, NULL);
    CU_ASSERT_EQUAL(late.job.reply.http, 410);
    finish(&watch, api);
    finish(&late, api);
    spk_api_close(api);
}

static void test_each_end_comes_once(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch closed = {0}, cancelled = {.cancels = true}, left = {0};

    start(&closed, api, "0", NULL, NULL);
    spk_memory_close_watches(api);
    CU_ASSERT_EQUAL(closed.ends, 1);
    CU_ASSERT_EQUAL(closed.job.reply.transport, SPK_API_ANSWERED);
    CU_ASSERT_EQUAL(closed.job.reply.http, 200);

    start(&cancelled, api, "0", NULL, NULL);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).http, 201);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("b", "")).http, 201);
    CU_ASSERT_EQUAL(cancelled.events, 1);
    CU_ASSERT_EQUAL(cancelled.ends, 1);
    CU_ASSERT_EQUAL(cancelled.job.reply.transport, SPK_API_CANCELLED);

    start(&left, api, "2", NULL, NULL);
    spk_api_close(api);
    CU_ASSERT_EQUAL(left.ends, 1);
    CU_ASSERT_EQUAL(left.job.reply.transport, SPK_API_CANCELLED);
    finish(&closed, NULL);
    finish(&cancelled, NULL);
    finish(&left, NULL);
}

/* What an event causes is told after it, not inside it. */
static void test_an_event_may_change_something(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch watch = {.creates = POD("b", "")};

    start(&watch, api, "0", NULL, NULL);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).http, 201);
    SPK_ASSERT_TEXT(heard(&watch), "ADDED a 1; ADDED b 2; ");
    finish(&watch, api);
    spk_api_close(api);
}

static void test_updates_keep_what_is_not_theirs(void)
{
    static const struct {
        const char *body;
        int http;
    } cases[] = {
        {POD("a", ",\"resourceVersion\":\"7\""), 409},
        {POD("a", ",\"uid\":\"other\""), 409},
        {POD("b", ""), 400},
        {POD("a", ",\"resourceVersion\":\"1\",\"labels\":{\"x\":\"1\"}"), 200},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    const cJSON *before = act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).object, *after;

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        CU_ASSERT_EQUAL(act(api, &arena, SPK_API_UPDATE, "a", cases[i].body).http,
                        cases[i].http);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_UPDATE, "c", POD("c", "")).http, 404);
    after = act(api, &arena, SPK_API_GET, "a", NULL).object;
    SPK_ASSERT_TEXT(spk_json_string(spk_json_at(after, "metadata.uid")),
                    spk_json_string(spk_json_at(before, "metadata.uid")));
    SPK_ASSERT_TEXT(spk_json_string(spk_json_at(after, "metadata.resourceVersion")), "2");
    SPK_ASSERT_TEXT(spk_json_string(spk_json_at(after, "metadata.labels.x")), "1");
    SPK_ASSERT_TEXT(spk_json_string(spk_json_at(after, "status.phase")), "Pending");
    spk_api_close(api);
}

static void test_finalizers_hold_what_is_deleted(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch watch = {0};

    CU_ASSERT_EQUAL(
        act(api, &arena, SPK_API_CREATE, NULL, POD("a", ",\"finalizers\":[\"f\",\"g\"]")).http,
        201);
    start(&watch, api, "1", NULL, NULL);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_DELETE, "a", NULL).http, 200);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_DELETE, "a", NULL).http, 200);
    const cJSON *held = act(api, &arena, SPK_API_GET, "a", NULL).object;
    CU_ASSERT_PTR_NOT_NULL(spk_json_at(held, "metadata.deletionTimestamp"));
    CU_ASSERT_EQUAL(
        act(api, &arena, SPK_API_MERGE_PATCH, "a", "{\"metadata\":{\"finalizers\":[\"g\"]}}")
            .http,
        200);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_GET, "a", NULL).http, 200);
    CU_ASSERT_EQUAL(
        act(api, &arena, SPK_API_MERGE_PATCH, "a", "{\"metadata\":{\"finalizers\":null}}")
            .http,
        200);
    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_GET, "a", NULL).http, 404);
    SPK_ASSERT_TEXT(heard(&watch), "MODIFIED a 2; MODIFIED a 3; DELETED a 4; ");
    finish(&watch, api);
    spk_api_close(api);
}

/* Lets nobody but jane write, and notes whom the last request acts as. */
static bool guard(void *context, const struct spk_api_request *request)
{
    const char **last = context;

    *last = request->as ? request->as->user : NULL;
    return !spk_api_is_write(request->verb) || spk_text_equal(*last, "jane");
}

static void test_a_guard_sees_whom_requests_act_as(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct spk_impersonation as = {.user = "jane"};
    struct spk_api_request request = {.verb = SPK_API_CREATE,
                                      .resource = spk_resource_find("v1", "Pod"),
                                      .ns = "ns1",
                                      .body = POD("a", "")};
    const char *last = NULL;

    spk_memory_set_guard(api, guard, &last);
    CU_ASSERT_EQUAL(spk_api_wait(api, &arena, &request, 1000).http, 403);
    request.as = &as;
    CU_ASSERT_EQUAL(spk_api_wait(api, &arena, &request, 1000).http, 201);
    SPK_ASSERT_TEXT(last, "jane");
    as.user = "jane\r\nImpersonate-Group: system:masters";
    struct spk_api_reply reply = spk_api_wait(api, &arena, &request, 1000);
    CU_ASSERT_EQUAL(reply.transport, SPK_API_REFUSED);
    CU_ASSERT_EQUAL(reply.refused, SPK_INVALID_FIELD);
    CU_ASSERT_EQUAL(reply.http, 0);
    spk_api_close(api);
}

enum { WRITERS = 4, WRITES = 200 };

static void *write_some(void *argument)
{
    struct spk_api *api = argument;

    for (int i = 0; i < WRITES; i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);

        CU_ASSERT_EQUAL(act(api, &arena, SPK_API_MERGE_PATCH, "a", "{\"n\":1}").http, 200);
    }
    return NULL;
}

/* Each change is told once, in order, whichever thread tells it. */
static void test_threads_tell_one_at_a_time(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(MEMORY);
    struct spk_api *api = open_api();
    struct watch watch = {.quiet = true};
    pthread_t threads[WRITERS];

    CU_ASSERT_EQUAL(act(api, &arena, SPK_API_CREATE, NULL, POD("a", "")).http, 201);
    start(&watch, api, "1", NULL, NULL);
    for (size_t i = 0; i < WRITERS; i++)
        CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, write_some, api), 0);
    for (size_t i = 0; i < WRITERS; i++)
        CU_ASSERT_EQUAL(pthread_join(threads[i], NULL), 0);
    CU_ASSERT_EQUAL(watch.events, WRITERS * WRITES);
    CU_ASSERT_EQUAL(watch.last, 1 + WRITERS * WRITES);
    finish(&watch, api);
    spk_api_close(api);
}

static CU_TestInfo tests[] = {
    SPK_TEST(changes_are_told_once_and_in_order),
    SPK_TEST(a_forgotten_version_is_gone),
    SPK_TEST(the_history_is_bounded),
    SPK_TEST(each_end_comes_once),
    SPK_TEST(an_event_may_change_something),
    SPK_TEST(updates_keep_what_is_not_theirs),
    SPK_TEST(finalizers_hold_what_is_deleted),
    SPK_TEST(a_guard_sees_whom_requests_act_as),
    SPK_TEST(threads_tell_one_at_a_time),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("watches", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/janitor.h"

#include "test.h"
#include "json/read.h"

#define NOW_S 1767225600 /* 2026-01-01T00:00:00Z */
#define OLD   "2025-12-31T23:50:00Z"
#define YOUNG "2025-12-31T23:50:01Z"
#define AGE_S 600

#define MARKS(attempt, key, order)                                                            \
    "\"labels\":{\"spark-submit.internal/attempt\":\"" attempt                                \
    "\",\"spark-submit.internal/app-uid\":\"u\"},"                                            \
    "\"annotations\":{\"spark-submit.internal/key\":\"" key                                   \
    "\",\"spark-submit.internal/order\":\"" order "\"}"
#define OWNED  ",\"ownerReferences\":[{\"uid\":\"o\"}]"
#define OBJECT "{\"metadata\":{\"name\":\"n\",\"uid\":\"1\",\"creationTimestamp\":\"" OLD "\","
#define GATED                                                                                 \
    "},\"spec\":{\"schedulingGates\":[{\"name\":\"spark-submit.internal/prepared\"}]}}"
#define OTHERS "},\"spec\":{\"schedulingGates\":[{\"name\":\"example.com/quota\"}]}}"

/* Marks of drivers. */
#define OWN                                                                                   \
    {                                                                                         \
        "a", "A/K", "u", "1.0.0"                                                              \
    }
#define OTHER_RENDERING                                                                       \
    {                                                                                         \
        "a", "A/L", "u", "1.0.0"                                                              \
    }
#define LATER                                                                                 \
    {                                                                                         \
        "b", "B/M", "u", "1.0.1"                                                              \
    }
#define EARLIER                                                                               \
    {                                                                                         \
        "z", "Z/M", "u", "0.9.9"                                                              \
    }
#define UNCOUNTED                                                                             \
    {                                                                                         \
        "b", "B/M", "u", NULL                                                                 \
    }
#define LATER_ELSEWHERE                                                                       \
    {                                                                                         \
        "b", "B/M", "v", "1.0.1"                                                              \
    }
#define UNMARKED                                                                              \
    {                                                                                         \
        "a", NULL, "u", NULL                                                                  \
    }

static const cJSON *parse(struct spk_arena *arena, const char *text)
{
    cJSON *tree = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

static void test_only_what_no_driver_will_use_may_go(void)
{
    static const struct {
        const char *what, *object;
        struct spk_janitor_marks drivers[2];
        size_t n_drivers;
        enum spk_janitor_rule rule;
        bool is_driver;
    } cases[] = {
        {"ownerless, no driver",
         OBJECT MARKS("a", "A/K", "1.0.0") "}}",
         {{0}},
         0,
         SPK_JANITOR_UNOWNED,
         false},
        {"ownerless, its driver",
         OBJECT MARKS("a", "A/K", "1.0.0") "}}",
         {OWN},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"ownerless, a driver of its attempt",
         OBJECT MARKS("a", "A/K", "1.0.0") "}}",
         {OTHER_RENDERING},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"owned, no driver",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         false},
        {"owned, lost the race",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {OTHER_RENDERING},
         1,
         SPK_JANITOR_SUPERSEDED,
         false},
        {"owned, both renderings have drivers",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {OTHER_RENDERING, OWN},
         2,
         SPK_JANITOR_KEEP,
         false},
        {"owned, a driver without a key",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {UNMARKED},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"owned, a later attempt",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {LATER},
         1,
         SPK_JANITOR_SUPERSEDED,
         false},
        {"owned, a later attempt beside its driver",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {LATER, OWN},
         2,
         SPK_JANITOR_KEEP,
         false},
        {"owned, an earlier attempt",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {EARLIER},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"owned, an attempt without counters",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {UNCOUNTED},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"owned, without counters",
         OBJECT MARKS("a", "A/K", "1.0") OWNED "}}",
         {LATER},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"owned, a later attempt of another application",
         OBJECT MARKS("a", "A/K", "1.0.0") OWNED "}}",
         {LATER_ELSEWHERE},
         1,
         SPK_JANITOR_KEEP,
         false},
        {"young",
         "{\"metadata\":{\"name\":\"n\",\"creationTimestamp\":\"" YOUNG
         "\"," MARKS("a", "A/K", "1.0.0") "}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         false},
        {"without a time",
         "{\"metadata\":{" MARKS("a", "A/K", "1.0.0") "}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         false},
        {"going already",
         OBJECT MARKS("a", "A/K", "1.0.0") ",\"deletionTimestamp\":\"" OLD "\"}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         false},
        {"of somebody else",
         OBJECT "\"labels\":{\"app\":\"x\"}}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         false},
        {"a label alone",
         OBJECT "\"labels\":{\"spark-submit.internal/attempt\":\"a\"}}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         false},
        {"a driver behind our gate",
         OBJECT MARKS("a", "A/K", "1.0.0") GATED,
         {OWN},
         1,
         SPK_JANITOR_UNOPENED,
         true},
        {"a driver behind another gate",
         OBJECT MARKS("a", "A/K", "1.0.0") OTHERS,
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         true},
        {"an open driver",
         OBJECT MARKS("a", "A/K", "1.0.0") "}}",
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         true},
        {"a stranger behind our gate",
         OBJECT "\"labels\":{\"app\":\"x\"}" GATED,
         {{0}},
         0,
         SPK_JANITOR_KEEP,
         true},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
        struct spk_janitor_marks items[2] = {cases[i].drivers[0], cases[i].drivers[1]};
        struct spk_janitor_drivers drivers = {.items = items, .n = cases[i].n_drivers};
        enum spk_janitor_rule rule = spk_janitor_judge(
            cases[i].is_driver, parse(&arena, cases[i].object), &drivers, NOW_S, AGE_S);

        if (rule != cases[i].rule)
            printf("%s: %s\n", cases[i].what, spk_janitor_rule_name(rule));
        CU_ASSERT_EQUAL(rule, cases[i].rule);
    }
}

/* ---- rounds ---- */

#define NULL_LIST "{\"kind\":\"PartialObjectMetadataList\",\"items\":null}"
#define EMPTY     "{\"items\":[]}"
#define CHILD(name, uid, version, attempt)                                                    \
    "{\"metadata\":{\"name\":\"" name "\",\"uid\":\"" uid "\",\"resourceVersion\":\"" version \
    "\",\"creationTimestamp\":\"" OLD "\"," MARKS(attempt, attempt "/K", "1.0.0") "}}"
#define WAITING                                                                               \
    "{\"metadata\":{\"name\":\"p\",\"uid\":\"9\",\"resourceVersion\":\"90\","                 \
    "\"creationTimestamp\":\"" OLD "\"," MARKS("g", "G/K", "1.0.0") GATED
#define LIST_PODS "LIST Pod spark-submit.internal/attempt "

/* One request of a round and its answer. */
struct exchange {
    const char *request;
    int http;
    const char *answer;
};

static const char *describe(struct spk_arena *arena, const struct spk_janitor_action *action)
{
    if (action->request == SPK_JANITOR_DONE)
        return "DONE";
    if (action->request == SPK_JANITOR_DELETE)
        return spk_printf(arena, "DELETE %s %s uid=%s version=%s", action->kind, action->name,
                          action->uid, action->resource_version);
    return spk_printf(arena, "LIST %s %s %s%s%s%s", action->kind, action->label_selector,
                      action->field_selector ? action->field_selector : "all",
                      action->metadata_only ? "" : " whole",
                      action->continue_token ? " from " : "",
                      action->continue_token ? action->continue_token : "");
}

/* Play a round, whose last exchange is DONE. */
static struct spk_janitor play(struct spk_arena *arena, const struct exchange *exchanges)
{
    struct spk_janitor janitor;
    struct spk_janitor_action action;

    spk_janitor_begin(&janitor, arena, AGE_S);
    action = spk_janitor_next(&janitor, NULL);
    for (; exchanges->answer; exchanges++) {
        struct spk_janitor_seen seen = {
            exchanges->http, *exchanges->answer ? parse(arena, exchanges->answer) : NULL,
            NOW_S};

        SPK_ASSERT_TEXT(describe(arena, &action), exchanges->request);
        action = spk_janitor_next(&janitor, &seen);
    }
    SPK_ASSERT_TEXT(describe(arena, &action), "DONE");
    return janitor;
}

#define OTHER_KINDS                                                                           \
    {"LIST Service spark-submit.internal/attempt all", 200, EMPTY},                           \
        {"LIST PersistentVolumeClaim spark-submit.internal/attempt all", 200, EMPTY},         \
    {                                                                                         \
        "LIST NetworkPolicy spark-submit.internal/attempt all", 200, EMPTY                    \
    }

static void test_a_round_reads_again_what_it_deletes(void)
{
    static const struct exchange exchanges[] = {
        {LIST_PODS "status.phase=Pending whole", 200, "{\"items\":[" WAITING "]}"},
        {LIST_PODS "all", 200,
         "{\"metadata\":{\"continue\":\"t\"},\"items\":[" CHILD("d", "2", "20", "b") "]}"},
        {LIST_PODS "all from t", 200, EMPTY},
        {"LIST ConfigMap spark-submit.internal/attempt all", 200,
         "{\"items\":[" CHILD("c", "3", "30", "a") "," CHILD("e", "4", "40", "b") "]}"},
        OTHER_KINDS,
        {LIST_PODS "metadata.name=p whole", 200, "{\"items\":[" WAITING "]}"},
        {"DELETE Pod p uid=9 version=90", 200, "{}"},
        {"LIST ConfigMap spark-submit.internal/attempt metadata.name=c", 200,
         "{\"items\":[" CHILD("c", "3", "31", "a") "]}"},
        {"LIST Pod spark-submit.internal/app-uid=u all", 200, EMPTY},
        {"DELETE ConfigMap c uid=3 version=31", 200, "{}"},
        {0},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_janitor janitor = play(&arena, exchanges);

    CU_ASSERT_EQUAL(janitor.trouble, -1);
    CU_ASSERT_EQUAL_FATAL(janitor.n_deleted, 2);
    SPK_ASSERT_TEXT(janitor.deleted[0].name, "p");
    CU_ASSERT_EQUAL(janitor.deleted[0].rule, SPK_JANITOR_UNOPENED);
    SPK_ASSERT_TEXT(janitor.deleted[1].kind, "ConfigMap");
    CU_ASSERT_EQUAL(janitor.deleted[1].rule, SPK_JANITOR_UNOWNED);
}

static void test_what_changed_meanwhile_stays(void)
{
    static const struct exchange exchanges[] = {
        {LIST_PODS "status.phase=Pending whole", 200, "{\"items\":[" WAITING "]}"},
        {LIST_PODS "all", 200, EMPTY},
        {"LIST ConfigMap spark-submit.internal/attempt all", 200,
         "{\"items\":[" CHILD("c", "3", "30", "a") "," CHILD("e", "4", "40", "b") "," CHILD(
             "f", "5", "50", "c") "]}"},
        OTHER_KINDS,
        /* opened */
        {LIST_PODS "metadata.name=p whole", 200,
         "{\"items\":[" CHILD("p", "9", "91", "g") "]}"},
        /* replaced */
        {"LIST ConfigMap spark-submit.internal/attempt metadata.name=c", 200,
         "{\"items\":[" CHILD("c", "33", "31", "a") "]}"},
        /* a driver came */
        {"LIST ConfigMap spark-submit.internal/attempt metadata.name=e", 200,
         "{\"items\":[" CHILD("e", "4", "40", "b") "]}"},
        {"LIST Pod spark-submit.internal/app-uid=u all", 200,
         "{\"items\":[" CHILD("d", "2", "20", "b") "]}"},
        /* changed after the last look */
        {"LIST ConfigMap spark-submit.internal/attempt metadata.name=f", 200,
         "{\"items\":[" CHILD("f", "5", "50", "c") "]}"},
        {"LIST Pod spark-submit.internal/app-uid=u all", 200, EMPTY},
        {"DELETE ConfigMap f uid=5 version=50", 409, ""},
        {0},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_janitor janitor = play(&arena, exchanges);

    CU_ASSERT_EQUAL(janitor.trouble, -1);
    CU_ASSERT_EQUAL(janitor.n_deleted, 0);
}

static void test_a_refusal_ends_the_round_unless_of_one_kind(void)
{
    static const struct exchange no_pods[] = {
        {LIST_PODS "status.phase=Pending whole", 403, ""},
        {0},
    };
    static const struct exchange no_policies[] = {
        {LIST_PODS "status.phase=Pending whole", 200, EMPTY},
        {LIST_PODS "all", 200, EMPTY},
        {"LIST ConfigMap spark-submit.internal/attempt all", 403, ""},
        {"LIST Service spark-submit.internal/attempt all", 404, ""},
        {"LIST PersistentVolumeClaim spark-submit.internal/attempt all", 200, "[]"},
        {0},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_janitor janitor = play(&arena, no_pods);

    CU_ASSERT_EQUAL(janitor.trouble, 403);
    SPK_ASSERT_TEXT(janitor.trouble_kind, "Pod");
    janitor = play(&arena, no_policies);
    CU_ASSERT_EQUAL_FATAL(janitor.n_unlisted, 2);
    SPK_ASSERT_TEXT(janitor.unlisted[0], "ConfigMap");
    SPK_ASSERT_TEXT(janitor.unlisted[1], "Service");
    CU_ASSERT_EQUAL(janitor.trouble, 200);
    SPK_ASSERT_TEXT(janitor.trouble_kind, "PersistentVolumeClaim");
}

static void test_a_round_chooses_no_more_than_its_limit(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 22);
    struct spk_buf items = {.arena = &arena};
    struct spk_janitor janitor;
    struct spk_janitor_seen empty = {200, parse(&arena, EMPTY), NOW_S};

    for (unsigned i = 0; i <= SPK_JANITOR_OBJECTS; i++)
        spk_buf_printf(&items, "%s%s", i ? "," : "", CHILD("c", "3", "30", "a"));
    struct spk_janitor_seen many = {
        200,
        parse(&arena, spk_printf(&arena, "{\"metadata\":{\"continue\":\"t\"},\"items\":[%s]}",
                                 spk_buf_string(&items))),
        NOW_S};

    spk_janitor_begin(&janitor, &arena, AGE_S);
    (void)spk_janitor_next(&janitor, NULL);
    (void)spk_janitor_next(&janitor, &empty);
    (void)spk_janitor_next(&janitor, &empty);
    struct spk_janitor_action action = spk_janitor_next(&janitor, &many);
    SPK_ASSERT_TEXT(describe(&arena, &action),
                    "LIST ConfigMap spark-submit.internal/attempt metadata.name=c");
    CU_ASSERT_EQUAL(janitor.n_candidates, SPK_JANITOR_OBJECTS);
}

static CU_TestInfo tests[] = {
    SPK_TEST(only_what_no_driver_will_use_may_go),
    SPK_TEST(a_round_reads_again_what_it_deletes),
    SPK_TEST(what_changed_meanwhile_stays),
    SPK_TEST(a_round_chooses_no_more_than_its_limit),
    SPK_TEST(a_refusal_ends_the_round_unless_of_one_kind),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("janitor", tests)

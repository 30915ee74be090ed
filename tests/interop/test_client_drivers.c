/* SPDX-License-Identifier: Apache-2.0 */
/* libsparksubmit about drivers that exist: get, list and kill, against a server of ours. */
#include "sparksubmit/client.h"
#include "test.h"

#define MANIFEST                                                                              \
    "apiVersion: sparkoperator.k8s.io/v1beta2\n"                                              \
    "kind: SparkApplication\n"                                                                \
    "metadata: {name: %s, namespace: jobs}\n"                                                 \
    "spec:\n"                                                                                 \
    "  type: Scala\n"                                                                         \
    "  mode: cluster\n"                                                                       \
    "  sparkVersion: 4.1.0\n"                                                                 \
    "  image: spark:4.1.0\n"                                                                  \
    "  mainClass: org.example.Pi\n"                                                           \
    "  mainApplicationFile: local:///pi.jar\n"                                                \
    "  driver: {cores: 1, serviceAccount: spark}\n"                                           \
    "  executor: {instances: 1}\n"

static struct sparksubmit_client *open_client(void)
{
    struct sparksubmit_client_config config = {.size = sizeof(config),
                                               .target = getenv("SPK_REAL")};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_error error;

    CU_ASSERT_TRUE_FATAL(sparksubmit_client_open(&client, &config, &error));
    return client;
}

static struct sparksubmit_result *submit(struct sparksubmit_client *client, const char *name)
{
    char manifest[1024];
    struct sparksubmit_submit request = {.size = sizeof(request), .idempotency_key = name};
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error = {0};

    (void)snprintf(manifest, sizeof(manifest), MANIFEST, name);
    request.job.manifest = manifest;
    request.job.manifest_length = strlen(manifest);
    CU_ASSERT_TRUE_FATAL(sparksubmit_client_submit(client, &request, 20000, &result, &error));
    return result;
}

static const char *text(const struct sparksubmit_result *result, enum sparksubmit_field field)
{
    return sparksubmit_result_text(result, field);
}

static void test_a_driver_is_found_by_each_of_its_ids(void)
{
    struct sparksubmit_client *client = open_client();
    struct sparksubmit_result *made = submit(client, "found");
    const struct sparksubmit_driver ids[] = {
        {.ns = "jobs", .pod_name = "found-driver"},
        {.ns = "jobs", .app_name = "found"},
        {.ns = "jobs", .submission_id = text(made, SPARKSUBMIT_FIELD_SUBMISSION_ID)},
        {.ns = "jobs",
         .spark_application_id = text(made, SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID)},
        {.ns = "jobs",
         .attempt = text(made, SPARKSUBMIT_FIELD_ATTEMPT),
         .pod_uid = text(made, SPARKSUBMIT_FIELD_DRIVER_POD_UID)},
    };
    static const enum sparksubmit_field same[] = {
        SPARKSUBMIT_FIELD_NAMESPACE,      SPARKSUBMIT_FIELD_DRIVER_POD_NAME,
        SPARKSUBMIT_FIELD_DRIVER_POD_UID, SPARKSUBMIT_FIELD_SPARK_APPLICATION_ID,
        SPARKSUBMIT_FIELD_SUBMISSION_ID,  SPARKSUBMIT_FIELD_ATTEMPT,
        SPARKSUBMIT_FIELD_POD_PHASE,      SPARKSUBMIT_FIELD_APP_NAME,
    };

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct sparksubmit_get_request request = {.size = sizeof(request), .driver = ids[i]};
        struct sparksubmit_result *seen = NULL;
        struct sparksubmit_error error = {0};

        CU_ASSERT_TRUE_FATAL(sparksubmit_client_get(client, &request, 0, &seen, &error));
        for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++)
            SPK_ASSERT_TEXT(text(seen, same[k]), text(made, same[k]));
        SPK_ASSERT_TEXT(text(seen, SPARKSUBMIT_FIELD_STATE), "PENDING");
        SPK_ASSERT_TEXT(text(seen, SPARKSUBMIT_FIELD_AMBIGUOUS), "false");
        CU_ASSERT_EQUAL(strlen(text(seen, SPARKSUBMIT_FIELD_CREATED_AT)), 20);
        SPK_ASSERT_TEXT(text(seen, SPARKSUBMIT_FIELD_CONTAINER_STATE), "");
        SPK_ASSERT_TEXT(text(seen, SPARKSUBMIT_FIELD_MODE), "");
        CU_ASSERT_EQUAL(sparksubmit_result_count(seen, SPARKSUBMIT_LIST_DIAGNOSIS_CAUSES), 0);
        CU_ASSERT_EQUAL(sparksubmit_result_count(seen, SPARKSUBMIT_LIST_WARNINGS), 0);
        sparksubmit_result_free(seen);
    }
    sparksubmit_result_free(made);
    sparksubmit_client_close(client);
}

static void test_exactly_one_id_is_needed(void)
{
    static const struct sparksubmit_driver wrong[] = {
        {.ns = "jobs"}, {.pod_name = "a", .app_name = "b"}, {.attempt = "a", .pod_name = "b"}};
    struct sparksubmit_client *client = open_client();

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct sparksubmit_get_request get = {.size = sizeof(get), .driver = wrong[i]};
        struct sparksubmit_kill_request kill = {.size = sizeof(kill), .driver = wrong[i]};
        struct sparksubmit_result *result = NULL;
        struct sparksubmit_error error = {0};

        CU_ASSERT_FALSE(sparksubmit_client_get(client, &get, 0, &result, &error));
        CU_ASSERT_EQUAL(error.code, 3);
        SPK_ASSERT_TEXT(error.reason, "INVALID_FIELD");
        CU_ASSERT_FALSE(sparksubmit_client_kill(client, &kill, 0, &result, &error));
        SPK_ASSERT_TEXT(error.reason, "INVALID_FIELD");
        CU_ASSERT_PTR_NULL(result);
    }
    sparksubmit_client_close(client);
}

static const char *kill_one(struct sparksubmit_client *client,
                            const struct sparksubmit_kill_request *request)
{
    static char disposition[32];
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error = {0};

    if (!sparksubmit_client_kill(client, request, 0, &result, &error)) {
        (void)snprintf(disposition, sizeof(disposition), "%s", error.reason);
        CU_ASSERT_EQUAL(error.outcome, SPARKSUBMIT_OUTCOME_NOT_CREATED);
        return disposition;
    }
    CU_ASSERT_EQUAL(sparksubmit_result_count(result, SPARKSUBMIT_LIST_KILL_DISPOSITIONS), 1);
    SPK_ASSERT_TEXT(sparksubmit_result_item(result, SPARKSUBMIT_LIST_DRIVER_NAMESPACES, 0),
                    "jobs");
    (void)snprintf(disposition, sizeof(disposition), "%s",
                   sparksubmit_result_item(result, SPARKSUBMIT_LIST_KILL_DISPOSITIONS, 0));
    sparksubmit_result_free(result);
    return disposition;
}

static void test_a_driver_is_killed_once(void)
{
    struct sparksubmit_client *client = open_client();
    struct sparksubmit_result *made = submit(client, "killed");
    struct sparksubmit_kill_request request = {
        .size = sizeof(request),
        .driver = {.ns = "jobs",
                   .pod_name = "killed-driver",
                   .pod_uid = text(made, SPARKSUBMIT_FIELD_DRIVER_POD_UID)},
        .dry_run = true,
        .has_grace_period = true,
    };

    SPK_ASSERT_TEXT(kill_one(client, &request), "DRY_RUN_OK");
    request.dry_run = false;
    SPK_ASSERT_TEXT(kill_one(client, &request), "DELETED");
    SPK_ASSERT_TEXT(kill_one(client, &request), "ALREADY_GONE");
    request.driver.pod_uid = NULL;
    SPK_ASSERT_TEXT(kill_one(client, &request), "SUBMISSION_NOT_FOUND");
    request.grace_period_s = -1;
    SPK_ASSERT_TEXT(kill_one(client, &request), "INVALID_FIELD");
    sparksubmit_result_free(made);
    sparksubmit_client_close(client);
}

static void test_drivers_are_listed_in_pages(void)
{
    static const char *const names[] = {"list-a", "list-b"};
    struct sparksubmit_client *client = open_client();
    struct sparksubmit_list_request request = {
        .size = sizeof(request), .ns = "jobs", .page_size = 1};
    struct sparksubmit_result *page = NULL;
    struct sparksubmit_error error = {0};
    char token[64] = "";
    unsigned n = 0;

    for (size_t i = 0; i < 2; i++)
        sparksubmit_result_free(submit(client, names[i]));
    do {
        request.page_token = token;
        CU_ASSERT_TRUE_FATAL(sparksubmit_client_list(client, &request, 0, &page, &error));
        n += sparksubmit_result_count(page, SPARKSUBMIT_LIST_DRIVER_POD_NAMES) == 1;
        SPK_ASSERT_TEXT(sparksubmit_result_item(page, SPARKSUBMIT_LIST_DRIVER_STATES, 0),
                        "PENDING");
        CU_ASSERT_EQUAL(
            strlen(sparksubmit_result_item(page, SPARKSUBMIT_LIST_DRIVER_CREATED_AT, 0)), 20);
        SPK_ASSERT_TEXT(sparksubmit_result_item(page, SPARKSUBMIT_LIST_DRIVER_STATES, 1), "");
        (void)snprintf(token, sizeof(token), "%s",
                       text(page, SPARKSUBMIT_FIELD_NEXT_PAGE_TOKEN));
        sparksubmit_result_free(page);
    } while (*token);
    CU_ASSERT_EQUAL(n, 3); /* with the one that was found */
    request.page_size = 51;
    CU_ASSERT_FALSE(sparksubmit_client_list(client, &request, 0, &page, &error));
    SPK_ASSERT_TEXT(error.field, "page_size");
    sparksubmit_client_close(client);
}

enum reaction { READER_KILLS, READER_STOPS, READER_CANCELS };

/* A reader of statuses that does something at the first of them. */
struct reader {
    struct sparksubmit_client *client;
    enum reaction does;
    char states[64], resume[256];
};

static bool react(const struct sparksubmit_result *result, void *context)
{
    struct reader *reader = context;
    struct sparksubmit_kill_request kill = {
        .size = sizeof(kill),
        .driver = {.ns = "jobs", .pod_name = text(result, SPARKSUBMIT_FIELD_DRIVER_POD_NAME)},
    };
    size_t length = strlen(reader->states);
    bool first = length == 0;

    (void)snprintf(reader->states + length, sizeof(reader->states) - length, "%s ",
                   text(result, SPARKSUBMIT_FIELD_STATE));
    (void)snprintf(reader->resume, sizeof(reader->resume), "%s",
                   text(result, SPARKSUBMIT_FIELD_RESUME_TOKEN));
    if (first && reader->does == READER_KILLS)
        SPK_ASSERT_TEXT(kill_one(reader->client, &kill), "DELETED");
    if (reader->does == READER_CANCELS)
        sparksubmit_client_cancel(reader->client, 7);
    return reader->does != READER_STOPS;
}

static void test_a_driver_is_watched(void)
{
    static const struct {
        enum reaction does;
        bool ok, resumes;
        const char *states;
    } cases[] = {
        {READER_STOPS, true, false, "PENDING "},
        {READER_CANCELS, false, false, "PENDING "},
        {READER_KILLS, true, false, "PENDING DELETED "},
        {READER_STOPS, true, true, "DELETED "}, /* since the token of the first */
    };
    struct sparksubmit_client *client = open_client();
    char resume[256] = "";

    sparksubmit_result_free(submit(client, "watched"));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reader reader = {.client = client, .does = cases[i].does};
        struct sparksubmit_watch_request request = {
            .size = sizeof(request), .driver = {.ns = "jobs"}, .token = 7};
        struct sparksubmit_error error = {0};

        if (cases[i].resumes)
            request.resume_token = resume;
        else
            request.driver.pod_name = "watched-driver";
        CU_ASSERT_EQUAL(
            sparksubmit_client_watch(client, &request, 20000, react, &reader, &error),
            cases[i].ok);
        SPK_ASSERT_TEXT(reader.states, cases[i].states);
        SPK_ASSERT_TEXT(error.reason, cases[i].ok ? "" : "CALL_CANCELLED");
        if (i == 0)
            (void)snprintf(resume, sizeof(resume), "%s", reader.resume);
    }
    sparksubmit_client_close(client);
}

static bool on_status(const struct sparksubmit_result *result, void *context)
{
    (void)result;
    *(bool *)context = true;
    return true;
}

static void test_a_watch_that_cannot_be(void)
{
    struct sparksubmit_client *client = open_client();
    bool heard = false;
    struct sparksubmit_watch_request request = {.size = sizeof(request)};
    struct sparksubmit_error error = {0};

    CU_ASSERT_FALSE(sparksubmit_client_watch(client, &request, 0, on_status, &heard, &error));
    SPK_ASSERT_TEXT(error.reason, "INVALID_FIELD");
    request.driver.pod_name = "nobody";
    CU_ASSERT_FALSE(sparksubmit_client_watch(client, &request, -1, on_status, &heard, &error));
    SPK_ASSERT_TEXT(error.reason, "INVALID_FIELD");
    CU_ASSERT_FALSE(sparksubmit_client_watch(client, &request, 0, on_status, &heard, &error));
    SPK_ASSERT_TEXT(error.reason, "SUBMISSION_NOT_FOUND");
    CU_ASSERT_FALSE(heard);
    sparksubmit_client_close(client);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_driver_is_watched),
    SPK_TEST(a_watch_that_cannot_be),
    SPK_TEST(a_driver_is_found_by_each_of_its_ids),
    SPK_TEST(exactly_one_id_is_needed),
    SPK_TEST(a_driver_is_killed_once),
    SPK_TEST(drivers_are_listed_in_pages),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("client_drivers", tests)

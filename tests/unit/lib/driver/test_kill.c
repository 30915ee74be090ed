/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/kill.h"

#include "base/arena.h"
#include "test.h"

static void test_a_delete_takes_what_was_seen(void)
{
    static const int64_t grace_s = 0;
    static const struct {
        struct spk_delete how;
        const char *body;
    } cases[] = {
        {{0}, "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"}"},
        {{.uid = "u", .resource_version = "7"},
         "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":"
         "{\"resourceVersion\":\"7\",\"uid\":\"u\"}}"},
        {{.uid = "u", .dry_run = true},
         "{\"apiVersion\":\"v1\",\"dryRun\":[\"All\"],\"kind\":\"DeleteOptions\","
         "\"preconditions\":{\"uid\":\"u\"}}"},
        {{.uid = "u"},
         "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"u\"}"
         "}"},
        {{.grace_s = &grace_s, .in_background = true},
         "{\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0,\"kind\":\"DeleteOptions\","
         "\"propagationPolicy\":\"Background\"}"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);

        SPK_ASSERT_TEXT(spk_delete_options(&arena, &cases[i].how), cases[i].body);
    }
}

static void test_gone_and_replaced_are_done(void)
{
    static const struct {
        int http;
        bool done;
    } cases[] = {{200, true},  {202, true},  {404, true},  {409, true}, {0, false},
                 {400, false}, {403, false}, {429, false}, {500, false}};

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        CU_ASSERT_EQUAL(spk_delete_is_done(cases[i].http), cases[i].done);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_delete_takes_what_was_seen),
    SPK_TEST(gone_and_replaced_are_done),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("driver_kill", tests)

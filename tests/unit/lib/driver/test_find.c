/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/find.h"

#include "test.h"
#include "json/read.h"

#include <string.h>

static void test_submission_ids_are_read(void)
{
    static const struct {
        const char *id, *default_ns;
        struct spk_driver_target target;
    } cases[] = {
        {"ns:pi", "other", {.ns = "ns", .name = "pi"}},
        {"pi", "other", {.ns = "other", .name = "pi"}},
        {"pi", NULL, {.name = "pi"}},
        {"ns:pi-*", NULL, {.ns = "ns", .name = "pi-", .is_prefix = true}},
        {"*", NULL, {.name = "", .is_prefix = true}},
        {"ns:", NULL, {.ns = "ns", .name = ""}},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 16);
        struct spk_driver_target target =
            spk_driver_target_read(&arena, cases[i].id, cases[i].default_ns);

        SPK_ASSERT_TEXT(target.ns, cases[i].target.ns);
        SPK_ASSERT_TEXT(target.name, cases[i].target.name);
        CU_ASSERT_EQUAL(target.is_prefix, cases[i].target.is_prefix);
    }
}

static const cJSON *read_json(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *tree = NULL;

    CU_ASSERT_FATAL(spk_json_read(arena, text, strlen(text), &tree, &err));
    return tree;
}

static void test_drivers_are_chosen_by_name(void)
{
    static const struct spk_driver_target all = {.name = "", .is_prefix = true},
                                          some = {.name = "pi-", .is_prefix = true},
                                          one = {.name = "pi"};
    static const struct {
        const struct spk_driver_target *target;
        size_t n;
    } cases[] = {{&all, 3}, {&some, 2}, {&one, 1}};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    const cJSON *list = read_json(
        &arena,
        "{\"items\":[{\"metadata\":{\"name\":\"pi-1\"}},{\"metadata\":{\"name\":\"pi\"}}"
        ",{\"metadata\":{}},{\"metadata\":{\"name\":\"pi-2\"}}]}");

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_drivers found = {0};

        CU_ASSERT(spk_driver_select(&arena, cases[i].target, list, &found));
        CU_ASSERT_EQUAL(found.n, cases[i].n);
    }
}

static void test_what_is_no_list_leaves_out_untouched(void)
{
    static const struct spk_driver_target all = {.name = "", .is_prefix = true};
    static const char *const cases[] = {"{}", "{\"items\":{}}", "{\"items\":null}"};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_drivers found = {.n = 7};

        CU_ASSERT_FALSE(spk_driver_select(&arena, &all, read_json(&arena, cases[i]), &found));
        CU_ASSERT_EQUAL(found.n, 7);
    }
}

static void test_only_a_status_says_that_there_is_none(void)
{
    CU_ASSERT_TRUE(spk_driver_is_absent(404, "NotFound"));
    CU_ASSERT_FALSE(spk_driver_is_absent(404, ""));
    CU_ASSERT_FALSE(spk_driver_is_absent(404, NULL));
    CU_ASSERT_FALSE(spk_driver_is_absent(0, "NotFound"));
}

static CU_TestInfo tests[] = {
    SPK_TEST(submission_ids_are_read),
    SPK_TEST(drivers_are_chosen_by_name),
    SPK_TEST(what_is_no_list_leaves_out_untouched),
    SPK_TEST(only_a_status_says_that_there_is_none),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("driver_find", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/limits.h"
#include "test.h"

static void spend(void *argument)
{
    for (;;)
        spk_spend(argument, 7);
}

static void allocate(void *argument)
{
    for (;;)
        (void)spk_alloc(argument, 1000);
}

static void test_steps_that_are_spent_end_the_call(void)
{
    SPK_ARENA arena = {.limit = SPK_MIB(2), .max_steps = 1000};
    struct spk_err err = {0};

    arena.largest = "spec.sparkConf";
    CU_ASSERT_FALSE(spk_arena_run(&arena, spend, &arena));
    CU_ASSERT_FALSE(spk_fail_exhausted(&err, &arena));
    CU_ASSERT_EQUAL(err.reason, SPK_REQUEST_TOO_LARGE);
    CU_ASSERT_EQUAL(spk_reason_code(err.reason), SPK_RESOURCE_EXHAUSTED);
    SPK_ASSERT_TEXT(err.field, "spec.sparkConf");
    SPK_ASSERT_TEXT(
        err.text,
        "the request needs more than 1000 steps of work; most of it is in this field");
    spk_arena_free(&arena);
    CU_ASSERT_EQUAL(arena.steps, 0);
    CU_ASSERT_PTR_NULL(arena.largest);
}

static void test_an_arena_without_such_a_limit_takes_any_number(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(2));

    spk_spend(&arena, (size_t)SPK_MAX_STEPS * 2);
    spk_spend(&arena, 1);
    CU_ASSERT_EQUAL(arena.steps, (size_t)SPK_MAX_STEPS * 2 + 1);
}

static void test_bytes_that_are_used_up_name_the_limit(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(2));
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_arena_run(&arena, allocate, &arena));
    CU_ASSERT_FALSE(spk_fail_exhausted(&err, &arena));
    CU_ASSERT_EQUAL(err.reason, SPK_REQUEST_TOO_LARGE);
    SPK_ASSERT_TEXT(err.field, "");
    SPK_ASSERT_TEXT(err.text, "the request needs more than 2 MiB of memory");
}

static CU_TestInfo tests[] = {
    SPK_TEST(steps_that_are_spent_end_the_call),
    SPK_TEST(an_arena_without_such_a_limit_takes_any_number),
    SPK_TEST(bytes_that_are_used_up_name_the_limit),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("arena", tests)

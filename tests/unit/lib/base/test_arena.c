/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/limits.h"
#include "test.h"

#include <stdalign.h>
#include <stdint.h>

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

/* A call with foreign memory, an inner run and an end at which the arena is full. */
struct call {
    struct spk_arena *arena;
    char *kept;
    int freed, freed_before_inner; /* foreign memory given back */
    bool inner_returned, came_back;
};

static void give_back(void *argument)
{
    ((struct call *)argument)->freed++;
}

static void exhaust(void *argument)
{
    struct call *call = argument;

    spk_defer(call->arena, give_back, call);
    call->kept = spk_strdup(call->arena, "kept");
    for (;;)
        (void)spk_alloc(call->arena, 1000);
}

static void run_an_inner_one(void *argument)
{
    struct call *call = argument;

    call->inner_returned = spk_arena_run(call->arena, exhaust, call);
    call->freed_before_inner = call->freed;
    call->came_back = true;
    exhaust(call);
}

/* The innermost recovery point is taken; after it, the next outer one is in force again. */
static void test_each_run_recovers_at_its_own_point(void)
{
    struct spk_arena arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct call call = {.arena = &arena, .inner_returned = true};

    CU_ASSERT_FALSE(spk_arena_run(&arena, run_an_inner_one, &call));
    CU_ASSERT_FALSE(call.inner_returned);
    CU_ASSERT(call.came_back);
    CU_ASSERT_PTR_NULL(arena.recovery);
    CU_ASSERT_EQUAL(arena.end, SPK_ARENA_FULL);
    SPK_ASSERT_TEXT(call.kept, "kept"); /* what was made is still there */
    CU_ASSERT_EQUAL(call.freed_before_inner, 0);
    CU_ASSERT_EQUAL(call.freed, 0);
    spk_arena_free(&arena);
    CU_ASSERT_EQUAL(call.freed, 2);
}

static void succeed(void *argument)
{
    struct call *call = argument;

    call->kept = spk_strdup(call->arena, "kept");
}

static void test_an_arena_serves_again_when_it_was_freed(void)
{
    struct spk_arena arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct call call = {.arena = &arena};

    for (int i = 0; i < 3; i++) {
        CU_ASSERT_FALSE(spk_arena_run(&arena, exhaust, &call));
        CU_ASSERT(arena.used <= arena.limit);
        spk_arena_free(&arena);
        CU_ASSERT_EQUAL(arena.used, 0);
        CU_ASSERT(spk_arena_run(&arena, succeed, &call));
        CU_ASSERT_PTR_NULL(arena.recovery);
        SPK_ASSERT_TEXT(call.kept, "kept");
    }
    spk_arena_free(&arena);
}

static void put_one(void *argument)
{
    strcat(argument, "1");
}

static void put_two(void *argument)
{
    strcat(argument, "2");
}

static void test_what_is_deferred_runs_once_and_last_first(void)
{
    struct spk_arena arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    char order[8] = "";

    spk_defer(&arena, put_one, order);
    spk_defer(&arena, put_two, order);
    spk_arena_free(&arena);
    SPK_ASSERT_TEXT(order, "21");
    spk_arena_free(&arena);
    SPK_ASSERT_TEXT(order, "21");
}

static void ask_for_too_large_an_array(void *argument)
{
    (void)spk_alloc_array(argument, (size_t)1 << 60, 32); /* 0 modulo 2^64 */
}

static void ask_for_more_than_half_of_all(void *argument)
{
    (void)spk_alloc(argument, SIZE_MAX - 8); /* rounding up would wrap */
}

static void test_sizes_that_overflow_exhaust_it(void)
{
    SPK_ARENA arena = {.limit = SIZE_MAX};

    CU_ASSERT_FALSE(spk_arena_run(&arena, ask_for_too_large_an_array, &arena));
    CU_ASSERT_FALSE(spk_arena_run(&arena, ask_for_more_than_half_of_all, &arena));
}

static void test_memory_is_zeroed_aligned_and_apart(void)
{
    static const char zeros[300];
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    unsigned char *previous = NULL;

    for (size_t size = 0; size < sizeof(zeros); size++) {
        unsigned char *memory = spk_alloc(&arena, size);

        CU_ASSERT_EQUAL((uintptr_t)memory % alignof(max_align_t), 0);
        CU_ASSERT_EQUAL(memcmp(memory, zeros, size), 0);
        memset(memory, 0xff, size);
        CU_ASSERT(memory != previous); /* also of size 0 */
        previous = memory;
    }
}

static void test_a_grown_array_is_a_copy(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    int *old = spk_alloc_array(&arena, 2, sizeof(int));

    old[1] = 7;
    int *grown = spk_grow_array(&arena, old, 2, 4, sizeof(int));
    old[1] = 8;
    CU_ASSERT_EQUAL(grown[1], 7);
    CU_ASSERT_EQUAL(grown[3], 0);
    CU_ASSERT_PTR_NOT_NULL(spk_grow_array(&arena, NULL, 0, 1, sizeof(int)));
}

static void test_texts_are_copied_and_formatted_at_any_length(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    char text[600] = "";

    CU_ASSERT_PTR_NULL(spk_strdup(&arena, NULL));
    SPK_ASSERT_TEXT(spk_strndup(&arena, "abc", 2), "ab");
    for (size_t i = 0; i < sizeof(text) - 1; i++) { /* across the buffer that most fit into */
        SPK_ASSERT_TEXT(spk_printf(&arena, "%s", text), text);
        SPK_ASSERT_TEXT(spk_strdup(&arena, text), text);
        text[i] = (char)('a' + i % 26);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(steps_that_are_spent_end_the_call),
    SPK_TEST(an_arena_without_such_a_limit_takes_any_number),
    SPK_TEST(bytes_that_are_used_up_name_the_limit),
    SPK_TEST(each_run_recovers_at_its_own_point),
    SPK_TEST(an_arena_serves_again_when_it_was_freed),
    SPK_TEST(what_is_deferred_runs_once_and_last_first),
    SPK_TEST(sizes_that_overflow_exhaust_it),
    SPK_TEST(memory_is_zeroed_aligned_and_apart),
    SPK_TEST(a_grown_array_is_a_copy),
    SPK_TEST(texts_are_copied_and_formatted_at_any_length),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("arena", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/set.h"

#include "base/limits.h"

#include "test.h"

#define TEXTS 4096

/* The steps of the last look-ups are those of a tree of at most twice the least height. */
static void check_order(int first, int step)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    struct spk_set set = {.arena = &arena};

    for (int i = 0, at = first; i < TEXTS; i++, at += step)
        CU_ASSERT_TRUE(spk_set_add(&set, spk_printf(&arena, "%05d", at)));
    for (int i = 0; i < TEXTS; i++) {
        size_t before = arena.steps;

        CU_ASSERT_TRUE(spk_set_has(&set, spk_printf(&arena, "%05d", i)));
        CU_ASSERT(arena.steps - before <= 2 * 12);
        CU_ASSERT_FALSE(spk_set_add(&set, spk_printf(&arena, "%05d", i)));
    }
    CU_ASSERT_FALSE(spk_set_has(&set, "0"));
    CU_ASSERT_FALSE(spk_set_has(&set, "99999"));
}

static void test_no_order_of_texts_makes_it_slow(void)
{
    check_order(0, 1);
    check_order(TEXTS - 1, -1);
}

static void test_a_set_holds_what_was_added_whatever_the_order(void)
{
    static const size_t strides[] = {1, 9999, 7919}; /* rising, falling, neither */

    for (size_t s = 0; s < SPK_LEN(strides); s++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(8));
        struct spk_set set = {.arena = &arena};

        for (size_t i = 0; i < 10000; i += 2)
            CU_ASSERT(spk_set_add(&set, spk_printf(&arena, "%05zu", i * strides[s] % 10000)));
        for (size_t i = 0; i < 10000; i++) {
            const char *text = spk_printf(&arena, "%05zu", i * strides[s] % 10000);

            CU_ASSERT_EQUAL(spk_set_has(&set, text), i % 2 == 0);
            CU_ASSERT_EQUAL(spk_set_add(&set, text), i % 2 == 1);
        }
        CU_ASSERT(set.root->level <= 14);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_set_holds_what_was_added_whatever_the_order),
    SPK_TEST(no_order_of_texts_makes_it_slow),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("set", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/codec/key_set.h"

#include "base/limits.h"
#include "test.h"

#define KEYS 5000

static void test_a_key_is_new_once_in_each_map(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(8));
    struct spk_key_set set = {.arena = &arena};
    int maps[3];

    for (size_t round = 0; round < 2; round++)
        for (size_t map = 0; map < SPK_LEN(maps); map++)
            for (size_t i = 0; i < KEYS; i++) {
                const char *key = spk_printf(&arena, "%zu", i);

                CU_ASSERT_EQUAL(spk_key_set_add(&set, &maps[map], key), round == 0);
            }
    CU_ASSERT_EQUAL(set.n, SPK_LEN(maps) * KEYS);
    CU_ASSERT(set.n < set.capacity); /* a free slot ends every search */
    CU_ASSERT_EQUAL(set.capacity & (set.capacity - 1), 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_key_is_new_once_in_each_map),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("key_set", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "spark/conf/conf.h"

#include "test.h"

static void test_entries_are_unique_and_sorted(void)
{
    static const char *const keys[] = {"spark.b", "spark.a.z", "spark.a", "spark.b",
                                       "spark.ab"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};

    for (size_t i = 0; i < SPK_LEN(keys); i++)
        spk_conf_set(&conf, keys[i], spk_printf(&arena, "%zu", i), "args");
    CU_ASSERT_EQUAL(conf.n, 4);
    for (size_t i = 1; i < conf.n; i++)
        CU_ASSERT(strcmp(conf.entries[i - 1].key, conf.entries[i].key) < 0);
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "spark.b"), "3");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "spark.c"), NULL);
    spk_conf_set_missing(&conf, "spark.b", "kept out", "args");
    spk_conf_set_missing(&conf, "spark.c", "new", "args");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "spark.b"), "3");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "spark.c"), "new");
}

/* Of entries that come in the wrong order. */
static size_t steps_of(size_t n, bool is_bulk)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 24);
    struct spk_conf conf = {.arena = &arena};
    void (*add)(struct spk_conf *, const char *, const char *, const char *) =
        is_bulk ? spk_conf_append : spk_conf_set;

    for (size_t i = 0; i < n; i++)
        add(&conf, spk_printf(&arena, "spark.%06zu", n - i), "v", "args");
    spk_conf_sort(&conf);
    CU_ASSERT_EQUAL(conf.n, n);
    return arena.steps;
}

static void test_appending_moves_nothing(void)
{
    CU_ASSERT(steps_of(2000, false) > 100000);
    CU_ASSERT_EQUAL(steps_of(2000, true), 0);
}

static void test_appended_entries_are_as_if_set(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 24);
    struct spk_conf set = {.arena = &arena}, appended = {.arena = &arena};

    for (size_t i = 0; i < 2000; i++) {
        const char *key = spk_printf(&arena, "spark.%zu", (i * 7919) % 701);
        const char *value = spk_printf(&arena, "%zu", i);

        spk_conf_set(&set, key, value, "args");
        spk_conf_append(&appended, key, value, "args");
        if (i % 500 == 0)
            spk_conf_sort(&appended);
    }
    spk_conf_sort(&appended);
    CU_ASSERT_EQUAL_FATAL(appended.n, set.n);
    for (size_t i = 0; i < set.n; i++) {
        SPK_ASSERT_TEXT(appended.entries[i].key, set.entries[i].key);
        SPK_ASSERT_TEXT(appended.entries[i].value, set.entries[i].value);
    }
    spk_conf_set(&appended, "spark.new", "v", "args");
    SPK_ASSERT_TEXT(spk_conf_get(&appended, "spark.new"), "v");
}

static void test_many_entries_are_found_and_removed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 24);
    struct spk_conf conf = {.arena = &arena};

    for (size_t i = 0; i < 1000; i++)
        spk_conf_set(&conf, spk_printf(&arena, "spark.%zu", (i * 7919) % 1000), "v", "args");
    CU_ASSERT_EQUAL(conf.n, 1000);
    for (size_t i = 0; i < 1000; i += 2)
        spk_conf_remove(&conf, spk_printf(&arena, "spark.%zu", i));
    spk_conf_remove(&conf, "spark.absent");
    CU_ASSERT_EQUAL(conf.n, 500);
    for (size_t i = 0; i < 1000; i++)
        CU_ASSERT_EQUAL(spk_conf_find(&conf, spk_printf(&arena, "spark.%zu", i)) != NULL,
                        i % 2 == 1);
}

static void test_a_prefix_gives_its_neighbours(void)
{
    static const char *const keys[] = {"spark.a", "spark.ab.1", "spark.ab.2", "spark.abc",
                                       "spark.b"};
    static const struct {
        const char *prefix, *first;
        size_t n;
    } cases[] = {
        {"spark.ab.", "spark.ab.1", 2}, {"spark.a", "spark.a", 4},
        {"spark.c", NULL, 0},           {"", "spark.a", 5},
        {"spark.b", "spark.b", 1},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};

    for (size_t i = 0; i < SPK_LEN(keys); i++)
        spk_conf_set(&conf, keys[i], "v", "args");
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        size_t n = 99;
        const struct spk_conf_entry *first = spk_conf_prefix(&conf, cases[i].prefix, &n);

        CU_ASSERT_EQUAL(n, cases[i].n);
        SPK_ASSERT_TEXT(first ? first->key : NULL, cases[i].first);
    }
}

static void test_a_copy_changes_alone(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};

    spk_conf_set(&conf, "spark.a", "1", "args");
    struct spk_conf copy = spk_conf_copy(&conf);
    spk_conf_set(&copy, "spark.a", "2", "args");
    spk_conf_set(&copy, "spark.b", "2", "args");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "spark.a"), "1");
    SPK_ASSERT_TEXT(spk_conf_get(&conf, "spark.b"), NULL);
    SPK_ASSERT_TEXT(spk_conf_get(&copy, "spark.a"), "2");
}

static void test_blame_names_the_origin(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_conf conf = {.arena = &arena};
    struct spk_err err = {0};

    spk_conf_set(&conf, "spark.a", "1", "spec.sparkConf[spark.a]");
    CU_ASSERT_FALSE(spk_conf_blame(&err, &conf, "spark.a"));
    SPK_ASSERT_TEXT(err.field, "spec.sparkConf[spark.a]");
    CU_ASSERT_FALSE(spk_conf_blame(&err, &conf, "spark.b"));
    SPK_ASSERT_TEXT(err.field, "conf[spark.b]");
}

static CU_TestInfo tests[] = {
    SPK_TEST(entries_are_unique_and_sorted),  SPK_TEST(appending_moves_nothing),
    SPK_TEST(appended_entries_are_as_if_set), SPK_TEST(many_entries_are_found_and_removed),
    SPK_TEST(a_prefix_gives_its_neighbours),  SPK_TEST(a_copy_changes_alone),
    SPK_TEST(blame_names_the_origin),         CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("conf", tests)

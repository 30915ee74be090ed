/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/amount.h"

#include "test.h"

static struct spk_amount read_amount(struct spk_arena *arena, const char *text)
{
    struct spk_amount amount = {0};
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_amount_parse(arena, text, &amount, &err));
    return amount;
}

/* @source k8s.io/apimachinery/pkg/api/resource quantity_test.go, and Quantity.Add by hand */
static void test_sums_keep_the_form_of_the_first(void)
{
    static const struct {
        const char *a, *b, *sum;
    } cases[] = {
        {"1", "500m", "1500m"},
        {"500m", "500m", "1"},
        {"1Gi", "1Mi", "1025Mi"},
        {"1Gi", "1M", "1074741824"},
        {"1M", "1Gi", "1074741824"},
        {"1k", "1", "1001"},
        {"0", "1Gi", "1Gi"},
        {"0", "0", "0"},
        {"1e3", "1", "1001"},
        {"1e3", "1e3", "2e3"},
        {"-1", "1", "0"},
        {"-500m", "0", "-500m"},
        {"1n", "1n", "2n"},
        {"0.5Gi", "0.5Gi", "1Gi"},
        {"999", "1", "1k"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_amount sum =
            spk_amount_add(read_amount(&arena, cases[i].a), read_amount(&arena, cases[i].b));

        SPK_ASSERT_TEXT(spk_amount_text(&arena, sum), cases[i].sum);
    }
}

static void test_sums_and_products_end_at_the_largest(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_amount most = read_amount(&arena, "9223372036854775807");
    const char *text = spk_amount_text(&arena, most);

    SPK_ASSERT_TEXT(spk_amount_text(&arena, spk_amount_add(most, most)), text);
    SPK_ASSERT_TEXT(spk_amount_text(&arena, spk_amount_times(most, 3)), text);
    SPK_ASSERT_TEXT(spk_amount_text(&arena, spk_amount_times(most, INT64_MAX)), text);
    SPK_ASSERT_TEXT(spk_amount_text(&arena, spk_amount_times(spk_amount_of(3), 2)), "6");
    SPK_ASSERT_TEXT(spk_amount_text(&arena, spk_amount_times(spk_amount_of(3), 0)), "0");
    SPK_ASSERT_TEXT(spk_amount_text(&arena, spk_amount_times(read_amount(&arena, "896Mi"), 2)),
                    "1792Mi");
}

static void test_no_quantity_is_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_amount amount;
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_amount_parse(&arena, "1 Gi", &amount, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
}

static CU_TestInfo tests[] = {
    SPK_TEST(sums_keep_the_form_of_the_first),
    SPK_TEST(sums_and_products_end_at_the_largest),
    SPK_TEST(no_quantity_is_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("amount", tests)

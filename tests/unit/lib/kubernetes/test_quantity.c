/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "kubernetes/quantity.h"

#include "test.h"

/* What is made of text, or "!" and the error's text. */
static const char *made_of(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    const char *out = NULL;

    if (spk_quantity_canonical(arena, text, &out, &err))
        return out;
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    CU_ASSERT_PTR_NULL(out);
    return spk_printf(arena, "!%s", err.text);
}

static void test_all_vectors_of_apimachinery(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(64));
    struct spk_err err = {0};
    struct spk_bytes file;
    size_t rows = 0;

    CU_ASSERT_FATAL(
        spk_file_read(&arena, SPK_VECTORS "/quantities.tsv", SPK_MIB(1), &file, &err));
    struct spk_strings lines = spk_split(&arena, file.data, '\n');
    for (size_t i = 0; i + 1 < lines.n; i++) {
        struct spk_strings columns = spk_split(&arena, lines.items[i], '\t');
        const char *made = made_of(&arena, columns.items[0]), *wanted = columns.items[1];

        rows++;
        if (*wanted != '!' || !spk_starts_with(made, wanted))
            SPK_ASSERT_TEXT(made, wanted);
    }
    CU_ASSERT_EQUAL(rows, 1485);
}

static void test_extremes_are_bounded(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"1e1000", "10e999"},
        {"1e1001", "!unable to parse quantity's suffix"},
        {"1e99999999999999999999", "!unable to parse quantity's suffix"},
        {"1e-1000", "1e-9"},
        {"-1e-1000", "-1e-9"},

        {"99999999999999999999Ei", "9223372036854775807"},
        {"-8Ei", "-9223372036854775807"},
        {"1e3.5", "!quantities must match the regular expression "
                  "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
    };
    char digits[300];

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));

        SPK_ASSERT_TEXT(made_of(&arena, cases[i].in), cases[i].out);
    }
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    memset(digits, '9', sizeof(digits));
    digits[sizeof(digits) - 1] = '\0';
    SPK_ASSERT_TEXT(made_of(&arena, digits), "!a quantity has more than 256 digits");
    digits[256] = '\0';
    SPK_ASSERT_TEXT(made_of(&arena, digits), digits);
}

static CU_TestInfo tests[] = {
    SPK_TEST(all_vectors_of_apimachinery),
    SPK_TEST(extremes_are_bounded),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("quantity", tests)

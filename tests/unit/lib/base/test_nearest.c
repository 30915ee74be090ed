/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#include "base/compiler.h"

#include "test.h"

static void test_the_nearest_name_is_found_if_it_is_the_only_one(void)
{
    static const struct {
        const char *word, *names[4], *nearest;
    } cases[] = {
        {"serviceAcount", {"serviceAccount", "schedulerName", "secrets"}, "serviceAccount"},
        {"memroy", {"memory", "memoryLimit"}, "memory"},
        {"valeu", {"name", "value", "valueFrom"}, "value"},
        {"emptyDirr", {"emptyDir", "ephemeral"}, "emptyDir"},
        {"spark_conf", {"sparkConf", "sparkVersion"}, "sparkConf"},
        {"SPARKCONF", {"sparkConf", "hadoopConf"}, "sparkConf"},
        {"default-batch-scheduler", {"default_batch_scheduler"}, "default_batch_scheduler"},
        {"envForm", {"envFrom", "env"}, "envFrom"},
        {"cat", {"car", "can"}, NULL}, /* two as near */
        {"cart", {"car", "cat"}, NULL},
        {"nope", {"name", "note"}, "note"},         /* one letter, and two */
        {"tolerationz", {"affinity", "env"}, NULL}, /* all too far */
        {"cp", {"cpu"}, NULL},                      /* too short to guess */
        {"ID", {"id", "ip"}, "id"},
        {"", {"a", ""}, NULL},
        {"a", {"b"}, NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_nearest nearest = spk_nearest_to(cases[i].word);

        for (size_t j = 0; j < SPK_LEN(cases[i].names) && cases[i].names[j]; j++)
            spk_nearest_offer(&nearest, cases[i].names[j]);
        if (cases[i].nearest)
            SPK_ASSERT_TEXT(spk_nearest_name(&nearest), cases[i].nearest);
        else
            CU_ASSERT_PTR_NULL(spk_nearest_name(&nearest));
    }
}

static void test_words_that_no_name_is_as_long_as_are_not_compared(void)
{
    char word[2 * SPK_NEAREST_MAX];

    for (size_t length = SPK_NEAREST_MAX - 1; length < sizeof(word); length++) {
        memset(word, 'a', length);
        word[length] = '\0';
        struct spk_nearest nearest = spk_nearest_to(word);
        spk_nearest_offer(&nearest, word);
        CU_ASSERT_EQUAL(spk_nearest_name(&nearest) != NULL, length < SPK_NEAREST_MAX);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_nearest_name_is_found_if_it_is_the_only_one),
    SPK_TEST(words_that_no_name_is_as_long_as_are_not_compared),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("nearest", tests)

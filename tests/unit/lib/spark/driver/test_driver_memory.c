/* SPDX-License-Identifier: Apache-2.0 */
#include "plan_fixture.h"
#include "spark/driver/driver_memory.h"
#include "test.h"

/* @source the values were seen in Pods made by spark-submit 3.5.8 to 4.3.0 */
static void test_memory_is_heap_and_overhead(void)
{
    static const struct {
        enum spk_line line;
        enum spk_language language;
        const char *settings[2];
        int64_t total_mib;
    } cases[] = {
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memory=1g"}, 1408},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memory=512"}, 896},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memory=10000m"}, 11000},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memory=3333m"}, 3717},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memory=100k"}, 384},
        {SPK_SPARK_4_1, SPK_PYTHON, {"spark.driver.memory=4g"}, 5734},
        {SPK_SPARK_4_1, SPK_R, {"spark.driver.memory=3333m"}, 4666},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memoryOverhead=-100"}, 924},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memoryOverheadFactor=0.5"}, 1536},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.minMemoryOverhead=1g"}, 2048},
        {SPK_SPARK_3_5, SPK_JVM, {"spark.driver.minMemoryOverhead=1g"}, 1408},
        {SPK_SPARK_4_1, SPK_JVM, {"spark.driver.memoryOverheadFactor=Infinity"}, 2147484671},
        {SPK_SPARK_4_2, SPK_JVM, {"spark.driver.memory=2GiB"}, 2432},
        {SPK_SPARK_4_1, SPK_PYTHON, {"spark.kubernetes.memoryOverheadFactor=0.1"}, 1408},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct plan_fixture fixture;
        struct spk_driver_memory memory = {0};

        plan_fixture_init(&fixture, cases[i].line);
        plan_fixture_set(&fixture, cases[i].settings[0]);
        struct spk_reader reader = spk_reader_of(&fixture.arena, &fixture.submission);
        CU_ASSERT(spk_driver_memory(&reader, cases[i].language, &memory, &fixture.err));
        CU_ASSERT_EQUAL(memory.total_mib, cases[i].total_mib);
        plan_fixture_done(&fixture);
    }
}

static void test_doubles_become_integers_as_in_java(void)
{
    CU_ASSERT_EQUAL(spk_memory_overhead_mib(0.1, 10, -5), 1);
    CU_ASSERT_EQUAL(spk_memory_overhead_mib(-0.19, 10, -5), -1);
    CU_ASSERT_EQUAL(spk_memory_overhead_mib(1e300, 10, 0), INT32_MAX);
    CU_ASSERT_EQUAL(spk_memory_overhead_mib(-1e300, 10, INT64_MIN), INT32_MIN);
}

static CU_TestInfo tests[] = {
    SPK_TEST(memory_is_heap_and_overhead),
    SPK_TEST(doubles_become_integers_as_in_java),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("driver_memory", tests)

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * test.h: what every CUnit program of ours starts with. One program tests one module;
 * SPK_TEST_MAIN names the module and its array of CU_TestInfo.
 */
#pragma once

#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPK_TEST(name)                                                                        \
    {                                                                                         \
#name, test_##name                                                                    \
    }

/** Run the tests of a module; the exit code of the program. */
static inline int spk_test_run(const char *module, CU_TestInfo *tests)
{
    CU_SuiteInfo suites[] = {{module, NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};

    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(suites))
        return EXIT_FAILURE;
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned run = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    return failed || run == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define SPK_TEST_MAIN(module, tests)                                                          \
    int main(void)                                                                            \
    {                                                                                         \
        return spk_test_run(module, tests);                                                   \
    }

/** Both texts are equal; NULL equals only NULL. */
#define SPK_ASSERT_TEXT(actual, expected)                                                     \
    do {                                                                                      \
        const char *actual_ = (actual), *expected_ = (expected);                              \
        int equal_ = actual_ && expected_ ? strcmp(actual_, expected_) == 0                   \
                                          : actual_ == expected_;                             \
        if (!equal_)                                                                          \
            fprintf(stderr, "\n%s:%d: '%s' is not '%s'\n", __FILE__, __LINE__,                \
                    actual_ ? actual_ : "(null)", expected_ ? expected_ : "(null)");          \
        CU_ASSERT(equal_);                                                                    \
    } while (0)

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "go/semver.h"

#include "test.h"

/* In the order of versions: identifiers with letters compare as texts. */
static const char *const ordered[] = {
    "2.9.9",      "3.0.0-preview10", "3.0.0-preview2",
    "3.0.0-rc.1", "3.0.0-rc.2",      "3.0.0-rc.10",
    "3.0.0-rc.x", "3.0.0",           "3.5.0-SNAPSHOT",
    "v3.5",       "3.5.1+build.7",   "4.0.0-preview1",
    "4",          "4.10.0",          "10.0.0",
};

static void test_versions_compare_as_in_go(void)
{
    for (size_t i = 0; i < SPK_LEN(ordered); i++) {
        for (size_t k = 0; k < SPK_LEN(ordered); k++) {
            int order = spk_semver_compare(ordered[i], ordered[k]);

            CU_ASSERT_EQUAL((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
    CU_ASSERT_EQUAL(spk_semver_compare("3.5", "v3.5.0+x"), 0);
    CU_ASSERT_EQUAL(spk_semver_compare("latest", ""), 0);
    CU_ASSERT(spk_semver_compare("latest", "0.0.0") < 0);
}

static void test_pod_templates_came_with_version_3(void)
{
    static const char *const before[] = {"",       "latest", "2.4.8",          "V3.0.0",
                                         "3.0.0-", "03.5.0", "3.0.0-preview2", "3.0+b",
                                         "3.5.0.1"};
    static const char *const after[] = {"3", "v3.0.0", "3.0.0+b", "3.5.0-SNAPSHOT",
                                        "4.1.0-rc.1"};

    for (size_t i = 0; i < SPK_LEN(before); i++)
        CU_ASSERT(spk_semver_before_3(before[i]));
    for (size_t i = 0; i < SPK_LEN(after); i++)
        CU_ASSERT(!spk_semver_before_3(after[i]));
}

static CU_TestInfo tests[] = {
    SPK_TEST(versions_compare_as_in_go),
    SPK_TEST(pod_templates_came_with_version_3),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("semver", tests)

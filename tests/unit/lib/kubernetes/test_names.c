/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/names.h"

#include "base/compiler.h"
#include "test.h"

#define X63  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X252 X63 X63 X63 X63

static void test_names_follow_kubernetes(void)
{
    static const struct {
        bool (*check)(const char *text);
        const char *text;
        bool good;
    } cases[] = {
        {spk_is_dns1123_label, "a", true},
        {spk_is_dns1123_label, "0-a", true},
        {spk_is_dns1123_label, "", false},
        {spk_is_dns1123_label, "a-", false},
        {spk_is_dns1123_label, "-a", false},
        {spk_is_dns1123_label, "A", false},
        {spk_is_dns1123_label, "a.b", false},
        {spk_is_dns1123_label, X63, true},
        {spk_is_dns1123_label, X63 "x", false},
        {spk_is_dns1035_label, "a0", true},
        {spk_is_dns1035_label, "0a", false},
        {spk_is_dns1123_subdomain, "a.0.b-c", true},
        {spk_is_dns1123_subdomain, "a..b", false},
        {spk_is_dns1123_subdomain, ".a", false},
        {spk_is_dns1123_subdomain, "a.", false},
        {spk_is_dns1123_subdomain, "a/b", false},
        {spk_is_dns1123_subdomain, X252 "x", true},
        {spk_is_dns1123_subdomain, X252 "xx", false},
        {spk_is_qualified_name, "A_b.c-d", true},
        {spk_is_qualified_name, "example.com/A", true},
        {spk_is_qualified_name, "/A", false},
        {spk_is_qualified_name, "example.com/", false},
        {spk_is_qualified_name, "example.com/a/b", false},
        {spk_is_qualified_name, "Example.com/a", false},
        {spk_is_qualified_name, "a_", false},
        {spk_is_label_value, "", true},
        {spk_is_label_value, "A_b.c-d", true},
        {spk_is_label_value, "a b", false},
        {spk_is_label_value, X63 "x", false},
        {spk_is_configmap_key, "-._aZ9", true},
        {spk_is_configmap_key, "", false},
        {spk_is_configmap_key, "..a", false},
        {spk_is_configmap_key, "a/b", false},
        {spk_is_env_name, "_A.b-9", true},
        {spk_is_env_name, "9A", false},
        {spk_is_env_name, "A=B", false},
        {spk_is_env_name, "", false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        bool good = cases[i].check(cases[i].text);

        if (good != cases[i].good)
            fprintf(stderr, "\nrow %zu: '%s'\n", i, cases[i].text);
        CU_ASSERT_EQUAL(good, cases[i].good);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(names_follow_kubernetes),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("names", tests)

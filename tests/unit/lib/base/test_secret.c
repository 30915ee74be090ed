/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include "base/compiler.h"

#include "test.h"

static void test_secrets_are_found_and_hidden(void)
{
    /* A text, and what is shown of it. */
    static const char *const cases[][2] = {
        {"-Dpassword=hunter2", "-Dpassword=***"},
        {"-Xmx1g -Djavax.net.ssl.trustStorePassword=hunter2 -Da=b",
         "-Xmx1g -Djavax.net.ssl.trustStorePassword=*** -Da=b"},
        {"'-DAPI_TOKEN=x' -Dsecret=yz", "'-DAPI_TOKEN=*' -Dsecret=**"},
        {"k8s://https://user:hunter2@host:443/a", "k8s://https://user:***@host:443/a"},
        {"http://:hunter2@a, http://b:p@c@d", "http://:***@a, http://b:***@d"},
        {"http://user@host http://a:80/b@c -Dpassword= -Dcolor=red -D -Dtoken", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        char text[128];

        (void)snprintf(text, sizeof(text), "%s", cases[i][0]);
        CU_ASSERT_EQUAL(spk_holds_secret(text), cases[i][1] != NULL);
        spk_hide_secrets(text);
        SPK_ASSERT_TEXT(text, cases[i][1] ? cases[i][1] : cases[i][0]);
    }
}

static void test_names_of_secrets_are_known_in_any_case(void)
{
    static const char *const secret[] = {"password",    "DB_PASSWD",     "api-token",
                                         "Access.Key",  "a.private_key", "fs.s3a.secret.x",
                                         "credentials", "Authorization"};
    static const char *const others[] = {"", "pass", "key", "team", "spark-role", "to-ken"};

    for (size_t i = 0; i < SPK_LEN(secret); i++)
        CU_ASSERT(spk_is_secret_name(secret[i]));
    for (size_t i = 0; i < SPK_LEN(others); i++)
        CU_ASSERT_FALSE(spk_is_secret_name(others[i]));
}

static CU_TestInfo tests[] = {
    SPK_TEST(secrets_are_found_and_hidden),
    SPK_TEST(names_of_secrets_are_known_in_any_case),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("secret", tests)

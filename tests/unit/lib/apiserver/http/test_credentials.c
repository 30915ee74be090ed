/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/credentials.h"
#include "base/limits.h"

#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/spk-token-XXXXXX";

static void put(const char *text)
{
    (void)remove(path);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(text, file) >= 0);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

/* The header of a request at now_ms; valid until the next call. */
static const char *header_at(struct spk_credentials *credentials, int64_t now_ms)
{
    static char text[256];
    struct curl_slist *headers = NULL;
    unsigned generation;

    CU_ASSERT(spk_credentials_append(credentials, now_ms, &headers, &generation));
    CU_ASSERT_EQUAL(generation, credentials->generation);
    (void)snprintf(text, sizeof(text), "%s", headers ? headers->data : "");
    bool sent = headers != NULL;
    curl_slist_free_all(headers);
    return sent ? text : NULL;
}

static void test_each_kind_has_its_header(void)
{
    static const struct {
        struct spk_kube_config config;
        const char *want;
    } cases[] = {
        {{.token = "abc"}, "Authorization: Bearer abc"},
        {{.token = "abc", .token_file = path}, "Authorization: Bearer from-file"},
        {{.username = "Aladdin", .password = "open sesame"},
         "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {{.username = "n"}, "Authorization: Basic bjo="},
        {{.ns = "none"}, NULL},
    };

    put("from-file \r\n\n");
    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_credentials credentials;
        struct spk_err err = {0};

        CU_ASSERT_FATAL(spk_credentials_init(&credentials, &cases[i].config, 0, &err));
        SPK_ASSERT_TEXT(header_at(&credentials, 1), cases[i].want);
        spk_credentials_done(&credentials);
    }
}

static void test_what_is_no_token_is_refused(void)
{
    static const char *const tokens[] = {"",          " ",      "\n",    "a b", "a\nb",
                                         "a\r\nX: y", "\u00e9", "a\x7f", " a"};
    static char huge[SPK_MAX_TOKEN + 2];

    memset(huge, 't', sizeof(huge) - 1);
    for (size_t i = 0; i <= SPK_LEN(tokens); i++) {
        const char *token = i < SPK_LEN(tokens) ? tokens[i] : huge;
        struct spk_kube_config given = {.token = token}, file = {.token_file = path};
        struct spk_credentials credentials = {.header = "untouched"};
        struct spk_err err = {0};

        put(token);
        CU_ASSERT_FALSE(spk_credentials_init(&credentials, &file, 0, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_CREDENTIALS_INVALID);
        CU_ASSERT_FALSE(spk_credentials_init(&credentials, &given, 0, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_CREDENTIALS_INVALID);
        SPK_ASSERT_TEXT(credentials.header, "untouched");
        CU_ASSERT_PTR_NULL(strstr(err.text, "X: y"));
    }
    struct spk_kube_config missing = {.token_file = "/missing"};
    struct spk_credentials credentials;
    struct spk_err err = {0};
    CU_ASSERT_FALSE(spk_credentials_init(&credentials, &missing, 0, &err));
    SPK_ASSERT_TEXT(err.text, "cannot read '/missing': No such file or directory");
}

static void test_a_file_is_read_again_after_a_minute(void)
{
    struct spk_kube_config config = {.token_file = path};
    struct spk_credentials credentials;
    struct spk_err err = {0};

    put("one");
    CU_ASSERT_FATAL(spk_credentials_init(&credentials, &config, 1000, &err));
    put("two");
    SPK_ASSERT_TEXT(header_at(&credentials, 60999), "Authorization: Bearer one");
    CU_ASSERT_EQUAL(credentials.generation, 0);
    SPK_ASSERT_TEXT(header_at(&credentials, 61000), "Authorization: Bearer two");
    CU_ASSERT_EQUAL(credentials.generation, 1);
    SPK_ASSERT_TEXT(header_at(&credentials, 121000), "Authorization: Bearer two");
    CU_ASSERT_EQUAL(credentials.generation, 1);
    put("three");
    SPK_ASSERT_TEXT(header_at(&credentials, 181000), "Authorization: Bearer three");
    CU_ASSERT_EQUAL(credentials.reload_errors, 0);
    spk_credentials_done(&credentials);
}

static void test_a_bad_file_keeps_the_old_token(void)
{
    struct spk_kube_config config = {.token_file = path};
    struct spk_credentials credentials;
    struct spk_err err = {0};
    int64_t now_ms = 0;

    put("good");
    CU_ASSERT_FATAL(spk_credentials_init(&credentials, &config, now_ms, &err));
    put("");
    SPK_ASSERT_TEXT(header_at(&credentials, now_ms += 60000), "Authorization: Bearer good");
    (void)remove(path);
    SPK_ASSERT_TEXT(header_at(&credentials, now_ms += 60000), "Authorization: Bearer good");
    CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
    SPK_ASSERT_TEXT(header_at(&credentials, now_ms += 60000), "Authorization: Bearer good");
    CU_ASSERT_EQUAL(credentials.reload_errors, 3);
    CU_ASSERT_FALSE(spk_credentials_refused(&credentials, 0, now_ms));
    (void)rmdir(path);
    put("better");
    SPK_ASSERT_TEXT(header_at(&credentials, now_ms + 60000), "Authorization: Bearer better");
    spk_credentials_done(&credentials);
}

static void test_a_refused_token_is_read_again_at_once(void)
{
    struct spk_kube_config config = {.token_file = path}, inline_token = {.token = "t"};
    struct spk_credentials credentials;
    struct spk_err err = {0};

    put("old");
    CU_ASSERT_FATAL(spk_credentials_init(&credentials, &config, 0, &err));
    CU_ASSERT_FALSE(spk_credentials_refused(&credentials, 0, 1));
    put("new");
    CU_ASSERT(spk_credentials_refused(&credentials, 0, 2));
    SPK_ASSERT_TEXT(header_at(&credentials, 3), "Authorization: Bearer new");
    CU_ASSERT(spk_credentials_refused(&credentials, 0, 4)); /* of an older request */
    CU_ASSERT_FALSE(spk_credentials_refused(&credentials, 1, 5));
    spk_credentials_done(&credentials);

    CU_ASSERT_FATAL(spk_credentials_init(&credentials, &inline_token, 0, &err));
    CU_ASSERT_FALSE(spk_credentials_refused(&credentials, 0, 1));
    spk_credentials_done(&credentials);
}

static CU_TestInfo tests[] = {
    SPK_TEST(each_kind_has_its_header),
    SPK_TEST(what_is_no_token_is_refused),
    SPK_TEST(a_file_is_read_again_after_a_minute),
    SPK_TEST(a_bad_file_keeps_the_old_token),
    SPK_TEST(a_refused_token_is_read_again_at_once),
    CU_TEST_INFO_NULL,
};

int main(void)
{
    int fd = mkstemp(path);

    if (fd < 0 || close(fd) < 0)
        return EXIT_FAILURE;
    int result = spk_test_run("credentials", tests);
    (void)remove(path);
    return result;
}

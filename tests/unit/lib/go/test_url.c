/* SPDX-License-Identifier: Apache-2.0 */
#include "go/url.h"

#include "test.h"

/* @source Go's net/url url_test.go: what is read there, as scheme and path */
static void test_urls_are_read_as_go_reads_them(void)
{
    static const struct {
        const char *text, *scheme, *path;
    } cases[] = {
        {"", "", ""},
        {"http://www.google.com", "http", ""},
        {"http://www.google.com/", "http", "/"},
        {"http://www.google.com/file%20one%26two", "http", "/file one&two"},
        {"HTTPS://user:password@google.com/a?q=go#frag", "https", "/a"},
        {"http://j@ne:password@google.com/p", "http", "/p"},
        {"http:www.google.com/?q=go", "http", ""},
        {"mailto:/webmaster@golang.org", "mailto", "/webmaster@golang.org"},
        {"mailto:webmaster@golang.org", "mailto", ""},
        {"/foo?query=http://bad", "", "/foo"},
        {"//foo/bar", "", "/bar"},
        {"///threeslashes", "", "///threeslashes"},
        {"a/b/c", "", "a/b/c"},
        {"http://[::1]:80/x", "http", "/x"},
        {"http://[fe80::1%25en0]/x", "http", "/x"},
        {"http://hello.world:8080", "http", ""},
        {"/a%c3%a9#%41", "", "/a\u00e9"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_go_url url = {0};
        struct spk_err err = {0};

        if (!spk_go_url_parse(&arena, cases[i].text, &url, &err))
            fprintf(stderr, "\n'%s': %s\n", cases[i].text, err.text);
        SPK_ASSERT_TEXT(url.scheme, cases[i].scheme);
        SPK_ASSERT_TEXT(url.path, cases[i].path);
    }
}

static void test_no_url_is_refused_with_gos_words(void)
{
    static const char *const cases[][2] = {
        {":x", "parse \":x\": missing protocol scheme"},
        {"cache_object:foo", "parse \"cache_object:foo\": first path segment in URL cannot "
                             "contain colon"},
        {"/a%zz", "parse \"/a%zz\": invalid URL escape \"%zz\""},
        {"/a%4", "parse \"/a%4\": invalid URL escape \"%4\""},
        {"http://a b.com/", "parse \"http://a b.com/\": invalid character \" \" in host name"},
        {"http://h:8a/", "parse \"http://h:8a/\": invalid port \":8a\" after host"},
        {"http://[::1/", "parse \"http://[::1/\": missing ']' in host"},
        {"http://x[::1]/", "parse \"http://x[::1]/\": invalid IP-literal"},
        {"http://u$er^@h/", "parse \"http://u$er^@h/\": net/url: invalid userinfo"},
        {"/a\x7f", "parse \"/a\\x7f\": net/url: invalid control character in URL"},
        {"http://%41.com/", "parse \"http://%41.com/\": invalid URL escape \"%41\""},
        {"/ok#%zz", "parse \"/ok#%zz\": invalid URL escape \"%zz\""},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_go_url url = {0};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(spk_go_url_parse(&arena, cases[i][0], &url, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(err.text, cases[i][1]);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(urls_are_read_as_go_reads_them),
    SPK_TEST(no_url_is_refused_with_gos_words),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("url", tests)

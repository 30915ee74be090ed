/* SPDX-License-Identifier: Apache-2.0 */
#include "java/uri.h"

#include "test.h"

static void test_resources_resolve_as_spark_resolves_them(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"local:///opt/app.jar", "local:///opt/app.jar"},
        {"https://h/a.jar?x=1&y=2#frag", "https://h/a.jar?x=1&y=2#frag"},
        {"https://[::1]:80/a.jar", "https://[::1]:80/a.jar"},
        {"HTTP://h/%7Ea", "HTTP://h/%7Ea"},
        {"local:a", "local:a"},
        {"app.jar", "file:/home/dir/app.jar"},
        {"/opt/../a b.jar", "file:/a%20b.jar"},
        {"./x//y/./z", "file:/home/dir/x/y/z"},
        {"../../../x", "file:/x"},
        {"", "file:/home/dir"},
        {"local:///opt/my app/a.jar", "file:/home/dir/local:/opt/my%20app/a.jar"},
        {"https://h/a%2.jar", "file:/home/dir/https:/h/a%252.jar"},
        {"https://h/a#b#c", "file:/home/dir/https:/h/a%23b%23c"},
        {"https://h/[a]", "file:/home/dir/https:/h/%5Ba%5D"},
        {"https:", "file:/home/dir/https:"},
        {"local://", "file:/home/dir/local:"},
        {"x.jar#name", "file:/home/dir/x.jar#name"},
        {"gr\u00fc\u00df.jar", "file:/home/dir/gr\u00fc\u00df.jar"},
        {"a\u00a0b", "file:/home/dir/a%C2%A0b"},
        {"1x:y", "file:/home/dir/1x:y"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        SPK_ASSERT_TEXT(spk_uri_resolve(&arena, cases[i].in, "/home/dir"), cases[i].out);
    }
}

static void test_lists_lose_blank_elements_only(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {" , ,", ""},
        {"local:///a,,local:///b,", "local:///a,local:///b"},
        {"local:///a, local:///b", "local:///a,file:/%20local:/b"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        SPK_ASSERT_TEXT(spk_uri_resolve_list(&arena, cases[i].in, NULL), cases[i].out);
    }
}

static void test_needless_escapes_vanish(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"https://h/a%2Fb%20c", "https://h/a/b%20c"},
        {"https://h/a%2520b", "https://h/a%2520b"},
        {"https://h/%C3%A9", "https://h/\u00e9"},
        {"https://h/a%FFb", "https://h/a\uFFFDb"},
        {"https://h/a%0Ab", "https://h/a%0Ab"},
        {"https://h/a%5B?q=%26", "https://h/a[?q=&"},
        {"local:a%7E", "local:a~"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_uri uri = {0};

        CU_ASSERT(spk_uri_parse(&arena, cases[i].in, &uri));
        SPK_ASSERT_TEXT(spk_uri_requoted(&arena, &uri), cases[i].out);
    }
}

static void test_the_parts_of_a_uri(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_uri uri = {0};

    CU_ASSERT(spk_uri_parse(&arena, "https://u@h:1/a%20b?q#f", &uri));
    SPK_ASSERT_TEXT(uri.scheme, "https");
    SPK_ASSERT_TEXT(uri.specific, "//u@h:1/a%20b?q");
    SPK_ASSERT_TEXT(uri.path, "/a%20b");
    SPK_ASSERT_TEXT(uri.fragment, "f");
    CU_ASSERT(spk_uri_parse(&arena, "mail:x", &uri));
    SPK_ASSERT_TEXT(uri.path, NULL);
    CU_ASSERT(spk_uri_parse(&arena, "a/b", &uri));
    SPK_ASSERT_TEXT(uri.scheme, NULL);
    SPK_ASSERT_TEXT(uri.path, "a/b");
    CU_ASSERT_FALSE(spk_uri_parse(&arena, "a b", &uri));
    SPK_ASSERT_TEXT(uri.path, "a/b");
}

static void test_what_is_on_the_submitting_machine(void)
{
    static const struct {
        const char *text;
        bool local;
    } cases[] = {
        {"file:/a", true},
        {"/a", true},
        {"a b", true},
        {"", true},
        {"local:///a", false},
        {"s3a://b/c", false},
        {"https://[::1]/a", false},
        {"https://h/a b", true},
        {"FILE:/a", false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

        CU_ASSERT_EQUAL(spk_uri_is_local(&arena, cases[i].text), cases[i].local);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(resources_resolve_as_spark_resolves_them),
    SPK_TEST(lists_lose_blank_elements_only),
    SPK_TEST(needless_escapes_vanish),
    SPK_TEST(the_parts_of_a_uri),
    SPK_TEST(what_is_on_the_submitting_machine),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("uri", tests)

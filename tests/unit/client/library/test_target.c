/* SPDX-License-Identifier: Apache-2.0 */
#include "library/target.h"

#include "test.h"

static void test_every_spelling_is_read(void)
{
    const struct {
        const char *address, *target;
    } cases[] = {
        {"unix:/run/spark-submit/grpc.sock", "unix:/run/spark-submit/grpc.sock"},
        {"unix:///run/spark-submit/grpc.sock", "unix:/run/spark-submit/grpc.sock"},
        {"/run/spark-submit/grpc.sock", "unix:/run/spark-submit/grpc.sock"},
        {"unix:grpc.sock", "unix:grpc.sock"},
        {"unix:a b:c", "unix:a b:c"},
        {"tcp://127.0.0.1:50051", "dns:///127.0.0.1:50051"},
        {"127.0.0.1:50051", "dns:///127.0.0.1:50051"},
        {"dns:///spark-submit.jobs.svc:50051", "dns:///spark-submit.jobs.svc:50051"},
        {"dns:spark-submit:1", "dns:///spark-submit:1"},
        {"localhost:65535", "dns:///localhost:65535"},
        {"[::1]:50051", "dns:///[::1]:50051"},
        {"tcp://[fe80::1%1]:5", "dns:///[fe80::1%1]:5"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char target[SPK_TARGET_SIZE] = "";
        struct sparksubmit_error error = {0};

        CU_ASSERT_TRUE(spk_target_read(cases[i].address, target, &error));
        SPK_ASSERT_TEXT(target, cases[i].target);
    }
}

static void test_others_are_refused_with_advice(void)
{
    const struct {
        const char *address, *why;
    } cases[] = {
        {"", "has no port"},
        {"localhost", "has no port"},
        {"unix:", "has no path"},
        {"unix://run/grpc.sock", "names a host between its slashes"},
        {"//run/grpc.sock", "names a host between its slashes"},
        {"tcp://localhost", "has no port"},
        {"localhost:", "has no port from 1 to 65535"},
        {"localhost:0", "has no port from 1 to 65535"},
        {"localhost:65536", "has no port from 1 to 65535"},
        {"localhost:000080", "has no port from 1 to 65535"},
        {"localhost:grpc", "has no port from 1 to 65535"},
        {":50051", "has no host"},
        {"::1:50051", "has an IPv6 address without brackets"},
        {"[::1:50051", "has a bracket that is not closed"},
        {"a b:1", "has a host that is no name"},
        {"a/b:1", "has a host that is no name"},
        {"tcp://localhost:1/x", "has no port from 1 to 65535"},
        {"http://localhost:1", "is a URL"},
        {"https://localhost:1", "is a URL"},
        {"dns://8.8.8.8/host:1", "has a scheme that is not known"},
        {"ipv4:1.2.3.4:5", "has a scheme that is not known"},
        {"unix-abstract:x", "has a scheme that is not known"},
        {"xds:///x:1", "has a scheme that is not known"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char target[SPK_TARGET_SIZE] = "untouched";
        struct sparksubmit_error error = {0};

        CU_ASSERT_FALSE(spk_target_read(cases[i].address, target, &error));
        CU_ASSERT_EQUAL(error.code, 3);
        SPK_ASSERT_TEXT(error.reason, "INVALID_FIELD");
        SPK_ASSERT_TEXT(target, "untouched");
        if (!strstr(error.text, cases[i].why) || !strstr(error.text, "; write unix:PATH, "))
            SPK_ASSERT_TEXT(error.text, cases[i].why);
    }
}

static void test_a_path_has_the_length_of_a_socket(void)
{
    char address[256] = "/", target[SPK_TARGET_SIZE];
    struct sparksubmit_error error = {0};

    memset(address + 1, 'p', 106);
    CU_ASSERT_TRUE(spk_target_read(address, target, &error));
    address[107] = 'p';
    CU_ASSERT_FALSE(spk_target_read(address, target, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "more than 107 bytes"));
}

static CU_TestInfo tests[] = {
    SPK_TEST(every_spelling_is_read),
    SPK_TEST(others_are_refused_with_advice),
    SPK_TEST(a_path_has_the_length_of_a_socket),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("target", tests)

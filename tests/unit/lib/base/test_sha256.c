/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include "test.h"

/* @source FIPS 180-2, appendix B, and NIST's vector of no bytes. */
static void test_digests_are_those_of_the_standard(void)
{
    static const char *const vectors[][2] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(vectors); i++)
        SPK_ASSERT_TEXT(spk_sha256_hex(&arena, vectors[i][0], strlen(vectors[i][0])),
                        vectors[i][1]);
}

/* Eight bytes, big-endian, before each text: the digest of the bytes written by hand. */
static void test_fields_are_length_prefixed(void)
{
    static const char bytes[] = "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\0";
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    SPK_ASSERT_TEXT(spk_hash_fields(&arena, (const char *[]){"ab", NULL}, 2),
                    spk_sha256_hex(&arena, bytes, sizeof(bytes) - 1));
    SPK_ASSERT_TEXT(spk_hash_fields(&arena, NULL, 0), spk_sha256_hex(&arena, "", 0));
}

static void test_no_two_lists_collide(void)
{
    static const char *const lists[][3] = {
        {"ab", "", ""}, {"a", "b", ""}, {"", "ab", ""}, {"a", "", "b"}, {"", "", "ab"}};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    const char *digests[SPK_LEN(lists)];

    for (size_t i = 0; i < SPK_LEN(lists); i++) {
        digests[i] = spk_hash_fields(&arena, lists[i], 3);
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(digests[i], digests[j]);
    }
    SPK_ASSERT_TEXT(spk_hash_fields(&arena, (const char *[]){NULL}, 1),
                    spk_hash_fields(&arena, (const char *[]){""}, 1));
}

static CU_TestInfo tests[] = {
    SPK_TEST(digests_are_those_of_the_standard),
    SPK_TEST(fields_are_length_prefixed),
    SPK_TEST(no_two_lists_collide),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("sha256", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/key.h"

#include "test.h"

/* The expected hashes were computed with Python's hashlib from the protocol's definitions. */
#define INPUT  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RANDOM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct vector {
    struct spk_key_input input;
    enum spk_key_source source;
    const char *attempt, *submission_id, *object, *order, *idempotency_key;
} vectors[] = {
    {{.idempotency_key = "k-1", .ns = "team-a", .tenant = "t1", .application = "spark-pi"},
     SPK_KEY_CALLER,
     "4eeb3869b03b86f8f2135187f22b94229081f9e7aa36aff2dfc6806afd758b20",
     "4eeb3869-b03b-86f8-f213-5187f22b9422",
     "4818efa19a9a2fbe7027bf0e832a99e41168d38d4922aa5a0b48a289c5432649",
     NULL,
     "k-1"},
    {{.ns = "team-a",
      .application = "spark-pi",
      .uid = "uid-1",
      .has_counters = true,
      .generation = 3,
      .submission_attempts = 2,
      .submission_id = "sub-9",
      .random = RANDOM},
     SPK_KEY_COUNTERS,
     "7aafb8c8f9d9785b3e29b667bdcf43a3a84ab4ed14246029edc7d78f966a966b",
     "sub-9",
     "e5dc124dd153ba7b6904b89d5fc8fc9aa5d72a430b248a45b5a7c80dddfad9da",
     "3.0.2",
     NULL},
    {{.ns = "team-a", .application = "spark-pi", .uid = "uid-1", .submission_id = "sub-9"},
     SPK_KEY_SUBMISSION,
     "099cffff9da645c2f2a81da7cd7493a83fdee952e605701ebad0e4cbfa15103d",
     "sub-9",
     "199818a5730dbd7ada955cf9e1b29a87c5b252b715ca51d20f6421ec04d51a79",
     NULL,
     NULL},
    {{.ns = "team-a", .tenant = "", .application = "spark-pi", .random = RANDOM},
     SPK_KEY_RANDOM,
     "06e20d1971e85a82ab1dddf30c1cc32acdeea1b39dabd066a1ca04f1222928e7",
     NULL,
     "73dce1690f750b22d3162eba02ca931a2a25e6c171626ff2e6503c77fa59ccef",
     NULL,
     RANDOM},
    {{.ns = "team-a", .application = "spark-pi", .idempotency_key = "", .submission_id = ""},
     SPK_KEY_INPUT,
     "75c22ceb91e530dc2ce7ab090eafa7474962dfcaf5feb35670b65f7ecd5d62c3",
     "75c22ceb-91e5-30dc-2ce7-ab090eafa747",
     "96d58e1b8e1a463b30692848f17a29d4f1c797dd5b30e5c2d244b244cca5a794",
     NULL,
     NULL},
};

static void test_keys_have_their_golden_values(void)
{
    for (size_t i = 0; i < SPK_LEN(vectors); i++) {
        const struct vector *vector = &vectors[i];
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_key_input input = vector->input;
        struct spk_key key;
        struct spk_err err;

        input.input_sha256 = INPUT;
        CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &input, &key, &err));
        CU_ASSERT_EQUAL(key.source, vector->source);
        SPK_ASSERT_TEXT(key.attempt_sha256, vector->attempt);
        SPK_ASSERT_TEXT(key.object_sha256, vector->object);
        SPK_ASSERT_TEXT(key.order, vector->order);
        SPK_ASSERT_TEXT(key.idempotency_key, vector->idempotency_key);
        if (vector->submission_id)
            SPK_ASSERT_TEXT(key.submission_id, vector->submission_id);
        CU_ASSERT_EQUAL(strlen(key.attempt), 16);
        CU_ASSERT_EQUAL(strncmp(key.attempt, vector->attempt, 16), 0);
        CU_ASSERT_EQUAL(strncmp(key.object, vector->object, 16), 0);
    }
}

static void test_a_returned_random_key_names_the_same_attempt(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_key first, again;
    struct spk_key_input input = {
        .ns = "n", .application = "a", .random = RANDOM, .input_sha256 = INPUT};
    struct spk_err err;

    CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &input, &first, &err));
    input.random = "ffff456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    input.idempotency_key = first.idempotency_key;
    CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &input, &again, &err));
    SPK_ASSERT_TEXT(again.attempt_sha256, first.attempt_sha256);
    SPK_ASSERT_TEXT(again.object_sha256, first.object_sha256);
}

static void test_a_default_key_counts_instead_of_a_random_one_only(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(vectors); i++) {
        bool counts = vectors[i].source == SPK_KEY_RANDOM ||
                      vectors[i].source == SPK_KEY_INPUT;
        struct spk_key_input input = vectors[i].input;
        struct spk_key key, chosen;
        struct spk_err err;

        input.input_sha256 = INPUT;
        input.default_key = "d-1";
        CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &input, &key, &err));
        CU_ASSERT_EQUAL(key.source, counts ? SPK_KEY_CALLER : vectors[i].source);
        CU_ASSERT_EQUAL(strcmp(key.attempt_sha256, vectors[i].attempt) != 0, counts);
        SPK_ASSERT_TEXT(key.idempotency_key, counts ? "d-1" : vectors[i].idempotency_key);
        if (!counts)
            continue;
        input.idempotency_key = "d-1";
        input.default_key = NULL;
        CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &input, &chosen, &err));
        SPK_ASSERT_TEXT(chosen.attempt_sha256, key.attempt_sha256);
    }
}

static void test_each_field_makes_another_attempt(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    const struct spk_key_input inputs[] = {
        {.ns = "n", .tenant = "t", .application = "a", .uid = "u", .submission_id = "s"},
        {.ns = "m", .tenant = "t", .application = "a", .uid = "u", .submission_id = "s"},
        {.ns = "n", .tenant = "v", .application = "a", .uid = "u", .submission_id = "s"},
        {.ns = "n", .tenant = "t", .application = "b", .uid = "u", .submission_id = "s"},
        {.ns = "n", .tenant = "t", .application = "a", .uid = "w", .submission_id = "s"},
        {.ns = "n", .tenant = "t", .application = "a", .uid = "u", .submission_id = "r"},
        {.ns = "nt", .tenant = "", .application = "a", .uid = "u", .submission_id = "s"},
        {.ns = "n", .uid = "u", .has_counters = true},
        {.ns = "n", .uid = "u", .has_counters = true, .generation = 1},
        {.ns = "n", .uid = "u", .has_counters = true, .submission_attempts = 1},
        {.ns = "n", .uid = "u", .has_counters = true, .execution_attempts = 1},
    };
    struct spk_key keys[SPK_LEN(inputs)];
    struct spk_err err;

    for (size_t i = 0; i < SPK_LEN(inputs); i++) {
        CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &inputs[i], &keys[i], &err));
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_NOT_EQUAL(strcmp(keys[i].attempt_sha256, keys[j].attempt_sha256), 0);
    }
}

static void test_bad_ids_and_counters_are_refused(void)
{
    static const struct {
        struct spk_key_input input;
        const char *field;
    } cases[] = {
        {{.idempotency_key = "a b"}, "idempotency_key"},
        {{.idempotency_key = "caf\xc3\xa9"}, "idempotency_key"},
        {{.default_key = "a b"}, "default_idempotency_key"},
        {{.submission_id = "-x"}, "submission_id"},
        {{.submission_id = "a:b"}, "submission_id"},
        {{.submission_id = "a123456789012345678901234567890123456789012345678901234567890123"},
         "submission_id"},
        {{.uid = "a/b"}, "metadata.uid"},
        {{.generation = -1}, "metadata.generation"},
        {{.submission_attempts = INT64_C(9007199254740992)}, "status.submissionAttempts"},
        {{.execution_attempts = -7}, "status.executionAttempts"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_key key = {.attempt = "untouched"};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(spk_key_make(&arena, &cases[i].input, &key, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        SPK_ASSERT_TEXT(key.attempt, "untouched");
    }
}

static void test_the_largest_counter_is_taken(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_key_input input = {
        .uid = "u", .has_counters = true, .generation = INT64_C(9007199254740991)};
    struct spk_key key;
    struct spk_err err;

    CU_ASSERT_TRUE_FATAL(spk_key_make(&arena, &input, &key, &err));
    SPK_ASSERT_TEXT(key.order, "9007199254740991.0.0");
}

static CU_TestInfo tests[] = {
    SPK_TEST(keys_have_their_golden_values),
    SPK_TEST(a_returned_random_key_names_the_same_attempt),
    SPK_TEST(a_default_key_counts_instead_of_a_random_one_only),
    SPK_TEST(each_field_makes_another_attempt),
    SPK_TEST(bad_ids_and_counters_are_refused),
    SPK_TEST(the_largest_counter_is_taken),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("key", tests)

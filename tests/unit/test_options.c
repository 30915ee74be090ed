/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "test.h"

#include <unistd.h>

static void test_flags_win_over_environment_over_defaults(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_options options;
    struct spk_err err = {0};
    char *const argv[] = {(char[]){"sparksubmitd"},
                          (char[]){"--drain-grace=3s"},
                          (char[]){"--listen"},
                          (char[]){"unix:///tmp/a.sock"},
                          (char[]){"--listen=tcp://127.0.0.1:0"},
                          (char[]){"--strict-spark-version"},
                          (char[]){"--uds-allow-uids=7,8"},
                          (char[]){"--memory-budget=64MiB"},
                          NULL};
    char *const environment[] = {
        (char[]){"SPK_DRAIN_GRACE=9s"}, (char[]){"SPK_MODE=standalone"},
        (char[]){"SPK_SERVICE_HOST=1.2.3.4"}, (char[]){"HOME=/"}, NULL};

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    const struct spk_config *config = &options.config;
    CU_ASSERT_EQUAL(options.action, SPK_ACTION_RUN);
    CU_ASSERT_EQUAL(config->drain_grace_ms, 3000);
    CU_ASSERT_EQUAL(config->drain_delay_ms, 5000);
    CU_ASSERT_EQUAL(config->mode, SPK_MODE_STANDALONE);
    CU_ASSERT_EQUAL_FATAL(config->listen.n, 2);
    SPK_ASSERT_TEXT(config->listen.items[0], "unix:///tmp/a.sock");
    CU_ASSERT(config->strict_spark_version);
    CU_ASSERT_EQUAL_FATAL(config->allowed_uids.n, 2);
    CU_ASSERT_EQUAL(config->allowed_uids.items[1], 8);
    CU_ASSERT_EQUAL(config->memory_budget, 64 << 20);
    CU_ASSERT_EQUAL(config->max_deadline_ms, 120000);
    SPK_ASSERT_TEXT(config->spark_user, "spark");
    CU_ASSERT_EQUAL_FATAL(options.strange.n, 1);
    SPK_ASSERT_TEXT(options.strange.items[0], "SPK_SERVICE_HOST");
}

static void test_defaults_are_those_of_a_sidecar(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_options options;
    struct spk_err err = {0};
    char *const argv[] = {(char[]){"sparksubmitd"}, NULL}, *const environment[] = {NULL};

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    CU_ASSERT_EQUAL(options.config.mode, SPK_MODE_SIDECAR);
    CU_ASSERT_EQUAL(options.config.drain_delay_ms, 0);
    CU_ASSERT_EQUAL(options.config.allowed_uids.items[0], geteuid());
    CU_ASSERT_EQUAL(options.config.allowed_uids.n, 3);
    CU_ASSERT(options.config.memory_budget > 0);
    SPK_ASSERT_TEXT(options.config.listen.items[0], "unix:///run/spark-submit/grpc.sock");
}

static void test_bad_words_are_refused_with_their_flag(void)
{
    static const struct {
        const char *word;
        enum spk_reason reason;
        const char *field, *text;
    } cases[] = {
        {"--nope", SPK_UNKNOWN_FIELD, "", "there is no flag '--nope'"},
        {"nope", SPK_UNKNOWN_FIELD, "", "'nope' is not a flag"},
        {"--mode", SPK_UNKNOWN_FIELD, "", "the flag '--mode' needs a value"},
        {"--mode=shared", SPK_INVALID_FIELD, "--mode",
         "'shared' is not one of sidecar|standalone"},
        {"--drain-grace=5", SPK_INVALID_FIELD, "--drain-grace",
         "'5' is not a duration such as 250ms, 10s or 5m"},
        {"--memory-budget=1GB", SPK_INVALID_FIELD, "--memory-budget",
         "'1GB' is not a size such as 64KiB or 2MiB"},
        {"--memory-budget=999999999999GiB", SPK_INVALID_FIELD, "--memory-budget",
         "'999999999999GiB' is not a size such as 64KiB or 2MiB"},
        {"--default-deadline=0s", SPK_INVALID_FIELD, "--default-deadline",
         "calls cannot have no time at all"},
        {"--max-inflight=0", SPK_INVALID_FIELD, "--max-inflight",
         "'0' is not a number from 1 to 1000000"},
        {"--reflection=yes", SPK_INVALID_FIELD, "--reflection",
         "'yes' is not one of auto|on|off"},
        {"--allow-insecure-tcp=1", SPK_INVALID_FIELD, "--allow-insecure-tcp",
         "'1' is not true or false"},
        {"--uds-allow-uids=root", SPK_INVALID_FIELD, "--uds-allow-uids",
         "'root' is not a list of user ids"},
        {"--listen=tcp://0.0.0.0:80", SPK_INVALID_FIELD, "--listen",
         "plaintext on '0.0.0.0:80' needs --allow-insecure-tcp"},
        {"--listen=unix:@x", SPK_INVALID_FIELD, "--listen",
         "'unix:@x' does not hold an absolute path: abstract and relative sockets have no "
         "permissions"},
        {"--listen=127.0.0.1:80", SPK_INVALID_FIELD, "--listen",
         "'127.0.0.1:80' is not unix:///PATH or tcp://HOST:PORT"},
        {"--default-deadline=5m", SPK_INVALID_FIELD, "--default-deadline",
         "it is longer than --max-deadline"},
        {"--spark-env=X", SPK_INVALID_FIELD, "--spark-env", "'X' is not NAME=VALUE"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_options options = {.action = SPK_ACTION_CHECK};
        struct spk_err err = {0};
        char *const argv[] = {(char[]){"x"}, spk_strdup(&arena, cases[i].word), NULL};
        char *const environment[] = {NULL};

        CU_ASSERT_FALSE(spk_options_parse(&arena, argv, environment, &options, &err));
        CU_ASSERT_EQUAL(err.reason, cases[i].reason);
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        CU_ASSERT_EQUAL(options.action, SPK_ACTION_CHECK);
    }
}

static void test_what_is_printed_reads_back(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_options options, again;
    struct spk_err err = {0};
    char *const argv[] = {(char[]){"x"}, (char[]){"--print-config"}, NULL};
    char *const environment[] = {NULL};
    char *text = NULL;
    size_t length = 0, n = 1;
    char **words = spk_alloc_array(&arena, 128, sizeof(*words));

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    CU_ASSERT_EQUAL(options.action, SPK_ACTION_PRINT);
    FILE *file = open_memstream(&text, &length);
    spk_options_print(&arena, &options, file);
    CU_ASSERT(fclose(file) == 0);
    struct spk_strings lines = spk_split(&arena, text, '\n');
    words[0] = spk_strdup(&arena, "x");
    for (size_t i = 0; i < lines.n; i++) {
        char *source = strstr(lines.items[i], " (");

        if (source && !strstr(lines.items[i], "spark-env="))
            words[n++] =
                spk_printf(&arena, "--%.*s", (int)(source - lines.items[i]), lines.items[i]);
    }
    free(text);
    CU_ASSERT_FATAL(n > 25);
    CU_ASSERT(spk_options_parse(&arena, words, environment, &again, &err));
    SPK_ASSERT_TEXT(err.text, "");
    CU_ASSERT_EQUAL(again.config.memory_budget, options.config.memory_budget);
    CU_ASSERT_EQUAL(again.config.max_deadline_ms, options.config.max_deadline_ms);
    CU_ASSERT_EQUAL(again.config.pod_mutation, options.config.pod_mutation);
}

static CU_TestInfo tests[] = {
    SPK_TEST(flags_win_over_environment_over_defaults),
    SPK_TEST(defaults_are_those_of_a_sidecar),
    SPK_TEST(bad_words_are_refused_with_their_flag),
    SPK_TEST(what_is_printed_reads_back),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("options", tests)

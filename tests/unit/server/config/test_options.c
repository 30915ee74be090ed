/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include "test.h"

#include <stddef.h>
#include <unistd.h>

static void test_flags_win_over_environment_over_defaults(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_start_options options;
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
    char *const environment[] = {(char[]){"SPK_DRAIN_GRACE=9s"},
                                 (char[]){"SPK_MODE=standalone"},
                                 (char[]){"SPK_SERVICE_HOST=1.2.3.4"},
                                 (char[]){"SPK_ENDPOINT=unix:/run/x"},
                                 (char[]){"SPK_SPARK_VERSION=4.1"},
                                 (char[]){"HOME=/"},
                                 NULL};

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    const struct spk_config *config = &options.config;
    CU_ASSERT_EQUAL(options.action, SPK_START_RUN);
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

/* The words of a choice stand in the order of its enum. */
static void test_each_word_of_a_choice_has_its_value(void)
{
    static const struct {
        const char *flag;
        size_t offset;
        int value;
    } cases[] = {
#define CASE(word, field, value) {"--" word, offsetof(struct spk_config, field), (int)(value)}
        CASE("mode=sidecar", mode, SPK_MODE_SIDECAR),
        CASE("mode=standalone", mode, SPK_MODE_STANDALONE),
        CASE("api-server=memory", api_server, SPK_API_IN_MEMORY),
        CASE("api-server=kube", api_server, SPK_API_KUBE),
        CASE("reflection=auto", reflection, SPK_SWITCH_AUTO),
        CASE("reflection=on", reflection, SPK_SWITCH_ON),
        CASE("reflection=off", reflection, SPK_SWITCH_OFF),
        CASE("pod-mutation=auto", pod_mutation, SPK_MUTATION_FLAG_AUTO),
        CASE("pod-mutation=none", pod_mutation, SPK_MUTATION_FLAG_NONE),
        CASE("pod-mutation=native", pod_mutation, SPK_MUTATION_FLAG_NATIVE),
        CASE("controller-steps=auto", controller_steps, SPK_STEPS_FLAG_AUTO),
        CASE("controller-steps=none", controller_steps, SPK_STEPS_FLAG_NONE),
        CASE("controller-steps=apply", controller_steps, SPK_STEPS_FLAG_APPLY),
        CASE("unknown-fields=refuse", unknown_fields, SPK_UNKNOWN_REFUSE),
        CASE("unknown-fields=warn", unknown_fields, SPK_UNKNOWN_WARN),
        CASE("submission-variant=auto", submission_variant, SPK_VARIANT_FLAG_AUTO),
        CASE("submission-variant=G", submission_variant, SPK_VARIANT_FLAG_G),
        CASE("log-level=debug", log_level, SPK_LOG_DEBUG),
        CASE("log-level=info", log_level, SPK_LOG_INFO),
        CASE("log-level=warn", log_level, SPK_LOG_WARN),
        CASE("log-level=error", log_level, SPK_LOG_ERROR),
        CASE("log-format=auto", log_format, SPK_LOG_AUTO),
        CASE("log-format=text", log_format, SPK_LOG_TEXT),
        CASE("log-format=json", log_format, SPK_LOG_JSON),
#undef CASE
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        char *argv[] = {(char[]){"sparksubmitd"}, (char *)(uintptr_t)cases[i].flag, NULL};
        char *environment[] = {NULL};
        struct spk_start_options options = {0};
        struct spk_err err = {0};
        int value;

        CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
        memcpy(&value, (const char *)&options.config + cases[i].offset, sizeof(value));
        CU_ASSERT_EQUAL(value, cases[i].value);
    }
}

static void test_defaults_are_those_of_a_sidecar(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_start_options options;
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
         "'5' is not a duration with its unit, such as 250ms, 10s or 5m"},
        {"--memory-budget=1GB", SPK_INVALID_FIELD, "--memory-budget",
         "'1GB' is not a size from 256KiB to 1024GiB, such as 256MiB"},
        {"--memory-budget=999999999999GiB", SPK_INVALID_FIELD, "--memory-budget",
         "'999999999999GiB' is not a size from 256KiB to 1024GiB, such as 256MiB"},
        {"--memory-budget=10", SPK_INVALID_FIELD, "--memory-budget",
         "'10' is not a size from 256KiB to 1024GiB, such as 256MiB"},
        {"--memory-budget=255KiB", SPK_INVALID_FIELD, "--memory-budget",
         "'255KiB' is not a size from 256KiB to 1024GiB, such as 256MiB"},
        {"--memory-budget=1025GiB", SPK_INVALID_FIELD, "--memory-budget",
         "'1025GiB' is not a size from 256KiB to 1024GiB, such as 256MiB"},
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
        {"--listen=0.0.0.0:80", SPK_INVALID_FIELD, "--listen",
         "plaintext on '0.0.0.0:80' needs --allow-insecure-tcp"},
        {"--listen=127.evil.example:80", SPK_INVALID_FIELD, "--listen",
         "plaintext on '127.evil.example:80' needs --allow-insecure-tcp"},
        {"--listen=unix://host/x", SPK_INVALID_FIELD, "--listen",
         "'unix://host/x' does not hold an absolute path: abstract and relative sockets have "
         "no permissions"},
        {"--listen=x.sock", SPK_INVALID_FIELD, "--listen",
         "'x.sock' is not unix:PATH, an absolute path, HOST:PORT or tcp://HOST:PORT"},
        {"--listen=http://localhost:80", SPK_INVALID_FIELD, "--listen",
         "'http://localhost:80' is not unix:PATH, an absolute path, HOST:PORT or "
         "tcp://HOST:PORT"},
        {"--listen=::1:80", SPK_INVALID_FIELD, "--listen",
         "'::1:80' is not unix:PATH, an absolute path, HOST:PORT or tcp://HOST:PORT"},
        {"--listen=:80", SPK_INVALID_FIELD, "--listen",
         "':80' is not unix:PATH, an absolute path, HOST:PORT or tcp://HOST:PORT"},
        {"--listen=localhost:65536", SPK_INVALID_FIELD, "--listen",
         "'localhost:65536' is not unix:PATH, an absolute path, HOST:PORT or "
         "tcp://HOST:PORT"},
        {"--default-deadline=5m", SPK_INVALID_FIELD, "--default-deadline",
         "it is longer than --max-deadline"},
        {"--spark-env=X", SPK_INVALID_FIELD, "--spark-env", "'X' is not NAME=VALUE"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
        struct spk_start_options options = {.action = SPK_START_CHECK};
        struct spk_err err = {0};
        char *const argv[] = {(char[]){"x"}, spk_strdup(&arena, cases[i].word), NULL};
        char *const environment[] = {NULL};

        CU_ASSERT_FALSE(spk_options_parse(&arena, argv, environment, &options, &err));
        CU_ASSERT_EQUAL(err.reason, cases[i].reason);
        SPK_ASSERT_TEXT(err.field, cases[i].field);
        SPK_ASSERT_TEXT(err.text, cases[i].text);
        CU_ASSERT_EQUAL(options.action, SPK_START_CHECK);
    }
}

static void test_addresses_have_several_spellings(void)
{
    static const struct {
        const char *text;
        bool is_unix, is_loopback;
        const char *address;
    } cases[] = {
        {"unix:///run/a.sock", true, false, "/run/a.sock"},
        {"unix:/run/a.sock", true, false, "/run/a.sock"},
        {"/run/a.sock", true, false, "/run/a.sock"},
        {"tcp://127.0.0.1:0", false, true, "127.0.0.1:0"},
        {"127.0.0.1:50051", false, true, "127.0.0.1:50051"},
        {"localhost:1", false, true, "localhost:1"},
        {"dns:///localhost:1", false, true, "localhost:1"},
        {"[::1]:1", false, true, "[::1]:1"},
        {"tcp://[::]:65535", false, false, "[::]:65535"},
        {"localhost.example:1", false, false, "localhost.example:1"},
        {"spark-submit.jobs.svc:1", false, false, "spark-submit.jobs.svc:1"},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        struct spk_address address;
        struct spk_err err = {0};

        CU_ASSERT_FATAL(spk_address_parse(cases[i].text, &address, &err));
        SPK_ASSERT_TEXT(address.text, cases[i].address);
        CU_ASSERT_EQUAL(address.is_unix, cases[i].is_unix);
        CU_ASSERT_EQUAL(address.is_loopback, cases[i].is_loopback);
    }
}

static void check_delay(const char *mode, const char *api_server, int64_t expected)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_start_options options;
    struct spk_err err = {0};
    char *const argv[] = {(char[]){"x"}, spk_printf(&arena, "--mode=%s", mode),
                          spk_printf(&arena, "--api-server=%s", api_server), NULL};
    char *const environment[] = {NULL};

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    CU_ASSERT_EQUAL(options.config.drain_delay_ms, expected);
}

static void test_only_a_server_that_is_routed_to_waits_before_it_closes(void)
{
    check_delay("standalone", "kube", 5000);
    check_delay("standalone", "memory", 0);
    check_delay("sidecar", "kube", 0);
}

static void test_help_wins_and_is_not_too_wide(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_start_options options;
    struct spk_err err = {0};
    char *const argv[] = {(char[]){"x"}, (char[]){"--nope"}, (char[]){"-h"}, NULL};
    char *const environment[] = {(char[]){"SPK_MODE=nope"}, NULL};
    char *text = NULL;
    size_t length = 0;

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    CU_ASSERT_EQUAL(options.action, SPK_START_HELP);
    FILE *file = open_memstream(&text, &length);
    spk_options_help(&arena, file);
    CU_ASSERT(fclose(file) == 0);
    struct spk_strings lines = spk_split(&arena, text, '\n');
    for (size_t i = 0; i < lines.n; i++)
        CU_ASSERT(strlen(lines.items[i]) <= 100);
    static const char *const said[] = {"emptyDir", "  7  calls were stuck", "readiness",
                                       "spark.submit.v1.SubmitService",
                                       "(default unix:///run/spark-submit/grpc.sock)"};
    for (size_t i = 0; i < SPK_LEN(said); i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(text, said[i]));
    free(text);
}

static void test_what_is_printed_reads_back(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_start_options options, again;
    struct spk_err err = {0};
    char *const argv[] = {(char[]){"x"}, (char[]){"--print-config"}, NULL};
    char *const environment[] = {NULL};
    char *text = NULL;
    size_t length = 0, n = 1;
    char **words = spk_alloc_array(&arena, 128, sizeof(*words));

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    CU_ASSERT_EQUAL(options.action, SPK_START_PRINT);
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

static void test_names_of_the_other_programs_are_taken(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_start_options options;
    struct spk_err err = {0};
    char *const argv[] = {
        (char[]){"sparksubmitd"},    (char[]){"--env=A=b"}, (char[]){"--spark-env=C=d"},
        (char[]){"--spark-version"}, (char[]){"4.1"},       NULL};
    char *const environment[] = {(char[]){"SPK_SPARK_VERSION=4.0"}, NULL};

    CU_ASSERT_FATAL(spk_options_parse(&arena, argv, environment, &options, &err));
    SPK_ASSERT_TEXT(options.config.default_spark_version, "4.1");
    CU_ASSERT_EQUAL_FATAL(options.config.spark_env.n, 2);
    SPK_ASSERT_TEXT(options.config.spark_env.items[0], "A=b");
    SPK_ASSERT_TEXT(options.config.spark_env.items[1], "C=d");
}

static CU_TestInfo tests[] = {
    SPK_TEST(flags_win_over_environment_over_defaults),
    SPK_TEST(each_word_of_a_choice_has_its_value),
    SPK_TEST(defaults_are_those_of_a_sidecar),
    SPK_TEST(bad_words_are_refused_with_their_flag),
    SPK_TEST(names_of_the_other_programs_are_taken),
    SPK_TEST(addresses_have_several_spellings),
    SPK_TEST(only_a_server_that_is_routed_to_waits_before_it_closes),
    SPK_TEST(help_wins_and_is_not_too_wide),
    SPK_TEST(what_is_printed_reads_back),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("options", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "config/settings.h"

#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

static bool settings_of(struct spk_arena *arena, char *const *flags, const char *url,
                        struct spk_settings *out, struct spk_err *err)
{
    static char *const environment[] = {NULL};
    struct spk_start_options *options = spk_alloc(arena, sizeof(*options));

    CU_ASSERT_FATAL(spk_options_parse(arena, flags, environment, options, err));
    return spk_settings_make(arena, &options->config, url, "team-a", out, err);
}

static void test_modes_decide_who_does_the_controller_steps(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_settings settings;
    struct spk_err err = {0};
    char *const beside[] = {(char[]){"x"}, NULL};
    char *const alone[] = {(char[]){"x"},
                           (char[]){"--mode=standalone"},
                           (char[]){"--pod-mutation=native"},
                           (char[]){"--submission-variant=G"},
                           (char[]){"--spark-env=A=b=c"},
                           NULL};

    CU_ASSERT(settings_of(&arena, beside, NULL, &settings, &err));
    CU_ASSERT_EQUAL(settings.controller_steps, SPK_STEPS_NONE);
    CU_ASSERT_EQUAL(spk_mutation_in_force(&settings, SPK_MUTATION_DEFAULT), SPK_MUTATION_NONE);
    CU_ASSERT_EQUAL(spk_mutation_in_force(&settings, SPK_MUTATION_AUTO), SPK_MUTATION_NONE);
    CU_ASSERT(settings.webhook_follows);
    CU_ASSERT_FALSE(settings.is_standalone);
    CU_ASSERT_FALSE(settings.gate_always);
    SPK_ASSERT_TEXT(settings.operator_options.master,
                    "k8s://https://kubernetes.default.svc:443");
    SPK_ASSERT_TEXT(settings.default_namespace, "team-a");
    CU_ASSERT(settings_of(&arena, alone, "https://10.0.0.1:443", &settings, &err));
    CU_ASSERT_EQUAL(settings.controller_steps, SPK_STEPS_APPLY);
    CU_ASSERT_EQUAL(settings.pod_mutation, SPK_MUTATION_NATIVE);
    CU_ASSERT_EQUAL(spk_mutation_in_force(&settings, SPK_MUTATION_AUTO), SPK_MUTATION_AUTO);
    CU_ASSERT_FALSE(settings.webhook_follows);
    CU_ASSERT(settings.is_standalone);
    CU_ASSERT(settings.gate_always);
    SPK_ASSERT_TEXT(settings.operator_options.master, "k8s://https://10.0.0.1:443");
    SPK_ASSERT_TEXT(spk_environment_get(&settings.environment, "A"), "b=c");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT(fputs(text, file) >= 0);
    CU_ASSERT(fclose(file) == 0);
}

static void test_plain_files_of_the_conf_directory_are_read_sorted(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_settings settings;
    struct spk_err err = {0};
    char directory[] = "/tmp/spk-settings-XXXXXX";

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    const char *b = spk_printf(&arena, "%s/b.conf", directory);
    const char *a = spk_printf(&arena, "%s/a.conf", directory);
    const char *folder = spk_printf(&arena, "%s/folder", directory);
    write_file(b, "b");
    write_file(a, "a");
    CU_ASSERT(mkdir(folder, 0700) == 0);
    char *const flags[] = {(char[]){"x"}, spk_printf(&arena, "--spark-conf-dir=%s", directory),
                           NULL};
    CU_ASSERT_FATAL(settings_of(&arena, flags, NULL, &settings, &err));
    CU_ASSERT(settings.environment.has_conf_dir);
    CU_ASSERT_EQUAL_FATAL(settings.environment.conf_files.n, 2);
    SPK_ASSERT_TEXT(settings.environment.conf_files.items[0].name, "a.conf");
    SPK_ASSERT_TEXT(settings.environment.conf_files.items[1].bytes.data, "b");
    CU_ASSERT(unlink(a) == 0 && unlink(b) == 0 && rmdir(folder) == 0 && rmdir(directory) == 0);
    CU_ASSERT_FALSE(settings_of(&arena, flags, NULL, &settings, &err));
    SPK_ASSERT_TEXT(err.field, "--spark-conf-dir");
}

/* What is left out silently would change every application. */
static void test_a_conf_directory_that_is_too_full_is_refused(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_settings settings;
    struct spk_err err = {0};
    char directory[] = "/tmp/spk-settings-XXXXXX";

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
    for (int i = 0; i < 255; i++)
        write_file(spk_printf(&arena, "%s/%d", directory, i), "");
    char *const flags[] = {(char[]){"x"}, spk_printf(&arena, "--spark-conf-dir=%s", directory),
                           NULL};
    CU_ASSERT_FALSE(settings_of(&arena, flags, NULL, &settings, &err));
    SPK_ASSERT_TEXT(err.field, "--spark-conf-dir");
    CU_ASSERT_EQUAL(unlink(spk_printf(&arena, "%s/254", directory)), 0);
    CU_ASSERT_TRUE(settings_of(&arena, flags, NULL, &settings, &err));
    for (int i = 0; i < 254; i++)
        (void)unlink(spk_printf(&arena, "%s/%d", directory, i));
    CU_ASSERT_EQUAL(rmdir(directory), 0);
}

static CU_TestInfo tests[] = {
    SPK_TEST(modes_decide_who_does_the_controller_steps),
    SPK_TEST(plain_files_of_the_conf_directory_are_read_sorted),
    SPK_TEST(a_conf_directory_that_is_too_full_is_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("settings", tests)

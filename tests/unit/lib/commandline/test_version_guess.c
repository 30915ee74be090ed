/* SPDX-License-Identifier: Apache-2.0 */
#include "commandline/version_guess.h"

#include "base/limits.h"
#include "translate/translate.h"

#include "test.h"

#define IMAGE "spark.kubernetes.container.image="

struct guess {
    const char *image, *driver_image; /* NULL: none */
    const char *fallback, *wanted;
    const char *text;
    bool warned;
};

static const struct guess guesses[] = {
    {"spark:3.5.1", NULL, NULL, NULL, "3.5.1", true},
    {"spark:latest", NULL, NULL, NULL, "4.3.0", true},
    {"spark:3.5.1", "spark:4.0.1-x", NULL, NULL, "4.0.1", true},
    {"spark:3.5.1", "spark:own", NULL, NULL, "4.3.0", true},
    {"spark:3.5.1", NULL, "4.1", NULL, "4.1.4", false},
    {"spark:3.5.1", NULL, "4.1", "4.2.1", "4.2.1", false},
    {"spark:3.5.1", NULL, NULL, "4.2.0", "4.2.0", false},
};

static void check(const struct guess *guess, struct spk_request *request, const char *field)
{
    struct spk_arena *arena = request->payload.properties.arena;
    struct spk_settings settings = spk_settings_default();
    struct spk_prepared prepared = {0};
    struct spk_strings fields = {0};
    struct spk_err err = {0};

    settings.operator_options.master = "k8s://https://h:443";
    settings.default_spark_version = guess->fallback;
    request->tenant = "";
    bool ok = spk_prepare(arena, &settings, request, &prepared, &err);
    SPK_ASSERT_TEXT(err.text, "");
    if (!ok)
        return;
    SPK_ASSERT_TEXT(prepared.submission.version.text, guess->text);
    for (size_t i = 0; i < prepared.warnings.n; i++)
        if (spk_text_equal(prepared.warnings.items[i].code, "SPARK_VERSION_APPROXIMATED"))
            spk_strings_add(arena, &fields, prepared.warnings.items[i].field);
    SPK_ASSERT_TEXT(spk_join(arena, fields.items, fields.n, " "), guess->warned ? field : "");
}

static void test_of_a_command_line(void)
{
    for (size_t i = 0; i < SPK_LEN(guesses); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        struct spk_request request = {
            .spark_version = guesses[i].wanted,
            .payload = {.kind = SPK_PAYLOAD_COMMAND, .properties = {.arena = &arena}}};
        const char *words[] = {
            "--master",
            "k8s://https://h:443",
            "--deploy-mode",
            "cluster",
            "--conf",
            spk_printf(&arena, IMAGE "%s", guesses[i].image),
            "--conf",
            spk_printf(&arena, "spark.kubernetes.%s=%s",
                       guesses[i].driver_image ? "driver.container.image" : "x",
                       guesses[i].driver_image ? guesses[i].driver_image : ""),
            "--class",
            "M",
            "local:///a.jar"};

        for (size_t k = 0; k < SPK_LEN(words); k++)
            spk_strings_add(&arena, &request.payload.arguments, words[k]);
        check(&guesses[i], &request, "spark_version");
    }
}

static void test_of_an_application(void)
{
    for (size_t i = 0; i < SPK_LEN(guesses); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        const struct guess *guess = &guesses[i];
        const char *text = spk_printf(
            &arena,
            "apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\n"
            "metadata: {name: pi, namespace: team}\nspec:\n  type: Scala\n  mainClass: M\n"
            "  mainApplicationFile: local:///a.jar\n  image: %s\n%s%s\n  driver: {%s%s}\n"
            "  executor: {}\n",
            guess->image, guess->wanted ? "  sparkVersion: " : "  sparkVersion: ''",
            guess->wanted ? guess->wanted : "", guess->driver_image ? "image: " : "",
            guess->driver_image ? guess->driver_image : "");
        struct spk_request request = {.payload = {.kind = SPK_PAYLOAD_MANIFEST,
                                                  .properties = {.arena = &arena},
                                                  .manifest = {text, strlen(text)}}};

        check(guess, &request, "spec.sparkVersion");
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(of_a_command_line),
    SPK_TEST(of_an_application),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("version_guess", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "application/largest.h"

#include "translate/translate.h"

#include "test.h"

#define HEAD "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\""

static const char *largest(struct spk_arena *arena, const char *manifest)
{
    static const struct spk_application_options options = {.apply_defaults = true};
    struct spk_warnings warnings = {0};
    Spk__SparkApplication *application = NULL;
    struct spk_err err = {0};

    CU_ASSERT_FATAL(spk_application_read(arena, manifest, strlen(manifest), &options,
                                         &application, &warnings, &err));
    return spk_application_largest(arena, application);
}

static void test_the_field_with_most_in_it_is_named(void)
{
    static const struct {
        const char *rest, *path;
    } cases[] = {
        {"", "spec"},
        {",\"spec\":null", "spec"},
        {",\"spec\":{}", "spec"},
        {",\"spec\":{\"image\":\"repository/image\",\"mainClass\":\"M\"}", "spec.image"},
        {",\"spec\":{\"image\":\"i\",\"driver\":{\"labels\":{\"a\":\"1\",\"b\":\"2\"}}}",
         "spec.driver.labels"},
        {",\"spec\":{\"driver\":{},\"executor\":{\"env\":[{\"name\":\"E\"}]}}",
         "spec.executor.env"},
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(cases); i++)
        SPK_ASSERT_TEXT(largest(&arena, spk_printf(&arena, HEAD "%s}", cases[i].rest)),
                        cases[i].path);
}

/* Nothing is there to name, and nothing to look into. */
static void test_an_application_without_a_spec_is_refused(void)
{
    static const char *const manifests[] = {"{ }", HEAD "}", HEAD ",\"spec\":null}"};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    for (size_t i = 0; i < SPK_LEN(manifests); i++) {
        const struct spk_settings settings = spk_settings_default();
        const struct spk_request request = {
            .payload = {.kind = SPK_PAYLOAD_MANIFEST,
                        .properties = {.arena = &arena},
                        .manifest = {manifests[i], strlen(manifests[i])}},
            .tenant = "",
        };
        struct spk_prepared prepared = {0};
        struct spk_err err = {0};

        CU_ASSERT_FALSE(spk_prepare(&arena, &settings, &request, &prepared, &err));
        CU_ASSERT_EQUAL(spk_reason_code(err.reason), SPK_INVALID_ARGUMENT);
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(the_field_with_most_in_it_is_named),
    SPK_TEST(an_application_without_a_spec_is_refused),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("largest", tests)

/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/translate.h"

#include "base/limits.h"
#include "test.h"

#define MARK "spark-submit.internal/mutated"
#define HEAD "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {"
#define TAIL "}\nspec: {containers: [{name: c}]}\n"

static bool read_file(void *context, struct spk_arena *arena, const char *path,
                      struct spk_bytes *out, struct spk_err *err)
{
    (void)arena;
    (void)path;
    (void)err;
    *out = *(const struct spk_bytes *)context;
    return true;
}

/* Render a command whose executors have text as their template, inline or as a file. */
static bool render(struct spk_arena *arena, const char *text, bool inlined,
                   struct spk_err *err)
{
    static const char *const arguments[] = {
        "--master",      "k8s://https://h",
        "--deploy-mode", "cluster",
        "--class",       "M",
        "--conf",        "spark.kubernetes.container.image=i",
        "--conf",        "spark.kubernetes.executor.podTemplateFile=/t",
        "local:///a.jar"};
    struct spk_bytes bytes = {text, strlen(text)};
    struct spk_settings settings = spk_settings_default();
    struct spk_environment environment = {
        .user = "u", .read_file = read_file, .context = &bytes};
    struct spk_request request = {.payload = {.kind = SPK_PAYLOAD_COMMAND,
                                              .properties = {.arena = arena},
                                              .environment = &environment},
                                  .tenant = ""};
    struct spk_prepared prepared;

    for (size_t i = 0; i < SPK_LEN(arguments); i++)
        spk_strings_add(arena, &request.payload.arguments, arguments[i]);
    if (inlined)
        request.payload.executor_template =
            (struct spk_template){.text = bytes, .origin = "executor_pod_template_text"};
    return spk_prepare(arena, &settings, &request, &prepared, err);
}

static const char *many_anchors(struct spk_arena *arena, const char *label)
{
    struct spk_buf buf = {.arena = arena};

    spk_buf_text(&buf, HEAD);
    for (int i = 0; i < 200; i++)
        spk_buf_printf(&buf, "l%d: &a%d v, ", i, i);
    spk_buf_printf(&buf, "%s: v" TAIL, label);
    return spk_buf_string(&buf);
}

static void assert_taken(const char *text)
{
    for (int inlined = 0; inlined < 2; inlined++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct spk_err err = {0};

        CU_ASSERT_TRUE(render(&arena, text, inlined, &err));
        SPK_ASSERT_TEXT(err.text, "");
    }
}

static void assert_refused(const char *text, enum spk_reason reason)
{
    for (int inlined = 0; inlined < 2; inlined++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        struct spk_err err = {0};

        CU_ASSERT_FALSE(render(&arena, text, inlined, &err));
        CU_ASSERT_EQUAL(err.reason, reason);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "spark-submit.internal/"));
        CU_ASSERT(spk_starts_with(err.field, inlined ? "executor_pod_template_text" : "/t"));
    }
}

static void test_executor_templates_do_not_carry_our_names(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);

    assert_refused(HEAD MARK ": v" TAIL, SPK_INVALID_FIELD);
    assert_refused(HEAD "\"spark-submit\\x2einternal/mutated\": v" TAIL, SPK_INVALID_FIELD);
    /* Not readable here, but perhaps by Spark: a key twice, too many anchors. */
    assert_refused(HEAD "a: 1, a: 2, " MARK ": v" TAIL, SPK_INVALID_FIELD);
    assert_refused(HEAD "a: 1, a: 2, Spark-Submit.Internal/mutated: v" TAIL,
                   SPK_INVALID_FIELD);
    assert_refused(HEAD "a: 1, a: 2, \"spark-submit\\x2einternal/mutated\": v" TAIL,
                   SPK_INVALID_FIELD);
    assert_refused(many_anchors(&arena, "\"spark-submit\\x2einternal/mutated\""),
                   SPK_INVALID_FIELD);
    assert_refused("{\"metadata\":{\"labels\":{\"a\":1,\"a\":2,"
                   "\"spark-submit\\u002einternal/mutated\":\"v\"}}}",
                   SPK_INVALID_FIELD);
}

static void test_other_executor_templates_go_on_as_they_are(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);

    assert_taken(HEAD "a: 1" TAIL);
    assert_taken(HEAD "\"a\\x2eb\": v" TAIL);
    assert_taken(HEAD "a: 1, a: 2" TAIL);
    assert_taken(many_anchors(&arena, "a"));
}

static CU_TestInfo tests[] = {
    SPK_TEST(executor_templates_do_not_carry_our_names),
    SPK_TEST(other_executor_templates_go_on_as_they_are),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("reserved", tests)

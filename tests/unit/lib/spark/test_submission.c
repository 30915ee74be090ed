/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/conf/profile.h"
#include "spark/digest.h"
#include "json/read.h"

#include "test.h"

static struct spk_submission minimal(struct spk_arena *arena)
{
    struct spk_submission submission = {
        .conf.arena = arena,
        .main_class = "org.example.Main",
        .primary_resource = "local:///a.jar",
        .version = {spk_profile_of(SPK_SPARK_4_1), "4.1.4"},
    };

    spk_conf_set(&submission.conf, "spark.a", "1", "args[1]");
    return submission;
}

static cJSON *tree(struct spk_arena *arena, const char *text)
{
    struct spk_err err = {0};
    cJSON *out = NULL;

    CU_ASSERT(spk_json_read(arena, text, strlen(text), &out, &err));
    return out;
}

static void test_what_does_not_decide_objects_leaves_the_digest(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_submission a = minimal(&arena), b = minimal(&arena);

    CU_ASSERT_EQUAL(strlen(spk_submission_digest(&arena, &a)), 64);
    spk_conf_set(&b.conf, "spark.a", "1", "spec.sparkConf[spark.a]");
    spk_conf_set(&b.conf, "spark.app.submitTime", "1", "args[2]");
    spk_conf_set(&b.conf, "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id",
                 "x", "args[3]");
    spk_conf_set(&b.conf, "spark.kubernetes.executor.label.sparkoperator.k8s.io/submission-id",
                 "x", "args[4]");
    SPK_ASSERT_TEXT(spk_submission_digest(&arena, &a), spk_submission_digest(&arena, &b));

    a.driver_template.tree = tree(&arena, "{\"a\":1,\"b\":2}");
    b.driver_template.tree = tree(&arena, "{\"b\":2,\"a\":1}");
    b.driver_template.origin = "elsewhere";
    SPK_ASSERT_TEXT(spk_submission_digest(&arena, &a), spk_submission_digest(&arena, &b));
}

static void change_value(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    spk_conf_set(&s->conf, "spark.a", "2", "args[1]");
}

static void change_key(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    spk_conf_set(&s->conf, "spark.b", "", "args[1]");
}

static void change_class(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    s->main_class = "org.example.Other";
}

static void change_resource(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    s->primary_resource = "local:///b.jar";
}

static void change_arguments(struct spk_arena *arena, struct spk_submission *s)
{
    spk_strings_add(arena, &s->arguments, "");
}

static void change_user(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    s->proxy_user = "";
}

static void change_driver_template(struct spk_arena *arena, struct spk_submission *s)
{
    s->driver_template.tree = tree(arena, "{}");
}

static void change_executor_template(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    s->executor_template.text = (struct spk_bytes){"{}", 2};
}

static void change_mutations(struct spk_arena *arena, struct spk_submission *s)
{
    struct spk_mutation mutation = {.kind = SPK_DELETE};

    spk_strings_add(arena, &mutation.path, "spec");
    spk_mutations_add(arena, &s->mutations, &mutation);
}

static void change_version(struct spk_arena *arena, struct spk_submission *s)
{
    (void)arena;
    s->version.text = "4.1.3";
}

static void change_environment(struct spk_arena *arena, struct spk_submission *s)
{
    struct spk_conf_entry *variable = spk_alloc(arena, sizeof(*variable));

    *variable = (struct spk_conf_entry){"SPARK_LOCAL_DIRS", "/x", "environment"};
    s->environment.variables = variable;
    s->environment.n = 1;
}

static void change_conf_files(struct spk_arena *arena, struct spk_submission *s)
{
    struct spk_named_bytes *file = spk_alloc(arena, sizeof(*file));

    *file = (struct spk_named_bytes){"log4j2.properties", {"x", 1}};
    s->environment.conf_files = (struct spk_files){file, 1};
}

static void test_conf_files_have_no_order(void)
{
    static const struct spk_named_bytes one[] = {{"a", {"1", 1}}, {"b", {"2", 1}}};
    static const struct spk_named_bytes other[] = {{"b", {"2", 1}}, {"a", {"1", 1}}};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_submission a = minimal(&arena), b = minimal(&arena);

    a.environment.conf_files = (struct spk_files){one, 2};
    b.environment.conf_files = (struct spk_files){other, 2};
    SPK_ASSERT_TEXT(spk_submission_digest(&arena, &a), spk_submission_digest(&arena, &b));
}

static void test_what_decides_objects_changes_the_digest(void)
{
    static void (*const changes[])(struct spk_arena *, struct spk_submission *) = {
        change_value,           change_key,       change_class,      change_resource,
        change_arguments,       change_user,      change_version,    change_environment,
        change_driver_template, change_mutations, change_conf_files, change_executor_template,
    };
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_submission original = minimal(&arena);
    const char *digests[SPK_LEN(changes) + 1] = {spk_submission_digest(&arena, &original)};

    for (size_t i = 0; i < SPK_LEN(changes); i++) {
        struct spk_submission changed = minimal(&arena);

        changes[i](&arena, &changed);
        digests[i + 1] = spk_submission_digest(&arena, &changed);
        for (size_t j = 0; j <= i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(digests[j], digests[i + 1]);
    }
}

static void test_a_variable_counts_when_a_property_refers_to_it(void)
{
    static const struct spk_conf_entry old[] = {{"TAG", "1", "e"}},
                                       new[] = {{"TAG", "2", "e"}};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_submission a = minimal(&arena), b = minimal(&arena);

    a.environment.variables = old;
    b.environment.variables = new;
    a.environment.n = b.environment.n = 1;
    SPK_ASSERT_TEXT(spk_submission_digest(&arena, &a), spk_submission_digest(&arena, &b));
    spk_conf_set(&a.conf, "spark.a", "x:${env:TAG}", "args[1]");
    spk_conf_set(&b.conf, "spark.a", "x:${env:TAG}", "args[1]");
    CU_ASSERT_STRING_NOT_EQUAL(spk_submission_digest(&arena, &a),
                               spk_submission_digest(&arena, &b));
}

static void test_the_environment_is_what_was_handed_over(void)
{
    static const struct spk_conf_entry variables[] = {{"A", "1", "e"}, {"B", "", "e"}};
    struct spk_environment environment = {.variables = variables, .n = 2};

    SPK_ASSERT_TEXT(spk_environment_get(&environment, "A"), "1");
    SPK_ASSERT_TEXT(spk_environment_get(&environment, "B"), "");
    SPK_ASSERT_TEXT(spk_environment_get(&environment, "PATH"), NULL);
    environment = (struct spk_environment){0};
    SPK_ASSERT_TEXT(spk_environment_get(&environment, "A"), NULL);
}

static CU_TestInfo tests[] = {
    SPK_TEST(what_does_not_decide_objects_leaves_the_digest),
    SPK_TEST(conf_files_have_no_order),
    SPK_TEST(what_decides_objects_changes_the_digest),
    SPK_TEST(a_variable_counts_when_a_property_refers_to_it),
    SPK_TEST(the_environment_is_what_was_handed_over),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("submission", tests)

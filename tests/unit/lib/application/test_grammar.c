/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"

#include "base/limits.h"

#include "test.h"

static const struct spk_application_options options = {.apply_defaults = true};

/* The fields at fault, with the text of the first; "" if the values are taken. */
static const char *faults(struct spk_arena *arena, const char *spec)
{
    const char *manifest =
        spk_printf(arena, "metadata: {name: pi}\nspec: {mainApplicationFile: a, %s}\n", spec);
    struct spk_warnings warnings = {0};
    Spk__SparkApplication *application = NULL;
    struct spk_buf out = {.arena = arena};
    struct spk_err err = {0};

    if (!spk_application_read(arena, manifest, strlen(manifest), &options, &application,
                              &warnings, &err) ||
        !spk_application_check(arena, application, &options, &warnings, &err))
        return spk_printf(arena, "not read: %s", err.text);
    if (spk_application_check_values(arena, application, &err))
        return "";
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    spk_buf_text(&out, err.field);
    for (const struct spk_violation *each = err.violations; each; each = each->next)
        spk_buf_printf(&out, " %s", each->field);
    spk_buf_printf(&out, ": %s", err.text);
    return spk_buf_string(&out);
}

/* Below a role: what it says, the field at fault, a part of the text. */
static const char *const role_cases[][3] = {
    {"coreLimit: x", "coreLimit", "\"x\" is not a quantity such as 1, 500m or 1.5"},
    {"coreLimit: '-1'", "coreLimit", "must not be negative"},
    {"coreLimit: 1e3m", "coreLimit", "is not a quantity"},
    {"coreRequest: 1x", "coreRequest", "is not a quantity"},
    {"coreRequest: '-500m'", "coreRequest", "must not be negative"},
    {"memoryLimit: '-1'", "memoryLimit", "must not be negative"},
    {"ports: [{name: a, protocol: TCP, containerPort: 0}]", "ports[0].containerPort",
     "0 is not a port: a number from 1 to 65535"},
    {"ports: [{name: a, protocol: TCP, containerPort: 70000}]", "ports[0].containerPort",
     "70000 is not a port"},
    {"ports: [{name: a, protocol: X, containerPort: 1}]", "ports[0].protocol",
     "\"X\" is not a protocol: TCP, UDP or SCTP"},
    {"ports: [{name: A_b, protocol: TCP, containerPort: 1}]", "ports[0].name", "of a port"},
    {"ports: [{name: a--b, protocol: TCP, containerPort: 1}]", "ports[0].name", "of a port"},
    {"ports: [{name: '12', protocol: TCP, containerPort: 1}]", "ports[0].name", "of a port"},
    {"serviceAccount: ../x", "serviceAccount", "\"../x\" is not the name of an object"},
    {"serviceAccount: A", "serviceAccount", "is not the name of an object"},
    {"serviceAccount: \"a\\r\\nb\"", "serviceAccount", "\"a\\r\\nb\" is not"},
    {"priorityClassName: a/b", "priorityClassName", "is not the name of an object"},
    {"schedulerName: a?b", "schedulerName", "is not the name of a scheduler"},
    {"labels: {a b: c}", "labels[a b]", "\"a b\" is not the key of a label"},
    {"labels: {a: b c}", "labels[a]", "\"b c\" is not the value of a label"},
    {"labels: {db-password: hunter 2}", "labels[db-password]", "*** (redacted) is not"},
    {"labels: {\"a\\nb\": c}", "labels[a\\nb]", "\"a\\nb\" is not the key of a label"},
    {"annotations: {a b: c}", "annotations[a b]", "is not the key of an annotation"},
    {"nodeSelector: {a: b/c}", "nodeSelector[a]", "is not the value of a label"},
    {"env: [{name: A}, {name: a=b}]", "env[1].name", "name of an environment variable"},
    {"env: [{value: b}]", "env[0].name", "\"\" is not the name of an environment variable"},
    {"envVars: {É: a}", "envVars[É]", "name of an environment variable"},
    {"envSecretKeyRefs: {k: {}}", "envSecretKeyRefs[k]",
     "SecretKeyRef must be in the form name:key."},
    {"secrets: [{name: a/b, path: /x, secretType: Generic}]", "secrets[0].name",
     "the name of a Secret that Spark can mount"},
    {"configMaps: [{name: a/b, path: /x}]", "configMaps[0].name", "the name of an object"},
};

static void test_values_that_kubernetes_refuses_are_refused_at_their_field(void)
{
    static const char *const roles[] = {"driver", "executor"};

    for (size_t i = 0; i < 2 * SPK_LEN(role_cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        const char *role = roles[i % 2], *const *row = role_cases[i / 2];
        const char *found = faults(&arena, spk_printf(&arena, "%s: {%s}", role, row[0]));
        const char *wanted = spk_printf(&arena, "spec.%s.%s: ", role, row[1]);

        CU_ASSERT(spk_starts_with(found, wanted) && strstr(found, row[2]) != NULL);
        if (!spk_starts_with(found, wanted) || !strstr(found, row[2]))
            fprintf(stderr, "\n%s: %s\n", row[0], found);
    }
}

static void test_values_of_the_application_are_refused_at_their_field(void)
{
    static const char *const cases[][2] = {
        {"hadoopConfigMap: a/b", "spec.hadoopConfigMap: "},
        {"sparkConfigMap: A", "spec.sparkConfigMap: "},
        {"batchSchedulerOptions: {priorityClassName: a_b}",
         "spec.batchSchedulerOptions.priorityClassName: "},
        {"nodeSelector: {a b: c}", "spec.nodeSelector[a b]: "},
        {"driver: {serviceLabels: {a: b c}}", "spec.driver.serviceLabels[a]: "},
        {"driver: {serviceAnnotations: {a b: c}}", "spec.driver.serviceAnnotations[a b]: "},
        {"executor: {labels: {spark-role: x}}",
         "spec.executor.labels[spark-role]: Custom executor labels cannot contain spark-role"},
        {"driver: {coreLimit: x}, executor: {coreRequest: z, labels: {a b: c}}",
         "spec.driver.coreLimit spec.executor.coreRequest spec.executor.labels[a b]: "},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
        const char *found = faults(&arena, cases[i][0]);

        CU_ASSERT(spk_starts_with(found, cases[i][1]));
        if (!spk_starts_with(found, cases[i][1]))
            fprintf(stderr, "\n%s: %s\n", cases[i][0], found);
    }
}

/* The API server takes these, or Spark has something else to say. */
static void test_what_would_run_is_taken(void)
{
    static const char *const cases[] = {
        "coreLimit: '1e99'",
        "coreLimit: ' 1 '",
        "coreLimit: '${env:CORES}'",
        "serviceAccount: '${env:ACCOUNT}'",
        "coreRequest: 500m",
        "memoryOverhead: '-1'",
        "memoryLimit: lots",
        "terminationGracePeriodSeconds: -1",
        "schedulerName: My_Scheduler.v2",
        "labels: {a.b/C: D_e.f, empty: ''}",
        "annotations: {Prefix.In.Capitals/a: 'any text\\n'}",
        "annotations: {a=b: c}",
        "envVars: {a=b: c, 1a: b, a b: c}",
        "ports: [{name: '', protocol: '', containerPort: 65535}]",
        "ports: [{name: my-port-1, protocol: SCTP, containerPort: 1}]",
        "configMaps: [{name: a.b, path: /x}]",
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);

        SPK_ASSERT_TEXT(faults(&arena, spk_printf(&arena, "driver: {%s}, executor: {%s}",
                                                  cases[i], cases[i])),
                        "");
    }
}

static void test_annotations_have_a_limit_in_all(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_ARENA_BYTES);
    char *text = spk_alloc(&arena, SPK_MAX_ANNOTATIONS + 1);

    memset(text, 'a', SPK_MAX_ANNOTATIONS);
    SPK_ASSERT_TEXT(
        faults(&arena, spk_printf(&arena, "executor: {annotations: {k: %s}}", text)),
        "spec.executor.annotations: Too long: may not be more than 262144 bytes");
    text[SPK_MAX_ANNOTATIONS - 1] = '\0';
    SPK_ASSERT_TEXT(
        faults(&arena, spk_printf(&arena, "executor: {annotations: {k: %s}}", text)), "");
}

static CU_TestInfo tests[] = {
    SPK_TEST(values_that_kubernetes_refuses_are_refused_at_their_field),
    SPK_TEST(values_of_the_application_are_refused_at_their_field),
    SPK_TEST(what_would_run_is_taken),
    SPK_TEST(annotations_have_a_limit_in_all),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("grammar", tests)

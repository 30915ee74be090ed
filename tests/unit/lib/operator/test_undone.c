/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/undone.h"

#include "base/limits.h"
#include "translate/translate.h"

#include "test.h"

#define MANIFEST                                                                              \
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","         \
    "\"metadata\":{\"name\":\"pi\",\"namespace\":\"team\"%s},\"spec\":{\"type\":\"Scala\","   \
    "\"mode\":\"cluster\",\"sparkVersion\":\"4.1.4\",\"image\":\"i\",\"mainClass\":\"M\","    \
    "\"mainApplicationFile\":\"local:///a.jar\"%s,\"driver\":{%s},\"executor\":{%s}}}"

#define WITH_UID ",\"uid\":\"5a7b1c2d-0001-4000-8000-00000000a001\""

enum where { TOOL, SIDECAR, STANDALONE };

struct asked {
    enum where where;
    enum spk_pod_mutation wanted;
    const char *uid;
    enum spk_pod_mutation done;
    bool warned;
};

static struct spk_settings settings_of(enum where where)
{
    struct spk_settings settings = spk_settings_default();

    settings.operator_options.master = "k8s://https://h:443";
    settings.pod_mutation = where == TOOL ? SPK_MUTATION_NATIVE : SPK_MUTATION_AUTO;
    settings.webhook_follows = where == SIDECAR;
    settings.is_standalone = where == STANDALONE;
    return settings;
}

/* Fields of the warnings with code, joined by blanks. */
static const char *warned(struct spk_arena *arena, const struct spk_settings *settings,
                          enum spk_pod_mutation wanted, const char *manifest, const char *code,
                          enum spk_pod_mutation *done)
{
    struct spk_prepared prepared = {0};
    struct spk_strings fields = {0};
    struct spk_err err = {0};
    const struct spk_request request = {
        .payload = {.kind = SPK_PAYLOAD_MANIFEST,
                    .properties = {.arena = arena},
                    .manifest = {manifest, strlen(manifest)}},
        .tenant = "",
        .pod_mutation = wanted,
    };

    CU_ASSERT_FATAL(spk_prepare(arena, settings, &request, &prepared, &err));
    for (size_t i = 0; i < prepared.warnings.n; i++)
        if (spk_text_equal(prepared.warnings.items[i].code, code))
            spk_strings_add(arena, &fields, prepared.warnings.items[i].field);
    *done = prepared.pod_mutation;
    return spk_join(arena, fields.items, fields.n, " ");
}

static void test_who_mutates(void)
{
    static const struct asked cases[] = {
        {TOOL, SPK_MUTATION_DEFAULT, "", SPK_MUTATION_NATIVE, false},
        {TOOL, SPK_MUTATION_DEFAULT, WITH_UID, SPK_MUTATION_NATIVE, false},
        {TOOL, SPK_MUTATION_NONE, "", SPK_MUTATION_NONE, true},
        {SIDECAR, SPK_MUTATION_DEFAULT, "", SPK_MUTATION_NONE, false},
        {SIDECAR, SPK_MUTATION_AUTO, "", SPK_MUTATION_NONE, false},
        {SIDECAR, SPK_MUTATION_NATIVE, WITH_UID, SPK_MUTATION_NATIVE, false},
        {STANDALONE, SPK_MUTATION_DEFAULT, "", SPK_MUTATION_NATIVE, false},
        {STANDALONE, SPK_MUTATION_AUTO, "", SPK_MUTATION_NATIVE, false},
        {STANDALONE, SPK_MUTATION_DEFAULT, WITH_UID, SPK_MUTATION_NONE, true},
        {STANDALONE, SPK_MUTATION_NONE, "", SPK_MUTATION_NONE, true},
        {STANDALONE, SPK_MUTATION_NATIVE, WITH_UID, SPK_MUTATION_NATIVE, false},
    };

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        const struct spk_settings settings = settings_of(cases[i].where);
        const char *manifest = spk_printf(&arena, MANIFEST, cases[i].uid, "",
                                          "\"env\":[{\"name\":\"A\",\"value\":\"1\"}]", "");
        enum spk_pod_mutation done;

        SPK_ASSERT_TEXT(warned(&arena, &settings, cases[i].wanted, manifest,
                               "FIELD_LEFT_TO_WEBHOOK", &done),
                        cases[i].warned ? "spec.driver.env[0]" : "");
        CU_ASSERT_EQUAL(done, cases[i].done);
    }
}

static void test_every_field_is_named_once(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    const struct spk_settings settings = settings_of(STANDALONE);
    enum spk_pod_mutation done;
    const char *manifest = spk_printf(
        &arena, MANIFEST, WITH_UID,
        ",\"hadoopConfigMap\":\"h\",\"volumes\":[{\"name\":\"a\",\"emptyDir\":{}},"
        "{\"name\":\"v\",\"emptyDir\":{}}]",
        "\"priorityClassName\":\"p\",\"hostNetwork\":true,\"memoryLimit\":\"2g\"",
        "\"volumeMounts\":[{\"name\":\"v\",\"mountPath\":\"/v\"}],\"memoryLimit\":\"many\","
        "\"tolerations\":[{\"key\":\"a\"},{\"key\":\"b\"}]");

    SPK_ASSERT_TEXT(warned(&arena, &settings, SPK_MUTATION_DEFAULT, manifest,
                           "FIELD_LEFT_TO_WEBHOOK", &done),
                    "spec.executor.memoryLimit spec.hadoopConfigMap spec.driver.hostNetwork "
                    "spec.driver.priorityClassName spec.driver.memoryLimit");
    SPK_ASSERT_TEXT(warned(&arena, &settings, SPK_MUTATION_DEFAULT,
                           spk_replace(&arena, manifest, "many", "3g"),
                           "FIELD_LEFT_TO_WEBHOOK", &done),
                    "spec.hadoopConfigMap spec.driver.hostNetwork "
                    "spec.driver.priorityClassName spec.driver.memoryLimit spec.volumes[1] "
                    "spec.executor.volumeMounts[0] spec.executor.tolerations[0] "
                    "spec.executor.tolerations[1] spec.executor.memoryLimit");
}

static void test_at_most_64_fields_are_named(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
    const struct spk_settings settings = settings_of(STANDALONE);
    struct spk_buf list = {.arena = &arena};
    enum spk_pod_mutation done;

    for (int i = 0; i < 100; i++)
        spk_buf_printf(&list, "%s{\"name\":\"V%d\",\"value\":\"1\"}", i ? "," : "", i);
    const char *manifest = spk_printf(&arena, MANIFEST, WITH_UID, "",
                                      spk_printf(&arena, "\"env\":[%s]", list.data),
                                      "\"hostNetwork\":true");
    const char *fields = warned(&arena, &settings, SPK_MUTATION_DEFAULT, manifest,
                                "FIELD_LEFT_TO_WEBHOOK", &done);
    CU_ASSERT_EQUAL(spk_split(&arena, fields, ' ').n, SPK_MAX_LEFT_FIELDS);
    CU_ASSERT(spk_ends_with(fields, " spec.driver.env[63]"));
}

static void test_the_operators_later_work_is_named_where_nobody_does_it(void)
{
    static const char all[] =
        ",\"restartPolicy\":{\"type\":\"OnFailure\",\"onFailureRetries\":1},"
        "\"timeToLiveSeconds\":60,\"sparkUIOptions\":{\"servicePort\":4040},"
        "\"driverIngressOptions\":[{\"servicePort\":80,\"servicePortName\":\"p\","
        "\"ingressURLFormat\":\"x\"}],\"driverPodDisruptionBudget\":true";
    static const char none[] = ",\"restartPolicy\":{\"type\":\"Never\"},"
                               "\"driverPodDisruptionBudget\":false";
    static const char fields[] =
        "spec.restartPolicy spec.timeToLiveSeconds spec.sparkUIOptions "
        "spec.driverIngressOptions spec.driverPodDisruptionBudget";

    for (int where = TOOL; where <= STANDALONE; where++) {
        SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(16));
        const struct spk_settings settings = settings_of((enum where)where);
        enum spk_pod_mutation done;

        SPK_ASSERT_TEXT(warned(&arena, &settings, SPK_MUTATION_DEFAULT,
                               spk_printf(&arena, MANIFEST, "", all, "", ""), "NOT_DONE_HERE",
                               &done),
                        where == STANDALONE ? fields : "");
        SPK_ASSERT_TEXT(warned(&arena, &settings, SPK_MUTATION_DEFAULT,
                               spk_printf(&arena, MANIFEST, "", none, "", ""), "NOT_DONE_HERE",
                               &done),
                        "");
    }
}

static CU_TestInfo tests[] = {
    SPK_TEST(who_mutates),
    SPK_TEST(every_field_is_named_once),
    SPK_TEST(at_most_64_fields_are_named),
    SPK_TEST(the_operators_later_work_is_named_where_nobody_does_it),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("undone", tests)

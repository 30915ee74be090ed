/* SPDX-License-Identifier: Apache-2.0 */
#include "payload.h"

#include "test.h"

static void test_a_command_carries_all_it_needs(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_settings settings = spk_settings_default();
    struct spk_payload payload = {0};
    struct spk_err err = {0};
    Spk__SparkSubmitCommand command = SPK__SPARK_SUBMIT_COMMAND__INIT;
    Spk__SparkSubmitCommand__PropertiesEntry
        property = SPK__SPARK_SUBMIT_COMMAND__PROPERTIES_ENTRY__INIT,
        *properties[] = {&property};
    Spk__SparkSubmitCommand__EnvironmentEntry
        variable = SPK__SPARK_SUBMIT_COMMAND__ENVIRONMENT_ENTRY__INIT,
        *variables[] = {&variable};
    Spk__SparkSubmitCommand__ConfFilesEntry
        file = SPK__SPARK_SUBMIT_COMMAND__CONF_FILES_ENTRY__INIT,
        *files[] = {&file};
    const char *args[] = {"--class", "Pi"};
    struct spk_payload_message message = {.form = 3, .command = &command};

    property.key = "spark.a";
    property.value = "1";
    variable.key = "HADOOP_CONF_DIR";
    variable.value = "/etc/hadoop";
    file.key = "log4j2.properties";
    file.value = (ProtobufCBinaryData){3, (uint8_t *)spk_strdup(&arena, "x=1")};
    command.args = args;
    command.n_args = 2;
    command.properties = properties;
    command.environment = variables;
    command.conf_files = files;
    command.n_properties = command.n_environment = command.n_conf_files = 1;
    command.has_driver_pod_template_text = 1;
    command.driver_pod_template_text = file.value;
    CU_ASSERT_FATAL(spk_payload_read(&arena, &message, &settings, &payload, &err));
    CU_ASSERT_EQUAL(payload.kind, SPK_PAYLOAD_COMMAND);
    SPK_ASSERT_TEXT(payload.arguments.items[1], "Pi");
    SPK_ASSERT_TEXT(spk_conf_get(&payload.properties, "spark.a"), "1");
    SPK_ASSERT_TEXT(spk_environment_get(payload.environment, "HADOOP_CONF_DIR"),
                    "/etc/hadoop");
    SPK_ASSERT_TEXT(payload.environment->user, "spark");
    CU_ASSERT(payload.environment->has_conf_dir);
    SPK_ASSERT_TEXT(payload.environment->conf_files.items[0].name, "log4j2.properties");
    SPK_ASSERT_TEXT(payload.driver_template.text.data, "x=1");
    SPK_ASSERT_TEXT(payload.driver_template.origin, "driver_pod_template");
    CU_ASSERT_PTR_NULL(payload.executor_template.origin);

    command.driver_pod_template = spk_struct_new(&arena, spk_json_new_object(&arena));
    payload.kind = SPK_PAYLOAD_MANIFEST;
    CU_ASSERT_FALSE(spk_payload_read(&arena, &message, &settings, &payload, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    SPK_ASSERT_TEXT(err.field, "driver_pod_template_text");
    CU_ASSERT_EQUAL(payload.kind, SPK_PAYLOAD_MANIFEST);
}

static void test_one_form_is_needed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_settings settings = spk_settings_default();
    struct spk_payload payload = {.kind = SPK_PAYLOAD_MANIFEST};
    struct spk_payload_message message = {0};
    struct spk_err err = {0};

    CU_ASSERT_FALSE(spk_payload_read(&arena, &message, &settings, &payload, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_MESSAGE);
    SPK_ASSERT_TEXT(err.field, "");
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_command_carries_all_it_needs),
    SPK_TEST(one_form_is_needed),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("payload", tests)

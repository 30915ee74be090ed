/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/messages.h"

#include "spark/submit/v1/submit_service.pb-c.h"
#include "test.h"

static const struct spk_warnings no_warnings = {0};

static void test_a_command_carries_all_it_needs(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    const void *request = NULL, *refused = NULL;
    struct spk_err err = {0};
    Spk__SubmitRequest message = SPK__SUBMIT_REQUEST__INIT;
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

    message.payload_case = SPK__SUBMIT_REQUEST__PAYLOAD_COMMAND;
    message.command = &command;
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
    CU_ASSERT_FATAL(
        spk_submit_mapping.read(&arena, &message.base, &no_warnings, &request, &err));
    const struct spk_submit_request *read = request;
    const struct spk_payload payload = read->input.core.payload;
    CU_ASSERT(read->server_dry_run); /* unless it is switched off */
    CU_ASSERT_EQUAL(payload.kind, SPK_PAYLOAD_COMMAND);
    SPK_ASSERT_TEXT(payload.arguments.items[1], "Pi");
    SPK_ASSERT_TEXT(spk_conf_get(&payload.properties, "spark.a"), "1");
    SPK_ASSERT_TEXT(spk_conf_get(&read->input.variables, "HADOOP_CONF_DIR"), "/etc/hadoop");
    CU_ASSERT_EQUAL(read->input.conf_files.n, 1);
    SPK_ASSERT_TEXT(read->input.conf_files.items[0].name, "log4j2.properties");
    SPK_ASSERT_TEXT(payload.driver_template.text.data, "x=1");
    SPK_ASSERT_TEXT(payload.driver_template.origin, "driver_pod_template");
    CU_ASSERT_PTR_NULL(payload.executor_template.origin);

    command.driver_pod_template = spk_struct_new(&arena, spk_json_new_object(&arena));
    CU_ASSERT_FALSE(
        spk_submit_mapping.read(&arena, &message.base, &no_warnings, &refused, &err));
    CU_ASSERT_EQUAL(err.reason, SPK_INVALID_FIELD);
    SPK_ASSERT_TEXT(err.field, "driver_pod_template_text");
    CU_ASSERT_PTR_NULL(refused);
}

static void test_one_form_is_needed(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    Spk__SubmitRequest submit = SPK__SUBMIT_REQUEST__INIT;
    Spk__RenderRequest render = SPK__RENDER_REQUEST__INIT;
    const struct {
        const struct spk_mapping *mapping;
        const ProtobufCMessage *message;
    } cases[] = {{&spk_submit_mapping, &submit.base}, {&spk_render_mapping, &render.base}};

    for (size_t i = 0; i < SPK_LEN(cases); i++) {
        const void *request = NULL;
        struct spk_err err = {0};

        CU_ASSERT_FALSE(
            cases[i].mapping->read(&arena, cases[i].message, &no_warnings, &request, &err));
        CU_ASSERT_EQUAL(err.reason, SPK_INVALID_MESSAGE);
        SPK_ASSERT_TEXT(err.field, "");
        CU_ASSERT_PTR_NULL(request);
    }
}

/* What every value of the interface's enumerations means; a new value needs a row. */
static void test_each_value_of_an_enumeration_is_mapped(void)
{
    static const enum spk_pod_mutation mutations[] = {SPK_MUTATION_DEFAULT, SPK_MUTATION_NONE,
                                                      SPK_MUTATION_NATIVE, SPK_MUTATION_AUTO};
    static const enum spk_controller_steps steps[] = {SPK_STEPS_DEFAULT, SPK_STEPS_NONE,
                                                      SPK_STEPS_APPLY};
    static const enum spk_stage stages[] = {SPK_STAGE_OBJECTS, SPK_STAGE_OBJECTS,
                                            SPK_STAGE_SUBMISSION, SPK_STAGE_APPLICATION};
    static const enum spk_render_format formats[] = {SPK_RENDER_TREE, SPK_RENDER_TREE,
                                                     SPK_RENDER_JSON, SPK_RENDER_YAML};
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);

    CU_ASSERT_EQUAL(spk__pod_mutation__descriptor.n_values, SPK_LEN(mutations));
    CU_ASSERT_EQUAL(spk__controller_steps__descriptor.n_values, SPK_LEN(steps));
    CU_ASSERT_EQUAL(spk__render_stage__descriptor.n_values, SPK_LEN(stages));
    CU_ASSERT_EQUAL(spk__render_format__descriptor.n_values, SPK_LEN(formats));
    for (size_t i = 0; i < 4; i++) {
        Spk__RenderRequest message = SPK__RENDER_REQUEST__INIT;
        const void *request = NULL;
        struct spk_err err = {0};

        message.payload_case = SPK__RENDER_REQUEST__PAYLOAD_MANIFEST;
        message.pod_mutation = (Spk__PodMutation)i;
        message.controller_steps = (Spk__ControllerSteps)(i % SPK_LEN(steps));
        message.stage = (Spk__RenderStage)i;
        message.format = (Spk__RenderFormat)i;
        CU_ASSERT_FATAL(
            spk_render_mapping.read(&arena, &message.base, &no_warnings, &request, &err));
        const struct spk_render_request *read = request;
        CU_ASSERT_EQUAL(read->input.core.pod_mutation, mutations[i]);
        CU_ASSERT_EQUAL(read->input.core.controller_steps, steps[i % SPK_LEN(steps)]);
        CU_ASSERT_EQUAL(read->view.stage, stages[i]);
        CU_ASSERT_EQUAL(read->format, formats[i]);
    }
}

/* Of a submission: where each of its values is found in the message. */
static void test_a_result_is_written_whole(void)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(1 << 20);
    struct spk_object_result objects[] = {
        {"Pod", "v1", "a", "u", SPK_DISPOSITION_CREATED},
        {"Pod", "v1", "b", "u", SPK_DISPOSITION_ADOPTED},
        {"Pod", "v1", "c", "", SPK_DISPOSITION_DRY_RUN_OK},
        {"Pod", "v1", "d", "", SPK_DISPOSITION_DRY_RUN_REFUSED},
    };
    const struct spk_submit_result result = {.ns = "jobs",
                                             .pod_name = "pi-driver",
                                             .submitted_at = "1970-01-01T00:01:00Z",
                                             .adopted = true,
                                             .objects = objects,
                                             .n_objects = SPK_LEN(objects)};
    const struct spk_submit_response response = {
        .result = &result, .idempotency_key = "k", .warnings = &no_warnings};
    const Spk__SubmitResponse *message =
        (const Spk__SubmitResponse *)spk_submit_mapping.write(&arena, &response);

    SPK_ASSERT_TEXT(message->namespace_, "jobs");
    SPK_ASSERT_TEXT(message->driver_pod_name, "pi-driver");
    SPK_ASSERT_TEXT(message->idempotency_key, "k");
    CU_ASSERT(message->has_adopted && message->adopted);
    CU_ASSERT_FALSE(message->has_would_adopt);
    CU_ASSERT_PTR_NOT_NULL_FATAL(message->submitted_at);
    CU_ASSERT_EQUAL(message->submitted_at->seconds, 60);
    CU_ASSERT_EQUAL_FATAL(message->n_objects, SPK_LEN(objects));
    CU_ASSERT_EQUAL(spk__disposition__descriptor.n_values, SPK_LEN(objects) + 1);
    for (size_t i = 0; i < SPK_LEN(objects); i++)
        CU_ASSERT_EQUAL((size_t)message->objects[i]->disposition, i + 1);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_command_carries_all_it_needs),
    SPK_TEST(one_form_is_needed),
    SPK_TEST(each_value_of_an_enumeration_is_mapped),
    SPK_TEST(a_result_is_written_whole),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("messages", tests)

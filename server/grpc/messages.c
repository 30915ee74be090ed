/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/messages.h"

#include "grpc/codec/struct_message.h"
#include "grpc/message_time.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include <string.h>

/* ---- values of enumerations: a row per value, and the decoder lets no other in ---- */

static const enum spk_pod_mutation mutations[] = {
    [SPK__POD_MUTATION__POD_MUTATION_UNSPECIFIED] = SPK_MUTATION_DEFAULT,
    [SPK__POD_MUTATION__POD_MUTATION_NONE] = SPK_MUTATION_NONE,
    [SPK__POD_MUTATION__POD_MUTATION_NATIVE] = SPK_MUTATION_NATIVE,
    [SPK__POD_MUTATION__POD_MUTATION_AUTO] = SPK_MUTATION_AUTO,
};
_Static_assert(SPK_LEN(mutations) == SPK_MUTATION_AUTO + 1, "as many as the core has");

static const enum spk_controller_steps steps[] = {
    [SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_UNSPECIFIED] = SPK_STEPS_DEFAULT,
    [SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_NONE] = SPK_STEPS_NONE,
    [SPK__CONTROLLER_STEPS__CONTROLLER_STEPS_APPLY] = SPK_STEPS_APPLY,
};
_Static_assert(SPK_LEN(steps) == SPK_STEPS_APPLY + 1, "as many as the core has");

static const enum spk_stage stages[] = {
    [SPK__RENDER_STAGE__RENDER_STAGE_UNSPECIFIED] = SPK_STAGE_OBJECTS,
    [SPK__RENDER_STAGE__RENDER_STAGE_OBJECTS] = SPK_STAGE_OBJECTS,
    [SPK__RENDER_STAGE__RENDER_STAGE_SUBMISSION] = SPK_STAGE_SUBMISSION,
    [SPK__RENDER_STAGE__RENDER_STAGE_APPLICATION] = SPK_STAGE_APPLICATION,
};
_Static_assert(SPK_LEN(stages) == SPK_STAGE_APPLICATION + 2, "the core's, and UNSPECIFIED");

static const enum spk_render_format formats[] = {
    [SPK__RENDER_FORMAT__RENDER_FORMAT_UNSPECIFIED] = SPK_RENDER_TREE,
    [SPK__RENDER_FORMAT__RENDER_FORMAT_STRUCT] = SPK_RENDER_TREE,
    [SPK__RENDER_FORMAT__RENDER_FORMAT_JSON] = SPK_RENDER_JSON,
    [SPK__RENDER_FORMAT__RENDER_FORMAT_YAML] = SPK_RENDER_YAML,
};
_Static_assert(SPK_LEN(formats) == SPK_RENDER_YAML + 2, "the operation's, and UNSPECIFIED");

static const Spk__PodMutation mutation_values[] = {
    [SPK_MUTATION_DEFAULT] = SPK__POD_MUTATION__POD_MUTATION_NONE,
    [SPK_MUTATION_NONE] = SPK__POD_MUTATION__POD_MUTATION_NONE,
    [SPK_MUTATION_NATIVE] = SPK__POD_MUTATION__POD_MUTATION_NATIVE,
    [SPK_MUTATION_AUTO] = SPK__POD_MUTATION__POD_MUTATION_AUTO,
};
_Static_assert(SPK_LEN(mutation_values) == SPK_MUTATION_AUTO + 1, "as many as the core has");

static const Spk__Disposition dispositions[] = {
    [SPK_DISPOSITION_CREATED] = SPK__DISPOSITION__DISPOSITION_CREATED,
    [SPK_DISPOSITION_ADOPTED] = SPK__DISPOSITION__DISPOSITION_ADOPTED,
    [SPK_DISPOSITION_DRY_RUN_OK] = SPK__DISPOSITION__DISPOSITION_DRY_RUN_OK,
    [SPK_DISPOSITION_DRY_RUN_REFUSED] = SPK__DISPOSITION__DISPOSITION_DRY_RUN_REFUSED,
};
_Static_assert(SPK_LEN(dispositions) == SPK_DISPOSITION_DRY_RUN_REFUSED + 1,
               "as many as a submission has");

/* The two requests that carry a payload number its forms alike, and are read alike. */
enum form {
    FORM_APPLICATION = SPK__SUBMIT_REQUEST__PAYLOAD_APPLICATION,
    FORM_MANIFEST = SPK__SUBMIT_REQUEST__PAYLOAD_MANIFEST,
    FORM_COMMAND = SPK__SUBMIT_REQUEST__PAYLOAD_COMMAND,
};
_Static_assert((int)FORM_APPLICATION == (int)SPK__RENDER_REQUEST__PAYLOAD_APPLICATION &&
                   (int)FORM_MANIFEST == (int)SPK__RENDER_REQUEST__PAYLOAD_MANIFEST &&
                   (int)FORM_COMMAND == (int)SPK__RENDER_REQUEST__PAYLOAD_COMMAND,
               "one enum stands for both");

/* ---- payloads ---- */

/* The parts of the oneof; of those that are not set nothing is looked at. */
struct payload_message {
    int form; /* enum form; anything else: none */
    Spk__SparkApplication *application;
    const ProtobufCBinaryData *manifest;
    const Spk__SparkSubmitCommand *command;
};

static struct spk_bytes bytes_of(const ProtobufCBinaryData *data)
{
    return (struct spk_bytes){(const char *)data->data, data->len};
}

static bool read_template(Google__Protobuf__Struct *tree, bool has_text,
                          const ProtobufCBinaryData *text, const char *name,
                          struct spk_template *out, struct spk_err *err)
{
    if (tree && has_text) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "it excludes %s", name);
        return spk_fail_at(err, "%s_text", name);
    }
    if (!tree && !has_text)
        return true;
    *out = (struct spk_template){.tree = spk_struct_tree(tree), .origin = name};
    if (has_text)
        out->text = bytes_of(text);
    return true;
}

static void read_environment(struct spk_arena *arena, const Spk__SparkSubmitCommand *command,
                             struct spk_input *out)
{
    struct spk_named_bytes *files =
        spk_alloc_array(arena, command->n_conf_files, sizeof(*files));

    for (size_t i = 0; i < command->n_environment; i++)
        spk_conf_append(&out->variables, command->environment[i]->key,
                        command->environment[i]->value, "environment");
    spk_conf_sort(&out->variables);
    for (size_t i = 0; i < command->n_conf_files; i++)
        files[i] = (struct spk_named_bytes){command->conf_files[i]->key,
                                            bytes_of(&command->conf_files[i]->value)};
    out->conf_files = (struct spk_files){files, command->n_conf_files};
}

static bool read_command(struct spk_arena *arena, const Spk__SparkSubmitCommand *command,
                         struct spk_input *input, struct spk_err *err)
{
    struct spk_payload *out = &input->core.payload;

    out->kind = SPK_PAYLOAD_COMMAND;
    out->arguments = (struct spk_strings){(const char **)command->args, command->n_args};
    for (size_t i = 0; i < command->n_properties; i++)
        spk_conf_append(&out->properties, command->properties[i]->key,
                        command->properties[i]->value,
                        spk_printf(arena, "properties[%.200s]", command->properties[i]->key));
    spk_conf_sort(&out->properties);
    read_environment(arena, command, input);
    return read_template(command->driver_pod_template, command->has_driver_pod_template_text,
                         &command->driver_pod_template_text, "driver_pod_template",
                         &out->driver_template, err) &&
           read_template(command->executor_pod_template,
                         command->has_executor_pod_template_text,
                         &command->executor_pod_template_text, "executor_pod_template",
                         &out->executor_template, err);
}

static bool read_payload(struct spk_arena *arena, const struct payload_message *message,
                         struct spk_input *input, struct spk_err *err)
{
    struct spk_payload *out = &input->core.payload;

    out->properties.arena = input->variables.arena = arena;
    switch (message->form) {
    case FORM_APPLICATION:
        out->kind = SPK_PAYLOAD_APPLICATION;
        out->application = message->application;
        return true;
    case FORM_MANIFEST:
        out->kind = SPK_PAYLOAD_MANIFEST;
        out->manifest = bytes_of(message->manifest);
        return true;
    case FORM_COMMAND:
        return read_command(arena, message->command, input, err);
    default:
        return spk_fail(err, SPK_INVALID_MESSAGE,
                        "one of application, manifest and command is needed");
    }
}

/* The fields that both requests have, by the same names. */
#define READ_PAYLOAD(message)                                                                 \
    {                                                                                         \
        .form = (int)(message)->payload_case, .application = (message)->application,          \
        .manifest = &(message)->manifest, .command = (message)->command                       \
    }
#define READ_CORE(message)                                                                    \
    {                                                                                         \
        .idempotency_key = (message)->idempotency_key,                                        \
        .submission_id = (message)->submission_id, .spark_version = (message)->spark_version, \
        .pod_mutation = mutations[(message)->pod_mutation],                                   \
        .controller_steps = steps[(message)->controller_steps],                               \
        .skip_defaults = (message)->has_default_fields && !(message)->default_fields          \
    }

/* ---- warnings ---- */

static void add_warnings(struct spk_arena *arena, const struct spk_warnings *warnings,
                         Spk__Warning **list, size_t *n)
{
    for (size_t i = 0; i < warnings->n; i++) {
        Spk__Warning *message = spk_alloc(arena, sizeof(*message));

        spk__warning__init(message);
        message->code = warnings->items[i].code;
        message->message = warnings->items[i].message;
        message->field = warnings->items[i].field;
        list[(*n)++] = message;
    }
}

static Spk__Warning **write_warnings(struct spk_arena *arena, const struct spk_warnings *first,
                                     const struct spk_warnings *second, size_t *n)
{
    Spk__Warning **list = spk_alloc_array(arena, first->n + second->n, sizeof(*list));

    *n = 0;
    add_warnings(arena, first, list, n);
    add_warnings(arena, second, list, n);
    return list;
}

/* ---- Submit ---- */

static bool read_submit(struct spk_arena *arena, const ProtobufCMessage *base,
                        const struct spk_warnings *warnings, const void **out,
                        struct spk_err *err)
{
    const Spk__SubmitRequest *message = (const Spk__SubmitRequest *)base;
    const struct payload_message payload = READ_PAYLOAD(message);
    struct spk_submit_request *request = spk_alloc(arena, sizeof(*request));

    *request = (struct spk_submit_request){
        .input = {.core = READ_CORE(message), .warnings = *warnings},
        .validate_only = message->validate_only,
        .server_dry_run = !message->has_server_dry_run || message->server_dry_run,
        .require_submission_id = message->require_submission_id,
    };
    request->input.core.default_key = message->default_idempotency_key;
    if (!read_payload(arena, &payload, &request->input, err))
        return false;
    *out = request;
    return true;
}

static Spk__ObjectRef **write_object_refs(struct spk_arena *arena,
                                          const struct spk_submit_result *result)
{
    Spk__ObjectRef **list = spk_alloc_array(arena, result->n_objects, sizeof(*list));

    for (size_t i = 0; i < result->n_objects; i++) {
        const struct spk_object_result *object = &result->objects[i];
        Spk__ObjectRef *message = spk_alloc(arena, sizeof(*message));

        spk__object_ref__init(message);
        message->kind = object->kind;
        message->api_version = object->api_version;
        message->name = object->name;
        message->uid = object->uid;
        message->has_disposition = 1;
        message->disposition = dispositions[object->disposition];
        list[i] = message;
    }
    return list;
}

static const ProtobufCMessage *write_submit(struct spk_arena *arena, const void *base)
{
    const struct spk_submit_response *response = base;
    const struct spk_submit_result *result = response->result;
    Spk__SubmitResponse *message = spk_alloc(arena, sizeof(*message));

    spk__submit_response__init(message);
    message->namespace_ = result->ns;
    message->driver_pod_name = result->pod_name;
    message->driver_pod_uid = result->pod_uid;
    message->spark_application_id = result->application_id;
    message->app_name = result->application_name;
    message->effective_submission_id = result->submission_id;
    message->has_adopted = 1;
    message->adopted = result->adopted;
    message->pod_phase = result->pod_phase;
    message->attempt = result->attempt;
    message->idempotency_key = response->idempotency_key;
    message->objects = write_object_refs(arena, result);
    message->n_objects = result->n_objects;
    message->warnings =
        write_warnings(arena, response->warnings, &result->warnings, &message->n_warnings);
    message->submitted_at = spk_message_time(arena, result->submitted_at);
    message->has_would_adopt = response->validate_only;
    message->would_adopt = result->would_adopt;
    return &message->base;
}

const struct spk_mapping spk_submit_mapping = {&spk_submit_type, read_submit, write_submit};

/* ---- Render ---- */

static bool read_render(struct spk_arena *arena, const ProtobufCMessage *base,
                        const struct spk_warnings *warnings, const void **out,
                        struct spk_err *err)
{
    const Spk__RenderRequest *message = (const Spk__RenderRequest *)base;
    const struct payload_message payload = READ_PAYLOAD(message);
    struct spk_render_request *request = spk_alloc(arena, sizeof(*request));

    *request = (struct spk_render_request){
        .input = {.core = READ_CORE(message), .warnings = *warnings},
        .view = {.stage = stages[message->stage], .plain = message->plain},
        .format = formats[message->format],
    };
    if (!read_payload(arena, &payload, &request->input, err))
        return false;
    *out = request;
    return true;
}

static Spk__RenderedObject *write_object(struct spk_arena *arena,
                                         const struct spk_rendered_object *object)
{
    Spk__RenderedObject *message;

    if (!object)
        return NULL;
    message = spk_alloc(arena, sizeof(*message));
    spk__rendered_object__init(message);
    message->kind = object->kind;
    message->name = object->name;
    if (!object->text) {
        message->content_case = SPK__RENDERED_OBJECT__CONTENT_OBJECT;
        message->object = spk_struct_message(arena, object->tree);
        return message;
    }
    message->content_case = SPK__RENDERED_OBJECT__CONTENT_TEXT;
    message->text.data = (uint8_t *)(uintptr_t)object->text;
    message->text.len = strlen(object->text);
    return message;
}

static Spk__RenderedObject **
write_objects(struct spk_arena *arena, const struct spk_rendered_objects *objects, size_t *n)
{
    Spk__RenderedObject **list = spk_alloc_array(arena, objects->n, sizeof(*list));

    for (size_t i = 0; i < objects->n; i++)
        list[i] = write_object(arena, &objects->items[i]);
    *n = objects->n;
    return list;
}

static Spk__RenderedSubmission *write_submission(struct spk_arena *arena,
                                                 const struct spk_render_response *response)
{
    Spk__RenderedSubmission *message = spk_alloc(arena, sizeof(*message));

    spk__rendered_submission__init(message);
    message->arguments = response->arguments.items;
    message->n_arguments = response->arguments.n;
    message->driver_pod_template = write_object(arena, response->driver_template);
    message->executor_pod_template = write_object(arena, response->executor_template);
    message->extra_objects =
        write_objects(arena, &response->objects, &message->n_extra_objects);
    return message;
}

static Spk__RenderedProperty **write_properties(struct spk_arena *arena,
                                                const struct spk_conf *conf)
{
    Spk__RenderedProperty **list = spk_alloc_array(arena, conf->n, sizeof(*list));

    for (size_t i = 0; i < conf->n; i++) {
        Spk__RenderedProperty *property = spk_alloc(arena, sizeof(*property));

        spk__rendered_property__init(property);
        property->key = conf->entries[i].key;
        property->value = conf->entries[i].value;
        list[i] = property;
    }
    return list;
}

static const ProtobufCMessage *write_render(struct spk_arena *arena, const void *base)
{
    const struct spk_render_response *response = base;
    Spk__RenderResponse *message = spk_alloc(arena, sizeof(*message));

    spk__render_response__init(message);
    switch (response->stage) {
    case SPK_STAGE_APPLICATION:
        message->application = write_object(arena, response->application);
        break;
    case SPK_STAGE_SUBMISSION:
        message->submission = write_submission(arena, response);
        break;
    case SPK_STAGE_OBJECTS:
    default:
        message->objects = write_objects(arena, &response->objects, &message->n_objects);
        message->spark_submit_args = response->arguments.items;
        message->n_spark_submit_args = response->arguments.n;
        message->properties = write_properties(arena, response->properties);
        message->n_properties = response->properties->n;
    }
    message->has_pod_mutation = response->has_pod_mutation;
    message->pod_mutation = mutation_values[response->pod_mutation];
    message->warnings = write_warnings(arena, response->request_warnings, response->warnings,
                                       &message->n_warnings);
    return &message->base;
}

const struct spk_mapping spk_render_mapping = {&spk_render_type, read_render, write_render};

/* ---- GetInfo ---- */

static bool read_info(struct spk_arena *arena, const ProtobufCMessage *base,
                      const struct spk_warnings *warnings, const void **out,
                      struct spk_err *err)
{
    (void)arena, (void)base, (void)warnings, (void)err;
    *out = NULL;
    return true;
}

static Spk__GetInfoResponse__LimitsEntry **
write_limits(struct spk_arena *arena, const struct spk_info_response *response)
{
    Spk__GetInfoResponse__LimitsEntry **list =
        spk_alloc_array(arena, response->n_limits, sizeof(*list));

    for (size_t i = 0; i < response->n_limits; i++) {
        Spk__GetInfoResponse__LimitsEntry *entry = spk_alloc(arena, sizeof(*entry));

        spk__get_info_response__limits_entry__init(entry);
        entry->key = response->limits[i].name;
        entry->has_value = 1;
        entry->value = response->limits[i].value;
        list[i] = entry;
    }
    return list;
}

static const ProtobufCMessage *write_info(struct spk_arena *arena, const void *base)
{
    const struct spk_info_response *response = base;
    Spk__GetInfoResponse *message = spk_alloc(arena, sizeof(*message));

    spk__get_info_response__init(message);
    message->name = response->name;
    message->version = response->version;
    message->api_version = response->api_version;
    message->render_revision = spk_printf(arena, "%d", response->render_revision);
    message->supported_spark_versions = response->spark_versions.items;
    message->n_supported_spark_versions = response->spark_versions.n;
    message->features = response->features.items;
    message->n_features = response->features.n;
    message->payload_forms = response->payload_forms.items;
    message->n_payload_forms = response->payload_forms.n;
    message->mode = response->mode;
    message->kubernetes_version = response->kubernetes_version;
    message->default_spark_version = response->default_spark_version;
    message->has_pod_mutation = 1;
    message->pod_mutation = mutation_values[response->pod_mutation];
    message->limits = write_limits(arena, response);
    message->n_limits = response->n_limits;
    return &message->base;
}

const struct spk_mapping spk_info_mapping = {&spk_info_type, read_info, write_info};

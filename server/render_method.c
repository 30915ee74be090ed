/* SPDX-License-Identifier: Apache-2.0 */
/* Render: what Submit would create; pure, so it ends where it starts. */
#include "grpc/codec/struct_message.h"
#include "grpc/loop.h"
#include "kubernetes/object.h"
#include "payload.h"
#include "service.h"
#include "json/write.h"
#include "json/yaml.h"

#include <string.h>

struct rendering {
    struct spk_call *call;
    const Spk__RenderRequest *message;
    struct spk_request request;
    struct spk_view view;
    Spk__RenderResponse *response;
    struct spk_warnings warnings; /* of decoding */
};

static Spk__RenderedObject *object_message(const struct rendering *r, const cJSON *object)
{
    struct spk_arena *arena = &r->call->arena;
    Spk__RenderedObject *message;
    char *text;

    if (!object)
        return NULL;
    message = spk_alloc(arena, sizeof(*message));
    spk__rendered_object__init(message);
    message->kind = spk_object_kind(object);
    message->name = spk_object_name(object);
    if (r->message->format != SPK__RENDER_FORMAT__RENDER_FORMAT_JSON &&
        r->message->format != SPK__RENDER_FORMAT__RENDER_FORMAT_YAML) {
        message->content_case = SPK__RENDERED_OBJECT__CONTENT_OBJECT;
        message->object = spk_struct_message(arena, object);
        return message;
    }
    text = r->message->format == SPK__RENDER_FORMAT__RENDER_FORMAT_JSON
               ? spk_json_write(arena, object)
               : spk_yaml_write(arena, object);
    message->content_case = SPK__RENDERED_OBJECT__CONTENT_TEXT;
    message->text.data = (uint8_t *)text;
    message->text.len = strlen(text);
    return message;
}

static Spk__RenderedObject **object_messages(const struct rendering *r, const cJSON *list,
                                             size_t *n)
{
    Spk__RenderedObject **messages =
        spk_alloc_array(&r->call->arena, spk_json_size(list), sizeof(*messages));

    *n = 0;
    SPK_JSON_EACH (item, list)
        messages[(*n)++] = object_message(r, item);
    return messages;
}

static void fill_submission(struct rendering *r, const cJSON *tree)
{
    struct spk_arena *arena = &r->call->arena;
    const cJSON *arguments = spk_json_get(tree, "arguments");
    Spk__RenderedSubmission *submission = spk_alloc(arena, sizeof(*submission));

    spk__rendered_submission__init(submission);
    submission->arguments =
        spk_alloc_array(arena, spk_json_size(arguments), sizeof(*submission->arguments));
    SPK_JSON_EACH (item, arguments)
        submission->arguments[submission->n_arguments++] = spk_json_string(item);
    submission->driver_pod_template =
        object_message(r, spk_json_get(tree, "driverPodTemplate"));
    submission->executor_pod_template =
        object_message(r, spk_json_get(tree, "executorPodTemplate"));
    submission->extra_objects =
        object_messages(r, spk_json_get(tree, "extraObjects"), &submission->n_extra_objects);
    r->response->submission = submission;
}

static void fill_properties(struct rendering *r, const struct spk_prepared *prepared)
{
    struct spk_arena *arena = &r->call->arena;
    const struct spk_conf *conf = &prepared->plan.properties;
    struct spk_strings arguments = r->request.payload.arguments;

    if (prepared->application)
        arguments = spk_operator_command_line(arena, &prepared->operator_output,
                                              prepared->key.submission_id);
    r->response->spark_submit_args = arguments.items;
    r->response->n_spark_submit_args = arguments.n;
    r->response->properties =
        spk_alloc_array(arena, conf->n, sizeof(*r->response->properties));
    for (size_t i = 0; i < conf->n; i++) {
        Spk__RenderedProperty *property = spk_alloc(arena, sizeof(*property));

        spk__rendered_property__init(property);
        property->key = conf->entries[i].key;
        property->value = conf->entries[i].value;
        r->response->properties[r->response->n_properties++] = property;
    }
}

static bool read_request(struct rendering *r, struct spk_err *err)
{
    const struct spk_settings *settings = &spk_service_of(r->call)->settings;
    const Spk__RenderRequest *message;

    r->warnings = (struct spk_warnings){0};
    message = (const Spk__RenderRequest *)spk_service_decode(r->call, &r->warnings);
    if (!message)
        return false; /* answered */
    const struct spk_payload_message payload = {
        .form = (int)message->payload_case,
        .application = message->application,
        .manifest = &message->manifest,
        .command = message->command,
    };

    r->message = message;
    r->request = (struct spk_request){
        .idempotency_key = spk_given(message->idempotency_key),
        .submission_id = spk_given(message->submission_id),
        .spark_version = spk_given(message->spark_version),
        .tenant = "",
        .pod_mutation = spk_read_pod_mutation((int)message->pod_mutation),
        .controller_steps = spk_read_controller_steps((int)message->controller_steps),
        .skip_defaults = message->has_default_fields && !message->default_fields,
    };
    r->view.plain = message->plain;
    r->view.stage = SPK_STAGE_OBJECTS;
    if (message->stage == SPK__RENDER_STAGE__RENDER_STAGE_SUBMISSION)
        r->view.stage = SPK_STAGE_SUBMISSION;
    if (message->stage == SPK__RENDER_STAGE__RENDER_STAGE_APPLICATION)
        r->view.stage = SPK_STAGE_APPLICATION;
    return spk_payload_read(&r->call->arena, &payload, settings, &r->request.payload, err);
}

static bool render(struct rendering *r, struct spk_prepared *prepared, struct spk_err *err)
{
    const struct spk_settings *settings = &spk_service_of(r->call)->settings;
    struct spk_arena *arena = &r->call->arena;
    cJSON *tree;

    if (!spk_render(arena, settings, &r->request, &r->view, &tree, prepared, err))
        return false;
    if (r->view.stage == SPK_STAGE_APPLICATION) {
        r->response->application = object_message(r, tree);
        return true;
    }
    if (r->view.stage == SPK_STAGE_SUBMISSION) {
        fill_submission(r, tree);
        return true;
    }
    r->response->objects =
        object_messages(r, spk_json_get(tree, "items"), &r->response->n_objects);
    fill_properties(r, prepared);
    return true;
}

void spk_method_render(struct spk_call *call)
{
    Spk__RenderResponse response = SPK__RENDER_RESPONSE__INIT;
    struct rendering r = {.call = call, .response = &response};
    struct spk_prepared prepared = {0};
    struct spk_err err = {0};

    if (!read_request(&r, &err) || !render(&r, &prepared, &err)) {
        if (err.reason != SPK_NO_REASON)
            spk_call_fail(call, &err);
        return;
    }
    response.has_pod_mutation = r.view.stage != SPK_STAGE_APPLICATION;
    response.pod_mutation = spk_pod_mutation_message(prepared.pod_mutation);
    response.warnings = spk_warning_messages(&call->arena, &r.warnings, &prepared.warnings,
                                             &response.n_warnings);
    spk_call_answer(call, &response.base);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Render: what Submit would create; pure, so it ends where it starts. */
#include "kubernetes/object.h"
#include "service/service.h"
#include "json/write.h"
#include "json/yaml.h"

struct rendering {
    struct spk_arena *arena;
    const struct spk_render_request *request;
    struct spk_render_response *response;
};

static void show(const struct rendering *r, const cJSON *tree, struct spk_rendered_object *out)
{
    *out = (struct spk_rendered_object){
        .kind = spk_object_kind(tree),
        .name = spk_object_name(tree),
        .tree = tree,
    };
    if (r->request->format == SPK_RENDER_JSON)
        out->text = spk_json_write(r->arena, tree);
    if (r->request->format == SPK_RENDER_YAML)
        out->text = spk_yaml_write(r->arena, tree);
}

static const struct spk_rendered_object *show_one(const struct rendering *r, const cJSON *tree)
{
    struct spk_rendered_object *object;

    if (!tree)
        return NULL;
    object = spk_alloc(r->arena, sizeof(*object));
    show(r, tree, object);
    return object;
}

static void show_all(const struct rendering *r, const cJSON *list)
{
    struct spk_rendered_objects *objects = &r->response->objects;

    objects->items = spk_alloc_array(r->arena, spk_json_size(list), sizeof(*objects->items));
    SPK_JSON_EACH (item, list)
        show(r, item, &objects->items[objects->n++]);
}

static void show_submission(const struct rendering *r, const cJSON *tree)
{
    const cJSON *arguments = spk_json_get(tree, "arguments");
    struct spk_strings *list = &r->response->arguments;

    list->items = spk_alloc_array(r->arena, spk_json_size(arguments), sizeof(*list->items));
    SPK_JSON_EACH (item, arguments)
        list->items[list->n++] = spk_json_string(item);
    r->response->driver_template = show_one(r, spk_json_get(tree, "driverPodTemplate"));
    r->response->executor_template = show_one(r, spk_json_get(tree, "executorPodTemplate"));
    show_all(r, spk_json_get(tree, "extraObjects"));
}

static void show_objects(const struct rendering *r, const cJSON *tree,
                         const struct spk_prepared *prepared)
{
    show_all(r, spk_json_get(tree, "items"));
    r->response->properties = &prepared->plan.properties;
    r->response->arguments = r->request->input.core.payload.arguments;
    if (prepared->application)
        r->response->arguments = spk_operator_command_line(
            r->arena, &prepared->operator_output, prepared->key.submission_id);
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_render_request *request = operation->request;
    struct spk_render_response *response = spk_alloc(operation->arena, sizeof(*response));
    struct spk_prepared *prepared = spk_alloc(operation->arena, sizeof(*prepared));
    const struct rendering r = {operation->arena, request, response};
    const struct spk_request *core = spk_input_request(operation, &request->input);
    cJSON *tree;

    if (!spk_render(r.arena, &operation->service->settings, core, &request->view, &tree,
                    prepared, err))
        return false;
    response->stage = request->view.stage;
    switch (response->stage) {
    case SPK_STAGE_APPLICATION:
        response->application = show_one(&r, tree);
        break;
    case SPK_STAGE_SUBMISSION:
        show_submission(&r, tree);
        break;
    case SPK_STAGE_OBJECTS:
    default:
        show_objects(&r, tree, prepared);
    }
    response->has_pod_mutation = response->stage != SPK_STAGE_APPLICATION;
    response->pod_mutation = prepared->pod_mutation;
    response->request_warnings = &request->input.warnings;
    response->warnings = &prepared->warnings;
    operation->response = response;
    return true;
}

const struct spk_operation_type spk_render_type = {.name = "Render", .prepare = prepare};

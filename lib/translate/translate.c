/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/translate.h"

#include "translate/stages.h"

/* Check values that the translation takes as they are and Kubernetes does not. */
static bool check_values(const struct spk_pass *pass)
{
    const Spk__SparkApplication *application = pass->out->application;

    if (application && (!spk_application_check_values(pass->arena, application, pass->err) ||
                        !spk_executors_check(pass->arena, &pass->out->submission, pass->err)))
        return false;
    return spk_plan_check(pass->arena, &pass->out->plan, pass->err);
}

bool spk_prepare(struct spk_arena *arena, const struct spk_settings *settings,
                 const struct spk_request *request, struct spk_prepared *out,
                 struct spk_err *err)
{
    struct spk_prepared prepared = {0};
    struct spk_pass pass = {arena, settings, request, &prepared, err};

    if (!spk_stage_plan(&pass) || !check_values(&pass))
        return false;
    spk_stage_parts(&pass);
    *out = prepared;
    return true;
}

/* ---- renderings ---- */

static cJSON *new_list(struct spk_arena *arena)
{
    cJSON *list = spk_json_new_object(arena);

    spk_json_text(list, "apiVersion", "v1");
    spk_json_text(list, "kind", "List");
    (void)spk_json_list(list, "items");
    return list;
}

static cJSON *view_plain(const struct spk_pass *pass)
{
    const struct spk_operator_output *output = &pass->out->operator_output;
    cJSON *list = new_list(pass->arena);
    cJSON *items = spk_json_list(list, "items");

    for (size_t i = 0; i < output->n_extra_objects; i++)
        (void)spk_json_push(items, output->extra_objects[i]);
    spk_plan_own(pass->arena, &pass->out->plan);
    for (size_t i = 0; i < pass->out->plan.n; i++)
        (void)spk_json_push(items, pass->out->plan.objects[i].object);
    return list;
}

static cJSON *view_parts(const struct spk_pass *pass)
{
    cJSON *list = new_list(pass->arena);

    spk_stage_parts(pass);
    for (size_t i = 0; i < pass->out->parts.n; i++)
        (void)spk_json_push(spk_json_list(list, "items"), pass->out->parts.items[i].object);
    return list;
}

static cJSON *view_submission(const struct spk_pass *pass)
{
    const struct spk_operator_output *output = &pass->out->operator_output;
    struct spk_strings arguments = pass->request->payload.arguments;
    cJSON *view = spk_json_new_object(pass->arena);
    const char *id = spk_given_submission_id(pass);
    const cJSON *driver_template = pass->out->submission.driver_template.tree;
    const cJSON *executor_template = pass->out->submission.executor_template.tree;

    if (pass->out->application) {
        driver_template = output->driver_template;
        executor_template = output->executor_template;
        arguments = spk_operator_command_line(pass->arena, output,
                                              id ? id : pass->out->key.submission_id);
    }
    cJSON *list = spk_json_list(view, "arguments");
    for (size_t i = 0; i < arguments.n; i++)
        spk_json_push_text(list, arguments.items[i]);
    (void)spk_json_set(view, "driverPodTemplate", spk_json_copy(pass->arena, driver_template));
    (void)spk_json_set(view, "executorPodTemplate",
                       spk_json_copy(pass->arena, executor_template));
    cJSON *extra = spk_json_list(view, "extraObjects");
    for (size_t i = 0; i < output->n_extra_objects; i++)
        (void)spk_json_push(extra, output->extra_objects[i]);
    return view;
}

static bool view_application(const struct spk_pass *pass, cJSON **out)
{
    if (!spk_has_application(pass)) {
        (void)spk_fail(pass->err, SPK_INVALID_FIELD,
                       "a command line has no application to show");
        return spk_fail_at(pass->err, "stage");
    }
    if (!spk_stage_application(pass))
        return false;
    *out = spk_application_tree(pass->arena, pass->out->application);
    return true;
}

/* With a given id the operator's output is complete, whatever spark-submit thinks of it. */
static bool run_until_submission(const struct spk_pass *pass)
{
    const char *id;

    if (!spk_has_application(pass))
        return spk_stage_submission(pass);
    if (!spk_stage_application(pass))
        return false;
    id = spk_given_submission_id(pass);
    if (!id)
        return spk_stage_submission(pass);
    if (!spk_stage_operator(pass, id))
        return false;
    spk_stage_warn_of_executors(pass);
    return true;
}

/* A webhook changes what spark-submit has sent. */
static const struct spk_settings *settings_for(struct spk_arena *arena,
                                               const struct spk_settings *settings,
                                               const struct spk_view *view)
{
    struct spk_settings *copy;

    if (!view->plain)
        return settings;
    copy = spk_alloc(arena, sizeof(*copy));
    *copy = *settings;
    copy->pod_mutation = SPK_MUTATION_NONE;
    return copy;
}

bool spk_render(struct spk_arena *arena, const struct spk_settings *settings,
                const struct spk_request *request, const struct spk_view *view, cJSON **out,
                struct spk_prepared *prepared, struct spk_err *err)
{
    struct spk_prepared made = {0};
    struct spk_pass pass = {arena, settings_for(arena, settings, view), request, &made, err};

    if (view->stage == SPK_STAGE_APPLICATION) {
        if (!view_application(&pass, out))
            return false;
    } else if (view->stage == SPK_STAGE_SUBMISSION) {
        if (!run_until_submission(&pass))
            return false;
        *out = view_submission(&pass);
    } else {
        if (!spk_stage_plan(&pass) || (!view->plain && !check_values(&pass)))
            return false;
        *out = view->plain ? view_plain(&pass) : view_parts(&pass);
    }
    *prepared = made;
    return true;
}

enum spk_pod_mutation spk_mutation_in_force(const struct spk_settings *settings,
                                            enum spk_pod_mutation wanted)
{
    enum spk_pod_mutation mutation = wanted == SPK_MUTATION_DEFAULT ? settings->pod_mutation
                                                                    : wanted;

    return mutation == SPK_MUTATION_AUTO && settings->webhook_follows ? SPK_MUTATION_NONE
                                                                      : mutation;
}

struct spk_settings spk_settings_default(void)
{
    return (struct spk_settings){
        .operator_options =
            {
                .enable_ui_service = true,
                .ingress_url_format = "",
                .enable_batch_scheduler = true,
                .default_batch_scheduler = "",
                .kube_scheduler_names = "kube-scheduler",
                .master = "k8s://https://kubernetes.default.svc:443",
            },
        .pod_mutation = SPK_MUTATION_NONE,
        .controller_steps = SPK_STEPS_APPLY,
        .environment = {.user = "spark"},
        .default_namespace = "default",
    };
}

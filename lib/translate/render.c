/* SPDX-License-Identifier: Apache-2.0 */
/* spk_render: the three views of what the stages make. */
#include "translate/identity.h"
#include "translate/invocation.h"
#include "translate/prepare.h"

static cJSON *new_list(struct spk_arena *arena)
{
    cJSON *list = spk_json_new_object(arena);

    spk_json_text(list, "apiVersion", "v1");
    spk_json_text(list, "kind", "List");
    (void)spk_json_list(list, "items");
    return list;
}

/* ---- objects ---- */

static cJSON *view_plain(struct spk_arena *arena, struct spk_prepared *prepared)
{
    const struct spk_operator_output *output = &prepared->operator_output;
    cJSON *list = new_list(arena);
    cJSON *items = spk_json_list(list, "items");

    for (size_t i = 0; i < output->n_extra_objects; i++)
        (void)spk_json_push(items, output->extra_objects[i]);
    spk_plan_own(arena, &prepared->plan);
    for (size_t i = 0; i < prepared->plan.n; i++)
        (void)spk_json_push(items, prepared->plan.objects[i].object);
    return list;
}

static cJSON *view_parts(struct spk_arena *arena, const struct spk_parts *parts)
{
    cJSON *list = new_list(arena);

    for (size_t i = 0; i < parts->n; i++)
        (void)spk_json_push(spk_json_list(list, "items"), parts->items[i].object);
    return list;
}

/* A webhook changes what spark-submit has sent. */
static const struct spk_settings *without_webhook(struct spk_arena *arena,
                                                  const struct spk_settings *settings)
{
    struct spk_settings *copy = spk_alloc(arena, sizeof(*copy));

    *copy = *settings;
    copy->pod_mutation = SPK_MUTATION_NONE;
    return copy;
}

static bool show_plain(struct spk_arena *arena, const struct spk_settings *settings,
                       const struct spk_request *request, cJSON **out,
                       struct spk_prepared *prepared, struct spk_err *err)
{
    if (!spk_prepare_plan(arena, settings, request, prepared, err))
        return false;
    *out = view_plain(arena, prepared);
    return true;
}

static bool show_parts(struct spk_arena *arena, const struct spk_settings *settings,
                       const struct spk_request *request, cJSON **out,
                       struct spk_prepared *prepared, struct spk_err *err)
{
    if (!spk_prepare_plan(arena, settings, request, prepared, err) ||
        !spk_prepared_check(arena, prepared, err))
        return false;
    spk_prepare_parts(arena, settings, prepared);
    *out = view_parts(arena, &prepared->parts);
    return true;
}

/* ---- the submission ---- */

static cJSON *view_submission(struct spk_arena *arena, struct spk_strings arguments,
                              const cJSON *driver_template, const cJSON *executor_template,
                              const struct spk_operator_output *output)
{
    cJSON *view = spk_json_new_object(arena);
    cJSON *list = spk_json_list(view, "arguments");

    for (size_t i = 0; i < arguments.n; i++)
        spk_json_push_text(list, arguments.items[i]);
    (void)spk_json_set(view, "driverPodTemplate", spk_json_copy(arena, driver_template));
    (void)spk_json_set(view, "executorPodTemplate", spk_json_copy(arena, executor_template));
    cJSON *extra = spk_json_list(view, "extraObjects");
    for (size_t i = 0; i < output->n_extra_objects; i++)
        (void)spk_json_push(extra, output->extra_objects[i]);
    return view;
}

/*
 * With a given id the operator's output is complete, whatever spark-submit thinks of it. If it
 * refuses the arguments there are no executors to warn of.
 */
static void warn_of_executors(struct spk_arena *arena, const struct spk_settings *settings,
                              const struct spk_request *request, struct spk_prepared *prepared)
{
    const struct spk_operator_output *output = &prepared->operator_output;
    struct spk_invocation invocation = spk_invocation_of(arena, settings, request, output);
    struct spk_submission submission;
    struct spk_warnings unwanted = {0};
    struct spk_err refusal = {0};

    if (output->executor_mutations.n > 0 &&
        spk_invocation_set_version(arena, settings, request, prepared->application,
                                   &invocation, &unwanted, &refusal) &&
        spk_invocation_run(arena, &invocation, &submission, &unwanted, &refusal))
        spk_warn_of_executors(arena, &submission, output, &prepared->warnings);
}

static bool show_command(struct spk_arena *arena, const struct spk_settings *settings,
                         const struct spk_request *request, cJSON **out,
                         struct spk_prepared *prepared, struct spk_err *err)
{
    const struct spk_submission *submission = &prepared->submission;

    if (!spk_prepare_submission(arena, settings, request, prepared, err))
        return false;
    *out = view_submission(arena, request->payload.arguments, submission->driver_template.tree,
                           submission->executor_template.tree, &prepared->operator_output);
    return true;
}

static bool show_arguments(struct spk_arena *arena, const struct spk_settings *settings,
                           const struct spk_request *request, cJSON **out,
                           struct spk_prepared *prepared, struct spk_err *err)
{
    const struct spk_operator_output *output = &prepared->operator_output;

    if (!spk_prepare_application(arena, settings, request, prepared, err) ||
        !spk_prepare_arguments(arena, settings, request, prepared, err))
        return false;
    const char *id = spk_given_submission_id(request, prepared->application);
    if (id)
        warn_of_executors(arena, settings, request, prepared);
    else if (!spk_prepare_submission(arena, settings, request, prepared, err))
        return false;
    else
        id = prepared->key.submission_id;
    *out = view_submission(arena, spk_operator_command_line(arena, output, id),
                           output->driver_template, output->executor_template, output);
    return true;
}

/* ---- the application ---- */

static bool show_application(struct spk_arena *arena, const struct spk_settings *settings,
                             const struct spk_request *request, cJSON **out,
                             struct spk_prepared *prepared, struct spk_err *err)
{
    if (!spk_has_application(request)) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "a command line has no application to show");
        return spk_fail_at(err, "stage");
    }
    if (!spk_prepare_application(arena, settings, request, prepared, err))
        return false;
    *out = spk_application_tree(arena, prepared->application);
    return true;
}

/* ---- all together ---- */

static bool show(struct spk_arena *arena, const struct spk_settings *settings,
                 const struct spk_request *request, const struct spk_view *view, cJSON **out,
                 struct spk_prepared *prepared, struct spk_err *err)
{
    switch (view->stage) {
    case SPK_STAGE_APPLICATION:
        return show_application(arena, settings, request, out, prepared, err);
    case SPK_STAGE_SUBMISSION:
        return spk_has_application(request)
                   ? show_arguments(arena, settings, request, out, prepared, err)
                   : show_command(arena, settings, request, out, prepared, err);
    case SPK_STAGE_OBJECTS:
    default:
        return view->plain ? show_plain(arena, settings, request, out, prepared, err)
                           : show_parts(arena, settings, request, out, prepared, err);
    }
}

bool spk_render(struct spk_arena *arena, const struct spk_settings *settings,
                const struct spk_request *request, const struct spk_view *view, cJSON **out,
                struct spk_prepared *prepared, struct spk_err *err)
{
    struct spk_prepared made = {0};

    if (view->plain)
        settings = without_webhook(arena, settings);
    if (!show(arena, settings, request, view, out, &made, err))
        return false;
    *prepared = made;
    return true;
}

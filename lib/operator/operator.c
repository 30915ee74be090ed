/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/operator.h"

#include "kubernetes/marks.h"
#include "operator/arguments.h"
#include "operator/controller/monitoring.h"
#include "operator/controller/scheduler.h"
#include "operator/controller/web_ui.h"
#include "operator/mounts.h"
#include "operator/templates.h"
#include "operator/undone.h"
#include "operator/webhook/mutate.h"

static void add_object(struct spk_operator_output *out, cJSON *object)
{
    if (object)
        out->extra_objects[out->n_extra_objects++] = object;
}

/* The order is the controller's: later steps see what earlier ones changed. */
static bool run_controller_steps(struct spk_working_copy *draft,
                                 const struct spk_operator_options *options,
                                 struct spk_operator_output *out,
                                 struct spk_warnings *warnings, struct spk_err *err)
{
    cJSON *pod_group = NULL;

    if (spk_monitoring_is_applied(draft)) {
        spk_warn(warnings, draft->arena, "CONTROLLER_STEPS_ALREADY_APPLIED",
                 "spec.monitoring.prometheus",
                 "the Java agent is in javaOptions already, so the controller's steps are "
                 "left out");
        return true;
    }
    if (!spk_web_ui_apply(draft, options, err))
        return false;
    out->extra_objects = spk_alloc_array(draft->arena, 2, sizeof(cJSON *));
    add_object(out, spk_monitoring_apply(draft));
    if (!spk_scheduler_apply(draft, options, &pod_group, err))
        return false;
    add_object(out, pod_group);
    return true;
}

/* A pod with the mark is left alone by a webhook that is set up to look for it. */
static void mark_driver(struct spk_arena *arena, struct spk_mutations *list)
{
    struct spk_mutation mark = {
        .kind = SPK_REPLACE,
        .value = spk_json_new_text(arena, "true"),
        .origin = "pod_mutation",
    };

    spk_strings_add(arena, &mark.path, "metadata");
    spk_strings_add(arena, &mark.path, "labels");
    spk_strings_add(arena, &mark.path, SPK_MARK_MUTATED);
    spk_mutations_add(arena, list, &mark);
}

static bool mutate(const struct spk_working_copy *stored, struct spk_operator_output *out,
                   struct spk_warnings *warnings, struct spk_err *err)
{
    if (!spk_pod_mutations(stored, &stored->driver, &out->driver_mutations, err) ||
        !spk_executor_template_mutate(stored, out->executor_template, &out->executor_mutations,
                                      warnings, err))
        return false;
    mark_driver(stored->arena, &out->driver_mutations);
    return true;
}

bool spk_operator_run(struct spk_arena *arena, const struct spk_operator_request *request,
                      struct spk_operator_output *out, struct spk_warnings *warnings,
                      struct spk_err *err)
{
    struct spk_operator_output output = {0};
    struct spk_argument_list arguments = {0};
    struct spk_working_copy stored, draft;

    spk_working_copy_open(arena, request->application, request->submission_id, &stored);
    spk_working_copy_open(arena, request->application, request->submission_id, &draft);
    if (request->controller_steps &&
        !run_controller_steps(&draft, request->options, &output, warnings, err))
        return false;
    bool owns_executors = !request->native_mutation ||
                          request->options->executor_owner_reference;
    if (!spk_arguments_make(&draft, request, &arguments, &output.template_rows, err) ||
        !spk_template_make(&draft, &draft.driver, true, &output.driver_template, err) ||
        !spk_template_make(&draft, &draft.executor, owns_executors, &output.executor_template,
                           err))
        return false;
    if (request->native_mutation && !mutate(&stored, &output, warnings, err))
        return false;
    spk_mounts_warn(&stored, &stored.driver, warnings);
    spk_mounts_warn(&stored, &stored.executor, warnings);
    if (!request->native_mutation && !request->webhook_follows)
        spk_warn_left_to_webhook(&stored, warnings);
    if (request->is_standalone)
        spk_warn_not_done(&stored, warnings);
    output.arguments = arguments.items;
    output.n = arguments.n;
    *out = output;
    return true;
}

void spk_operator_set_submission_id(struct spk_arena *arena,
                                    struct spk_operator_output *output,
                                    const char *submission_id)
{
    for (size_t i = 0; i < output->n; i++) {
        struct spk_argument *argument = &output->arguments[i];

        /* "--conf", then "key=" */
        if (spk_text_equal(argument->origin, SPK_SUBMISSION_ID_ORIGIN) &&
            !spk_starts_with(argument->text, "--"))
            argument->text = spk_printf(arena, "%s%s", argument->text, submission_id);
    }
}

/* The row that names a role's template file. */
static void add_template_file(struct spk_arena *arena, struct spk_strings *line,
                              const char *role, const char *submission_id)
{
    spk_strings_add(arena, line, "--conf");
    spk_strings_add(arena, line,
                    spk_printf(arena,
                               "spark.kubernetes.%s.podTemplateFile=/tmp/spark/%s/"
                               "%s-pod-template.yaml",
                               role, submission_id, role));
}

struct spk_strings spk_operator_command_line(struct spk_arena *arena,
                                             const struct spk_operator_output *output,
                                             const char *submission_id)
{
    struct spk_strings line = {0};

    for (size_t i = 0; i < output->n; i++) {
        /* Each stands before the name of its container: "--conf" and the row. */
        if (i == output->template_rows)
            add_template_file(arena, &line, "driver", submission_id);
        if (i == output->template_rows + 2)
            add_template_file(arena, &line, "executor", submission_id);
        spk_strings_add(arena, &line, output->arguments[i].text);
    }
    return line;
}

struct spk_strings spk_operator_rest_arguments(struct spk_arena *arena,
                                               const struct spk_operator_output *output)
{
    struct spk_strings line = {0};

    for (size_t i = 0; i < output->n; i++)
        if (i < output->template_rows || i >= output->template_rows + 4)
            spk_strings_add(arena, &line, output->arguments[i].text);
    return line;
}

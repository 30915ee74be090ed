/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/translate.h"

#include "operator/webhook/executor_overrides.h"
#include "translate/identity.h"
#include "translate/invocation.h"
#include "translate/objects.h"
#include "translate/payload.h"
#include "translate/prepare.h"

#include <string.h>

bool spk_has_application(const struct spk_request *request)
{
    return request->payload.kind != SPK_PAYLOAD_COMMAND;
}

bool spk_prepare_application(struct spk_arena *arena, const struct spk_settings *settings,
                             const struct spk_request *request, struct spk_prepared *out,
                             struct spk_err *err)
{
    if (!spk_payload_application(arena, settings, request, &out->application, &out->warnings,
                                 err))
        return false;
    out->owner = spk_owner_of_application(out->application);
    return true;
}

/* ---- the operator stage ---- */

static bool applies_steps(const struct spk_settings *settings,
                          enum spk_controller_steps wanted)
{
    return (wanted == SPK_STEPS_DEFAULT ? settings->controller_steps : wanted) !=
           SPK_STEPS_NONE;
}

static enum spk_pod_mutation resolve_mutation(const struct spk_settings *settings,
                                              enum spk_pod_mutation wanted, const char *uid)
{
    enum spk_pod_mutation mutation = spk_mutation_in_force(settings, wanted);

    if (mutation == SPK_MUTATION_AUTO)
        mutation = uid ? SPK_MUTATION_NONE : SPK_MUTATION_NATIVE;
    return mutation;
}

bool spk_prepare_arguments(struct spk_arena *arena, const struct spk_settings *settings,
                           const struct spk_request *request, struct spk_prepared *out,
                           struct spk_err *err)
{
    out->pod_mutation = resolve_mutation(settings, request->pod_mutation, out->owner.uid);

    const char *given = spk_given_submission_id(request, out->application);
    const struct spk_operator_request stage = {
        .application = out->application,
        .submission_id = given ? given : "",
        .options = &settings->operator_options,
        .controller_steps = applies_steps(settings, request->controller_steps),
        .native_mutation = out->pod_mutation == SPK_MUTATION_NATIVE,
        .webhook_follows = settings->webhook_follows,
        .is_standalone = settings->is_standalone,
    };
    return spk_operator_run(arena, &stage, &out->operator_output, &out->warnings, err);
}

/* ---- the submission ---- */

void spk_warn_of_executors(struct spk_arena *arena, const struct spk_submission *submission,
                           const struct spk_operator_output *output,
                           struct spk_warnings *warnings)
{
    const struct spk_executor_facts facts = {
        .conf = &submission->conf,
        .version = submission->version,
        .has_hadoop_conf = spk_environment_get(&submission->environment, "HADOOP_CONF_DIR"),
    };

    spk_executor_overrides(arena, &output->executor_mutations, &facts, warnings);
}

/*
 * An application's submission id enters its arguments. When nobody gave one it derives from
 * the attempt, and the attempt may derive from the submission, whose digest leaves the id out:
 * so the id is set when the key is known. The arguments are parsed again rather than the two
 * labels set, because properties may refer to these by ${...}, and the command line reads some
 * properties.
 */
static bool resolve_submission_id(struct spk_arena *arena,
                                  const struct spk_invocation *invocation,
                                  struct spk_prepared *out, struct spk_err *err)
{
    spk_operator_set_submission_id(arena, &out->operator_output, out->key.submission_id);
    return spk_invocation_run(arena, invocation, &out->submission, &out->warnings, err);
}

bool spk_prepare_submission(struct spk_arena *arena, const struct spk_settings *settings,
                            const struct spk_request *request, struct spk_prepared *out,
                            struct spk_err *err)
{
    const bool is_command = !spk_has_application(request);
    struct spk_invocation invocation =
        spk_invocation_of(arena, settings, request, is_command ? NULL : &out->operator_output);

    if (!spk_invocation_set_version(arena, settings, request, out->application, &invocation,
                                    &out->warnings, err) ||
        !spk_invocation_run(arena, &invocation, &out->submission, &out->warnings, err))
        return false;
    if (is_command && !spk_owner_of_command(arena, &out->submission, &out->owner, err))
        return false;
    if (!spk_identify(arena, request, out->application, &out->owner, &out->submission,
                      &out->key, err))
        return false;
    if (is_command)
        return true;
    if (!spk_given_submission_id(request, out->application) &&
        !resolve_submission_id(arena, &invocation, out, err))
        return false;
    spk_warn_of_executors(arena, &out->submission, &out->operator_output, &out->warnings);
    return true;
}

bool spk_request_owner(struct spk_arena *arena, const struct spk_settings *settings,
                       const struct spk_request *request, struct spk_owner *out,
                       const char **ns, struct spk_err *err)
{
    struct spk_invocation invocation = spk_invocation_of(arena, settings, request, NULL);
    struct spk_warnings unwanted = {0};
    struct spk_submission submission;

    if (!spk_invocation_set_version(arena, settings, request, NULL, &invocation, &unwanted,
                                    err) ||
        !spk_invocation_run(arena, &invocation, &submission, &unwanted, err) ||
        !spk_owner_of_command(arena, &submission, out, err))
        return false;
    *ns = spk_conf_get(&submission.conf, "spark.kubernetes.namespace");
    *ns = *ns ? *ns : "default";
    return true;
}

/* ---- objects ---- */

/* Whether the payload names another namespace than its own metadata. */
static bool check_namespace(const Spk__SparkApplication *application,
                            const struct spk_conf *conf, struct spk_err *err)
{
    const char *ns = spk_conf_get(conf, "spark.kubernetes.namespace");

    ns = ns ? ns : "default";
    if (!application || strcmp(ns, spk_application_namespace(application)) == 0)
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD,
                   "'%.63s' is not the application's namespace '%.63s'", ns,
                   spk_application_namespace(application));
    return spk_fail_at(err, "spec.sparkConf[spark.kubernetes.namespace]");
}

bool spk_prepare_plan(struct spk_arena *arena, const struct spk_settings *settings,
                      const struct spk_request *request, struct spk_prepared *out,
                      struct spk_err *err)
{
    if (spk_has_application(request) &&
        (!spk_prepare_application(arena, settings, request, out, err) ||
         !spk_prepare_arguments(arena, settings, request, out, err)))
        return false;
    if (!spk_prepare_submission(arena, settings, request, out, err) ||
        !check_namespace(out->application, &out->submission.conf, err) ||
        !spk_objects_check_extra(arena, &out->operator_output, err) ||
        !spk_objects_plan(arena, &out->submission, out->application, &out->key,
                          request->submit_time_ms, &out->plan, err))
        return false;
    spk_warnings_add(&out->warnings, arena, &out->plan.warnings);
    return true;
}

bool spk_prepared_check(struct spk_arena *arena, const struct spk_prepared *prepared,
                        struct spk_err *err)
{
    const Spk__SparkApplication *application = prepared->application;

    if (application && (!spk_application_check_values(arena, application, err) ||
                        !spk_executors_check(arena, &prepared->submission, err)))
        return false;
    return spk_plan_check(arena, &prepared->plan, err);
}

void spk_prepare_parts(struct spk_arena *arena, const struct spk_settings *settings,
                       struct spk_prepared *prepared)
{
    enum spk_variant variant = prepared->owner.uid && !settings->gate_always
                                   ? SPK_VARIANT_CHILDREN_FIRST
                                   : SPK_VARIANT_GATED_POD_FIRST;

    prepared->parts = spk_objects_parts(arena, variant, &prepared->owner, &prepared->key,
                                        &prepared->operator_output, &prepared->plan);
}

bool spk_prepare(struct spk_arena *arena, const struct spk_settings *settings,
                 const struct spk_request *request, struct spk_prepared *out,
                 struct spk_err *err)
{
    struct spk_prepared prepared = {0};

    if (!spk_prepare_plan(arena, settings, request, &prepared, err) ||
        !spk_prepared_check(arena, &prepared, err))
        return false;
    spk_prepare_parts(arena, settings, &prepared);
    *out = prepared;
    return true;
}

/* ---- requests and settings ---- */

struct spk_request spk_request_of_manifest(struct spk_arena *arena, struct spk_bytes manifest)
{
    return (struct spk_request){
        .payload = {.kind = SPK_PAYLOAD_MANIFEST,
                    .manifest = manifest,
                    .properties = {.arena = arena}},
        .tenant = "",
    };
}

struct spk_request spk_request_of_command(struct spk_arena *arena,
                                          struct spk_strings arguments,
                                          const struct spk_environment *environment)
{
    return (struct spk_request){
        .payload = {.kind = SPK_PAYLOAD_COMMAND,
                    .arguments = arguments,
                    .properties = {.arena = arena},
                    .environment = environment},
        .tenant = "",
    };
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

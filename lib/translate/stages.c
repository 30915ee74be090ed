/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/stages.h"

#include "application/largest.h"
#include "base/timestamp.h"
#include "commandline/version_guess.h"
#include "kubernetes/marks.h"
#include "kubernetes/names.h"
#include "kubernetes/object.h"
#include "operator/webhook/executor_lost.h"
#include "spark/digest.h"
#include "spark/driver/pod_template.h"
#include "translate/command_largest.h"
#include "translate/reserved_names.h"

#include <inttypes.h>
#include <string.h>

static const char *non_empty(const char *text)
{
    return text && *text ? text : NULL;
}

/* ---- the application ---- */

/* A value of another type is there: the check refuses it. */
static bool lacks(const cJSON *metadata, const char *key)
{
    const cJSON *node = spk_json_get(metadata, key);
    const char *text = spk_json_string(node);

    return !node || spk_json_is_null(node) || (text && *text == '\0');
}

/* Add the uid and namespace that the caller knows and the manifest lacks. */
static void complete_metadata(const struct spk_pass *pass, Spk__SparkApplication *application)
{
    const char *ns = non_empty(pass->settings->default_namespace);
    cJSON *metadata = spk_struct_tree(application->metadata);

    if (!metadata) {
        metadata = spk_json_new_object(pass->arena);
        application->metadata = spk_struct_new(pass->arena, metadata);
    }
    if (lacks(metadata, "namespace"))
        spk_json_text(metadata, "namespace", ns ? ns : "default");
    if (non_empty(pass->request->uid) && lacks(metadata, "uid"))
        spk_json_text(metadata, "uid", pass->request->uid);
}

bool spk_stage_application(const struct spk_pass *pass)
{
    const struct spk_payload *payload = &pass->request->payload;
    struct spk_warnings *warnings = &pass->out->warnings;
    Spk__SparkApplication *application = payload->application;
    struct spk_application_options options = {
        .warn_unknown_fields = pass->settings->warn_unknown_fields,
        .apply_defaults = !pass->request->skip_defaults,
    };

    if (payload->kind == SPK_PAYLOAD_MANIFEST &&
        !spk_application_read(pass->arena, payload->manifest.data, payload->manifest.length,
                              &options, &application, warnings, pass->err))
        return false;
    pass->arena->largest = spk_application_largest(pass->arena, application);
    complete_metadata(pass, application);
    if (!spk_application_check(pass->arena, application, &options, warnings, pass->err))
        return false;
    pass->out->application = application;
    pass->out->owner = spk_application_name(application);
    pass->out->uid_field = "metadata.uid";
    pass->out->uid = non_empty(spk_application_uid(application));
    return true;
}

/* ---- the operator stage ---- */

static bool applies_steps(const struct spk_pass *pass)
{
    enum spk_controller_steps wanted = pass->request->controller_steps;

    if (wanted == SPK_STEPS_DEFAULT)
        wanted = pass->settings->controller_steps;
    return wanted != SPK_STEPS_NONE;
}

static bool mutates_natively(const struct spk_pass *pass)
{
    enum spk_pod_mutation mutation =
        spk_mutation_in_force(pass->settings, pass->request->pod_mutation);

    if (mutation == SPK_MUTATION_AUTO)
        mutation = pass->out->uid ? SPK_MUTATION_NONE : SPK_MUTATION_NATIVE;
    pass->out->pod_mutation = mutation;
    return mutation == SPK_MUTATION_NATIVE;
}

static const char *status_text(const Spk__SparkApplication *application, const char *key)
{
    return non_empty(spk_json_get_text(spk_struct_tree(application->status), key));
}

/* The caller's submission id, wherever it stands; NULL: none. */
const char *spk_given_submission_id(const struct spk_pass *pass)
{
    const char *given = non_empty(pass->request->submission_id);

    if (given || !pass->out->application)
        return given;
    return status_text(pass->out->application, "submissionID");
}

bool spk_stage_operator(const struct spk_pass *pass, const char *submission_id)
{
    struct spk_operator_request request = {
        .application = pass->out->application,
        .submission_id = submission_id,
        .options = &pass->settings->operator_options,
        .controller_steps = applies_steps(pass),
        .native_mutation = mutates_natively(pass),
        .webhook_follows = pass->settings->webhook_follows,
        .is_standalone = pass->settings->is_standalone,
    };

    return spk_operator_run(pass->arena, &request, &pass->out->operator_output,
                            &pass->out->warnings, pass->err);
}

/* ---- the command line ---- */

/* Set in the invocation, which is complete but for it. */
static bool resolve_version(const struct spk_pass *pass, struct spk_invocation *invocation)
{
    const char *wanted = non_empty(pass->request->spark_version);
    const Spk__SparkApplication *application = pass->out->application;

    if (!wanted && application && application->spec)
        wanted = non_empty(application->spec->spark_version);
    if (!wanted && !pass->settings->default_spark_version) {
        spk_guess_version(
            pass->arena, invocation, application ? "spec.sparkVersion" : "spark_version",
            application ? "set spec.sparkVersion" : "name the version", &pass->out->warnings);
        return true;
    }
    if (!spk_version_resolve(pass->arena, wanted, pass->settings->default_spark_version,
                             pass->settings->strict_spark_version, &invocation->version,
                             &pass->out->warnings, pass->err))
        return spk_fail_at(pass->err, "%s",
                           non_empty(pass->request->spark_version) || !application
                               ? "spark_version"
                               : "spec.sparkVersion");
    return true;
}

/* A submitted application never takes its environment from the caller. */
static void invoke_from_operator(const struct spk_pass *pass,
                                 struct spk_invocation *invocation)
{
    const struct spk_operator_output *output = &pass->out->operator_output;

    invocation->arguments = output->arguments;
    invocation->n = output->n;
    invocation->driver_template = (struct spk_template){
        .tree = output->driver_template,
        .origin = "spec.driver.template",
    };
    invocation->executor_template = (struct spk_template){
        .tree = output->executor_template,
        .origin = "spec.executor.template",
    };
    invocation->mutations = output->driver_mutations;
}

static void invoke_from_command(const struct spk_pass *pass, struct spk_invocation *invocation)
{
    const struct spk_payload *payload = &pass->request->payload;
    struct spk_argument *arguments =
        spk_alloc_array(pass->arena, payload->arguments.n, sizeof(*arguments));

    for (size_t i = 0; i < payload->arguments.n; i++)
        arguments[i].text = payload->arguments.items[i];
    pass->arena->largest = spk_command_largest(pass->arena, payload);
    invocation->arguments = arguments;
    invocation->n = payload->arguments.n;
    invocation->properties = payload->properties;
    invocation->driver_template = payload->driver_template;
    invocation->executor_template = payload->executor_template;
    if (payload->environment)
        invocation->environment = *payload->environment;
}

static bool parse(const struct spk_pass *pass)
{
    struct spk_invocation invocation = {
        .properties = {.arena = pass->arena},
        .environment = pass->settings->environment,
    };
    struct spk_command_line line = {0};

    if (pass->out->application)
        invoke_from_operator(pass, &invocation);
    else
        invoke_from_command(pass, &invocation);
    if (!resolve_version(pass, &invocation))
        return false;
    if (!spk_command_line_parse(pass->arena, &invocation, &line, pass->err))
        return false;
    if (line.command != SPK_COMMAND_SUBMIT)
        return spk_fail(pass->err, SPK_INVALID_SPARK_SUBMIT_ARGS,
                        "the command line does not submit an application");
    pass->out->submission = line.submission;
    spk_warnings_add(&pass->out->warnings, pass->arena, &line.warnings);
    return spk_reserved_check(pass->arena, &line.submission, pass->err);
}

static void warn_of_executors(const struct spk_pass *pass,
                              const struct spk_submission *submission,
                              struct spk_warnings *warnings)
{
    const struct spk_executor_facts facts = {
        .conf = &submission->conf,
        .version = submission->version,
        .has_hadoop_conf = spk_environment_get(&submission->environment, "HADOOP_CONF_DIR"),
    };

    spk_executor_lost(pass->arena, &pass->out->operator_output.executor_mutations, &facts,
                      warnings);
}

void spk_stage_warn_of_executors(const struct spk_pass *pass)
{
    struct spk_prepared trial = *pass->out;
    struct spk_err ignored = {0};
    const struct spk_pass further = {pass->arena, pass->settings, pass->request, &trial,
                                     &ignored};

    trial.warnings = (struct spk_warnings){0};
    if (trial.operator_output.executor_mutations.n > 0 && parse(&further))
        warn_of_executors(pass, &trial.submission, &pass->out->warnings);
}

/* ---- identity ---- */

static int64_t status_counter(const Spk__SparkApplication *application, const char *parent,
                              const char *key)
{
    cJSON *tree = spk_struct_tree(strcmp(parent, "metadata") == 0 ? application->metadata
                                                                  : application->status);
    int64_t value = 0;

    (void)spk_json_get_int(spk_json_get(tree, key), &value);
    return value;
}

static bool is_application(const cJSON *owner)
{
    const char *api = spk_json_get_text(owner, "apiVersion");

    return api && spk_starts_with(api, SPK_OPERATOR_GROUP) &&
           spk_text_equal(spk_json_get_text(owner, "kind"), "SparkApplication");
}

/* The template as Spark will read it; NULL: none, or the plan will say what is wrong. */
static const cJSON *template_of(const struct spk_pass *pass)
{
    const struct spk_submission *submission = &pass->out->submission;
    const struct spk_template *given = &submission->driver_template;
    struct spk_reader reader = spk_reader_of(pass->arena, submission);
    struct spk_pod_template loaded = {0};
    struct spk_err ignored = {0};

    if (given->tree || !given->text.data ||
        !spk_pod_template_load(given, &reader, &loaded, NULL, &ignored))
        return given->tree;
    return loaded.pod;
}

/* A command names its application in the driver template, as the operator writes it. */
static bool note_owner(const struct spk_pass *pass)
{
    struct spk_prepared *out = pass->out;
    const char *origin = out->submission.driver_template.origin;
    size_t i = 0;

    SPK_JSON_EACH (owner, spk_json_at(template_of(pass), "metadata.ownerReferences")) {
        size_t at = i++;

        if (!is_application(owner))
            continue;
        out->owner = non_empty(spk_json_get_text(owner, "name"));
        if (!out->owner)
            return true;
        out->uid = non_empty(spk_json_get_text(owner, "uid"));
        out->uid_field =
            spk_printf(pass->arena, "%s.metadata.ownerReferences[%zu].uid", origin, at);
        if (spk_is_dns1123_subdomain(out->owner))
            return true;
        (void)spk_fail(pass->err, SPK_INVALID_FIELD,
                       "'%.64s' is not the name of a SparkApplication", out->owner);
        return spk_fail_at(pass->err, "%s.metadata.ownerReferences[%zu].name", origin, at);
    }
    return true;
}

static const char *conf_or(const struct spk_conf *conf, const char *key, const char *otherwise)
{
    const char *value = spk_conf_get(conf, key);

    return value ? value : otherwise;
}

static bool identify(const struct spk_pass *pass, const char *submission_id)
{
    struct spk_prepared *out = pass->out;
    const Spk__SparkApplication *application = out->application;
    const struct spk_conf *conf = &out->submission.conf;
    struct spk_key_input input = {
        .idempotency_key = non_empty(pass->request->idempotency_key),
        .ns = conf_or(conf, "spark.kubernetes.namespace", "default"),
        .tenant = pass->request->tenant,
        .application = conf_or(conf, "spark.app.name", "spark"),
        .submission_id = submission_id,
        .random = pass->request->random,
        .input_sha256 = spk_submission_digest(pass->arena, &out->submission),
    };

    if (!application) {
        if (!note_owner(pass))
            return false;
        if (!submission_id)
            input.submission_id = non_empty(spk_conf_get(conf, SPK_CONF_DRIVER_SUBMISSION_ID));
    }
    input.uid = out->uid;
    if (application && out->uid) {
        input.has_counters = true;
        input.generation = status_counter(application, "metadata", "generation");
        input.submission_attempts =
            status_counter(application, "status", "submissionAttempts");
        input.execution_attempts = status_counter(application, "status", "executionAttempts");
    }
    return spk_key_make(pass->arena, &input, &out->key, pass->err);
}

/* ---- objects ---- */

/* When the attempt was recorded, so that repeating it gives the same bytes. */
static bool recorded_time_ms(const struct spk_pass *pass, int64_t *out)
{
    const Spk__SparkApplication *application = pass->out->application;
    const char *recorded = NULL;
    int64_t seconds;

    if (application)
        recorded = spk_json_get_text(spk_struct_tree(application->status),
                                     "lastSubmissionAttemptTime");
    if (!recorded || !spk_timestamp_read(recorded, &seconds))
        return false;
    *out = seconds * 1000;
    return true;
}

/* True if a caller could send this key again. Random and input-derived keys are first told in
 * the answer. */
static bool is_repeatable(const struct spk_key *key)
{
    return key->source != SPK_KEY_RANDOM && key->source != SPK_KEY_INPUT;
}

static bool make_plan(const struct spk_pass *pass)
{
    struct spk_prepared *out = pass->out;
    const struct spk_key *key = &out->key;
    const char *local_dirs[] = {"local-dirs/v1", key->attempt_sha256};
    int64_t time_ms = pass->request->submit_time_ms;
    bool is_recorded = recorded_time_ms(pass, &time_ms);
    struct spk_ids ids = {
        .application_id = spk_printf(pass->arena, "spark-%.32s", key->attempt_sha256),
        .unique_id = key->object,
        .conf_id = key->object,
        .service_id = key->object,
        .pod_id = key->attempt,
        .local_dirs_id = spk_key_uuid(
            pass->arena, spk_hash_fields(pass->arena, local_dirs, SPK_LEN(local_dirs))),
        .submit_time_ms = spk_printf(pass->arena, "%" PRId64, time_ms),
        .is_time_of_call = !is_recorded && is_repeatable(key),
    };

    if (!spk_plan_make(pass->arena, &out->submission, &ids, &out->plan, pass->err))
        return false;
    spk_warnings_add(&out->warnings, pass->arena, &out->plan.warnings);
    return true;
}

static enum spk_part_kind part_kind(enum spk_object_role role)
{
    static const enum spk_part_kind kinds[] = {
        [SPK_ROLE_BEFORE] = SPK_PART_CONTROLLER,   [SPK_ROLE_POD] = SPK_PART_POD,
        [SPK_ROLE_SECRET] = SPK_PART_SECRET,       [SPK_ROLE_SERVICE] = SPK_PART_SERVICE,
        [SPK_ROLE_POLICY] = SPK_PART_POLICY,       [SPK_ROLE_CLAIM] = SPK_PART_CLAIM,
        [SPK_ROLE_CONFIGMAP] = SPK_PART_CONFIGMAP,
    };

    return kinds[role];
}

void spk_stage_parts(const struct spk_pass *pass)
{
    struct spk_prepared *out = pass->out;
    const struct spk_operator_output *output = &out->operator_output;
    size_t n = 0;
    struct spk_part *parts =
        spk_alloc_array(pass->arena, output->n_extra_objects + out->plan.n, sizeof(*parts));

    for (size_t i = 0; i < output->n_extra_objects; i++)
        parts[n++] = (struct spk_part){SPK_PART_CONTROLLER, output->extra_objects[i]};
    for (size_t i = 0; i < out->plan.n; i++)
        parts[n++] = (struct spk_part){part_kind(out->plan.objects[i].role),
                                       out->plan.objects[i].object};
    for (size_t i = 0; i < n; i++)
        spk_json_text(spk_json_child(parts[i].object, "metadata"), "namespace",
                      out->plan.namespace_);

    struct spk_deployment deployment = {
        .variant = out->uid && !pass->settings->gate_always ? SPK_VARIANT_P : SPK_VARIANT_G,
        .key = &out->key,
        .ns = out->plan.namespace_,
        .application = out->owner,
        .uid = out->uid,
        .submission_id = spk_json_get_text(spk_json_at(out->plan.pod, "metadata.labels"),
                                           SPK_LABEL_SUBMISSION_ID),
    };
    out->parts = spk_parts_prepare(pass->arena, &deployment, parts, n);
}

/* ---- the stages together ---- */

bool spk_has_application(const struct spk_pass *pass)
{
    return pass->request->payload.kind != SPK_PAYLOAD_COMMAND;
}

/*
 * An application's submission id enters its arguments. When nobody gave one it derives from
 * the attempt, which may derive from the input, which leaves the id out: so the operator stage
 * runs again once it is known.
 */
bool spk_stage_submission(const struct spk_pass *pass)
{
    const char *given = spk_given_submission_id(pass);

    if (!spk_has_application(pass))
        return parse(pass) && identify(pass, given);
    if (!spk_stage_operator(pass, given ? given : "") || !parse(pass) ||
        !identify(pass, given))
        return false;
    if (!given && (!spk_stage_operator(pass, pass->out->key.submission_id) || !parse(pass)))
        return false;
    warn_of_executors(pass, &pass->out->submission, &pass->out->warnings);
    return true;
}

/* Whether the payload names another namespace than its own metadata. */
static bool check_namespace(const struct spk_pass *pass)
{
    const struct spk_prepared *out = pass->out;
    const char *conf = conf_or(&out->submission.conf, "spark.kubernetes.namespace", "default");

    if (!out->application || strcmp(conf, spk_application_namespace(out->application)) == 0)
        return true;
    (void)spk_fail(pass->err, SPK_INVALID_FIELD,
                   "'%.63s' is not the application's namespace '%.63s'", conf,
                   spk_application_namespace(out->application));
    return spk_fail_at(pass->err, "spec.sparkConf[spark.kubernetes.namespace]");
}

/* The plan looked at its own. */
static bool check_extra_objects(const struct spk_pass *pass)
{
    const struct spk_operator_output *output = &pass->out->operator_output;

    for (size_t i = 0; i < output->n_extra_objects; i++)
        if (!spk_object_fits(pass->arena, output->extra_objects[i], pass->err))
            return false;
    return true;
}

bool spk_stage_plan(const struct spk_pass *pass)
{
    if (spk_has_application(pass) && !spk_stage_application(pass))
        return false;
    return spk_stage_submission(pass) && check_namespace(pass) && check_extra_objects(pass) &&
           make_plan(pass);
}

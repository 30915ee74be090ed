/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/invocation.h"

#include "commandline/version_guess.h"
#include "translate/command_largest.h"
#include "translate/reserved_names.h"

static const char *non_empty(const char *text)
{
    return text && *text ? text : NULL;
}

/* A submitted application never takes its environment from the caller. */
static void invoke_operator(const struct spk_operator_output *output,
                            struct spk_invocation *invocation)
{
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

static void invoke_command(struct spk_arena *arena, const struct spk_payload *payload,
                           struct spk_invocation *invocation)
{
    struct spk_argument *arguments =
        spk_alloc_array(arena, payload->arguments.n, sizeof(*arguments));

    for (size_t i = 0; i < payload->arguments.n; i++)
        arguments[i].text = payload->arguments.items[i];
    arena->largest = spk_command_largest(arena, payload);
    invocation->arguments = arguments;
    invocation->n = payload->arguments.n;
    invocation->properties = payload->properties;
    invocation->driver_template = payload->driver_template;
    invocation->executor_template = payload->executor_template;
    if (payload->environment)
        invocation->environment = *payload->environment;
}

struct spk_invocation spk_invocation_of(struct spk_arena *arena,
                                        const struct spk_settings *settings,
                                        const struct spk_request *request,
                                        const struct spk_operator_output *output)
{
    struct spk_invocation invocation = {
        .properties = {.arena = arena},
        .environment = settings->environment,
    };

    if (output)
        invoke_operator(output, &invocation);
    else
        invoke_command(arena, &request->payload, &invocation);
    return invocation;
}

static const char *version_of_stored(const cJSON *stored)
{
    return non_empty(spk_json_get_text(spk_json_get(stored, "spec"), "sparkVersion"));
}

/* A submitter has one Spark, and may be told of an application that is written for another. */
static void warn_of_difference(struct spk_arena *arena, const char *given, const char *stored,
                               struct spk_warnings *warnings)
{
    struct spk_version ours, theirs;
    struct spk_warnings unwanted = {0};
    struct spk_err ignored = {0};

    if (stored && spk_version_resolve(arena, given, NULL, false, &ours, &unwanted, &ignored) &&
        spk_version_resolve(arena, stored, NULL, false, &theirs, &unwanted, &ignored) &&
        spk_version_line(&ours) != spk_version_line(&theirs))
        spk_warn(warnings, arena, "SPARK_VERSION_DIFFERS", "spark_version",
                 "the application's spec.sparkVersion is '%.32s', it is submitted for Spark "
                 "%.32s",
                 stored, given);
}

bool spk_invocation_set_version(struct spk_arena *arena, const struct spk_settings *settings,
                                const struct spk_request *request,
                                const Spk__SparkApplication *application,
                                struct spk_invocation *invocation,
                                struct spk_warnings *warnings, struct spk_err *err)
{
    const char *override = non_empty(request->spark_version), *wanted = override;

    if (override && request->stored)
        warn_of_difference(arena, override, version_of_stored(request->stored), warnings);
    if (!wanted && application && application->spec)
        wanted = non_empty(application->spec->spark_version);
    if (!wanted && request->stored)
        wanted = version_of_stored(request->stored);
    if (!wanted && !settings->default_spark_version) {
        spk_guess_version(
            arena, invocation, application ? "spec.sparkVersion" : "spark_version",
            application ? "set spec.sparkVersion" : "name the version", warnings);
        return true;
    }
    return spk_version_resolve(arena, wanted, settings->default_spark_version,
                               settings->strict_spark_version, &invocation->version, warnings,
                               err) ||
           spk_fail_at(err, "%s",
                       override || !application ? "spark_version" : "spec.sparkVersion");
}

bool spk_invocation_run(struct spk_arena *arena, const struct spk_invocation *invocation,
                        struct spk_submission *out, struct spk_warnings *warnings,
                        struct spk_err *err)
{
    struct spk_command_line line = {0};

    if (!spk_command_line_parse(arena, invocation, &line, err))
        return false;
    if (line.command != SPK_COMMAND_SUBMIT)
        return spk_fail(err, SPK_INVALID_SPARK_SUBMIT_ARGS,
                        "the command line does not submit an application");
    *out = line.submission;
    spk_warnings_add(warnings, arena, &line.warnings);
    return spk_reserved_check(arena, out, err);
}

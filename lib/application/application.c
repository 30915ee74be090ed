/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"

#include "application/kind.h"
#include "application/stages.h"

#include <string.h>

cJSON *spk_struct_tree(const Google__Protobuf__Struct *field)
{
    return field ? ((const struct spk_struct *)field)->tree : NULL;
}

Google__Protobuf__Struct *spk_struct_new(struct spk_arena *arena, cJSON *tree)
{
    struct spk_struct *field = spk_alloc(arena, sizeof(*field));

    google__protobuf__struct__init(&field->base);
    field->tree = tree;
    return &field->base;
}

const char *spk_application_name(const Spk__SparkApplication *application)
{
    return spk_json_get_text(spk_struct_tree(application->metadata), "name");
}

const char *spk_application_namespace(const Spk__SparkApplication *application)
{
    const char *ns = spk_json_get_text(spk_struct_tree(application->metadata), "namespace");

    return ns && *ns ? ns : "default";
}

const char *spk_application_uid(const Spk__SparkApplication *application)
{
    const char *uid = spk_json_get_text(spk_struct_tree(application->metadata), "uid");

    return uid && *uid ? uid : NULL;
}

/* What is valid for the operator and yet not to be submitted here. */
static bool check_support(const Spk__SparkApplicationSpec *spec, struct spk_err *err)
{
    if (spec->has_suspend && spec->suspend) {
        (void)spk_fail(err, SPK_APPLICATION_SUSPENDED,
                       "the application is suspended: set it to false to run it");
        return spk_fail_at(err, "spec.suspend");
    }
    if (spec->mode && strcmp(spec->mode, "client") == 0) {
        (void)spk_fail(err, SPK_UNSUPPORTED_FEATURE,
                       "client mode runs the driver where spark-submit runs: use cluster");
        return spk_fail_at(err, "spec.mode");
    }
    return true;
}

/* The mutating webhook leaves an application alone once it has left its first state. */
static bool is_defaulted(const Spk__SparkApplication *application,
                         const struct spk_application_options *options)
{
    const char *state = spk_json_string(
        spk_json_at(spk_struct_tree(application->status), "applicationState.state"));

    return options->apply_defaults &&
           (!state || *state == '\0' || strcmp(state, "INVALIDATING") == 0);
}

bool spk_application_check(struct spk_arena *arena, Spk__SparkApplication *application,
                           const struct spk_application_options *options,
                           struct spk_warnings *warnings, struct spk_err *err)
{
    struct spk_findings findings = spk_findings_start(arena);
    bool defaulted = is_defaulted(application, options);

    if (!spk_kind_check(application->api_version, application->kind, err))
        return false;
    spk_check_required(&findings, application, !defaulted);
    if (!application->spec)
        return spk_findings_none(&findings, err);
    spk_complete(arena, application);
    if (defaulted)
        spk_apply_defaults(application->spec);
    spk_check_values(&findings, application);
    spk_check_metadata(&findings, application);
    spk_check_webhook(&findings, application);
    spk_warn_deprecated(arena, application, warnings);
    return spk_findings_none(&findings, err) && check_support(application->spec, err);
}

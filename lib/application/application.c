/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"

#include "application/checks.h"
#include "application/kind.h"
#include "application/unknown.h"

#include <string.h>

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

/* Applications that are valid for the operator and are not to be submitted here. */
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

/* Unknown fields of a typed message; those of a manifest are gone by now. The API server
 * decodes before it looks at values, so they are told first. */
static bool check_unknown(struct spk_arena *arena, Spk__SparkApplication *application,
                          const struct spk_application_options *options,
                          struct spk_warnings *warnings, struct spk_err *err)
{
    struct spk_findings findings = spk_findings_start(arena);
    struct spk_unknowns unknowns = {
        .findings = &findings, .warnings = warnings, .warn = options->warn_unknown_fields};

    spk_check_unknown(&unknowns, application);
    return spk_findings_none(&findings, err);
}

bool spk_application_check(struct spk_arena *arena, Spk__SparkApplication *application,
                           const struct spk_application_options *options,
                           struct spk_warnings *warnings, struct spk_err *err)
{
    struct spk_findings found = spk_findings_start(arena), strict = found;

    if (!spk_kind_check(application->api_version, application->kind, err) ||
        !check_unknown(arena, application, options, warnings, err))
        return false;
    spk_sort_maps(arena, application);
    spk_check_required(&found, application, false);
    spk_check_required(&strict, application, true);
    if (!application->spec)
        return spk_findings_none(&found, err);
    spk_complete(arena, application);
    /* If the mutating webhook changes nothing, the object is validated without Go's zero
     * values, so that the whole list of required fields of the CRD holds. */
    if (!options->apply_defaults || !spk_apply_defaults(application->spec))
        found = strict;
    spk_settle_embedded(&found, application);
    spk_check_values(&found, application);
    spk_check_metadata(&found, application);
    spk_check_webhook(&found, application);
    spk_warn_deprecated(arena, application, warnings);
    return spk_findings_none(&found, err) && check_support(application->spec, err);
}

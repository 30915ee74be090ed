/* SPDX-License-Identifier: Apache-2.0 */
#include "application/application.h"
#include "application/decode.h"
#include "application/kind.h"

#include "base/limits.h"
#include "json/manifest.h"

bool spk_application_read(struct spk_arena *arena, const char *bytes, size_t length,
                          const struct spk_application_options *options,
                          Spk__SparkApplication **out, struct spk_warnings *warnings,
                          struct spk_err *err)
{
    struct spk_findings findings = spk_findings_start(arena);
    struct spk_unknowns unknowns = {
        .findings = &findings, .warnings = warnings, .warn = options->warn_unknown_fields};
    struct spk_tree_decoder decoder = {
        .arena = arena, .findings = &findings, .unknowns = &unknowns};
    cJSON *tree;

    if (length > SPK_MAX_REQUEST)
        return spk_fail(err, SPK_REQUEST_TOO_LARGE,
                        "the manifest has %zu bytes, at most %zu are accepted", length,
                        SPK_MAX_REQUEST);
    if (!spk_manifest_read(arena, bytes, length, warnings, &tree, err))
        return false;
    if (!spk_json_is_object(tree))
        return spk_fail(err, SPK_INVALID_MANIFEST,
                        "a SparkApplication is an object, the document is a %s",
                        spk_json_type_name(tree));
    /* Before the fields: those of another kind are all unknown. */
    if (!spk_kind_check(spk_json_get_text(tree, "apiVersion"), spk_json_get_text(tree, "kind"),
                        err))
        return false;
    Spk__SparkApplication *application =
        spk_message_new(arena, &spk__spark_application__descriptor);
    spk_decode(&decoder, tree, &application->base);
    spk_check_unknown(&unknowns, application);
    if (!spk_findings_none(&findings, err))
        return false;
    *out = application;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/payload.h"

#include "application/largest.h"

/* A value of another type is there: the check refuses it. */
static bool lacks(const cJSON *metadata, const char *key)
{
    const cJSON *node = spk_json_get(metadata, key);
    const char *text = spk_json_string(node);

    return !node || spk_json_is_null(node) || (text && *text == '\0');
}

/* Add the uid and namespace that the caller knows and the application lacks. */
static void complete_metadata(struct spk_arena *arena, const char *ns, const char *uid,
                              Spk__SparkApplication *application)
{
    cJSON *metadata = spk_struct_tree(application->metadata);

    if (!metadata) {
        metadata = spk_json_new_object(arena);
        application->metadata = spk_struct_new(arena, metadata);
    }
    if (lacks(metadata, "namespace"))
        spk_json_text(metadata, "namespace", ns && *ns ? ns : "default");
    if (uid && *uid && lacks(metadata, "uid"))
        spk_json_text(metadata, "uid", uid);
}

bool spk_payload_application(struct spk_arena *arena, const struct spk_settings *settings,
                             const struct spk_request *request,
                             const Spk__SparkApplication **out, struct spk_warnings *warnings,
                             struct spk_err *err)
{
    const struct spk_payload *payload = &request->payload;
    Spk__SparkApplication *application = payload->application;
    const struct spk_application_options options = {
        .warn_unknown_fields = settings->warn_unknown_fields,
        .apply_defaults = !request->skip_defaults,
    };

    if (payload->kind == SPK_PAYLOAD_MANIFEST &&
        !spk_application_read(arena, payload->manifest.data, payload->manifest.length,
                              &options, &application, warnings, err))
        return false;
    arena->largest = spk_application_largest(arena, application);
    complete_metadata(arena, settings->default_namespace, request->uid, application);
    if (!spk_application_check(arena, application, &options, warnings, err))
        return false;
    *out = application;
    return true;
}

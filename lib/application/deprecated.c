/* SPDX-License-Identifier: Apache-2.0 */
#include "application/checks.h"
#include "application/field.h"

#include <string.h>

static const struct deprecated {
    const char *field, *text;
} deprecated[] = {
    {"env_secret_key_refs", "deprecated: use env"},
    {"env_vars", "deprecated: use env"},
    {"failure_retries", "has no effect: use restartPolicy"},
    {"retry_interval", "has no effect: use restartPolicy"},
};

struct notice {
    struct spk_findings path;
    struct spk_warnings *warnings;
};

static void visit_deprecated(void *context, ProtobufCMessage *message)
{
    struct notice *notice = context;

    for (size_t i = 0; i < SPK_LEN(deprecated); i++) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(message->descriptor,
                                                            deprecated[i].field);

        if (!field || !spk_field_is_set(message, field))
            continue;
        size_t before = spk_enter(&notice->path, "%s", spk_field_json_name(field).text);
        spk_warn(notice->warnings, notice->path.arena, "DEPRECATED_FIELD", notice->path.path,
                 "%s", deprecated[i].text);
        spk_leave(&notice->path, before);
    }
}

void spk_warn_deprecated(struct spk_arena *arena, Spk__SparkApplication *application,
                         struct spk_warnings *warnings)
{
    struct notice notice = {spk_findings_start(arena), warnings};

    spk_message_walk(&notice.path, &application->base, visit_deprecated, &notice);
}

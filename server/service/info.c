/* SPDX-License-Identifier: Apache-2.0 */
/* GetInfo: answered from what the process knows. */
#include "base/limits.h"
#include "deploy/key.h"
#include "service/service.h"

#include <string.h>

static const struct spk_info_limit limits[] = {
    {"request_bytes", SPK_MAX_REQUEST},
    {"response_bytes", SPK_MAX_RESPONSE},
    {"metadata_bytes", SPK_MAX_METADATA},
    {"string_bytes", SPK_MAX_STRING},
    {"nodes", SPK_MAX_NODES},
    {"depth", SPK_MAX_DEPTH},
    {"keys", SPK_MAX_KEYS},
    {"elements", SPK_MAX_ELEMENTS},
    {"configmap_bytes", SPK_MAX_CONFIGMAP},
    {"object_bytes", SPK_MAX_OBJECT},
    {"objects", SPK_MAX_OBJECTS},
    {"claims", SPK_MAX_CLAIMS},
};

static const char *features[] = {
    "submit.p",         "submit.g", "render", "dry-run", "pod-mutation",
    "controller-steps", "get",      "list",   "kill",    "watch"};
static const char *forms[] = {"application", "manifest", "command"};

/* "4.1" of "4.1.4". */
static const char *line_name(struct spk_arena *arena, enum spk_line line)
{
    const char *text = spk_line_reference(line);

    return spk_strndup(arena, text, (size_t)(strrchr(text, '.') - text));
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_service *service = operation->service;
    struct spk_info_response *response = spk_alloc(operation->arena, sizeof(*response));
    const char *fallback = service->settings.default_spark_version;
    const char **lines = spk_alloc_array(operation->arena, SPK_SPARK_LINES, sizeof(*lines));

    (void)err;
    for (int i = 0; i < SPK_SPARK_LINES; i++)
        lines[i] = line_name(operation->arena, (enum spk_line)i);
    *response = (struct spk_info_response){
        .name = "sparksubmitd",
        .version = SPK_VERSION,
        .api_version = "v1",
        .mode = service->mode,
        .kubernetes_version = service->kubernetes_version(service->version_context),
        .render_revision = SPK_RENDER_REVISION,
        .spark_versions = {lines, SPK_SPARK_LINES},
        .features = {features, SPK_LEN(features)},
        .payload_forms = {forms, SPK_LEN(forms)},
        .default_spark_version = fallback ? fallback : lines[SPK_SPARK_LINES - 1],
        .pod_mutation = spk_mutation_in_force(&service->settings, SPK_MUTATION_DEFAULT),
        .limits = limits,
        .n_limits = SPK_LEN(limits),
    };
    operation->response = response;
    return true;
}

const struct spk_operation_type spk_info_type = {.name = "GetInfo", .prepare = prepare};

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "grpc/codec/wire.h"
#include "grpc/loop.h"
#include "payload.h"
#include "service.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include <string.h>

const struct spk_service *spk_service_of(const struct spk_call *call)
{
    return call->rpc->context;
}

ProtobufCMessage *spk_service_decode(struct spk_call *call, struct spk_warnings *warnings)
{
    const struct spk_wire_options options = {
        .application = &spk__spark_application__descriptor,
        .warn_unknown_fields = spk_service_of(call)->config->unknown_fields ==
                               SPK_UNKNOWN_WARN,
    };
    struct spk_err err = {0};
    ProtobufCMessage *message;

    if (spk_wire_decode(&call->arena, call->method->request,
                        (struct spk_bytes){(const char *)call->request, call->request_length},
                        &options, &message, warnings, &err))
        return message;
    spk_call_fail(call, &err);
    return NULL;
}

/* ---- GetInfo ---- */

static const struct {
    const char *name;
    int64_t value;
} limits[] = {
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

static const char *features[] = {"submit.p", "submit.g",     "render",
                                 "dry-run",  "pod-mutation", "controller-steps"};
static const char *forms[] = {"application", "manifest", "command"};

/* "4.1" of "4.1.4". */
static const char *line_name(struct spk_arena *arena, enum spk_line line)
{
    const char *text = spk_line_reference(line);

    return spk_strndup(arena, text, (size_t)(strrchr(text, '.') - text));
}

static void fill_limits(struct spk_arena *arena, Spk__GetInfoResponse *response)
{
    response->limits = spk_alloc_array(arena, SPK_LEN(limits), sizeof(*response->limits));
    for (size_t i = 0; i < SPK_LEN(limits); i++) {
        Spk__GetInfoResponse__LimitsEntry *entry = spk_alloc(arena, sizeof(*entry));

        spk__get_info_response__limits_entry__init(entry);
        entry->key = limits[i].name;
        entry->has_value = 1;
        entry->value = limits[i].value;
        response->limits[response->n_limits++] = entry;
    }
}

void spk_method_get_info(struct spk_call *call)
{
    const struct spk_service *service = spk_service_of(call);
    Spk__GetInfoResponse response = SPK__GET_INFO_RESPONSE__INIT;
    const char *versions[SPK_SPARK_LINES], *fallback = service->config->default_spark_version;
    struct spk_warnings warnings = {0};

    if (!spk_service_decode(call, &warnings))
        return;
    for (int i = 0; i < SPK_SPARK_LINES; i++)
        versions[i] = line_name(&call->arena, (enum spk_line)i);
    response.name = "sparksubmitd";
    response.version = SPK_VERSION;
    response.api_version = "v1";
    response.render_revision = spk_printf(&call->arena, "%d", SPK_RENDER_REVISION);
    response.n_supported_spark_versions = SPK_SPARK_LINES;
    response.supported_spark_versions = versions;
    response.n_features = SPK_LEN(features);
    response.features = features;
    response.n_payload_forms = SPK_LEN(forms);
    response.payload_forms = forms;
    response.mode = service->config->mode == SPK_MODE_SIDECAR ? "sidecar" : "standalone";
    response.kubernetes_version = spk_probe_version(service->probe);
    response.default_spark_version = fallback ? fallback : versions[SPK_SPARK_LINES - 1];
    response.has_pod_mutation = 1;
    response.pod_mutation = spk_pod_mutation_message(
        spk_mutation_in_force(&service->settings, SPK_MUTATION_DEFAULT));
    fill_limits(&call->arena, &response);
    spk_call_answer(call, &response.base);
}

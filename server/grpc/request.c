/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/request.h"

#include "grpc/codec/wire.h"
#include "grpc/server_group.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include <string.h>

static bool was_tried_before(const struct spk_call *call)
{
    static const char key[] = "grpc-previous-rpc-attempts";

    for (size_t i = 0; i < call->metadata.count; i++) {
        grpc_slice name = call->metadata.metadata[i].key;

        if (GRPC_SLICE_LENGTH(name) == sizeof(key) - 1 &&
            memcmp(GRPC_SLICE_START_PTR(name), key, sizeof(key) - 1) == 0)
            return true;
    }
    return false;
}

static bool decode(struct spk_call *call, struct spk_err *err)
{
    const struct spk_settings *settings = &call->group->service->settings;
    const struct spk_wire_options options = {
        .application = &spk__spark_application__descriptor,
        .warn_unknown_fields = settings->warn_unknown_fields,
    };
    const struct spk_bytes bytes = {(const char *)call->request, call->request_length};
    struct spk_warnings warnings = {0};
    ProtobufCMessage *message;

    return spk_wire_decode(&call->arena, call->method->request, bytes, &options, &message,
                           &warnings, err) &&
           call->method->operation->read(&call->arena, message, &warnings,
                                         &call->operation.request, err);
}

bool spk_call_read_request(struct spk_call *call, struct spk_err *err)
{
    struct spk_operation *operation = &call->operation;

    if (!decode(call, err))
        return false;
    operation->type = call->method->operation->type;
    operation->service = call->group->service;
    operation->arena = &call->arena;
    operation->caller = (struct spk_caller){
        .tenant = "", .has_uid = !call->server->is_tcp, .uid = call->server->uid};
    operation->deadline_ms = call->deadline_ms;
    operation->traceparent = *call->traceparent ? call->traceparent : NULL;
    operation->repeated = was_tried_before(call);
    operation->context = call;
    return true;
}

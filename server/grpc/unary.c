/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/unary.h"

#include "grpc/codec/wire.h"
#include "grpc/loop.h"
#include "grpc/messages.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include <string.h>

/* ---- the answer, on whatever thread it comes ---- */

static void write_answer(struct spk_call *call)
{
    spk_call_answer(call,
                    call->method->operation->write(&call->arena, call->operation.response));
}

static void on_done(struct spk_operation *operation, const struct spk_err *err)
{
    struct spk_call *call = operation->context;

    if (err)
        spk_call_fail(call, err);
    else
        spk_call_run(call, write_answer);
}

static void on_release(struct spk_operation *operation)
{
    spk_call_drop_memory(operation->context);
}

/* ---- the way there ---- */

static void start(struct spk_call *call)
{
    spk_call_hold_memory(call); /* until on_release */
    spk_operation_start(&call->operation);
}

static void cancel(struct spk_call *call)
{
    spk_operation_cancel(&call->operation);
}

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

static bool read_request(struct spk_call *call, struct spk_err *err)
{
    const struct spk_settings *settings = &call->rpc->service->settings;
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

void spk_unary_run(struct spk_call *call)
{
    struct spk_operation *operation = &call->operation;
    struct spk_err err = {0};

    if (!read_request(call, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    operation->type = call->method->operation->type;
    operation->service = call->rpc->service;
    operation->arena = &call->arena;
    operation->caller.tenant = "";
    operation->deadline_ms = call->deadline_ms;
    operation->traceparent = *call->traceparent ? call->traceparent : NULL;
    operation->repeated = was_tried_before(call);
    operation->done = on_done;
    operation->release = on_release;
    operation->context = call;
    call->on_gone = cancel;
    call->then = start;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/reflection_service.h"

#include "base/limits.h"
#include "grpc/admission.h"
#include "grpc/loop.h"

#define MAX_REQUEST ((size_t)4096)

struct answer {
    struct spk_call *call;
    struct spk_arena *arena; /* of this answer alone: a stream may ask for ever */
    struct spk_err err;
    const uint8_t *bytes; /* NULL: err */
    size_t length;
};

static void make_answer(void *argument)
{
    struct answer *a = argument;
    const struct spk_call *call = a->call;

    if (!spk_reflection_answer(a->arena, &call->rpc->reflection, call->request,
                               call->request_length, &a->bytes, &a->length, &a->err))
        a->bytes = NULL;
}

static void answer(struct spk_call *call)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct answer a = {.call = call, .arena = &arena};

    if (!call->request) {
        spk_call_end(call);
        return;
    }
    if (call->request_length > MAX_REQUEST) {
        spk_call_refuse(call, SPK_REQUEST_TOO_LARGE, "the request is larger than 4 KiB");
        return;
    }
    if (!spk_arena_run(&arena, make_answer, &a))
        spk_call_refuse(call, SPK_SERVER_OVERLOADED, "there is no memory left");
    else if (a.bytes)
        spk_call_write(call, a.bytes, a.length);
    else
        spk_call_fail(call, &a.err);
}

static void end_when_closing(struct spk_call *call)
{
    if (atomic_load(&call->rpc->phase) >= SPK_RPC_REFUSING)
        spk_call_end(call);
}

void spk_reflection_serve(struct spk_call *call)
{
    struct spk_err err = {0};

    if (!call->rpc->reflection_on) {
        spk_call_refuse(call, SPK_METHOD_DISABLED, "reflection is switched off");
        return;
    }
    if (!spk_admission_enter_stream(call, end_when_closing, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    call->on_read = answer;
    call->on_written = spk_call_read;
    spk_call_read(call);
}

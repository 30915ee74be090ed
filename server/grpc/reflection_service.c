/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/reflection_service.h"

#include "base/limits.h"
#include "grpc/server_group.h"

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

    if (!spk_reflection_answer(a->arena, &call->group->reflection, call->request,
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

/* An answer that is on its way comes first. */
static void end(struct spk_call *call)
{
    if (!call->busy_writing)
        spk_call_end(call);
}

static void on_written(struct spk_call *call)
{
    if (atomic_load(&call->group->phase) >= SPK_RPC_REFUSING)
        spk_call_end(call);
    else
        spk_call_read(call);
}

void spk_reflection_serve(struct spk_call *call)
{
    struct spk_err err = {0};

    if (!call->group->reflection_on) {
        spk_call_refuse(call, SPK_METHOD_DISABLED, "reflection is switched off");
        return;
    }
    if (!spk_admission_enter_stream(call, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    call->on_read = answer;
    call->on_written = on_written;
    call->on_drain = end;
    spk_call_read(call);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/unary.h"

#include "grpc/methods.h"
#include "grpc/request.h"

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

void spk_unary_run(struct spk_call *call)
{
    struct spk_err err = {0};

    if (!spk_call_read_request(call, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    call->operation.done = on_done;
    call->operation.release = on_release;
    call->on_gone = cancel;
    call->then = start;
}

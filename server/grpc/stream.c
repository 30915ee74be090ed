/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/stream.h"

#include "base/clock.h"
#include "base/limits.h"
#include "grpc/request.h"
#include "grpc/server_group.h"

/* ---- on the rpc thread: what is new goes to the client ---- */

struct writing {
    struct spk_call *call;
    struct spk_answer *answer;
};

static void write_message(void *argument)
{
    const struct writing *writing = argument;
    struct spk_call *call = writing->call;
    struct spk_arena *arena = &writing->answer->arena;
    const ProtobufCMessage *message =
        call->method->operation->write(arena, writing->answer->response);
    size_t length = protobuf_c_message_get_packed_size(message);

    if (length > SPK_MAX_RESPONSE) {
        spk_call_refuse(call, SPK_RESULT_TOO_LARGE, "the answer is larger than 3.5 MiB");
        return;
    }
    uint8_t *bytes = spk_alloc(arena, length);
    (void)protobuf_c_message_pack(message, bytes);
    spk_call_write(call, bytes, length);
}

static void cancel(struct spk_call *call)
{
    spk_operation_cancel(&call->operation);
}

static void write_answer(struct spk_call *call, struct spk_answer *answer)
{
    struct writing writing = {call, answer};

    if (!spk_arena_run(&answer->arena, write_message, &writing))
        spk_call_refuse(call, SPK_RESULT_TOO_LARGE,
                        "the answer needs more memory than there is for it");
    if (!call->busy_writing) /* it was refused */
        spk_call_tell(call, cancel);
    spk_answer_free(answer);
}

/* A client that does not take the last answers is not waited for. */
static void limit_time(struct spk_call *call)
{
    int64_t end_ms = spk_monotonic_ms() + SPK_LAST_ANSWER_MS;

    if (call->deadline_ms <= end_ms)
        return;
    call->deadline_ms = end_ms;
    spk_server_group_set_due(call->group, call);
}

/* true: something is on its way, or there will never be anything again. */
static bool go_on(struct spk_call *call)
{
    /* Looked at first: what was sent before the end is there to be taken then. */
    bool ended = atomic_load(&call->ended);
    struct spk_answer *answer;

    if (atomic_load(&call->gone) || (atomic_load(&call->finished) && !ended))
        return true;
    if (ended)
        limit_time(call);
    if (call->busy_writing)
        return true;
    answer = spk_operation_take(&call->operation);
    if (answer) {
        write_answer(call, answer);
        return true;
    }
    if (!ended)
        return false;
    atomic_store(&call->ended, false);
    spk_call_send_end(call);
    return true;
}

static void make_room(struct spk_call *call)
{
    spk_operation_ready(&call->operation);
}

static void on_written(struct spk_call *call)
{
    if (!go_on(call))
        spk_call_tell(call, make_room);
}

static void on_news(void *owner)
{
    struct spk_call *call = owner;

    atomic_store(&call->posted, false);
    (void)go_on(call);
    spk_call_drop(call);
}

static void drain(struct spk_call *call)
{
    spk_operation_drain(&call->operation);
}

/* ---- on whatever thread the operation speaks ---- */

static void on_changed(struct spk_operation *operation)
{
    struct spk_call *call = operation->context;

    if (atomic_exchange(&call->posted, true))
        return;
    spk_call_hold(call);
    spk_rpc_post(call->group->rpc, &call->news);
}

/* The end of a stream whose client has left is heard by nobody; its line in the log says so.
 */
static void on_done(struct spk_operation *operation, const struct spk_err *err)
{
    struct spk_call *call = operation->context;

    if (atomic_load(&call->gone) || !spk_call_decide(call, err))
        return;
    atomic_store(&call->ended, true);
    on_changed(operation);
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

void spk_stream_run(struct spk_call *call)
{
    struct spk_err err = {0};

    if (!spk_admission_enter_stream(call, &err) || !spk_call_read_request(call, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    call->operation.done = on_done;
    call->operation.changed = on_changed;
    call->operation.release = on_release;
    call->news = (struct spk_rpc_item){.fn = on_news, .owner = call};
    call->on_written = on_written;
    call->on_gone = cancel;
    call->on_drain = drain;
    call->then = start;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/call.h"

#include "base/clock.h"
#include "base/limits.h"
#include "grpc/admission.h"
#include "grpc/server_group.h"
#include "grpc/stream.h"
#include "grpc/unary.h"

#include <grpc/byte_buffer_reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The memory that only the handling of the request needed goes; the answer may still wait for
 * its reader. */
static void free_memory(struct spk_call *call)
{
    call->operation.record.arena_bytes = call->arena.used;
    spk_arena_free(&call->arena);
    call->request = NULL;
    if (call->received)
        grpc_byte_buffer_destroy(call->received);
    call->received = NULL;
    grpc_slice_unref(call->flat);
    call->flat = grpc_empty_slice();
    spk_admission_answered(call);
}

static void drop_memory(struct spk_call *call)
{
    if (atomic_fetch_sub(&call->memory_users, 1) == 1)
        free_memory(call);
}

/* Whether the memory is still there; it stays until drop_memory then. */
static bool take_memory(struct spk_call *call)
{
    int users = atomic_load(&call->memory_users);

    while (users > 0)
        if (atomic_compare_exchange_weak(&call->memory_users, &users, users + 1))
            return true;
    return false;
}

static void free_call(struct spk_call *call)
{
    struct spk_server_group *group = call->group;
    bool accepted = call->core != NULL;

    if (call->keeps_memory)
        drop_memory(call);
    spk_answer_free(spk_operation_take(&call->operation));
    spk_arena_free(&call->reply_arena);
    if (accepted) {
        spk_call_log(call);
        grpc_call_unref(call->core);
    }
    if (call->sending)
        grpc_byte_buffer_destroy(call->sending);
    grpc_slice_unref(call->flat);
    grpc_metadata_array_destroy(&call->metadata);
    grpc_call_details_destroy(&call->details);
    spk_admission_leave(call);
    free(call);
    /* Last: whoever waits for the calls to be over tears the group down then. */
    if (accepted)
        atomic_fetch_sub(&group->live, 1);
}

void spk_call_hold(struct spk_call *call)
{
    atomic_fetch_add(&call->references, 1);
}

void spk_call_drop(struct spk_call *call)
{
    if (atomic_fetch_sub(&call->references, 1) == 1)
        free_call(call);
}

void spk_call_hold_memory(struct spk_call *call)
{
    spk_call_hold(call);
    atomic_fetch_add(&call->memory_users, 1);
}

void spk_call_drop_memory(struct spk_call *call)
{
    drop_memory(call);
    spk_call_drop(call);
}

void spk_call_tell(struct spk_call *call, spk_call_fn *fn)
{
    if (!fn || !take_memory(call))
        return;
    fn(call);
    drop_memory(call);
}

void spk_call_drain(struct spk_call *call)
{
    if (!atomic_load(&call->finished))
        spk_call_tell(call, call->on_drain);
}

bool spk_call_start(struct spk_call *call, const grpc_op *ops, size_t n, struct spk_tag *tag)
{
    spk_call_hold(call);
    grpc_call_error error = grpc_call_start_batch(call->core, ops, n, tag, NULL);

    if (error == GRPC_CALL_OK)
        return true;
    struct spk_log_line line;
    spk_log_begin(call->group->log, &line, SPK_LOG_ERROR, "the core refused a batch");
    spk_log_int(&line, "error", error);
    spk_log_end(&line);
    atomic_fetch_sub(&call->references, 1);
    return false;
}

struct run {
    struct spk_call *call;
    spk_call_fn *fn;
};

static void run_call(void *argument)
{
    const struct run *run = argument;

    run->fn(run->call);
}

void spk_call_run(struct spk_call *call, spk_call_fn *fn)
{
    struct run run = {call, fn};
    struct spk_err err = {0};

    if (spk_arena_run(&call->arena, run_call, &run))
        return;
    (void)spk_fail_exhausted(&err, &call->arena);
    err.outcome = call->operation.record.outcome;
    spk_call_fail(call, &err);
}

/* ---- reading ---- */

static bool flatten(struct spk_call *call)
{
    grpc_byte_buffer_reader reader;
    const grpc_slice_buffer *slices = &call->received->data.raw.slice_buffer;

    grpc_slice_unref(call->flat);
    call->flat = grpc_empty_slice();
    if (slices->count == 1) {
        call->request = GRPC_SLICE_START_PTR(slices->slices[0]);
        call->request_length = GRPC_SLICE_LENGTH(slices->slices[0]);
        call->operation.record.bytes_in = call->request_length;
        return true;
    }
    if (!grpc_byte_buffer_reader_init(&reader, call->received))
        return false;
    call->flat = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    call->request = GRPC_SLICE_START_PTR(call->flat);
    call->request_length = GRPC_SLICE_LENGTH(call->flat);
    call->operation.record.bytes_in = call->request_length;
    return true;
}

static void on_read(void *owner, bool ok)
{
    struct spk_call *call = owner;

    call->request = NULL;
    call->request_length = call->operation.record.bytes_in = 0;
    if (ok && call->received && !flatten(call))
        call->request = NULL;
    if (!atomic_load(&call->finished) && !atomic_load(&call->gone))
        spk_call_run(call, call->on_read);
    spk_call_drop(call);
}

void spk_call_read(struct spk_call *call)
{
    grpc_op op;

    if (call->received)
        grpc_byte_buffer_destroy(call->received);
    call->received = NULL;
    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_MESSAGE;
    op.data.recv_message.recv_message = &call->received;
    (void)spk_call_start(call, &op, 1, &call->read);
}

/* ---- accepting ---- */

static void on_closed(void *owner, bool ok)
{
    struct spk_call *call = owner;

    (void)ok;
    if (call->cancelled) {
        atomic_store(&call->gone, true);
        spk_call_tell(call, call->on_gone);
    }
    spk_server_group_remove(call->group, call);
    spk_admission_leave_stream(call);
    spk_call_drop(call);
}

static void watch_for_close(struct spk_call *call)
{
    grpc_op op;

    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    op.data.recv_close_on_server.cancelled = &call->cancelled;
    if (spk_call_start(call, &op, 1, &call->closed))
        spk_server_group_add(call->group, call);
}

static spk_call_fn *run_of(const struct spk_method *method)
{
    switch (method->kind) {
    case SPK_METHOD_UNARY:
        return spk_unary_run;
    case SPK_METHOD_SERVER_STREAMING:
        return spk_stream_run;
    case SPK_METHOD_BIDI_STREAMING:
    default:
        return method->serve;
    }
}

static void begin(struct spk_call *call)
{
    struct spk_err err = {0};

    spk_admission_identify(call);
    if (!call->method) {
        spk_call_refuse(call, SPK_METHOD_UNKNOWN, "there is no such method");
        return;
    }
    if (spk_method_is_registered(call->method) && call->received && !flatten(call)) {
        spk_call_refuse(call, SPK_INTERNAL_ERROR, "the request cannot be read");
        return;
    }
    if (!spk_admission_enter(call, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    spk_call_run(call, run_of(call->method));
    if (call->then && !atomic_load(&call->finished))
        call->then(call);
    if (atomic_load(&call->group->phase) >= SPK_RPC_REFUSING)
        spk_call_drain(call);
}

static void on_accepted(void *owner, bool ok)
{
    struct spk_call *call = owner;

    if (!ok) { /* the server shuts down: this one never was a call */
        call->core = NULL;
        call->keeps_memory = true;
        spk_call_drop(call);
        return;
    }
    spk_core_server_request(call->server, call->method);
    atomic_fetch_add(&call->group->live, 1);
    call->operation.record.started_ms = spk_monotonic_ms();
    if (!call->method) {
        call->method =
            spk_method_find((const char *)GRPC_SLICE_START_PTR(call->details.method),
                            GRPC_SLICE_LENGTH(call->details.method));
        call->core_deadline = call->details.deadline;
    }
    call->keeps_memory = call->method && !spk_method_is_registered(call->method);
    spk_admission_set_deadline(call);
    watch_for_close(call);
    begin(call);
    if (!call->keeps_memory)
        drop_memory(call);
    spk_call_drop(call);
}

static struct spk_call *new_call(void)
{
    struct spk_call *call = calloc(1, sizeof(*call));

    if (!call)
        return NULL;
    call->arena = (struct spk_arena){.limit = SPK_ARENA_BYTES, .max_steps = SPK_MAX_STEPS};
    call->accepted = (struct spk_tag){on_accepted, call};
    call->closed = (struct spk_tag){on_closed, call};
    call->read = (struct spk_tag){on_read, call};
    atomic_init(&call->references, 1);
    atomic_init(&call->memory_users, 1);
    call->flat = grpc_empty_slice();
    grpc_metadata_array_init(&call->metadata);
    grpc_call_details_init(&call->details);
    return call;
}

void spk_call_request(struct spk_core_server *server, const struct spk_method *method,
                      void *registered)
{
    struct spk_call *call = new_call();
    grpc_completion_queue *queue = server->group->rpc->queue;
    grpc_call_error error;

    if (!call) {
        spk_log_event(server->group->log, SPK_LOG_ERROR, "no memory for the next call", NULL,
                      NULL);
        return;
    }
    call->group = server->group;
    call->server = server;
    call->method = method;
    if (registered)
        error = grpc_server_request_registered_call(
            server->core, registered, &call->core, &call->core_deadline, &call->metadata,
            &call->received, queue, queue, &call->accepted);
    else
        error = grpc_server_request_call(server->core, &call->core, &call->details,
                                         &call->metadata, queue, queue, &call->accepted);
    if (error != GRPC_CALL_OK) {
        call->core = NULL;
        call->keeps_memory = true;
        spk_call_drop(call);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/call.h"

#include "base/clock.h"
#include "base/limits.h"
#include "grpc/admission.h"
#include "grpc/loop.h"
#include "grpc/methods.h"
#include "grpc/reply.h"

#include <grpc/byte_buffer_reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The memory that only the handling of the request needed goes; the answer may still wait for
 * its reader. */
static void free_memory(struct spk_call *call)
{
    call->arena_bytes = call->arena.used;
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
    struct spk_rpc *rpc = call->rpc;
    bool accepted = call->core != NULL;

    if (call->keeps_memory)
        drop_memory(call);
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
    /* Last: whoever waits for the calls to be over tears rpc down then. */
    if (accepted)
        atomic_fetch_sub(&rpc->live, 1);
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

/* One batch; the reference of its tag goes when the tag comes. The caller has one of its own.
 */
static bool start(struct spk_call *call, const grpc_op *ops, size_t n, struct spk_tag *tag)
{
    spk_call_hold(call);
    grpc_call_error error = grpc_call_start_batch(call->core, ops, n, tag, NULL);

    if (error == GRPC_CALL_OK)
        return true;
    struct spk_log_line line;
    spk_log_begin(call->rpc->log, &line, SPK_LOG_ERROR, "the core refused a batch");
    spk_log_int(&line, "error", error);
    spk_log_end(&line);
    atomic_fetch_sub(&call->references, 1);
    return false;
}

/* ---- answering ---- */

struct answer {
    struct spk_call *call;
    const struct spk_err *err; /* NULL: OK */
    struct spk_arena *arena;
    struct spk_reply reply;
};

static void make_reply(void *argument)
{
    struct answer *answer = argument;
    uint64_t jitter = (uint64_t)(uintptr_t)answer->call / 64 + (uint64_t)spk_monotonic_ms();

    spk_reply_make(answer->arena, answer->err, answer->call->request_id, jitter,
                   &answer->reply);
}

static size_t add_metadata(grpc_metadata *list, size_t n, const char *key, const void *bytes,
                           size_t length)
{
    memset(&list[n], 0, sizeof(list[n]));
    list[n].key = grpc_slice_from_static_string(key);
    list[n].value = grpc_slice_from_copied_buffer(bytes, length);
    return n + 1;
}

static void send_reply(struct spk_call *call, const struct spk_reply *reply)
{
    grpc_op ops[3];
    grpc_metadata initial, trailing[2];
    size_t n = 0, n_trailing = 0;
    grpc_slice text = grpc_slice_from_copied_string(reply->message);

    memset(ops, 0, sizeof(ops));
    (void)add_metadata(&initial, 0, "x-request-id", call->request_id,
                       strlen(call->request_id));
    if (!call->initial_sent) {
        ops[n].op = GRPC_OP_SEND_INITIAL_METADATA;
        ops[n].data.send_initial_metadata.count = 1;
        ops[n++].data.send_initial_metadata.metadata = &initial;
    }
    if (call->sending && !call->busy_writing && spk_method_is_registered(call->method)) {
        ops[n].op = GRPC_OP_SEND_MESSAGE;
        ops[n++].data.send_message.send_message = call->sending;
    }
    if (reply->details)
        n_trailing = add_metadata(trailing, n_trailing, "grpc-status-details-bin",
                                  reply->details, reply->details_length);
    if (reply->pushback)
        n_trailing = add_metadata(trailing, n_trailing, "grpc-retry-pushback-ms",
                                  reply->pushback, strlen(reply->pushback));
    ops[n].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
    ops[n].data.send_status_from_server.trailing_metadata_count = n_trailing;
    ops[n].data.send_status_from_server.trailing_metadata = trailing;
    ops[n].data.send_status_from_server.status = (grpc_status_code)reply->code;
    ops[n++].data.send_status_from_server.status_details = &text;
    call->initial_sent = true;
    (void)start(call, ops, n, &call->replied);

    grpc_slice_unref(text);
    grpc_slice_unref(initial.value);
    for (size_t i = 0; i < n_trailing; i++)
        grpc_slice_unref(trailing[i].value);
}

static bool take_answer(struct spk_call *call)
{
    return !atomic_exchange(&call->finished, true);
}

void spk_call_fail(struct spk_call *call, const struct spk_err *err)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(1));
    struct answer answer = {.call = call, .err = err, .arena = &arena};

    if (!take_answer(call))
        return;
    spk_record_error(&call->operation.record, err);
    if (!spk_arena_run(&arena, make_reply, &answer))
        answer.reply = (struct spk_reply){.code = spk_reason_code(err->reason), .message = ""};
    send_reply(call, &answer.reply);
}

void spk_call_refuse(struct spk_call *call, enum spk_reason reason, const char *text)
{
    struct spk_err err = {0};

    (void)spk_fail(&err, reason, "%s", text);
    err.outcome = call->operation.record.outcome;
    spk_call_fail(call, &err);
}

void spk_call_answer(struct spk_call *call, const ProtobufCMessage *message)
{
    static const struct spk_reply ok = {.code = SPK_OK, .message = ""};
    size_t length = protobuf_c_message_get_packed_size(message);

    if (length > SPK_MAX_RESPONSE) {
        spk_call_refuse(call, SPK_RESULT_TOO_LARGE, "the answer is larger than 3.5 MiB");
        return;
    }
    if (!take_answer(call))
        return;
    grpc_slice slice = grpc_slice_malloc(length);
    (void)protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    call->sending = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    call->bytes_out = length;
    send_reply(call, &ok);
}

void spk_call_end(struct spk_call *call)
{
    static const struct spk_reply ok = {.code = SPK_OK, .message = ""};

    if (take_answer(call))
        send_reply(call, &ok);
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

/* ---- streams ---- */

static bool flatten(struct spk_call *call)
{
    grpc_byte_buffer_reader reader;
    const grpc_slice_buffer *slices = &call->received->data.raw.slice_buffer;

    grpc_slice_unref(call->flat);
    call->flat = grpc_empty_slice();
    if (slices->count == 1) {
        call->request = GRPC_SLICE_START_PTR(slices->slices[0]);
        call->request_length = GRPC_SLICE_LENGTH(slices->slices[0]);
        return true;
    }
    if (!grpc_byte_buffer_reader_init(&reader, call->received))
        return false;
    call->flat = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    call->request = GRPC_SLICE_START_PTR(call->flat);
    call->request_length = GRPC_SLICE_LENGTH(call->flat);
    return true;
}

static void on_read(struct spk_call *call, bool ok)
{
    call->request = NULL;
    call->request_length = 0;
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
    (void)start(call, &op, 1, &call->read);
}

static void on_written(struct spk_call *call, bool ok)
{
    call->busy_writing = false;
    grpc_byte_buffer_destroy(call->sending);
    call->sending = NULL;
    if (ok && !atomic_load(&call->finished) && !atomic_load(&call->gone))
        spk_call_run(call, call->on_written);
    spk_call_drop(call);
}

void spk_call_write(struct spk_call *call, const uint8_t *bytes, size_t length)
{
    grpc_op ops[2];
    grpc_metadata initial;
    size_t n = 0;
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)bytes, length);

    memset(ops, 0, sizeof(ops));
    (void)add_metadata(&initial, 0, "x-request-id", call->request_id,
                       strlen(call->request_id));
    if (!call->initial_sent) {
        ops[n].op = GRPC_OP_SEND_INITIAL_METADATA;
        ops[n].data.send_initial_metadata.count = 1;
        ops[n++].data.send_initial_metadata.metadata = &initial;
    }
    call->sending = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    ops[n].op = GRPC_OP_SEND_MESSAGE;
    ops[n++].data.send_message.send_message = call->sending;
    call->initial_sent = call->busy_writing = true;
    call->bytes_out += length;
    (void)start(call, ops, n, &call->written);
    grpc_slice_unref(initial.value);
}

/* ---- accepting ---- */

static void on_replied(struct spk_call *call, bool ok)
{
    (void)ok;
    spk_call_drop(call);
}

static void on_closed(struct spk_call *call, bool ok)
{
    (void)ok;
    if (call->cancelled) {
        atomic_store(&call->gone, true);
        if (call->on_gone && take_memory(call)) {
            call->on_gone(call);
            drop_memory(call);
        }
    }
    spk_rpc_remove(call->rpc, call);
    spk_call_drop(call);
}

static void watch_for_close(struct spk_call *call)
{
    grpc_op op;

    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    op.data.recv_close_on_server.cancelled = &call->cancelled;
    if (start(call, &op, 1, &call->closed))
        spk_rpc_add(call->rpc, call);
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
    spk_call_run(call, call->method->run);
    if (call->then && !atomic_load(&call->finished))
        call->then(call);
}

static void on_accepted(struct spk_call *call, bool ok)
{
    if (!ok) { /* the server shuts down: this one never was a call */
        call->core = NULL;
        call->keeps_memory = true;
        spk_call_drop(call);
        return;
    }
    spk_rpc_repost(call->rpc, call->face, call->method);
    atomic_fetch_add(&call->rpc->live, 1);
    call->started_ms = spk_monotonic_ms();
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
    call->written = (struct spk_tag){on_written, call};
    call->replied = (struct spk_tag){on_replied, call};
    atomic_init(&call->references, 1);
    atomic_init(&call->memory_users, 1);
    call->flat = grpc_empty_slice();
    grpc_metadata_array_init(&call->metadata);
    grpc_call_details_init(&call->details);
    return call;
}

void spk_call_post(struct spk_rpc *rpc, struct spk_face *face, const struct spk_method *method,
                   void *registered)
{
    struct spk_call *call = new_call();
    grpc_call_error error;

    if (!call) {
        spk_log_event(rpc->log, SPK_LOG_ERROR, "no memory for the next call", NULL, NULL);
        return;
    }
    call->rpc = rpc;
    call->face = face;
    call->method = method;
    if (registered)
        error = grpc_server_request_registered_call(
            face->server, registered, &call->core, &call->core_deadline, &call->metadata,
            &call->received, rpc->queue, rpc->queue, &call->accepted);
    else
        error = grpc_server_request_call(face->server, &call->core, &call->details,
                                         &call->metadata, rpc->queue, rpc->queue,
                                         &call->accepted);
    if (error != GRPC_CALL_OK) {
        call->core = NULL;
        call->keeps_memory = true;
        spk_call_drop(call);
    }
}

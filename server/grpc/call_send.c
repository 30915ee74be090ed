/* SPDX-License-Identifier: Apache-2.0 */
/* The sending half of a call: the messages of a stream, the answer, the status. */
#include "base/clock.h"
#include "base/limits.h"
#include "grpc/server_group.h"

#include <string.h>

static size_t add_metadata(grpc_metadata *list, size_t n, const char *key, const void *bytes,
                           size_t length)
{
    memset(&list[n], 0, sizeof(list[n]));
    list[n].key = grpc_slice_from_static_string(key);
    list[n].value = grpc_slice_from_copied_buffer(bytes, length);
    return n + 1;
}

static size_t add_initial(struct spk_call *call, grpc_op *ops, size_t n,
                          grpc_metadata *initial)
{
    const char *id = call->operation.record.request_id;

    (void)add_metadata(initial, 0, "x-request-id", id, strlen(id));
    if (call->initial_sent)
        return n;
    call->initial_sent = true;
    ops[n].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[n].data.send_initial_metadata.count = 1;
    ops[n].data.send_initial_metadata.metadata = initial;
    return n + 1;
}

/* ---- streams ---- */

static void on_written(void *owner, bool ok)
{
    struct spk_call *call = owner;

    call->busy_writing = false;
    grpc_byte_buffer_destroy(call->sending);
    call->sending = NULL;
    if (ok && !atomic_load(&call->gone) &&
        (!atomic_load(&call->finished) || atomic_load(&call->ended)))
        call->on_written(call);
    spk_call_drop(call);
}

void spk_call_write(struct spk_call *call, const uint8_t *bytes, size_t length)
{
    grpc_op ops[2];
    grpc_metadata initial;
    grpc_slice slice = grpc_slice_from_copied_buffer((const char *)bytes, length);

    memset(ops, 0, sizeof(ops));
    size_t n = add_initial(call, ops, 0, &initial);
    call->sending = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    ops[n].op = GRPC_OP_SEND_MESSAGE;
    ops[n++].data.send_message.send_message = call->sending;
    call->busy_writing = true;
    call->written = (struct spk_tag){on_written, call};
    call->operation.record.bytes_out += length;
    (void)spk_call_start(call, ops, n, &call->written);
    grpc_slice_unref(initial.value);
}

/* ---- the end ---- */

static void on_replied(void *owner, bool ok)
{
    struct spk_call *call = owner;

    (void)ok;
    spk_call_drop(call);
}

void spk_call_send_end(struct spk_call *call)
{
    const struct spk_reply *reply = &call->reply;
    grpc_op ops[3];
    grpc_metadata initial, trailing[2];
    size_t n, n_trailing = 0;
    grpc_slice text = grpc_slice_from_copied_string(reply->message);

    memset(ops, 0, sizeof(ops));
    n = add_initial(call, ops, 0, &initial);
    if (call->sending && !call->busy_writing) {
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
    spk_arena_free(&call->reply_arena);
    call->replied = (struct spk_tag){on_replied, call};
    (void)spk_call_start(call, ops, n, &call->replied);

    grpc_slice_unref(text);
    grpc_slice_unref(initial.value);
    for (size_t i = 0; i < n_trailing; i++)
        grpc_slice_unref(trailing[i].value);
}

struct answer {
    struct spk_call *call;
    const struct spk_err *err; /* NULL: OK */
};

static void make_reply(void *argument)
{
    struct answer *answer = argument;
    struct spk_call *call = answer->call;
    uint64_t jitter = (uint64_t)(uintptr_t)call / 64 + (uint64_t)spk_monotonic_ms();

    spk_reply_make(&call->reply_arena, answer->err, call->operation.record.request_id, jitter,
                   &call->reply);
}

bool spk_call_decide(struct spk_call *call, const struct spk_err *err)
{
    struct answer answer = {call, err};

    if (atomic_exchange(&call->finished, true))
        return false;
    if (err)
        spk_record_error(&call->operation.record, err);
    call->reply = (struct spk_reply){.code = SPK_OK, .message = ""};
    call->reply_arena = (struct spk_arena)SPK_ARENA_LIMIT(SPK_MIB(1));
    if (err && !spk_arena_run(&call->reply_arena, make_reply, &answer))
        call->reply = (struct spk_reply){.code = spk_reason_code(err->reason), .message = ""};
    return true;
}

void spk_call_fail(struct spk_call *call, const struct spk_err *err)
{
    if (spk_call_decide(call, err))
        spk_call_send_end(call);
}

void spk_call_end(struct spk_call *call)
{
    spk_call_fail(call, NULL);
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
    size_t length = protobuf_c_message_get_packed_size(message);

    if (length > SPK_MAX_RESPONSE) {
        spk_call_refuse(call, SPK_RESULT_TOO_LARGE, "the answer is larger than 3.5 MiB");
        return;
    }
    if (!spk_call_decide(call, NULL))
        return;
    grpc_slice slice = grpc_slice_malloc(length);
    (void)protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
    call->sending = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_slice_unref(slice);
    call->operation.record.bytes_out = length;
    spk_call_send_end(call);
}

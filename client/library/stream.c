/* SPDX-License-Identifier: Apache-2.0 */
/* A call with one request and any number of answers. */
#include "library/call.h"

#include <grpc/byte_buffer.h>
#include <string.h>

/* A call as the core knows it. */
struct streaming {
    grpc_completion_queue *queue;
    grpc_call *call;
    grpc_byte_buffer *sent, *received;
    grpc_metadata_array initial, trailers;
    grpc_status_code status;
    grpc_slice message;
    char begun, read, ended; /* their addresses are the tags */
};

static void start_batch(struct streaming *streaming, const grpc_op *ops, size_t n, void *tag)
{
    (void)grpc_call_start_batch(streaming->call, ops, n, tag, NULL);
}

static void await(struct streaming *streaming, void *tag)
{
    (void)grpc_completion_queue_pluck(streaming->queue, tag,
                                      gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
}

/* The request goes out, and the end is waited for from the start. */
static void begin(struct streaming *streaming)
{
    grpc_op ops[4], end;

    memset(ops, 0, sizeof(ops));
    memset(&end, 0, sizeof(end));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_SEND_MESSAGE;
    ops[1].data.send_message.send_message = streaming->sent;
    ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &streaming->initial;
    end.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    end.data.recv_status_on_client.trailing_metadata = &streaming->trailers;
    end.data.recv_status_on_client.status = &streaming->status;
    end.data.recv_status_on_client.status_details = &streaming->message;
    start_batch(streaming, ops, 4, &streaming->begun);
    start_batch(streaming, &end, 1, &streaming->ended);
    await(streaming, &streaming->begun);
}

/* false: there is no further answer. */
static bool read_next(struct streaming *streaming)
{
    grpc_op op;

    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_MESSAGE;
    op.data.recv_message.recv_message = &streaming->received;
    streaming->received = NULL;
    start_batch(streaming, &op, 1, &streaming->read);
    await(streaming, &streaming->read);
    return streaming->received != NULL;
}

/* false with *stopped: as its reader wants; else error says what is wrong with an answer. */
static bool read_all(struct streaming *streaming, const struct spk_client_stream *stream,
                     bool *stopped, struct sparksubmit_error *error)
{
    while (read_next(streaming)) {
        ProtobufCMessage *reply = NULL;
        bool ok = spk_client_unpack(streaming->received, stream->reply, &reply, error);

        grpc_byte_buffer_destroy(streaming->received);
        if (!ok)
            return false;
        if (!stream->answer(stream->context, reply)) {
            *stopped = true;
            return false;
        }
    }
    return true;
}

static void free_all(struct streaming *streaming)
{
    grpc_byte_buffer_destroy(streaming->sent);
    grpc_slice_unref(streaming->message);
    grpc_metadata_array_destroy(&streaming->initial);
    grpc_metadata_array_destroy(&streaming->trailers);
    grpc_call_unref(streaming->call);
    spk_client_free_queue(streaming->queue);
}

bool spk_client_run_stream(struct sparksubmit_client *client, struct running_call *running,
                           const struct spk_client_stream *stream,
                           struct sparksubmit_error *error)
{
    grpc_slice bytes = spk_client_pack(stream->request);
    grpc_slice method = grpc_slice_from_copied_string(stream->method);
    struct streaming streaming = {
        .queue = grpc_completion_queue_create_for_pluck(NULL),
        .sent = grpc_raw_byte_buffer_create(&bytes, 1),
        .message = grpc_empty_slice(),
    };
    bool stopped = false;

    grpc_metadata_array_init(&streaming.initial);
    grpc_metadata_array_init(&streaming.trailers);
    streaming.call = grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                              streaming.queue, method, NULL, stream->deadline,
                                              NULL);
    grpc_slice_unref(method);
    grpc_slice_unref(bytes);
    spk_client_set_call(client, running, streaming.call);
    begin(&streaming);
    bool whole = read_all(&streaming, stream, &stopped, error);
    if (!whole)
        (void)grpc_call_cancel(streaming.call, NULL);
    await(&streaming, &streaming.ended);
    spk_client_set_call(client, running, NULL);
    bool ok = stopped || (whole && streaming.status == GRPC_STATUS_OK);
    if (whole && !ok)
        spk_error_from_status(error, client->address, streaming.status, streaming.message,
                              &streaming.trailers);
    free_all(&streaming);
    return ok;
}

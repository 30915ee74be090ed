/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/support/time.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_DEADLINE_MS 30000
#define MAX_DEADLINE_MS     120000
#define FIRST_DELAY_MS      200
#define MAX_DELAY_MS        5000

/* What one attempt needs and gives back. */
struct attempt {
    grpc_byte_buffer *sent, *received;
    grpc_call *call; /* owns the texts of the metadata */
    grpc_metadata_array initial, trailers;
    grpc_status_code status;
    grpc_slice message;
};

static gpr_timespec absolute(int64_t ms)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

static int64_t remaining_ms(gpr_timespec deadline)
{
    return gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(GPR_CLOCK_MONOTONIC)));
}

static void enter(struct spk_client *client, struct running_call *running)
{
    (void)pthread_mutex_lock(&client->lock);
    running->next = client->running;
    client->running = running;
    (void)pthread_mutex_unlock(&client->lock);
}

static void leave(struct spk_client *client, struct running_call *running)
{
    (void)pthread_mutex_lock(&client->lock);
    for (struct running_call **at = &client->running; *at; at = &(*at)->next)
        if (*at == running) {
            *at = running->next;
            break;
        }
    if (!client->running)
        (void)pthread_cond_broadcast(&client->idle);
    (void)pthread_mutex_unlock(&client->lock);
}

static void set_ops(struct attempt *attempt, grpc_op ops[6])
{
    memset(ops, 0, 6 * sizeof(*ops));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_SEND_MESSAGE;
    ops[1].data.send_message.send_message = attempt->sent;
    ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &attempt->initial;
    ops[4].op = GRPC_OP_RECV_MESSAGE;
    ops[4].data.recv_message.recv_message = &attempt->received;
    ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    ops[5].data.recv_status_on_client.trailing_metadata = &attempt->trailers;
    ops[5].data.recv_status_on_client.status = &attempt->status;
    ops[5].data.recv_status_on_client.status_details = &attempt->message;
}

/* Each call has a queue of its own, so callers never wait for each other's events. */
static void run_attempt(struct spk_client *client, const struct spk_call *call,
                        gpr_timespec deadline, struct attempt *attempt)
{
    grpc_completion_queue *queue = grpc_completion_queue_create_for_pluck(NULL);
    grpc_slice method = grpc_slice_from_copied_string(call->method);
    struct running_call running = {.token = call->token};
    grpc_op ops[6];

    running.call = grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                            queue, method, NULL, deadline, NULL);
    grpc_slice_unref(method);
    set_ops(attempt, ops);
    enter(client, &running);
    (void)grpc_call_start_batch(running.call, ops, 6, attempt, NULL);
    (void)grpc_completion_queue_pluck(queue, attempt, gpr_inf_future(GPR_CLOCK_MONOTONIC),
                                      NULL);
    leave(client, &running);
    attempt->call = running.call;
    grpc_completion_queue_shutdown(queue);
    while (grpc_completion_queue_pluck(queue, NULL, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL)
               .type != GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(queue);
}

static void *allocate(void *unused, size_t size)
{
    char *memory = malloc(size + 1);

    (void)unused;
    if (memory)
        memory[size] = '\0';
    return memory;
}

static void release(void *unused, void *memory)
{
    (void)unused;
    free(memory);
}

ProtobufCAllocator *spk_reply_allocator(void)
{
    static const ProtobufCAllocator allocator = {.alloc = allocate, .free = release};

    return (ProtobufCAllocator *)(uintptr_t)&allocator;
}

static bool unpack(const struct attempt *attempt, const ProtobufCMessageDescriptor *type,
                   ProtobufCMessage **out, struct spk_error *error)
{
    grpc_byte_buffer_reader reader;

    if (!attempt->received || !grpc_byte_buffer_reader_init(&reader, attempt->received))
        return spk_error_set(error, GRPC_STATUS_INTERNAL, "", "the server sent no reply");
    grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    ProtobufCMessage *reply = protobuf_c_message_unpack(
        type, spk_reply_allocator(), GRPC_SLICE_LENGTH(bytes), GRPC_SLICE_START_PTR(bytes));
    grpc_slice_unref(bytes);
    if (!reply)
        return spk_error_set(error, GRPC_STATUS_INTERNAL, "",
                             "the server's reply is not a message of this interface");
    *out = reply;
    return true;
}

static bool call_once(struct spk_client *client, const struct spk_call *call,
                      grpc_byte_buffer *sent, gpr_timespec deadline, ProtobufCMessage **out,
                      struct spk_error *error)
{
    struct attempt attempt = {.sent = sent, .message = grpc_empty_slice()};
    bool ok = false;

    grpc_metadata_array_init(&attempt.initial);
    grpc_metadata_array_init(&attempt.trailers);
    run_attempt(client, call, deadline, &attempt);
    if (attempt.status == GRPC_STATUS_OK)
        ok = unpack(&attempt, call->reply, out, error);
    else
        spk_error_from_status(error, attempt.status, attempt.message, &attempt.trailers);
    grpc_slice_unref(attempt.message);
    grpc_call_unref(attempt.call);
    grpc_metadata_array_destroy(&attempt.initial);
    grpc_metadata_array_destroy(&attempt.trailers);
    if (attempt.received)
        grpc_byte_buffer_destroy(attempt.received);
    return ok;
}

static grpc_byte_buffer *pack(const ProtobufCMessage *message)
{
    grpc_slice bytes = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));

    (void)protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(bytes));
    grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&bytes, 1);
    grpc_slice_unref(bytes);
    return buffer;
}

static void pause_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&time, &time) != 0)
        ;
}

/* How long to wait before the next attempt; -1: there is none. */
static int64_t next_delay(const struct spk_client *client, const struct spk_call *call,
                          int attempt, gpr_timespec deadline, const struct spk_error *error)
{
    int64_t delay = FIRST_DELAY_MS << (attempt < 5 ? attempt : 5);

    if (error->code != GRPC_STATUS_UNAVAILABLE || attempt + 1 >= client->attempts)
        return -1;
    if (!call->repeatable && error->outcome != SPK_OUTCOME_NOT_CREATED)
        return -1;
    if (error->retry_after_ms > delay)
        delay = error->retry_after_ms;
    if (delay > MAX_DELAY_MS)
        delay = MAX_DELAY_MS;
    return delay < remaining_ms(deadline) ? delay : -1;
}

bool spk_call_unary(struct spk_client *client, const struct spk_call *call,
                    ProtobufCMessage **out, struct spk_error *error)
{
    int64_t limit = call->deadline_ms ? call->deadline_ms : DEFAULT_DEADLINE_MS;

    if (limit < 1 || limit > MAX_DEADLINE_MS)
        return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
                             "deadline_ms must be 1 to 120000");
    gpr_timespec deadline = absolute(limit);
    grpc_byte_buffer *sent = pack(call->request);
    struct spk_error last = {0};
    bool ok = false;

    for (int attempt = 0; !ok; attempt++) {
        ok = call_once(client, call, sent, deadline, out, &last);
        int64_t delay = ok ? -1 : next_delay(client, call, attempt, deadline, &last);
        if (delay < 0)
            break;
        pause_ms(delay);
    }
    grpc_byte_buffer_destroy(sent);
    if (!ok)
        *error = last;
    return ok;
}

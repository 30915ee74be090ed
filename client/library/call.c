/* SPDX-License-Identifier: Apache-2.0 */
#include "library/call.h"

#include "library/reply.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/support/time.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEFAULT_DEADLINE_MS 30000
#define MAX_DEADLINE_MS     120000
#define FIRST_DELAY_MS      200
#define MAX_DELAY_MS        5000

/* One attempt: what it needs and gives back. */
struct attempt {
    grpc_completion_queue *queue;
    grpc_call *call; /* owns what trailers hold */
    int number;      /* from 0 */
    grpc_byte_buffer *sent, *received;
    grpc_metadata before; /* how many attempts there were before this one */
    grpc_metadata_array initial, trailers;
    grpc_status_code status;
    grpc_slice message;
};

/* State that all attempts of a call share. */
struct logical_call {
    const struct spk_client_call *call;
    grpc_slice bytes; /* the packed request: the core takes a buffer's content away */
    gpr_timespec deadline;
};

static gpr_timespec absolute(int64_t ms)
{
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

static int64_t remaining_ms(gpr_timespec deadline)
{
    return gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(GPR_CLOCK_MONOTONIC)));
}

void spk_client_enter(struct sparksubmit_client *client, struct running_call *running)
{
    (void)pthread_mutex_lock(&client->lock);
    running->next = client->running;
    client->running = running;
    (void)pthread_mutex_unlock(&client->lock);
}

void spk_client_leave(struct sparksubmit_client *client, struct running_call *running)
{
    (void)pthread_mutex_lock(&client->lock);
    for (struct running_call **at = &client->running; *at; at = &(*at)->next)
        if (*at == running) {
            *at = running->next;
            break;
        }
    (void)pthread_cond_broadcast(&client->changed);
    (void)pthread_mutex_unlock(&client->lock);
}

void spk_client_set_call(struct sparksubmit_client *client, struct running_call *running,
                         grpc_call *call)
{
    (void)pthread_mutex_lock(&client->lock);
    running->call = call;
    if (call && running->cancelled)
        (void)grpc_call_cancel(call, NULL);
    (void)pthread_mutex_unlock(&client->lock);
}

static void set_ops(struct attempt *attempt, grpc_op ops[6])
{
    memset(ops, 0, 6 * sizeof(*ops));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[0].data.send_initial_metadata.count = attempt->number > 0;
    ops[0].data.send_initial_metadata.metadata = &attempt->before;
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

void spk_client_free_queue(grpc_completion_queue *queue)
{
    gpr_timespec forever = gpr_inf_future(GPR_CLOCK_MONOTONIC);

    grpc_completion_queue_shutdown(queue);
    while (grpc_completion_queue_pluck(queue, NULL, forever, NULL).type != GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(queue);
}

/* Each call has a queue of its own, so callers never wait for each other's events. */
static void run_attempt(struct sparksubmit_client *client, struct running_call *running,
                        const char *path, gpr_timespec deadline, struct attempt *attempt)
{
    grpc_slice method = grpc_slice_from_copied_string(path);
    grpc_op ops[6];

    attempt->queue = grpc_completion_queue_create_for_pluck(NULL);
    attempt->call = grpc_channel_create_call(client->channel, NULL, GRPC_PROPAGATE_DEFAULTS,
                                             attempt->queue, method, NULL, deadline, NULL);
    grpc_slice_unref(method);
    set_ops(attempt, ops);
    spk_client_set_call(client, running, attempt->call);
    (void)grpc_call_start_batch(attempt->call, ops, 6, attempt, NULL);
    (void)grpc_completion_queue_pluck(attempt->queue, attempt,
                                      gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    spk_client_set_call(client, running, NULL);
}

static void free_attempt(struct attempt *attempt)
{
    grpc_byte_buffer_destroy(attempt->sent);
    grpc_slice_unref(attempt->message);
    grpc_slice_unref(attempt->before.value);
    grpc_metadata_array_destroy(&attempt->initial);
    grpc_metadata_array_destroy(&attempt->trailers);
    if (attempt->received)
        grpc_byte_buffer_destroy(attempt->received);
    grpc_call_unref(attempt->call);
    spk_client_free_queue(attempt->queue);
}

bool spk_client_unpack(grpc_byte_buffer *received, const ProtobufCMessageDescriptor *type,
                       ProtobufCMessage **out, struct sparksubmit_error *error)
{
    grpc_byte_buffer_reader reader;

    if (!received || !grpc_byte_buffer_reader_init(&reader, received))
        return spk_error_unsettled(error, GRPC_STATUS_INTERNAL, "the server sent no reply");
    grpc_slice bytes = grpc_byte_buffer_reader_readall(&reader);
    grpc_byte_buffer_reader_destroy(&reader);
    ProtobufCMessage *reply =
        spk_reply_unpack(type, GRPC_SLICE_START_PTR(bytes), GRPC_SLICE_LENGTH(bytes));
    grpc_slice_unref(bytes);
    if (!reply)
        return spk_error_unsettled(error, GRPC_STATUS_INTERNAL,
                                   "the server's reply is not a message of this interface");
    *out = reply;
    return true;
}

static bool call_once(struct sparksubmit_client *client, struct running_call *running,
                      const struct logical_call *logical, int number, ProtobufCMessage **out,
                      struct sparksubmit_error *error)
{
    grpc_slice bytes = logical->bytes;
    struct attempt attempt = {.number = number,
                              .sent = grpc_raw_byte_buffer_create(&bytes, 1),
                              .message = grpc_empty_slice()};
    char before[16];
    bool ok = false;

    (void)snprintf(before, sizeof(before), "%d", number);
    attempt.before.key = grpc_slice_from_static_string("grpc-previous-rpc-attempts");
    attempt.before.value = grpc_slice_from_copied_string(before);
    grpc_metadata_array_init(&attempt.initial);
    grpc_metadata_array_init(&attempt.trailers);
    run_attempt(client, running, logical->call->method, logical->deadline, &attempt);
    if (attempt.status == GRPC_STATUS_OK)
        ok = spk_client_unpack(attempt.received, logical->call->reply, out, error);
    else
        spk_error_from_status(error, client->address, attempt.status, attempt.message,
                              &attempt.trailers);
    free_attempt(&attempt);
    return ok;
}

grpc_slice spk_client_pack(const ProtobufCMessage *message)
{
    grpc_slice bytes = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));

    (void)protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(bytes));
    return bytes;
}

bool spk_client_pause(struct sparksubmit_client *client, const struct running_call *running,
                      int64_t ms)
{
    struct timespec end;
    int late = 0;

    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += ms / 1000;
    end.tv_nsec += ms % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        end.tv_sec++;
    }
    (void)pthread_mutex_lock(&client->lock);
    while (!running->cancelled && late == 0)
        late = pthread_cond_timedwait(&client->changed, &client->lock, &end);
    bool cancelled = running->cancelled;
    (void)pthread_mutex_unlock(&client->lock);
    return !cancelled;
}

int64_t spk_client_delay_ms(int number, const struct sparksubmit_error *error)
{
    int64_t delay = FIRST_DELAY_MS << (number < 5 ? number : 5);

    if (delay > MAX_DELAY_MS)
        delay = MAX_DELAY_MS;
    return error->retry_after_ms > delay ? error->retry_after_ms : delay;
}

/* How long to wait before the next attempt; -1: there is none. */
static int64_t next_delay(const struct sparksubmit_client *client,
                          const struct logical_call *logical, int number,
                          const struct sparksubmit_error *error)
{
    int64_t delay = spk_client_delay_ms(number, error);

    if (error->code != GRPC_STATUS_UNAVAILABLE || logical->call->once ||
        number + 1 >= client->attempts)
        return -1;
    return delay < remaining_ms(logical->deadline) ? delay : -1;
}

/* Outcomes of attempts add up: a driver that is known to exist, else the worst of all. */
static void add_outcome(struct sparksubmit_error *error, int before)
{
    static const int ranks[] = {
        [SPARKSUBMIT_OUTCOME_NOT_CREATED] = 0,
        [SPARKSUBMIT_OUTCOME_PARTIAL] = 1,
        [SPARKSUBMIT_OUTCOME_UNSETTLED] = 2,
        [SPARKSUBMIT_OUTCOME_CREATED] = 3,
    };

    if (ranks[before] <= ranks[error->outcome])
        return;
    error->outcome = before;
    /* Under a new key a second driver could start beside the first. */
    if (before == SPARKSUBMIT_OUTCOME_UNSETTLED)
        error->retry = SPARKSUBMIT_ADVICE_SAME_KEY;
}

static bool call_with_retries(struct sparksubmit_client *client, struct running_call *running,
                              const struct logical_call *logical, ProtobufCMessage **out,
                              struct sparksubmit_error *error)
{
    int outcome = SPARKSUBMIT_OUTCOME_NOT_CREATED; /* of the attempts before */

    for (int number = 0;; number++) {
        if (call_once(client, running, logical, number, out, error))
            return true;
        add_outcome(error, outcome);
        outcome = error->outcome;
        int64_t delay = next_delay(client, logical, number, error);
        if (delay < 0)
            return false;
        if (spk_client_pause(client, running, delay))
            continue;
        /* The outcome of the last attempt still holds. */
        error->code = GRPC_STATUS_CANCELLED;
        error->retry_after_ms = -1;
        (void)snprintf(error->reason, sizeof(error->reason), "CALL_CANCELLED");
        (void)snprintf(error->text, sizeof(error->text), "the call was cancelled");
        return false;
    }
}

bool spk_call_unary(struct sparksubmit_client *client, const struct spk_client_call *call,
                    ProtobufCMessage **out, struct sparksubmit_error *error)
{
    int64_t limit = call->deadline_ms ? call->deadline_ms : DEFAULT_DEADLINE_MS;

    if (limit < 1 || limit > MAX_DEADLINE_MS)
        return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
                             "deadline_ms must be 1 to 120000");
    struct logical_call logical = {call, spk_client_pack(call->request), absolute(limit)};
    struct running_call running = {.token = call->token};
    struct sparksubmit_error last = {0};

    spk_client_enter(client, &running);
    bool ok = call_with_retries(client, &running, &logical, out, &last);
    grpc_slice_unref(logical.bytes);
    spk_client_leave(client, &running);
    if (!ok && !call->creates)
        last.outcome = SPARKSUBMIT_OUTCOME_NOT_CREATED;
    if (!ok)
        *error = last;
    return ok;
}

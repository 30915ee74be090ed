/* SPDX-License-Identifier: Apache-2.0 */
/* Watching a driver over as many streams as it takes. */
#include "library/call.h"
#include "library/reply.h"
#include "library/request.h"
#include "library/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A watch, across its streams. */
struct following {
    sparksubmit_watch_fn *fn;
    void *context;
    bool until_deleted;
    char *resume;   /* token of the newest status; NULL: none came yet */
    uint8_t *shown; /* the newest status, packed: a server that stops tells it again */
    size_t shown_length;
    bool ended; /* the driver has, or fn wants no more */
    bool heard; /* a status came over the stream under way */
    bool no_memory;
};

static bool has_ended(const struct following *following,
                      const struct sparksubmit_result *result)
{
    static const char *const ends[] = {"DELETED", "SUCCEEDED", "FAILED"};
    const char *state = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_STATE);

    for (size_t i = 0; i < (following->until_deleted ? 1 : 3); i++)
        if (strcmp(state, ends[i]) == 0)
            return true;
    return false;
}

static bool keep_token(struct following *following, const struct sparksubmit_result *result)
{
    const char *token = sparksubmit_result_text(result, SPARKSUBMIT_FIELD_RESUME_TOKEN);
    char *copy;

    if (!*token)
        return true;
    copy = strdup(token);
    if (!copy)
        return false;
    free(following->resume);
    following->resume = copy;
    return true;
}

/* false: the status is the one that was shown last, or there is no memory to tell. */
static bool is_new(struct following *following, const Spk__SubmissionStatus *driver)
{
    size_t length = driver ? protobuf_c_message_get_packed_size(&driver->base) : 0;
    uint8_t *packed = malloc(length + 1);

    if (!packed) {
        following->no_memory = true;
        return false;
    }
    if (driver)
        (void)protobuf_c_message_pack(&driver->base, packed);
    bool is_same = following->shown && following->shown_length == length &&
                   memcmp(following->shown, packed, length) == 0;
    free(following->shown);
    following->shown = packed;
    following->shown_length = length;
    return !is_same;
}

static bool take_answer(void *context, ProtobufCMessage *reply)
{
    struct following *following = context;
    struct sparksubmit_result *result = spk_result_new(SPK_RESULT_WATCH, reply);

    following->heard = true;
    if (!result) {
        spk_reply_free(reply);
        following->no_memory = true;
        return false;
    }
    following->no_memory = !keep_token(following, result);
    bool is_shown =
        !following->no_memory &&
        is_new(following, ((const Spk__WatchSubmissionResponse *)(void *)reply)->submission);
    bool goes_on = !following->no_memory;
    if (is_shown)
        goes_on = following->fn(result, following->context);
    following->ended = (is_shown && !goes_on) || has_ended(following, result);
    sparksubmit_result_free(result);
    return goes_on;
}

/* The next stream goes on where the newest status was. */
static void resume(const struct following *following, Spk__WatchSubmissionRequest *message)
{
    bool has_until_terminal = message->has_until_terminal;

    if (!following->resume)
        return;
    spk__watch_submission_request__init(message);
    message->has_until_terminal = has_until_terminal;
    message->resume_token = following->resume;
}

/* So long a server may be away that a status came from; replicas are restarted in less. */
#define AWAY_MS 60000

/* A server that stops breaks off calls that came too late with CANCELLED. */
static bool may_go_on(const struct sparksubmit_error *error)
{
    return error->code == GRPC_STATUS_UNAVAILABLE || error->code == GRPC_STATUS_CANCELLED;
}

static int64_t since_ms(gpr_timespec then)
{
    return gpr_time_to_millis(gpr_time_sub(gpr_now(GPR_CLOCK_MONOTONIC), then));
}

/* A stream has ended with last, or with OK though the driver has not: whether there is another
 * one, or what is wrong in last. */
static bool is_given_up(const struct sparksubmit_client *client,
                        const struct following *following, int failures, gpr_timespec progress,
                        bool ok, struct sparksubmit_error *last)
{
    bool is_patient = following->resume && client->attempts > 1;

    if (!ok && !may_go_on(last))
        return true;
    if (is_patient ? since_ms(progress) < AWAY_MS : failures + 1 < client->attempts)
        return false;
    if (ok)
        (void)spk_error_set(last, GRPC_STATUS_UNAVAILABLE, "SERVER_DRAINING",
                            "the server ends each watch before the driver has ended");
    return true;
}

static bool follow(struct sparksubmit_client *client, struct running_call *running,
                   struct spk_client_stream *stream, Spk__WatchSubmissionRequest *message,
                   struct sparksubmit_error *error)
{
    struct following *following = stream->context;
    gpr_timespec progress = gpr_now(GPR_CLOCK_MONOTONIC);

    for (int failures = 0;; failures++) {
        struct sparksubmit_error last = {.retry_after_ms = -1};
        gpr_timespec began = gpr_now(GPR_CLOCK_MONOTONIC);

        following->heard = false;
        bool ok = spk_client_run_stream(client, running, stream, &last);
        if (following->no_memory)
            return spk_error_set(error, GRPC_STATUS_RESOURCE_EXHAUSTED, "", "out of memory");
        if (following->ended)
            return true;
        /* A stream that lasted was one, even if there was nothing to tell. */
        if (following->heard || since_ms(began) > AWAY_MS) {
            failures = 0;
            progress = gpr_now(GPR_CLOCK_MONOTONIC);
        }
        last.outcome = SPARKSUBMIT_OUTCOME_NOT_CREATED; /* nothing is made here */
        if (is_given_up(client, following, failures, progress, ok, &last)) {
            *error = last;
            return false;
        }
        resume(following, message);
        if (!spk_client_pause(client, running, spk_client_delay_ms(failures, &last)))
            return spk_error_set(error, GRPC_STATUS_CANCELLED, "CALL_CANCELLED",
                                 "the call was cancelled");
    }
}

bool sparksubmit_client_watch(struct sparksubmit_client *client,
                              const struct sparksubmit_watch_request *request,
                              int64_t deadline_ms, sparksubmit_watch_fn *fn, void *context,
                              struct sparksubmit_error *error)
{
    struct sparksubmit_watch_request known = {0};
    struct following following = {.fn = fn, .context = context};
    Spk__WatchSubmissionRequest message;
    struct spk_client_stream stream = {
        .method = "/spark.submit.v1.SubmitService/WatchSubmission",
        .request = &message.base,
        .reply = &spk__watch_submission_response__descriptor,
        .deadline = gpr_inf_future(GPR_CLOCK_MONOTONIC),
        .answer = take_answer,
        .context = &following,
    };

    if (!spk_client_take_struct(&known, sizeof(known), request, error) ||
        !spk_request_watch(&known, &message, error))
        return false;
    if (deadline_ms < 0)
        return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
                             "deadline_ms must not be negative");
    if (deadline_ms)
        stream.deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                       gpr_time_from_millis(deadline_ms, GPR_TIMESPAN));
    following.until_deleted = known.until_deleted;
    struct running_call running = {.token = known.token};
    spk_client_enter(client, &running);
    bool ok = follow(client, &running, &stream, &message, error);
    spk_client_leave(client, &running);
    free(following.resume);
    free(following.shown);
    return ok;
}

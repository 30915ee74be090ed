/* SPDX-License-Identifier: Apache-2.0 */
#include "sparksubmit/client.h"

#include "grpc/health/v1/health.pb-c.h"
#include "library/call.h"
#include "library/reply.h"
#include "library/request.h"
#include "library/result.h"
#include "library/target.h"

#include <grpc/grpc_security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVICE          "/spark.submit.v1.SubmitService/"
#define DEFAULT_ATTEMPTS 4
#define MAX_REPLY        (4 * 1024 * 1024)

bool spk_client_take_struct(void *to, size_t known, const void *from,
                            struct sparksubmit_error *error)
{
    size_t size;

    if (!from)
        return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
                             "no request was given");
    memcpy(&size, from, sizeof(size));
    if (size < sizeof(size) || size > known)
        return spk_error_set(
            error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
            "the struct's size member is not set, or newer than this library");
    memset(to, 0, known);
    memcpy(to, from, size);
    return true;
}

static grpc_channel *create_channel(const char *target)
{
    grpc_arg arguments[] = {
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)(uintptr_t)GRPC_ARG_ENABLE_RETRIES,
         .value.integer = 0},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)(uintptr_t)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
         .value.integer = MAX_REPLY},
    };
    grpc_channel_args list = {sizeof(arguments) / sizeof(arguments[0]), arguments};
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
    grpc_channel *channel = grpc_channel_create(target, credentials, &list);

    grpc_channel_credentials_release(credentials);
    return channel;
}

static void init_locks(struct sparksubmit_client *client)
{
    pthread_condattr_t monotonic;

    (void)pthread_mutex_init(&client->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&client->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

bool sparksubmit_client_open(struct sparksubmit_client **out,
                             const struct sparksubmit_client_config *config,
                             struct sparksubmit_error *error)
{
    struct sparksubmit_client_config known = {0};
    char target[SPK_TARGET_SIZE];

    if (!spk_client_take_struct(&known, sizeof(known), config, error))
        return false;
    if (!known.target)
        return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
                             "no target was given");
    if (!spk_target_read(known.target, target, error))
        return false;
    struct sparksubmit_client *client = calloc(1, sizeof(*client));
    if (!client)
        return spk_error_set(error, GRPC_STATUS_RESOURCE_EXHAUSTED, "", "out of memory");
    grpc_init();
    client->attempts = known.attempts > 0 ? known.attempts : DEFAULT_ATTEMPTS;
    client->channel = create_channel(target);
    (void)snprintf(client->address, sizeof(client->address), "%s", known.target);
    init_locks(client);
    *out = client;
    return true;
}

void sparksubmit_client_close(struct sparksubmit_client *client)
{
    if (!client)
        return;
    (void)pthread_mutex_lock(&client->lock);
    while (client->running)
        (void)pthread_cond_wait(&client->changed, &client->lock);
    (void)pthread_mutex_unlock(&client->lock);
    grpc_channel_destroy(client->channel);
    (void)pthread_cond_destroy(&client->changed);
    (void)pthread_mutex_destroy(&client->lock);
    free(client);
    grpc_shutdown();
}

void sparksubmit_client_cancel(struct sparksubmit_client *client, uint64_t token)
{
    (void)pthread_mutex_lock(&client->lock);
    for (struct running_call *running = client->running; running && token;
         running = running->next) {
        if (running->token != token)
            continue;
        running->cancelled = true;
        if (running->call)
            (void)grpc_call_cancel(running->call, NULL);
    }
    (void)pthread_cond_broadcast(&client->changed);
    (void)pthread_mutex_unlock(&client->lock);
}

static bool call_for_result(struct sparksubmit_client *client,
                            const struct spk_client_call *call, enum spk_result_kind kind,
                            struct sparksubmit_result **out, struct sparksubmit_error *error)
{
    ProtobufCMessage *reply;

    if (!spk_call_unary(client, call, &reply, error))
        return false;
    struct sparksubmit_result *result = spk_result_new(kind, reply);
    if (!result) {
        spk_reply_free(reply);
        return spk_error_unsettled(error, GRPC_STATUS_RESOURCE_EXHAUSTED,
                                   "out of memory for the server's reply");
    }
    *out = result;
    return true;
}

/* Tell the keys that were sent: repeating the call takes them. */
static void add_keys(const Spk__SubmitRequest *request, struct sparksubmit_error *error)
{
    const struct {
        char *to;
        size_t size;
        const char *key;
    } keys[] = {
        {error->idempotency_key, sizeof(error->idempotency_key), request->idempotency_key},
        {error->default_idempotency_key, sizeof(error->default_idempotency_key),
         request->default_idempotency_key},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        (void)snprintf(keys[i].to, keys[i].size, "%s", keys[i].key ? keys[i].key : "");
}

bool sparksubmit_client_submit(struct sparksubmit_client *client,
                               const struct sparksubmit_submit *request, int64_t deadline_ms,
                               struct sparksubmit_result **out,
                               struct sparksubmit_error *error)
{
    struct sparksubmit_submit known;
    struct spk_packed packed;

    if (!spk_client_take_struct(&known, sizeof(known), request, error) ||
        !spk_request_submit(&known, &packed, error))
        return false;
    struct spk_client_call call = {
        .method = SERVICE "Submit",
        .request = &packed.submit.base,
        .reply = &spk__submit_response__descriptor,
        .deadline_ms = deadline_ms,
        .token = known.token,
        .creates = !known.validate_only,
    };
    bool ok = call_for_result(client, &call, SPK_RESULT_SUBMIT, out, error);
    if (!ok)
        add_keys(&packed.submit, error);
    spk_request_free(&packed);
    return ok;
}

bool sparksubmit_client_render(struct sparksubmit_client *client,
                               const struct sparksubmit_render_request *request,
                               int64_t deadline_ms, struct sparksubmit_result **out,
                               struct sparksubmit_error *error)
{
    struct sparksubmit_render_request known;
    struct spk_packed packed;

    if (!spk_client_take_struct(&known, sizeof(known), request, error) ||
        !spk_request_render(&known, &packed, error))
        return false;
    struct spk_client_call call = {
        .method = SERVICE "Render",
        .request = &packed.render.base,
        .reply = &spk__render_response__descriptor,
        .deadline_ms = deadline_ms,
        .token = known.token,
    };
    bool ok = call_for_result(client, &call, SPK_RESULT_RENDER, out, error);
    spk_request_free(&packed);
    return ok;
}

bool sparksubmit_client_get(struct sparksubmit_client *client,
                            const struct sparksubmit_get_request *request, int64_t deadline_ms,
                            struct sparksubmit_result **out, struct sparksubmit_error *error)
{
    struct sparksubmit_get_request known = {0};
    Spk__GetSubmissionRequest message;
    struct spk_client_call call = {
        .method = SERVICE "GetSubmission",
        .request = &message.base,
        .reply = &spk__get_submission_response__descriptor,
        .deadline_ms = deadline_ms,
    };

    if (!spk_client_take_struct(&known, sizeof(known), request, error) ||
        !spk_request_get(&known, &message, error))
        return false;
    call.token = known.token;
    return call_for_result(client, &call, SPK_RESULT_GET, out, error);
}

bool sparksubmit_client_list(struct sparksubmit_client *client,
                             const struct sparksubmit_list_request *request,
                             int64_t deadline_ms, struct sparksubmit_result **out,
                             struct sparksubmit_error *error)
{
    struct sparksubmit_list_request known = {0};
    Spk__ListSubmissionsRequest message;
    struct spk_client_call call = {
        .method = SERVICE "ListSubmissions",
        .request = &message.base,
        .reply = &spk__list_submissions_response__descriptor,
        .deadline_ms = deadline_ms,
    };

    if (!spk_client_take_struct(&known, sizeof(known), request, error) ||
        !spk_request_list(&known, &message, error))
        return false;
    call.token = known.token;
    return call_for_result(client, &call, SPK_RESULT_LIST, out, error);
}

bool sparksubmit_client_kill(struct sparksubmit_client *client,
                             const struct sparksubmit_kill_request *request,
                             int64_t deadline_ms, struct sparksubmit_result **out,
                             struct sparksubmit_error *error)
{
    struct sparksubmit_kill_request known = {0};
    Spk__KillSubmissionRequest message;
    struct spk_client_call call = {
        .method = SERVICE "KillSubmission",
        .request = &message.base,
        .reply = &spk__kill_submission_response__descriptor,
        .deadline_ms = deadline_ms,
        .once = true,
    };

    if (!spk_client_take_struct(&known, sizeof(known), request, error) ||
        !spk_request_kill(&known, &message, error))
        return false;
    call.token = known.token;
    return call_for_result(client, &call, SPK_RESULT_KILL, out, error);
}

bool sparksubmit_client_info(struct sparksubmit_client *client, int64_t deadline_ms,
                             struct sparksubmit_result **out, struct sparksubmit_error *error)
{
    Spk__GetInfoRequest request = SPK__GET_INFO_REQUEST__INIT;
    struct spk_client_call call = {
        .method = SERVICE "GetInfo",
        .request = &request.base,
        .reply = &spk__get_info_response__descriptor,
        .deadline_ms = deadline_ms,
    };

    return call_for_result(client, &call, SPK_RESULT_INFO, out, error);
}

bool sparksubmit_client_health(struct sparksubmit_client *client, const char *service,
                               int64_t deadline_ms, bool *serving,
                               struct sparksubmit_error *error)
{
    Grpc__Health__V1__HealthCheckRequest request;
    struct spk_client_call call = {
        .method = "/grpc.health.v1.Health/Check",
        .request = &request.base,
        .reply = &grpc__health__v1__health_check_response__descriptor,
        .deadline_ms = deadline_ms,
    };
    ProtobufCMessage *reply;

    grpc__health__v1__health_check_request__init(&request);
    request.service = (char *)(uintptr_t)service;
    if (!spk_call_unary(client, &call, &reply, error))
        return false;
    *serving = ((const Grpc__Health__V1__HealthCheckResponse *)(const void *)reply)->status ==
               GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
    spk_reply_free(reply);
    return true;
}

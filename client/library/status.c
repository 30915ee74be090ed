/* SPDX-License-Identifier: Apache-2.0 */
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "library/call.h"
#include "library/reply.h"
#include "library/violation.h"

#include <stdio.h>
#include <string.h>

#define MAX_DELAY_S 86400 /* longer advice is none */
#define NANOS       1000000000

static void copy(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text ? text : "");
}

bool spk_error_set(struct sparksubmit_error *error, int code, const char *reason,
                   const char *text)
{
    *error = (struct sparksubmit_error){.code = code, .retry_after_ms = -1};
    copy(error->reason, sizeof(error->reason), reason);
    copy(error->text, sizeof(error->text), text);
    return false;
}

bool spk_error_unsettled(struct sparksubmit_error *error, int code, const char *text)
{
    (void)spk_error_set(error, code, "", text);
    error->outcome = SPARKSUBMIT_OUTCOME_UNSETTLED;
    error->retry = SPARKSUBMIT_ADVICE_SAME_KEY;
    return false;
}

/* A name of a later server leaves *out as it is. */
static void take_name(const char *value, const char *const *names, int n, int *out)
{
    for (int i = 0; value && i < n; i++)
        if (strcmp(value, names[i]) == 0)
            *out = i;
}

static void take_error_info(struct sparksubmit_error *error, const ProtobufCMessage *message)
{
    static const char *const outcomes[] = {"NOT_CREATED", "PARTIAL", "CREATED", "UNKNOWN"};
    static const char *const retries[] = {"NO", "SAME_KEY", "NEW_KEY"};
    const Google__Rpc__ErrorInfo *info = (const void *)message;

    copy(error->reason, sizeof(error->reason), info->reason);
    for (size_t i = 0; i < info->n_metadata; i++) {
        if (strcmp(info->metadata[i]->key, "outcome") == 0)
            take_name(info->metadata[i]->value, outcomes, 4, &error->outcome);
        if (strcmp(info->metadata[i]->key, "retry") == 0)
            take_name(info->metadata[i]->value, retries, 3, &error->retry);
        if (strcmp(info->metadata[i]->key, "attempt") == 0)
            copy(error->attempt, sizeof(error->attempt), info->metadata[i]->value);
    }
}

static void take_bad_request(struct sparksubmit_error *error, const ProtobufCMessage *message)
{
    const Google__Rpc__BadRequest *request = (const void *)message;

    if (request->n_field_violations)
        copy(error->field, sizeof(error->field), request->field_violations[0]->field);
    for (size_t i = 0; i < request->n_field_violations; i++)
        spk_error_add_violation(error, request->field_violations[i]->field,
                                request->field_violations[i]->description);
}

static void take_retry_info(struct sparksubmit_error *error, const ProtobufCMessage *message)
{
    const Google__Rpc__RetryInfo *info = (const void *)message;

    if (info->retry_delay && info->retry_delay->seconds >= 0 &&
        info->retry_delay->seconds <= MAX_DELAY_S && info->retry_delay->nanos >= 0 &&
        info->retry_delay->nanos < NANOS)
        error->retry_after_ms = info->retry_delay->seconds * 1000 +
                                info->retry_delay->nanos / 1000000;
}

/* The details that mean something to us. */
static const struct {
    const char *type;
    const ProtobufCMessageDescriptor *descriptor;
    void (*take)(struct sparksubmit_error *error, const ProtobufCMessage *message);
} details[] = {
    {"type.googleapis.com/google.rpc.ErrorInfo", &google__rpc__error_info__descriptor,
     take_error_info},
    {"type.googleapis.com/google.rpc.BadRequest", &google__rpc__bad_request__descriptor,
     take_bad_request},
    {"type.googleapis.com/google.rpc.RetryInfo", &google__rpc__retry_info__descriptor,
     take_retry_info},
};

static void take_detail(struct sparksubmit_error *error, const Google__Protobuf__Any *any)
{
    for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
        if (strcmp(any->type_url, details[i].type) != 0)
            continue;
        ProtobufCMessage *message =
            spk_reply_unpack(details[i].descriptor, any->value.data, any->value.len);
        if (message)
            details[i].take(error, message);
        spk_reply_free(message);
    }
}

static void take_details(struct sparksubmit_error *error, grpc_slice bytes)
{
    ProtobufCMessage *message = spk_reply_unpack(&google__rpc__status__descriptor,
                                                 GRPC_SLICE_START_PTR(bytes),
                                                 GRPC_SLICE_LENGTH(bytes));
    const Google__Rpc__Status *status = (const void *)message;

    for (size_t i = 0; status && i < status->n_details; i++)
        take_detail(error, status->details[i]);
    spk_reply_free(message);
}

/* gRPC's own texts for a call that got no answer, what they mean, and whether it was sent. */
static const struct unanswered {
    grpc_status_code code;
    const char *text, *meaning;
    bool sent;
} unanswered[] = {
    {GRPC_STATUS_UNAVAILABLE, "failed to connect to all addresses", "cannot connect to",
     false},
    {GRPC_STATUS_UNAVAILABLE, "DNS resolution failed", "cannot find the host of", false},
    {GRPC_STATUS_UNAVAILABLE, "empty address list", "cannot find the host of", false},
    {GRPC_STATUS_DEADLINE_EXCEEDED, "Deadline Exceeded",
     "the deadline passed without an answer from", true},
};

/* The core's texts name numbers and libraries; a reader knows the address that was given. */
static void name_server(struct sparksubmit_error *error, const char *address)
{
    char text[sizeof(error->text)];

    for (size_t i = 0; i < sizeof(unanswered) / sizeof(unanswered[0]); i++) {
        const struct unanswered *row = &unanswered[i];
        const char *why = strrchr(error->text, ':');

        if ((int)row->code != error->code ||
            strncmp(error->text, row->text, strlen(row->text)) != 0)
            continue;
        if (!row->sent)
            error->outcome = SPARKSUBMIT_OUTCOME_NOT_CREATED;
        (void)snprintf(text, sizeof(text), "%s '%s'%.300s", row->meaning, address,
                       why ? why : "");
        copy(error->text, sizeof(error->text), text);
        return;
    }
}

void spk_error_from_status(struct sparksubmit_error *error, const char *address,
                           grpc_status_code code, grpc_slice message,
                           const grpc_metadata_array *trailers)
{
    /* Without details sparksubmitd has not answered: a request that got through is unsettled.
     */
    (void)spk_error_unsettled(error, (int)code, "");
    (void)snprintf(error->text, sizeof(error->text), "%.*s", (int)GRPC_SLICE_LENGTH(message),
                   (const char *)GRPC_SLICE_START_PTR(message));
    name_server(error, address);
    for (size_t i = 0; i < trailers->count; i++)
        if (grpc_slice_str_cmp(trailers->metadata[i].key, "grpc-status-details-bin") == 0)
            take_details(error, trailers->metadata[i].value);
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * call.h: one unary call on a client's channel, from packed bytes to unpacked reply, and the
 * registry that cancel and close need. Private to the library.
 */
#pragma once

#include "sparksubmit/client.h"

#include <grpc/grpc.h>
#include <protobuf-c/protobuf-c.h>
#include <pthread.h>

/* One logical call, from its first attempt to the end of its last. */
struct running_call {
    struct running_call *next;
    grpc_call *call; /* the attempt under way; NULL between two of them */
    uint64_t token;
    bool cancelled;
};

struct sparksubmit_client {
    grpc_channel *channel;
    char address[128]; /* as the caller wrote it, for errors */
    int attempts;
    pthread_mutex_t lock;   /* of running */
    pthread_cond_t changed; /* a call ended or was cancelled; waits by the monotonic clock */
    struct running_call *running;
};

struct spk_client_call {
    const char *method; /* "/spark.submit.v1.SubmitService/Submit" */
    const ProtobufCMessage *request;
    const ProtobufCMessageDescriptor *reply;
    int64_t deadline_ms; /* as given by the caller */
    uint64_t token;
    bool creates; /* true if it makes objects: without an answer the outcome is open */
    bool once;    /* true if repeating it is the caller's decision */
};

/** Call, with retries; *out is freed with spk_reply_free. */
bool spk_call_unary(struct sparksubmit_client *client, const struct spk_client_call *call,
                    ProtobufCMessage **out, struct sparksubmit_error *error);

/** Fill in error with a code of the library; returns false. */
bool spk_error_set(struct sparksubmit_error *error, int code, const char *reason,
                   const char *text);

/** As spk_error_set when the request may have been carried out all the same. */
bool spk_error_unsettled(struct sparksubmit_error *error, int code, const char *text);

/**
 * Fill in error from a finished call's status, its message and grpc-status-details-bin. A
 * server that was not reached is named by address.
 */
void spk_error_from_status(struct sparksubmit_error *error, const char *address,
                           grpc_status_code code, grpc_slice message,
                           const grpc_metadata_array *trailers);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * call.h: one call on a client's channel, from packed bytes to unpacked replies, and the
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

/** An answer of a stream, which now owns it; false: the stream is to be stopped. */
typedef bool spk_client_answer_fn(void *context, ProtobufCMessage *reply);

/** One stream of answers, from its request to its end. */
struct spk_client_stream {
    const char *method;
    const ProtobufCMessage *request;
    const ProtobufCMessageDescriptor *reply;
    gpr_timespec deadline;
    spk_client_answer_fn *answer;
    void *context;
};

/** Run it once; true: it ended with OK, or answer has stopped it. */
bool spk_client_run_stream(struct sparksubmit_client *client, struct running_call *running,
                           const struct spk_client_stream *stream,
                           struct sparksubmit_error *error);

/* ---- for both kinds of calls ---- */

/**
 * Copy a caller's struct: of an older caller it is shorter, of a newer one it may hold what is
 * not known here.
 */
bool spk_client_take_struct(void *to, size_t known, const void *from,
                            struct sparksubmit_error *error);

void spk_client_enter(struct sparksubmit_client *client, struct running_call *running);
/** Last: whoever closes the client may go on now. */
void spk_client_leave(struct sparksubmit_client *client, struct running_call *running);
/** The attempt under way, for cancel; NULL: there is none. */
void spk_client_set_call(struct sparksubmit_client *client, struct running_call *running,
                         grpc_call *call);
/** Wait; false: the call was cancelled meanwhile. */
bool spk_client_pause(struct sparksubmit_client *client, const struct running_call *running,
                      int64_t ms);
/** The wait after attempt number (from 0), which ended with error. */
int64_t spk_client_delay_ms(int number, const struct sparksubmit_error *error);
grpc_slice spk_client_pack(const ProtobufCMessage *message);
bool spk_client_unpack(grpc_byte_buffer *received, const ProtobufCMessageDescriptor *type,
                       ProtobufCMessage **out, struct sparksubmit_error *error);
void spk_client_free_queue(grpc_completion_queue *queue);

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

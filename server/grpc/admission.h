/* SPDX-License-Identifier: Apache-2.0 */
/**
 * admission.h: whether there is room for a call, before its request is looked at: its
 * metadata, the number of calls under way, the memory of all of them, the streams of its kind.
 */
#pragma once

#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>

struct spk_call;

/** The limit that calls of a method are counted against. */
enum spk_admission_class {
    SPK_ADMIT_CALL,         /* calls under way and their memory; refused while draining */
    SPK_ADMIT_ALWAYS,       /* nothing: short, and answered from memory */
    SPK_ADMIT_HEALTH_WATCH, /* streams, each class with places of its own */
    SPK_ADMIT_REFLECTION,
    SPK_ADMIT_WATCH, /* of drivers */
    SPK_ADMISSION_CLASSES
};

struct spk_admission_limits {
    size_t calls, memory; /* of SPK_ADMIT_CALL; memory: bytes */
    size_t streams[SPK_ADMISSION_CLASSES];
    int64_t default_deadline_ms, max_deadline_ms; /* of calls with one answer */
};

struct spk_admission {
    struct spk_admission_limits limits;
    atomic_size_t inflight, reserved, next_id;
    size_t streams[SPK_ADMISSION_CLASSES]; /* open ones; the rpc thread's own */
    char id_prefix[9];
};

/** Those of limits.h. */
void spk_admission_limits_init(struct spk_admission_limits *limits);

/** @errors INTERNAL_ERROR  there is no randomness for request ids */
bool spk_admission_init(struct spk_admission *admission,
                        const struct spk_admission_limits *limits,
                        struct spk_err *err) SPK_CHECK;

/** Set call's request id, the caller's own or a new one, and its trace context if it has one.
 */
void spk_admission_identify(struct spk_call *call);

/**
 * Let call in: check its metadata and, unless it is a stream, reserve its share.
 *
 * @errors SERVER_DRAINING      the server stops
 *         SERVER_OVERLOADED    too many calls or bytes under way
 *         REQUEST_TOO_LARGE    request metadata
 *         CREDENTIALS_INVALID  authorization is given twice
 *         INVALID_MESSAGE      the client sent no request, or broke it off
 */
bool spk_admission_enter(struct spk_call *call, struct spk_err *err) SPK_CHECK;

/**
 * Let a stream in, if its class has room.
 *
 * @errors SERVER_OVERLOADED  too many of the class are open
 */
bool spk_admission_enter_stream(struct spk_call *call, struct spk_err *err) SPK_CHECK;

/** The client of a stream is gone, or has been told its end: its place is free. */
void spk_admission_leave_stream(struct spk_call *call);

/**
 * Set call's deadline: the caller's own within the server's limits, or the server's. Streams
 * have the caller's own or none.
 */
void spk_admission_set_deadline(struct spk_call *call);

/** The call's memory is free: it holds no more than its answer. */
void spk_admission_answered(struct spk_call *call);

/** Give back what the call holds. */
void spk_admission_leave(struct spk_call *call);

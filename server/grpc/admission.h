/* SPDX-License-Identifier: Apache-2.0 */
/**
 * admission.h: whether there is room for a call, before its request is looked at: its
 * metadata, the number of calls under way, the memory of all of them.
 */
#pragma once

#include "grpc/call.h"

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
 * Let a stream in that only its client ends, if its class has room; on_tick is called whenever
 * the loop looks at its calls.
 *
 * @errors SERVER_OVERLOADED  too many of the class are open
 */
bool spk_admission_enter_stream(struct spk_call *call, spk_call_fn *on_tick,
                                struct spk_err *err) SPK_CHECK;

/** Set call's deadline: the caller's own within the server's limits, or the server's. */
void spk_admission_set_deadline(struct spk_call *call);

/** The call's memory is free: it holds no more than its answer. */
void spk_admission_answered(struct spk_call *call);

/** Give back what the call holds. */
void spk_admission_leave(struct spk_call *call);

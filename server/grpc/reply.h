/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reply.h: an error as a gRPC caller sees it: code, message, google.rpc details, advice about
 * repeating. The only place where a struct spk_err becomes a gRPC status.
 *
 * @source google/rpc/error_details.proto; gRFC A6 for grpc-retry-pushback-ms
 */
#pragma once

#include "base/err.h"

struct spk_reply {
    enum spk_code code;
    const char *message;    /* "spec.driver.memory: '12x' is not ...", at most 1 KiB */
    const uint8_t *details; /* a packed google.rpc.Status, at most 6 KiB */
    size_t details_length;
    const char *pushback; /* grpc-retry-pushback-ms: "1200" or "-1"; NULL: no advice */
};

/**
 * Make the reply. Details are ErrorInfo, BadRequest, PreconditionFailure, QuotaFailure,
 * ResourceInfo and RetryInfo as the reason asks for; what does not fit is cut, last violation
 * first, and counted in ErrorInfo.metadata["violations_omitted"]. ErrorInfo.metadata holds
 * outcome, retry and request_id besides the notes of err; the notes "kind" and "name" are the
 * object of ResourceInfo, and "name" is the subject of PreconditionFailure.
 *
 * @owner  *out lives in arena
 * @units  jitter: any number; own overload is told apart by it, 50 to 150 % of a second
 */
void spk_reply_make(struct spk_arena *arena, const struct spk_err *err, const char *request_id,
                    uint64_t jitter, struct spk_reply *out);

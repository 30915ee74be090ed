/* SPDX-License-Identifier: Apache-2.0 */
/** request.h: a call's one request as an operation of the service. */
#pragma once

#include "base/err.h"

struct spk_call;

/**
 * Decode the request by the call's row and fill in what its operation takes from the call; who
 * is told of the answers is left to the caller. Inside the call's recovery point.
 *
 * @errors those of spk_wire_decode and of the row's mapping
 */
bool spk_call_read_request(struct spk_call *call, struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stream.h: a call with one request and many answers as an operation of the service. One
 * answer at a time is on its way to the client; when it has been taken the newest one follows,
 * and in the end the status.
 */
#pragma once

struct spk_call;

/** Let the call in, decode its request and have its row's operation carried out. */
void spk_stream_run(struct spk_call *call);

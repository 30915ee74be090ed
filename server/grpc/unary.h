/* SPDX-License-Identifier: Apache-2.0 */
/** unary.h: a call with one request as an operation of the service, and its one answer. */
#pragma once

struct spk_call;

/** Decode the call's request and have its row's operation carried out. */
void spk_unary_run(struct spk_call *call);

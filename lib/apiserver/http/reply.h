/* SPDX-License-Identifier: Apache-2.0 */
/**
 * reply.h: from what came back on a transfer, or did not, to the job's reply.
 *
 * A reply's bytes live in the job's arena. When that is exhausted the request ends as
 * TRUNCATED.
 */
#pragma once

#include "apiserver/http/transfer.h"

/** Fill in the job's reply and make the transfer idle; returns the job. */
struct spk_api_job *spk_reply_read(struct spk_transfer *transfer, CURLcode code);

/** A reply without an answer. */
void spk_reply_without_answer(struct spk_api_reply *reply, enum spk_api_transport transport,
                              const char *trouble);

/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/wait.h"

#include "base/latch.h"

#include <string.h>

static void open_latch(struct spk_api_job *job)
{
    spk_latch_open(job->context);
}

struct spk_api_reply spk_api_wait(struct spk_api *api, struct spk_arena *arena,
                                  const struct spk_api_request *request, int64_t timeout_ms)
{
    struct spk_latch latch = SPK_LATCH_INIT;
    struct spk_api_job job = {
        .arena = arena,
        .request = *request,
        .deadline_ms = api->ops->now_ms(api) + timeout_ms,
        .done = open_latch,
        .context = &latch,
    };

    if (request->body && !request->body_length)
        job.request.body_length = strlen(request->body);
    spk_api_start(api, &job);
    spk_latch_wait(&latch);
    return job.reply;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "stored_application.h"

#include "base/latch.h"
#include "base/limits.h"
#include "failure.h"
#include "submit/application_read.h"

static void on_read(struct spk_application_read *read)
{
    spk_latch_open(read->context);
}

bool submit_stored_application(struct spk_arena *arena, struct spk_api *api, const char *ns,
                               const char *name, uint64_t seed, const cJSON **out,
                               struct spk_err *err)
{
    struct spk_latch latch = SPK_LATCH_INIT;
    struct spk_application_read read = {
        .arena = arena,
        .api = api,
        .ns = ns,
        .name = name,
        .deadline_ms = api->ops->now_ms(api) + SPK_MAX_DEADLINE_MS,
        .first_answer_ms = SPK_FIRST_ANSWER_MS,
        .jitter_seed = seed,
        .done = on_read,
        .context = &latch,
    };

    spk_application_read_start(&read);
    spk_latch_wait(&latch);
    if (!read.ok) {
        *err = read.err;
        submit_note_request(err, arena, &read.last);
        return false;
    }
    submit_print_warnings(&read.warnings, NULL);
    *out = read.application;
    return true;
}

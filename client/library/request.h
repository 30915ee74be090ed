/* SPDX-License-Identifier: Apache-2.0 */
/**
 * request.h: a caller's structs as messages. The messages borrow the caller's texts; only the
 * arrays between them are ours. Private to the library.
 */
#pragma once

#include "spark/submit/v1/submit_service.pb-c.h"
#include "sparksubmit/client.h"

struct spk_packed {
    union {
        Spk__SubmitRequest submit;
        Spk__RenderRequest render;
    };
    Spk__SparkSubmitCommand command;
    char key[33]; /* a generated default_idempotency_key */
    void *environment, *environment_list, *properties, *properties_list, *files, *files_list;
};

bool spk_request_submit(const struct sparksubmit_submit *request, struct spk_packed *out,
                        struct sparksubmit_error *error);
bool spk_request_render(const struct sparksubmit_render_request *request,
                        struct spk_packed *out, struct sparksubmit_error *error);
void spk_request_free(struct spk_packed *packed);

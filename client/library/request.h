/* SPDX-License-Identifier: Apache-2.0 */
/**
 * request.h: a caller's structs as messages. The messages borrow the caller's texts; only the
 * arrays between them are made here. Private to the library.
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

/* Requests about drivers that exist hold nothing of their own: there is nothing to free. */
bool spk_request_get(const struct sparksubmit_get_request *request,
                     Spk__GetSubmissionRequest *out, struct sparksubmit_error *error);
bool spk_request_watch(const struct sparksubmit_watch_request *request,
                       Spk__WatchSubmissionRequest *out, struct sparksubmit_error *error);
bool spk_request_list(const struct sparksubmit_list_request *request,
                      Spk__ListSubmissionsRequest *out, struct sparksubmit_error *error);
bool spk_request_kill(const struct sparksubmit_kill_request *request,
                      Spk__KillSubmissionRequest *out, struct sparksubmit_error *error);

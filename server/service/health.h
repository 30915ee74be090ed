/* SPDX-License-Identifier: Apache-2.0 */
/**
 * health.h: whether the process may be sent calls, and the operations that tell it. "" is the
 * process itself: SERVING while it is not stopping and its loops go round. "readiness" and
 * "spark.submit.v1.SubmitService" need an API server that answers, too.
 *
 * Facts are set from any thread, and all who watch hear of a change at once.
 */
#pragma once

#include "base/queue.h"
#include "service/operation.h"

enum spk_serving { SPK_SERVING, SPK_NOT_SERVING, SPK_SERVICE_UNKNOWN };

struct spk_health_watcher;

struct spk_health {
    atomic_bool ready;        /* true if the API server answers */
    atomic_bool stuck;        /* true if the API server's loop does not go round */
    atomic_bool leaving;      /* true if the process stops */
    atomic_uint changes;      /* not yet told; whoever raises it from 0 tells them */
    struct spk_queue joining; /* watchers that have not been told anything */
    struct spk_health_watcher *watchers; /* of the thread that tells */
};

void spk_health_init(struct spk_health *health);
void spk_health_done(struct spk_health *health); /* nobody watches any more */

/* From any thread; set_ready and set_stuck return what it was before. */
bool spk_health_set_ready(struct spk_health *health, bool ready);
bool spk_health_set_stuck(struct spk_health *health, bool stuck);
void spk_health_leave(struct spk_health *health);

/* ---- Check, List and Watch ---- */

extern const struct spk_operation_type spk_health_check_type, spk_health_list_type,
    spk_health_watch_type;

/** The request of Check and Watch; List takes none. */
struct spk_health_request {
    const char *service;
};

/** The answer of Check, and each one of Watch. */
struct spk_health_response {
    enum spk_serving status;
};

struct spk_health_service {
    const char *name;
    enum spk_serving status;
};

struct spk_health_list_response {
    const struct spk_health_service *services;
    size_t n;
};

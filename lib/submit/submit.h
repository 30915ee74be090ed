/* SPDX-License-Identifier: Apache-2.0 */
/**
 * submit.h: carries out one prepared submission against an API server: the loop that joins
 * the protocol's state machine (deploy) with a client (apiserver). It never blocks; all steps
 * are taken on the API server's loop, to which one queue item brings the submission.
 *
 * From spk_submit_start until done the arena is the submitter's, which has recovery points of
 * its own; so start is called outside spk_arena_run. done is called once, on the API server's
 * loop or, of an API server that answers inside spk_api_start, inside spk_submit_start.
 */
#pragma once

#include "apiserver/api.h"
#include "base/warning.h"
#include "deploy/parts.h"

#include <stdatomic.h>

enum spk_disposition {
    SPK_DISPOSITION_CREATED,
    SPK_DISPOSITION_ADOPTED,
    SPK_DISPOSITION_DRY_RUN_OK,
    SPK_DISPOSITION_DRY_RUN_REFUSED,
};

struct spk_object_result {
    const char *kind, *api_version, *name, *uid; /* uid "" with dry run */
    enum spk_disposition disposition;
};

struct spk_submit_result {
    const char *ns, *pod_name, *pod_uid, *application_id, *application_name;
    const char *submission_id; /* the label really on the Pod: SP-55 */
    const char *pod_phase;
    const char *submitted_at; /* creationTimestamp of the driver, RFC 3339; "" */
    const char *attempt;
    bool adopted, would_adopt;
    struct spk_object_result *objects; /* those known, in creation order */
    size_t n_objects;
    struct spk_warnings warnings;
};

/** One submission under way; the caller fills in the first part and keeps it alive. */
struct spk_submit_call {
    struct spk_arena *arena;
    struct spk_api *api;
    const struct spk_parts *parts;
    const struct spk_key *key;
    const char *ns, *uid;  /* of the application; uid NULL: none */
    const char *verify;    /* name of the SparkApplication that must be there and have uid;
                              NULL: uid is trusted */
    const char *uid_field; /* where the request says the uid, for its errors */
    const char *application_id, *application_name;
    int64_t deadline_ms; /* monotonic, the clock of api; the answer comes a little earlier */
    int64_t first_answer_ms; /* how long an API server that never answered is tried; 0: until
                                the deadline */
    bool validate_only, server_dry_run;
    bool retry; /* true if the caller repeats an earlier call: look before creating */
    bool native_mutation; /* true if the pods have what an operator's webhook would add */
    bool require_submission_id; /* true if the caller cannot use another id than its own */
    uint64_t jitter_seed;       /* for back-off */
    const char *traceparent;    /* of every request; NULL: none */
    void (*done)(struct spk_submit_call *call);
    void *context;

    bool ok; /* true if there is a result, else err */
    struct spk_submit_result result;
    struct spk_err err;   /* with its outcome, and notes attempt, namespace, pod; kind and
                             name of what the API server refused */
    const char *left_uid; /* of the gated driver that this call made, and that nothing can
                             open any more: no other caller knows its key; NULL: none */
    struct spk_api_request refused; /* last write, else look, that was; resource NULL: none */
    unsigned kube_calls, retries;   /* for the log */
    atomic_bool cancelled;          /* private, likewise below; false before the start */
    _Atomic(void *) state;
};

struct spk_prepared;

/**
 * Fill in what a preparation decides. All else is zero: the caller sets its deadline, done and
 * context, and what it wants differently.
 *
 * @owner  call points into prepared, and uses arena and api
 */
void spk_submit_call_init(struct spk_submit_call *call, struct spk_arena *arena,
                          struct spk_api *api, const struct spk_prepared *prepared);

/**
 * Start it.
 *
 * @errors in call->err: those of deploy/machine.h, and
 *         REQUEST_TOO_LARGE  the arena's limit was reached, or that of one exchange
 */
void spk_submit_start(struct spk_submit_call *call);

/**
 * The caller is gone: no further request is sent, not even one that waits for its turn; a
 * write of which a byte left is waited for. done still comes, once. From any thread, before
 * done or even before the start.
 */
void spk_submit_cancel(struct spk_submit_call *call);

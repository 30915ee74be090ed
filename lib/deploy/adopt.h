/* SPDX-License-Identifier: Apache-2.0 */
/**
 * adopt.h: the name is taken; does what is there belong to this attempt? Two decision tables
 * over facts: one for the driver's name, which is the lock of an attempt, one for children,
 * whose names say to which rendering they belong. An object of another attempt is never
 * changed.
 */
#pragma once

#include "deploy/parts.h"

/** The side that claims a name: its key, objects and owner. */
struct spk_claimant {
    const struct spk_key *key;
    const struct spk_parts *parts;
    const char *uid;     /* of the application; NULL: none */
    const char *pod_uid; /* G: of our Pod once it exists, else NULL */
    int64_t date_s;      /* of the API server when it was looked, Unix seconds; 0: unknown */
};

enum spk_adoption {
    SPK_ADOPT,    /* of this attempt, and committed or a child: done */
    SPK_CONTINUE, /* our gated Pod: go on with its children */
    SPK_UPDATE,   /* an object of the controller steps: bring it up to date */
    SPK_REFUSE,   /* err says why */
};

struct spk_adopted {
    enum spk_adoption verdict;
    int row;            /* of the table in README.md, for messages and tests */
    bool input_changed; /* true if adopted although the input differs: worth a warning */
};

/**
 * Judge what stands under the driver's name.
 *
 * @errors with SPK_REFUSE: DRIVER_POD_EXISTS (notes existing_uid, existing_phase,
 *         existing_submission_id, same_application), REQUEST_ID_REUSED, TRANSLATOR_CHANGED,
 *         SUBMISSION_BEING_DELETED, PREVIOUS_RUN_TERMINATING
 */
struct spk_adopted spk_adopt_pod(struct spk_arena *arena, const struct spk_claimant *claimant,
                                 const cJSON *observed, struct spk_err *err);

/**
 * Judge what stands under the name of part, which is not the Pod.
 *
 * @errors with SPK_REFUSE: OBJECT_FOREIGN, SUBMISSION_BEING_DELETED, PREVIOUS_RUN_TERMINATING
 */
struct spk_adopted spk_adopt_child(struct spk_arena *arena,
                                   const struct spk_claimant *claimant,
                                   const struct spk_part *part, const cJSON *observed,
                                   struct spk_err *err);

/**
 * The merge patch that brings observed up to date with object, and nothing that took its place
 * since; NULL: it is.
 */
cJSON *spk_adopt_update(struct spk_arena *arena, const cJSON *object, const cJSON *observed);

/** Whether an answer is about the object that was asked for: name, namespace and key agree. */
bool spk_is_ours(const struct spk_claimant *claimant, const struct spk_part *part,
                 const cJSON *observed);

/** Place of our gate in spec.schedulingGates; -1: open. */
int spk_gate_index(const cJSON *pod);

/** The submission id that a Pod carries; NULL if it has none. */
const char *spk_submission_label(const cJSON *object);

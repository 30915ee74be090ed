/* SPDX-License-Identifier: Apache-2.0 */
/**
 * machine.h: the submission protocol as a state machine without I/O: what was seen goes in,
 * what to do next comes out. Server, tools and the fault simulation of the tests drive the
 * same code. It creates, looks and patches; it never deletes.
 *
 * Drive it like this: call spk_machine_next with a NULL observation, carry out the action,
 * call it again with what was seen (NULL after a wait), until DONE or FAIL.
 */
#pragma once

#include "base/warning.h"
#include "deploy/adopt.h"
#include "deploy/outcome.h"

/** The task of a machine, which it outlives. */
struct spk_task {
    const struct spk_parts *parts;
    const struct spk_key *key;
    const char *uid; /* of the SparkApplication; NULL: none */
    /* The SparkApplication as far as it is known, to be looked up before anything is written;
     * NULL: the uid is trusted. */
    const struct spk_part *application;
    const char *uid_field;   /* where the request says the uid */
    int64_t deadline_ms;     /* on the clock of now_ms */
    int64_t first_answer_ms; /* how long an API server that has never answered is tried when
                                nothing can be sent to it; 0: until the deadline */
    bool validate_only, server_dry_run;
    bool retry;                 /* look before creating */
    bool require_submission_id; /* relabel an adopted driver that carries another id */
    uint64_t jitter_seed;
};

enum spk_action_kind {
    SPK_ACTION_CREATE,
    SPK_ACTION_GET,
    SPK_ACTION_JSON_PATCH,
    SPK_ACTION_MERGE_PATCH,
    SPK_ACTION_WAIT,
    SPK_ACTION_DONE,
    SPK_ACTION_FAIL, /* the machine's err says why */
};

struct spk_action {
    enum spk_action_kind kind;
    const struct spk_part *part; /* whose object it is about; NULL with the last three */
    const char *body;            /* JSON; NULL: none */
    int timeout_s;               /* of a write: ?timeout= */
    int64_t limit_ms;            /* how long an answer is waited for */
    int64_t wait_ms;
    bool dry_run, strict;
    bool metadata_only; /* of a GET: nothing else is looked at */
};

enum spk_part_state {
    SPK_PART_UNKNOWN, /* nothing known yet, or it was not looked at */
    SPK_PART_CREATED,
    SPK_PART_ADOPTED,
    SPK_PART_WOULD_PASS, /* of a dry run */
    SPK_PART_WOULD_FAIL, /* likewise; a warning says why */
};

/** How far one object is. */
struct spk_progress {
    enum spk_part_state state;
    const char *uid; /* NULL: unknown */
    unsigned posts, gets, patches, tries, strange;
    bool maybe;   /* a create of ours is unsettled */
    bool unseen;  /* likewise, until the next look: the create was refused, unless resent */
    bool created; /* a create of ours took effect, or is likely to have */
    bool exists;  /* the last create met the name */
    bool refused; /* refusal is the last word, unless the object is there all the same */
    bool lenient; /* dry run: without strict field validation now */
    struct spk_err refusal;
};

/* Private. */
enum spk_phase {
    SPK_PHASE_VERIFY,   /* is the application there? */
    SPK_PHASE_ENSURE,   /* the parts, one after the other */
    SPK_PHASE_OPEN,     /* the gate */
    SPK_PHASE_RELABEL,  /* the adopted driver */
    SPK_PHASE_CHECK,    /* validate_only: who has the driver's name? */
    SPK_PHASE_REHEARSE, /* validate_only: dry runs */
    SPK_PHASE_OVER,
};

/* Intents of the machine; each is one request. */
enum spk_intent { SPK_TO_CREATE, SPK_TO_LOOK, SPK_TO_UPDATE, SPK_TO_OPEN, SPK_TO_RELABEL };

/** Private but for the results, which are complete after DONE and FAIL. */
struct spk_machine {
    struct spk_arena *arena;
    struct spk_arena *scratch; /* of the action that a step returns: its body lives there; set
                                  by whoever drives the machine, before each step */
    const struct spk_task *task;
    enum spk_phase phase;
    enum spk_intent intent;
    bool begun, waiting, cancelled;
    bool in_flight; /* the write in hand was handed over, and its answer not taken in */
    bool answered;  /* the API server has, once */
    size_t at;      /* index of the part in hand; one past the last: the application */
    size_t pod_at;
    uint64_t jitter;
    int64_t began_ms;
    unsigned requests, writes;
    unsigned *spent;   /* what the request in hand was counted by; NULL: by nothing */
    unsigned lasting;  /* tries in a row that met a reason to last */
    bool maybe;        /* some write was unsettled: look first from now on */
    bool opened;       /* the gate patch took effect, whatever is seen of it */
    bool opens_maybe;  /* the gate patch is unsettled */
    bool opens_unseen; /* likewise, until the next look: it was refused, unless resent */
    bool committed;
    struct spk_err trouble; /* why the last try has to be repeated */
    const cJSON *update;    /* merge patch in hand */

    /* Results. */
    struct spk_progress *progress; /* one per part, and the application's */
    const cJSON *pod;              /* as last read: identity, labels, gates and phase */
    bool adopted, would_adopt;
    unsigned retries;
    struct spk_warnings warnings;
    struct spk_err err;
};

void spk_machine_init(struct spk_machine *machine, struct spk_arena *arena,
                      const struct spk_task *task);

/**
 * One step. seen is what the last action led to; it is not looked at again by later steps.
 *
 * @units now_ms: monotonic, the clock of the task's deadline
 * @errors with FAIL: those of adopt.h, of observations (refusal), and
 *         DEADLINE_BEFORE_START   too little time for the first write
 *         DEADLINE_DURING_SUBMIT  out of time later
 *         CALL_CANCELLED          spk_machine_cancel
 *         APPLICATION_NOT_FOUND   there is no such application, or it has another uid
 *         APPLICATION_DELETED     it is being deleted
 *         GATES_UNSUPPORTED       a Pod with a fixed node cannot be gated
 *         KUBE_ERROR              the request budget is used up
 */
struct spk_action spk_machine_next(struct spk_machine *machine, const struct spk_seen *seen,
                                   int64_t now_ms);

/**
 * The write of the last action is on its way. Whatever happens before the next step has taken
 * its answer in, it may have had its effect: the outcome says so.
 */
void spk_machine_sent(struct spk_machine *machine);

/** Send nothing from now on: the next step ends it. */
void spk_machine_cancel(struct spk_machine *machine);

/** The outcome of the call if it ended now. */
enum spk_outcome spk_machine_outcome(const struct spk_machine *machine);

/** Whether a gate patch of ours may have had its effect. */
bool spk_machine_may_be_open(const struct spk_machine *machine);

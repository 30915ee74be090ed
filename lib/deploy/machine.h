/* SPDX-License-Identifier: Apache-2.0 */
/**
 * machine.h: the submission protocol as a state machine without I/O: what was seen goes in,
 * what to do next comes out. Server, tools and the fault simulation of the tests drive the
 * same code.
 *
 * Drive it like this: call spk_machine_next with a NULL observation, carry out the actions,
 * all at once, and call it again with what came of each, in whatever order, until the phase is
 * SPK_PHASE_OVER. Every action leads to exactly one observation, and a machine is over only
 * when all have been seen.
 *
 * A machine is plain data: the struct and its array of parts, without a pointer into either.
 * All that it points to is never changed any more, so copies live beside each other.
 */
#pragma once

#include "base/warning.h"
#include "deploy/adopt.h"
#include "deploy/outcome.h"

#define SPK_MAX_WIDTH 16U /* requests and waits of one submission at a time */

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
    bool retry;                 /* true if it reads before it creates */
    bool require_submission_id; /* true if an adopted driver with another id is relabelled */
    uint64_t jitter_seed;
};

enum spk_action_kind {
    SPK_ACTION_CREATE,
    SPK_ACTION_GET,
    SPK_ACTION_JSON_PATCH,
    SPK_ACTION_MERGE_PATCH,
    SPK_ACTION_WAIT,
};

struct spk_action {
    enum spk_action_kind kind;
    size_t part;      /* index of the part that it is about; their number: the application */
    int timeout_s;    /* of a write: ?timeout= */
    int64_t limit_ms; /* how long an answer is waited for */
    int64_t wait_ms;
    unsigned try; /* 1, 2, ... of this part */
    bool dry_run, strict;
    bool metadata_only; /* true of a GET of which only metadata is looked at */
};

/** Knowledge of one object. */
enum spk_part_state {
    SPK_PART_UNTRIED, /* nothing, and no create of this call can have had an effect */
    SPK_PART_UNSEEN,  /* a create was refused, unless it was sent twice: the next read tells */
    SPK_PART_UNSETTLED,  /* a create may still have its effect */
    SPK_PART_STORED,     /* a create had its effect; the object has not been read */
    SPK_PART_CREATED,    /* it is there, by this call */
    SPK_PART_FOUND,      /* it is there, by an earlier one, or by this one all the same */
    SPK_PART_ADOPTED,    /* it is there, by an earlier one */
    SPK_PART_WOULD_PASS, /* of a dry run */
    SPK_PART_WOULD_FAIL, /* likewise; a warning says why */
    SPK_PART_UNCHECKED,  /* likewise: a webhook does not support dry runs */
};

/** Requests of a machine, by what their answers mean to it. */
enum spk_machine_request {
    SPK_REQUEST_READ_APPLICATION, /* is it there, and has it the uid? */
    SPK_REQUEST_READ_NAME,        /* validate_only: who has the driver's name? */
    SPK_REQUEST_DRY_RUN,          /* validate_only */
    SPK_REQUEST_CREATE,
    SPK_REQUEST_READ,       /* the object of a part that is not settled */
    SPK_REQUEST_UPDATE,     /* of an object of the controller steps */
    SPK_REQUEST_OPEN,       /* the gate */
    SPK_REQUEST_READ_GATE,  /* is it open? */
    SPK_REQUEST_RELABEL,    /* the adopted driver */
    SPK_REQUEST_READ_LABEL, /* does it have our submission id? */
};

enum spk_turn {
    SPK_TURN_IDLE,
    SPK_TURN_WAITING,   /* the request is due after the wait that is under way */
    SPK_TURN_UNDER_WAY, /* its answer has not been taken in */
};

/** The budget that a request was counted by. */
enum spk_spent { SPK_SPENT_NOTHING, SPK_SPENT_POST, SPK_SPENT_GET, SPK_SPENT_PATCH };

/** How far one object is. */
struct spk_part_progress {
    enum spk_part_state state;
    enum spk_machine_request request; /* the last one, or the one that is due */
    enum spk_turn turn;
    enum spk_spent spent;          /* of the last request */
    unsigned posts, gets, patches; /* sent */
    unsigned tries, mismatches;    /* waits; answers about other objects */
    bool taken;                    /* true if the last create met the name */
    bool not_strict;               /* true once the dry run goes without strict validation */
    const char *uid;               /* NULL: unknown */
    const struct spk_err *refusal; /* the last word, unless it is there all the
                                      same; NULL: none */
    const struct spk_err *last_error; /* why the last try has to be repeated */
    const cJSON *update;              /* merge patch in hand */
};

/** The commit of a gated driver. */
enum spk_gate {
    SPK_GATE_CLOSED,    /* no opening by this call can have had an effect */
    SPK_GATE_UNSEEN,    /* one was refused, unless it was sent twice: the next read tells */
    SPK_GATE_UNSETTLED, /* one may still have its effect */
    SPK_GATE_OPENED,    /* one had its effect, whatever is seen of the Pod */
    SPK_GATE_COMMITTED, /* a driver can start; also one that never had a gate */
};

enum spk_phase {
    SPK_PHASE_NEW,
    SPK_PHASE_APPLICATION, /* is it there? */
    SPK_PHASE_NAME,        /* validate_only: who has the driver's name? */
    SPK_PHASE_DRY_RUN,     /* validate_only: the parts, wave by wave */
    SPK_PHASE_PARTS,       /* likewise */
    SPK_PHASE_OPEN,        /* the gate */
    SPK_PHASE_RELABEL,     /* the adopted driver */
    SPK_PHASE_ENDING,      /* nothing new is started; what is under way is waited for */
    SPK_PHASE_OVER,
};

/** Results are complete when the phase is SPK_PHASE_OVER. */
struct spk_machine {
    const struct spk_task *task;
    struct spk_part_progress *parts; /* one per part, and the application's */
    enum spk_phase phase;
    enum spk_gate gate;
    unsigned wave;      /* in hand */
    unsigned under_way; /* actions whose observation has not been taken in */
    size_t pod_at;
    bool cancelled;
    bool answered;   /* true if the API server has, once */
    bool read_first; /* true once some write was unsettled */
    uint64_t jitter;
    int64_t began_ms;
    unsigned requests, writes;
    unsigned lasting; /* tries in a row that met a reason to last */

    /* Results. */
    const cJSON *pod; /* as last read: identity, labels, gates and phase */
    bool adopted, would_adopt;
    unsigned retries;
    const struct spk_err *err; /* NULL: all went well */
};

/** Memory of a step: where it allocates, and where it warns. */
struct spk_step_memory {
    struct spk_arena *arena; /* of the call: what machines point to */
    struct spk_warnings *warnings;
};

/** Things to do, all at once. */
struct spk_actions {
    struct spk_action items[SPK_MAX_WIDTH];
    size_t n;
    bool stop; /* true: waits and reads under way serve no purpose any more; end them early */
    const struct spk_machine_row *row; /* that was taken; NULL: none */
};

/** parts: one per part of the task and one more; it belongs to the machine from now on. */
void spk_machine_init(struct spk_machine *machine, struct spk_part_progress *parts,
                      const struct spk_task *task);

/** Copy from into a machine with an array of its own. */
void spk_machine_copy(struct spk_machine *to, struct spk_part_progress *parts,
                      const struct spk_machine *from);

/**
 * One step. seen is what one of the actions led to, and names its part; it is not looked at
 * again by later steps, but for its refusal, which has to live as long as memory->arena. In
 * the phase SPK_PHASE_OVER err says how it ended.
 *
 * @units now_ms: monotonic, the clock of the task's deadline
 * @errors in err: those of adopt.h, of observations (refusal), and
 *         DEADLINE_BEFORE_START   too little time for the first write
 *         DEADLINE_DURING_SUBMIT  out of time later
 *         CALL_CANCELLED          spk_machine_cancel
 *         APPLICATION_NOT_FOUND   there is no such application, or it has another uid
 *         APPLICATION_DELETED     it is being deleted
 *         GATES_UNSUPPORTED       a Pod with a fixed node cannot be gated
 *         KUBE_ERROR              the request budget is used up
 */
void spk_machine_next(struct spk_machine *machine, const struct spk_step_memory *memory,
                      const struct spk_seen *seen, int64_t now_ms, struct spk_actions *out);

/**
 * The body of a request that the last step asked for, before the next one; NULL: it has none.
 *
 * @owner it lives in arena
 */
const char *spk_machine_body(const struct spk_machine *machine,
                             const struct spk_action *action, struct spk_arena *arena);

/** The object that an action is about, as far as it is known. */
const cJSON *spk_machine_object(const struct spk_machine *machine, size_t part);

/** The request that was asked for a part was not handed over, and will not be. */
void spk_machine_unsent(struct spk_machine *machine, size_t part);

/** Send nothing from now on. Waits and reads under way should be ended early. */
void spk_machine_cancel(struct spk_machine *machine);

/** The outcome of the call if it ended now. */
enum spk_outcome spk_machine_outcome(const struct spk_machine *machine);

/** Whether an opening by this call may have had its effect. */
bool spk_machine_may_be_open(const struct spk_machine *machine);

/** Meanings of an answer, or of the end of a wait: the columns of the table. */
enum spk_observation {
    SPK_OBSERVED_WAITED,
    /* Answers to a write; in brackets the rows of the outcome table in README.md. */
    SPK_OBSERVED_DONE,       /* it had its effect, and the answer shows it (4) */
    SPK_OBSERVED_NOTHING,    /* no effect: send it again (1, 10, 15) */
    SPK_OBSERVED_BUSY,       /* likewise, unless it was sent twice (12) */
    SPK_OBSERVED_UNREADABLE, /* likely, but the answer does not show it (5, 19) */
    SPK_OBSERVED_MISMATCH,   /* the answer is about another object (6) */
    SPK_OBSERVED_TAKEN,    /* the object is not as supposed, unless sent twice (11, 14, 18) */
    SPK_OBSERVED_CONFLICT, /* it has been changed, unless sent twice (13) */
    SPK_OBSERVED_SILENCE,  /* nobody knows (3, 6, 16) */
    SPK_OBSERVED_DENIED,   /* refused, and it may be there all the same (9) */
    SPK_OBSERVED_QUOTA,    /* likewise, by the first sending, if it was sent twice (9) */
    SPK_OBSERVED_ODD,      /* refused in a way that leaves open whether it is there (18) */
    SPK_OBSERVED_REFUSED,  /* the last word (7, 8, 10, 17); also of a read */
    /* Answers to a read. */
    SPK_OBSERVED_FOUND,
    SPK_OBSERVED_ABSENT,
    SPK_OBSERVED_UNCLEAR,
    SPK_OBSERVED_STRANGER, /* the answer is about another object */
};

struct spk_step;

/** One legal step: what a request led to, and what is done about it. */
struct spk_machine_row {
    enum spk_machine_request request;
    enum spk_observation seen;
    void (*run)(struct spk_step *step); /* private */
    const char *does;
};

/** All legal steps. A combination that is none of them ends the machine with KUBE_ERROR. */
const struct spk_machine_row *spk_machine_rows(size_t *n);
const char *spk_request_name(enum spk_machine_request request);
const char *spk_observation_name(enum spk_observation observation);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h: one state of a few callers and a cluster, as plain data: state_copy makes a branch.
 * What can happen next is a list of choices; each leads to another state.
 */
#pragma once

#include "../faults.h"
#include "deploy/machine.h"
#include "objects.h"

#define MAX_ACTORS  3U
#define MAX_CALLS   10U /* of all callers, with those that repeat another */
#define SPARE_CALLS 3U  /* of them, for the clean repeat at the end */
#define MAX_FLYING  3U  /* requests whose caller waits no longer */
#define MAX_CHOICES 96U

#define MOMENTS 3U /* of time, for one caller */

/** What is explored: who calls, and how often what may happen. */
struct setting {
    const char *name;
    size_t daily; /* so many states at most, every day */
    enum spk_variant variant;
    bool application; /* there is one, and it owns what variant P creates, and the Pod */
    bool drops_gates; /* an old API server, or a webhook */
    bool same_run;    /* attempts are submissions of one execution of the application */
    bool at_once;     /* parts that may be are created at once */
    unsigned parts;   /* of a rendering: a set of WITH_... */
    unsigned callers;
    struct {
        unsigned attempt;
        size_t id;
    } renderings[MAX_RENDERINGS]; /* all differ; who repeats may take the next one */
    unsigned n_renderings;
    uint8_t first[MAX_ACTORS]; /* index of the rendering that a caller begins with */
    uint8_t faults, crashes, repeats, cancels, delays; /* how often, in all */
    uint8_t deletions;   /* by others, of the driver or the application */
    bool finalizer;      /* a stranger's one is on every Pod */
    bool other_gates;    /* a webhook adds another gate to Pods */
    bool verifies;       /* the application is read first */
    bool needs_own_id;   /* an adopted driver is relabelled */
    bool may_be_refused; /* a call may end with a final refusal without a fault */
    bool reduced;    /* children of a caller are served in their order once no fault can happen
                        any    more: they depend on nothing of each other then */
    bool small;      /* enough to be explored without that, to see that it is true */
    bool odd_faults; /* also answers that an API server never gives */
    bool outdated;   /* what renderings share is there, as it was in an earlier release */
    bool exists;     /* a driver of the first rendering is there from the start */
    bool validates;  /* all calls are dry runs */
    bool few_faults; /* leave out those that differ little */
};

/** What the caller of a call knows. */
enum told {
    TOLD_NOTHING, /* yet */
    TOLD_NEVER,   /* it died, or its server did */
    TOLD_OK,
    TOLD_ERROR,
};

struct call_record {
    uint8_t caller, rendering;
    enum told told;
    enum spk_outcome outcome;
    enum spk_reason reason;
    bool adopted, retry;
    bool late;      /* a request of its had its effect when it was over */
    bool committed; /* a request of its made a driver able to start */
    uint16_t uid;   /* of the driver, as told */
};

/** One caller: its call, and the machine that carries it out. */
struct actor {
    struct spk_machine machine;
    struct spk_part_progress parts[MAX_PARTS + 1];
    struct request pending[MAX_PARTS + 1]; /* sent, and not answered */
    unsigned n_pending;
    uint8_t call;   /* index of the record */
    bool running;   /* has a call that is not over */
    bool cancelled; /* its caller is gone */
    bool cut_off;   /* nothing that it sends arrives any more */
    uint8_t delays; /* how late it is: 0 in time, 1 too late for writes, 2 for all */
    uint8_t posts[MAX_PARTS + 1];
    bool doubt[MAX_PARTS + 1]; /* a create may have had its effect, and nobody has looked */
};

struct state {
    struct cluster cluster;
    struct actor actors[MAX_ACTORS];
    struct request flying[MAX_FLYING]; /* may arrive any time, or never */
    unsigned n_flying;
    struct call_record calls[MAX_CALLS];
    unsigned n_calls;
    uint8_t faults, crashes, repeats, cancels, delays, deletions; /* that may still happen */
    uint8_t commits[MAX_RENDERINGS]; /* drivers that could start, by attempt */
    bool meddled;                    /* true once a stranger has deleted something */
    bool orphaned;                   /* true once the application is gone */
};

enum choice_kind {
    CHOICE_SERVE,  /* a pending request reaches the API server, or meets a fault */
    CHOICE_ARRIVE, /* a request whose caller waits no longer does */
    CHOICE_CRASH,
    CHOICE_REPEAT,
    CHOICE_CANCEL,
    CHOICE_DELAY,
    CHOICE_COLLECT, /* the garbage collector */
    CHOICE_END,     /* a finalizer is taken off, a process ends */
    CHOICE_DELETE,  /* by a stranger */
};

struct choice {
    enum choice_kind kind;
    uint8_t who;   /* caller, or index of a flying request */
    uint8_t which; /* index of a pending request, slot, or of a repeat: 1 marked as a retry,
                      2 of the next rendering */
    enum fault fault;
};

/** The setting and all that does not change. */
struct exploration {
    const struct setting *setting;
    struct renderings renderings;
    struct spk_task tasks[MAX_RENDERINGS][2]; /* plain, and marked as a retry */
    struct spk_part application;
    struct spk_arena arena;
    bool reduced;        /* as the setting says, or not */
    uint64_t *rows;      /* how often each row of the machine's table was taken; NULL: any */
    const char *without; /* beginning of the names of invariants that are not checked */
    const char *broken;  /* name of the invariant that a step broke; NULL: none */
    char why[256];
    uint64_t digests[SLOTS]; /* of what was created first under each name */
};

void exploration_open(struct exploration *x, const struct setting *setting);
void exploration_close(struct exploration *x);

/** The first state: all callers have called. */
void state_begin(struct exploration *x, struct state *state, struct spk_arena *arena);

void state_copy(struct state *to, const struct state *from);

/** All that can happen next; 0: it is over. */
unsigned state_choices(const struct exploration *x, const struct state *state,
                       struct choice choices[MAX_CHOICES]);

/** Let it happen. What machines keep lives in arena. */
void state_step(struct exploration *x, struct state *state, const struct choice *choice,
                struct spk_arena *arena);

/** A new call of a caller who has none under way. */
void state_call(struct exploration *x, struct state *state, unsigned caller,
                unsigned rendering, bool retry, struct spk_arena *arena);

/** Whether no call is under way, and nothing is left to collect. */
bool state_is_quiet(const struct state *state);

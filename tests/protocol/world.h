/* SPDX-License-Identifier: Apache-2.0 */
/**
 * world.h: callers of the real submitter, one API server in memory, and a network between them
 * that loses, delays and refuses. Time is virtual; every run is decided by its choices.
 */
#pragma once

#include "apiserver/memory/memory_server.h"
#include "choices.h"
#include "faults.h"
#include "rendering.h"
#include "submit/submit.h"

#define MAX_CALLERS 3
#define MAX_CALLS   64
#define MAX_EVENTS  2048
#define MAX_LATE    16
#define MAX_WIDTH   16 /* requests and waits of a call at a time */

/** One call of one caller; a repeated call is another one. */
struct call {
    struct world *world;
    struct spk_arena arena;
    struct spk_api wire; /* what the submitter talks to */
    struct spk_submit_call submit;
    size_t caller, index;
    struct spk_api_job *pending[MAX_WIDTH]; /* in the order in which they were started */
    size_t n_pending;
    bool finished, crashed;
    bool cut_off;    /* nothing that it sends arrives any more */
    size_t ended_at; /* event index at the answer */
    struct rendering rendering;
};

enum event_kind {
    EVENT_SENT,    /* a request left the caller, whatever became of it */
    EVENT_CREATED, /* the API server stored a new object */
    EVENT_PATCHED,
    EVENT_COMMITTED, /* a driver can start from now on */
};

struct event {
    enum event_kind kind;
    size_t call; /* index; SIZE_MAX: a stranger */
    enum spk_api_verb verb;
    enum fault fault;
    const char *object_kind, *name; /* arena of the call */
    const char *uid, *attempt;      /* A: hex; "" if unknown */
    bool complete;                  /* COMMITTED: all children of its rendering exist */
    int timeout_s;
    bool dry_run;
};

struct scenario {
    const char *name;
    enum spk_variant variant;
    size_t callers;
    unsigned faults;     /* at most so many in a run */
    bool rich;           /* with a claim and an object of the controller */
    bool other_ids;      /* each call has a submission id of its own */
    bool crashes;        /* callers may die */
    bool may_be_refused; /* a call may end with TRANSLATOR_CHANGED for good */
    bool verifies;       /* the application is looked up first */
};

struct world {
    const struct scenario *scenario;
    struct choices *choices;
    struct spk_api *memory;
    char uid[40]; /* of the application */
    int64_t now_ms;
    unsigned faults_left;
    struct call *calls[MAX_CALLS];
    size_t n_calls;
    struct call *current[MAX_CALLERS];
    struct late {
        struct call *call;
        struct spk_api_request request;
        int64_t due_ms;
    } late[MAX_LATE];
    size_t n_late;
    struct event events[MAX_EVENTS];
    size_t n_events;
    /* Scripted runs: asked instead of choices; NULL: choices. */
    enum fault (*script)(struct world *world, const struct call *call,
                         const struct spk_api_job *job);
    /* What others do just before a request; NULL: nothing. */
    void (*meddle)(struct world *world, struct call *call, const struct spk_api_job *job);
    const void *script_data;
    unsigned script_count;
    bool require_submission_id; /* of calls that begin */
    bool refused_for_good;      /* a run that is not to end well */
};

void world_open(struct world *world, const struct scenario *scenario, struct choices *choices);
void world_close(struct world *world);

/** Run all callers to their ends, repeated calls included. */
void world_run(struct world *world);

/** Let the first delayed request have its effect now. */
void world_arrive(struct world *world);

/** Another user of the cluster deletes an object. */
void world_delete(struct world *world, struct spk_arena *arena, const char *kind,
                  const char *name);

/** Run one call of caller 0 to its end, or death. */
struct call *world_call(struct world *world, bool retry);

/** The stored object, in arena; NULL: none. */
const cJSON *world_get(struct world *world, struct spk_arena *arena, const char *kind,
                       const char *name);

/** Check the history; prints what does not hold and returns how much. */
unsigned invariants_check(const struct world *world);

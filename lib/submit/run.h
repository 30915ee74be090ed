/* SPDX-License-Identifier: Apache-2.0 */
/**
 * run.h: one submission while it is carried out, for the files that do it. All of it belongs
 * to the API server's loop but the jobs under way, which a cancelling thread reads.
 */
#pragma once

#include "deploy/machine.h"
#include "submit/submit.h"

/** One request, or wait, and its answer. */
struct spk_exchange {
    struct spk_run *run;
    struct spk_action action;
    struct spk_arena arena;            /* request and answer: as large as the objects */
    _Atomic(struct spk_api_job *) job; /* under way, for cancel; NULL: none */
    struct spk_exchange *next;         /* in the list of those that were answered */
};

struct spk_run {
    struct spk_submit_call *call;
    struct spk_task task;
    struct spk_machine machine;
    struct spk_actions actions;     /* of the last step */
    struct spk_exchange *exchanges; /* by part; that of the application starts the run, too */
    struct spk_exchange *answered, **last_answered;
    size_t under_way;
    bool driving;   /* true while answers are taken in: those that come meanwhile wait */
    bool exhausted; /* true if there was no memory for a step: nothing more is started */
};

/** Translate an answer into an observation of the machine. */
struct spk_seen spk_run_observe(struct spk_run *run, const struct spk_action *action,
                                const struct spk_api_job *job);

/** Fill in the call's result, or its error, from a machine that is over. */
void spk_run_tell(struct spk_run *run);

/** The same for one that there was no memory to bring to its end. */
void spk_run_tell_exhausted(struct spk_run *run);

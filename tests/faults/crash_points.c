/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crash points: linked into a server of tests with --wrap, so that the server itself has none
 * of this. A point is a step of the protocol, named by its request: "before CREATE Pod#1" is
 * where the first such request of the process is about to be handed to the API client, "after"
 * where it has been, and "answered" where its answer has come and nobody has seen it yet;
 * "told" is where the caller is about to be answered.
 *
 *   SPK_CRASH_AT   the process kills itself at this point
 *   SPK_STOP_AT    it stops there until it gets SIGCONT
 *   SPK_CRASH_LOG  file that gets the names of all points as they are passed
 */
#include "apiserver/api.h"
#include "submit/submit.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE 128

void __real_spk_api_start(struct spk_api *api, struct spk_api_job *job);
void __wrap_spk_api_start(struct spk_api *api, struct spk_api_job *job);
void __real_spk_submit_start(struct spk_submit_call *call);
void __wrap_spk_submit_start(struct spk_submit_call *call);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* How often each kind of request began. */
static struct {
    char request[NAME_SIZE];
    unsigned n;
} counted[64];

/* Jobs and calls under way, and what is to be called at their end. */
static struct {
    const struct spk_api_job *job;
    void (*done)(struct spk_api_job *job);
    char name[NAME_SIZE];
} jobs[1024];

static void (*call_done)(struct spk_submit_call *call);

static void pass(const char *when, const char *name)
{
    const char *at = getenv("SPK_CRASH_AT"), *stop = getenv("SPK_STOP_AT");
    const char *log = getenv("SPK_CRASH_LOG");
    char point[NAME_SIZE + 16];

    (void)snprintf(point, sizeof(point), "%s%s%s", when, *name ? " " : "", name);
    if (log) {
        FILE *file = fopen(log, "a");

        if (file) {
            fprintf(file, "%s\n", point);
            fclose(file);
        }
    }
    if (at && strcmp(at, point) == 0)
        (void)kill(getpid(), SIGKILL);
    if (stop && strcmp(stop, point) == 0)
        (void)raise(SIGSTOP); /* this thread first, or it would run on for a moment */
}

static unsigned count(const char *request)
{
    for (size_t i = 0; i < SPK_LEN(counted); i++) {
        if (!*counted[i].request)
            (void)snprintf(counted[i].request, NAME_SIZE, "%s", request);
        if (strcmp(counted[i].request, request) == 0)
            return ++counted[i].n;
    }
    abort();
}

static void on_done(struct spk_api_job *job)
{
    void (*done)(struct spk_api_job *) = NULL;
    char name[NAME_SIZE] = "";

    (void)pthread_mutex_lock(&lock);
    for (size_t i = 0; !done; i++)
        if (jobs[i].job == job) {
            done = jobs[i].done;
            memcpy(name, jobs[i].name, sizeof(name));
            jobs[i].job = NULL;
        }
    (void)pthread_mutex_unlock(&lock);
    pass("answered", name);
    job->done = done;
    done(job);
}

/* Take note of a job; the name of its step goes to name. */
static void enter(struct spk_api_job *job, char *name)
{
    char request[NAME_SIZE - 16];
    size_t i = 0;

    (void)snprintf(request, sizeof(request), "%s %s", spk_api_verb_name(job->request.verb),
                   job->request.resource->kind);
    (void)pthread_mutex_lock(&lock);
    (void)snprintf(name, NAME_SIZE, "%s#%u", request, count(request));
    while (i < SPK_LEN(jobs) && jobs[i].job)
        i++;
    if (i == SPK_LEN(jobs))
        abort();
    jobs[i].job = job;
    jobs[i].done = job->done;
    memcpy(jobs[i].name, name, NAME_SIZE);
    job->done = on_done;
    (void)pthread_mutex_unlock(&lock);
}

void __wrap_spk_api_start(struct spk_api *api, struct spk_api_job *job)
{
    char name[NAME_SIZE];

    if (!job->request.resource || !job->request.audit_id) { /* none of a submission */
        __real_spk_api_start(api, job);
        return;
    }
    enter(job, name);
    pass("before", name);
    __real_spk_api_start(api, job);
    pass("after", name);
}

static void tell(struct spk_submit_call *call)
{
    pass("told", "");
    call_done(call);
}

void __wrap_spk_submit_start(struct spk_submit_call *call)
{
    call_done = call->done; /* the same for all calls of a server */
    call->done = tell;
    __real_spk_submit_start(call);
}

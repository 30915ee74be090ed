/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/query_call.h"

#include "apiserver/http/status.h"
#include "base/limits.h"

#include <string.h>

/* The starter and the answer race; the second to exchange turn runs the next step, so that
 * exactly one does. */
enum turn { STARTING, STARTED, ANSWERED };

struct state {
    struct spk_query_call *call;
    struct spk_api_job *next;          /* to be started */
    _Atomic(struct spk_api_job *) job; /* under way, for cancel */
    atomic_int turn;
    struct spk_arena exchanges[2]; /* of the answer that is looked at, and of the next one */
    unsigned at;                   /* the one under way */
};

/* ---- requests and answers in the words of the API client ---- */

static struct spk_api_request request_of(const struct spk_query_request *asked)
{
    static const enum spk_api_verb verbs[] = {
        [SPK_QUERY_GET] = SPK_API_GET,
        [SPK_QUERY_LIST] = SPK_API_LIST,
        [SPK_QUERY_EVENTS] = SPK_API_LIST,
        [SPK_QUERY_DELETE] = SPK_API_DELETE,
    };

    return (struct spk_api_request){
        .verb = verbs[asked->verb],
        .resource = spk_resource_find("v1", asked->verb == SPK_QUERY_EVENTS ? "Event" : "Pod"),
        .ns = asked->ns,
        .name = asked->name,
        .label_selector = asked->label_selector,
        .field_selector = asked->field_selector,
        .continue_token = asked->continue_token,
        .limit = asked->limit,
        .body = asked->body,
        .body_length = asked->body ? strlen(asked->body) : 0,
        .metadata_only = asked->metadata_only,
        .dry_run = asked->dry_run,
    };
}

/* A page of a proxy, or more than can be read, tells nothing of what was asked for. */
static bool is_object(const struct spk_api_reply *reply)
{
    return spk_json_get_text(reply->object, "kind") != NULL;
}

static struct spk_query_answer see(struct spk_arena *arena, const struct spk_api_job *job)
{
    const struct spk_api_reply *reply = &job->reply;
    struct spk_err *refusal = spk_alloc(arena, sizeof(*refusal));
    struct spk_query_answer answer = {
        .http = reply->transport == SPK_API_ANSWERED ? reply->http : 0,
        .reason = reply->reason ? reply->reason : "",
        .object = reply->object,
        .date_s = reply->date_s,
    };

    if (reply->transport != SPK_API_ANSWERED || reply->http / 100 != 2) {
        (void)spk_status_fail(reply, job->request.resource, arena, refusal);
        answer.refusal = refusal;
    } else if (!is_object(reply)) {
        (void)spk_fail(refusal, SPK_KUBE_ERROR,
                       "HTTP %d came with something that is no Kubernetes object: a proxy in "
                       "between may have answered",
                       reply->http);
        answer.refusal = refusal;
    }
    return answer;
}

/* ---- steps ---- */

/* One step of the query, within a recovery point. */
struct step {
    struct state *state;
    const struct spk_api_job *answered; /* NULL: the first step */
    bool over;
};

static void prepare_job(struct state *state, void (*done)(struct spk_api_job *job))
{
    struct spk_query_call *call = state->call;
    struct spk_api_job *job = spk_alloc(call->arena, sizeof(*job));
    int64_t now_ms = call->api->ops->now_ms(call->api);
    int64_t longest_ms = now_ms + SPK_DEFAULT_DEADLINE_MS;

    job->arena = &state->exchanges[!state->at];
    job->request = request_of(&call->query->request);
    job->request.traceparent = call->traceparent;
    job->deadline_ms = call->deadline_ms < longest_ms ? call->deadline_ms : longest_ms;
    job->done = done;
    job->context = state;
    call->last = job->request;
    call->kube_calls++;
    state->next = job;
}

static void on_answer(struct spk_api_job *job);

static void take_step(void *argument)
{
    struct step *step = argument;
    struct state *state = step->state;
    struct spk_query_call *call = state->call;
    struct spk_query_answer answer = {0};

    if (step->answered)
        answer = see(call->arena, step->answered);
    step->over = true;
    if (atomic_load(&call->cancelled)) {
        (void)spk_fail(&call->err, SPK_CALL_CANCELLED, "the call was cancelled");
        return;
    }
    switch (spk_driver_query_next(call->query, call->arena, step->answered ? &answer : NULL,
                                  &call->err)) {
    case SPK_QUERY_DONE:
        call->ok = true;
        return;
    case SPK_QUERY_FAIL:
        return;
    case SPK_QUERY_ASK:
    default:
        prepare_job(state, on_answer);
        step->over = false;
    }
}

/* Free the exchange: its answer has been read. */
static void end_exchange(struct state *state)
{
    spk_arena_free(&state->exchanges[state->at]);
    state->at = !state->at;
}

/* Go on until an answer has to be waited for; what answers inside spk_api_start does not
 * recurse. */
static void drive(struct state *state, const struct spk_api_job *answered)
{
    struct spk_query_call *call = state->call;

    for (;;) {
        struct step step = {.state = state, .answered = answered};

        if (!spk_arena_run(call->arena, take_step, &step)) {
            (void)spk_fail(&call->err, SPK_REQUEST_TOO_LARGE,
                           "the answer needs more memory than a call may have");
            step.over = true;
        }
        end_exchange(state);
        if (step.over) {
            call->done(call);
            return;
        }
        answered = state->next;
        atomic_store(&state->turn, STARTING);
        atomic_store(&state->job, state->next);
        if (call->before)
            call->before(call, &call->query->request);
        if (atomic_load(&call->cancelled)) /* since the step was taken */
            atomic_store(&state->next->cancelled, true);
        spk_api_start(call->api, state->next);
        if (atomic_exchange(&state->turn, STARTED) != ANSWERED)
            return;
    }
}

static void on_answer(struct spk_api_job *job)
{
    struct state *state = job->context;

    if (atomic_exchange(&state->turn, ANSWERED) == STARTED)
        drive(state, job);
}

/* ---- the call ---- */

static void free_exchange(void *exchange)
{
    spk_arena_free(exchange);
}

static void make_state(void *argument)
{
    struct spk_query_call *call = argument;
    struct state *state = spk_alloc(call->arena, sizeof(*state));

    state->call = call;
    for (size_t i = 0; i < SPK_LEN(state->exchanges); i++) {
        state->exchanges[i].limit = SPK_EXCHANGE_BYTES;
        spk_defer(call->arena, free_exchange, &state->exchanges[i]);
    }
    atomic_store(&call->state, state);
}

void spk_query_call_start(struct spk_query_call *call)
{
    call->ok = false;
    call->kube_calls = 0;
    call->err = (struct spk_err){0};
    atomic_store(&call->state, NULL);
    if (!spk_arena_run(call->arena, make_state, call)) {
        (void)spk_fail(&call->err, SPK_REQUEST_TOO_LARGE,
                       "the call needs more memory than it may have");
        call->done(call);
        return;
    }
    drive(atomic_load(&call->state), NULL);
}

void spk_query_call_cancel(struct spk_query_call *call)
{
    atomic_store(&call->cancelled, true);
    struct state *state = atomic_load(&call->state);
    if (!state)
        return;
    struct spk_api_job *job = atomic_load(&state->job);
    if (job)
        spk_api_cancel(call->api, job);
}

static void open_latch(struct spk_query_call *call)
{
    spk_latch_open(call->latch);
}

bool spk_query_call_wait(struct spk_query_call *call)
{
    struct spk_latch latch = SPK_LATCH_INIT;

    call->done = open_latch;
    call->latch = &latch;
    spk_query_call_start(call);
    spk_latch_wait(&latch);
    return call->ok;
}

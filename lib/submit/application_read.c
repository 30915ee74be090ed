/* SPDX-License-Identifier: Apache-2.0 */
#include "submit/application_read.h"

#include "apiserver/http/status.h"
#include "base/limits.h"
#include "deploy/budget.h"

#define MOST_LASTING 2 /* of tries that end alike */

/* The starter and the answer race; the second to exchange turn runs the next step. */
enum turn { STARTING, STARTED, ANSWERED };

struct state {
    struct spk_application_read *read;
    struct spk_api_job *job; /* the next one, or the one under way */
    _Atomic(struct spk_api_job *) job_under_way;
    atomic_int turn;
    struct spk_arena exchange; /* of that job */
    int64_t began_ms;
    uint64_t jitter;
    unsigned tries, lasting;
    bool is_answered; /* true if the API server, or something in its place, has answered */
};

static int64_t now_ms(const struct state *state)
{
    return state->read->api->ops->now_ms(state->read->api);
}

/* ---- what an answer means ---- */

static void take(struct spk_application_read *read, const struct spk_api_reply *reply)
{
    read->application = spk_json_copy(read->arena, reply->object);
    read->ok = true;
}

static void do_without(struct spk_application_read *read, const struct spk_api_reply *reply)
{
    spk_warn(
        &read->warnings, read->arena, "APPLICATION_NOT_READ", "",
        "SparkApplication '%.253s' in namespace '%.63s' %s (HTTP %d), so the attempt is "
        "told by the submission id alone: a repetition with another id does not find this "
        "driver",
        read->name, read->ns, reply->http == 404 ? "is not there" : "must not be read",
        reply->http);
    read->ok = true;
}

/* Nothing is known of the application, whatever the answer was: that is UNAVAILABLE. */
static void give_up(struct state *state, const struct spk_api_reply *reply)
{
    struct spk_application_read *read = state->read;
    struct spk_err why = {0};

    if (reply->transport == SPK_API_ANSWERED && reply->http / 100 == 2)
        (void)spk_fail(&why, SPK_KUBE_ERROR,
                       "HTTP %d came with something that is no SparkApplication", reply->http);
    else
        (void)spk_status_fail(reply, read->last.resource, read->arena, &why);
    read->err = why;
    if (spk_reason_code(why.reason) != SPK_UNAVAILABLE)
        (void)spk_fail(&read->err, SPK_KUBE_ERROR,
                       "SparkApplication '%.253s' cannot be read: %.700s", read->name,
                       why.text);
}

/* How long to wait before the next try; -1: there is none. */
static int64_t next_wait_ms(struct state *state, const struct spk_api_reply *reply)
{
    const struct spk_application_read *read = state->read;
    int64_t now = now_ms(state), remaining = read->deadline_ms - now;
    int64_t wait = spk_backoff_ms(state->tries++, reply->retry_after_ms, &state->jitter);

    state->is_answered |= reply->transport == SPK_API_ANSWERED;
    state->lasting = reply->lasting ? state->lasting + 1 : 0;
    if (state->lasting >= MOST_LASTING || wait > spk_longest_wait_ms(remaining, false) ||
        spk_read_limit_ms(remaining - wait) == 0)
        return -1;
    if (!state->is_answered && read->first_answer_ms &&
        now + wait > state->began_ms + read->first_answer_ms)
        return -1;
    return wait;
}

/* ---- steps ---- */

static void on_answer(struct spk_api_job *job);

static void prepare_job(struct state *state, enum spk_api_verb verb, int64_t wait_ms)
{
    struct spk_application_read *read = state->read;
    int64_t now = now_ms(state), limit = spk_read_limit_ms(read->deadline_ms - now);

    state->job =
        spk_alloc(read->arena, sizeof(*state->job)); /* a late cancel may look at it */
    *state->job = (struct spk_api_job){
        .arena = &state->exchange,
        .request =
            {
                .verb = verb,
                .resource = spk_resource_find(NULL, "SparkApplication"),
                .ns = read->ns,
                .name = read->name,
                .wait_ms = wait_ms,
                .traceparent = read->traceparent,
            },
        .deadline_ms = verb == SPK_API_WAIT ? read->deadline_ms : now + limit,
        .done = on_answer,
        .context = state,
    };
    if (verb == SPK_API_WAIT)
        return;
    read->last = state->job->request;
    read->kube_calls++;
}

struct step {
    struct state *state;
    bool is_first, over;
};

static bool is_application(const struct spk_api_reply *reply)
{
    return spk_text_equal(spk_json_get_text(reply->object, "kind"), "SparkApplication");
}

static void judge(struct step *step)
{
    struct state *state = step->state;
    const struct spk_api_reply *reply = &state->job->reply;
    bool is_answered = reply->transport == SPK_API_ANSWERED;

    step->over = true;
    if (is_answered && reply->http / 100 == 2 && is_application(reply)) {
        take(state->read, reply);
    } else if (is_answered && (reply->http == 403 || reply->http == 404)) {
        do_without(state->read, reply);
    } else {
        int64_t wait_ms = next_wait_ms(state, reply);

        step->over = wait_ms < 0;
        if (step->over)
            give_up(state, reply);
        else
            prepare_job(state, SPK_API_WAIT, wait_ms);
    }
}

static void take_step(void *argument)
{
    struct step *step = argument;
    struct state *state = step->state;

    if (atomic_load(&state->read->cancelled)) {
        (void)spk_fail(&state->read->err, SPK_CALL_CANCELLED, "the call was cancelled");
        step->over = true;
    } else if (step->is_first || state->job->request.verb == SPK_API_WAIT) {
        prepare_job(state, SPK_API_GET, 0);
    } else {
        judge(step);
    }
}

/* Go on until an answer has to be waited for; what answers inside spk_api_start does not
 * recurse. */
static void drive(struct state *state, bool is_first)
{
    struct spk_application_read *read = state->read;

    for (;; is_first = false) {
        struct step step = {.state = state, .is_first = is_first};

        if (!spk_arena_run(read->arena, take_step, &step)) {
            read->ok = false;
            (void)spk_fail(&read->err, SPK_REQUEST_TOO_LARGE,
                           "the answer needs more memory than a call may have");
            step.over = true;
        }
        spk_arena_free(&state->exchange);
        if (step.over) {
            read->done(read);
            return;
        }
        atomic_store(&state->turn, STARTING);
        atomic_store(&state->job_under_way, state->job);
        if (atomic_load(&read->cancelled)) /* since the step was taken */
            atomic_store(&state->job->cancelled, true);
        spk_api_start(read->api, state->job);
        if (atomic_exchange(&state->turn, STARTED) != ANSWERED)
            return;
    }
}

static void on_answer(struct spk_api_job *job)
{
    struct state *state = job->context;

    if (atomic_exchange(&state->turn, ANSWERED) == STARTED)
        drive(state, false);
}

/* ---- the call ---- */

static void free_exchange(void *exchange)
{
    spk_arena_free(exchange);
}

static void make_state(void *argument)
{
    struct spk_application_read *read = argument;
    struct state *state = spk_alloc(read->arena, sizeof(*state));

    state->read = read;
    state->exchange.limit = SPK_EXCHANGE_BYTES;
    state->began_ms = now_ms(state);
    state->jitter = read->jitter_seed;
    spk_defer(read->arena, free_exchange, &state->exchange);
    atomic_store(&read->state, state);
}

void spk_application_read_start(struct spk_application_read *read)
{
    read->ok = false;
    read->application = NULL;
    read->kube_calls = 0;
    read->err = (struct spk_err){0};
    atomic_store(&read->state, NULL);
    if (!spk_arena_run(read->arena, make_state, read)) {
        (void)spk_fail(&read->err, SPK_REQUEST_TOO_LARGE,
                       "the call needs more memory than it may have");
        read->done(read);
        return;
    }
    drive(atomic_load(&read->state), true);
}

void spk_application_read_cancel(struct spk_application_read *read)
{
    struct state *state;
    struct spk_api_job *job;

    atomic_store(&read->cancelled, true);
    state = atomic_load(&read->state);
    job = state ? atomic_load(&state->job_under_way) : NULL;
    if (job)
        spk_api_cancel(read->api, job);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "process/janitor.h"

#include "base/clock.h"
#include "base/random.h"
#include "driver/kill.h"

#include <poll.h>
#include <string.h>

#define REQUEST_MS 30000 /* a page of a large namespace */

/* One step, inside the round's recovery point. */
struct step {
    struct spk_janitor_runner *runner;
    const struct spk_janitor_seen *seen;
};

static void finish(struct spk_janitor_runner *runner)
{
    spk_arena_free(&runner->round_memory);
    spk_arena_free(&runner->exchange_memory);
    atomic_store(&runner->idle, true);
}

static const char *namespace_in_hand(const struct spk_janitor_runner *runner)
{
    return runner->config->namespaces.items[runner->ns];
}

/* xorshift64: replicas need different pauses, not secrets. */
static uint64_t draw(struct spk_janitor_runner *runner)
{
    runner->random ^= runner->random << 13;
    runner->random ^= runner->random >> 7;
    runner->random ^= runner->random << 17;
    return runner->random;
}

/* Send the request of the job. */
static void start(struct spk_janitor_runner *runner, int64_t limit_ms)
{
    spk_arena_free(&runner->exchange_memory);
    runner->job.reply = (struct spk_api_reply){0};
    runner->job.deadline_ms = runner->api->ops->now_ms(runner->api) + limit_ms;
    spk_api_start(runner->api, &runner->job);
}

static void pause_for_a_while(struct spk_janitor_runner *runner)
{
    int64_t interval_ms = runner->config->interval_ms;
    int64_t wait_ms = interval_ms / 2 + (int64_t)(draw(runner) % (uint64_t)(interval_ms + 1));

    spk_arena_free(&runner->round_memory);
    runner->ns = SIZE_MAX;
    runner->job.request = (struct spk_api_request){.verb = SPK_API_WAIT, .wait_ms = wait_ms};
    start(runner, wait_ms);
}

/* ---- the log: a line per deletion, one per round that could not do all, and at debug one per
 * round ---- */

static void log_deletions(struct spk_janitor_runner *runner)
{
    for (; runner->told < runner->janitor.n_deleted; runner->told++) {
        const struct spk_janitor_deleted *deleted = &runner->janitor.deleted[runner->told];
        struct spk_log_line line;

        atomic_fetch_add(&runner->deleted[deleted->rule], 1);
        spk_log_begin(runner->log, &line, SPK_LOG_INFO, "janitor deleted");
        spk_log_text(&line, "ns", namespace_in_hand(runner));
        spk_log_text(&line, "kind", deleted->kind);
        spk_log_text(&line, "name", deleted->name);
        spk_log_text(&line, "rule", spk_janitor_rule_name(deleted->rule));
        spk_log_end(&line);
    }
}

static void log_trouble(const struct spk_janitor_runner *runner, const char *trouble)
{
    const struct spk_janitor *janitor = &runner->janitor;
    bool refused = janitor->trouble >= 0;
    struct spk_log_line line;

    if (!trouble && !refused && janitor->n_unlisted == 0)
        return;
    spk_log_begin(runner->log, &line, SPK_LOG_WARN, "janitor left something out");
    spk_log_text(&line, "ns", namespace_in_hand(runner));
    if (refused)
        spk_log_text(&line, "kind", janitor->trouble_kind);
    else if (janitor->n_unlisted)
        spk_log_text(&line, "kind", janitor->unlisted[0]);
    if (refused)
        spk_log_int(&line, "http", janitor->trouble);
    spk_log_text(&line, "err", trouble);
    spk_log_end(&line);
}

static void log_round(const struct spk_janitor_runner *runner)
{
    struct spk_log_line line;

    spk_log_begin(runner->log, &line, SPK_LOG_DEBUG, "janitor round");
    spk_log_text(&line, "ns", namespace_in_hand(runner));
    spk_log_int(&line, "drivers", (int64_t)runner->janitor.drivers.n);
    spk_log_int(&line, "chosen", (int64_t)runner->janitor.n_candidates);
    spk_log_int(&line, "deleted", (int64_t)runner->janitor.n_deleted);
    spk_log_end(&line);
}

/* ---- rounds ---- */

static void next_namespace(struct spk_janitor_runner *runner);

static void end_round(struct spk_janitor_runner *runner, const char *trouble)
{
    log_trouble(runner, trouble);
    log_round(runner);
    atomic_fetch_add(&runner->rounds, 1);
    next_namespace(runner);
}

static struct spk_api_request request_of(struct spk_janitor_runner *runner)
{
    const struct spk_janitor_action *action = &runner->action;
    struct spk_api_request request = {
        .verb = action->request == SPK_JANITOR_DELETE ? SPK_API_DELETE : SPK_API_LIST,
        .resource = spk_resource_find(action->api_version, action->kind),
        .ns = namespace_in_hand(runner),
        .as = runner->config->as,
        .label_selector = action->label_selector,
        .field_selector = action->field_selector,
        .continue_token = action->continue_token,
        .limit = action->limit,
        .metadata_only = action->metadata_only,
        .name = action->name,
    };

    if (action->request == SPK_JANITOR_DELETE) {
        request.body = spk_delete_options(
            &runner->round_memory,
            &(struct spk_delete){.uid = action->uid,
                                 .resource_version = action->resource_version,
                                 .in_background = true});
        request.body_length = strlen(request.body);
    }
    return request;
}

static void take_step(void *argument)
{
    struct step *step = argument;
    struct spk_janitor_runner *runner = step->runner;

    if (!step->seen)
        spk_janitor_begin(&runner->janitor, &runner->round_memory, runner->config->min_age_s);
    runner->action = spk_janitor_next(&runner->janitor, step->seen);
    if (runner->action.request != SPK_JANITOR_DONE)
        runner->job.request = request_of(runner);
}

static void go_on(struct spk_janitor_runner *runner, const struct spk_janitor_seen *seen)
{
    struct step step = {runner, seen};

    if (!spk_arena_run(&runner->round_memory, take_step, &step)) {
        end_round(runner, "too many objects for one round");
        return;
    }
    log_deletions(runner);
    if (runner->action.request == SPK_JANITOR_DONE) {
        end_round(runner, NULL);
        return;
    }
    start(runner, REQUEST_MS);
}

static void next_namespace(struct spk_janitor_runner *runner)
{
    runner->ns = runner->ns == SIZE_MAX ? 0 : runner->ns + 1;
    if (runner->ns == runner->config->namespaces.n) {
        pause_for_a_while(runner);
        return;
    }
    spk_arena_free(&runner->round_memory);
    runner->told = 0;
    go_on(runner, NULL);
}

static void on_done(struct spk_api_job *job)
{
    struct spk_janitor_runner *runner = job->context;
    const struct spk_api_reply *reply = &job->reply;
    struct spk_janitor_seen seen = {
        .http = reply->transport == SPK_API_ANSWERED ? reply->http : 0,
        .object = reply->object,
        .now_s = reply->date_s ? reply->date_s : spk_wall_ms() / 1000,
    };

    if (atomic_load(&runner->stop))
        finish(runner);
    else if (job->request.verb == SPK_API_WAIT)
        next_namespace(runner);
    else
        go_on(runner, &seen);
}

bool spk_janitor_start(struct spk_janitor_runner *runner,
                       const struct spk_janitor_config *config, struct spk_api *api,
                       const struct spk_log *log, struct spk_err *err)
{
    *runner = (struct spk_janitor_runner){
        .config = config,
        .api = api,
        .log = log,
        .round_memory = SPK_ARENA_LIMIT(SPK_ARENA_BYTES),
        .exchange_memory = SPK_ARENA_LIMIT(SPK_EXCHANGE_BYTES),
    };
    atomic_store(&runner->idle, true);
    if (config->interval_ms == 0)
        return true;
    if (!spk_random(&runner->random, sizeof(runner->random), err))
        return false;
    runner->random |= 1;
    atomic_store(&runner->idle, false);
    runner->job = (struct spk_api_job){
        .arena = &runner->exchange_memory, .done = on_done, .context = runner};
    pause_for_a_while(runner);
    return true;
}

void spk_janitor_stop(struct spk_janitor_runner *runner)
{
    atomic_store(&runner->stop, true);
    while (!atomic_load(&runner->idle)) {
        spk_api_cancel(runner->api, &runner->job);
        (void)poll(NULL, 0, 5);
    }
}

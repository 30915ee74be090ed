/* SPDX-License-Identifier: Apache-2.0 */
#include "service/inquiry.h"

#include "base/limits.h"
#include "kubernetes/object.h"
#include "spark/driver/resource_names.h"

#include <stdio.h>
#include <string.h>

const char *spk_inquiry_namespace(const struct spk_operation *operation, const char *ns)
{
    const char *usual = operation->service->settings.default_namespace;

    if (ns && *ns)
        return ns;
    return usual ? usual : "default";
}

/* A '*' at the end makes a name a prefix, if that is allowed. */
static bool read_glob(const struct spk_operation *operation, bool allow_glob,
                      struct spk_driver_target *target, struct spk_err *err)
{
    const char *star = strchr(target->name, '*');

    if (!star)
        return true;
    if (allow_glob && !star[1]) {
        target->is_prefix = true;
        target->name = spk_strndup(operation->arena, target->name, strlen(target->name) - 1);
        return true;
    }
    (void)spk_fail(err, SPK_INVALID_FIELD,
                   allow_glob ? "'%.64s' has a '*' that is not at its end"
                              : "'%.64s' has a '*', which needs allow_glob of KillSubmission",
                   target->name);
    return spk_fail_at(err, "driver_pod_name");
}

bool spk_inquiry_target(const struct spk_operation *operation, bool allow_glob,
                        struct spk_driver_target *target, struct spk_err *err)
{
    if (!target->name && !target->app_name && !target->application_id &&
        !target->submission_id && !target->attempt) {
        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "one of driver_pod_name, app_name, submission_id, "
                       "spark_application_id and attempt is needed");
        return spk_fail_at(err, "driver_pod_name");
    }
    target->ns = spk_inquiry_namespace(operation, target->ns);
    if (target->uid && !*target->uid)
        target->uid = NULL;
    if (target->app_name) /* Spark's label has what a label can hold of it */
        target->app_name = spk_app_name_label(operation->arena, target->app_name);
    return !target->name || read_glob(operation, allow_glob, target, err);
}

struct spk_inquiry *spk_inquiry_new(struct spk_operation *operation,
                                    const struct spk_driver_target *target,
                                    struct spk_err *err)
{
    struct spk_record *record = &operation->record;
    struct spk_inquiry *inquiry;

    if (!spk_driver_target_check(target, err))
        return NULL;
    (void)snprintf(record->ns, sizeof(record->ns), "%s", target->ns);
    (void)snprintf(record->pod, sizeof(record->pod), "%s", target->name ? target->name : "");
    inquiry = spk_alloc(operation->arena, sizeof(*inquiry));
    inquiry->query.target = *target;
    inquiry->call = (struct spk_query_call){
        .arena = operation->arena,
        .api = operation->service->api,
        .query = &inquiry->query,
        .deadline_ms = operation->deadline_ms - SPK_ANSWER_MARGIN_MS,
        .traceparent = operation->traceparent,
        .context = inquiry,
    };
    atomic_store(&operation->state, inquiry);
    return inquiry;
}

void spk_record_driver(struct spk_record *record, const struct spk_driver_state *driver)
{
    const struct {
        char *to;
        size_t size;
        const char *from;
    } texts[] = {
        {record->pod, sizeof(record->pod), driver->name},
        {record->app, sizeof(record->app), driver->app_name},
        {record->attempt, sizeof(record->attempt), driver->attempt},
        {record->submission_id, sizeof(record->submission_id), driver->submission_id},
    };

    for (size_t i = 0; i < SPK_LEN(texts); i++)
        (void)snprintf(texts[i].to, texts[i].size, "%s", texts[i].from ? texts[i].from : "");
}

/* ---- the end ---- */

struct answering {
    struct spk_inquiry *inquiry;
    struct spk_err err;
    bool ok;
};

static void answer(void *argument)
{
    struct answering *answering = argument;
    struct spk_inquiry *inquiry = answering->inquiry;

    answering->ok =
        inquiry->answer(inquiry->running.operation, &inquiry->query, &answering->err);
}

static void on_done(struct spk_query_call *call)
{
    struct spk_inquiry *inquiry = call->context;
    struct spk_operation *operation = inquiry->running.operation;
    struct answering answering = {.inquiry = inquiry};

    spk_running_leave(&inquiry->running);
    operation->record.kube_calls = call->kube_calls;
    if (!call->ok)
        answering.err = call->err;
    else if (!spk_arena_run(operation->arena, answer, &answering))
        (void)spk_fail(&answering.err, SPK_RESULT_TOO_LARGE,
                       "the answer needs more memory than a call may have");
    spk_operation_finish(operation, answering.ok ? NULL : &answering.err);
}

void spk_inquiry_proceed(struct spk_operation *operation)
{
    struct spk_inquiry *inquiry = atomic_load(&operation->state);

    if (atomic_load(&operation->cancelled))
        spk_query_call_cancel(&inquiry->call);
    inquiry->call.done = on_done;
    spk_running_enter(&inquiry->running, operation);
    spk_query_call_start(&inquiry->call);
}

void spk_inquiry_cancel(struct spk_operation *operation)
{
    struct spk_inquiry *inquiry = atomic_load(&operation->state);

    if (inquiry) /* else proceed sees that the operation is cancelled */
        spk_query_call_cancel(&inquiry->call);
}

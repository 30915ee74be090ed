/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a call in the log. */
#include "base/clock.h"
#include "base/limits.h"
#include "grpc/server_group.h"

/* Failures are counted by method; those of methods without a limit of calls, together. */
static bool has_own_limit(const struct spk_method *method)
{
    return method && method->admission == SPK_ADMIT_CALL;
}

void spk_call_log_init(struct spk_arena *arena, struct spk_server_group *group)
{
    group->failures = spk_alloc_array(arena, spk_n_methods + 1, sizeof(*group->failures));
    for (size_t i = 0; i <= spk_n_methods; i++)
        for (int code = 0; code < SPK_CODES; code++)
            group->failures[i][code] = (struct spk_log_limit){
                .event = "rpc",
                .most = SPK_LOG_FAILED,
                .labels = {{"method", i < spk_n_methods ? spk_methods[i].path : "other"},
                           {"code", spk_code_name((enum spk_code)code)}}};
}

static struct spk_log_limit *limit_of(const struct spk_call *call, enum spk_code code)
{
    size_t row = has_own_limit(call->method) ? (size_t)(call->method - spk_methods)
                                             : spk_n_methods;

    return &call->group->failures[row][code];
}

static enum spk_log_level level_of(const struct spk_call *call, enum spk_code code)
{
    if (code == SPK_INTERNAL)
        return SPK_LOG_ERROR;
    return call->method && call->method->routine && code == SPK_OK ? SPK_LOG_DEBUG
                                                                   : SPK_LOG_INFO;
}

void spk_call_log(const struct spk_call *call)
{
    const struct spk_record *record = &call->operation.record;
    struct spk_log_line line;
    /* A stream that its client broke off has no answer. */
    enum spk_code code = atomic_load(&call->finished) ? record->code : SPK_CANCELLED;

    /* A peer may make calls fail as fast as it can write; what exists is always told. */
    if (code != SPK_OK && record->outcome == SPK_NOT_CREATED &&
        !spk_log_allowed(call->group->log, limit_of(call, code)))
        return;
    spk_log_begin(call->group->log, &line, level_of(call, code), "rpc");
    spk_log_text(&line, "method", call->method ? call->method->path : "other");
    spk_log_text(&line, "code", spk_code_name(code));
    spk_log_text(&line, "reason", spk_reason_name(record->reason));
    if (record->code != SPK_OK)
        spk_log_text(&line, "outcome", spk_outcome_name(record->outcome));
    spk_log_text(&line, "request_id", record->request_id);
    spk_log_text(&line, "ns", record->ns);
    spk_log_text(&line, "app", record->app);
    spk_log_text(&line, "pod", record->pod);
    spk_log_text(&line, "attempt", record->attempt);
    spk_log_text(&line, "submission_id", record->submission_id);
    if (*record->pod && record->code == SPK_OK)
        spk_log_bool(&line, "adopted", record->adopted);
    if (record->kube_calls) {
        spk_log_int(&line, "kube_calls", record->kube_calls);
        spk_log_int(&line, "retries", record->retries);
    }
    if (atomic_load(&call->gone))
        spk_log_bool(&line, "client_gone", true);
    if (call->overdue)
        spk_log_bool(&line, "overdue", true);
    spk_log_int(&line, "ms", spk_monotonic_ms() - record->started_ms);
    spk_log_int(&line, "bytes_in", (int64_t)record->bytes_in);
    spk_log_int(&line, "bytes_out", (int64_t)record->bytes_out);
    spk_log_int(&line, "arena_kib", (int64_t)(record->arena_bytes / 1024));
    spk_log_text(&line, "peer", call->server->peer);
    spk_log_text(&line, "field", record->field);
    spk_log_text(&line, "err", record->err);
    spk_log_end(&line);
}

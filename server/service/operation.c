/* SPDX-License-Identifier: Apache-2.0 */
#include "service/operation.h"

#include <stdio.h>
#include <stdlib.h>

void spk_record_error(struct spk_record *record, const struct spk_err *err)
{
    record->code = spk_reason_code(err->reason);
    record->reason = err->reason;
    record->outcome = err->outcome;
    (void)snprintf(record->field, sizeof(record->field), "%s", err->field);
    if (record->code != SPK_INVALID_ARGUMENT) /* those texts may quote what the caller sent */
        (void)snprintf(record->err, sizeof(record->err), "%s", err->text);
}

void spk_operation_hold(struct spk_operation *operation)
{
    atomic_fetch_add(&operation->references, 1);
}

void spk_operation_drop(struct spk_operation *operation)
{
    if (atomic_fetch_sub(&operation->references, 1) == 1)
        operation->release(operation);
}

void spk_operation_finish(struct spk_operation *operation, const struct spk_err *err)
{
    if (err)
        spk_record_error(&operation->record, err);
    operation->done(operation, err);
    spk_operation_drop(operation);
}

/* The first phase, within its recovery point. */
struct preparation {
    struct spk_operation *operation;
    struct spk_err err;
    bool ok;
};

static void prepare(void *argument)
{
    struct preparation *preparation = argument;
    struct spk_operation *operation = preparation->operation;

    preparation->ok = operation->type->prepare(operation, &preparation->err);
}

void spk_operation_start(struct spk_operation *operation)
{
    struct preparation preparation = {.operation = operation};

    atomic_store(&operation->references, 1);
    if (atomic_load(&operation->cancelled))
        (void)spk_fail(&preparation.err, SPK_CALL_CANCELLED, "the call was cancelled");
    else if (!spk_arena_run(operation->arena, prepare, &preparation))
        (void)spk_fail_exhausted(&preparation.err, operation->arena);
    if (!preparation.ok) {
        spk_operation_finish(operation, &preparation.err);
        return;
    }
    if (operation->type->proceed)
        operation->type->proceed(operation);
    else
        spk_operation_finish(operation, NULL);
}

/* ---- streams ---- */

struct spk_answer *spk_answer_new(size_t limit)
{
    struct spk_answer *answer = malloc(sizeof(*answer));

    if (answer)
        *answer = (struct spk_answer){.arena = SPK_ARENA_LIMIT(limit)};
    return answer;
}

void spk_answer_free(struct spk_answer *answer)
{
    if (answer)
        spk_arena_free(&answer->arena);
    free(answer);
}

void spk_operation_send(struct spk_operation *operation, struct spk_answer *answer)
{
    spk_answer_free(atomic_exchange(&operation->newest, answer));
    operation->changed(operation);
}

struct spk_answer *spk_operation_take(struct spk_operation *operation)
{
    return atomic_exchange(&operation->newest, NULL);
}

void spk_operation_ready(struct spk_operation *operation)
{
    if (operation->type->ready)
        operation->type->ready(operation);
}

void spk_operation_drain(struct spk_operation *operation)
{
    if (!atomic_exchange(&operation->draining, true) && operation->type->drain)
        operation->type->drain(operation);
}

/* ---- the end ---- */

void spk_operation_cancel(struct spk_operation *operation)
{
    atomic_store(&operation->cancelled, true);
    if (operation->type->cancel)
        operation->type->cancel(operation);
}

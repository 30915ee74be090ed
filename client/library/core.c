/* SPDX-License-Identifier: Apache-2.0 */
#include "sparksubmit/core.h"

#include "base/limits.h"
#include "library/violation.h"
#include "translate/translate.h"
#include "json/write.h"
#include "json/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sparksubmit_core_result {
    struct spk_arena arena; /* holds all below */
    const char *text;
    struct spk_warnings warnings;
};

/* One call, as spk_arena_run hands it on. */
struct call {
    const struct sparksubmit_core_request *request;
    struct sparksubmit_core_result *result;
    struct spk_err err;
    bool ok;
};

static const enum sparksubmit_error_retry retries[] = {
    [SPK_RETRY_NO] = SPARKSUBMIT_ADVICE_NO,
    [SPK_RETRY_SAME_KEY] = SPARKSUBMIT_ADVICE_SAME_KEY,
    [SPK_RETRY_NEW_KEY] = SPARKSUBMIT_ADVICE_NEW_KEY,
};

static bool refuse(struct sparksubmit_error *error, enum spk_reason reason, const char *field,
                   const char *text)
{
    *error = (struct sparksubmit_error){
        .code = (int)spk_reason_code(reason),
        .retry = (int)retries[spk_reason_retry(reason)],
        .retry_after_ms = -1,
    };
    (void)snprintf(error->reason, sizeof(error->reason), "%s", spk_reason_name(reason));
    (void)snprintf(error->field, sizeof(error->field), "%s", field);
    (void)snprintf(error->text, sizeof(error->text), "%s", text);
    spk_error_add_violation(error, field, text);
    return false;
}

static void refuse_input(struct sparksubmit_error *error, const struct spk_err *err)
{
    (void)refuse(error, err->reason, err->field, err->text);
    for (const struct spk_violation *more = err->violations; more; more = more->next)
        spk_error_add_violation(error, more->field, more->text);
}

static struct spk_request make_request(struct spk_arena *arena,
                                       const struct sparksubmit_core_request *from)
{
    struct spk_strings arguments = {0};
    struct spk_request request;

    for (size_t i = 0; i < from->n_arguments; i++)
        spk_strings_add(arena, &arguments, from->arguments[i]);
    request = from->manifest
                  ? spk_request_of_manifest(
                        arena, (struct spk_bytes){from->manifest, from->manifest_length})
                  : spk_request_of_command(arena, arguments, NULL);
    request.spark_version = from->spark_version;
    request.submission_id = from->submission_id;
    request.uid = from->uid;
    request.pod_mutation = from->native_mutation ? SPK_MUTATION_NATIVE : SPK_MUTATION_NONE;
    return request;
}

static const enum spk_stage stages[] = {
    [SPARKSUBMIT_CORE_OBJECTS] = SPK_STAGE_OBJECTS,
    [SPARKSUBMIT_CORE_SUBMISSION] = SPK_STAGE_SUBMISSION,
    [SPARKSUBMIT_CORE_APPLICATION] = SPK_STAGE_APPLICATION,
};
_Static_assert(SPK_LEN(stages) == SPK_STAGE_APPLICATION + 1, "as many as there are inside");

static void render(void *argument)
{
    struct call *call = argument;
    struct spk_arena *arena = &call->result->arena;
    const struct sparksubmit_core_request *from = call->request;
    struct spk_settings settings = spk_settings_default();
    struct spk_view view = {.stage = stages[from->stage], .plain = from->plain};
    struct spk_request request = make_request(arena, from);
    struct spk_prepared prepared = {0};
    cJSON *tree = NULL;

    if (!spk_render(arena, &settings, &request, &view, &tree, &prepared, &call->err))
        return;
    call->result->warnings = prepared.warnings;
    call->result->text = from->yaml ? spk_yaml_write(arena, tree)
                                    : spk_json_write(arena, tree);
    call->ok = true; /* not before: writing may run out of memory */
}

bool sparksubmit_core_render(const struct sparksubmit_core_request *request,
                             struct sparksubmit_core_result **out,
                             struct sparksubmit_error *error)
{
    struct sparksubmit_core_request known = {0};
    struct call call = {.request = &known};

    if (!request || request->size < sizeof(request->size) || request->size > sizeof(known))
        return refuse(error, SPK_INVALID_FIELD, "size",
                      "the struct's size member is not set, or newer than this library");
    memcpy(&known, request, request->size);
    if (!known.manifest == !known.n_arguments)
        return refuse(error, SPK_INVALID_FIELD, "", "give either a manifest or arguments");
    if ((size_t)known.stage >= SPK_LEN(stages))
        return refuse(error, SPK_INVALID_FIELD, "stage",
                      "the stage is none of enum sparksubmit_core_stage");
    call.result = calloc(1, sizeof(*call.result));
    if (!call.result)
        return refuse(error, SPK_SERVER_OVERLOADED, "", "out of memory");
    call.result->arena.limit = SPK_ARENA_BYTES;
    call.result->arena.max_steps = SPK_MAX_STEPS;
    if (!spk_arena_run(&call.result->arena, render, &call))
        (void)spk_fail_exhausted(&call.err, &call.result->arena);
    if (!call.ok)
        refuse_input(error, &call.err);
    if (call.ok) {
        *out = call.result;
        return true;
    }
    sparksubmit_core_free(call.result);
    return false;
}

const char *sparksubmit_core_text(const struct sparksubmit_core_result *result, size_t *length)
{
    if (length)
        *length = strlen(result->text);
    return result->text;
}

size_t sparksubmit_core_warning_count(const struct sparksubmit_core_result *result)
{
    return result->warnings.n;
}

const char *sparksubmit_core_warning(const struct sparksubmit_core_result *result,
                                     size_t index)
{
    return index < result->warnings.n ? result->warnings.items[index].message : "";
}

void sparksubmit_core_free(struct sparksubmit_core_result *result)
{
    if (!result)
        return;
    spk_arena_free(&result->arena);
    free(result);
}

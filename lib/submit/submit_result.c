/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/object.h"
#include "submit/run.h"

static const char *text_at(const cJSON *object, const char *path)
{
    const char *text = spk_json_string(spk_json_at(object, path));

    return text ? text : "";
}

static void fill_objects(struct spk_run *run)
{
    static const enum spk_disposition dispositions[] = {
        [SPK_PART_CREATED] = SPK_DISPOSITION_CREATED,
        [SPK_PART_FOUND] = SPK_DISPOSITION_ADOPTED,
        [SPK_PART_ADOPTED] = SPK_DISPOSITION_ADOPTED,
        [SPK_PART_WOULD_PASS] = SPK_DISPOSITION_DRY_RUN_OK,
        [SPK_PART_WOULD_FAIL] = SPK_DISPOSITION_DRY_RUN_REFUSED,
        [SPK_PART_UNCHECKED] = SPK_DISPOSITION_DRY_RUN_OK,
    };
    const struct spk_parts *parts = run->call->parts;
    struct spk_submit_result *result = &run->call->result;

    result->objects = spk_alloc_array(run->call->arena, parts->n, sizeof(*result->objects));
    for (size_t i = 0; i < parts->n; i++) {
        const struct spk_part_progress *progress = &run->machine.parts[i];
        const cJSON *object = parts->items[i].object;

        if (progress->state < SPK_PART_CREATED)
            continue;
        result->objects[result->n_objects++] = (struct spk_object_result){
            .kind = spk_object_kind(object),
            .api_version = text_at(object, "apiVersion"),
            .name = spk_object_name(object),
            .uid = progress->uid && !run->call->validate_only ? progress->uid : "",
            .disposition = dispositions[progress->state],
        };
    }
}

static void fill_result(struct spk_run *run)
{
    struct spk_submit_call *call = run->call;
    const struct spk_machine *machine = &run->machine;
    const char *label = spk_submission_label(machine->pod);
    bool exists = !call->validate_only || machine->would_adopt;

    call->result = (struct spk_submit_result){
        .ns = call->ns,
        .pod_name = spk_object_name(call->parts->pod),
        .pod_uid = exists ? spk_object_uid(machine->pod) : "",
        .application_id = call->application_id,
        .application_name = call->application_name,
        .submission_id = label ? label : "",
        .pod_phase = exists ? text_at(machine->pod, "status.phase") : "",
        .submitted_at = exists ? text_at(machine->pod, "metadata.creationTimestamp") : "",
        .attempt = call->key->attempt,
        .adopted = machine->adopted,
        .would_adopt = machine->would_adopt,
        .warnings = call->result.warnings,
    };
    fill_objects(run);
    call->ok = true;
}

/* The uid of a driver left behind, only if the key is random: with any other key another
 * caller may be adopting this Pod right now. */
static const char *left_behind(const struct spk_machine *machine)
{
    const struct spk_part_progress *pod = &machine->parts[machine->pod_at];
    bool is_closed = machine->task->parts->variant == SPK_VARIANT_GATED_POD_FIRST &&
                     !spk_machine_may_be_open(machine);
    bool is_ours = pod->state == SPK_PART_CREATED &&
                   machine->task->key->source == SPK_KEY_RANDOM;

    return is_closed && is_ours ? pod->uid : NULL;
}

static void fill_error(struct spk_run *run)
{
    struct spk_submit_call *call = run->call;

    call->left_uid = left_behind(&run->machine);
    call->err = *run->machine.err;
    spk_err_note(&call->err, call->arena, "attempt", call->key->attempt);
    spk_err_note(&call->err, call->arena, "namespace", call->ns);
    spk_err_note(&call->err, call->arena, "pod", spk_object_name(call->parts->pod));
}

void spk_run_tell(struct spk_run *run)
{
    if (run->machine.err)
        fill_error(run);
    else
        fill_result(run);
}

void spk_run_tell_exhausted(struct spk_run *run)
{
    struct spk_submit_call *call = run->call;

    call->ok = false;
    call->left_uid = left_behind(&run->machine);
    spk_fail(&call->err, SPK_REQUEST_TOO_LARGE,
             "the submission needs more memory than a call may have");
    call->err.outcome = spk_machine_outcome(&run->machine);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/objects.h"

#include "base/timestamp.h"
#include "kubernetes/marks.h"
#include "kubernetes/object.h"

#include <inttypes.h>

static bool recorded_time_ms(const Spk__SparkApplication *application, int64_t *out)
{
    const char *recorded = NULL;
    int64_t seconds;

    if (application)
        recorded = spk_json_get_text(spk_struct_tree(application->status),
                                     "lastSubmissionAttemptTime");
    if (!recorded || !spk_timestamp_read(recorded, &seconds))
        return false;
    *out = seconds * 1000;
    return true;
}

/* True if a caller could send this key again. Random and input-derived keys are first told in
 * the answer. */
static bool is_repeatable(const struct spk_key *key)
{
    return key->source != SPK_KEY_RANDOM && key->source != SPK_KEY_INPUT;
}

bool spk_objects_plan(struct spk_arena *arena, const struct spk_submission *submission,
                      const Spk__SparkApplication *application, const struct spk_key *key,
                      int64_t time_ms, struct spk_plan *out, struct spk_err *err)
{
    const char *local_dirs[] = {"local-dirs/v1", key->attempt_sha256};
    bool is_recorded = recorded_time_ms(application, &time_ms);
    struct spk_ids ids = {
        .application_id = spk_printf(arena, "spark-%.32s", key->attempt_sha256),
        .unique_id = key->object,
        .conf_id = key->object,
        .service_id = key->object,
        .pod_id = key->attempt,
        .local_dirs_id =
            spk_key_uuid(arena, spk_hash_fields(arena, local_dirs, SPK_LEN(local_dirs))),
        .submit_time_ms = spk_printf(arena, "%" PRId64, time_ms),
        .is_time_of_call = !is_recorded && is_repeatable(key),
    };

    return spk_plan_make(arena, submission, &ids, out, err);
}

bool spk_objects_check_extra(struct spk_arena *arena, const struct spk_operator_output *output,
                             struct spk_err *err)
{
    for (size_t i = 0; i < output->n_extra_objects; i++)
        if (!spk_object_fits(arena, output->extra_objects[i], err))
            return false;
    return true;
}

static enum spk_part_kind part_kind(enum spk_object_role role)
{
    static const enum spk_part_kind kinds[] = {
        [SPK_ROLE_BEFORE] = SPK_PART_CONTROLLER,   [SPK_ROLE_POD] = SPK_PART_POD,
        [SPK_ROLE_SECRET] = SPK_PART_SECRET,       [SPK_ROLE_SERVICE] = SPK_PART_SERVICE,
        [SPK_ROLE_POLICY] = SPK_PART_POLICY,       [SPK_ROLE_CLAIM] = SPK_PART_CLAIM,
        [SPK_ROLE_CONFIGMAP] = SPK_PART_CONFIGMAP,
    };

    return kinds[role];
}

struct spk_parts spk_objects_parts(struct spk_arena *arena, enum spk_variant variant,
                                   const struct spk_owner *owner, const struct spk_key *key,
                                   const struct spk_operator_output *output,
                                   const struct spk_plan *plan)
{
    const struct spk_deployment deployment = {
        .variant = variant,
        .key = key,
        .ns = plan->namespace_,
        .application = owner->name,
        .uid = owner->uid,
        .submission_id = spk_json_get_text(spk_json_at(plan->pod, "metadata.labels"),
                                           SPK_LABEL_SUBMISSION_ID),
    };
    size_t n = 0;
    struct spk_part *parts =
        spk_alloc_array(arena, output->n_extra_objects + plan->n, sizeof(*parts));

    for (size_t i = 0; i < output->n_extra_objects; i++)
        parts[n++] = (struct spk_part){SPK_PART_CONTROLLER, output->extra_objects[i]};
    for (size_t i = 0; i < plan->n; i++)
        parts[n++] =
            (struct spk_part){part_kind(plan->objects[i].role), plan->objects[i].object};
    for (size_t i = 0; i < n; i++)
        spk_json_text(spk_json_child(parts[i].object, "metadata"), "namespace",
                      plan->namespace_);
    return spk_parts_prepare(arena, &deployment, parts, n);
}

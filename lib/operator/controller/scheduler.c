/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/controller/scheduler.h"

static const struct scheduler {
    const char *name;
    spk_schedule_fn *schedule;
} schedulers[] = {
    {"volcano", spk_schedule_volcano},
    {"yunikorn", spk_schedule_yunikorn},
};

static spk_schedule_fn *find_scheduler(struct spk_arena *arena, const char *name,
                                       const char *kube_names)
{
    struct spk_strings names = spk_split(arena, spk_working_copy_text(kube_names), ',');

    for (size_t i = 0; i < SPK_LEN(schedulers); i++)
        if (spk_text_equal(schedulers[i].name, name))
            return schedulers[i].schedule;
    for (size_t i = 0; i < names.n; i++)
        if (spk_text_equal(spk_trim(arena, names.items[i]), name))
            return spk_schedule_kube;
    return NULL;
}

bool spk_scheduler_apply(struct spk_working_copy *draft,
                         const struct spk_operator_options *options, cJSON **pod_group,
                         struct spk_err *err)
{
    const char *name = draft->spec->batch_scheduler;

    *pod_group = NULL;
    if (!spk_text_or_null(name))
        name = options->default_batch_scheduler;
    if (!options->enable_batch_scheduler || !spk_text_or_null(name))
        return true;
    spk_schedule_fn *schedule =
        find_scheduler(draft->arena, name, options->kube_scheduler_names);
    if (!schedule) {
        (void)spk_fail(err, SPK_INVALID_FIELD,
                       "failed during batch scheduler setup or check: failed to get scheduler "
                       "%s: <nil>",
                       name);
        return spk_fail_at(err, "spec.batchScheduler");
    }
    if (schedule(draft, pod_group, err))
        return true;
    const char *why = spk_strdup(draft->arena, err->text);
    const char *field = spk_strdup(draft->arena, err->field);
    (void)spk_fail(err, SPK_INVALID_FIELD, "failed to process batch scheduler: %s", why);
    return spk_fail_at(err, "%s", field);
}

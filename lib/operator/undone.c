/* SPDX-License-Identifier: Apache-2.0 */
#include "operator/undone.h"

#include "base/limits.h"
#include "operator/webhook/mutate.h"

#define LEFT "FIELD_LEFT_TO_WEBHOOK"

static bool is_in(const struct spk_strings *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (spk_text_equal(list->items[i], text))
            return true;
    return false;
}

/* One field may take several changes. The owner is no field of the user's. */
static void add_fields(struct spk_arena *arena, const struct spk_mutations *changes,
                       struct spk_strings *fields, size_t *more)
{
    const char *last = "";

    for (size_t i = 0; i < changes->n; i++) {
        const struct spk_mutation *change = &changes->items[i];

        if (change->kind == SPK_APPEND_OWNER || spk_text_equal(change->origin, last))
            continue;
        last = change->origin;
        if (fields->n == SPK_MAX_LEFT_FIELDS)
            ++*more;
        else if (!is_in(fields, last))
            spk_strings_add(arena, fields, last);
    }
}

static void look_at(const struct spk_working_copy *stored, const struct spk_role *role,
                    struct spk_strings *fields, size_t *more, struct spk_warnings *warnings)
{
    struct spk_mutations changes = {0};
    struct spk_err err = {0};

    if (spk_pod_mutations(stored, role, &changes, &err))
        add_fields(stored->arena, &changes, fields, more);
    else
        spk_warn(warnings, stored->arena, LEFT, err.field,
                 "is left to the operator's pod webhook, which will refuse it: %s", err.text);
}

void spk_warn_left_to_webhook(const struct spk_working_copy *stored,
                              struct spk_warnings *warnings)
{
    struct spk_strings fields = {0};
    size_t more = 0;

    look_at(stored, &stored->driver, &fields, &more, warnings);
    look_at(stored, &stored->executor, &fields, &more, warnings);
    for (size_t i = 0; i < fields.n; i++)
        spk_warn(warnings, stored->arena, LEFT, fields.items[i],
                 "is left to the operator's pod webhook; without one use native pod "
                 "mutation%s",
                 more > 0 && i + 1 == fields.n ? "; further fields are not listed" : "");
}

void spk_warn_not_done(const struct spk_working_copy *stored, struct spk_warnings *warnings)
{
    const Spk__SparkApplicationSpec *spec = stored->spec;
    const char *policy = spec->restart_policy ? spec->restart_policy->type : NULL;
    const struct {
        const char *field;
        bool is_set;
        const char *what;
    } rows[] = {
        {"spec.restartPolicy", spk_text_or_null(policy) && !spk_text_equal(policy, "Never"),
         "nothing is run again"},
        {"spec.timeToLiveSeconds", spec->has_time_to_live_seconds,
         "the application is not deleted"},
        {"spec.sparkUIOptions", spec->spark_ui_options != NULL,
         "no Service and Ingress of the web UI are made"},
        {"spec.driverIngressOptions", spec->n_driver_ingress_options > 0,
         "no Services and Ingresses of the driver are made"},
        {"spec.driverPodDisruptionBudget", spec->driver_pod_disruption_budget,
         "no PodDisruptionBudget is made"},
    };

    for (size_t i = 0; i < SPK_LEN(rows); i++)
        if (rows[i].is_set)
            spk_warn(warnings, stored->arena, "NOT_DONE_HERE", rows[i].field,
                     "is what the Spark Operator does after a submission; here %s",
                     rows[i].what);
}

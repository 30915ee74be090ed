/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/plan.h"

#include <string.h>

#include "base/limits.h"
#include "base/secret.h"
#include "kubernetes/names.h"
#include "kubernetes/object.h"
#include "kubernetes/quantity.h"
#include "spark/conf/read_entry.h"

#define K "spark.kubernetes."

/* The plan that is looked at, and the configuration to blame. */
struct look {
    struct spk_arena *arena;
    const struct spk_plan *plan;
    const struct spk_conf *conf;
    struct spk_err *err;
};

/* Blame the key if the configuration has it, else the driver's template, which has the rest,
 * else what the key would be called. */
static bool blame(const struct look *look, const char *key)
{
    if (!spk_conf_find(look->conf, key) && look->plan->template_origin &&
        spk_starts_with(key, "spark."))
        return spk_fail_at(look->err, "%s", look->plan->template_origin);
    return spk_conf_blame(look->err, look->conf, key);
}

static bool refuse(const struct look *look, const char *key, const char *what,
                   const char *text)
{
    (void)spk_fail(look->err, SPK_INVALID_FIELD, "'%.100s' is no valid %s",
                   spk_is_secret_name(key) ? SPK_HIDDEN : text, what);
    return blame(look, key);
}

static const char *joined(const struct look *look, const char *prefix, const char *rest)
{
    return spk_printf(look->arena, "%s%s", prefix, rest);
}

static bool check_name(const struct look *look, const struct spk_planned *planned)
{
    const char *name = spk_object_name(planned->object);
    const char *kind = spk_object_kind(planned->object);
    bool is_service = planned->role == SPK_ROLE_SERVICE;
    const char *key = "spark.app.name";

    if (is_service ? spk_is_dns1035_label(name) : spk_is_dns1123_subdomain(name))
        return true;
    if (planned->role == SPK_ROLE_POD && spk_conf_find(look->conf, K "driver.pod.name"))
        key = K "driver.pod.name";
    return refuse(look, key, spk_printf(look->arena, "name of a %s", kind), name);
}

static bool check_labels(const struct look *look, const struct spk_planned *planned)
{
    const char *prefix = planned->role == SPK_ROLE_SERVICE ? K "driver.service.label."
                                                           : K "driver.label.";

    SPK_JSON_EACH (label, spk_json_at(planned->object, "metadata.labels")) {
        const char *value = spk_json_string(label);
        const char *key = joined(look, prefix, label->string);

        if (!spk_is_qualified_name(label->string))
            return refuse(look, key, "label key", label->string);
        if (value && !spk_is_label_value(value))
            return refuse(look, key, "label value", value);
    }
    return true;
}

static bool check_annotations(const struct look *look, const struct spk_planned *planned)
{
    const char *prefix = planned->role == SPK_ROLE_SERVICE ? K "driver.service.annotation."
                                                           : K "driver.annotation.";

    const char *longest = "";
    size_t bytes = 0, most = 0;

    SPK_JSON_EACH (item, spk_json_at(planned->object, "metadata.annotations")) {
        if (!spk_is_qualified_name(spk_lower(look->arena, item->string)))
            return refuse(look, joined(look, prefix, item->string), "annotation key",
                          item->string);
        size_t length = strlen(item->string) +
                        strlen(spk_json_string(item) ? spk_json_string(item) : "");
        bytes += length;
        if (length > most) {
            longest = item->string;
            most = length;
        }
    }
    if (bytes <= SPK_MAX_ANNOTATIONS)
        return true;
    (void)spk_fail(look->err, SPK_INVALID_FIELD,
                   "the annotations of the %s have %zu bytes, at most %zu are allowed",
                   spk_object_kind(planned->object), bytes, SPK_MAX_ANNOTATIONS);
    return blame(look, joined(look, prefix, longest));
}

static bool check_data(const struct look *look, const struct spk_planned *planned)
{
    SPK_JSON_EACH (item, spk_json_get(planned->object, "data"))
        if (!spk_is_configmap_key(item->string))
            return refuse(
                look, "SPARK_CONF_DIR",
                spk_printf(look->arena, "key of a %s", spk_object_kind(planned->object)),
                item->string);
    return true;
}

static bool check_containers(const struct look *look)
{
    SPK_JSON_EACH (container, spk_json_at(look->plan->pod, "spec.containers")) {
        SPK_JSON_EACH (variable, spk_json_get(container, "env")) {
            const char *name = spk_json_get_text(variable, "name");

            if (name && !spk_is_variable_name(name))
                return refuse(look, joined(look, K "driverEnv.", name),
                              "name of an environment variable", name);
        }
    }
    return true;
}

static bool check_volumes(const struct look *look)
{
    SPK_JSON_EACH (volume, spk_json_at(look->plan->pod, "spec.volumes")) {
        const char *name = spk_json_get_text(volume, "name");

        if (name && !spk_is_dns1123_label(name))
            return refuse(look, joined(look, K "driver.volumes.*.", name), "name of a volume",
                          name);
    }
    return true;
}

/* A negative amount is a quantity, but none of a resource. */
static bool is_amount(struct spk_arena *arena, const char *text)
{
    const char *canonical = "";
    struct spk_err ignored = {0};

    return spk_quantity_canonical(arena, spk_trim(arena, text), &canonical, &ignored) &&
           *canonical != '-';
}

static bool check_cores(const struct look *look)
{
    static const char *const kinds[][2] = {{"resources.requests", K "driver.request.cores"},
                                           {"resources.limits", K "driver.limit.cores"}};

    SPK_JSON_EACH (container, spk_json_at(look->plan->pod, "spec.containers")) {
        for (size_t i = 0; i < SPK_LEN(kinds); i++) {
            const char *cores = spk_json_get_text(spk_json_at(container, kinds[i][0]), "cpu");

            if (cores && !is_amount(look->arena, cores))
                return refuse(look, kinds[i][1], "amount of cores", cores);
        }
    }
    return true;
}

static const char *first_key(const struct look *look, const char *key, const char *other)
{
    return spk_conf_find(look->conf, key) ? key : other;
}

static bool check_names(const struct look *look)
{
    const cJSON *spec = spk_json_get(look->plan->pod, "spec");
    const char *account = spk_json_get_text(spec, "serviceAccountName");
    const char *scheduler = spk_json_get_text(spec, "schedulerName");
    const char *priority = spk_json_get_text(spec, "priorityClassName");

    if (account && *account && !spk_is_dns1123_subdomain(account))
        return refuse(look,
                      first_key(look, K "authenticate.driver.serviceAccountName",
                                K "authenticate.serviceAccountName"),
                      "name of a service account", account);
    if (scheduler && *scheduler && !spk_is_scheduler_name(scheduler))
        return refuse(look, first_key(look, K "driver.scheduler.name", K "scheduler.name"),
                      "name of a scheduler", scheduler);
    if (priority && *priority && !spk_is_dns1123_subdomain(priority))
        return refuse(look, K "driver.priorityClassName", "name of a PriorityClass", priority);
    return true;
}

/* The objects that a volume is made of: without them no container starts. */
static bool check_source(const struct look *look, const cJSON *volume, const char *source,
                         const char *member, const char *key)
{
    const char *name = spk_json_get_text(spk_json_get(volume, source), member);

    if (!name || !*name || spk_is_dns1123_subdomain(name) ||
        spk_json_is_true(spk_json_get(spk_json_get(volume, source), "optional")))
        return true;
    return refuse(look, key, spk_printf(look->arena, "name for the volume's %s", source),
                  name);
}

static bool check_sources(const struct look *look)
{
    SPK_JSON_EACH (volume, spk_json_at(look->plan->pod, "spec.volumes")) {
        const char *name = spk_json_get_text(volume, "name");
        const char *claim = spk_printf(
            look->arena, K "driver.volumes.persistentVolumeClaim.%s.options.claimName",
            name ? name : "");

        if (!check_source(look, volume, "configMap", "name", K "hadoop.configMapName") ||
            !check_source(look, volume, "secret", "secretName", K "driver.secrets.") ||
            !check_source(look, volume, "persistentVolumeClaim", "claimName", claim))
            return false;
    }
    return true;
}

bool spk_plan_check(struct spk_arena *arena, const struct spk_plan *plan, struct spk_err *err)
{
    static bool (*const checks[])(const struct look *, const struct spk_planned *) = {
        check_name, check_labels, check_annotations, check_data};
    const struct look look = {arena, plan, &plan->properties, err};

    if (!spk_is_dns1123_label(plan->namespace_))
        return refuse(&look, K "namespace", "namespace", plan->namespace_);
    for (size_t i = 0; i < plan->n; i++)
        for (size_t j = 0; j < SPK_LEN(checks); j++)
            if (!checks[j](&look, &plan->objects[i]))
                return false;
    return check_containers(&look) && check_volumes(&look) && check_cores(&look) &&
           check_names(&look) && check_sources(&look);
}

bool spk_executors_check(struct spk_arena *arena, const struct spk_submission *submission,
                         struct spk_err *err)
{
    const struct spk_reader reader = spk_reader_of(arena, submission);
    int64_t overhead = 0;
    bool is_set;

    return spk_entry_mib(&reader, "spark.executor.memoryOverhead", &overhead, &is_set, err);
}

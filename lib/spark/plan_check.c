/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/plan.h"

#include <string.h>

#include "base/limits.h"
#include "kubernetes/names.h"
#include "kubernetes/object.h"

#define K "spark.kubernetes."

/* The plan that is looked at, and the configuration to blame. */
struct look {
    struct spk_arena *arena;
    const struct spk_plan *plan;
    const struct spk_conf *conf;
    struct spk_err *err;
};

/* Blame the key if the configuration has it, else what it would be called. */
static bool refuse(const struct look *look, const char *key, const char *what,
                   const char *text)
{
    (void)spk_fail(look->err, SPK_INVALID_FIELD, "'%.100s' is no valid %s", text, what);
    return spk_conf_blame(look->err, look->conf, key);
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

    size_t bytes = 0;

    SPK_JSON_EACH (item, spk_json_at(planned->object, "metadata.annotations")) {
        if (!spk_is_qualified_name(spk_lower(look->arena, item->string)))
            return refuse(look, joined(look, prefix, item->string), "annotation key",
                          item->string);
        bytes += strlen(item->string) +
                 strlen(spk_json_string(item) ? spk_json_string(item) : "");
    }
    if (bytes > SPK_MAX_ANNOTATIONS)
        return spk_fail(look->err, SPK_INVALID_FIELD,
                        "the annotations of the %s have %zu bytes, at most %zu are allowed",
                        spk_object_kind(planned->object), bytes, SPK_MAX_ANNOTATIONS);
    return true;
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

/* What Kubernetes takes since 1.32; an older one says itself that it does not. */
static bool is_env_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (*c < ' ' || *c > '~' || *c == '=')
            return false;
    return *name != '\0';
}

static bool check_containers(const struct look *look)
{
    SPK_JSON_EACH (container, spk_json_at(look->plan->pod, "spec.containers")) {
        SPK_JSON_EACH (variable, spk_json_get(container, "env")) {
            const char *name = spk_json_get_text(variable, "name");

            if (name && !is_env_name(name))
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
    return check_containers(&look) && check_volumes(&look);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/find.h"

#include "driver/state.h"
#include "kubernetes/names.h"

#include <string.h>

struct spk_driver_target spk_driver_target_read(struct spk_arena *arena, const char *id,
                                                const char *default_ns)
{
    const char *colon = strchr(id, ':');
    const char *name = colon ? colon + 1 : id;
    bool is_prefix = spk_ends_with(name, "*");

    return (struct spk_driver_target){
        .ns = colon ? spk_strndup(arena, id, (size_t)(colon - id)) : default_ns,
        .name = spk_strndup(arena, name, strlen(name) - is_prefix),
        .is_prefix = is_prefix,
    };
}

/* The labels by which drivers are found. */
static const struct label_row {
    const char *field, *key, *words;
    size_t offset;
} labels[] = {
#define ROW(member, key, words)                                                               \
    {                                                                                         \
#member, key, words, offsetof(struct spk_driver_target, member)                       \
    }
    ROW(app_name, SPK_LABEL_SPARK_APP_NAME, "application name"),
    ROW(application_id, SPK_LABEL_SPARK_APP_ID, "Spark application id"),
    ROW(submission_id, SPK_LABEL_SUBMISSION_ID, "submission id"),
    ROW(attempt, SPK_MARK_ATTEMPT, "attempt"),
#undef ROW
};

static const char *label_value(const struct spk_driver_target *target,
                               const struct label_row *row)
{
    const char *value;

    memcpy(&value, (const char *)target + row->offset, sizeof(value));
    return value;
}

bool spk_driver_target_is_name(const struct spk_driver_target *target)
{
    return target->name && !target->is_prefix;
}

static bool refuse(struct spk_err *err, const char *field, const char *value,
                   const char *expected)
{
    (void)spk_fail(err, SPK_INVALID_FIELD, "'%.64s' %s", value, expected);
    return spk_fail_at(err, "%s", field);
}

static bool check_name(const struct spk_driver_target *target, struct spk_err *err)
{
    const char *name = target->name;

    if (!name || target->is_prefix || spk_is_dns1123_subdomain(name))
        return true;
    return refuse(err, "driver_pod_name", name,
                  "is no name of a Pod: it must be a DNS subdomain in lower case");
}

bool spk_driver_target_check(const struct spk_driver_target *target, struct spk_err *err)
{
    if (target->ns && !spk_is_dns1123_label(target->ns))
        return refuse(err, "namespace", target->ns,
                      "is no namespace: it must be a DNS label in lower case");
    if (!check_name(target, err))
        return false;
    for (size_t i = 0; i < SPK_LEN(labels); i++) {
        const char *value = label_value(target, &labels[i]);

        if (value && (!*value || !spk_is_label_value(value)))
            return refuse(err, labels[i].field, value,
                          "cannot be the value of a label: it must have 1 to 63 characters");
    }
    if (target->uid && !spk_is_label_value(target->uid))
        return refuse(err, "driver_pod_uid", target->uid, "is no uid");
    return true;
}

const char *spk_driver_target_text(struct spk_arena *arena,
                                   const struct spk_driver_target *target)
{
    const char *where = target->ns ? spk_printf(arena, " in namespace '%s'", target->ns) : "";

    if (target->name)
        return spk_printf(arena, "driver '%s%s'%s", target->name, target->is_prefix ? "*" : "",
                          where);
    for (size_t i = 0; i < SPK_LEN(labels); i++)
        if (label_value(target, &labels[i]))
            return spk_printf(arena, "driver with %s '%s'%s", labels[i].words,
                              label_value(target, &labels[i]), where);
    return spk_printf(arena, "driver%s", where);
}

const char *spk_driver_label_selector(struct spk_arena *arena,
                                      const struct spk_driver_target *target)
{
    for (size_t i = 0; i < SPK_LEN(labels); i++)
        if (label_value(target, &labels[i]))
            return spk_printf(arena, SPK_DRIVER_SELECTOR ",%s=%s", labels[i].key,
                              label_value(target, &labels[i]));
    return SPK_DRIVER_SELECTOR;
}

static bool is_meant(const struct spk_driver_target *target, const cJSON *pod)
{
    const char *name = spk_json_string(spk_json_at(pod, "metadata.name"));

    if (!name || (target->uid && !spk_driver_has_uid(pod, target->uid)))
        return false;
    if (!target->name)
        return true;
    return target->is_prefix ? spk_starts_with(name, target->name)
                             : spk_text_equal(name, target->name);
}

static int compare_at(const cJSON *a, const cJSON *b, const char *path)
{
    const char *left = spk_json_string(spk_json_at(a, path));
    const char *right = spk_json_string(spk_json_at(b, path));

    return strcmp(left ? left : "", right ? right : "");
}

/* Times of one form, so that they are ordered as texts are. */
bool spk_driver_is_newer(const cJSON *a, const cJSON *b)
{
    int order = compare_at(a, b, "metadata.creationTimestamp");

    return order ? order > 0 : compare_at(a, b, "metadata.name") > 0;
}

bool spk_driver_select(struct spk_arena *arena, const struct spk_driver_target *target,
                       const cJSON *list, struct spk_drivers *out)
{
    const cJSON *items = spk_json_get(list, "items");

    if (!spk_json_is_array(items))
        return false;
    *out = (struct spk_drivers){
        .pods = spk_alloc_array(arena, (size_t)spk_json_size(items), sizeof(*out->pods))};
    SPK_JSON_EACH (pod, items)
        if (is_meant(target, pod))
            out->pods[out->n++] = pod;
    return true;
}

bool spk_driver_is_absent(int http, const char *reason)
{
    return http == 404 && spk_text_equal(reason, "NotFound");
}

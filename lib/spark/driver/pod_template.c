/* SPDX-License-Identifier: Apache-2.0 */
#include "spark/driver/pod_template.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "kubernetes/object.h"
#include "spark/conf/profile.h"
#include "json/write.h"
#include "json/yaml.h"

#define FAILURE       "Could not load pod from template file."
#define CONTAINER_KEY "spark.kubernetes.driver.podTemplateContainerName"
#define NAMESPACE_KEY "spark.kubernetes.namespace"

/* Say first that a template is the matter, and whose: err tells the cause. */
static bool fail_to_load(struct spk_err *err, const char *origin)
{
    char cause[sizeof(err->text)];

    memcpy(cause, err->text, sizeof(cause));
    err->reason = SPK_INVALID_POD_TEMPLATE;
    (void)snprintf(err->text, sizeof(err->text), FAILURE " %s", cause);
    (void)spk_repair_utf8(err->text);
    return spk_fail_in(err, "%s", origin);
}

/* Spark looks at each container's name for the one it is asked for, else takes the first. */
static bool check_containers(const cJSON *containers, const char *name, struct spk_err *err)
{
    size_t i = 0;

    if (spk_json_is_null(containers)) {
        (void)spk_fail(err, SPK_INVALID_POD_TEMPLATE, "Its containers are null");
        return spk_fail_at(err, "spec.containers");
    }
    SPK_JSON_EACH (item, containers) {
        if (spk_json_is_null(item) && (name || i == 0)) {
            (void)spk_fail(err, SPK_INVALID_POD_TEMPLATE, "A container is null");
            return spk_fail_at(err, "spec.containers[%zu]", i);
        }
        i++;
    }
    return true;
}

/* Shapes that Spark or its client library would refuse whatever the types. */
static bool check_shape(const cJSON *tree, const char *name, struct spk_err *err)
{
    const cJSON *spec = spk_json_get(tree, "spec");

    if (!spk_json_is_object(tree))
        return spk_fail(err, SPK_INVALID_POD_TEMPLATE, "A pod is expected, not a %s",
                        spk_json_type_name(tree));
    if (!spk_json_is_object(spec))
        return spk_fail(err, SPK_INVALID_POD_TEMPLATE, "It has no spec");
    return check_containers(spk_json_get(spec, "containers"), name, err);
}

/* The client reads a template; the pod of another namespace once more, from the JSON that it
 * would write, to have a copy to put into the namespace asked for. */
static bool read_pod(const struct spk_reader *reader, struct spk_fabric8 how,
                     const cJSON *tree, cJSON **out, struct spk_err *err)
{
    const struct spk_type *type = spk_type_find("Pod");
    const char *asked = NULL;
    cJSON *pod = NULL;

    if (!spk_schema_fabric8(reader->arena, type, &how, tree, &pod, err) ||
        !spk_entry_text(reader, NAMESPACE_KEY, &asked, err))
        return false;
    const char *own = spk_json_get_text(spk_json_get(pod, "metadata"), "namespace");
    how.from_json = true;
    if (own && *own && !spk_text_equal(own, asked) &&
        !spk_schema_fabric8(reader->arena, type, &how, pod, &pod, err))
        return false;
    *out = pod;
    return true;
}

struct spk_fabric8 spk_client_reading(const struct spk_version *version, bool is_json)
{
    const struct spk_profile *profile = version->profile;

    return (struct spk_fabric8){
        .octal_int32 = profile->template_octal,
        .octal_inside = profile->template_octal_inside,
        .strict_int32 = !profile->template_fractions && !profile->template_empty_integer,
        .owner_kinds = profile->template_owner_kinds,
        .from_json = is_json,
        .model = profile->template_model,
    };
}

static bool type_fields(const struct spk_reader *reader, const char *name, const cJSON *tree,
                        bool is_json, cJSON **out, struct spk_err *err)
{
    cJSON *pod = NULL;

    if (!check_shape(tree, name, err) ||
        !read_pod(reader, spk_client_reading(reader->version, is_json), tree, &pod, err))
        return false;
    const char *kind = spk_json_get_text(pod, "kind");
    if (kind && strcmp(kind, "Pod") != 0)
        return spk_fail(err, SPK_INVALID_POD_TEMPLATE,
                        "The kind is '%.64s', but only a Pod can be a driver", kind);
    *out = pod;
    return true;
}

static bool load_text(const struct spk_reader *reader, const char *name,
                      const struct spk_bytes *text, cJSON **out, struct spk_err *err)
{
    cJSON *tree = NULL;
    bool is_json = false;

    return spk_yaml_read_template(reader->arena, text->data, text->length, &tree, &is_json,
                                  err) &&
           type_fields(reader, name, tree, is_json, out, err);
}

/* name: the container asked for, NULL if none is. */
static bool load_pod(const struct spk_reader *reader, const char *name,
                     const struct spk_template *given, cJSON **out, struct spk_err *err)
{
    *out = spk_json_new_object(reader->arena);
    if (!given->tree && !given->text.data)
        return true;
    if (given->tree ? type_fields(reader, name, given->tree, true, out, err)
                    : load_text(reader, name, &given->text, out, err))
        return true;
    return fail_to_load(err, given->origin);
}

struct unknowns {
    struct spk_arena *arena;
    const char *origin;
    struct spk_warnings *warnings;
    size_t n;
};

static void tell_unknown(void *context, const struct spk_type *type, const char *path,
                         const char *key)
{
    struct unknowns *unknowns = context;

    if (++unknowns->n > SPK_MAX_VIOLATIONS)
        return;
    const struct spk_nearest nearest = spk_type_nearest(type, key);
    const char *name = spk_nearest_name(&nearest);
    const char *cut = spk_printable(unknowns->arena, key, 64);
    spk_warn(unknowns->warnings, unknowns->arena, "UNKNOWN_FIELD_IGNORED",
             spk_printf(unknowns->arena, "%s%s%s.%s", unknowns->origin, *path ? "." : "", path,
                        cut),
             "unknown field '%s', passed on: an API server that does not know it ignores it"
             "%s%s%s",
             cut, name ? "; did you mean '" : "", name ? name : "", name ? "'?" : "");
}

/* Spark keeps what its types do not have, so newer fields reach an API server that has them.
 */
static void warn_of_unknown(struct spk_arena *arena, cJSON *pod, const char *origin,
                            struct spk_warnings *warnings)
{
    struct unknowns unknowns = {arena, origin ? origin : "", warnings, 0};
    const struct spk_unknown_report report = {tell_unknown, &unknowns, .prune = false};

    if (!warnings)
        return;
    spk_schema_unknown(spk_type_find("Pod"), pod, &report);
    if (unknowns.n > SPK_MAX_VIOLATIONS)
        spk_warn(warnings, arena, "UNKNOWN_FIELD_IGNORED", unknowns.origin,
                 "%zu more unknown fields are passed on", unknowns.n - SPK_MAX_VIOLATIONS);
}

/* The one container of that name; NULL if there is none, or several. */
static cJSON *only_container(cJSON *containers, const char *name)
{
    cJSON *found = NULL;

    for (cJSON *item = containers ? containers->child : NULL; item; item = item->next) {
        if (!spk_text_equal(spk_json_get_text(item, "name"), name))
            continue;
        if (found)
            return NULL;
        found = item;
    }
    return found;
}

static void choose_container(struct spk_pod_template *template, const char *name)
{
    struct spk_arena *arena = spk_json_arena(template->pod);
    cJSON *containers = spk_json_list(spk_json_child(template->pod, "spec"), "containers");
    cJSON *chosen = name ? only_container(containers, name) : NULL;

    template->is_named_container_missing = name && !chosen;
    if (!chosen)
        chosen = containers->child;
    if (chosen)
        spk_json_unlink(containers, chosen);
    template->container = chosen ? chosen : spk_json_new_object(arena);
}

bool spk_pod_template_load(const struct spk_template *given, const struct spk_reader *reader,
                           struct spk_pod_template *out, struct spk_warnings *warnings,
                           struct spk_err *err)
{
    struct spk_pod_template template = {0};
    const char *name = NULL;

    if (!spk_entry_text(reader, CONTAINER_KEY, &name, err) ||
        !load_pod(reader, name, given, &template.pod, err))
        return false;
    warn_of_unknown(reader->arena, template.pod, given->origin, warnings);
    spk_json_text(template.pod, "apiVersion", "v1");
    spk_json_text(template.pod, "kind", "Pod");
    choose_container(&template, name);
    *out = template;
    return true;
}

/* A text that cannot be read here may be one that Spark can read. */
static void warn_of_executors(struct spk_arena *arena, const struct spk_template *given,
                              struct spk_warnings *warnings)
{
    const struct spk_bytes text = given->text;
    struct spk_err ignored = {0};
    cJSON *pod = NULL;
    bool is_json;

    if (text.data &&
        spk_yaml_read_template(arena, text.data, text.length, &pod, &is_json, &ignored))
        warn_of_unknown(arena, pod, given->origin, warnings);
}

bool spk_executor_template_text(struct spk_arena *arena,
                                const struct spk_submission *submission, const char **out,
                                struct spk_warnings *warnings, struct spk_err *err)
{
    const struct spk_template *given = &submission->executor_template;
    const struct spk_bytes text = given->text;

    if (text.data && !spk_is_utf8(text.data, text.length)) {
        (void)spk_fail(err, SPK_INVALID_POD_TEMPLATE, "the executors' template is not UTF-8");
        return spk_fail_at(err, "%s", given->origin);
    }
    warn_of_executors(arena, given, warnings);
    if (given->tree)
        *out = spk_json_write(arena, given->tree);
    else
        *out = text.data ? spk_text_hold_nul(arena, text.data, text.length) : NULL;
    return true;
}

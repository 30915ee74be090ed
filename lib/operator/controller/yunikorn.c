/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes/marks.h"
#include "kubernetes/quantity.h"
#include "kubernetes/schema/schema.h"
#include "operator/controller/byte_size.h"
#include "operator/controller/scheduler.h"
#include "json/write.h"

#include <inttypes.h>
#include <string.h>

#define ORIGIN "spec.batchScheduler"

/* Members of tolerations and affinities in the order of Go's structs. */
static const char *const member_order[] = {
    "key",
    "operator",
    "value",
    "values",
    "effect",
    "tolerationSeconds",
    "nodeAffinity",
    "podAffinity",
    "podAntiAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
    "nodeSelectorTerms",
    "weight",
    "preference",
    "podAffinityTerm",
    "labelSelector",
    "namespaces",
    "topologyKey",
    "namespaceSelector",
    "matchLabelKeys",
    "mismatchLabelKeys",
    "matchLabels",
    "matchExpressions",
    "matchFields",
};

static void write_value(struct spk_buf *buf, const cJSON *value);

static void write_member(struct spk_buf *buf, const char *key, const cJSON *value,
                         size_t *written)
{
    if (!value)
        return;
    if ((*written)++)
        spk_buf_char(buf, ',');
    spk_json_write_string(buf, key);
    spk_buf_char(buf, ':');
    if (strcmp(key, "matchLabels") == 0) /* the one map: whatever its keys, they are sorted */
        spk_buf_text(buf, spk_json_write(buf->arena, value));
    else
        write_value(buf, value);
}

/* A struct: the schema left only members that are in the table. */
static void write_object(struct spk_buf *buf, const cJSON *object)
{
    size_t written = 0;

    spk_buf_char(buf, '{');
    for (size_t i = 0; i < SPK_LEN(member_order); i++)
        write_member(buf, member_order[i], spk_json_get(object, member_order[i]), &written);
    spk_buf_char(buf, '}');
}

static void write_value(struct spk_buf *buf, const cJSON *value)
{
    if (spk_json_is_object(value)) {
        write_object(buf, value);
        return;
    }
    if (!spk_json_is_array(value)) {
        spk_buf_text(buf, spk_json_write(buf->arena, value));
        return;
    }
    spk_buf_char(buf, '[');
    SPK_JSON_EACH (item, value) {
        if (item != value->child)
            spk_buf_char(buf, ',');
        write_value(buf, item);
    }
    spk_buf_char(buf, ']');
}

/* Go writes these as escapes wherever they are in JSON. */
static const char *escape_html(struct spk_arena *arena, const char *json)
{
    struct spk_buf buf = {.arena = arena};

    for (; *json; json++) {
        if (strchr("<>&", *json)) {
            spk_buf_printf(&buf, "\\u%04x", (unsigned)*json);
            continue;
        }
        if (spk_starts_with(json, "\u2028") || spk_starts_with(json, "\u2029")) {
            spk_buf_printf(&buf, "\\u202%c", spk_starts_with(json, "\u2028") ? '8' : '9');
            json += 2;
            continue;
        }
        spk_buf_char(&buf, *json);
    }
    return spk_buf_string(&buf);
}

static void put_map(struct spk_buf *buf, const char *key, const struct spk_conf *map)
{
    if (map->n == 0)
        return;
    spk_buf_printf(buf, ",\"%s\":{", key);
    for (size_t i = 0; i < map->n; i++) {
        if (i)
            spk_buf_char(buf, ',');
        spk_json_write_string(buf, map->entries[i].key);
        spk_buf_char(buf, ':');
        spk_json_write_string(buf, map->entries[i].value);
    }
    spk_buf_char(buf, '}');
}

static bool put_tolerations(struct spk_buf *buf, const struct spk_role *role,
                            struct spk_err *err)
{
    const struct spk_type *type = spk_type_find("Toleration");

    for (size_t i = 0; i < role->tolerations.n; i++) {
        cJSON *tree;

        if (!spk_schema_go(buf->arena, type, spk_working_copy_tree(&role->tolerations, i),
                           &tree, err))
            return spk_fail_in(err, "%s.tolerations[%zu]", role->path, i);
        spk_buf_text(buf, i ? "," : ",\"tolerations\":[");
        write_value(buf, tree);
    }
    if (role->tolerations.n)
        spk_buf_char(buf, ']');
    return true;
}

static bool put_affinity(struct spk_buf *buf, const struct spk_role *role, struct spk_err *err)
{
    cJSON *tree;

    if (!role->affinity)
        return true;
    if (!spk_schema_go(buf->arena, spk_type_find("Affinity"), role->affinity, &tree, err))
        return spk_fail_in(err, "%s.affinity", role->path);
    spk_buf_text(buf, ",\"affinity\":");
    write_value(buf, tree);
    return true;
}

static bool read_cpu(struct spk_arena *arena, const struct spk_role *role, const char **out,
                     struct spk_err *err)
{
    const char *canonical;

    *out = role->core_request ? role->core_request : role->cores_text;
    if (!*out)
        *out = "1";
    if (!role->core_request)
        return true;
    if (spk_quantity_canonical(arena, role->core_request, &canonical, err))
        return true;
    const char *why = spk_strdup(arena, err->text);
    (void)spk_fail(err, SPK_INVALID_FIELD, "failed to parse %s: %s", role->core_request, why);
    return spk_fail_at(err, "%s.coreRequest", role->path);
}

static bool put_resources(const struct spk_working_copy *draft, const struct spk_role *role,
                          struct spk_buf *buf, struct spk_err *err)
{
    const char *cpu = NULL, *memory = NULL;

    if (read_cpu(draft->arena, role, &cpu, err) && spk_pod_memory(draft, role, &memory, err)) {
        spk_buf_text(buf, ",\"minResource\":{\"cpu\":");
        spk_json_write_string(buf, cpu);
        spk_buf_text(buf, ",\"memory\":");
        spk_json_write_string(buf, memory);
        spk_buf_char(buf, '}');
        return true;
    }
    const char *why = spk_strdup(draft->arena, err->text);
    const char *field = spk_strdup(draft->arena, err->field);
    (void)spk_fail(err, SPK_INVALID_FIELD, "failed to calculate %s minResources: %s",
                   role->name, why);
    return spk_fail_at(err, "%s", field);
}

/* One task group; labels as they are once the queue's label may be among them. */
static bool put_group(const struct spk_working_copy *draft, const struct spk_role *role,
                      int64_t n, struct spk_buf *buf, struct spk_err *err)
{
    struct spk_conf selector = spk_conf_copy(&draft->node_selector);
    const struct spk_conf *own = &role->node_selector;

    for (size_t i = 0; i < own->n; i++)
        spk_conf_set(&selector, own->entries[i].key, own->entries[i].value,
                     own->entries[i].origin);
    spk_buf_printf(buf, "{\"name\":\"spark-%s\",\"minMember\":%" PRId64, role->name, n);
    if (!put_resources(draft, role, buf, err))
        return false;
    put_map(buf, "nodeSelector", &selector);
    if (!put_tolerations(buf, role, err) || !put_affinity(buf, role, err))
        return false;
    put_map(buf, "labels", &role->labels);
    spk_buf_char(buf, '}');
    return true;
}

/* The task groups alias the role's labels, so they show the queue, unless there were none. */
static bool set_queue(const struct spk_working_copy *draft, struct spk_role *role,
                      bool with_labels)
{
    const Spk__BatchSchedulerConfiguration *options = draft->spec->batch_scheduler_options;
    bool had_labels = role->labels.n > 0;

    if (options && spk_text_or_null(options->queue) && had_labels == with_labels)
        spk_conf_set(&role->labels, "queue", options->queue,
                     "spec.batchSchedulerOptions.queue");
    return had_labels;
}

static void mark(struct spk_working_copy *draft, struct spk_role *role)
{
    spk_conf_set(&role->annotations, SPK_ANNOTATION_TASK_GROUP,
                 spk_printf(draft->arena, "spark-%s", role->name), ORIGIN);
}

bool spk_schedule_yunikorn(struct spk_working_copy *draft, cJSON **pod_group,
                           struct spk_err *err)
{
    struct spk_buf buf = {.arena = draft->arena};
    int64_t executors = spk_working_copy_executors(draft);
    bool driver_done = set_queue(draft, &draft->driver, true);
    bool executor_done = set_queue(draft, &draft->executor, true);

    (void)pod_group;
    spk_buf_char(&buf, '[');
    if (!put_group(draft, &draft->driver, 1, &buf, err))
        return false;
    if (executors > 0) {
        spk_buf_char(&buf, ',');
        if (!put_group(draft, &draft->executor, executors, &buf, err))
            return false;
    }
    spk_buf_char(&buf, ']');
    if (!driver_done)
        (void)set_queue(draft, &draft->driver, false);
    if (!executor_done)
        (void)set_queue(draft, &draft->executor, false);
    mark(draft, &draft->driver);
    mark(draft, &draft->executor);
    spk_conf_set(&draft->driver.annotations, SPK_ANNOTATION_TASK_GROUPS,
                 escape_html(draft->arena, spk_buf_string(&buf)), ORIGIN);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The bodies of the machine's requests. Objects of the task are not changed. */
#include "deploy/machine.h"
#include "kubernetes/marks.h"
#include "kubernetes/object.h"
#include "json/write.h"

/* A tree of its own with the members of an object, whose insides it shares: setting a member
 * leaves the object as it is. */
static cJSON *view_of(struct spk_arena *arena, const cJSON *object)
{
    cJSON *view = spk_json_new_object(arena);

    SPK_JSON_EACH (item, object) {
        cJSON *member = spk_json_new_null(arena);

        *member = *item;
        spk_json_set(view, item->string, member);
    }
    return view;
}

/* Whether an owner is the driver, whose uid nobody knew when the object was made. */
static bool is_driver(const struct spk_parts *parts, const cJSON *owner)
{
    return spk_text_equal(spk_json_get_text(owner, "kind"), "Pod") &&
           spk_text_equal(spk_json_get_text(owner, "name"), spk_object_name(parts->pod));
}

/* The owners of an object with the driver's uid; without one, which is where its dry run was
 * refused, without the driver. */
static cJSON *owners_with(struct spk_arena *arena, const struct spk_parts *parts,
                          const cJSON *owners, const char *uid)
{
    cJSON *out = spk_json_new_array(arena);

    SPK_JSON_EACH (owner, owners) {
        cJSON *copy = spk_json_copy(arena, owner);

        if (is_driver(parts, owner))
            spk_json_text(copy, "uid", uid);
        if (uid || !is_driver(parts, owner))
            (void)spk_json_push(out, copy);
    }
    return out;
}

/* Children of a gated Pod name it as owner once it has a uid. */
static const cJSON *with_owner(const struct spk_machine *m, const cJSON *object,
                               struct spk_arena *arena)
{
    const struct spk_parts *parts = m->task->parts;
    const cJSON *metadata = spk_json_get(object, "metadata");
    const cJSON *owners = spk_json_get(metadata, "ownerReferences");

    if (parts->variant != SPK_VARIANT_GATED_POD_FIRST || !owners)
        return object;
    cJSON *out = view_of(arena, object), *changed = view_of(arena, metadata);
    spk_json_set(changed, "ownerReferences",
                 owners_with(arena, parts, owners, m->parts[m->pod_at].uid));
    spk_json_set(out, "metadata", changed);
    return out;
}

static void add_operation(cJSON *patch, const char *op, const char *path, const char *value)
{
    cJSON *operation = spk_json_push_object(patch);

    spk_json_text(operation, "op", op);
    spk_json_text(operation, "path", path);
    spk_json_text(operation, "value", value);
}

/* The gate's place is taken from the Pod as last read: other controllers have gates too. */
static const cJSON *open_patch(const struct spk_machine *m, struct spk_arena *arena)
{
    cJSON *patch = spk_json_new_array(arena);
    const char *gate = spk_printf(arena, "/spec/schedulingGates/%d", spk_gate_index(m->pod));

    add_operation(patch, "test", "/metadata/uid", spk_object_uid(m->pod));
    add_operation(patch, "test", spk_printf(arena, "%s/name", gate), SPK_GATE);
    add_operation(patch, "remove", gate, NULL);
    return patch;
}

static const cJSON *relabel_patch(const struct spk_machine *m, struct spk_arena *arena)
{
    cJSON *patch = spk_json_new_array(arena);
    const char *old = spk_submission_label(m->pod);

    add_operation(patch, "test", "/metadata/uid", spk_object_uid(m->pod));
    if (old)
        add_operation(patch, "test", SPK_POINTER_SUBMISSION_ID, old);
    add_operation(patch, old ? "replace" : "add", SPK_POINTER_SUBMISSION_ID,
                  m->task->key->submission_id);
    return patch;
}

const cJSON *spk_machine_object(const struct spk_machine *machine, size_t part)
{
    const struct spk_task *task = machine->task;

    return part < task->parts->n ? task->parts->items[part].object : task->application->object;
}

const char *spk_machine_body(const struct spk_machine *machine,
                             const struct spk_action *action, struct spk_arena *arena)
{
    const cJSON *body = NULL;

    if (action->kind == SPK_ACTION_WAIT)
        return NULL;
    switch (machine->parts[action->part].request) {
    case SPK_REQUEST_DRY_RUN:
    case SPK_REQUEST_CREATE:
        body = with_owner(machine, spk_machine_object(machine, action->part), arena);
        break;
    case SPK_REQUEST_UPDATE:
        body = machine->parts[action->part].update;
        break;
    case SPK_REQUEST_OPEN:
        body = open_patch(machine, arena);
        break;
    case SPK_REQUEST_RELABEL:
        body = relabel_patch(machine, arena);
        break;
    case SPK_REQUEST_READ_APPLICATION:
    case SPK_REQUEST_READ_NAME:
    case SPK_REQUEST_READ:
    case SPK_REQUEST_READ_GATE:
    case SPK_REQUEST_READ_LABEL:
        return NULL;
    }
    return spk_json_write(arena, body);
}

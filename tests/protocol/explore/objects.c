/* SPDX-License-Identifier: Apache-2.0 */
#include "objects.h"

#include "deploy/adopt.h"
#include "kubernetes/object.h"
#include "json/read.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_GATE  "kueue.x-k8s.io/admission"
#define ID_LABEL    "sparkoperator.k8s.io/submission-id"
#define ID_POINTER  "/metadata/labels/sparkoperator.k8s.io~1submission-id"
#define GATE_PREFIX "/spec/schedulingGates/"

unsigned objects_slot(const struct renderings *renderings, unsigned rendering, size_t part)
{
    const struct spk_parts *parts = &renderings->items[rendering].parts;
    unsigned child = 0;

    if (part >= parts->n)
        return SLOT_APPLICATION;
    if (parts->items[part].kind == SPK_PART_POD)
        return SLOT_POD;
    if (parts->items[part].kind == SPK_PART_CONTROLLER)
        return SLOT_SHARED;
    for (size_t i = 0; i < part; i++)
        child += parts->items[i].kind != SPK_PART_POD &&
                 parts->items[i].kind != SPK_PART_CONTROLLER;
    assert(child < MAX_CHILDREN);
    return SLOT_CHILDREN + rendering * MAX_CHILDREN + child;
}

/* What is in a slot, before the API server touched it; NULL: the application. */
static const cJSON *template_of(const struct renderings *renderings, const struct thing *thing,
                                unsigned slot)
{
    unsigned rendering = thing->rendering ? thing->rendering - 1U : 0;
    const struct spk_parts *parts = &renderings->items[rendering].parts;

    for (size_t part = 0; part < parts->n; part++)
        if (objects_slot(renderings, rendering, part) == slot)
            return parts->items[part].object;
    return NULL;
}

static void show_owner(const struct thing *thing, cJSON *metadata)
{
    cJSON *owners = spk_json_find(metadata, "ownerReferences");

    if (thing->owner && owners && owners->child)
        spk_json_text(owners->child, "uid",
                      spk_printf(spk_json_arena(metadata), "u%uu", thing->owner));
    if (!thing->owner)
        spk_json_remove(metadata, "ownerReferences");
}

static void show_metadata(const struct thing *thing, unsigned slot, cJSON *metadata)
{
    struct spk_arena *arena = spk_json_arena(metadata);

    spk_json_text(metadata, "uid", spk_printf(arena, "u%uu", thing->uid));
    spk_json_text(metadata, "resourceVersion", spk_printf(arena, "v%uv", thing->version));
    spk_json_text(metadata, "creationTimestamp", "1970-01-01T00:16:40Z");
    if (thing->deleting)
        spk_json_text(metadata, "deletionTimestamp", "1970-01-01T00:17:00Z");
    if (thing->finalizer)
        spk_json_push_text(spk_json_list(metadata, "finalizers"), "example.com/wait");
    if (slot == SLOT_POD && thing->id)
        spk_json_text(spk_json_child(metadata, "labels"), ID_LABEL,
                      spk_printf(arena, "sub-%u", thing->id - 1U));
    show_owner(thing, metadata);
}

static void show_gates(const struct thing *thing, cJSON *pod)
{
    cJSON *spec = spk_json_child(pod, "spec");

    spk_json_remove(spec, "schedulingGates");
    if (thing->gates & GATE_OTHER)
        spk_json_text(spk_json_push_object(spk_json_list(spec, "schedulingGates")), "name",
                      OTHER_GATE);
    if (thing->gates & GATE_OURS)
        spk_json_text(spk_json_push_object(spk_json_list(spec, "schedulingGates")), "name",
                      SPK_GATE);
    spk_json_text(spk_json_child(pod, "status"), "phase", "Pending");
}

static cJSON *application(struct spk_arena *arena)
{
    cJSON *object =
        spk_object(arena, "sparkoperator.k8s.io/v1beta2", "SparkApplication", "pi");

    spk_json_text(spk_json_child(object, "metadata"), "namespace", WORLD_NS);
    return object;
}

cJSON *objects_show(struct spk_arena *arena, const struct renderings *renderings,
                    const struct thing *thing, unsigned slot, bool metadata_only)
{
    const cJSON *template = template_of(renderings, thing, slot);
    cJSON *object = template ? spk_json_copy(arena, template) : application(arena);

    show_metadata(thing, slot, spk_json_child(object, "metadata"));
    if (slot == SLOT_POD)
        show_gates(thing, object);
    if (thing->outdated)
        spk_json_text(spk_json_child(object, "data"), "prometheus.yaml", "rules: old\n");
    if (metadata_only) {
        cJSON *metadata = spk_json_copy(arena, spk_json_get(object, "metadata"));
        object = spk_json_new_object(arena);
        spk_json_text(object, "apiVersion", "meta.k8s.io/v1");
        spk_json_text(object, "kind", "PartialObjectMetadata");
        spk_json_set(object, "metadata", metadata);
    }
    return object;
}

uint16_t objects_number(const char *text)
{
    bool is_one = text && (*text == 'u' || *text == 'v');

    return is_one ? (uint16_t)strtoul(text + 1, NULL, 10) : 0;
}

static cJSON *parse(struct spk_arena *arena, const char *body)
{
    cJSON *tree = NULL;
    struct spk_err err;
    bool read = body && spk_json_read(arena, body, strlen(body), &tree, &err);

    assert(read);
    (void)read;
    return tree;
}

static uint8_t gates_of(const cJSON *object)
{
    uint8_t gates = 0;

    SPK_JSON_EACH (gate, spk_json_at(object, "spec.schedulingGates"))
        gates |= spk_text_equal(spk_json_get_text(gate, "name"), SPK_GATE) ? GATE_OURS
                                                                           : GATE_OTHER;
    return gates;
}

/* From 1; 0: none. */
static uint8_t id_of(const char *label)
{
    return label && spk_starts_with(label, "sub-") ? (uint8_t)(atoi(label + 4) + 1) : 0;
}

static uint8_t rendering_of(const struct renderings *renderings, const char *mark)
{
    for (unsigned i = 0; mark && i < renderings->n; i++)
        if (spk_starts_with(mark, renderings->items[i].key.attempt_sha256) &&
            spk_ends_with(mark, renderings->items[i].key.object_sha256))
            return (uint8_t)(i + 1);
    return 0;
}

struct thing objects_read(struct spk_arena *arena, const struct renderings *renderings,
                          const char *body, uint16_t *version, uint16_t *uid)
{
    const cJSON *object = parse(arena, body), *metadata = spk_json_get(object, "metadata");
    const cJSON *owners = spk_json_get(metadata, "ownerReferences");
    const char *key = spk_json_get_text(spk_json_get(metadata, "annotations"), SPK_MARK "key");

    *version = objects_number(spk_json_get_text(metadata, "resourceVersion"));
    *uid = objects_number(spk_json_get_text(metadata, "uid"));
    return (struct thing){
        .gates = gates_of(object),
        .rendering = rendering_of(renderings, key),
        .id = id_of(spk_json_get_text(spk_json_get(metadata, "labels"), ID_LABEL)),
        .owner = objects_number(spk_json_get_text(owners ? owners->child : NULL, "uid")),
    };
}

static void read_operation(const cJSON *operation, struct request *request)
{
    const char *op = spk_json_get_text(operation, "op");
    const char *path = spk_json_get_text(operation, "path");
    const char *value = spk_json_get_text(operation, "value");
    bool test = spk_text_equal(op, "test");

    if (test && spk_text_equal(path, "/metadata/uid"))
        request->uid = objects_number(value);
    else if (test && spk_text_equal(path, "/metadata/resourceVersion"))
        request->version = objects_number(value);
    else if (test && spk_text_equal(path, ID_POINTER))
        request->old_id = id_of(value);
    else if (spk_text_equal(path, ID_POINTER))
        request->wish.id = id_of(value);
    else if (test && spk_starts_with(path, GATE_PREFIX))
        request->names_gate = true;
    else if (spk_starts_with(path, GATE_PREFIX)) {
        request->opens = spk_text_equal(op, "remove");
        request->gate_index = (uint8_t)atoi(path + strlen(GATE_PREFIX));
    } else
        assert(false && "an operation that the cluster does not know");
}

void objects_read_patch(struct spk_arena *arena, const char *body, struct request *request)
{
    SPK_JSON_EACH (operation, parse(arena, body))
        read_operation(operation, request);
}

void objects_read_delete(struct spk_arena *arena, const char *body, struct request *request)
{
    const cJSON *preconditions;

    if (!body)
        return;
    preconditions = spk_json_get(parse(arena, body), "preconditions");
    request->uid = objects_number(spk_json_get_text(preconditions, "uid"));
    request->version = objects_number(spk_json_get_text(preconditions, "resourceVersion"));
}

size_t objects_number_length(const char *text)
{
    size_t digits = *text == 'u' || *text == 'v' ? strspn(text + 1, "0123456789") : 0;

    return digits && text[digits + 1] == *text ? digits + 2 : 0;
}

uint64_t objects_digest(const char *body)
{
    uint64_t hash = 0xCBF29CE484222325U;

    for (const char *c = body; *c; c++) {
        size_t length = objects_number_length(c);

        hash = (hash ^ (unsigned char)*c) * 0x100000001B3U;
        c += length ? length - 1 : 0;
    }
    return hash;
}

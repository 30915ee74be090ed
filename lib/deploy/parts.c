/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/parts.h"

#include "base/text.h"
#include "kubernetes/object.h"

#include <stdlib.h>
#include <string.h>

#define TRANSLATOR_FORMAT SPK_VERSION "/%d"

/* A part with what decides its place. */
struct placed {
    struct spk_part part;
    int rank;         /* by kind */
    int subrank;      /* of ConfigMaps: driver, executor template, others */
    const char *name; /* of the others, "" otherwise */
    size_t index;     /* as given */
};

static int configmap_rank(const char *name)
{
    if (spk_starts_with(name, "spark-drv-"))
        return 0;
    return spk_ends_with(name, "-driver-podspec-conf-map") ? 1 : 2;
}

static struct placed place(const struct spk_part *part, enum spk_variant variant, size_t index)
{
    struct placed placed = {
        .part = *part, .rank = (int)part->kind, .name = "", .index = index};

    if (part->kind == SPK_PART_POD && variant == SPK_VARIANT_GATED_POD_FIRST)
        placed.rank = -1;
    if (part->kind == SPK_PART_CONFIGMAP)
        placed.subrank = configmap_rank(spk_object_name(part->object));
    if (placed.subrank == 2)
        placed.name = spk_object_name(part->object);
    return placed;
}

static int compare(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;

    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->subrank != b->subrank)
        return a->subrank < b->subrank ? -1 : 1;
    int names = strcmp(a->name, b->name);
    if (names != 0)
        return names;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* Spark owns children by the driver; here a crash between the two must leave something that
 * the cluster collects, so in variant P the application owns them. */
static cJSON *application_owner(struct spk_arena *arena,
                                const struct spk_deployment *deployment)
{
    cJSON *owner = spk_json_new_object(arena);

    spk_json_text(owner, "apiVersion", SPK_OPERATOR_API);
    spk_json_text(owner, "kind", "SparkApplication");
    spk_json_text(owner, "name", deployment->application);
    spk_json_text(owner, "uid", deployment->uid);
    return owner;
}

/* As org.apache.spark.deploy.k8s.submit.KubernetesClientUtils.addOwnerReference; the uid is
 * filled in when the Pod has one. */
static cJSON *pod_owner(struct spk_arena *arena, const cJSON *pod)
{
    cJSON *owner = spk_json_new_object(arena);

    spk_json_text(owner, "apiVersion", "v1");
    spk_json_text(owner, "kind", "Pod");
    spk_json_text(owner, "name", spk_object_name(pod));
    spk_json_text(owner, "uid", "");
    spk_json_bool(owner, "controller", true);
    return owner;
}

static void own(const struct spk_deployment *deployment, const cJSON *pod, cJSON *object)
{
    struct spk_arena *arena = spk_json_arena(object);
    cJSON *owners = spk_json_new_array(arena);

    if (deployment->variant == SPK_VARIANT_GATED_POD_FIRST)
        spk_json_push(owners, pod_owner(arena, pod));
    else
        spk_json_push(owners, application_owner(arena, deployment));
    spk_json_set(spk_json_child(object, "metadata"), "ownerReferences", owners);
}

static void mark(const struct spk_deployment *deployment, enum spk_part_kind kind,
                 cJSON *object)
{
    struct spk_arena *arena = spk_json_arena(object);
    const struct spk_key *key = deployment->key;

    spk_object_label(object, SPK_MARK_ATTEMPT, key->attempt);
    spk_object_label(object, SPK_MARK_APP_UID, deployment->uid);
    if (kind == SPK_PART_CONFIGMAP || kind == SPK_PART_SERVICE || kind == SPK_PART_CLAIM)
        spk_object_label(object, SPK_LABEL_SUBMISSION_ID, deployment->submission_id);
    spk_object_annotation(object, SPK_MARK_KEY,
                          spk_printf(arena, "%s/%s", key->attempt_sha256, key->object_sha256));
    if (kind == SPK_PART_POD)
        spk_object_annotation(object, SPK_MARK_INPUT, key->input_sha256);
    spk_object_annotation(object, SPK_MARK_TRANSLATOR,
                          spk_printf(arena, TRANSLATOR_FORMAT, SPK_RENDER_REVISION));
    spk_object_annotation(object, SPK_MARK_ORDER, key->order);
}

static void prepare_part(const struct spk_deployment *deployment, const cJSON *pod,
                         const struct spk_part *part)
{
    cJSON *object = part->object;

    spk_json_text(spk_json_child(object, "metadata"), "namespace", deployment->ns);
    if (part->kind == SPK_PART_CONTROLLER) {
        /* Shared by the attempts of an application: no marks, and the operator's owner. */
        if (spk_json_size(spk_json_at(object, "metadata.ownerReferences")) == 0)
            own(deployment, pod, object);
        return;
    }
    mark(deployment, part->kind, object);
    if (part->kind != SPK_PART_POD) {
        own(deployment, pod, object);
        return;
    }
    if (deployment->variant == SPK_VARIANT_GATED_POD_FIRST)
        spk_json_text(spk_json_push_object(
                          spk_json_list(spk_json_child(object, "spec"), "schedulingGates")),
                      "name", SPK_GATE);
}

static cJSON *find_pod(const struct spk_part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (parts[i].kind == SPK_PART_POD)
            return parts[i].object;
    return NULL;
}

struct spk_parts spk_parts_prepare(struct spk_arena *arena,
                                   const struct spk_deployment *deployment,
                                   const struct spk_part *parts, size_t n)
{
    struct spk_parts out = {.items = spk_alloc_array(arena, n, sizeof(*out.items)),
                            .waves = spk_alloc_array(arena, n, sizeof(*out.waves)),
                            .n = n,
                            .pod = find_pod(parts, n),
                            .variant = deployment->variant};
    struct placed *placed = spk_alloc_array(arena, n, sizeof(*placed));

    for (size_t i = 0; i < n; i++)
        placed[i] = place(&parts[i], deployment->variant, i);
    if (n > 0)
        qsort(placed, n, sizeof(*placed), compare);
    for (size_t i = 0; i < n; i++) {
        out.items[i] = placed[i].part;
        out.waves[i] = (unsigned)i;
        prepare_part(deployment, out.pod, &out.items[i]);
    }
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "kubernetes/object.h"

#include <assert.h>

#define RENDERING_ARENA ((size_t)1 << 20)

/* uid: of the application that owns it; NULL: none. */
static cJSON *make_pod(struct spk_arena *arena, const char *id, const char *uid)
{
    cJSON *pod = spk_object(arena, "v1", "Pod", "pi-driver");

    spk_object_label(pod, "sparkoperator.k8s.io/submission-id", id);
    if (!uid)
        return pod;
    cJSON *owner = spk_json_push_object(
        spk_json_list(spk_json_child(pod, "metadata"), "ownerReferences"));
    spk_json_text(owner, "kind", "SparkApplication");
    spk_json_text(owner, "name", "pi");
    spk_json_text(owner, "uid", uid);
    return pod;
}

static size_t add_parts(struct spk_arena *arena, const struct spk_key *key, bool rich,
                        struct spk_part *parts)
{
    const char *k = key->object;
    cJSON *map =
        spk_object(arena, "v1", "ConfigMap", spk_printf(arena, "spark-drv-%s-conf-map", k));
    cJSON *service =
        spk_object(arena, "v1", "Service", spk_printf(arena, "pi-%s-driver-svc", k));
    size_t n = 0;

    spk_json_bool(map, "immutable", true);
    spk_json_text(spk_json_child(map, "data"), "spark.properties", "spark.a=1\n");
    spk_json_text(spk_json_child(service, "spec"), "clusterIP", "None");
    parts[n++] = (struct spk_part){SPK_PART_CONFIGMAP, map};
    parts[n++] = (struct spk_part){SPK_PART_SERVICE, service};
    if (!rich)
        return n;
    cJSON *claim = spk_object(arena, "v1", "PersistentVolumeClaim",
                              spk_printf(arena, "pi-%s-driver-pvc-0", k));
    cJSON *shared = spk_object(arena, "v1", "ConfigMap", "pi-prom-conf");
    cJSON *template = spk_object(arena, "v1", "ConfigMap",
                                 spk_printf(arena, "pi-%s-driver-podspec-conf-map", k));
    spk_json_text(spk_json_child(claim, "spec"), "storageClassName", "fast");
    spk_json_text(spk_json_child(shared, "data"), "prometheus.yaml", "rules: []\n");
    spk_json_bool(template, "immutable", true);
    parts[n++] = (struct spk_part){SPK_PART_CONFIGMAP, template};
    parts[n++] = (struct spk_part){SPK_PART_CLAIM, claim};
    parts[n++] = (struct spk_part){SPK_PART_CONTROLLER, shared};
    return n;
}

void rendering_init(struct rendering *rendering, const struct world *world, size_t id)
{
    const struct scenario *scenario = world->scenario;
    struct spk_arena *arena = &rendering->arena;
    bool owned = scenario->variant == SPK_VARIANT_CHILDREN_FIRST;
    struct spk_part parts[8];
    struct spk_err err;

    *rendering = (struct rendering){.arena = SPK_ARENA_LIMIT(RENDERING_ARENA),
                                    .uid = owned ? world->uid : NULL};
    const char *submission_id = spk_printf(arena, "sub-%zu", id);
    struct spk_key_input input = {.ns = WORLD_NS,
                                  .application = "pi",
                                  .uid = rendering->uid,
                                  .has_counters = owned,
                                  .idempotency_key = owned ? NULL : "key-1",
                                  .generation = 1,
                                  .submission_id = submission_id,
                                  .input_sha256 = spk_sha256_hex(arena, "i", 1)};
    bool made = spk_key_make(arena, &input, &rendering->key, &err);
    assert(made);
    (void)made;
    parts[0] = (struct spk_part){SPK_PART_POD, make_pod(arena, submission_id, rendering->uid)};
    size_t n = 1 + add_parts(arena, &rendering->key, scenario->rich, parts + 1);
    rendering->parts =
        spk_parts_prepare(arena,
                          &(struct spk_deployment){.variant = scenario->variant,
                                                   .key = &rendering->key,
                                                   .ns = WORLD_NS,
                                                   .application = "pi",
                                                   .uid = rendering->uid,
                                                   .submission_id = submission_id},
                          parts, n);
}

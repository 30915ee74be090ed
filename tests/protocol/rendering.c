/* SPDX-License-Identifier: Apache-2.0 */
#include "rendering.h"

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

/* A fresh list: parts are changed when they are prepared. */
static void make_parts(struct spk_arena *arena, const struct spk_key *key, cJSON *pod,
                       struct spk_part parts[MAX_PARTS])
{
    const char *k = key->object;
    cJSON *map =
        spk_object(arena, "v1", "ConfigMap", spk_printf(arena, "spark-drv-%s-conf-map", k));
    cJSON *service =
        spk_object(arena, "v1", "Service", spk_printf(arena, "pi-%s-driver-svc", k));
    cJSON *claim = spk_object(arena, "v1", "PersistentVolumeClaim",
                              spk_printf(arena, "pi-%s-driver-pvc-0", k));
    cJSON *shared = spk_object(arena, "v1", "ConfigMap", "pi-prom-conf");
    cJSON *template = spk_object(arena, "v1", "ConfigMap",
                                 spk_printf(arena, "pi-%s-driver-podspec-conf-map", k));

    spk_json_bool(map, "immutable", true);
    spk_json_text(spk_json_child(map, "data"), "spark.properties", "spark.a=1\n");
    spk_json_text(spk_json_child(service, "spec"), "clusterIP", "None");
    spk_json_text(spk_json_child(claim, "spec"), "storageClassName", "fast");
    spk_json_text(spk_json_child(shared, "data"), "prometheus.yaml", "rules: []\n");
    spk_json_bool(template, "immutable", true);
    parts[0] = (struct spk_part){SPK_PART_POD, pod};
    parts[1] = (struct spk_part){SPK_PART_CONFIGMAP, map};
    parts[2] = (struct spk_part){SPK_PART_SERVICE, service};
    parts[3] = (struct spk_part){SPK_PART_CONTROLLER, shared};
    parts[4] = (struct spk_part){SPK_PART_CLAIM, claim};
    parts[5] = (struct spk_part){SPK_PART_CONFIGMAP, template};
}

void rendering_init(struct rendering *rendering, const struct rendering_input *input)
{
    struct spk_arena *arena = &rendering->arena;
    struct spk_part all[MAX_PARTS], parts[MAX_PARTS];
    size_t n = 0;
    struct spk_err err;

    *rendering =
        (struct rendering){.arena = SPK_ARENA_LIMIT(RENDERING_ARENA), .uid = input->uid};
    const char *submission_id = spk_printf(arena, "sub-%zu", input->id);
    struct spk_key_input key = {.ns = WORLD_NS,
                                .application = "pi",
                                .uid = input->uid,
                                .has_counters = input->uid != NULL,
                                .generation = 1,
                                .submission_attempts = input->same_run ? input->attempt : 0,
                                .execution_attempts = input->same_run ? 0 : input->attempt,
                                .submission_id = submission_id,
                                .input_sha256 = spk_sha256_hex(arena, "i", 1)};
    if (!input->uid)
        key.idempotency_key = spk_printf(arena, "key-%u", input->attempt);
    bool made = spk_key_make(arena, &key, &rendering->key, &err);
    assert(made);
    (void)made;
    make_parts(arena, &rendering->key, make_pod(arena, submission_id, input->uid), all);
    for (unsigned i = 0; i < MAX_PARTS; i++)
        if (i == 0 || (input->parts & 1U << i))
            parts[n++] = all[i];
    rendering->parts = spk_parts_prepare(arena,
                                         &(struct spk_deployment){
                                             .variant = input->variant,
                                             .key = &rendering->key,
                                             .ns = WORLD_NS,
                                             .application = "pi",
                                             .uid = input->uid,
                                             .submission_id = submission_id,
                                         },
                                         parts, n);
}

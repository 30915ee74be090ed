/* SPDX-License-Identifier: Apache-2.0 */
#include "submission_fixture.h"

#include "kubernetes/object.h"

#include <assert.h>

static void count_done(struct spk_submit_call *call)
{
    ((struct submission_fixture *)call->context)->done++;
}

static cJSON *make_pod(struct spk_arena *arena, const struct submission_choice *choice)
{
    cJSON *pod = spk_object(arena, "v1", "Pod", spk_printf(arena, "%s-driver", choice->name));
    cJSON *container =
        spk_json_push_object(spk_json_list(spk_json_child(pod, "spec"), "containers"));

    spk_json_text(container, "name", "spark-kubernetes-driver");
    spk_json_text(container, "image", "spark:4.1.4");
    spk_object_label(pod, "sparkoperator.k8s.io/submission-id", choice->submission_id);
    if (choice->variant != SPK_VARIANT_P)
        return pod;
    cJSON *owner = spk_json_push_object(
        spk_json_list(spk_json_child(pod, "metadata"), "ownerReferences"));
    spk_json_text(owner, "apiVersion", "sparkoperator.k8s.io/v1beta2");
    spk_json_text(owner, "kind", "SparkApplication");
    spk_json_text(owner, "name", choice->name);
    spk_json_text(owner, "uid", FIXTURE_UID);
    spk_json_bool(owner, "controller", true);
    spk_json_bool(owner, "blockOwnerDeletion", true);
    return pod;
}

static cJSON *make_map(struct spk_arena *arena, const struct spk_key *key)
{
    cJSON *map = spk_object(arena, "v1", "ConfigMap",
                            spk_printf(arena, "spark-drv-%s-conf-map", key->object));

    spk_json_bool(map, "immutable", true);
    spk_json_text(spk_json_child(map, "data"), "spark.properties",
                  "spark.a=1\nspark.app.submitTime=0\n");
    return map;
}

static cJSON *make_service(struct spk_arena *arena, const struct submission_choice *choice,
                           const struct spk_key *key)
{
    cJSON *service =
        spk_object(arena, "v1", "Service",
                   spk_printf(arena, "%s-%s-driver-svc", choice->name, key->object));
    cJSON *spec = spk_json_child(service, "spec");
    cJSON *port = spk_json_push_object(spk_json_list(spec, "ports"));

    spk_json_text(spec, "clusterIP", "None");
    spk_json_text(spk_json_child(spec, "selector"), "spark-role", "driver");
    spk_json_text(port, "name", "driver-rpc-port");
    spk_json_int(port, "port", 7078);
    return service;
}

static cJSON *make_shared(struct spk_arena *arena, const struct submission_choice *choice)
{
    cJSON *map =
        spk_object(arena, "v1", "ConfigMap", spk_printf(arena, "%s-prom-conf", choice->name));

    spk_json_text(spk_json_child(map, "data"), "prometheus.yaml", choice->shared_data);
    return map;
}

static void make_key(struct submission_fixture *fixture,
                     const struct submission_choice *choice)
{
    bool owned = choice->variant == SPK_VARIANT_P;
    const struct spk_key_input input = {
        .ns = choice->ns,
        .application = choice->name,
        .uid = owned ? FIXTURE_UID : NULL,
        .has_counters = owned,
        .generation = 1,
        .submission_attempts = choice->attempts,
        .submission_id = choice->submission_id,
        .input_sha256 = spk_sha256_hex(&fixture->arena, "input", 5),
    };
    struct spk_err err;
    bool made = spk_key_make(&fixture->arena, &input, &fixture->key, &err);

    assert(made);
    (void)made;
}

void submission_fixture_init(struct submission_fixture *fixture, struct spk_api *api,
                             const struct submission_choice *choice)
{
    struct spk_arena *arena = &fixture->arena;
    bool owned = choice->variant == SPK_VARIANT_P;

    *fixture = (struct submission_fixture){.arena = SPK_ARENA_LIMIT(4 << 20)};
    make_key(fixture, choice);
    const struct spk_part parts[] = {
        {SPK_PART_POD, make_pod(arena, choice)},
        {SPK_PART_SERVICE, make_service(arena, choice, &fixture->key)},
        {SPK_PART_CONFIGMAP, make_map(arena, &fixture->key)},
        {SPK_PART_CONTROLLER, make_shared(arena, choice)},
    };
    const struct spk_deployment deployment = {.variant = choice->variant,
                                              .key = &fixture->key,
                                              .ns = choice->ns,
                                              .application = choice->name,
                                              .uid = owned ? FIXTURE_UID : NULL,
                                              .submission_id = choice->submission_id};
    fixture->parts = spk_parts_prepare(arena, &deployment, parts, choice->shared ? 4 : 3);
    fixture->call = (struct spk_submit_call){
        .arena = arena,
        .api = api,
        .parts = &fixture->parts,
        .key = &fixture->key,
        .ns = choice->ns,
        .uid = owned ? FIXTURE_UID : NULL,
        .application_id = "spark-1",
        .application_name = choice->name,
        .server_dry_run = true,
        .jitter_seed = 1,
        .done = count_done,
        .context = fixture,
    };
}

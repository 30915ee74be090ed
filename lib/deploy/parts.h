/* SPDX-License-Identifier: Apache-2.0 */
/**
 * parts.h: the finished objects of one submission in creation order, with owners and marks:
 * what the protocol creates and what a rendering shows.
 */
#pragma once

#include "deploy/key.h"
#include "kubernetes/marks.h"
#include "json/json.h"

enum spk_variant {
    SPK_VARIANT_CHILDREN_FIRST,  /* children first, owned by the SparkApplication; the Pod last
                                    commits */
    SPK_VARIANT_GATED_POD_FIRST, /* gated Pod first, children owned by it; opening the gate
                                    commits */
};

/** How an existing object of the name is treated, and where it stands in the order. */
enum spk_part_kind {
    SPK_PART_CONTROLLER, /* of the controller steps: brought up to date, never named by K */
    SPK_PART_CLAIM,
    SPK_PART_SECRET,
    SPK_PART_CONFIGMAP,
    SPK_PART_POLICY,
    SPK_PART_SERVICE,
    SPK_PART_POD,
};

struct spk_part {
    enum spk_part_kind kind;
    cJSON *object;
};

struct spk_parts {
    struct spk_part *items; /* creation order of the variant */
    unsigned *waves;        /* of the items, not falling: a wave is created at the same time,
                               the next when all of it is there */
    size_t n;
    cJSON *pod;
    enum spk_variant variant;
};

struct spk_deployment {
    enum spk_variant variant;
    const struct spk_key *key;
    const char *ns;
    const char *application, *uid; /* owner of children in P; uid NULL in G without CR */
    const char *submission_id;     /* for the label; NULL: none */
};

/**
 * Put parts into creation order and give them namespace, owners, marks and (G) the scheduling
 * gate. The given objects are changed. In G the owner of children has an empty uid until the
 * Pod exists. The Pod's owner is left as it is; objects of the controller steps get no marks,
 * and an owner only if they have none.
 *
 * @source org.apache.spark.deploy.k8s.submit.KubernetesClientUtils.addOwnerReference (G)
 */
struct spk_parts spk_parts_prepare(struct spk_arena *arena,
                                   const struct spk_deployment *deployment,
                                   const struct spk_part *parts, size_t n);

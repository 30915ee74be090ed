/* SPDX-License-Identifier: Apache-2.0 */
/** pod_changes.h: how the steps of the webhook are written down: one call per change to a pod.
 */
#pragma once

#include "kubernetes/mutation.h"
#include "operator/working_copy.h"

struct spk_changes {
    const struct spk_working_copy *draft;
    const struct spk_role *role;
    struct spk_mutations *list;
};

/** Where a change is made. */
struct spk_place {
    bool in_container;
    const char *path; /* "spec.volumes", from the pod or the Spark container */
};

/** field: the JSON name in the role, or a whole path when it starts with "spec.". */
const char *spk_change_origin(const struct spk_changes *changes, const char *field);

void spk_change(struct spk_changes *changes, enum spk_mutation_kind kind,
                struct spk_place place, const cJSON *value, const char *origin);

/** Replace one entry of the map at place: key is a name, dots and all. */
void spk_change_entry(struct spk_changes *changes, struct spk_place place, const char *key,
                      const cJSON *value, const char *origin);

/** As spk_change, with in read as Go's type first. @errors INVALID_FIELD at origin */
bool spk_change_typed(struct spk_changes *changes, enum spk_mutation_kind kind,
                      struct spk_place place, const char *type, const cJSON *in,
                      const char *origin, struct spk_err *err) SPK_CHECK;

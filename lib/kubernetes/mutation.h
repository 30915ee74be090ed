/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mutation.h: changes to a finished pod, as data. The operator stage says what its webhook
 * would do to a pod; whoever holds the pod applies it.
 *
 * @source spark-operator internal/webhook/sparkpod_defaulter.go
 */
#pragma once

#include "base/err.h"
#include "json/json.h"

enum spk_mutation_kind {
    SPK_APPEND,        /* value to the array at path */
    SPK_APPEND_UNIQUE, /* as APPEND, unless an element has value's name and image */
    SPK_APPEND_OWNER,  /* as APPEND, unless an equal element is there */
    SPK_REPLACE,       /* the value at path */
    SPK_DELETE,        /* the value at path, value is NULL */
};

struct spk_mutation {
    enum spk_mutation_kind kind;
    bool in_container;       /* true if path starts at the Spark container, else at the pod */
    struct spk_strings path; /* keys, outermost first; parents are made as objects */
    const cJSON *value;
    const char *origin; /* path in the application */
};

struct spk_mutations {
    struct spk_mutation *items;
    size_t n;
};

void spk_mutations_add(struct spk_arena *arena, struct spk_mutations *list,
                       const struct spk_mutation *mutation);

/**
 * Apply the list in order. The Spark container is the first one with a name of candidates
 * (NULL-terminated), else the first.
 *
 * @errors INVALID_POD_TEMPLATE  the pod has no container
 */
bool spk_mutations_apply(const struct spk_mutations *list, const char *const *candidates,
                         cJSON *pod, struct spk_err *err) SPK_CHECK;

/* SPDX-License-Identifier: Apache-2.0 */
/** find.h: which drivers are meant: the one of a name, or all whose names start alike. */
#pragma once

#include "base/text.h"
#include "kubernetes/marks.h"
#include "json/json.h"

/** The label selector of all drivers. */
#define SPK_DRIVER_SELECTOR SPK_LABEL_SPARK_ROLE "=driver"

struct spk_driver_target {
    const char *ns;   /* NULL: none is named: every namespace, for a prefix */
    const char *name; /* without the final '*' of a prefix */
    bool is_prefix;   /* true if every driver whose name starts with name is meant */
};

/**
 * Read Spark's submission id: "namespace:name" or "name", with a final '*' for a prefix.
 * default_ns stands in for a namespace that is not there; NULL: none.
 *
 * @source org.apache.spark.deploy.k8s.submit.K8SSparkSubmitOperation
 */
struct spk_driver_target spk_driver_target_read(struct spk_arena *arena, const char *id,
                                                const char *default_ns);

/** Pods of an API server's answer, which they live in. */
struct spk_drivers {
    const cJSON **pods;
    size_t n;
};

/**
 * Choose those of a list of Pods that target means, whatever their namespace.
 *
 * @owner  *out lives in arena
 * @errors false: list is no list of objects
 */
bool spk_driver_select(struct spk_arena *arena, const struct spk_driver_target *target,
                       const cJSON *list, struct spk_drivers *out) SPK_CHECK;

/** True if the answer to a GET says that there is no such object, rather than no such page. */
bool spk_driver_is_absent(int http, const char *reason);

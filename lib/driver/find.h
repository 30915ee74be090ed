/* SPDX-License-Identifier: Apache-2.0 */
/** find.h: which drivers are meant, and which of an API server's Pods they are. */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "kubernetes/marks.h"
#include "json/json.h"

/** The label selector of all drivers. */
#define SPK_DRIVER_SELECTOR SPK_LABEL_SPARK_ROLE "=driver"

/**
 * The driver of a name, all whose names start alike, or those that carry a label. At most one
 * of name and the labels is there; none: every driver.
 */
struct spk_driver_target {
    const char *ns;   /* NULL: none is named: every namespace, unless it is one name */
    const char *name; /* without the final '*' of a prefix */
    bool is_prefix;   /* true if every driver whose name starts with name is meant */
    const char *app_name, *application_id, *submission_id, *attempt; /* values of labels */
    const char *uid;                                                 /* NULL: any */
};

/**
 * Read Spark's submission id: "namespace:name" or "name", with a final '*' for a prefix.
 * default_ns stands in for a namespace that is not there; NULL: none.
 *
 * @source org.apache.spark.deploy.k8s.submit.K8SSparkSubmitOperation
 */
struct spk_driver_target spk_driver_target_read(struct spk_arena *arena, const char *id,
                                                const char *default_ns);

/**
 * Check that Kubernetes could have what is named.
 *
 * @errors INVALID_FIELD  at ns, driver_pod_name, ...: the name of the field at fault
 */
bool spk_driver_target_check(const struct spk_driver_target *target,
                             struct spk_err *err) SPK_CHECK;

/** True if target is one Pod by its name, so that it can be read directly. */
bool spk_driver_target_is_name(const struct spk_driver_target *target);

/** "the driver 'ns/name'", "a driver with submission id 'x' in 'ns'": for messages. */
const char *spk_driver_target_text(struct spk_arena *arena,
                                   const struct spk_driver_target *target);

/** The label selector for target's drivers. */
const char *spk_driver_label_selector(struct spk_arena *arena,
                                      const struct spk_driver_target *target);

/** Pods of an API server's answer, which they live in. */
struct spk_drivers {
    const cJSON **pods;
    size_t n;
};

/**
 * Choose those of a list of Pods that target means, whatever their namespace. The API
 * server has looked at their labels.
 *
 * @owner  *out lives in arena
 * @errors false: list is no list of objects
 */
bool spk_driver_select(struct spk_arena *arena, const struct spk_driver_target *target,
                       const cJSON *list, struct spk_drivers *out) SPK_CHECK;

/** True if a was created after b; of one second the name decides. */
bool spk_driver_is_newer(const cJSON *a, const cJSON *b);

/** True if the answer to a GET says that there is no such object, rather than no such page. */
bool spk_driver_is_absent(int http, const char *reason);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h: a driver that exists, as its Pod tells: the fields that people ask for, whether it
 * has ended, and whether it is the one that was meant.
 *
 * @source https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
#pragma once

#include "base/text.h"
#include "json/json.h"

enum spk_container_phase {
    SPK_CONTAINER_UNKNOWN, /* nothing is told yet */
    SPK_CONTAINER_RUNNING,
    SPK_CONTAINER_WAITING,
    SPK_CONTAINER_TERMINATED,
};

/** One container; texts are NULL where the Pod tells none. */
struct spk_container_state {
    const char *name, *image;
    enum spk_container_phase phase;
    const char *started_at;              /* RUNNING and TERMINATED */
    const char *finished_at, *exit_code; /* TERMINATED */
    const char *reason;                  /* WAITING and TERMINATED */
};

/** A driver's Pod; texts are NULL where it tells none. */
struct spk_driver_state {
    const char *name, *ns, *uid, *phase;
    const char *created_at, *started_at; /* RFC 3339 */
    const char *service_account, *node;
    const cJSON *labels;        /* an object, or NULL */
    struct spk_strings volumes; /* their names */
    struct spk_container_state *containers;
    size_t n_containers;
};

/** Read the state of pod. @owner lists live in arena, texts and labels in pod */
struct spk_driver_state spk_driver_state_read(struct spk_arena *arena, const cJSON *pod);

/** status.phase; "" if there is none yet. */
const char *spk_driver_phase(const cJSON *pod);

/** True if the driver will not run again: it succeeded, failed, or is gone (pod is NULL). */
bool spk_driver_is_final(const cJSON *pod);

/** True if pod has the uid: another Pod of the name came after it. uid "": any Pod. */
bool spk_driver_has_uid(const cJSON *pod, const char *uid);

/** True if object is a Pod of that name that an API server has stored: it has a uid. */
bool spk_driver_is_pod(const cJSON *object, const char *name);

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h: a driver that exists, as its Pod tells: where it stands, the fields that people ask
 * for, whether it has ended, and whether it is the one that was meant.
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
    const char *reason, *message;        /* WAITING and TERMINATED */
    int64_t restarts;
};

/** Where a driver stands: one word for people and programs. */
enum spk_driver_stage {
    SPK_DRIVER_GATED,     /* not scheduled before its scheduling gates are removed */
    SPK_DRIVER_PENDING,   /* waits for a node, an image or a volume */
    SPK_DRIVER_RUNNING,   /* a container runs, or is starting */
    SPK_DRIVER_SUCCEEDED, /* it ended well; stays so while the Pod is being deleted */
    SPK_DRIVER_FAILED,    /* it ended, and not well; likewise */
    SPK_DRIVER_DELETING,  /* its deletion was asked for before it ended */
    SPK_DRIVER_DELETED,   /* there is no such Pod any more */
    SPK_DRIVER_UNKNOWN,   /* its node cannot be reached */
};

/** "GATED", "PENDING", ... */
const char *spk_driver_stage_name(enum spk_driver_stage stage);

/** A driver's Pod; texts are NULL where it tells none. */
struct spk_driver_state {
    enum spk_driver_stage stage;
    const char *name, *ns, *uid, *resource_version, *phase;
    const char *created_at, *started_at; /* RFC 3339 */
    const char *service_account, *node;
    const char *app_name, *application_id, *submission_id, *attempt; /* of its labels */
    const char *reason, *message; /* why it stands there, in Kubernetes' words */
    const cJSON *labels;          /* an object, or NULL */
    struct spk_strings volumes;   /* their names */
    struct spk_container_state *containers;
    size_t n_containers;
    const struct spk_container_state *driver; /* the container of Spark's driver; NULL: none */
};

/** Read the state of pod. @owner lists live in arena, texts and labels in pod */
struct spk_driver_state spk_driver_state_read(struct spk_arena *arena, const cJSON *pod);

/** Where the driver stands; pod NULL: DELETED. */
enum spk_driver_stage spk_driver_stage(const cJSON *pod);

/** status.phase; "" if there is none yet. */
const char *spk_driver_phase(const cJSON *pod);

/** True if the driver will not run again: it succeeded, failed, or is gone (pod is NULL). */
bool spk_driver_is_final(const cJSON *pod);

/** True if pod has the uid: another Pod of the name came after it. uid "": any Pod. */
bool spk_driver_has_uid(const cJSON *pod, const char *uid);

/** True if object is a Pod of that name that an API server has stored: it has a uid. */
bool spk_driver_is_pod(const cJSON *object, const char *name);

/** True if Spark calls the Pod a driver, by its label spark-role. */
bool spk_driver_is_driver(const cJSON *pod);

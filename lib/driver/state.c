/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/state.h"

#include "kubernetes/marks.h"
#include "kubernetes/object.h"

#include <string.h>

/* As Spark's driver calls itself, unless a pod template names its container. */
#define DRIVER_CONTAINER "spark-kubernetes-driver"
#define DRIVER_VARIABLE  "SPARK_DRIVER_BIND_ADDRESS" /* no other container has it */

static const char *text_at(const cJSON *tree, const char *path)
{
    return spk_json_string(spk_json_at(tree, path));
}

/* ---- containers ---- */

static struct spk_container_state read_container(const cJSON *status)
{
    static const struct {
        const char *key;
        enum spk_container_phase phase;
    } phases[] = {{"running", SPK_CONTAINER_RUNNING},
                  {"waiting", SPK_CONTAINER_WAITING},
                  {"terminated", SPK_CONTAINER_TERMINATED}};
    struct spk_container_state out = {.name = spk_json_get_text(status, "name"),
                                      .image = spk_json_get_text(status, "image")};

    if (!spk_json_get_int(spk_json_get(status, "restartCount"), &out.restarts))
        out.restarts = 0;
    for (size_t i = 0; i < SPK_LEN(phases) && !out.phase; i++) {
        const cJSON *state = spk_json_get(spk_json_get(status, "state"), phases[i].key);

        if (!spk_json_is_object(state))
            continue;
        out.phase = phases[i].phase;
        out.started_at = spk_json_get_text(state, "startedAt");
        out.finished_at = spk_json_get_text(state, "finishedAt");
        out.exit_code = spk_json_number_text(spk_json_get(state, "exitCode"));
        out.reason = spk_json_get_text(state, "reason");
        out.message = spk_json_get_text(state, "message");
    }
    return out;
}

static void read_containers(struct spk_arena *arena, const cJSON *pod,
                            struct spk_driver_state *out)
{
    const cJSON *statuses = spk_json_at(pod, "status.containerStatuses");

    out->containers =
        spk_alloc_array(arena, (size_t)spk_json_size(statuses), sizeof(*out->containers));
    SPK_JSON_EACH (status, statuses)
        out->containers[out->n_containers++] = read_container(status);
}

static bool has_variable(const cJSON *container)
{
    SPK_JSON_EACH (variable, spk_json_get(container, "env"))
        if (spk_text_equal(spk_json_get_text(variable, "name"), DRIVER_VARIABLE))
            return true;
    return false;
}

/* The name of the driver's container: a kubelet sorts statuses by name, so the order of
 * spec.containers says nothing about them. */
static const char *driver_container(const cJSON *pod)
{
    const cJSON *containers = spk_json_at(pod, "spec.containers");

    SPK_JSON_EACH (container, containers)
        if (spk_text_equal(spk_json_get_text(container, "name"), DRIVER_CONTAINER))
            return DRIVER_CONTAINER;
    SPK_JSON_EACH (container, containers)
        if (has_variable(container))
            return spk_json_get_text(container, "name");
    return containers ? spk_json_get_text(containers->child, "name") : NULL;
}

static const struct spk_container_state *find_driver(const struct spk_driver_state *state,
                                                     const cJSON *pod)
{
    const char *name = driver_container(pod);

    for (size_t i = 0; i < state->n_containers && name; i++)
        if (spk_text_equal(state->containers[i].name, name))
            return &state->containers[i];
    return NULL;
}

/* ---- the reason ---- */

static bool explain(struct spk_driver_state *out, const char *reason, const char *message)
{
    if (!reason && !message)
        return false;
    out->reason = reason;
    out->message = message;
    return true;
}

/* An init container that keeps the others waiting. */
static bool explain_by_init_container(struct spk_driver_state *out, const cJSON *pod)
{
    SPK_JSON_EACH (status, spk_json_at(pod, "status.initContainerStatuses")) {
        struct spk_container_state state = read_container(status);
        bool is_done = spk_text_equal(state.exit_code, "0");

        if (!is_done && state.phase != SPK_CONTAINER_RUNNING)
            return explain(out, state.reason, state.message);
    }
    return false;
}

static bool explain_by_condition(struct spk_driver_state *out, const cJSON *pod)
{
    SPK_JSON_EACH (condition, spk_json_at(pod, "status.conditions"))
        if (spk_text_equal(spk_json_get_text(condition, "type"), "PodScheduled") &&
            spk_text_equal(spk_json_get_text(condition, "status"), "False"))
            return explain(out, spk_json_get_text(condition, "reason"),
                           spk_json_get_text(condition, "message"));
    return false;
}

/* The Pod itself knows best, then what is nearest to the driver. */
static void find_reason(struct spk_driver_state *out, const cJSON *pod)
{
    const struct spk_container_state *driver = out->driver;
    bool is_told =
        explain(out, text_at(pod, "status.reason"), text_at(pod, "status.message")) ||
        explain_by_init_container(out, pod) ||
        (driver && explain(out, driver->reason, driver->message)) ||
        explain_by_condition(out, pod);

    (void)is_told;
}

/* ---- all of it ---- */

static bool has_gates(const cJSON *pod)
{
    return spk_json_size(spk_json_at(pod, "spec.schedulingGates")) > 0;
}

enum spk_driver_stage spk_driver_stage(const cJSON *pod)
{
    static const struct {
        const char *phase;
        enum spk_driver_stage stage;
    } stages[] = {{"Pending", SPK_DRIVER_PENDING}, {"Running", SPK_DRIVER_RUNNING}};
    const char *phase = spk_driver_phase(pod);

    if (!pod)
        return SPK_DRIVER_DELETED;
    if (strcmp(phase, "Succeeded") == 0)
        return SPK_DRIVER_SUCCEEDED;
    if (strcmp(phase, "Failed") == 0)
        return SPK_DRIVER_FAILED;
    if (spk_object_is_deleting(pod))
        return SPK_DRIVER_DELETING;
    if (has_gates(pod))
        return SPK_DRIVER_GATED;
    for (size_t i = 0; i < SPK_LEN(stages); i++)
        if (strcmp(phase, stages[i].phase) == 0)
            return stages[i].stage;
    return *phase ? SPK_DRIVER_UNKNOWN : SPK_DRIVER_PENDING;
}

const char *spk_driver_stage_name(enum spk_driver_stage stage)
{
    static const char *const names[] = {
        [SPK_DRIVER_GATED] = "GATED",     [SPK_DRIVER_PENDING] = "PENDING",
        [SPK_DRIVER_RUNNING] = "RUNNING", [SPK_DRIVER_SUCCEEDED] = "SUCCEEDED",
        [SPK_DRIVER_FAILED] = "FAILED",   [SPK_DRIVER_DELETING] = "DELETING",
        [SPK_DRIVER_DELETED] = "DELETED", [SPK_DRIVER_UNKNOWN] = "UNKNOWN",
    };

    return names[stage];
}

struct spk_driver_state spk_driver_state_read(struct spk_arena *arena, const cJSON *pod)
{
    struct spk_driver_state out = {
        .stage = spk_driver_stage(pod),
        .name = text_at(pod, "metadata.name"),
        .ns = text_at(pod, "metadata.namespace"),
        .uid = spk_object_uid(pod),
        .resource_version = text_at(pod, "metadata.resourceVersion"),
        .phase = text_at(pod, "status.phase"),
        .created_at = text_at(pod, "metadata.creationTimestamp"),
        .started_at = text_at(pod, "status.startTime"),
        .service_account = text_at(pod, "spec.serviceAccountName"),
        .node = text_at(pod, "spec.nodeName"),
        .app_name = spk_object_get_label(pod, SPK_LABEL_SPARK_APP_NAME),
        .application_id = spk_object_get_label(pod, SPK_LABEL_SPARK_APP_ID),
        .submission_id = spk_object_get_label(pod, SPK_LABEL_SUBMISSION_ID),
        .attempt = spk_object_get_label(pod, SPK_MARK_ATTEMPT),
        .labels = spk_json_at(pod, "metadata.labels"),
    };

    SPK_JSON_EACH (volume, spk_json_at(pod, "spec.volumes"))
        spk_strings_add(arena, &out.volumes, spk_json_get_text(volume, "name"));
    read_containers(arena, pod, &out);
    out.driver = find_driver(&out, pod);
    find_reason(&out, pod);
    return out;
}

const char *spk_driver_phase(const cJSON *pod)
{
    const char *phase = text_at(pod, "status.phase");

    return phase ? phase : "";
}

bool spk_driver_is_final(const cJSON *pod)
{
    const char *phase = spk_driver_phase(pod);

    return !pod || !strcmp(phase, "Succeeded") || !strcmp(phase, "Failed");
}

bool spk_driver_has_uid(const cJSON *pod, const char *uid)
{
    return !*uid || spk_text_equal(spk_object_uid(pod), uid);
}

bool spk_driver_is_pod(const cJSON *object, const char *name)
{
    return !strcmp(spk_object_kind(object), "Pod") &&
           spk_text_equal(text_at(object, "metadata.name"), name) && spk_object_uid(object);
}

bool spk_driver_is_driver(const cJSON *pod)
{
    return spk_text_equal(spk_object_get_label(pod, SPK_LABEL_SPARK_ROLE), "driver");
}

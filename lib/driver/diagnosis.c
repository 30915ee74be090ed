/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/diagnosis.h"

#include "base/limits.h"

#include <string.h>

/* A cause that is told by a reason. */
struct known {
    const char *reason;
    enum spk_cause cause;
};

/* Reasons of a container that waits. k8s.io/kubernetes: pkg/kubelet/images/types.go,
 * pkg/kubelet/kuberuntime/kuberuntime_container.go */
static const struct known waiting[] = {
    {"ImagePullBackOff", SPK_CAUSE_IMAGE_PULL},
    {"ErrImagePull", SPK_CAUSE_IMAGE_PULL},
    {"ErrImageNeverPull", SPK_CAUSE_IMAGE_PULL},
    {"InvalidImageName", SPK_CAUSE_IMAGE_PULL},
    {"ImageInspectError", SPK_CAUSE_IMAGE_PULL},
    {"RegistryUnavailable", SPK_CAUSE_IMAGE_PULL},
    {"SignatureValidationFailed", SPK_CAUSE_IMAGE_PULL},
    {"CreateContainerConfigError", SPK_CAUSE_CONFIG_MISSING},
    {NULL, 0},
};

/* Reasons of a Pod that failed. k8s.io/kubernetes: pkg/kubelet/eviction,
 * pkg/kubelet/preemption, pkg/kubelet/nodeshutdown */
static const struct known failed[] = {
    {"Evicted", SPK_CAUSE_EVICTED},
    {"Preempting", SPK_CAUSE_EVICTED},
    {"Terminated", SPK_CAUSE_EVICTED},
    {"NodeShutdown", SPK_CAUSE_EVICTED},
    {NULL, 0},
};

/* Reasons of events. k8s.io/kubernetes: pkg/kubelet/events/event.go,
 * pkg/controller/volume/events/event.go */
static const struct known events_known[] = {
    {"FailedMount", SPK_CAUSE_VOLUME_PENDING},
    {"FailedAttachVolume", SPK_CAUSE_VOLUME_PENDING},
    {"FailedMapVolume", SPK_CAUSE_VOLUME_PENDING},
    {"FailedScheduling", SPK_CAUSE_UNSCHEDULABLE},
    {"Evicted", SPK_CAUSE_EVICTED},
    {"Preempted", SPK_CAUSE_EVICTED},
    {NULL, 0},
};

static const struct known *look_up(const struct known *table, const char *reason)
{
    for (; reason && table->reason; table++)
        if (strcmp(table->reason, reason) == 0)
            return table;
    return NULL;
}

const char *spk_cause_name(enum spk_cause cause)
{
    static const char *const names[] = {
        [SPK_CAUSE_UNSCHEDULABLE] = "UNSCHEDULABLE",
        [SPK_CAUSE_IMAGE_PULL] = "IMAGE_PULL",
        [SPK_CAUSE_CONFIG_MISSING] = "CONFIG_MISSING",
        [SPK_CAUSE_VOLUME_PENDING] = "VOLUME_PENDING",
        [SPK_CAUSE_QUOTA] = "QUOTA",
        [SPK_CAUSE_EVICTED] = "EVICTED",
        [SPK_CAUSE_OOM_KILLED] = "OOM_KILLED",
    };

    return names[cause];
}

/* One that is known already by cause and text, or a further one of events about a cause that
 * the Pod tells by itself, adds nothing. */
static void add(struct spk_arena *arena, struct spk_diagnoses *out, enum spk_cause cause,
                const char *reason, const char *text)
{
    const char *cut = spk_cut(arena, text ? text : "", SPK_MAX_CAUSE_TEXT);

    for (size_t i = 0; i < out->n; i++)
        if (out->items[i].cause == cause && strcmp(out->items[i].text, cut) == 0)
            return;
    if (out->n == SPK_MAX_DIAGNOSES)
        return;
    out->items = spk_grow_array(arena, out->items, out->n, out->n + 1, sizeof(*out->items));
    out->items[out->n++] = (struct spk_diagnosis){
        .cause = cause, .reason = spk_strdup(arena, reason ? reason : ""), .text = cut};
}

/* ---- the Pod ---- */

static const char *of_container(struct spk_arena *arena, const cJSON *status,
                                const char *message)
{
    const char *name = spk_json_get_text(status, "name");

    return spk_printf(arena, "container %s%s%s", name ? name : "", message ? ": " : "",
                      message ? message : "");
}

/* An end is in state, or in lastState once the container started again. */
static void add_ended(struct spk_arena *arena, const cJSON *status, const cJSON *state,
                      struct spk_diagnoses *out)
{
    const cJSON *ended = spk_json_get(state, "terminated");
    const char *reason = spk_json_get_text(ended, "reason");
    const char *code = spk_json_number_text(spk_json_get(ended, "exitCode"));
    const char *message = spk_json_get_text(ended, "message");

    if (!spk_text_equal(reason, "OOMKilled"))
        return;
    if (!message)
        message = spk_printf(arena, "OOMKilled, exit code %s", code ? code : "unknown");
    add(arena, out, SPK_CAUSE_OOM_KILLED, reason, of_container(arena, status, message));
}

static void add_containers(struct spk_arena *arena, const cJSON *statuses,
                           struct spk_diagnoses *out)
{
    SPK_JSON_EACH (status, statuses) {
        const cJSON *state = spk_json_get(status, "state");
        const cJSON *waits = spk_json_get(state, "waiting");
        const char *reason = spk_json_get_text(waits, "reason");
        const struct known *known = look_up(waiting, reason);

        if (known)
            add(arena, out, known->cause, reason,
                of_container(arena, status, spk_json_get_text(waits, "message")));
        add_ended(arena, status, state, out);
        add_ended(arena, status, spk_json_get(status, "lastState"), out);
    }
}

/* A scheduler has one reason for everything; its message tells a claim or a quota. */
static enum spk_cause unschedulable_by(const char *message)
{
    static const struct {
        const char *word;
        enum spk_cause cause;
    } words[] = {
        {"persistentvolumeclaim", SPK_CAUSE_VOLUME_PENDING},
        {"PersistentVolumeClaims", SPK_CAUSE_VOLUME_PENDING},
        {"quota", SPK_CAUSE_QUOTA},
    };

    for (size_t i = 0; i < SPK_LEN(words) && message; i++)
        if (strstr(message, words[i].word))
            return words[i].cause;
    return SPK_CAUSE_UNSCHEDULABLE;
}

static void add_condition(struct spk_arena *arena, const cJSON *condition,
                          struct spk_diagnoses *out)
{
    const char *type = spk_json_get_text(condition, "type");
    const char *status = spk_json_get_text(condition, "status");
    const char *reason = spk_json_get_text(condition, "reason");
    const char *message = spk_json_get_text(condition, "message");

    if (spk_text_equal(type, "PodScheduled") && spk_text_equal(status, "False") &&
        !spk_text_equal(reason, "SchedulingGated"))
        add(arena, out, unschedulable_by(message), reason, message);
    if (spk_text_equal(type, "DisruptionTarget") && spk_text_equal(status, "True"))
        add(arena, out, SPK_CAUSE_EVICTED, reason, message);
}

struct spk_diagnoses spk_diagnose_pod(struct spk_arena *arena, const cJSON *pod)
{
    const cJSON *status = spk_json_get(pod, "status");
    const char *reason = spk_json_get_text(status, "reason");
    const struct known *known = look_up(failed, reason);
    struct spk_diagnoses out = {0};

    if (known)
        add(arena, &out, known->cause, reason, spk_json_get_text(status, "message"));
    SPK_JSON_EACH (condition, spk_json_get(status, "conditions"))
        add_condition(arena, condition, &out);
    add_containers(arena, spk_json_get(status, "initContainerStatuses"), &out);
    add_containers(arena, spk_json_get(status, "containerStatuses"), &out);
    return out;
}

/* ---- events ---- */

static bool has_cause(const struct spk_diagnoses *all, enum spk_cause cause)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i].cause == cause)
            return true;
    return false;
}

/* A kubelet has one reason for every volume: 'configmap "x" not found' tells what is missing.
 */
static enum spk_cause event_cause(const struct known *known, const char *message)
{
    if (known->cause == SPK_CAUSE_UNSCHEDULABLE)
        return unschedulable_by(message);
    bool is_missing = message && (strstr(message, "not found") ||
                                  strstr(message, "references non-existent"));

    return is_missing && (strstr(message, "configmap") || strstr(message, "secret"))
               ? SPK_CAUSE_CONFIG_MISSING
               : known->cause;
}

void spk_diagnose_events(struct spk_arena *arena, const cJSON *events,
                         struct spk_diagnoses *out)
{
    const struct spk_diagnoses of_pod = *out;

    SPK_JSON_EACH (event, spk_json_get(events, "items")) {
        const char *reason = spk_json_get_text(event, "reason");
        const char *message = spk_json_get_text(event, "message");
        const struct known *known = look_up(events_known, reason);

        if (known && !has_cause(&of_pod, event_cause(known, message)))
            add(arena, out, event_cause(known, message), reason, message);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_state.h"

#include "base/limits.h"
#include "base/printable.h"

#include <string.h>

static void line(struct spk_buf *buf, unsigned tabs, const char *key, const char *value)
{
    spk_buf_char(buf, '\n');
    for (unsigned i = 0; i < tabs; i++)
        spk_buf_char(buf, '\t');
    spk_buf_printf(buf, " %s: %s", key,
                   value && *value ? spk_printable(buf->arena, value, SPK_MAX_PRINTED)
                                   : "N/A");
}

static const char *text_at(const cJSON *tree, const char *path)
{
    return spk_json_string(spk_json_at(tree, path));
}

static void running(struct spk_buf *buf, unsigned tabs, const cJSON *state)
{
    line(buf, tabs, "container state", "running");
    line(buf, tabs, "container started at", text_at(state, "startedAt"));
}

static void waiting(struct spk_buf *buf, unsigned tabs, const cJSON *state)
{
    line(buf, tabs, "container state", "waiting");
    line(buf, tabs, "pending reason", text_at(state, "reason"));
}

static void terminated(struct spk_buf *buf, unsigned tabs, const cJSON *state)
{
    line(buf, tabs, "container state", "terminated");
    line(buf, tabs, "container started at", text_at(state, "startedAt"));
    line(buf, tabs, "container finished at", text_at(state, "finishedAt"));
    line(buf, tabs, "exit code", spk_json_number_text(spk_json_get(state, "exitCode")));
    line(buf, tabs, "termination reason", text_at(state, "reason"));
}

static const struct {
    const char *key;
    void (*describe)(struct spk_buf *buf, unsigned tabs, const cJSON *state);
} states[] = {{"running", running}, {"waiting", waiting}, {"terminated", terminated}};

const char *submit_container_states(struct spk_arena *arena, const cJSON *pod, unsigned tabs)
{
    struct spk_buf buf = {.arena = arena};

    SPK_JSON_EACH (status, spk_json_at(pod, "status.containerStatuses")) {
        const cJSON *state = spk_json_get(status, "state");
        bool known = false;

        line(&buf, tabs, "container name", spk_json_get_text(status, "name"));
        line(&buf, tabs, "container image", spk_json_get_text(status, "image"));
        for (size_t i = 0; i < SPK_LEN(states) && !known; i++) {
            known = spk_json_is_object(spk_json_get(state, states[i].key));
            if (known)
                states[i].describe(&buf, tabs, spk_json_get(state, states[i].key));
        }
        if (!known)
            line(&buf, tabs, "container state", NULL);
    }
    return spk_buf_string(&buf);
}

static const char *labels(struct spk_arena *arena, const cJSON *pod)
{
    struct spk_buf buf = {.arena = arena};

    SPK_JSON_EACH (label, spk_json_at(pod, "metadata.labels"))
        spk_buf_printf(&buf, "%s%s -> %s", buf.length ? ", " : "", label->string,
                       spk_json_string(label));
    return spk_buf_string(&buf);
}

static const char *volumes(struct spk_arena *arena, const cJSON *pod)
{
    struct spk_strings names = {0};

    SPK_JSON_EACH (volume, spk_json_at(pod, "spec.volumes"))
        spk_strings_add(arena, &names, spk_json_get_text(volume, "name"));
    return spk_join(arena, names.items, names.n, ", ");
}

const char *submit_pod_phase(const cJSON *pod)
{
    const char *phase = text_at(pod, "status.phase");

    return phase ? phase : "";
}

const char *submit_pod_state(struct spk_arena *arena, const cJSON *pod)
{
    struct spk_buf buf = {.arena = arena};
    const char *containers = submit_container_states(arena, pod, 2);

    line(&buf, 1, "pod name", text_at(pod, "metadata.name"));
    line(&buf, 1, "namespace", text_at(pod, "metadata.namespace"));
    line(&buf, 1, "labels", labels(arena, pod));
    line(&buf, 1, "pod uid", text_at(pod, "metadata.uid"));
    line(&buf, 1, "creation time", text_at(pod, "metadata.creationTimestamp"));
    line(&buf, 1, "service account name", text_at(pod, "spec.serviceAccountName"));
    line(&buf, 1, "volumes", volumes(arena, pod));
    line(&buf, 1, "node name", text_at(pod, "spec.nodeName"));
    line(&buf, 1, "start time", text_at(pod, "status.startTime"));
    line(&buf, 1, "phase", text_at(pod, "status.phase"));
    spk_buf_printf(&buf, "\n\t container status: %s", *containers ? containers : "N/A");
    return spk_buf_string(&buf);
}

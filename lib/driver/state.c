/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/state.h"

#include "kubernetes/object.h"

#include <string.h>

static const char *text_at(const cJSON *tree, const char *path)
{
    return spk_json_string(spk_json_at(tree, path));
}

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

    for (size_t i = 0; i < SPK_LEN(phases) && !out.phase; i++) {
        const cJSON *state = spk_json_get(spk_json_get(status, "state"), phases[i].key);

        if (!spk_json_is_object(state))
            continue;
        out.phase = phases[i].phase;
        out.started_at = spk_json_get_text(state, "startedAt");
        out.finished_at = spk_json_get_text(state, "finishedAt");
        out.exit_code = spk_json_number_text(spk_json_get(state, "exitCode"));
        out.reason = spk_json_get_text(state, "reason");
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

struct spk_driver_state spk_driver_state_read(struct spk_arena *arena, const cJSON *pod)
{
    struct spk_driver_state out = {
        .name = text_at(pod, "metadata.name"),
        .ns = text_at(pod, "metadata.namespace"),
        .uid = text_at(pod, "metadata.uid"),
        .phase = text_at(pod, "status.phase"),
        .created_at = text_at(pod, "metadata.creationTimestamp"),
        .started_at = text_at(pod, "status.startTime"),
        .service_account = text_at(pod, "spec.serviceAccountName"),
        .node = text_at(pod, "spec.nodeName"),
        .labels = spk_json_at(pod, "metadata.labels"),
    };

    SPK_JSON_EACH (volume, spk_json_at(pod, "spec.volumes"))
        spk_strings_add(arena, &out.volumes, spk_json_get_text(volume, "name"));
    read_containers(arena, pod, &out);
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
    return !*uid || spk_text_equal(text_at(pod, "metadata.uid"), uid);
}

bool spk_driver_is_pod(const cJSON *object, const char *name)
{
    return !strcmp(spk_object_kind(object), "Pod") &&
           spk_text_equal(text_at(object, "metadata.name"), name) &&
           text_at(object, "metadata.uid");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_state.h"

#include "base/limits.h"
#include "base/printable.h"

static void line(struct spk_buf *buf, unsigned tabs, const char *key, const char *value)
{
    spk_buf_char(buf, '\n');
    for (unsigned i = 0; i < tabs; i++)
        spk_buf_char(buf, '\t');
    spk_buf_printf(buf, " %s: %s", key,
                   value && *value ? spk_printable(buf->arena, value, SPK_MAX_PRINTED)
                                   : "N/A");
}

static void describe(struct spk_buf *buf, unsigned tabs, const struct spk_container_state *is)
{
    static const char *const phases[] = {[SPK_CONTAINER_UNKNOWN] = NULL,
                                         [SPK_CONTAINER_RUNNING] = "running",
                                         [SPK_CONTAINER_WAITING] = "waiting",
                                         [SPK_CONTAINER_TERMINATED] = "terminated"};

    line(buf, tabs, "container name", is->name);
    line(buf, tabs, "container image", is->image);
    line(buf, tabs, "container state", phases[is->phase]);
    if (is->phase == SPK_CONTAINER_RUNNING || is->phase == SPK_CONTAINER_TERMINATED)
        line(buf, tabs, "container started at", is->started_at);
    if (is->phase == SPK_CONTAINER_WAITING)
        line(buf, tabs, "pending reason", is->reason);
    if (is->phase == SPK_CONTAINER_TERMINATED) {
        line(buf, tabs, "container finished at", is->finished_at);
        line(buf, tabs, "exit code", is->exit_code);
        line(buf, tabs, "termination reason", is->reason);
    }
}

const char *submit_container_states(struct spk_arena *arena,
                                    const struct spk_driver_state *driver, unsigned tabs)
{
    struct spk_buf buf = {.arena = arena};

    for (size_t i = 0; i < driver->n_containers; i++)
        describe(&buf, tabs, &driver->containers[i]);
    return spk_buf_string(&buf);
}

static const char *labels(struct spk_arena *arena, const struct spk_driver_state *driver)
{
    struct spk_buf buf = {.arena = arena};

    SPK_JSON_EACH (label, driver->labels)
        spk_buf_printf(&buf, "%s%s -> %s", buf.length ? ", " : "", label->string,
                       spk_json_string(label));
    return spk_buf_string(&buf);
}

const char *submit_pod_state(struct spk_arena *arena, const struct spk_driver_state *driver)
{
    struct spk_buf buf = {.arena = arena};
    const char *containers = submit_container_states(arena, driver, 2);

    line(&buf, 1, "pod name", driver->name);
    line(&buf, 1, "namespace", driver->ns);
    line(&buf, 1, "labels", labels(arena, driver));
    line(&buf, 1, "pod uid", driver->uid);
    line(&buf, 1, "creation time", driver->created_at);
    line(&buf, 1, "service account name", driver->service_account);
    line(&buf, 1, "volumes", spk_join(arena, driver->volumes.items, driver->volumes.n, ", "));
    line(&buf, 1, "node name", driver->node);
    line(&buf, 1, "start time", driver->started_at);
    line(&buf, 1, "phase", driver->phase);
    spk_buf_printf(&buf, "\n\t container status: %s", *containers ? containers : "N/A");
    return spk_buf_string(&buf);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/watch.h"

#include "base/limits.h"
#include "driver/find.h"
#include "kubernetes/object.h"

#include <string.h>

#define FIRST_WAIT_MS  1000
#define LAST_WAIT_MS   30000
#define POLL_MS        5000
#define MOST_TIMEOUT_S 600 /* and half of it at least, so that many do not end at once */

static const char *text_at(const cJSON *tree, const char *path)
{
    const char *text = spk_json_string(spk_json_at(tree, path));

    return text ? text : "";
}

static bool keep(char out[SPK_WATCH_TEXT_SIZE], const char *text)
{
    if (strlen(text) >= SPK_WATCH_TEXT_SIZE)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

void spk_driver_watch_init(struct spk_driver_watch *watch, const char *ns, const char *name)
{
    *watch = (struct spk_driver_watch){
        .ns = ns,
        .name = name,
        .memory = {SPK_ARENA_LIMIT(SPK_EXCHANGE_BYTES), SPK_ARENA_LIMIT(SPK_EXCHANGE_BYTES)}};
}

void spk_driver_watch_done(struct spk_driver_watch *watch)
{
    spk_arena_free(&watch->memory[0]);
    spk_arena_free(&watch->memory[1]);
    watch->pod = NULL;
}

/* ---- what is seen ---- */

static bool is_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same_container(const struct spk_container_state *a,
                              const struct spk_container_state *b)
{
    if (!a || !b)
        return a == b;
    return a->phase == b->phase && a->restarts == b->restarts && is_same(a->name, b->name) &&
           is_same(a->started_at, b->started_at) && is_same(a->finished_at, b->finished_at) &&
           is_same(a->exit_code, b->exit_code) && is_same(a->reason, b->reason) &&
           is_same(a->message, b->message);
}

/* Whether both show the same: labels and identity of a Pod do not matter for that. */
static bool is_same_state(const struct spk_driver_state *a, const struct spk_driver_state *b)
{
    return a->stage == b->stage && is_same(a->phase, b->phase) &&
           is_same(a->reason, b->reason) && is_same(a->message, b->message) &&
           is_same(a->node, b->node) && is_same_container(a->driver, b->driver);
}

/* The copying of a Pod, within a recovery point of its memory. */
struct copying {
    struct spk_arena *arena;
    const cJSON *from, *before;
    cJSON *to;
    bool is_new;
};

static void copy_pod(void *argument)
{
    struct copying *copying = argument;
    struct spk_driver_state now, before;

    copying->to = spk_json_copy(copying->arena, copying->from);
    spk_json_remove(spk_json_child(copying->to, "metadata"), "managedFields");
    spk_json_remove(spk_json_child(copying->to, "metadata"), "annotations");
    now = spk_driver_state_read(copying->arena, copying->to);
    if (!copying->before) {
        copying->is_new = true;
        return;
    }
    before = spk_driver_state_read(copying->arena, copying->before);
    copying->is_new = !is_same_state(&now, &before);
}

static bool is_final(const struct spk_driver_watch *watch)
{
    return watch->is_deleted ||
           (watch->until_terminal && watch->pod && spk_driver_is_final(watch->pod));
}

static void take_deletion(struct spk_driver_watch *watch)
{
    watch->changed = watch->changed || !watch->is_deleted;
    watch->is_deleted = true;
}

/* false: there is no memory for it. */
static bool take_pod(struct spk_driver_watch *watch, const cJSON *pod)
{
    unsigned other = !watch->at;
    struct copying copying = {
        .arena = &watch->memory[other], .from = pod, .before = watch->pod};
    const char *version = text_at(pod, "metadata.resourceVersion");
    bool is_shown = *watch->resumed && strcmp(watch->resumed, version) == 0;

    if (*watch->uid && !spk_driver_has_uid(pod, watch->uid)) {
        take_deletion(watch);
        return true;
    }
    spk_arena_free(copying.arena);
    if (!spk_arena_run(copying.arena, copy_pod, &copying) ||
        !keep(watch->uid, spk_object_uid(pod)) || !keep(watch->version, version))
        return false;
    watch->pod = copying.to;
    watch->at = other;
    watch->changed = watch->changed || (copying.is_new && !is_shown);
    watch->resumed[0] = '\0';
    return true;
}

/* ---- steps ---- */

static int64_t jittered(struct spk_driver_watch *watch, int64_t ms)
{
    watch->seed = watch->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ms / 2 + (int64_t)((watch->seed >> 33) % (uint64_t)(ms / 2 + 1));
}

static enum spk_driver_watch_step wait_for(struct spk_driver_watch *watch, int64_t ms)
{
    watch->wait_ms = ms;
    return SPK_DRIVER_WATCH_WAIT;
}

static enum spk_driver_watch_step back_off(struct spk_driver_watch *watch,
                                           const struct spk_driver_watch_answer *answer)
{
    int64_t ms = FIRST_WAIT_MS;

    for (unsigned i = 0; i < watch->failures && ms < LAST_WAIT_MS; i++)
        ms *= 2;
    watch->failures++;
    ms = jittered(watch, ms < LAST_WAIT_MS ? ms : LAST_WAIT_MS);
    return wait_for(watch, ms > answer->retry_after_ms ? ms : answer->retry_after_ms);
}

/* Another try may end otherwise. */
static bool is_passing(int http)
{
    return http == 0 || http == 200 || http == 429 || http >= 500;
}

static enum spk_driver_watch_step fail_at(struct spk_err *err, const char *what)
{
    (void)spk_fail(err, SPK_KUBE_ERROR, "%s", what);
    return SPK_DRIVER_WATCH_FAIL;
}

static enum spk_driver_watch_step go_on(struct spk_driver_watch *watch)
{
    if (is_final(watch))
        return SPK_DRIVER_WATCH_END;
    if (watch->polls) {
        watch->reads = true;
        return wait_for(watch, jittered(watch, POLL_MS) + POLL_MS / 2);
    }
    watch->heard = false;
    watch->timeout_s = (int)jittered(watch, MOST_TIMEOUT_S);
    return SPK_DRIVER_WATCH_EVENTS;
}

enum spk_driver_watch_step spk_driver_watch_start(struct spk_driver_watch *watch)
{
    (void)watch;
    return SPK_DRIVER_WATCH_READ;
}

static enum spk_driver_watch_step take_absence(struct spk_driver_watch *watch,
                                               struct spk_err *err)
{
    if (!*watch->uid) { /* none was seen, here or by the watch that this one goes on for */
        (void)spk_fail(err, SPK_SUBMISSION_NOT_FOUND, "there is no driver '%.63s/%.253s'",
                       watch->ns, watch->name);
        return SPK_DRIVER_WATCH_FAIL;
    }
    take_deletion(watch);
    return SPK_DRIVER_WATCH_END;
}

enum spk_driver_watch_step spk_driver_watch_read(struct spk_driver_watch *watch,
                                                 const struct spk_driver_watch_answer *answer,
                                                 struct spk_err *err)
{
    if (answer->http == 200 && spk_driver_is_pod(answer->object, watch->name)) {
        if (!spk_driver_has_uid(answer->object, watch->uid))
            return take_absence(watch, err); /* another Pod has its name by now */
        watch->failures = 0;
        return take_pod(watch, answer->object)
                   ? go_on(watch)
                   : fail_at(err, "the driver's Pod is too large to be watched");
    }
    if (spk_driver_is_absent(answer->http, answer->reason))
        return take_absence(watch, err);
    if (!is_passing(answer->http))
        return SPK_DRIVER_WATCH_REFUSED;
    watch->reads = true;
    return back_off(watch, answer);
}

bool spk_driver_watch_event(struct spk_driver_watch *watch, enum spk_driver_watch_event event,
                            const cJSON *object, const char *version)
{
    watch->heard = true;
    watch->failures = 0;
    /* Without a version the Pod is read again when the watch ends. */
    if ((event != SPK_DRIVER_BOOKMARK && !take_pod(watch, object)) ||
        (*version && !keep(watch->version, version)))
        watch->version[0] = '\0';
    if (event == SPK_DRIVER_HAD && spk_driver_has_uid(object, watch->uid))
        take_deletion(watch);
    return is_final(watch);
}

enum spk_driver_watch_step
spk_driver_watch_closed(struct spk_driver_watch *watch,
                        const struct spk_driver_watch_answer *answer, bool is_cut)
{
    if (is_final(watch))
        return SPK_DRIVER_WATCH_END;
    watch->reads = !*watch->version;
    if (answer->http == 410) { /* its history is gone: read what has become of it */
        watch->reads = true;
        return watch->heard ? SPK_DRIVER_WATCH_READ : back_off(watch, answer);
    }
    if (answer->http == 403) {
        watch->polls = true;
        return go_on(watch);
    }
    if (!is_passing(answer->http))
        return SPK_DRIVER_WATCH_REFUSED;
    /* A server that closes at once what it has just opened is not asked without a pause. */
    if (!watch->heard || is_cut || answer->http != 200)
        return back_off(watch, answer);
    return watch->reads ? SPK_DRIVER_WATCH_READ : go_on(watch);
}

enum spk_driver_watch_step spk_driver_watch_waited(struct spk_driver_watch *watch)
{
    return watch->reads ? SPK_DRIVER_WATCH_READ : go_on(watch);
}

/* ---- for callers ---- */

struct spk_driver_watch_view spk_driver_watch_show(const struct spk_driver_watch *watch,
                                                   struct spk_arena *arena)
{
    const cJSON *pod = spk_json_copy(arena, watch->pod);
    struct spk_driver_watch_view view = {
        .driver = {.ns = spk_strdup(arena, watch->ns),
                   .name = spk_strdup(arena, watch->name),
                   .uid = spk_strdup(arena, watch->uid)},
        .token = spk_driver_watch_token(watch, arena),
    };

    if (pod) {
        view.driver = spk_driver_state_read(arena, pod);
        view.diagnoses = spk_diagnose_pod(arena, pod);
    }
    if (watch->is_deleted)
        view.driver.stage = SPK_DRIVER_DELETED;
    return view;
}

const char *spk_driver_watch_token(const struct spk_driver_watch *watch,
                                   struct spk_arena *arena)
{
    if (!*watch->uid || !watch->pod)
        return NULL;
    return spk_printf(arena, "1/%s/%s/%s/%s", watch->ns, watch->name, watch->uid,
                      text_at(watch->pod, "metadata.resourceVersion"));
}

bool spk_driver_token_read(struct spk_arena *arena, const char *text,
                           struct spk_driver_token *out)
{
    char *parts[5], *rest = spk_strdup(arena, text);

    for (size_t i = 0; i < SPK_LEN(parts); i++) {
        char *slash = strchr(rest, '/');

        if (!*rest || (slash == NULL) != (i == SPK_LEN(parts) - 1) || slash == rest)
            return false;
        parts[i] = rest;
        if (slash) {
            *slash = '\0';
            rest = slash + 1;
        }
    }
    *out = (struct spk_driver_token){parts[1], parts[2], parts[3], parts[4]};
    return strcmp(parts[0], "1") == 0;
}

bool spk_driver_watch_resume(struct spk_driver_watch *watch,
                             const struct spk_driver_token *token)
{
    return keep(watch->uid, token->uid) && keep(watch->resumed, token->version);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/janitor.h"

#include "base/timestamp.h"
#include "deploy/adopt.h"
#include "kubernetes/marks.h"
#include "kubernetes/object.h"

#include <string.h>

#define PAGE       250U /* objects of one LIST, metadata only */
#define GATED_PAGE 50U  /* whole Pods */

#define POD 0

/* Kinds that a submission marks, but for Secrets: whoever may list them may read them, and
 * theirs go with the driver. */
static const struct {
    const char *api_version, *kind;
} kinds[SPK_JANITOR_KINDS] = {
    [POD] = {"v1", "Pod"},
    {"v1", "ConfigMap"},
    {"v1", "Service"},
    {"v1", "PersistentVolumeClaim"},
    {"networking.k8s.io/v1", "NetworkPolicy"},
};

const char *spk_janitor_rule_name(enum spk_janitor_rule rule)
{
    static const char *const names[] = {"", "J1", "J2", "J3"};

    return names[rule];
}

/* ---- the rules ---- */

static struct spk_janitor_marks read_marks(const cJSON *object)
{
    return (struct spk_janitor_marks){
        .attempt = spk_object_get_label(object, SPK_MARK_ATTEMPT),
        .key = spk_object_get_annotation(object, SPK_MARK_KEY),
        .application_uid = spk_object_get_label(object, SPK_MARK_APP_UID),
        .order = spk_object_get_annotation(object, SPK_MARK_ORDER),
    };
}

/* "3.0.1": generation, execution and submission attempts. */
static bool read_order(const char *text, int64_t out[3])
{
    const char *at = text;
    char number[24];

    for (int i = 0; i < 3; i++) {
        size_t length = at ? strcspn(at, ".") : 0;

        if (length == 0 || length >= sizeof(number))
            return false;
        memcpy(number, at, length);
        number[length] = '\0';
        if (!spk_parse_int64(number, &out[i]))
            return false;
        at = at[length] ? at + length + 1 : NULL;
    }
    return at == NULL;
}

static bool is_later(const char *order, const char *than)
{
    int64_t a[3], b[3];

    if (!read_order(order, a) || !read_order(than, b))
        return false;
    for (int i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] > b[i];
    return false;
}

static bool is_old(const cJSON *object, int64_t now_s, int64_t min_age_s)
{
    const char *created = spk_json_string(spk_json_at(object, "metadata.creationTimestamp"));
    int64_t at_s;

    return created && spk_timestamp_read(created, &at_s) && now_s - at_s >= min_age_s;
}

static enum spk_janitor_rule judge_child(const struct spk_janitor_marks *child, bool has_owner,
                                         const struct spk_janitor_drivers *drivers)
{
    bool has_driver = false, is_superseded = false;

    for (size_t i = 0; i < drivers->n; i++) {
        const struct spk_janitor_marks *driver = &drivers->items[i];

        if (spk_text_equal(driver->attempt, child->attempt)) {
            if (!driver->key || spk_text_equal(driver->key, child->key))
                return SPK_JANITOR_KEEP;
            has_driver = true;
        } else if (child->application_uid &&
                   spk_text_equal(driver->application_uid, child->application_uid)) {
            is_superseded = is_superseded || is_later(driver->order, child->order);
        }
    }
    if (has_owner)
        return has_driver || is_superseded ? SPK_JANITOR_SUPERSEDED : SPK_JANITOR_KEEP;
    return has_driver ? SPK_JANITOR_KEEP : SPK_JANITOR_UNOWNED;
}

enum spk_janitor_rule spk_janitor_judge(bool is_driver, const cJSON *object,
                                        const struct spk_janitor_drivers *drivers,
                                        int64_t now_s, int64_t min_age_s)
{
    struct spk_janitor_marks marks = read_marks(object);

    if (!marks.attempt || !marks.key || !is_old(object, now_s, min_age_s) ||
        spk_object_is_deleting(object))
        return SPK_JANITOR_KEEP;
    if (is_driver)
        return spk_gate_index(object) >= 0 ? SPK_JANITOR_UNOPENED : SPK_JANITOR_KEEP;
    return judge_child(
        &marks, spk_json_size(spk_json_at(object, "metadata.ownerReferences")) > 0, drivers);
}

/* ---- one round ---- */

static void add_driver(struct spk_janitor *janitor, struct spk_janitor_drivers *drivers,
                       const cJSON *pod)
{
    struct spk_janitor_marks marks = read_marks(pod);
    struct spk_arena *arena = janitor->arena;

    if (drivers->n == drivers->capacity) {
        size_t capacity = drivers->capacity ? drivers->capacity * 2 : 64;

        drivers->items = spk_grow_array(arena, drivers->items, drivers->n, capacity,
                                        sizeof(*drivers->items));
        drivers->capacity = capacity;
    }
    drivers->items[drivers->n++] = (struct spk_janitor_marks){
        .attempt = spk_strdup(arena, marks.attempt),
        .key = spk_strdup(arena, marks.key),
        .application_uid = spk_strdup(arena, marks.application_uid),
        .order = spk_strdup(arena, marks.order),
    };
}

static void choose(struct spk_janitor *janitor, const cJSON *object, int64_t now_s)
{
    struct spk_arena *arena = janitor->arena;
    struct spk_janitor_marks marks = read_marks(object);
    const char *uid = spk_object_uid(object);

    if (janitor->n_candidates == SPK_JANITOR_OBJECTS || !uid ||
        spk_janitor_judge(janitor->kind == POD, object, &janitor->drivers, now_s,
                          janitor->min_age_s) == SPK_JANITOR_KEEP)
        return;
    janitor->candidates[janitor->n_candidates++] = (struct spk_janitor_candidate){
        .kind = janitor->kind,
        .name = spk_strdup(arena, spk_object_name(object)),
        .uid = spk_strdup(arena, uid),
        .attempt = spk_strdup(arena, marks.attempt),
        .application_uid = spk_strdup(arena, marks.application_uid),
    };
}

/* The candidate in hand, as it is now: false if it is gone, replaced, or may stay after all.
 */
static bool is_still_meant(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    const struct spk_janitor_candidate *candidate = &janitor->candidates[janitor->at];

    SPK_JSON_EACH (object, spk_json_get(seen->object, "items")) {
        const char *version = spk_json_string(spk_json_at(object, "metadata.resourceVersion"));

        if (!version || !spk_text_equal(spk_object_name(object), candidate->name) ||
            !spk_text_equal(spk_object_uid(object), candidate->uid))
            continue;
        janitor->resource_version = spk_strdup(janitor->arena, version);
        janitor->again = spk_json_copy(janitor->arena, object);
        return true;
    }
    return false;
}

static void next_candidate(struct spk_janitor *janitor)
{
    janitor->at++;
    janitor->phase = janitor->at < janitor->n_candidates ? SPK_JANITOR_READ_AGAIN
                                                         : SPK_JANITOR_OVER;
}

/* One list is read as far as the round needs it. */
static void next_list(struct spk_janitor *janitor)
{
    janitor->continue_token = NULL;
    if (janitor->phase == SPK_JANITOR_LIST_WAITING) {
        janitor->phase = SPK_JANITOR_LIST_DRIVERS;
    } else {
        janitor->phase = SPK_JANITOR_LIST_CHILDREN;
        janitor->kind++;
    }
    if (janitor->kind == SPK_LEN(kinds) || janitor->n_candidates == SPK_JANITOR_OBJECTS)
        janitor->phase = janitor->n_candidates ? SPK_JANITOR_READ_AGAIN : SPK_JANITOR_OVER;
}

static void take_list(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    const char *more = spk_json_string(spk_json_at(seen->object, "metadata.continue"));

    SPK_JSON_EACH (object, spk_json_get(seen->object, "items")) {
        if (janitor->phase == SPK_JANITOR_LIST_DRIVERS)
            add_driver(janitor, &janitor->drivers, object);
        else
            choose(janitor, object, seen->now_s);
    }
    janitor->continue_token = more && *more ? spk_strdup(janitor->arena, more) : NULL;
    if (!janitor->continue_token || janitor->n_candidates == SPK_JANITOR_OBJECTS)
        next_list(janitor);
}

static void judge_again(struct spk_janitor *janitor, const struct spk_janitor_drivers *drivers,
                        int64_t now_s)
{
    janitor->rule = spk_janitor_judge(janitor->candidates[janitor->at].kind == POD,
                                      janitor->again, drivers, now_s, janitor->min_age_s);
    if (janitor->rule == SPK_JANITOR_KEEP)
        next_candidate(janitor);
    else
        janitor->phase = SPK_JANITOR_REMOVE;
}

static void take_again(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    if (!is_still_meant(janitor, seen))
        next_candidate(janitor);
    else if (janitor->candidates[janitor->at].kind == POD)
        judge_again(janitor, &janitor->drivers, seen->now_s);
    else
        janitor->phase = SPK_JANITOR_READ_DRIVERS;
}

static void take_users(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    struct spk_janitor_drivers drivers = {0};

    SPK_JSON_EACH (pod, spk_json_get(seen->object, "items"))
        add_driver(janitor, &drivers, pod);
    judge_again(janitor, &drivers, seen->now_s);
}

/* 404 and 409: it is gone, or another than it was. Both are how a race ends well. */
static void take_deletion(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    const struct spk_janitor_candidate *candidate = &janitor->candidates[janitor->at];

    if (seen->http / 100 == 2)
        janitor->deleted[janitor->n_deleted++] = (struct spk_janitor_deleted){
            kinds[candidate->kind].kind, candidate->name, janitor->rule};
    next_candidate(janitor);
}

static size_t kind_in_hand(const struct spk_janitor *janitor)
{
    if (janitor->phase == SPK_JANITOR_LIST_CHILDREN)
        return janitor->kind;
    if (janitor->phase == SPK_JANITOR_READ_AGAIN || janitor->phase == SPK_JANITOR_REMOVE)
        return janitor->candidates[janitor->at].kind;
    return POD;
}

/* Whether the round goes on after an answer that is no success. */
static bool survives(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    const char *kind = kinds[kind_in_hand(janitor)].kind;

    if (janitor->phase == SPK_JANITOR_REMOVE && (seen->http == 404 || seen->http == 409))
        return true;
    if (janitor->phase == SPK_JANITOR_LIST_CHILDREN &&
        (seen->http == 403 || seen->http == 404)) {
        janitor->unlisted[janitor->n_unlisted++] = kind;
        next_list(janitor);
        return false;
    }
    janitor->trouble = seen->http;
    janitor->trouble_kind = kind;
    janitor->phase = SPK_JANITOR_OVER;
    return false;
}

/* An empty list of metadata has null in the place of its items. */
static bool is_list(const cJSON *object)
{
    const cJSON *items = spk_json_get(object, "items");

    return spk_json_is_array(items) ||
           (spk_json_is_null(items) && spk_ends_with(spk_object_kind(object), "List"));
}

static void take(struct spk_janitor *janitor, const struct spk_janitor_seen *seen)
{
    bool is_read = seen->http / 100 == 2 &&
                   (janitor->phase == SPK_JANITOR_REMOVE || is_list(seen->object));

    if (!is_read && !survives(janitor, seen))
        return;
    switch (janitor->phase) {
    case SPK_JANITOR_LIST_WAITING:
    case SPK_JANITOR_LIST_DRIVERS:
    case SPK_JANITOR_LIST_CHILDREN:
        take_list(janitor, seen);
        break;
    case SPK_JANITOR_READ_AGAIN:
        take_again(janitor, seen);
        break;
    case SPK_JANITOR_READ_DRIVERS:
        take_users(janitor, seen);
        break;
    case SPK_JANITOR_REMOVE:
        take_deletion(janitor, seen);
        break;
    case SPK_JANITOR_OVER:
        break;
    }
}

static struct spk_janitor_action list(const struct spk_janitor *janitor, size_t kind)
{
    return (struct spk_janitor_action){
        .request = SPK_JANITOR_LIST,
        .api_version = kinds[kind].api_version,
        .kind = kinds[kind].kind,
        .label_selector = SPK_MARK_ATTEMPT,
        .continue_token = janitor->continue_token,
        .metadata_only = true,
        .limit = PAGE,
    };
}

/* Drivers that could use the candidate in hand. */
static const char *users_of(struct spk_janitor *janitor)
{
    const struct spk_janitor_candidate *candidate = &janitor->candidates[janitor->at];

    return candidate->application_uid
               ? spk_printf(janitor->arena, SPK_MARK_APP_UID "=%s", candidate->application_uid)
               : spk_printf(janitor->arena, SPK_MARK_ATTEMPT "=%s", candidate->attempt);
}

static struct spk_janitor_action act(struct spk_janitor *janitor)
{
    const struct spk_janitor_candidate *candidate = &janitor->candidates[janitor->at];
    struct spk_janitor_action action = list(janitor, kind_in_hand(janitor));

    switch (janitor->phase) {
    case SPK_JANITOR_LIST_WAITING:
        action.field_selector = "status.phase=Pending";
        action.metadata_only = false;
        action.limit = GATED_PAGE;
        break;
    case SPK_JANITOR_READ_AGAIN:
        action.field_selector =
            spk_printf(janitor->arena, "metadata.name=%s", candidate->name);
        action.metadata_only = candidate->kind != POD;
        break;
    case SPK_JANITOR_READ_DRIVERS:
        action.label_selector = users_of(janitor);
        action.limit = 0;
        break;
    case SPK_JANITOR_REMOVE:
        action = (struct spk_janitor_action){
            .request = SPK_JANITOR_DELETE,
            .api_version = action.api_version,
            .kind = action.kind,
            .name = candidate->name,
            .uid = candidate->uid,
            .resource_version = janitor->resource_version,
        };
        break;
    case SPK_JANITOR_OVER:
        return (struct spk_janitor_action){.request = SPK_JANITOR_DONE};
    case SPK_JANITOR_LIST_DRIVERS:
    case SPK_JANITOR_LIST_CHILDREN:
        break;
    }
    return action;
}

void spk_janitor_begin(struct spk_janitor *janitor, struct spk_arena *arena, int64_t min_age_s)
{
    *janitor = (struct spk_janitor){.arena = arena,
                                    .min_age_s = min_age_s,
                                    .phase = SPK_JANITOR_LIST_WAITING,
                                    .trouble = -1};
}

struct spk_janitor_action spk_janitor_next(struct spk_janitor *janitor,
                                           const struct spk_janitor_seen *seen)
{
    if (seen)
        take(janitor, seen);
    return act(janitor);
}

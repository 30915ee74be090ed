/* SPDX-License-Identifier: Apache-2.0 */
#include "driver/query.h"

#include "base/limits.h"
#include "base/timestamp.h"
#include "driver/kill.h"
#include "driver/state.h"
#include "kubernetes/object.h"

#include <string.h>

static const char *text_at(const cJSON *object, const char *path)
{
    return spk_json_string(spk_json_at(object, path));
}

/* The answer ends the query, whatever it says. */
static enum spk_query_step fail(const struct spk_query_answer *answer, struct spk_err *err)
{
    *err = *answer->refusal;
    return SPK_QUERY_FAIL;
}

static enum spk_query_step fail_other_pod(struct spk_err *err, const char *name)
{
    (void)spk_fail(err, SPK_KUBE_ERROR, "the answer is not the Pod '%.63s'", name);
    return SPK_QUERY_FAIL;
}

static bool is_ok(const struct spk_query_answer *answer)
{
    return !answer->refusal;
}

/* ---- killing ---- */

static enum spk_query_step ask_get(struct spk_driver_query *query, const char *ns,
                                   const char *name)
{
    query->request = (struct spk_query_request){.verb = SPK_QUERY_GET, .ns = ns, .name = name};
    return SPK_QUERY_ASK;
}

/* Only that very Pod, as it was seen: another one that took the name meanwhile stays. */
static enum spk_query_step ask_delete(struct spk_driver_query *query, struct spk_arena *arena,
                                      struct spk_err *err)
{
    const cJSON *pod = query->found[query->at].pod;

    if (!spk_object_uid(pod) || !text_at(pod, "metadata.resourceVersion")) {
        (void)spk_fail(err, SPK_KUBE_ERROR,
                       "the answer has a Pod '%.63s' without uid or "
                       "resourceVersion",
                       spk_object_name(pod));
        return SPK_QUERY_FAIL;
    }
    query->request = (struct spk_query_request){
        .verb = SPK_QUERY_DELETE,
        .ns = text_at(pod, "metadata.namespace"),
        .name = text_at(pod, "metadata.name"),
        .dry_run = query->dry_run,
        .body = spk_delete_options(
            arena,
            &(struct spk_delete){
                .uid = spk_object_uid(pod),
                .resource_version = text_at(pod, "metadata.resourceVersion"),
                .grace_s = query->grace_s,
                .in_background = true,
                .dry_run = query->dry_run,
            }),
    };
    return SPK_QUERY_ASK;
}

static enum spk_query_step ask_blind_delete(struct spk_driver_query *query,
                                            struct spk_arena *arena)
{
    query->request = (struct spk_query_request){
        .verb = SPK_QUERY_DELETE,
        .ns = query->target.ns,
        .name = query->target.name,
        .dry_run = query->dry_run,
        .body = spk_delete_options(arena, &(struct spk_delete){.grace_s = query->grace_s,
                                                               .in_background = true,
                                                               .dry_run = query->dry_run}),
    };
    return SPK_QUERY_ASK;
}

static enum spk_query_step next_kill(struct spk_driver_query *query, struct spk_arena *arena,
                                     enum spk_killed killed, struct spk_err *err)
{
    if (query->blind)
        return SPK_QUERY_DONE;
    query->found[query->at++].killed = killed;
    query->conflicts = 0;
    return query->at < query->n_found ? ask_delete(query, arena, err) : SPK_QUERY_DONE;
}

static enum spk_query_step fail_kill(const struct spk_driver_query *query,
                                     struct spk_arena *arena,
                                     const struct spk_query_answer *answer,
                                     struct spk_err *err)
{
    (void)fail(answer, err);
    if (query->at)
        spk_err_note(err, arena, "killed", spk_printf(arena, "%zu", query->at));
    return SPK_QUERY_FAIL;
}

static enum spk_query_step on_delete(struct spk_driver_query *query, struct spk_arena *arena,
                                     const struct spk_query_answer *answer,
                                     struct spk_err *err)
{
    if (is_ok(answer))
        return next_kill(query, arena,
                         query->dry_run ? SPK_KILLED_DRY_RUN : SPK_KILLED_DELETED, err);
    if (spk_driver_is_absent(answer->http, answer->reason))
        return next_kill(query, arena, SPK_KILLED_GONE, err);
    if (answer->http == 409 && query->blind)
        return SPK_QUERY_DONE;
    if (answer->http == 409 && query->conflicts++ < SPK_KILL_CONFLICTS)
        return ask_get(query, query->request.ns, query->request.name);
    return fail_kill(query, arena, answer, err);
}

/* After a conflict: the Pod as it is now, or another one of the name. */
static enum spk_query_step on_look_again(struct spk_driver_query *query,
                                         struct spk_arena *arena,
                                         const struct spk_query_answer *answer,
                                         struct spk_err *err)
{
    struct spk_found_driver *found = &query->found[query->at];

    if (spk_driver_is_absent(answer->http, answer->reason))
        return next_kill(query, arena, SPK_KILLED_GONE, err);
    if (!is_ok(answer))
        return fail_kill(query, arena, answer, err);
    if (!spk_driver_is_pod(answer->object, query->request.name))
        return fail_other_pod(err, query->request.name);
    if (!spk_driver_has_uid(answer->object, spk_object_uid(found->pod)))
        return next_kill(query, arena, SPK_KILLED_GONE, err);
    found->pod = spk_json_copy(arena, answer->object);
    return ask_delete(query, arena, err);
}

/* ---- finding ---- */

/* A driver that waits this long is worth a question why. */
static bool is_overdue(const cJSON *pod, int64_t now_s)
{
    const char *created = text_at(pod, "metadata.creationTimestamp");
    int64_t created_s;

    return spk_driver_stage(pod) == SPK_DRIVER_PENDING && created &&
           spk_timestamp_read(created, &created_s) && now_s - created_s > SPK_PENDING_S;
}

static enum spk_query_step found_all(struct spk_driver_query *query, struct spk_arena *arena,
                                     const struct spk_query_answer *answer,
                                     struct spk_err *err)
{
    if (!query->n_found || query->purpose == SPK_QUERY_PAGE)
        return SPK_QUERY_DONE;
    if (query->purpose == SPK_QUERY_KILL)
        return ask_delete(query, arena, err);

    const cJSON *pod = query->found[0].pod;
    query->diagnoses = spk_diagnose_pod(arena, pod);
    if (!query->explains || !is_overdue(pod, answer->date_s))
        return SPK_QUERY_DONE;
    query->request = (struct spk_query_request){
        .verb = SPK_QUERY_EVENTS,
        .ns = text_at(pod, "metadata.namespace"),
        .field_selector = spk_printf(arena, "involvedObject.uid=%s", spk_object_uid(pod)),
        .limit = SPK_MAX_EVENTS,
    };
    return SPK_QUERY_ASK;
}

static void keep(struct spk_driver_query *query, struct spk_arena *arena, const cJSON *pod)
{
    query->found = spk_grow_array(arena, query->found, query->n_found, query->n_found + 1,
                                  sizeof(*query->found));
    query->found[query->n_found++] =
        (struct spk_found_driver){.pod = spk_json_copy(arena, pod)};
}

/* The newest of those with one label is meant. */
static void keep_newest(struct spk_driver_query *query, struct spk_arena *arena,
                        const cJSON *pod)
{
    query->ambiguous = query->ambiguous || query->n_found > 0;
    if (query->n_found && !spk_driver_is_newer(pod, query->found[0].pod))
        return;
    query->n_found = 0;
    keep(query, arena, pod);
}

static bool takes_all(const struct spk_driver_query *query)
{
    return query->purpose == SPK_QUERY_PAGE || query->target.is_prefix;
}

static enum spk_query_step ask_page(struct spk_driver_query *query, struct spk_arena *arena,
                                    const char *token)
{
    const struct spk_driver_target *target = &query->target;

    query->request = (struct spk_query_request){
        .verb = SPK_QUERY_LIST,
        .ns = target->ns,
        .label_selector = spk_driver_label_selector(arena, target),
        .continue_token = spk_strdup(arena, token),
        .limit = query->purpose == SPK_QUERY_PAGE ? query->page_size : SPK_PAGE_PODS,
        .metadata_only = query->purpose == SPK_QUERY_KILL,
    };
    return SPK_QUERY_ASK;
}

static enum spk_query_step on_list(struct spk_driver_query *query, struct spk_arena *arena,
                                   const struct spk_query_answer *answer, struct spk_err *err)
{
    const char *next = text_at(answer->object, "metadata.continue");
    struct spk_drivers drivers = {0};

    if (!is_ok(answer))
        return fail(answer, err);
    if (!spk_driver_select(arena, &query->target, answer->object, &drivers)) {
        (void)spk_fail(err, SPK_KUBE_ERROR, "the answer is no list of Pods");
        return SPK_QUERY_FAIL;
    }
    for (size_t i = 0; i < drivers.n; i++)
        if (takes_all(query))
            keep(query, arena, drivers.pods[i]);
        else
            keep_newest(query, arena, drivers.pods[i]);
    next = next && *next ? next : NULL;
    if (query->purpose == SPK_QUERY_PAGE) {
        query->next_page = spk_strdup(arena, next);
        return SPK_QUERY_DONE;
    }
    if (!next)
        return found_all(query, arena, answer, err);
    if (++query->pages == SPK_MAX_PAGES) {
        (void)spk_fail(err, SPK_RESULT_TOO_LARGE,
                       "more than %u drivers may be meant: name fewer",
                       SPK_MAX_PAGES * SPK_PAGE_PODS);
        return SPK_QUERY_FAIL;
    }
    return ask_page(query, arena, next);
}

static enum spk_query_step on_get(struct spk_driver_query *query, struct spk_arena *arena,
                                  const struct spk_query_answer *answer, struct spk_err *err)
{
    const char *uid = query->target.uid;

    if (spk_driver_is_absent(answer->http, answer->reason))
        return SPK_QUERY_DONE;
    if (!is_ok(answer))
        return fail(answer, err);
    if (!spk_driver_is_pod(answer->object, query->target.name))
        return fail_other_pod(err, query->target.name);
    if (!query->any_role && !spk_driver_is_driver(answer->object)) {
        query->is_no_driver = true;
        return SPK_QUERY_DONE;
    }
    if (uid && !spk_driver_has_uid(answer->object, uid)) {
        query->other_uid = spk_strdup(arena, spk_object_uid(answer->object));
        return SPK_QUERY_DONE;
    }
    keep(query, arena, answer->object);
    return found_all(query, arena, answer, err);
}

/* Without the right to see events the Pod alone has to tell. */
static enum spk_query_step on_events(struct spk_driver_query *query, struct spk_arena *arena,
                                     const struct spk_query_answer *answer)
{
    if (is_ok(answer))
        spk_diagnose_events(arena, answer->object, &query->diagnoses);
    return SPK_QUERY_DONE;
}

static enum spk_query_step start(struct spk_driver_query *query, struct spk_arena *arena)
{
    bool is_name = spk_driver_target_is_name(&query->target);

    query->started = true;
    if (query->blind)
        return ask_blind_delete(query, arena);
    return is_name ? ask_get(query, query->target.ns, query->target.name)
                   : ask_page(query, arena, query->page_token);
}

enum spk_query_step spk_driver_query_next(struct spk_driver_query *query,
                                          struct spk_arena *arena,
                                          const struct spk_query_answer *answer,
                                          struct spk_err *err)
{
    if (!query->started)
        return start(query, arena);
    switch (query->request.verb) {
    case SPK_QUERY_LIST:
        return on_list(query, arena, answer, err);
    case SPK_QUERY_EVENTS:
        return on_events(query, arena, answer);
    case SPK_QUERY_DELETE:
        return on_delete(query, arena, answer, err);
    case SPK_QUERY_GET:
    default:
        return query->n_found ? on_look_again(query, arena, answer, err)
                              : on_get(query, arena, answer, err);
    }
}

bool spk_driver_query_fail_absent(const struct spk_driver_query *query,
                                  struct spk_arena *arena, struct spk_err *err)
{
    const char *text = spk_driver_target_text(arena, &query->target);

    if (query->is_no_driver)
        (void)spk_fail(
            err, SPK_SUBMISSION_NOT_FOUND,
            "there is no %.200s: the Pod of that name has no label " SPK_DRIVER_SELECTOR,
            text);
    else if (query->other_uid)
        (void)spk_fail(err, SPK_SUBMISSION_NOT_FOUND,
                       "there is no %.200s with uid '%.64s': the Pod of that name has uid "
                       "'%.64s'",
                       text, query->target.uid, query->other_uid);
    else
        (void)spk_fail(err, SPK_SUBMISSION_NOT_FOUND, "there is no %.300s", text);
    spk_err_note(err, arena, "kind", "Pod");
    spk_err_note(err, arena, "namespace", query->target.ns);
    spk_err_note(err, arena, "name", query->target.name);
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* KillSubmission: delete drivers as they were found; objects that a driver owns go with it. */
#include "kubernetes/object.h"
#include "service/inquiry.h"

static void add(struct spk_kill_response *response, const char *ns, const char *name,
                const char *uid, enum spk_killed killed)
{
    response->drivers[response->n_drivers++] =
        (struct spk_killed_driver){ns, name, uid, killed};
}

/* One that is named by its uid is gone for good when it is not there. */
static bool is_gone(const struct spk_driver_query *query)
{
    return !query->n_found && query->target.uid && !query->is_no_driver;
}

static bool answer(struct spk_operation *operation, const struct spk_driver_query *query,
                   struct spk_err *err)
{
    struct spk_kill_response *response = spk_alloc(operation->arena, sizeof(*response));

    response->drivers =
        spk_alloc_array(operation->arena, query->n_found + 1, sizeof(*response->drivers));
    if (is_gone(query))
        add(response, query->target.ns, query->target.name ? query->target.name : "",
            query->target.uid, SPK_KILLED_GONE);
    else if (!query->n_found)
        return spk_driver_query_fail_absent(query, operation->arena, err);
    for (size_t i = 0; i < query->n_found; i++) {
        const cJSON *pod = query->found[i].pod;

        add(response, spk_object_namespace(pod), spk_object_name(pod), spk_object_uid(pod),
            query->found[i].killed);
    }
    response->ambiguous = query->ambiguous;
    operation->response = response;
    return true;
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_kill_request *request = operation->request;
    struct spk_driver_target target = request->target;
    struct spk_inquiry *inquiry;

    if (!spk_inquiry_target(operation, request->allow_glob, &target, err))
        return false;
    if (request->grace_s && *request->grace_s < 0) {
        (void)spk_fail(err, SPK_INVALID_FIELD, "it is negative");
        return spk_fail_at(err, "grace_period_seconds");
    }
    inquiry = spk_inquiry_new(operation, &target, err);
    if (!inquiry)
        return false;
    inquiry->query.purpose = SPK_QUERY_KILL;
    inquiry->query.grace_s = request->grace_s;
    inquiry->query.dry_run = request->dry_run;
    inquiry->answer = answer;
    return true;
}

const struct spk_operation_type spk_kill_type = {
    .name = "KillSubmission",
    .prepare = prepare,
    .proceed = spk_inquiry_proceed,
    .cancel = spk_inquiry_cancel,
};

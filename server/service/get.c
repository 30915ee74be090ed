/* SPDX-License-Identifier: Apache-2.0 */
/* GetSubmission: one driver as the cluster has it. */
#include "service/inquiry.h"

static bool answer(struct spk_operation *operation, const struct spk_driver_query *query,
                   struct spk_err *err)
{
    struct spk_get_response *response = spk_alloc(operation->arena, sizeof(*response));

    if (!query->n_found)
        return spk_driver_query_fail_absent(query, operation->arena, err);
    response->driver = spk_driver_state_read(operation->arena, query->found[0].pod);
    response->diagnoses = query->diagnoses;
    response->ambiguous = query->ambiguous;
    spk_record_driver(&operation->record, &response->driver);
    operation->response = response;
    return true;
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_get_request *request = operation->request;
    struct spk_driver_target target = request->target;
    struct spk_inquiry *inquiry;

    if (!spk_inquiry_target(operation, false, &target, err))
        return false;
    inquiry = spk_inquiry_new(operation, &target, err);
    if (!inquiry)
        return false;
    inquiry->query.purpose = SPK_QUERY_FIND;
    inquiry->query.explains = true;
    inquiry->answer = answer;
    return true;
}

const struct spk_operation_type spk_get_type = {
    .name = "GetSubmission",
    .prepare = prepare,
    .proceed = spk_inquiry_proceed,
    .cancel = spk_inquiry_cancel,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* ListSubmissions: one page of a namespace's drivers, as the API server's list has them. */
#include "base/limits.h"
#include "service/inquiry.h"

static bool answer(struct spk_operation *operation, const struct spk_driver_query *query,
                   struct spk_err *err)
{
    struct spk_list_response *response = spk_alloc(operation->arena, sizeof(*response));

    (void)err;
    response->drivers =
        spk_alloc_array(operation->arena, query->n_found, sizeof(*response->drivers));
    for (size_t i = 0; i < query->n_found; i++)
        response->drivers[response->n_drivers++] =
            spk_driver_state_read(operation->arena, query->found[i].pod);
    response->next_page = query->next_page;
    operation->response = response;
    return true;
}

static bool check_page(const struct spk_list_request *request, struct spk_err *err)
{
    if (request->page_size >= 0 && request->page_size <= (int)SPK_PAGE_PODS)
        return true;
    (void)spk_fail(err, SPK_INVALID_FIELD, "%d is not in 1..%u", request->page_size,
                   SPK_PAGE_PODS);
    return spk_fail_at(err, "page_size");
}

static bool prepare(struct spk_operation *operation, struct spk_err *err)
{
    const struct spk_list_request *request = operation->request;
    const struct spk_driver_target all = {.ns = spk_inquiry_namespace(operation, request->ns)};
    struct spk_inquiry *inquiry;

    if (!check_page(request, err))
        return false;
    inquiry = spk_inquiry_new(operation, &all, err);
    if (!inquiry)
        return false;
    inquiry->query.purpose = SPK_QUERY_PAGE;
    inquiry->query.page_size = request->page_size ? (unsigned)request->page_size
                                                  : SPK_PAGE_PODS;
    inquiry->query.page_token =
        request->page_token && *request->page_token ? request->page_token : NULL;
    inquiry->answer = answer;
    return true;
}

const struct spk_operation_type spk_list_type = {
    .name = "ListSubmissions",
    .prepare = prepare,
    .proceed = spk_inquiry_proceed,
    .cancel = spk_inquiry_cancel,
};

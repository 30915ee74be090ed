/* SPDX-License-Identifier: Apache-2.0 */
/* Requests about drivers that exist: get, watch, list and kill. */
#include "library/call.h"
#include "library/request.h"

/* The id that a driver is named by, and its number in the oneof of every request. */
struct selector {
    int number;
    const char *value;
};

static bool find_selector(const struct sparksubmit_driver *driver, struct selector *out,
                          struct sparksubmit_error *error)
{
    const struct selector ids[] = {
        {SPK__GET_SUBMISSION_REQUEST__SELECTOR_DRIVER_POD_NAME, driver->pod_name},
        {SPK__GET_SUBMISSION_REQUEST__SELECTOR_APP_NAME, driver->app_name},
        {SPK__GET_SUBMISSION_REQUEST__SELECTOR_SUBMISSION_ID, driver->submission_id},
        {SPK__GET_SUBMISSION_REQUEST__SELECTOR_SPARK_APPLICATION_ID,
         driver->spark_application_id},
        {SPK__GET_SUBMISSION_REQUEST__SELECTOR_ATTEMPT, driver->attempt},
    };
    int n = 0;

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (ids[i].value) {
            *out = ids[i];
            n++;
        }
    if (n == 1)
        return true;
    return spk_error_set(error, GRPC_STATUS_INVALID_ARGUMENT, "INVALID_FIELD",
                         "name a driver by exactly one of its Pod's name, application name, "
                         "submission id, Spark application id and attempt");
}

bool spk_request_get(const struct sparksubmit_get_request *request,
                     Spk__GetSubmissionRequest *out, struct sparksubmit_error *error)
{
    struct selector selector;

    spk__get_submission_request__init(out);
    if (!find_selector(&request->driver, &selector, error))
        return false;
    out->namespace_ = request->driver.ns;
    out->driver_pod_uid = request->driver.pod_uid;
    out->selector_case = (Spk__GetSubmissionRequest__SelectorCase)selector.number;
    out->driver_pod_name = selector.value; /* whichever it is: a union of texts */
    return true;
}

static bool is_named(const struct sparksubmit_driver *driver)
{
    return driver->pod_name || driver->app_name || driver->submission_id ||
           driver->spark_application_id || driver->attempt;
}

bool spk_request_watch(const struct sparksubmit_watch_request *request,
                       Spk__WatchSubmissionRequest *out, struct sparksubmit_error *error)
{
    struct selector selector = {0};

    spk__watch_submission_request__init(out);
    if ((!request->resume_token || is_named(&request->driver)) &&
        !find_selector(&request->driver, &selector, error))
        return false;
    out->namespace_ = request->driver.ns;
    out->driver_pod_uid = request->driver.pod_uid;
    out->selector_case = (Spk__WatchSubmissionRequest__SelectorCase)selector.number;
    out->driver_pod_name = selector.value;
    out->resume_token = request->resume_token;
    out->has_until_terminal = request->until_deleted;
    return true;
}

bool spk_request_list(const struct sparksubmit_list_request *request,
                      Spk__ListSubmissionsRequest *out, struct sparksubmit_error *error)
{
    (void)error;
    spk__list_submissions_request__init(out);
    out->namespace_ = request->ns;
    out->has_page_size = request->page_size != 0;
    out->page_size = request->page_size;
    out->page_token = request->page_token;
    return true;
}

bool spk_request_kill(const struct sparksubmit_kill_request *request,
                      Spk__KillSubmissionRequest *out, struct sparksubmit_error *error)
{
    struct selector selector;

    spk__kill_submission_request__init(out);
    if (!find_selector(&request->driver, &selector, error))
        return false;
    out->namespace_ = request->driver.ns;
    out->driver_pod_uid = request->driver.pod_uid;
    out->selector_case = (Spk__KillSubmissionRequest__SelectorCase)selector.number;
    out->driver_pod_name = selector.value;
    out->has_allow_glob = out->allow_glob = request->allow_glob;
    out->has_dry_run = out->dry_run = request->dry_run;
    out->has_grace_period_seconds = request->has_grace_period;
    out->grace_period_seconds = request->grace_period_s;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "process/api_log.h"

#include "base/limits.h"

/* Neither bodies nor headers nor queries: those may hold what is nobody's business. */
static void on_request(struct spk_api_observer *observer, const struct spk_api_job *job,
                       int64_t ms)
{
    static const char *const ways[] = {
        [SPK_API_ANSWERED] = "",
        [SPK_API_NOT_SENT] = "not sent",
        [SPK_API_INTERRUPTED] = "no answer",
        [SPK_API_TRUNCATED] = "cut off",
        [SPK_API_CANCELLED] = "cancelled",
    };
    const struct spk_api_request *request = &job->request;
    const struct spk_api_reply *reply = &job->reply;
    char path[256];
    struct spk_log_line line;

    spk_log_begin(((const struct spk_api_log *)observer)->log, &line, SPK_LOG_DEBUG,
                  "api request");
    spk_log_text(&line, "verb", spk_api_verb_name(request->verb));
    spk_api_path(request, path, sizeof(path));
    spk_log_text(&line, "path", path);
    if (request->dry_run)
        spk_log_bool(&line, "dry_run", true);
    if (reply->http)
        spk_log_int(&line, "status", reply->http);
    spk_log_text(&line, "way", ways[reply->transport]);
    spk_log_text(&line, "reason", reply->reason);
    if (request->try)
        spk_log_int(&line, "try", request->try);
    spk_log_int(&line, "ms", ms);
    spk_log_int(&line, "bytes_out", (int64_t)request->body_length);
    spk_log_int(&line, "bytes_in", (int64_t)reply->body_length);
    spk_log_text(&line, "audit_id", request->audit_id);
    spk_log_end(&line);
}

static void on_credentials(struct spk_api_observer *observer, bool renewed)
{
    struct spk_api_log *api_log = (struct spk_api_log *)observer;

    if (renewed)
        spk_log_event(api_log->log, SPK_LOG_INFO, "credentials were renewed", NULL, NULL);
    else if (spk_log_allowed(api_log->log, &api_log->unreadable))
        spk_log_event(api_log->log, SPK_LOG_WARN, api_log->unreadable.event, NULL, NULL);
}

void spk_api_log_start(struct spk_api_log *api_log, struct spk_api *api,
                       const struct spk_log *log)
{
    *api_log = (struct spk_api_log){
        .observer = {.credentials = on_credentials},
        .log = log,
        .unreadable = {.event = "the token file cannot be read: the old token stays",
                       .most = SPK_LOG_REPEATED}};
    if (log->level == SPK_LOG_DEBUG)
        api_log->observer.request = on_request;
    api->observer = &api_log->observer;
}

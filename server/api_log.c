/* SPDX-License-Identifier: Apache-2.0 */
#include "api_log.h"

/* Neither bodies nor headers nor queries: those may hold what is nobody's business. */
static void write_line(void *observer, const struct spk_api_job *job, int64_t ms)
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

    spk_log_begin(observer, &line, SPK_LOG_DEBUG, "api request");
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

void spk_api_log(struct spk_api *api, const struct spk_log *log)
{
    if (log->level != SPK_LOG_DEBUG)
        return;
    api->observer = (void *)(uintptr_t)log;
    api->observe = write_line;
}

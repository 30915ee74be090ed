/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/http/status.h"
#include "kubernetes/object.h"
#include "submit/run.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(const char *text)
{
    return !text || !*text;
}

/* Name the refused object: the one of the Status, else the one in hand. */
static void note_object(const struct spk_run *run, const struct spk_action *action,
                        const struct spk_api_reply *reply, struct spk_err *refusal)
{
    const cJSON *object = spk_machine_object(&run->machine, action->part);
    const char *kind = spk_object_kind(object), *name = spk_object_name(object);

    if (refusal->reason == SPK_NAMESPACE_NOT_FOUND) {
        kind = "Namespace";
        name = run->call->ns;
    } else if (!is_blank(reply->details_kind) && !is_blank(reply->details_name)) {
        kind = spk_resource_kind(reply->details_kind);
        name = reply->details_name;
    }
    spk_err_note(refusal, run->call->arena, "kind", kind);
    spk_err_note(refusal, run->call->arena, "name", name);
}

/* Explain duplicates: a webhook that mutates as well adds the same volumes again. */
static void explain_doubled(struct spk_err *refusal)
{
    char text[sizeof(refusal->text)];

    memcpy(text, refusal->text, sizeof(text));
    (void)snprintf(
        refusal->text, sizeof(refusal->text),
        "an operator's webhook seems to change pods as well as native pod mutation: "
        "submit with --pod-mutation=none; %s",
        text);
    (void)spk_repair_utf8(refusal->text);
}

struct spk_seen spk_run_observe(struct spk_run *run, const struct spk_action *action,
                                const struct spk_api_job *job)
{
    const struct spk_api_reply *reply = &job->reply;
    static const enum spk_seen_way ways[] = {
        [SPK_API_ANSWERED] = SPK_SEEN_ANSWER,
        [SPK_API_NOT_SENT] = SPK_SEEN_NOT_SENT,
        [SPK_API_INTERRUPTED] = SPK_SEEN_INTERRUPTED,
        [SPK_API_TRUNCATED] = SPK_SEEN_CUT,
        [SPK_API_REFUSED] = SPK_SEEN_REFUSED,
        [SPK_API_CANCELLED] = SPK_SEEN_NOT_SENT, /* or nothing but looked at */
    };
    struct spk_arena *arena = run->call->arena;
    struct spk_seen seen = {
        .part = action->part,
        .way = ways[reply->transport],
        .http = reply->http,
        .reason = reply->reason ? reply->reason : "",
        .message = reply->message ? reply->message : "",
        .object = reply->object,
        .retry_after_ms = reply->retry_after_ms,
        .date_s = reply->date_s,
        .lasting = reply->transport == SPK_API_NOT_SENT && reply->lasting,
    };

    if (action->kind == SPK_ACTION_WAIT)
        return (struct spk_seen){.part = action->part, .waited = true};
    if (reply->http == 0 || reply->http >= 300) {
        struct spk_err *refusal = spk_alloc(arena, sizeof(*refusal));

        (void)spk_status_fail(reply, job->request.resource, arena, refusal);
        if (reply->http)
            note_object(run, action, reply, refusal);
        if (run->call->native_mutation && spk_status_is_doubled(reply))
            explain_doubled(refusal);
        seen.refusal = refusal;
    }
    for (size_t i = 0; i < reply->warnings.n; i++)
        spk_warn(&run->call->result.warnings, arena, "KUBE_WARNING", "", "%s",
                 reply->warnings.items[i]);
    return seen;
}

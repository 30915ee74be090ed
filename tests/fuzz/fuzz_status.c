/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What an API server, or whoever answers in its place, says: the first two bytes are the HTTP
 * status, then come a body, a Warning and a Retry-After header, separated by NUL. Everything
 * is bounded, and each answer means exactly one thing to each write.
 */
#include "apiserver/http/status.h"
#include "base/limits.h"
#include "deploy/outcome.h"

#include "fuzz.h"

#include <string.h>

#define NOW_S 784111770

static bool is_bounded(const char *text, size_t limit)
{
    size_t length = strlen(text);

    return length <= limit && spk_is_utf8(text, length);
}

static void check_reply(const struct spk_api_reply *reply)
{
    SPK_PROMISE(is_bounded(reply->message, SPK_MAX_STATUS_TEXT));
    SPK_PROMISE(is_bounded(reply->reason, SPK_MAX_STATUS_TEXT));
    SPK_PROMISE(is_bounded(reply->details_kind, SPK_MAX_STATUS_TEXT));
    SPK_PROMISE(is_bounded(reply->details_name, SPK_MAX_STATUS_TEXT));
    SPK_PROMISE(is_bounded(reply->trouble, SPK_MAX_STATUS_TEXT));
    SPK_PROMISE(reply->n_causes <= SPK_MAX_CAUSES);
    for (size_t i = 0; i < reply->n_causes; i++) {
        SPK_PROMISE(is_bounded(reply->causes[i].field, SPK_MAX_STATUS_TEXT));
        SPK_PROMISE(is_bounded(reply->causes[i].message, SPK_MAX_STATUS_TEXT));
        SPK_PROMISE(is_bounded(reply->causes[i].reason, SPK_MAX_STATUS_TEXT));
    }
    SPK_PROMISE(reply->retry_after_ms >= 0 && reply->retry_after_ms <= 30000);
}

/* The protocol's table has a row for everything. */
static void check_outcome(const struct spk_api_reply *reply, const struct spk_err *refusal)
{
    static const enum spk_seen_way ways[] = {SPK_SEEN_ANSWER, SPK_SEEN_NOT_SENT,
                                             SPK_SEEN_INTERRUPTED, SPK_SEEN_CUT};
    static const enum spk_write writes[] = {SPK_WRITE_CREATE, SPK_WRITE_PATCH,
                                            SPK_WRITE_DELETE};

    for (size_t i = 0; i < SPK_LEN(ways); i++) {
        struct spk_seen seen = {.way = ways[i],
                                .http = ways[i] == SPK_SEEN_NOT_SENT ? 0 : reply->http,
                                .reason = reply->reason,
                                .message = reply->message,
                                .retry_after_ms = reply->retry_after_ms,
                                .refusal = refusal};

        for (size_t w = 0; w < SPK_LEN(writes); w++) {
            const struct spk_outcome_rule *rule = spk_outcome_of(writes[w], &seen);

            SPK_PROMISE(rule && rule->row > 0);
            SPK_PROMISE(ways[i] != SPK_SEEN_INTERRUPTED || rule->effect == SPK_EFFECT_MAYBE);
        }
        SPK_PROMISE(spk_outcome_of_read(&seen) <= SPK_READ_REFUSED);
    }
}

static const char *next_part(struct spk_arena *arena, const char **at, const char *end,
                             size_t *length)
{
    const char *stop = memchr(*at, '\0', (size_t)(end - *at)), *start = *at;

    if (!stop)
        stop = end;
    *length = (size_t)(stop - start);
    *at = stop < end ? stop + 1 : end;
    return spk_strndup(arena, start, *length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));
    const char *at = (const char *)data + 2, *end = (const char *)data + size;
    struct spk_api_reply reply = {.reason = "", .message = "", .trouble = ""};
    struct spk_strings warnings = {0};
    struct spk_err err = {0};
    size_t length;

    if (size < 2)
        return 0;
    reply.http = 100 + (data[0] * 256 + data[1]) % 500;
    const char *body = next_part(&arena, &at, end, &length);
    if (reply.http / 100 != 2)
        spk_status_decode(&reply, &arena, body, length);
    for (int i = 0; i < 3; i++)
        spk_status_warning(&warnings, &arena, next_part(&arena, &at, end, &length));
    int64_t wait_ms = spk_status_retry_after_ms(next_part(&arena, &at, end, &length), NOW_S);

    SPK_PROMISE(wait_ms >= 0 && wait_ms <= 30000);
    SPK_PROMISE(warnings.n <= SPK_MAX_WARNINGS);
    for (size_t i = 0; i < warnings.n; i++)
        SPK_PROMISE(is_bounded(warnings.items[i], SPK_MAX_WARNING_TEXT));
    if (reply.http / 100 == 2) {
        SPK_PROMISE(spk_status_reason(&reply) == SPK_NO_REASON);
        return 0;
    }
    check_reply(&reply);
    SPK_PROMISE(!spk_status_fail(&reply, NULL, &arena, &err));
    SPK_PROMISE(err.reason == spk_status_reason(&reply) && err.reason != SPK_NO_REASON);
    SPK_PROMISE(err.text[0] && spk_is_utf8(err.text, strlen(err.text)));
    check_outcome(&reply, &err);
    return 0;
}

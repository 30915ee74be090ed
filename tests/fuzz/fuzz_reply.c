/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Any error becomes a reply whose details decode, each as the type it says, within 6 KiB. The
 * first three bytes are reason, outcome and retry advice; the texts follow, separated by NUL.
 */
#include "base/limits.h"
#include "base/text.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include "grpc/reply.h"

#include "fuzz.h"

#include <string.h>

#define PREFIX "type.googleapis.com/google.rpc."

static const struct {
    const char *name;
    const ProtobufCMessageDescriptor *descriptor;
} types[] = {
    {"ErrorInfo", &google__rpc__error_info__descriptor},
    {"BadRequest", &google__rpc__bad_request__descriptor},
    {"PreconditionFailure", &google__rpc__precondition_failure__descriptor},
    {"QuotaFailure", &google__rpc__quota_failure__descriptor},
    {"ResourceInfo", &google__rpc__resource_info__descriptor},
    {"RetryInfo", &google__rpc__retry_info__descriptor},
};

static void check_detail(const Google__Protobuf__Any *any)
{
    size_t type = 0;

    SPK_PROMISE(spk_starts_with(any->type_url, PREFIX));
    while (type < SPK_LEN(types) &&
           strcmp(any->type_url + strlen(PREFIX), types[type].name) != 0)
        type++;
    SPK_PROMISE(type < SPK_LEN(types));
    ProtobufCMessage *message = protobuf_c_message_unpack(types[type].descriptor, NULL,
                                                          any->value.len, any->value.data);
    SPK_PROMISE(message);
    protobuf_c_message_free_unpacked(message, NULL);
}

static void check(const struct spk_reply *reply, const struct spk_err *err)
{
    SPK_PROMISE(reply->code == spk_reason_code(err->reason));
    SPK_PROMISE(strlen(reply->message) <= SPK_MAX_STATUS_MESSAGE);
    SPK_PROMISE(spk_is_utf8(reply->message, strlen(reply->message)));
    SPK_PROMISE(reply->details_length <= SPK_MAX_STATUS_DETAILS);
    Google__Rpc__Status *status =
        google__rpc__status__unpack(NULL, reply->details_length, reply->details);
    SPK_PROMISE(status && status->code == (int32_t)reply->code && status->n_details > 0);
    SPK_PROMISE(!strcmp(status->message, reply->message));
    SPK_PROMISE(!strcmp(status->details[0]->type_url, PREFIX "ErrorInfo"));
    for (size_t i = 0; i < status->n_details; i++)
        check_detail(status->details[i]);
    google__rpc__status__free_unpacked(status, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SPK_ARENA arena = SPK_ARENA_LIMIT(SPK_MIB(256));
    struct spk_err err = {0};
    struct spk_strings texts = {0};
    struct spk_reply reply;

    if (size < 3 || !spk_is_utf8((const char *)data + 3, size - 3))
        return 0;
    const char *at = (const char *)data + 3, *end = (const char *)data + size;
    while (at < end || texts.n < 3) {
        const char *stop = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;

        if (!stop)
            stop = end;
        spk_strings_add(&arena, &texts, spk_strndup(&arena, at, (size_t)(stop - at)));
        at = stop < end ? stop + 1 : end;
    }
    (void)spk_fail(&err, (enum spk_reason)(1 + data[0] % (SPK_REASON_COUNT - 1)), "%s",
                   texts.items[0]);
    (void)spk_fail_at(&err, "%s", texts.items[1]);
    err.outcome = (enum spk_outcome)(data[1] % 4);
    err.retry_after_ms = data[2] * (int64_t)997;
    for (size_t i = 3; i + 1 < texts.n; i += 2) {
        if (data[1] & 0x10)
            spk_err_note(&err, &arena, texts.items[i], texts.items[i + 1]);
        else
            spk_err_violation(&err, &arena, texts.items[i], texts.items[i + 1]);
    }
    spk_reply_make(&arena, &err, texts.items[2], size, &reply);
    check(&reply, &err);
    return 0;
}

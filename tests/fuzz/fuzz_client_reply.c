/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Any bytes are a reply or none, and details of an error or none: what is read is no deeper
 * than the limit, its accessors give texts, and an error is complete. The first byte chooses.
 */
#include "base/limits.h"
#include "library/call.h"
#include "library/reply.h"
#include "library/result.h"

#include "fuzz.h"

#define DETAILS                                                                               \
    3 /* the first byte of an error's details; the kinds of results lie around it */

/* Recursive, as deep as promised. */
static size_t depth_of(const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    size_t deepest = 0;

    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        const char *member = (const char *)message + field->offset;
        const char *quantifier = (const char *)message + field->quantifier_offset;
        ProtobufCMessage *const *items = (const void *)member;
        size_t n = 1;

        if (field->type != PROTOBUF_C_TYPE_MESSAGE)
            continue;
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            n = *(const size_t *)(const void *)quantifier;
            items = *(ProtobufCMessage *const *const *)(const void *)member;
        } else if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
                   *(const uint32_t *)(const void *)quantifier != field->id) {
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            size_t depth = items[k] ? depth_of(items[k]) : 0;

            deepest = depth > deepest ? depth : deepest;
        }
    }
    return deepest + 1;
}

static void read_result(enum spk_result_kind kind, ProtobufCMessage *reply)
{
    struct sparksubmit_result *result = spk_result_new(kind, reply);
    size_t total = 0;

    SPK_PROMISE(result);
    for (int i = 0; i <= SPARKSUBMIT_FIELD_NEXT_PAGE_TOKEN; i++)
        total += strlen(sparksubmit_result_text(result, (enum sparksubmit_field)i));
    for (int i = 0; i <= SPARKSUBMIT_LIST_KILL_DISPOSITIONS; i++)
        for (size_t k = 0; k < sparksubmit_result_count(result, (enum sparksubmit_list)i); k++)
            total += strlen(sparksubmit_result_item(result, (enum sparksubmit_list)i, k));
    SPK_PROMISE(total < SIZE_MAX);
    sparksubmit_result_free(result);
}

static void read_details(const uint8_t *data, size_t size)
{
    grpc_metadata entry = {
        .key = grpc_slice_from_static_string("grpc-status-details-bin"),
        .value = grpc_slice_from_static_buffer(data, size),
    };
    grpc_metadata_array trailers = {.count = 1, .capacity = 1, .metadata = &entry};
    struct sparksubmit_error error;
    const char *field, *text;
    size_t n = 0;

    spk_error_from_status(&error, "", GRPC_STATUS_UNAVAILABLE, grpc_empty_slice(), &trailers);
    while (sparksubmit_error_violation(&error, n, &field, &text))
        n++;
    SPK_PROMISE(error.retry_after_ms >= -1);
    SPK_PROMISE(error.outcome >= 0 && error.outcome <= SPARKSUBMIT_OUTCOME_UNSETTLED);
    SPK_PROMISE(n <= sizeof(error.violations));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ProtobufCMessageDescriptor *const types[] = {
        [SPK_RESULT_SUBMIT] = &spk__submit_response__descriptor,
        [SPK_RESULT_RENDER] = &spk__render_response__descriptor,
        [SPK_RESULT_INFO] = &spk__get_info_response__descriptor,
        [SPK_RESULT_GET] = &spk__get_submission_response__descriptor,
        [SPK_RESULT_LIST] = &spk__list_submissions_response__descriptor,
        [SPK_RESULT_KILL] = &spk__kill_submission_response__descriptor,
    };

    if (size == 0)
        return 0;
    unsigned chosen = *data % (SPK_LEN(types) + 1);
    if (chosen == DETAILS) {
        read_details(data + 1, size - 1);
        return 0;
    }
    unsigned kind = chosen > DETAILS ? chosen - 1 : chosen;
    ProtobufCMessage *reply = spk_reply_unpack(types[kind], data + 1, size - 1);
    if (!reply)
        return 0;
    SPK_PROMISE(depth_of(reply) <= SPK_MAX_REPLY_DEPTH);
    read_result((enum spk_result_kind)kind, reply);
    return 0;
}

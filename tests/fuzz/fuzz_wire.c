/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A SubmitRequest or a KillSubmissionRequest may be any bytes. A refusal has a reason and a
 * text; what is accepted is packed by protobuf-c to bytes that decode to the same again, and
 * that protobuf-c reads too.
 */
#include "application/application.h"
#include "base/limits.h"
#include "grpc/codec/wire.h"
#include "packable.h"
#include "spark/submit/v1/submit_service.pb-c.h"

#include "fuzz.h"

#include <string.h>

struct packed {
    uint8_t *bytes;
    size_t length;
};

struct input {
    struct spk_arena arena;
    const ProtobufCMessageDescriptor *type;
    const uint8_t *bytes;
    size_t length;
};

static bool decode(struct input *input, const uint8_t *bytes, size_t length,
                   struct packed *out, struct spk_err *err)
{
    static const struct spk_wire_options options = {
        .application = &spk__spark_application__descriptor, .warn_unknown_fields = true};
    struct spk_arena *arena = &input->arena;
    struct spk_warnings warnings = {0};
    ProtobufCMessage *message = NULL;

    if (!spk_wire_decode(arena, input->type, (struct spk_bytes){(const char *)bytes, length},
                         &options, &message, &warnings, err)) {
        SPK_PROMISE(message == NULL);
        return false;
    }
    spk_make_packable(arena, message);
    out->length = protobuf_c_message_get_packed_size(message);
    out->bytes = spk_alloc(arena, out->length);
    (void)protobuf_c_message_pack(message, out->bytes);
    return true;
}

static void run(void *argument)
{
    struct input *input = argument;
    struct spk_err err = {0};
    struct packed once, twice;

    if (!decode(input, input->bytes, input->length, &once, &err)) {
        SPK_PROMISE(err.reason != SPK_NO_REASON && err.text[0] != '\0');
        return;
    }
    if (once.length > SPK_MAX_REQUEST) /* unpacked scalars take more room */
        return;
    SPK_PROMISE(decode(input, once.bytes, once.length, &twice, &err));
    SPK_PROMISE(once.length == twice.length);
    SPK_PROMISE(memcmp(once.bytes, twice.bytes, once.length) == 0);

    ProtobufCMessage *theirs =
        protobuf_c_message_unpack(input->type, NULL, once.length, once.bytes);
    SPK_PROMISE(theirs != NULL);
    SPK_PROMISE(protobuf_c_message_get_packed_size(theirs) == once.length);
    protobuf_c_message_free_unpacked(theirs, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ProtobufCMessageDescriptor *const types[] = {
        &spk__submit_request__descriptor, &spk__kill_submission_request__descriptor};

    for (size_t i = 0; i < SPK_LEN(types); i++) {
        struct input input = {.arena = SPK_ARENA_LIMIT(SPK_MIB(64)),
                              .type = types[i],
                              .bytes = data,
                              .length = size};

        if (!spk_arena_run(&input.arena, run, &input))
            fputs("the arena is exhausted\n", stderr);
        spk_arena_free(&input.arena);
    }
    return 0;
}

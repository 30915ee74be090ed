/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/admission.h"

#include "base/clock.h"
#include "base/limits.h"
#include "grpc/loop.h"
#include "grpc/methods.h"

#include <assert.h>
#include <grpc/support/time.h>
#include <stdio.h>
#include <string.h>

static bool slice_is(grpc_slice slice, const char *text)
{
    size_t length = strlen(text);

    return GRPC_SLICE_LENGTH(slice) == length &&
           memcmp(GRPC_SLICE_START_PTR(slice), text, length) == 0;
}

/* The caller's own id, if it is one. */
static void take_request_id(struct spk_call *call, grpc_slice value)
{
    const char *bytes = (const char *)GRPC_SLICE_START_PTR(value);
    size_t length = GRPC_SLICE_LENGTH(value);

    if (length == 0 || length > 64)
        return;
    for (size_t i = 0; i < length; i++) {
        bool letter = (bytes[i] >= 'a' && bytes[i] <= 'z') ||
                      (bytes[i] >= 'A' && bytes[i] <= 'Z');

        if (!letter && !(bytes[i] >= '0' && bytes[i] <= '9') &&
            !(bytes[i] && strchr("._-", bytes[i])))
            return;
    }
    memcpy(call->request_id, bytes, length);
    call->request_id[length] = '\0';
}

/*
 * 00-TRACE-PARENT-FLAGS in lower-case hex digits, neither id all zeros; anything else is as if
 * it were not there. https://www.w3.org/TR/trace-context/#traceparent-header
 */
static void take_traceparent(struct spk_call *call, grpc_slice value)
{
    static const char form[] = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
    char text[sizeof(form)] = {0};

    _Static_assert(sizeof(form) == sizeof(call->traceparent), "a traceparent fits");
    if (GRPC_SLICE_LENGTH(value) != sizeof(form) - 1)
        return;
    memcpy(text, GRPC_SLICE_START_PTR(value), sizeof(form) - 1);
    for (size_t i = 0; i < sizeof(form) - 1; i++) {
        bool digit = text[i] && strchr("0123456789abcdef", text[i]);

        if (form[i] == 'x' ? !digit : text[i] != form[i])
            return;
    }
    if (strspn(text + 3, "0") >= 32 || strspn(text + 36, "0") >= 16)
        return;
    memcpy(call->traceparent, text, sizeof(text));
}

static bool read_metadata(struct spk_call *call, struct spk_err *err)
{
    size_t bytes = 0, credentials = 0;

    for (size_t i = 0; i < call->metadata.count; i++) {
        const grpc_metadata *item = &call->metadata.metadata[i];
        size_t value = GRPC_SLICE_LENGTH(item->value);

        bytes += GRPC_SLICE_LENGTH(item->key) + value;
        if (value > SPK_MAX_METADATA_VALUE)
            return spk_fail(err, SPK_REQUEST_TOO_LARGE,
                            "a value of the request metadata is larger than 8 KiB");
        credentials += slice_is(item->key, "authorization");
    }
    if (call->metadata.count > SPK_MAX_METADATA_ITEMS || bytes > SPK_MAX_METADATA)
        return spk_fail(err, SPK_REQUEST_TOO_LARGE,
                        "the request metadata has more than 64 entries or 16 KiB");
    if (credentials > 1)
        return spk_fail(err, SPK_CREDENTIALS_INVALID, "authorization is given twice");
    return true;
}

/* The core's deadline on our clock; it may be infinite, past or further than we allow. */
void spk_admission_set_deadline(struct spk_call *call)
{
    const struct spk_rpc *rpc = call->rpc;
    gpr_timespec deadline = call->core_deadline;
    int64_t left = rpc->default_deadline_ms;

    if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) != 0)
        left = gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(deadline.clock_type)));
    if (left > rpc->max_deadline_ms)
        left = rpc->max_deadline_ms;
    call->deadline_ms = call->started_ms + left;
}

static bool reserve(struct spk_call *call, struct spk_err *err)
{
    struct spk_rpc *rpc = call->rpc;
    size_t wanted = call->request_length * SPK_ARENA_RESERVE;

    if (wanted < SPK_ARENA_RESERVE_MIN)
        wanted = SPK_ARENA_RESERVE_MIN;
    if (atomic_fetch_add(&rpc->reserved, wanted) + wanted > rpc->memory_budget) {
        atomic_fetch_sub(&rpc->reserved, wanted);
        return spk_fail(err, SPK_SERVER_OVERLOADED,
                        "requests under way hold all the memory that is set aside for them");
    }
    call->reserved = wanted;
    return true;
}

void spk_admission_identify(struct spk_call *call)
{
    struct spk_rpc *rpc = call->rpc;

    (void)snprintf(call->request_id, sizeof(call->request_id), "%s-%zx", rpc->id_prefix,
                   atomic_fetch_add(&rpc->next_id, 1));
    for (size_t i = 0; i < call->metadata.count; i++) {
        const grpc_metadata *item = &call->metadata.metadata[i];

        if (slice_is(item->key, "x-request-id"))
            take_request_id(call, item->value);
        if (slice_is(item->key, "traceparent"))
            take_traceparent(call, item->value);
    }
}

bool spk_admission_enter(struct spk_call *call, struct spk_err *err)
{
    struct spk_rpc *rpc = call->rpc;

    if (!read_metadata(call, err))
        return false;
    if (call->method->admission != SPK_ADMIT_CALL)
        return true;
    if (atomic_load(&rpc->phase) >= SPK_RPC_REFUSING)
        return spk_fail(err, SPK_SERVER_DRAINING, "the server is stopping");
    if (!call->received)
        return spk_fail(err, SPK_INVALID_MESSAGE, "the call came without a whole request");
    call->admitted = true;
    if (atomic_fetch_add(&rpc->inflight, 1) >= rpc->max_inflight)
        return spk_fail(err, SPK_SERVER_OVERLOADED, "too many calls are under way");
    return reserve(call, err);
}

/* Streams by class; a class with no room for any is none of streams. */
static const struct {
    size_t most;
    const char *text;
} streams[SPK_ADMISSION_CLASSES] = {
    [SPK_ADMIT_WATCH] = {SPK_MAX_HEALTH_WATCHES, "too many health watches are open"},
    [SPK_ADMIT_REFLECTION] = {SPK_MAX_REFLECTIONS, "too many streams are open"},
};

bool spk_admission_enter_stream(struct spk_call *call, spk_call_fn *on_tick,
                                struct spk_err *err)
{
    enum spk_admission_class class = call->method->admission;

    assert(streams[class].most > 0);
    if (call->rpc->streams[class] >= streams[class].most)
        return spk_fail(err, SPK_SERVER_OVERLOADED, "%s", streams[class].text);
    spk_rpc_add_stream(call->rpc, call, on_tick);
    return true;
}

void spk_admission_answered(struct spk_call *call)
{
    size_t before = call->reserved;

    if (!call->admitted)
        return;
    call->reserved = call->bytes_out;
    atomic_fetch_add(&call->rpc->reserved, call->reserved);
    atomic_fetch_sub(&call->rpc->reserved, before);
}

void spk_admission_leave(struct spk_call *call)
{
    if (call->reserved)
        atomic_fetch_sub(&call->rpc->reserved, call->reserved);
    if (call->admitted)
        atomic_fetch_sub(&call->rpc->inflight, 1);
    call->reserved = 0;
    call->admitted = false;
}

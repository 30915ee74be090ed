/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/admission.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"
#include "grpc/server_group.h"

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
static void take_request_id(char *out, grpc_slice value)
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
    memcpy(out, bytes, length);
    out[length] = '\0';
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
    const struct spk_admission_limits *limits = &call->group->admission.limits;
    bool is_stream = call->method && call->method->kind != SPK_METHOD_UNARY;
    gpr_timespec deadline = call->core_deadline;
    bool has_own = gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) != 0;
    int64_t left = limits->default_deadline_ms;

    if (has_own)
        left = gpr_time_to_millis(gpr_time_sub(deadline, gpr_now(deadline.clock_type)));
    if (left > limits->max_deadline_ms && !is_stream)
        left = limits->max_deadline_ms;
    call->deadline_ms = has_own || !is_stream ? call->operation.record.started_ms + left
                                              : SPK_RPC_NEVER;
}

static bool reserve(struct spk_call *call, struct spk_err *err)
{
    struct spk_admission *admission = &call->group->admission;
    size_t wanted = call->request_length * SPK_ARENA_RESERVE;

    if (wanted < SPK_ARENA_RESERVE_MIN)
        wanted = SPK_ARENA_RESERVE_MIN;
    if (atomic_fetch_add(&admission->reserved, wanted) + wanted > admission->limits.memory) {
        atomic_fetch_sub(&admission->reserved, wanted);
        return spk_fail(err, SPK_SERVER_OVERLOADED,
                        "requests under way hold all the memory that is set aside for them");
    }
    call->reserved = wanted;
    return true;
}

void spk_admission_identify(struct spk_call *call)
{
    struct spk_admission *admission = &call->group->admission;
    char *id = call->operation.record.request_id;

    (void)snprintf(id, sizeof(call->operation.record.request_id), "%s-%zx",
                   admission->id_prefix, atomic_fetch_add(&admission->next_id, 1));
    for (size_t i = 0; i < call->metadata.count; i++) {
        const grpc_metadata *item = &call->metadata.metadata[i];

        if (slice_is(item->key, "x-request-id"))
            take_request_id(id, item->value);
        if (slice_is(item->key, "traceparent"))
            take_traceparent(call, item->value);
    }
}

bool spk_admission_enter(struct spk_call *call, struct spk_err *err)
{
    struct spk_server_group *group = call->group;
    bool is_counted = call->method->admission == SPK_ADMIT_CALL;

    if (!read_metadata(call, err))
        return false;
    if (is_counted && atomic_load(&group->phase) >= SPK_RPC_REFUSING)
        return spk_fail(err, SPK_SERVER_DRAINING, "the server is stopping");
    if (!call->received && spk_method_is_registered(call->method))
        return spk_fail(err, SPK_INVALID_MESSAGE, "the call came without a whole request");
    if (!is_counted)
        return true;
    call->admitted = true;
    if (atomic_fetch_add(&group->admission.inflight, 1) >= group->admission.limits.calls)
        return spk_fail(err, SPK_SERVER_OVERLOADED, "too many calls are under way");
    return reserve(call, err);
}

/* Classes of streams. */
static const struct {
    size_t most;
    const char *text;
} streams[SPK_ADMISSION_CLASSES] = {
    [SPK_ADMIT_HEALTH_WATCH] = {SPK_MAX_HEALTH_WATCHES, "too many health watches are open"},
    [SPK_ADMIT_REFLECTION] = {SPK_MAX_REFLECTIONS, "too many streams are open"},
    [SPK_ADMIT_WATCH] = {SPK_MAX_WATCHES, "too many drivers are watched"},
};

bool spk_admission_enter_stream(struct spk_call *call, struct spk_err *err)
{
    struct spk_admission *admission = &call->group->admission;
    enum spk_admission_class class = call->method->admission;

    assert(streams[class].text);
    if (admission->streams[class] >= admission->limits.streams[class])
        return spk_fail(err, SPK_SERVER_OVERLOADED, "%s", streams[class].text);
    admission->streams[class]++;
    call->has_place = true;
    return true;
}

void spk_admission_leave_stream(struct spk_call *call)
{
    if (call->has_place)
        call->group->admission.streams[call->method->admission]--;
    call->has_place = false;
}

void spk_admission_answered(struct spk_call *call)
{
    struct spk_admission *admission = &call->group->admission;
    size_t before = call->reserved;

    if (!call->admitted)
        return;
    call->reserved = call->operation.record.bytes_out;
    atomic_fetch_add(&admission->reserved, call->reserved);
    atomic_fetch_sub(&admission->reserved, before);
}

void spk_admission_leave(struct spk_call *call)
{
    struct spk_admission *admission = &call->group->admission;

    if (call->reserved)
        atomic_fetch_sub(&admission->reserved, call->reserved);
    if (call->admitted)
        atomic_fetch_sub(&admission->inflight, 1);
    call->reserved = 0;
    call->admitted = false;
}

void spk_admission_limits_init(struct spk_admission_limits *limits)
{
    *limits = (struct spk_admission_limits){.calls = SPK_MAX_CALLS,
                                            .memory = SPK_MEMORY_BUDGET,
                                            .default_deadline_ms = SPK_DEFAULT_DEADLINE_MS,
                                            .max_deadline_ms = SPK_MAX_DEADLINE_MS};
    for (size_t i = 0; i < SPK_ADMISSION_CLASSES; i++)
        limits->streams[i] = streams[i].most;
}

bool spk_admission_init(struct spk_admission *admission,
                        const struct spk_admission_limits *limits, struct spk_err *err)
{
    unsigned char random[4];

    *admission = (struct spk_admission){.limits = *limits};
    if (!spk_random(random, sizeof(random), err))
        return false;
    (void)snprintf(admission->id_prefix, sizeof(admission->id_prefix), "%02x%02x%02x%02x",
                   random[0], random[1], random[2], random[3]);
    return true;
}

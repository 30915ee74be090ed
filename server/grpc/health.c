/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/health.h"

#include "base/clock.h"
#include "base/limits.h"
#include "grpc/admission.h"
#include "grpc/codec/wire.h"
#include "grpc/health/v1/health.pb-c.h"
#include "grpc/loop.h"

#include <string.h>

typedef Grpc__Health__V1__HealthCheckResponse__ServingStatus status;

#define STATUS(name) GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__##name

static const struct {
    const char *name;
    bool needs_api_server;
} services[] = {
    {"", false},
    {"readiness", true},
    {"spark.submit.v1.SubmitService", true},
};

/* One stream: its service, and what it has been told. */
struct watch {
    size_t service; /* row of services; SPK_LEN(services): an unknown one */
    int sent;       /* status last sent; -1: none */
};

bool spk_health_is_stuck(struct spk_rpc *rpc)
{
    int64_t ticked = atomic_load(rpc->api_ticked_ms);
    bool stuck = ticked != 0 && spk_monotonic_ms() - ticked > SPK_LOOP_STUCK_MS;

    if (stuck != rpc->stuck)
        spk_log_event(rpc->log, stuck ? SPK_LOG_ERROR : SPK_LOG_INFO,
                      stuck ? "the API server's loop is stuck"
                            : "the API server's loop goes on",
                      NULL, NULL);
    rpc->stuck = stuck;
    return stuck;
}

static status status_of(struct spk_rpc *rpc, size_t service)
{
    if (service == SPK_LEN(services))
        return STATUS(SERVICE_UNKNOWN);
    if (atomic_load(&rpc->phase) != SPK_RPC_SERVING || spk_health_is_stuck(rpc) ||
        (services[service].needs_api_server && !atomic_load(&rpc->ready)))
        return STATUS(NOT_SERVING);
    return STATUS(SERVING);
}

/* The row of the service that the request names. false: the call has been answered. */
static bool read_service(struct spk_call *call, size_t *out)
{
    static const struct spk_wire_options options = {0};
    struct spk_warnings warnings = {0};
    struct spk_err err = {0};
    ProtobufCMessage *message;

    if (!call->request) {
        spk_call_refuse(call, SPK_INVALID_MESSAGE, "the call came without a whole request");
        return false;
    }
    if (!spk_wire_decode(&call->arena, &grpc__health__v1__health_check_request__descriptor,
                         (struct spk_bytes){(const char *)call->request, call->request_length},
                         &options, &message, &warnings, &err)) {
        spk_call_fail(call, &err);
        return false;
    }
    const char *name = ((Grpc__Health__V1__HealthCheckRequest *)message)->service;
    for (*out = 0; *out < SPK_LEN(services); ++*out)
        if (strcmp(services[*out].name, name) == 0)
            break;
    return true;
}

static void write_message(struct spk_call *call, const ProtobufCMessage *message)
{
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = spk_alloc(&call->arena, length);

    (void)protobuf_c_message_pack(message, bytes);
    spk_call_write(call, bytes, length);
}

static void check(struct spk_call *call)
{
    Grpc__Health__V1__HealthCheckResponse response =
        GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
    size_t service;

    if (!read_service(call, &service))
        return;
    if (service == SPK_LEN(services)) {
        spk_call_refuse(call, SPK_HEALTH_SERVICE_UNKNOWN,
                        "health is known of \"\", \"readiness\" and "
                        "\"spark.submit.v1.SubmitService\"");
        return;
    }
    response.status = status_of(call->rpc, service);
    write_message(call, &response.base);
}

void spk_health_check(struct spk_call *call)
{
    call->on_read = check;
    call->on_written = spk_call_end;
    spk_call_read(call);
}

static void list(struct spk_call *call)
{
    Grpc__Health__V1__HealthListResponse response =
        GRPC__HEALTH__V1__HEALTH_LIST_RESPONSE__INIT;
    Grpc__Health__V1__HealthListResponse__StatusesEntry entries[SPK_LEN(services)];
    Grpc__Health__V1__HealthListResponse__StatusesEntry *pointers[SPK_LEN(services)];
    Grpc__Health__V1__HealthCheckResponse values[SPK_LEN(services)];

    for (size_t i = 0; i < SPK_LEN(services); i++) {
        grpc__health__v1__health_list_response__statuses_entry__init(&entries[i]);
        grpc__health__v1__health_check_response__init(&values[i]);
        values[i].status = status_of(call->rpc, i);
        entries[i].key = (char *)(uintptr_t)services[i].name;
        entries[i].value = &values[i];
        pointers[i] = &entries[i];
    }
    response.n_statuses = SPK_LEN(services);
    response.statuses = pointers;
    write_message(call, &response.base);
}

void spk_health_list(struct spk_call *call)
{
    call->on_read = list;
    call->on_written = spk_call_end;
    spk_call_read(call);
}

/* Called after each write and several times a second: says what is new, if anything. Packed
 * by hand, since a stream may live for years and its arena does not shrink. */
static void tell(struct spk_call *call)
{
    struct watch *watch = call->state;
    int now = (int)status_of(call->rpc, watch->service);
    uint8_t bytes[2] = {1 << 3, (uint8_t)now};

    if (now != watch->sent) {
        watch->sent = now;
        spk_call_write(call, bytes, sizeof(bytes));
        return;
    }
    if (atomic_load(&call->rpc->phase) >= SPK_RPC_REFUSING)
        spk_call_refuse(call, SPK_SERVER_DRAINING, "the server is stopping");
}

static void start_watch(struct spk_call *call)
{
    struct spk_err err = {0};
    struct watch *watch;
    size_t service;

    if (!read_service(call, &service))
        return;
    if (!spk_admission_enter_stream(call, tell, &err)) {
        spk_call_fail(call, &err);
        return;
    }
    watch = spk_alloc(&call->arena, sizeof(*watch));
    *watch = (struct watch){.service = service, .sent = -1};
    call->state = watch;
    call->on_written = tell;
    tell(call);
}

void spk_health_watch(struct spk_call *call)
{
    call->on_read = start_watch;
    spk_call_read(call);
}

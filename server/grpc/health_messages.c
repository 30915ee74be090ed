/* SPDX-License-Identifier: Apache-2.0 */
/* The messages of grpc.health.v1 as the structs of the service's health, and back. */
#include "grpc/health/v1/health.pb-c.h"
#include "grpc/messages.h"

#define STATUS(name) GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__##name

static const Grpc__Health__V1__HealthCheckResponse__ServingStatus values[] = {
    [SPK_SERVING] = STATUS(SERVING),
    [SPK_NOT_SERVING] = STATUS(NOT_SERVING),
    [SPK_SERVICE_UNKNOWN] = STATUS(SERVICE_UNKNOWN),
};
_Static_assert(SPK_LEN(values) == SPK_SERVICE_UNKNOWN + 1, "as many as the service has");

static bool read_check(struct spk_arena *arena, const ProtobufCMessage *base,
                       const struct spk_warnings *warnings, const void **out,
                       struct spk_err *err)
{
    const Grpc__Health__V1__HealthCheckRequest *message =
        (const Grpc__Health__V1__HealthCheckRequest *)base;
    struct spk_health_request *request = spk_alloc(arena, sizeof(*request));

    (void)warnings, (void)err;
    request->service = message->service;
    *out = request;
    return true;
}

static Grpc__Health__V1__HealthCheckResponse *write_status(struct spk_arena *arena,
                                                           enum spk_serving status)
{
    Grpc__Health__V1__HealthCheckResponse *message = spk_alloc(arena, sizeof(*message));

    grpc__health__v1__health_check_response__init(message);
    message->status = values[status];
    return message;
}

static const ProtobufCMessage *write_check(struct spk_arena *arena, const void *base)
{
    const struct spk_health_response *response = base;

    return &write_status(arena, response->status)->base;
}

const struct spk_mapping spk_health_check_mapping = {&spk_health_check_type, read_check,
                                                     write_check};
const struct spk_mapping spk_health_watch_mapping = {&spk_health_watch_type, read_check,
                                                     write_check};

static bool read_list(struct spk_arena *arena, const ProtobufCMessage *base,
                      const struct spk_warnings *warnings, const void **out,
                      struct spk_err *err)
{
    (void)arena, (void)base, (void)warnings, (void)err;
    *out = NULL;
    return true;
}

static const ProtobufCMessage *write_list(struct spk_arena *arena, const void *base)
{
    const struct spk_health_list_response *response = base;
    Grpc__Health__V1__HealthListResponse *message = spk_alloc(arena, sizeof(*message));

    grpc__health__v1__health_list_response__init(message);
    message->statuses = spk_alloc_array(arena, response->n, sizeof(*message->statuses));
    for (size_t i = 0; i < response->n; i++) {
        Grpc__Health__V1__HealthListResponse__StatusesEntry *entry =
            spk_alloc(arena, sizeof(*entry));

        grpc__health__v1__health_list_response__statuses_entry__init(entry);
        entry->key = (char *)(uintptr_t)response->services[i].name;
        entry->value = write_status(arena, response->services[i].status);
        message->statuses[message->n_statuses++] = entry;
    }
    return &message->base;
}

const struct spk_mapping spk_health_list_mapping = {&spk_health_list_type, read_list,
                                                    write_list};

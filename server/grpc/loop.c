/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/loop.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/random.h"

#include <grpc/compression.h>
#include <grpc/grpc_security.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define POSTED  16 /* calls requested per method */
#define TICK_MS 250

void spk_rpc_repost(struct spk_rpc *rpc, struct spk_face *face,
                    const struct spk_method *method)
{
    if (atomic_load(&rpc->phase) >= SPK_RPC_CLOSING)
        return;
    spk_call_post(rpc, face, method, method ? face->registered[method - spk_methods] : NULL);
}

/* ---- core servers ---- */

struct argument {
    const char *key;
    int value, tcp_only; /* tcp_only: left at the core's default on unix sockets */
};

/*
 * Messages: a request up to twice our own limit is read, so that our refusal with its details
 * is the answer; answers stay below the 4 MiB that clients take by default. Metadata: above
 * this the core ends the whole connection with everybody's calls; our own limit is 16 KiB per
 * call. Compression: off, since the core checks the size after inflating (777 KB of gzip came
 * to 844 MB). Port sharing: off, or a second process would take half of the connections
 * unseen. Pings: the core's default of five minutes closes usual clients for "too many pings".
 * Lookahead and BDP probe: bounded buffers of each stream. TCP only: dead peers are found,
 * idle and old connections end, so that load is spread anew.
 */
static const struct argument arguments[] = {
    {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, SPK_MAX_CORE_REQUEST, 0},
    {GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, SPK_MAX_RESPONSE, 0},
    {GRPC_ARG_MAX_METADATA_SIZE, 65536, 0},
    {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1, 0},
    {GRPC_ARG_ALLOW_REUSEPORT, 0, 0},
    {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10000, 0},
    {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000, 0},
    {GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 65536, 0},
    {GRPC_ARG_HTTP2_BDP_PROBE, 0, 0},
    {GRPC_ARG_KEEPALIVE_TIME_MS, 60000, 1},
    {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000, 1},
    {GRPC_ARG_MAX_CONNECTION_AGE_MS, 1800000, 1},
    {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60000, 1},
    {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300000, 1},
};

static grpc_server *create_server(const struct spk_rpc *rpc, bool tcp)
{
    grpc_arg list[SPK_LEN(arguments) + 2];
    grpc_channel_args all = {0, list};

    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < SPK_LEN(arguments); i++) {
        if (arguments[i].tcp_only && !tcp)
            continue;
        grpc_arg *arg = &list[all.num_args++];

        arg->type = GRPC_ARG_INTEGER;
        arg->key = (char *)(uintptr_t)arguments[i].key;
        arg->value.integer = arguments[i].value;
    }
    list[all.num_args].type = GRPC_ARG_INTEGER;
    list[all.num_args].key = (char *)(uintptr_t)GRPC_ARG_MAX_CONCURRENT_STREAMS;
    list[all.num_args++].value.integer = tcp ? 100 : 1024;
    list[all.num_args].type = GRPC_ARG_POINTER;
    list[all.num_args].key = (char *)(uintptr_t)GRPC_ARG_RESOURCE_QUOTA;
    list[all.num_args].value.pointer.p = rpc->quota;
    list[all.num_args++].value.pointer.vtable = grpc_resource_quota_arg_vtable();
    return grpc_server_create(&all, NULL);
}

static void on_shut(struct spk_call *call, bool ok)
{
    (void)call;
    (void)ok;
}

static bool open_face(struct spk_rpc *rpc, struct spk_face *face, bool tcp,
                      struct spk_err *err)
{
    face->name = tcp ? "tcp" : "uds";
    face->shut = (struct spk_tag){on_shut, NULL};
    face->server = create_server(rpc, tcp);
    if (!face->server)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the gRPC server cannot be created");
    grpc_server_register_completion_queue(face->server, rpc->queue, NULL);
    for (size_t i = 0; i < SPK_METHODS; i++) {
        if (!spk_method_is_registered(&spk_methods[i]))
            continue;
        face->registered[i] =
            grpc_server_register_method(face->server, spk_methods[i].path, NULL,
                                        GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
        if (!face->registered[i])
            return spk_fail(err, SPK_INTERNAL_ERROR, "a method cannot be registered");
    }
    return true;
}

bool spk_rpc_open(struct spk_arena *arena, struct spk_rpc *rpc,
                  const struct spk_rpc_config *config, const struct spk_log *log,
                  struct spk_err *err)
{
    size_t length;
    const uint8_t *descriptors = spk_descriptor_set(&length);
    unsigned char random[4];

    *rpc = (struct spk_rpc){.log = log,
                            .service = config->service,
                            .api_ticked_ms = config->api_ticked_ms,
                            .reflection_on = config->reflection,
                            .max_inflight = config->max_inflight,
                            .memory_budget = config->memory_budget,
                            .default_deadline_ms = config->default_deadline_ms,
                            .max_deadline_ms = config->max_deadline_ms};
    if (!spk_reflection_index(arena, descriptors, length, &rpc->reflection, err) ||
        !spk_random(random, sizeof(random), err))
        return false;
    spk_call_log_init(rpc);
    (void)snprintf(rpc->id_prefix, sizeof(rpc->id_prefix), "%02x%02x%02x%02x", random[0],
                   random[1], random[2], random[3]);
    rpc->queue = grpc_completion_queue_create_for_next(NULL);
    rpc->quota = grpc_resource_quota_create("sparksubmitd");
    grpc_resource_quota_resize(rpc->quota, config->memory_budget);
    grpc_resource_quota_set_max_threads(rpc->quota, 4);
    for (int i = 0; i < SPK_FACES; i++)
        if (config->faces[i] && !open_face(rpc, &rpc->faces[i], i == SPK_FACE_TCP, err))
            return false;
    return true;
}

/* ---- the thread ---- */

void spk_rpc_add(struct spk_rpc *rpc, struct spk_call *call)
{
    call->next = rpc->calls;
    if (rpc->calls)
        rpc->calls->previous = call;
    rpc->calls = call;
}

void spk_rpc_remove(struct spk_rpc *rpc, struct spk_call *call)
{
    if (call->next)
        call->next->previous = call->previous;
    if (call->previous)
        call->previous->next = call->next;
    else
        rpc->calls = call->next;
    if (call->on_tick)
        rpc->streams[call->method->admission]--;
}

void spk_rpc_add_stream(struct spk_rpc *rpc, struct spk_call *call, spk_call_fn *on_tick)
{
    call->on_tick = on_tick;
    rpc->streams[call->method->admission]++;
}

/*
 * A client that does not read its answer holds the call: the core waits for ever unless the
 * client itself gave a deadline.
 */
static void break_off(struct spk_call *call, int64_t now_ms)
{
    if (call->overdue || now_ms < call->deadline_ms + SPK_UNREAD_MS)
        return;
    call->overdue = true;
    (void)grpc_call_cancel(call->core, NULL);
}

/* Neither changes the list: calls leave it with their close notice. */
static void tick(struct spk_rpc *rpc, int64_t now_ms)
{
    (void)spk_health_is_stuck(rpc); /* logs it, whether anybody asks for health or not */
    for (struct spk_call *call = rpc->calls; call; call = call->next) {
        if (!call->on_tick)
            break_off(call, now_ms);
        else if (!call->busy_writing && !atomic_load(&call->finished))
            spk_call_run(call, call->on_tick);
    }
}

static gpr_timespec next_wake(const struct spk_rpc *rpc)
{
    if (!rpc->calls)
        return gpr_inf_future(GPR_CLOCK_MONOTONIC);
    return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                        gpr_time_from_millis(TICK_MS, GPR_TIMESPAN));
}

static void handle(struct spk_rpc *rpc, const struct spk_tag *tag, bool ok)
{
    if (tag->call)
        tag->fn(tag->call, ok);
    else
        atomic_fetch_sub(&rpc->closing, 1);
}

static void *serve(void *argument)
{
    struct spk_rpc *rpc = argument;
    int64_t ticked = spk_monotonic_ms();

    (void)prctl(PR_SET_NAME, "grpc");
    for (;;) {
        grpc_event event = grpc_completion_queue_next(rpc->queue, next_wake(rpc), NULL);

        if (event.type == GRPC_QUEUE_SHUTDOWN)
            return NULL;
        if (event.type == GRPC_OP_COMPLETE)
            handle(rpc, event.tag, event.success != 0);
        if (rpc->calls && spk_monotonic_ms() - ticked >= TICK_MS) {
            ticked = spk_monotonic_ms();
            tick(rpc, ticked);
        }
    }
}

bool spk_rpc_start(struct spk_rpc *rpc, struct spk_err *err)
{
    for (int i = 0; i < SPK_FACES; i++) {
        struct spk_face *face = &rpc->faces[i];

        if (!face->server)
            continue;
        grpc_server_start(face->server);
        for (int j = 0; j < POSTED; j++) {
            for (size_t k = 0; k < SPK_METHODS; k++)
                if (face->registered[k])
                    spk_rpc_repost(rpc, face, &spk_methods[k]);
            spk_rpc_repost(rpc, face, NULL);
        }
    }
    if (pthread_create(&rpc->thread, NULL, serve, rpc) != 0)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the gRPC thread cannot be started");
    return true;
}

/* ---- the way down ---- */

void spk_rpc_shut(struct spk_rpc *rpc)
{
    for (int i = 0; i < SPK_FACES; i++)
        if (rpc->faces[i].server)
            atomic_fetch_add(&rpc->closing, 1);
    atomic_store(&rpc->phase, SPK_RPC_CLOSING);
    for (int i = 0; i < SPK_FACES; i++)
        if (rpc->faces[i].server)
            grpc_server_shutdown_and_notify(rpc->faces[i].server, rpc->queue,
                                            &rpc->faces[i].shut);
}

void spk_rpc_cancel(struct spk_rpc *rpc)
{
    for (int i = 0; i < SPK_FACES; i++)
        if (rpc->faces[i].server)
            grpc_server_cancel_all_calls(rpc->faces[i].server);
}

void spk_rpc_close(struct spk_rpc *rpc)
{
    grpc_completion_queue_shutdown(rpc->queue);
    (void)pthread_join(rpc->thread, NULL);
    for (int i = 0; i < SPK_FACES; i++)
        if (rpc->faces[i].server)
            grpc_server_destroy(rpc->faces[i].server);
    grpc_completion_queue_destroy(rpc->queue);
    grpc_resource_quota_unref(rpc->quota);
}

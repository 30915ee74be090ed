/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc/server_group.h"

#include "base/clock.h"
#include "base/limits.h"

#include <grpc/compression.h>
#include <grpc/grpc_security.h>
#include <string.h>

#define POSTED        16 /* calls requested per method */
#define QUOTA_THREADS 4
#define UNIX_STREAMS                                                                          \
    1024 /* of one connection: a proxy brings all its clients' calls on it                    \
          */
#define TCP_STREAMS 100

/* ---- the core's servers ---- */

enum reach { EVERYWHERE, TCP_ONLY };

/* Other arguments are right at the core's default. */
static const struct {
    const char *key;
    int value;
    enum reach reach;
} arguments[] = {
    /* Twice our own limit is read, so that our refusal with its details is the answer. */
    {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, SPK_MAX_CORE_REQUEST, EVERYWHERE},
    /* Answers stay below the 4 MiB that clients take by default. */
    {GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, SPK_MAX_RESPONSE, EVERYWHERE},
    /* Above this the core ends the whole connection with everybody's calls; our own limit is
     * 16 KiB per call. */
    {GRPC_ARG_MAX_METADATA_SIZE, 65536, EVERYWHERE},
    /* No compression: the core checks the size after inflating; 777 KB of gzip came to 844 MB.
     */
    {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1, EVERYWHERE},
    /* A second process on the port would take half of the connections unseen. */
    {GRPC_ARG_ALLOW_REUSEPORT, 0, EVERYWHERE},
    /* The default of two minutes keeps connections that say nothing. */
    {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10000, EVERYWHERE},
    /* The default of five minutes closes usual clients for "too many pings". */
    {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000, EVERYWHERE},
    /* The buffer of a stream is bounded, and does not grow with what a probe of the bandwidth
     * finds. */
    {GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 65536, EVERYWHERE},
    {GRPC_ARG_HTTP2_BDP_PROBE, 0, EVERYWHERE},
    /* Peers that vanished are found; on this machine their connection ends by itself. */
    {GRPC_ARG_KEEPALIVE_TIME_MS, 60000, TCP_ONLY},
    {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20000, TCP_ONLY},
    /* Old and idle connections end, so that load is spread anew. */
    {GRPC_ARG_MAX_CONNECTION_AGE_MS, 1800000, TCP_ONLY},
    {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60000, TCP_ONLY},
    {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300000, TCP_ONLY},
};

static void add_integer(grpc_channel_args *all, const char *key, int value)
{
    grpc_arg *arg = &all->args[all->num_args++];

    arg->type = GRPC_ARG_INTEGER;
    arg->key = (char *)(uintptr_t)key;
    arg->value.integer = value;
}

static grpc_server *create(const struct spk_core_server *server)
{
    bool tcp = server->is_tcp;
    grpc_arg list[SPK_LEN(arguments) + 2];
    grpc_channel_args all = {0, list};

    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < SPK_LEN(arguments); i++)
        if (tcp || arguments[i].reach == EVERYWHERE)
            add_integer(&all, arguments[i].key, arguments[i].value);
    add_integer(&all, GRPC_ARG_MAX_CONCURRENT_STREAMS, tcp ? TCP_STREAMS : UNIX_STREAMS);
    /* A back-stop for what the core buffers by itself. */
    list[all.num_args].type = GRPC_ARG_POINTER;
    list[all.num_args].key = (char *)(uintptr_t)GRPC_ARG_RESOURCE_QUOTA;
    list[all.num_args].value.pointer.p = server->group->quota;
    list[all.num_args++].value.pointer.vtable = grpc_resource_quota_arg_vtable();
    return grpc_server_create(&all, NULL);
}

static bool open_server(struct spk_core_server *server, struct spk_err *err)
{
    grpc_server *core = create(server);

    if (!core)
        return spk_fail(err, SPK_INTERNAL_ERROR, "the gRPC server cannot be created");
    grpc_server_register_completion_queue(core, server->group->rpc->queue, NULL);
    for (size_t i = 0; i < spk_n_methods; i++) {
        if (!spk_method_is_registered(&spk_methods[i]))
            continue;
        server->registered[i] = grpc_server_register_method(
            core, spk_methods[i].path, NULL, GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER, 0);
        if (!server->registered[i])
            return spk_fail(err, SPK_INTERNAL_ERROR, "a method cannot be registered");
    }
    server->core = core;
    return true;
}

void spk_core_server_request(struct spk_core_server *server, const struct spk_method *method)
{
    if (atomic_load(&server->group->phase) < SPK_RPC_CLOSING)
        spk_call_request(server, method,
                         method ? server->registered[method - spk_methods] : NULL);
}

static void request_calls(void *owner)
{
    struct spk_core_server *server = owner;

    for (int i = 0; i < POSTED; i++) {
        for (size_t j = 0; j < spk_n_methods; j++)
            if (server->registered[j])
                spk_core_server_request(server, &spk_methods[j]);
        spk_core_server_request(server, NULL);
    }
}

/* Calls are requested on the rpc thread, and so are their memory's birth and end. */
static void start_server(struct spk_core_server *server)
{
    grpc_server_start(server->core);
    spk_rpc_post(server->group->rpc, &server->started);
}

struct spk_core_server *spk_server_group_user(struct spk_server_group *group, uid_t uid)
{
    for (size_t i = 0; i < group->n_users; i++) {
        struct spk_core_server *server = &group->users[i];
        struct spk_err err = {0};

        if (server->uid != uid)
            continue;
        if (!server->core && open_server(server, &err))
            start_server(server);
        return server->core ? server : NULL;
    }
    return NULL;
}

/* ---- the calls ---- */

void spk_server_group_add(struct spk_server_group *group, struct spk_call *call)
{
    call->next = group->calls;
    if (group->calls)
        group->calls->previous = call;
    group->calls = call;
    spk_server_group_set_due(group, call);
}

void spk_server_group_remove(struct spk_server_group *group, struct spk_call *call)
{
    if (call->next)
        call->next->previous = call->previous;
    if (call->previous)
        call->previous->next = call->next;
    else
        group->calls = call->next;
}

static int64_t due_of(const struct spk_call *call)
{
    return call->overdue || call->deadline_ms > SPK_RPC_NEVER - SPK_UNREAD_MS
               ? SPK_RPC_NEVER
               : call->deadline_ms + SPK_UNREAD_MS;
}

void spk_server_group_set_due(struct spk_server_group *group, const struct spk_call *call)
{
    int64_t due_ms = due_of(call);

    if (due_ms < group->overdue.due_ms)
        group->overdue.due_ms = due_ms;
}

/*
 * A client that does not read its answer holds the call: the core waits for ever unless the
 * client itself gave a deadline. Calls leave the list with their close notice, not here.
 */
static int64_t break_off(void *owner, int64_t now_ms)
{
    struct spk_server_group *group = owner;
    int64_t next_ms = SPK_RPC_NEVER;

    for (struct spk_call *call = group->calls; call; call = call->next) {
        if (due_of(call) <= now_ms) {
            call->overdue = true;
            (void)grpc_call_cancel(call->core, NULL);
        }
        if (due_of(call) < next_ms)
            next_ms = due_of(call);
    }
    return next_ms;
}

static void drain_streams(void *owner)
{
    struct spk_server_group *group = owner;

    for (struct spk_call *call = group->calls; call; call = call->next)
        spk_call_drain(call);
}

/* ---- start ---- */

static void on_shut(void *owner, bool ok)
{
    const struct spk_core_server *server = owner;

    (void)ok;
    atomic_fetch_sub(&server->group->closing, 1);
}

static void init_server(struct spk_arena *arena, struct spk_server_group *group,
                        const char *peer, struct spk_core_server *server)
{
    *server = (struct spk_core_server){
        .group = group,
        .peer = peer,
        .registered = spk_alloc_array(arena, spk_n_methods, sizeof(void *)),
        .started = {.fn = request_calls, .owner = server},
        .shut = {on_shut, server},
    };
}

static void init_servers(struct spk_arena *arena, struct spk_server_group *group,
                         const struct spk_uids *uids)
{
    init_server(arena, group, "tcp", &group->tcp);
    group->tcp.is_tcp = true;
    group->n_users = uids ? uids->n : 0;
    group->users = spk_alloc_array(arena, group->n_users, sizeof(*group->users));
    for (size_t i = 0; i < group->n_users; i++) {
        init_server(arena, group, "uds", &group->users[i]);
        group->users[i].uid = uids->items[i];
    }
}

static void create_quota(struct spk_server_group *group)
{
    group->quota = grpc_resource_quota_create("sparksubmitd");
    grpc_resource_quota_resize(group->quota, group->admission.limits.memory);
    grpc_resource_quota_set_max_threads(group->quota, QUOTA_THREADS);
}

bool spk_server_group_open(struct spk_arena *arena, struct spk_server_group *group,
                           struct spk_rpc *rpc, const struct spk_server_group_config *config,
                           const struct spk_log *log, struct spk_err *err)
{
    size_t length;
    const uint8_t *descriptors = spk_descriptor_set(&length);

    *group = (struct spk_server_group){.log = log,
                                       .service = config->service,
                                       .rpc = rpc,
                                       .reflection_on = config->reflection};
    group->overdue = (struct spk_rpc_timer){break_off, group, SPK_RPC_NEVER, NULL};
    group->drain = (struct spk_rpc_item){.fn = drain_streams, .owner = group};
    if (!spk_reflection_index(arena, descriptors, length, &group->reflection, err) ||
        !spk_admission_init(&group->admission, &config->limits, err))
        return false;
    spk_call_log_init(arena, group);
    create_quota(group);
    init_servers(arena, group, config->uids);
    spk_rpc_add_timer(rpc, &group->overdue);
    return !config->tcp || open_server(&group->tcp, err);
}

void spk_server_group_start(struct spk_server_group *group)
{
    if (group->tcp.core)
        start_server(&group->tcp);
}

/* ---- the way down ---- */

void spk_server_group_set_phase(struct spk_server_group *group, enum spk_rpc_phase phase)
{
    atomic_store(&group->phase, phase);
    if (phase == SPK_RPC_REFUSING)
        spk_rpc_post(group->rpc, &group->drain);
}

typedef void server_fn(struct spk_core_server *server);

static void for_each_server(struct spk_server_group *group, server_fn *fn)
{
    if (group->tcp.core)
        fn(&group->tcp);
    for (size_t i = 0; i < group->n_users; i++)
        if (group->users[i].core)
            fn(&group->users[i]);
}

static void count(struct spk_core_server *server)
{
    atomic_fetch_add(&server->group->closing, 1);
}

static void shut(struct spk_core_server *server)
{
    grpc_server_shutdown_and_notify(server->core, server->group->rpc->queue, &server->shut);
}

static void cancel(struct spk_core_server *server)
{
    grpc_server_cancel_all_calls(server->core);
}

static void destroy(struct spk_core_server *server)
{
    grpc_server_destroy(server->core);
    server->core = NULL;
}

void spk_server_group_shut(struct spk_server_group *group)
{
    for_each_server(group, count);
    spk_server_group_set_phase(group, SPK_RPC_CLOSING);
    for_each_server(group, shut);
}

void spk_server_group_cancel(struct spk_server_group *group)
{
    for_each_server(group, cancel);
}

void spk_server_group_close(struct spk_server_group *group)
{
    for_each_server(group, destroy);
    grpc_resource_quota_unref(group->quota);
}

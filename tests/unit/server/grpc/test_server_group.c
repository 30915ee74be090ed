/* SPDX-License-Identifier: Apache-2.0 */
/* The core's servers in this process, with connections that are pairs of sockets. */
#include "grpc/server_group.h"

#include "base/latch.h"
#include "base/limits.h"
#include "service/service.h"
#include "test.h"

#include <fcntl.h>
#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <poll.h>
#include <sys/socket.h>

#define USERS 3

static uid_t uids[USERS] = {0, 185, 70000};

struct bench {
    struct spk_arena arena;
    struct spk_log log;
    struct spk_uids users;
    struct spk_health health;
    struct spk_service service;
    struct spk_rpc rpc;
    struct spk_server_group group;
};

static void open_bench(struct bench *bench)
{
    struct spk_server_group_config config = {.service = &bench->service,
                                             .uids = &bench->users};
    struct spk_err err = {0};

    *bench = (struct bench){.arena = {.limit = SPK_MIB(4)}, .users = {uids, USERS}};
    bench->log = spk_log_make(2, SPK_LOG_ERROR, SPK_LOG_JSON);
    bench->service.health = &bench->health;
    spk_health_init(&bench->health);
    spk_admission_limits_init(&config.limits);
    grpc_init();
    CU_ASSERT_FATAL(spk_rpc_open(&bench->rpc, &err));
    CU_ASSERT_FATAL(spk_server_group_open(&bench->arena, &bench->group, &bench->rpc, &config,
                                          &bench->log, &err));
    CU_ASSERT_FATAL(spk_rpc_start(&bench->rpc, &err));
    spk_server_group_start(&bench->group);
}

static void close_bench(struct bench *bench)
{
    spk_server_group_set_phase(&bench->group, SPK_RPC_REFUSING);
    spk_server_group_shut(&bench->group);
    while (atomic_load(&bench->group.live) || atomic_load(&bench->group.closing))
        (void)poll(NULL, 0, 1);
    spk_rpc_stop(&bench->rpc);
    spk_server_group_close(&bench->group);
    spk_rpc_close(&bench->rpc);
    spk_health_done(&bench->health);
    spk_arena_free(&bench->arena);
    grpc_shutdown_blocking();
}

/* ---- a client: one watch of health ---- */

struct client {
    grpc_completion_queue *queue;
    grpc_channel *channel;
    grpc_call *call;
    grpc_metadata_array initial, trailing;
    grpc_byte_buffer *received;
    grpc_status_code status;
    grpc_slice details;
};

static void wait_for_batch(struct client *client, const grpc_op *ops, size_t n)
{
    gpr_timespec end =
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(30, GPR_TIMESPAN));

    CU_ASSERT_EQUAL_FATAL(grpc_call_start_batch(client->call, ops, n, client, NULL),
                          GRPC_CALL_OK);
    grpc_event event = grpc_completion_queue_next(client->queue, end, NULL);
    CU_ASSERT_EQUAL_FATAL(event.type, GRPC_OP_COMPLETE);
    CU_ASSERT(event.success);
}

static void connect_as(struct client *client, struct spk_core_server *server)
{
    grpc_server_credentials *accepting = grpc_insecure_server_credentials_create();
    grpc_channel_credentials *calling = grpc_insecure_credentials_create();
    int ends[2];

    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL_FATAL(fcntl(ends[i], F_SETFL, O_NONBLOCK), 0);
    grpc_server_add_channel_from_fd(server->core, ends[0], accepting);
    client->channel = grpc_channel_create_from_fd("pair", ends[1], calling, NULL);
    grpc_server_credentials_release(accepting);
    grpc_channel_credentials_release(calling);
}

/* Returns once the first answer is there. */
static void watch(struct client *client, struct spk_core_server *server)
{
    grpc_slice slice = grpc_empty_slice();
    grpc_byte_buffer *request = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_op ops[5];

    *client = (struct client){.details = grpc_empty_slice()};
    connect_as(client, server);
    client->queue = grpc_completion_queue_create_for_next(NULL);
    client->call =
        grpc_channel_create_call(client->channel, NULL, 0, client->queue,
                                 grpc_slice_from_static_string("/grpc.health.v1.Health/Watch"),
                                 NULL, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    memset(ops, 0, sizeof(ops));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_SEND_MESSAGE;
    ops[1].data.send_message.send_message = request;
    ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &client->initial;
    ops[4].op = GRPC_OP_RECV_MESSAGE;
    ops[4].data.recv_message.recv_message = &client->received;
    wait_for_batch(client, ops, 5);
    CU_ASSERT_PTR_NOT_NULL(client->received);
    grpc_byte_buffer_destroy(client->received);
    grpc_byte_buffer_destroy(request);
}

static void leave(struct client *client)
{
    grpc_op op;

    (void)grpc_call_cancel(client->call, NULL);
    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    op.data.recv_status_on_client.trailing_metadata = &client->trailing;
    op.data.recv_status_on_client.status = &client->status;
    op.data.recv_status_on_client.status_details = &client->details;
    wait_for_batch(client, &op, 1);
    CU_ASSERT_EQUAL(client->status, GRPC_STATUS_CANCELLED);
    grpc_slice_unref(client->details);
    grpc_metadata_array_destroy(&client->initial);
    grpc_metadata_array_destroy(&client->trailing);
    grpc_call_unref(client->call);
    grpc_channel_destroy(client->channel);
    grpc_completion_queue_shutdown(client->queue);
    while (grpc_completion_queue_next(client->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL)
               .type != GRPC_QUEUE_SHUTDOWN)
        ;
    grpc_completion_queue_destroy(client->queue);
}

/* ---- the callers of all calls, as the rpc thread sees them ---- */

struct census {
    struct spk_rpc_item item;
    const struct spk_server_group *group;
    unsigned calls, of[USERS];
    struct spk_latch over;
};

static void count_callers(void *owner)
{
    struct census *census = owner;

    for (const struct spk_call *call = census->group->calls; call; call = call->next) {
        census->calls++;
        for (size_t i = 0; i < USERS; i++)
            census->of[i] += call->operation.caller.has_uid &&
                             call->operation.caller.uid == uids[i];
    }
    spk_latch_open(&census->over);
}

static void test_a_call_knows_the_user_of_its_connection(void)
{
    static const size_t of[] = {1, 0, 1}; /* who makes each watch, by row of uids */
    struct bench bench;
    struct client clients[SPK_LEN(of)];
    struct census census = {.item = {.fn = count_callers, .owner = &census},
                            .group = &bench.group,
                            .over = SPK_LATCH_INIT};

    open_bench(&bench);
    for (size_t i = 0; i < SPK_LEN(of); i++) {
        struct spk_core_server *server = spk_server_group_user(&bench.group, uids[of[i]]);

        CU_ASSERT_PTR_NOT_NULL_FATAL(server);
        watch(&clients[i], server);
    }
    spk_rpc_post(&bench.rpc, &census.item);
    spk_latch_wait(&census.over);
    CU_ASSERT_EQUAL(census.calls, 3);
    CU_ASSERT_EQUAL(census.of[0], 1);
    CU_ASSERT_EQUAL(census.of[1], 2);
    CU_ASSERT_EQUAL(census.of[2], 0);
    for (size_t i = 0; i < SPK_LEN(of); i++)
        leave(&clients[i]);
    close_bench(&bench);
}

static void test_a_user_has_a_server_from_the_first_connection_on(void)
{
    struct bench bench;

    open_bench(&bench);
    CU_ASSERT_PTR_NULL(bench.group.users[1].core);
    struct spk_core_server *server = spk_server_group_user(&bench.group, 185);
    CU_ASSERT_PTR_NOT_NULL_FATAL(server);
    CU_ASSERT_PTR_NOT_NULL(server->core);
    CU_ASSERT_PTR_EQUAL(spk_server_group_user(&bench.group, 185), server);
    CU_ASSERT_PTR_NULL(spk_server_group_user(&bench.group, 1000));
    CU_ASSERT_PTR_NULL(bench.group.users[0].core);
    close_bench(&bench);
}

static CU_TestInfo tests[] = {
    SPK_TEST(a_call_knows_the_user_of_its_connection),
    SPK_TEST(a_user_has_a_server_from_the_first_connection_on),
    CU_TEST_INFO_NULL,
};

SPK_TEST_MAIN("server_group", tests)

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many streams on a server in this process, and a state that changes faster than they read:
 *   watchers SOCKET ALLOWED_KIB    1,000 watchers of health that do not read, while threads
 *                                  change it; memory may grow by so much (0: is not judged).
 *                                  Half of them read then: the last state is what they see
 *                                  last. The server stops: all of them end.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "grpc/listener.h"
#include "service/service.h"

#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc_security.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCHERS 1000
#define CHANGERS 4
#define CHANGES  500 /* of each changer */
#define WINDOW   64  /* bytes that a client takes unread: nine answers */
#define PATH     "/grpc.health.v1.Health/Watch"
#define END_MS   60000

/* ---- the server ---- */

struct host {
    struct spk_arena arena;
    struct spk_log log;
    struct spk_health health;
    struct spk_service service;
    struct spk_rpc rpc;
    struct spk_server_group group;
    struct spk_listener listener;
};

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static void open_host(struct host *host, const char *path)
{
    static uid_t uid;
    static const char *listen[1];
    static struct spk_config config;
    struct spk_err err = {0};
    struct spk_server_group_config group = {.service = &host->service,
                                            .uids = &config.allowed_uids};

    uid = geteuid();
    listen[0] = path;
    config.allowed_uids = (struct spk_uids){&uid, 1};
    config.listen = (struct spk_strings){listen, 1};
    host->arena = (struct spk_arena)SPK_ARENA_LIMIT(SPK_MIB(16));
    host->log = spk_log_make(STDERR_FILENO, SPK_LOG_ERROR, SPK_LOG_JSON);
    host->service.health = &host->health;
    spk_health_init(&host->health);
    spk_admission_limits_init(&group.limits);
    group.limits.streams[SPK_ADMIT_HEALTH_WATCH] = WATCHERS;
    if (!spk_rpc_open(&host->rpc, &err) ||
        !spk_server_group_open(&host->arena, &host->group, &host->rpc, &group, &host->log,
                               &err) ||
        !spk_listener_open(&host->arena, &host->listener, &host->group, &config, &err) ||
        !spk_rpc_start(&host->rpc, &err) || !spk_listener_start(&host->listener, &err))
        die(err.text);
    spk_server_group_start(&host->group);
}

static void wait_for_end(const struct host *host)
{
    int64_t end_ms = spk_monotonic_ms() + END_MS;

    while (atomic_load(&host->group.live) || atomic_load(&host->group.closing)) {
        if (spk_monotonic_ms() > end_ms)
            die("calls are stuck");
        (void)poll(NULL, 0, 1);
    }
}

static void close_host(struct host *host)
{
    spk_server_group_shut(&host->group);
    wait_for_end(host);
    spk_rpc_stop(&host->rpc);
    spk_server_group_close(&host->group);
    spk_rpc_close(&host->rpc);
    spk_health_done(&host->health);
    spk_arena_free(&host->arena);
}

/* ---- the clients ---- */

struct watcher {
    grpc_call *call;
    grpc_metadata_array initial, trailing;
    grpc_byte_buffer *received;
    grpc_status_code status;
    grpc_slice details;
    int last, reads;
    bool asked; /* for its status */
};

struct clients {
    grpc_completion_queue *queue;
    grpc_channel *channel;
    struct watcher *watchers;
};

static void batch(struct watcher *watcher, const grpc_op *ops, size_t n)
{
    if (grpc_call_start_batch(watcher->call, ops, n, watcher, NULL) != GRPC_CALL_OK)
        die("a batch was refused");
}

/* The next completion's watcher; NULL: there was none in time. */
static struct watcher *next_event(struct clients *clients, bool *ok, int wait_ms)
{
    gpr_timespec end = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_millis(wait_ms, GPR_TIMESPAN));
    grpc_event event = grpc_completion_queue_next(clients->queue, end, NULL);

    *ok = event.success != 0;
    return event.type == GRPC_OP_COMPLETE ? event.tag : NULL;
}

/* Ask for a watch of "readiness". */
static void begin(struct watcher *watcher)
{
    static const char request[] = "\x0a\x09readiness";
    grpc_slice slice = grpc_slice_from_static_buffer(request, sizeof(request) - 1);
    grpc_byte_buffer *message = grpc_raw_byte_buffer_create(&slice, 1);
    grpc_op ops[4];

    memset(ops, 0, sizeof(ops));
    ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    ops[1].op = GRPC_OP_SEND_MESSAGE;
    ops[1].data.send_message.send_message = message;
    ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    ops[3].data.recv_initial_metadata.recv_initial_metadata = &watcher->initial;
    batch(watcher, ops, 4);
    grpc_byte_buffer_destroy(message);
}

static void open_clients(struct clients *clients, const char *target)
{
    grpc_arg args[] = {
        {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)GRPC_ARG_HTTP2_BDP_PROBE},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)(uintptr_t)GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES,
         .value.integer = WINDOW},
    };
    const grpc_channel_args all = {SPK_LEN(args), args};
    grpc_channel_credentials *credentials = grpc_insecure_credentials_create();

    clients->queue = grpc_completion_queue_create_for_next(NULL);
    clients->channel = grpc_channel_create(target, credentials, &all);
    grpc_channel_credentials_release(credentials);
    clients->watchers = calloc(WATCHERS, sizeof(*clients->watchers));
    for (size_t i = 0; i < WATCHERS; i++) {
        struct watcher *watcher = &clients->watchers[i];

        grpc_metadata_array_init(&watcher->initial);
        grpc_metadata_array_init(&watcher->trailing);
        watcher->details = grpc_empty_slice();
        watcher->call = grpc_channel_create_call(clients->channel, NULL, 0, clients->queue,
                                                 grpc_slice_from_static_string(PATH), NULL,
                                                 gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
        begin(watcher);
    }
    /* Metadata come with the first answer: all of them are watching then. */
    for (size_t i = 0; i < WATCHERS; i++) {
        bool ok;

        if (!next_event(clients, &ok, END_MS) || !ok)
            die("a watch was not begun");
    }
}

static void read_next(struct watcher *watcher)
{
    grpc_op op;

    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_MESSAGE;
    op.data.recv_message.recv_message = &watcher->received;
    batch(watcher, &op, 1);
}

static void take_message(struct watcher *watcher)
{
    grpc_byte_buffer_reader reader;

    if (!watcher->received || !grpc_byte_buffer_reader_init(&reader, watcher->received))
        die("a stream ended early");
    grpc_slice slice = grpc_byte_buffer_reader_readall(&reader);
    watcher->last = GRPC_SLICE_START_PTR(slice)[1];
    watcher->reads++;
    grpc_slice_unref(slice);
    grpc_byte_buffer_reader_destroy(&reader);
    grpc_byte_buffer_destroy(watcher->received);
    watcher->received = NULL;
}

/* Every other watcher reads until it has seen the last state, which comes with nothing newer
 * behind it; returns how many messages it were. */
static int read_half(struct clients *clients, int last)
{
    int reads = 0;
    size_t left = 0;

    for (size_t i = 0; i < WATCHERS; i += 2, left++)
        read_next(&clients->watchers[i]);
    while (left) {
        bool ok;
        struct watcher *watcher = next_event(clients, &ok, END_MS);

        if (!watcher || !ok)
            die("a change was not told");
        take_message(watcher);
        reads++;
        /* The state is the last one if it is the last of what fits into the window, too. */
        if (watcher->last == last && watcher->reads > WINDOW / 7)
            left--;
        else
            read_next(watcher);
    }
    return reads;
}

static void ask_for_status(struct watcher *watcher)
{
    grpc_op op;

    memset(&op, 0, sizeof(op));
    op.op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    op.data.recv_status_on_client.trailing_metadata = &watcher->trailing;
    op.data.recv_status_on_client.status = &watcher->status;
    op.data.recv_status_on_client.status_details = &watcher->details;
    batch(watcher, &op, 1);
}

/* All read what is left, and then are told why there is nothing more. */
static size_t end_all(struct clients *clients)
{
    size_t unavailable = 0, left = WATCHERS;

    for (size_t i = 0; i < WATCHERS; i++)
        read_next(&clients->watchers[i]);
    while (left) {
        bool ok;
        struct watcher *watcher = next_event(clients, &ok, END_MS);

        if (!watcher)
            die("a stream does not end");
        if (watcher->received) {
            take_message(watcher);
            read_next(watcher);
        } else if (!watcher->asked) {
            watcher->asked = true;
            ask_for_status(watcher);
        } else {
            left--;
        }
    }
    for (size_t i = 0; i < WATCHERS; i++) {
        struct watcher *watcher = &clients->watchers[i];

        unavailable += watcher->status == GRPC_STATUS_UNAVAILABLE;
        grpc_call_unref(watcher->call);
        grpc_metadata_array_destroy(&watcher->initial);
        grpc_metadata_array_destroy(&watcher->trailing);
        grpc_slice_unref(watcher->details);
    }
    return unavailable;
}

static void close_clients(struct clients *clients)
{
    bool ok;

    grpc_channel_destroy(clients->channel);
    grpc_completion_queue_shutdown(clients->queue);
    while (next_event(clients, &ok, 0))
        ;
    grpc_completion_queue_destroy(clients->queue);
    free(clients->watchers);
}

/* ---- the changes ---- */

static void *change(void *argument)
{
    struct host *host = argument;

    for (int i = 0; i < CHANGES; i++)
        (void)spk_health_set_ready(&host->health, i % 2 == 0);
    return NULL;
}

static void change_much(struct host *host)
{
    pthread_t threads[CHANGERS];

    for (int i = 0; i < CHANGERS; i++)
        if (pthread_create(&threads[i], NULL, change, host) != 0)
            die("a thread cannot be started");
    for (int i = 0; i < CHANGERS; i++)
        (void)pthread_join(threads[i], NULL);
}

static long resident_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");

    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (status)
        (void)fclose(status);
    return kib;
}

int main(int argc, char **argv)
{
    static struct host host;
    struct clients clients;
    char target[128];

    if (argc != 3)
        return 2;
    (void)snprintf(target, sizeof(target), "unix:%.100s", argv[1]);
    grpc_init();
    open_host(&host, argv[1]);
    open_clients(&clients, target);
    change_much(&host); /* windows are full now */
    long before = resident_kib();
    change_much(&host);
    long growth = resident_kib() - before, allowed = strtol(argv[2], NULL, 10);
    (void)spk_health_set_ready(&host.health, false);
    (void)spk_health_set_ready(&host.health, true);
    int reads = read_half(&clients, 1);

    /* The process stops: readers hear it, and nobody waits long for the others. */
    spk_listener_close(&host.listener);
    spk_health_leave(&host.health);
    spk_server_group_set_phase(&host.group, SPK_RPC_REFUSING);
    wait_for_end(&host);
    size_t told = end_all(&clients);
    close_clients(&clients);
    close_host(&host);
    grpc_shutdown_blocking();
    printf("%d watchers, %d changes: %d messages were read by half of them, RSS grew by %ld "
           "KiB, %zu were told that the server stops\n",
           WATCHERS, 2 * CHANGERS * CHANGES, reads, growth, told);
    return (allowed == 0 || growth <= allowed) && reads <= WATCHERS / 2 * 32 ? EXIT_SUCCESS
                                                                             : EXIT_FAILURE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client of libsparksubmit in many threads, for ThreadSanitizer and memcheck to watch:
 *   threads TARGET SERVER_PID submits    16 threads make 200 submissions each; all succeed
 *   threads TARGET SERVER_PID few        2 threads make 10 each
 *   threads TARGET SERVER_PID cancel     the same 3,200 while another thread cancels them
 *   threads TARGET SERVER_PID drain      the same while the server is told to end; a thread
 *                                        stops at its first refusal
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sparksubmit/client.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 16
#define DEADLINE_MS 60000
#define CANCELLED   1
#define UNAVAILABLE 14

static const char manifest[] =
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","
    "\"metadata\":{\"name\":\"app-%d\",\"namespace\":\"default\",\"uid\":\"%08x-0000-4000-"
    "8000-00000000a001\"},\"spec\":{\"type\":\"Scala\",\"mode\":\"cluster\","
    "\"image\":\"spark:4.1.4\",\"sparkVersion\":\"4.1.4\",\"mainClass\":\"org.example.Main\","
    "\"mainApplicationFile\":\"local:///app.jar\",\"driver\":{},\"executor\":{}}}";

/* What one mode does, and which code besides OK its calls may end with. */
struct mode {
    const char *name;
    int threads, per_thread;
    int allowed;
    bool cancels, drains;
};

static const struct mode modes[] = {
    {"submits", 16, 200, 0, false, false},
    {"few", 2, 10, 0, false, false},
    {"cancel", 16, 200, CANCELLED, true, false},
    {"drain", 16, 200, UNAVAILABLE, false, true},
};

struct work {
    const struct mode *mode;
    struct sparksubmit_client *client;
    atomic_int next, created, ended, failed, running;
};

/* The core cancels a call that reaches it while it shuts; our own refusals have a reason. */
static bool is_allowed(const struct mode *mode, const struct sparksubmit_error *error)
{
    return (mode->allowed && error->code == mode->allowed) ||
           (mode->drains && error->code == CANCELLED && error->reason[0] == '\0');
}

/* Whether the thread should go on. */
static bool submit_one(struct work *work, int number)
{
    char text[1024];
    struct sparksubmit_submit request = {.size = sizeof(request)};
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    request.token = (uint64_t)number + 1;
    request.job.manifest = text;
    request.job.manifest_length =
        (size_t)snprintf(text, sizeof(text), manifest, number, (unsigned)number);
    if (sparksubmit_client_submit(work->client, &request, DEADLINE_MS, &result, &error)) {
        atomic_fetch_add(&work->created, 1);
        sparksubmit_result_free(result);
        return true;
    }
    if (is_allowed(work->mode, &error)) {
        atomic_fetch_add(&work->ended, 1);
        return !work->mode->drains;
    }
    atomic_fetch_add(&work->failed, 1);
    fprintf(stderr, "%d %s %s: %s\n", error.code, error.reason, error.field, error.text);
    return true;
}

static void *call(void *argument)
{
    struct work *work = argument;
    int all = work->mode->threads * work->mode->per_thread, number;

    do
        number = atomic_fetch_add(&work->next, 1);
    while (number < all && submit_one(work, number));
    atomic_fetch_sub(&work->running, 1);
    return NULL;
}

/* Cancel whatever was begun last, until nobody calls any more. */
static void *cancel(void *argument)
{
    struct work *work = argument;

    while (atomic_load(&work->running) > 0) {
        int next = atomic_load(&work->next);

        for (int i = 0; i < 4; i++)
            sparksubmit_client_cancel(work->client, (uint64_t)(next > i ? next - i : 1));
        (void)sched_yield();
    }
    return NULL;
}

/* Once a tenth was created the server is to end. */
static void drain(struct work *work, const char *pid)
{
    int tenth = work->mode->threads * work->mode->per_thread / 10;

    while (atomic_load(&work->created) < tenth && atomic_load(&work->running) > 0)
        (void)sched_yield();
    (void)kill((pid_t)strtol(pid, NULL, 10), SIGTERM);
}

static void run(struct work *work, const char *pid)
{
    pthread_t threads[MAX_THREADS], canceller;

    atomic_store(&work->running, work->mode->threads);
    for (int i = 0; i < work->mode->threads; i++)
        if (pthread_create(&threads[i], NULL, call, work) != 0)
            abort();
    if (work->mode->cancels && pthread_create(&canceller, NULL, cancel, work) != 0)
        abort();
    if (work->mode->drains)
        drain(work, pid);
    for (int i = 0; i < work->mode->threads; i++)
        (void)pthread_join(threads[i], NULL);
    if (work->mode->cancels)
        (void)pthread_join(canceller, NULL);
}

/* Everything ended as it may, and what the mode is about did happen. */
static bool is_good(const struct work *work)
{
    int all = work->mode->threads * work->mode->per_thread;

    if (work->mode->drains)
        return work->failed == 0 && work->created > 0 && work->ended == work->mode->threads;
    return work->created + work->ended == all && work->failed == 0 &&
           (work->mode->allowed == 0 || work->ended > 0);
}

int main(int argc, char **argv)
{
    struct sparksubmit_client_config config = {.size = sizeof(config), .attempts = 1};
    struct work work = {0};
    struct sparksubmit_error error;

    for (size_t i = 0; argc == 4 && i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(modes[i].name, argv[3]) == 0)
            work.mode = &modes[i];
    if (!work.mode)
        return 2;
    config.target = argv[1];
    if (!sparksubmit_client_open(&work.client, &config, &error))
        return 2;
    run(&work, argv[2]);
    sparksubmit_client_close(work.client);
    printf("created %d, ended early %d, failed %d\n", work.created, work.ended, work.failed);
    return is_good(&work) ? EXIT_SUCCESS : EXIT_FAILURE;
}

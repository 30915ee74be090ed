/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load on a server that keeps its objects in memory, through libsparksubmit:
 *   load TARGET SERVER_PID rounds    ten rounds of 1,000 submissions; memory stays flat
 *   load TARGET SERVER_PID burst     1,000 calls at once over 16 connections: all are answered
 */
#include <pthread.h>
#include <signal.h>
#include <sparksubmit/client.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      10
#define PER_ROUND   1000
#define CALLERS     16
#define CONNECTIONS 16
#define BURST       1000
#define ALLOWED_KIB 2048
#define DEADLINE_MS 60000
#define SHED        8 /* RESOURCE_EXHAUSTED */

static const char manifest[] =
    "{\"apiVersion\":\"sparkoperator.k8s.io/v1beta2\",\"kind\":\"SparkApplication\","
    "\"metadata\":{\"name\":\"load-%d-%d\",\"namespace\":\"default\",\"uid\":\"%08x-%04x-4000-"
    "8000-00000000a001\",\"generation\":1},\"spec\":{\"type\":\"Scala\",\"mode\":\"cluster\","
    "\"image\":\"spark:4.1.4\",\"sparkVersion\":\"4.1.4\",\"mainClass\":\"org.example.Main\","
    "\"mainApplicationFile\":\"local:///app.jar\",\"driver\":{\"memory\":\"512m\"},"
    "\"executor\":{\"instances\":2}}}";

/* What the threads of one test share. */
struct work {
    struct sparksubmit_client **clients;
    size_t n_clients;
    int round, limit;
    atomic_int next, created, shed, shed_without_advice, failed;
    pthread_barrier_t *start;
};

static long resident_kib(const char *pid)
{
    char path[64], line[256];
    long kib = -1;

    (void)snprintf(path, sizeof(path), "/proc/%.16s/status", pid);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (status)
        (void)fclose(status);
    return kib;
}

static void submit_one(struct work *work, int number)
{
    char text[1024];
    struct sparksubmit_submit request = {.size = sizeof(request)};
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;

    request.job.manifest = text;
    request.job.manifest_length = (size_t)snprintf(text, sizeof(text), manifest, work->round,
                                                   number, (unsigned)work->round,
                                                   (unsigned)number);
    if (sparksubmit_client_submit(work->clients[(size_t)number % work->n_clients], &request,
                                  DEADLINE_MS, &result, &error)) {
        atomic_fetch_add(&work->created, 1);
        sparksubmit_result_free(result);
        return;
    }
    if (error.code == SHED) {
        atomic_fetch_add(&work->shed, 1);
        if (error.retry_after_ms < 0)
            atomic_fetch_add(&work->shed_without_advice, 1);
        return;
    }
    atomic_fetch_add(&work->failed, 1);
    fprintf(stderr, "%d %s %s: %s\n", error.code, error.reason, error.field, error.text);
}

static void *call(void *argument)
{
    struct work *work = argument;
    int number;

    if (work->start)
        (void)pthread_barrier_wait(work->start);
    while ((number = atomic_fetch_add(&work->next, 1)) < work->limit)
        submit_one(work, number);
    return NULL;
}

static void run_callers(struct work *work, int callers)
{
    pthread_t *threads = calloc((size_t)callers, sizeof(*threads));
    pthread_attr_t small;

    (void)pthread_attr_init(&small);
    (void)pthread_attr_setstacksize(&small, 256 * 1024);
    for (int i = 0; threads && i < callers; i++)
        if (pthread_create(&threads[i], &small, call, work) != 0)
            abort();
    for (int i = 0; threads && i < callers; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_attr_destroy(&small);
    free(threads);
}

static int run_rounds(struct work *work, const char *pid)
{
    long after_second = 0;

    for (work->round = 1; work->round <= ROUNDS; work->round++) {
        work->limit = PER_ROUND;
        atomic_store(&work->next, 0);
        run_callers(work, CALLERS);
        if (work->round == 2)
            after_second = resident_kib(pid);
        /* Forget the objects; the next round's calls come after the signal. */
        (void)kill((pid_t)strtol(pid, NULL, 10), SIGUSR2);
    }
    long growth = resident_kib(pid) - after_second;
    printf("created %d, failed %d, RSS after round 2 %ld KiB, growth until round %d %ld KiB\n",
           atomic_load(&work->created), atomic_load(&work->failed), after_second, ROUNDS,
           growth);
    return atomic_load(&work->created) == ROUNDS * PER_ROUND && growth <= ALLOWED_KIB;
}

static int run_burst(struct work *work)
{
    pthread_barrier_t start;

    (void)pthread_barrier_init(&start, NULL, BURST);
    work->start = &start;
    work->limit = BURST;
    run_callers(work, BURST);
    (void)pthread_barrier_destroy(&start);
    printf("created %d, shed %d (%d without advice), failed %d\n", atomic_load(&work->created),
           atomic_load(&work->shed), atomic_load(&work->shed_without_advice),
           atomic_load(&work->failed));
    return atomic_load(&work->created) + atomic_load(&work->shed) == BURST &&
           atomic_load(&work->shed_without_advice) == 0 && atomic_load(&work->created) > 0;
}

int main(int argc, char **argv)
{
    struct sparksubmit_client *clients[CONNECTIONS];
    struct work work = {.clients = clients, .n_clients = CONNECTIONS};
    struct sparksubmit_error error;

    if (argc != 4)
        return 2;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct sparksubmit_client_config config = {
            .size = sizeof(config), .target = argv[1], .attempts = 1};

        if (!sparksubmit_client_open(&clients[i], &config, &error))
            return 2;
    }
    int ok = strcmp(argv[3], "rounds") == 0 ? run_rounds(&work, argv[2]) : run_burst(&work);
    for (int i = 0; i < CONNECTIONS; i++)
        sparksubmit_client_close(clients[i]);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

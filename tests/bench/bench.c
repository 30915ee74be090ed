/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many submissions by some callers at once, each as soon as the one before is answered:
 *   bench WAY CALLERS COUNT FIRST FOLDER URL CA_FILE TOKEN TARGET
 * The ways: raw, the bare writes by libcurl; service, through libsparksubmit; pairs, each
 * caller by turns one and the other, so that whatever slows the machine slows both (the
 * second of a pair goes first in the next).
 * FOLDER holds what is sent, with the word "77777770" where each submission has its number:
 * 1.json, 2.json, ... the objects in their order with 1.path, 2.path, ...; manifest.json the
 * application. Prints the wall time in microseconds, then that of each submission; of pairs
 * first the bare writes', then the service's.
 */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct work {
    const struct bench_method *methods[2];
    int ways; /* how many of them are used */
    struct bench_place place;
    long first;
    int count; /* submissions by each way */
    atomic_int opened, next, failed;
    pthread_barrier_t ready;
    int64_t *spans_us;
};

static int64_t now_us(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

char *bench_read(const char *folder, const char *name)
{
    char path[4096];
    char *text = calloc(1, BENCH_TEXT);

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (!text || !file) {
        free(text);
        return NULL;
    }
    text[fread(text, 1, BENCH_TEXT - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

void bench_number(const char *text, long number, char *out)
{
    char digits[16];

    (void)snprintf(digits, sizeof(digits), "%08ld", number);
    memcpy(out, text, strlen(text) + 1);
    for (char *at = out; (at = strstr(at, BENCH_WORD)) != NULL;)
        memcpy(at, digits, strlen(BENCH_WORD));
}

static void submit(struct work *work, int way, void *caller, long number)
{
    if (!caller || !work->methods[way]->submit(caller, number))
        atomic_fetch_add(&work->failed, 1);
}

/* Submission i by each way, the ways in turn first. */
static void submit_timed(struct work *work, void *const callers[2], int i)
{
    for (int turn = 0; turn < work->ways; turn++) {
        int way = (turn + i) % work->ways;
        int at = way * work->count + i;
        int64_t start = now_us();

        submit(work, way, callers[way], work->first + at);
        work->spans_us[at] = now_us() - start;
    }
}

/* The first submission of a caller opens its connection and is not counted. */
static void *call(void *argument)
{
    struct work *work = argument;
    void *callers[2] = {0};
    int i;

    for (int way = 0; way < work->ways; way++) {
        callers[way] = work->methods[way]->open(&work->place);
        submit(work, way, callers[way],
               work->first + work->ways * work->count + atomic_fetch_add(&work->opened, 1));
    }
    (void)pthread_barrier_wait(&work->ready);
    while ((i = atomic_fetch_add(&work->next, 1)) < work->count)
        submit_timed(work, callers, i);
    for (int way = 0; way < work->ways; way++)
        if (callers[way])
            work->methods[way]->close(callers[way]);
    return NULL;
}

static int64_t run(struct work *work, int callers)
{
    pthread_t *threads = calloc((size_t)callers, sizeof(*threads));
    int64_t start;

    (void)pthread_barrier_init(&work->ready, NULL, (unsigned)callers + 1);
    for (int i = 0; threads && i < callers; i++)
        if (pthread_create(&threads[i], NULL, call, work) != 0)
            abort();
    (void)pthread_barrier_wait(&work->ready);
    start = now_us();
    for (int i = 0; threads && i < callers; i++)
        (void)pthread_join(threads[i], NULL);
    free(threads);
    return now_us() - start;
}

static bool choose(struct work *work, const char *way)
{
    bool raw = strcmp(way, "service") != 0, service = strcmp(way, "raw") != 0;

    if (raw)
        work->methods[work->ways++] = &bench_raw;
    if (service)
        work->methods[work->ways++] = &bench_service;
    for (int i = 0; i < work->ways; i++)
        if (!work->methods[i]->begin())
            return false;
    return true;
}

int main(int argc, char **argv)
{
    struct work work = {0};

    if (argc != 10 || !choose(&work, argv[1]))
        return 2;
    work.count = (int)strtol(argv[3], NULL, 10);
    work.first = strtol(argv[4], NULL, 10);
    work.place = (struct bench_place){argv[5], argv[6], argv[7], argv[8], argv[9]};
    work.spans_us = calloc((size_t)(work.ways * work.count), sizeof(*work.spans_us));
    if (!work.spans_us)
        return 2;
    int64_t wall = run(&work, (int)strtol(argv[2], NULL, 10));
    for (int i = 0; i < work.ways; i++)
        work.methods[i]->end();
    printf("%lld\n", (long long)wall);
    for (int i = 0; i < work.ways * work.count; i++)
        printf("%lld\n", (long long)work.spans_us[i]);
    free(work.spans_us);
    if (atomic_load(&work.failed))
        fprintf(stderr, "%d submissions failed\n", atomic_load(&work.failed));
    return atomic_load(&work.failed) != 0;
}

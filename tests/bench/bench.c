/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many submissions by some callers at once, each as soon as the one before is answered:
 *   bench raw     CALLERS COUNT FIRST URL CA_FILE TOKEN FOLDER    the bare writes, by libcurl
 *   bench service CALLERS COUNT FIRST TARGET FOLDER               through libsparksubmit
 * FOLDER holds what is sent, with the word "77777770" where each submission has its number:
 * 1.json, 2.json, ... the objects in their order with 1.path, 2.path, ...; manifest.json the
 * application. Prints the wall time in microseconds, then that of each submission.
 */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct work {
    const struct bench_method *method;
    char **arguments;
    long first;
    int count;
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

/* The first submission of a caller opens its connection and is not counted. */
static void *call(void *argument)
{
    struct work *work = argument;
    void *caller = work->method->open(work->arguments);
    long number = work->first + work->count + atomic_fetch_add(&work->opened, 1);
    int i;

    if (!caller || !work->method->submit(caller, number))
        atomic_fetch_add(&work->failed, 1);
    (void)pthread_barrier_wait(&work->ready);
    while (caller && (i = atomic_fetch_add(&work->next, 1)) < work->count) {
        int64_t start = now_us();

        if (!work->method->submit(caller, work->first + i))
            atomic_fetch_add(&work->failed, 1);
        work->spans_us[i] = now_us() - start;
    }
    if (caller)
        work->method->close(caller);
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

int main(int argc, char **argv)
{
    struct work work = {0};

    if (argc < 7)
        return 2;
    work.method = strcmp(argv[1], "raw") == 0 ? &bench_raw : &bench_service;
    work.count = (int)strtol(argv[3], NULL, 10);
    work.first = strtol(argv[4], NULL, 10);
    work.arguments = argv + 5;
    work.spans_us = calloc((size_t)work.count, sizeof(*work.spans_us));
    if (!work.spans_us || !work.method->begin(work.arguments))
        return 2;
    int64_t wall = run(&work, (int)strtol(argv[2], NULL, 10));
    work.method->end();
    printf("%lld\n", (long long)wall);
    for (int i = 0; i < work.count; i++)
        printf("%lld\n", (long long)work.spans_us[i]);
    free(work.spans_us);
    if (atomic_load(&work.failed))
        fprintf(stderr, "%d submissions failed\n", atomic_load(&work.failed));
    return atomic_load(&work.failed) != 0;
}

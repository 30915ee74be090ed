/* SPDX-License-Identifier: Apache-2.0 */
/** bench.h: two ways to submit, behind one loop. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BENCH_WORD "77777770" /* stands for the number of a submission */
#define BENCH_TEXT (1 << 16)

/** Where everything is. */
struct bench_place {
    const char *folder, *url, *ca_file, *token, *target;
};

/** One way: what all callers share, and what each has for itself. */
struct bench_method {
    bool (*begin)(void);
    void *(*open)(const struct bench_place *place);
    bool (*submit)(void *caller, long number); /* false, after a line on stderr: failed */
    void (*close)(void *caller);
    void (*end)(void);
};

extern const struct bench_method bench_raw, bench_service;

/** A file's text, to be freed; NULL if there is none. */
char *bench_read(const char *folder, const char *name);

/** text with the number in place of each BENCH_WORD; out has BENCH_TEXT bytes. */
void bench_number(const char *text, long number, char *out);

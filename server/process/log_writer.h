/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log_writer.h: the thread that writes the log, and the ring of lines in front of it. A
 * thread that logs only copies a line: a pipe that nobody reads stops this thread and no
 * other. Lines that find the ring full are counted, and one line says how many as soon as
 * there is room again. Its lock is held for a copy in memory only.
 */
#pragma once

#include "base/err.h"
#include "process/log.h"

#include <pthread.h>

struct spk_log_writer {
    struct spk_log log; /* how the writer's own lines look */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *ring; /* whole lines */
    size_t start, used;
    uint64_t lost;                  /* lines since one said so */
    atomic_uint_fast64_t all_lost;  /* lines in all */
    struct spk_log_limit *left_out; /* limits that have something to tell */
    bool writing, stopping, ended;
    int give_up; /* eventfd: no longer wait for a reader */
};

/**
 * Start the thread: log's lines go through it from now on.
 *
 * @owner  writer and log are in use until spk_log_writer_stop
 * @errors INTERNAL_ERROR
 */
bool spk_log_writer_start(struct spk_log_writer *writer, struct spk_log *log,
                          struct spk_err *err) SPK_CHECK;

/**
 * Write what is in the ring, for at most SPK_LOG_FLUSH_MS, and end the thread; log's lines are
 * written at once from then on. No other thread logs any more. (A thread that another writer
 * of the same pipe has made wait inside write(2) is left behind with its ring.)
 */
void spk_log_writer_stop(struct spk_log_writer *writer, struct spk_log *log);

/**
 * Wait until the ring is empty, for at most SPK_LOG_FLUSH_MS: before the process ends itself.
 * A log without a writer has nothing to wait for.
 */
void spk_log_writer_flush(const struct spk_log *log);

/* For log.c: neither blocks. */
void spk_log_writer_put(struct spk_log_writer *writer, const char *line, size_t length);
void spk_log_writer_note(struct spk_log_writer *writer, struct spk_log_limit *limit);

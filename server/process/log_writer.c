/* SPDX-License-Identifier: Apache-2.0 */
#include "process/log_writer.h"

#include "base/clock.h"
#include "base/limits.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define SUMMARY_MS 1000 /* how often limits are looked at, while one has something to tell */

/* ---- the ring; the lock is held ---- */

static void put(struct spk_log_writer *writer, const char *bytes, size_t length)
{
    size_t end = (writer->start + writer->used) % SPK_LOG_RING;
    size_t first = length < SPK_LOG_RING - end ? length : SPK_LOG_RING - end;

    memcpy(writer->ring + end, bytes, first);
    memcpy(writer->ring, bytes + first, length - first);
    writer->used += length;
}

/* As many whole lines as one write takes that no other process can break up (PIPE_BUF). */
static size_t take(struct spk_log_writer *writer, char lines[SPK_LOG_LINE])
{
    size_t length = writer->used < SPK_LOG_LINE ? writer->used : SPK_LOG_LINE;
    size_t first = length < SPK_LOG_RING - writer->start ? length
                                                         : SPK_LOG_RING - writer->start;

    memcpy(lines, writer->ring + writer->start, first);
    memcpy(lines + first, writer->ring, length - first);
    while (length && lines[length - 1] != '\n')
        length--;
    writer->start = (writer->start + length) % SPK_LOG_RING;
    writer->used -= length;
    return length;
}

static void put_line(struct spk_log_writer *writer, struct spk_log_line *line)
{
    spk_log_close(line);
    put(writer, line->text, line->length);
}

/* Lines in the ring are older than the lost ones, so this line comes right after them. */
static void tell_lost(struct spk_log_writer *writer)
{
    struct spk_log_line line;

    if (!writer->lost || writer->used > SPK_LOG_RING / 2)
        return;
    spk_log_begin(&writer->log, &line, SPK_LOG_ERROR, "log lines were lost: nobody read them");
    spk_log_int(&line, "count", (int64_t)writer->lost);
    put_line(writer, &line);
    writer->lost = 0;
}

static void tell_left_out(struct spk_log_writer *writer)
{
    struct spk_log_limit **at = &writer->left_out, *limit;
    int64_t minute = writer->log.wall_ms() / 60000;

    while ((limit = *at)) {
        struct spk_log_line line;

        if (!writer->stopping && atomic_load(&limit->minute) == minute) {
            at = &limit->next;
            continue;
        }
        if (SPK_LOG_RING - writer->used < sizeof(line.text))
            return;
        *at = limit->next;
        spk_log_begin(&writer->log, &line, SPK_LOG_INFO, "repeated lines were left out");
        spk_log_text(&line, "line", limit->event);
        for (size_t i = 0; i < SPK_LEN(limit->labels); i++)
            if (limit->labels[i].key)
                spk_log_text(&line, limit->labels[i].key, limit->labels[i].value);
        spk_log_int(&line, "count", (int64_t)atomic_exchange(&limit->left_out, 0));
        put_line(writer, &line);
    }
}

/* ---- the thread ---- */

static struct timespec in_ms(int64_t ms)
{
    int64_t end_ms = spk_monotonic_ms() + ms;

    return (struct timespec){.tv_sec = (time_t)(end_ms / 1000),
                             .tv_nsec = (long)(end_ms % 1000) * 1000000};
}

/*
 * Waits outside of write(2), where the wait can be ended: a pipe that can be written to takes
 * a page without blocking. There is no one to tell when standard error is gone.
 */
static void write_all(const struct spk_log_writer *writer, const char *bytes, size_t length)
{
    struct pollfd polls[] = {{.fd = writer->log.fd, .events = POLLOUT},
                             {.fd = writer->give_up, .events = POLLIN}};

    while (length) {
        if (poll(polls, SPK_LEN(polls), -1) < 0)
            continue;
        if (polls[1].revents)
            return;
        ssize_t n = write(writer->log.fd, bytes, length);

        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return;
        bytes += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
}

static void wait_for_lines(struct spk_log_writer *writer)
{
    struct timespec end = in_ms(SUMMARY_MS);

    if (writer->left_out)
        (void)pthread_cond_timedwait(&writer->changed, &writer->lock, &end);
    else
        (void)pthread_cond_wait(&writer->changed, &writer->lock);
}

static void *write_lines(void *argument)
{
    struct spk_log_writer *writer = argument;
    char lines[SPK_LOG_LINE];

    (void)prctl(PR_SET_NAME, "log");
    (void)pthread_mutex_lock(&writer->lock);
    for (;;) {
        tell_lost(writer);
        tell_left_out(writer);
        size_t length = take(writer, lines);
        writer->writing = length > 0;
        if (length) {
            (void)pthread_mutex_unlock(&writer->lock);
            write_all(writer, lines, length);
            (void)pthread_mutex_lock(&writer->lock);
            continue;
        }
        if (writer->stopping)
            break;
        (void)pthread_cond_broadcast(&writer->changed); /* for who waits until it is empty */
        wait_for_lines(writer);
    }
    writer->ended = true;
    (void)pthread_cond_broadcast(&writer->changed);
    (void)pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* ---- for those who log ---- */

void spk_log_writer_put(struct spk_log_writer *writer, const char *line, size_t length)
{
    (void)pthread_mutex_lock(&writer->lock);
    if (writer->lost || length > SPK_LOG_RING - writer->used) {
        writer->lost++;
        atomic_fetch_add(&writer->all_lost, 1);
    } else {
        put(writer, line, length);
        (void)pthread_cond_broadcast(&writer->changed);
    }
    (void)pthread_mutex_unlock(&writer->lock);
}

void spk_log_writer_note(struct spk_log_writer *writer, struct spk_log_limit *limit)
{
    (void)pthread_mutex_lock(&writer->lock);
    limit->next = writer->left_out;
    writer->left_out = limit;
    (void)pthread_cond_broadcast(&writer->changed);
    (void)pthread_mutex_unlock(&writer->lock);
}

/* ---- start and end ---- */

bool spk_log_writer_start(struct spk_log_writer *writer, struct spk_log *log,
                          struct spk_err *err)
{
    pthread_condattr_t attributes;

    *writer = (struct spk_log_writer){
        .log = *log, .ring = malloc(SPK_LOG_RING), .give_up = eventfd(0, EFD_CLOEXEC)};
    (void)pthread_mutex_init(&writer->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&writer->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    if (!writer->ring || pthread_create(&writer->thread, NULL, write_lines, writer) != 0) {
        free(writer->ring);
        return spk_fail(err, SPK_INTERNAL_ERROR, "the log's thread cannot be started");
    }
    log->writer = writer;
    return true;
}

static bool has_ended(const struct spk_log_writer *writer)
{
    return writer->ended;
}

static bool is_empty(const struct spk_log_writer *writer)
{
    return writer->used == 0 && !writer->writing;
}

/* The lock is held. false: it took longer than SPK_LOG_FLUSH_MS. */
static bool wait_until(struct spk_log_writer *writer,
                       bool (*done)(const struct spk_log_writer *))
{
    struct timespec end = in_ms(SPK_LOG_FLUSH_MS);

    while (!done(writer))
        if (pthread_cond_timedwait(&writer->changed, &writer->lock, &end) != 0)
            return done(writer);
    return true;
}

void spk_log_writer_flush(const struct spk_log *log)
{
    struct spk_log_writer *writer = log->writer;

    if (!writer)
        return;
    (void)pthread_mutex_lock(&writer->lock);
    (void)wait_until(writer, is_empty);
    (void)pthread_mutex_unlock(&writer->lock);
}

void spk_log_writer_stop(struct spk_log_writer *writer, struct spk_log *log)
{
    log->writer = NULL;
    (void)pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    (void)pthread_cond_broadcast(&writer->changed);
    bool ended = wait_until(writer, has_ended);
    if (!ended) {
        (void)eventfd_write(writer->give_up, 1);
        ended = wait_until(writer, has_ended);
    }
    (void)pthread_mutex_unlock(&writer->lock);
    if (!ended) {
        (void)pthread_detach(writer->thread);
        return;
    }
    (void)pthread_join(writer->thread, NULL);
    (void)pthread_cond_destroy(&writer->changed);
    (void)pthread_mutex_destroy(&writer->lock);
    (void)close(writer->give_up);
    free(writer->ring);
}

/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log.h: one line per event on stderr, as text or as JSON. A line is put together on the
 * stack and handed over as a whole, so threads never mix their lines. Values are cut at 256
 * bytes, lines at 4 KiB. UTF-8 stays as it is; characters that control a terminal or the order
 * of reading, and bytes that are no UTF-8, are escaped. Never payloads, tokens or values of
 * properties.
 */
#pragma once

#include "base/compiler.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum spk_log_level { SPK_LOG_DEBUG, SPK_LOG_INFO, SPK_LOG_WARN, SPK_LOG_ERROR };
enum spk_log_format { SPK_LOG_AUTO, SPK_LOG_TEXT, SPK_LOG_JSON };

#define SPK_LOG_LINE 4096

struct spk_log_writer;

struct spk_log {
    int fd;
    enum spk_log_level level;
    bool json;
    int64_t (*wall_ms)(void);
    struct spk_log_writer *writer; /* NULL: whoever ends a line writes it at once */
};

/** A log on fd; AUTO is text on a terminal. */
struct spk_log spk_log_make(int fd, enum spk_log_level level, enum spk_log_format format);

struct spk_log_line {
    const struct spk_log *log; /* NULL: below the level, nothing is written */
    size_t length;
    char text[SPK_LOG_LINE];
};

/** Start a line; message is a constant text. */
void spk_log_begin(const struct spk_log *log, struct spk_log_line *line,
                   enum spk_log_level level, const char *message);
void spk_log_text(struct spk_log_line *line, const char *key,
                  const char *value); /* NULL, "": none */
void spk_log_int(struct spk_log_line *line, const char *key, int64_t value);
void spk_log_bool(struct spk_log_line *line, const char *key, bool value);
void spk_log_end(struct spk_log_line *line);

/** As spk_log_end, but the line stays in its buffer. */
void spk_log_close(struct spk_log_line *line);

/** A line with no or one field. */
void spk_log_event(const struct spk_log *log, enum spk_log_level level, const char *message,
                   const char *key, const char *value);

/**
 * A kind of event that may repeat itself: `most` lines of it are written each minute, the rest
 * is counted, and the log's writer says how many when the minute is over.
 */
struct spk_log_limit {
    const char *event; /* the message of the lines */
    unsigned most;
    struct {
        const char *key, *value;
    } labels[2]; /* what the lines have in common; NULL: none */
    _Atomic int64_t minute;
    atomic_uint count;
    atomic_uint_fast64_t left_out; /* not yet told */
    struct spk_log_limit *next;    /* the writer's list */
};

/** Whether the event may be written. */
bool spk_log_allowed(const struct spk_log *log, struct spk_log_limit *limit);
